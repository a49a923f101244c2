package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"tallystick/internal/catalog"
	"tallystick/internal/ingest"
	"tallystick/internal/stat"
)

func checkCommand() command {
	return command{
		name:    "check",
		summary: "check the definitions in data/ and list every issue with file and line",
		example: "tallystick check\ntallystick check -data /srv/tallystick/data -json",
		setup: func(fs *flag.FlagSet) func(context.Context, *program, []string) error {
			asJSON := fs.Bool("json", false, "print the result as JSON")
			return func(ctx context.Context, p *program, args []string) error {
				if len(args) > 0 {
					return usageError(fmt.Sprintf("check takes no arguments, got %q", args[0]))
				}
				return p.check(*asJSON)
			}
		},
	}
}

func (p *program) check(asJSON bool) error {
	defs, issues, err := p.load()
	if err != nil {
		return err
	}
	refused := len(stat.Errors(issues))
	if asJSON {
		result := struct {
			Definitions map[string]int `json:"definitions"`
			Issues      []stat.Issue   `json:"issues"`
		}{counts(defs), issues}
		if err := writeJSON(p.stdout, result); err != nil {
			return err
		}
	} else {
		printIssues(p.stdout, issues)
	}
	if refused > 0 {
		return rejected{fmt.Sprintf("%s in the definitions", plural(int64(refused), "error", "errors"))}
	}
	if !asJSON {
		n := counts(defs)
		fmt.Fprintf(p.stdout, "checked %d indicators, %d data sets, %d feeds, %d statutes, %d code lists: no errors\n",
			n["indicators"], n["datasets"], n["feeds"], n["statutes"], n["codelists"])
	}
	return nil
}

func counts(defs stat.Definitions) map[string]int {
	return map[string]int{
		"sources": len(defs.Sources), "datasets": len(defs.Datasets), "feeds": len(defs.Feeds),
		"codelists": len(defs.Codelists), "statutes": len(defs.Statutes), "events": len(defs.Events),
		"indicators": len(defs.Indicators),
	}
}

// load reads the definitions. The error is about the folder; what is wrong inside is in the issues.
func (p *program) load() (stat.Definitions, []stat.Issue, error) {
	info, err := os.Stat(p.data)
	if err != nil {
		return stat.Definitions{}, nil, fmt.Errorf("the folder of the definitions cannot be read: %w", err)
	}
	if !info.IsDir() {
		return stat.Definitions{}, nil, usageError(fmt.Sprintf("%s is not a folder; name the folder of the definitions with -data", p.data))
	}
	defs, issues := catalog.Load(os.DirFS(p.data))
	return defs, append(issues, ingest.Check(defs)...), nil
}

// definitions reads the definitions for a command that needs them without errors.
func (p *program) definitions() (stat.Definitions, error) {
	defs, issues, err := p.load()
	if err != nil {
		return defs, err
	}
	if refused := stat.Errors(issues); len(refused) > 0 {
		printIssues(p.stderr, refused)
		return defs, rejected{fmt.Sprintf("%s in the definitions; nothing was changed", plural(int64(len(refused)), "error", "errors"))}
	}
	return defs, nil
}
