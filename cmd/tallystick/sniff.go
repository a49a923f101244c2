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
			dataset := fs.String("dataset", "", "data `set` that the draft maps to (default: the one that fits best)")
			asJSON := fs.Bool("json", false, "print what was found as JSON")
			return func(ctx context.Context, p *program, args []string) error {
				if len(args) != 1 {
					return usageError("name one file")
				}
				return p.sniff(args[0], *draft, *dataset, *asJSON)
			}
		},
	}
}

func (p *program) sniff(name, draft, dataset string, asJSON bool) error {
	defs, err := p.definitions()
	if err != nil {
		return err
	}
	if _, ok := defs.Dataset(dataset); !ok && dataset != "" {
		return usageError(fmt.Sprintf("there is no data set %q in the definitions", dataset))
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
		if _, err := out.WriteString(s.Draft(defs, dataset)); err != nil {
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
	p.describe(s)
	return nil
}

// describe prints what was found for a person to read.
func (p *program) describe(s ingest.Sniffed) {
	fmt.Fprintf(p.stdout, "%s: %s, delimiter %q, %s above a header of %s, %s, %s at the end that are no rows\n", s.File, s.Encoding,
		s.Delimiter, plural(int64(s.Above), "record", "records"), plural(int64(s.Headers), "record", "records"),
		plural(int64(s.Records-s.Above-s.Headers-s.Footer), "row", "rows"), plural(int64(s.Footer), "record", "records"))
	if s.Sheet != "" {
		fmt.Fprintf(p.stdout, "sheet %q of %s\n", s.Sheet, strings.Join(s.Sheets, ", "))
	}
	for _, c := range s.Columns {
		note := c.Type
		if c.Format != "" {
			note += " " + c.Format
		}
		if c.Or != "" {
			note += " or " + c.Or
		}
		if c.Private != "" {
			note += ", " + c.Private + ": not stored"
		}
		if len(c.Odd) > 0 {
			note += ", but also " + few(c.Odd)
		}
		fmt.Fprintf(p.stdout, "  %q (%s): %s\n", c.Name, note, strings.Join(c.Samples, " | "))
	}
	for _, t := range s.Totals {
		fmt.Fprintf(p.stdout, "rows that look like totals, by %q: %s\n", t.Column, few(t.Texts))
	}
	if w := s.Wide; w != nil && w.Kind == "groups" {
		fmt.Fprintf(p.stdout, "groups repeated sideways %d times: %s\n", w.Repeat, strings.Join(w.Groups, ", "))
	} else if w != nil {
		fmt.Fprintf(p.stdout, "the columns from %q to %q look like records of their own (%s)\n", w.From, w.To, w.Kind)
	}
	if len(s.Fill) > 0 {
		fmt.Fprintf(p.stdout, "empty cells seem to repeat the one above: %s\n", strings.Join(s.Fill, ", "))
	}
	fmt.Fprintln(p.stdout, "first rows as read:")
	for _, r := range s.First {
		fmt.Fprintf(p.stdout, "  %s\n", strings.Join(r, " · "))
	}
	for _, fit := range s.Fits {
		note := ""
		if fit.Named {
			note = ", and claims the name of the file"
		}
		if fit.Quarantined > 0 {
			note += fmt.Sprintf(", but of the first %s %d cannot be used", plural(fit.Rows, "row", "rows"), fit.Quarantined)
		}
		fmt.Fprintf(p.stdout, "feed %s fits%s: %s\n", fit.Feed, note, fit.Title)
	}
	if len(s.Fits) == 0 {
		fmt.Fprintln(p.stdout, "no feed fits; write a draft of one with -draft FILE")
	}
	const most = 4
	for i, m := range s.Misfits {
		if i == most {
			fmt.Fprintf(p.stdout, "… nor do %s\n", plural(int64(len(s.Misfits)-most), "other feed", "other feeds"))
			break
		}
		fmt.Fprintf(p.stdout, "feed %s does not fit: %s\n", m.Feed, m.Why)
	}
}

// few lists the first texts with their numbers.
func few(values []ingest.ValueCount) string {
	const most = 6
	var parts []string
	for _, v := range values[:min(most, len(values))] {
		parts = append(parts, fmt.Sprintf("%q (%d)", v.Text, v.Rows))
	}
	if len(values) > most {
		parts = append(parts, fmt.Sprintf("and %d more", len(values)-most))
	}
	return strings.Join(parts, ", ")
}
