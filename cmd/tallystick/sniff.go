package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"tallystick/internal/ingest"
)

func sniffCommand() command {
	return command{
		name:    "sniff",
		args:    "FILE",
		summary: "look at an export: how it is to be read, which feed fits, its first rows",
		example: "tallystick sniff export.csv\ntallystick sniff -draft data/feeds/new-source.yaml export.csv",
		setup: func(fs *flag.FlagSet) func(context.Context, *program, []string) error {
			draft := fs.String("draft", "", "write a draft of a feed into this `file`")
			asJSON := fs.Bool("json", false, "print what was found as JSON")
			return func(ctx context.Context, p *program, args []string) error {
				if len(args) != 1 {
					return usageError("name one file")
				}
				return p.sniff(args[0], *draft, *asJSON)
			}
		},
	}
}

func (p *program) sniff(name, draft string, asJSON bool) error {
	defs, err := p.definitions()
	if err != nil {
		return err
	}
	f, err := openRegular(name)
	if err != nil {
		return err
	}
	defer f.Close()
	s, err := ingest.Sniff(f, name, defs)
	var no *ingest.Refused
	if errors.As(err, &no) {
		printIssues(p.stderr, no.Issues)
		return rejected{name + " cannot be read"}
	}
	if err != nil {
		return err
	}
	if draft != "" {
		out, err := os.OpenFile(draft, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
		if err != nil {
			return fmt.Errorf("the draft: %w", err)
		}
		if _, err := out.WriteString(s.Draft()); err != nil {
			out.Close()
			return fmt.Errorf("the draft: %w", err)
		}
		if err := out.Close(); err != nil {
			return fmt.Errorf("the draft: %w", err)
		}
	}
	if asJSON {
		return writeJSON(p.stdout, s)
	}
	fmt.Fprintf(p.stdout, "%s: %s, delimiter %q, %s above a header of %s, %s, %s at the end that are no rows\n", s.File, s.Encoding,
		s.Delimiter, plural(int64(s.Above), "record", "records"), plural(int64(s.Headers), "record", "records"),
		plural(int64(s.Records-s.Above-s.Headers-s.Footer), "row", "rows"), plural(int64(s.Footer), "record", "records"))
	for _, c := range s.Columns {
		note := c.Type
		if c.Format != "" {
			note += " " + c.Format
		}
		if c.Private {
			note += ", about persons: not stored"
		}
		fmt.Fprintf(p.stdout, "  %q (%s): %s\n", c.Name, note, strings.Join(c.Samples, " | "))
	}
	fmt.Fprintln(p.stdout, "first rows as read:")
	for _, r := range s.First {
		fmt.Fprintf(p.stdout, "  %s\n", strings.Join(r, " · "))
	}
	if len(s.Fits) == 0 {
		fmt.Fprintln(p.stdout, "no feed fits; write a draft of one with -draft FILE")
	}
	for _, fit := range s.Fits {
		named := ""
		if fit.Named {
			named = ", and claims the name of the file"
		}
		fmt.Fprintf(p.stdout, "feed %s fits%s: %s\n", fit.Feed, named, fit.Title)
	}
	return nil
}
