package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"tallystick/internal/release"
)

func compareCommand() command {
	return command{
		name:    "compare",
		args:    "RELEASE RELEASE",
		summary: "list every figure that differs between two releases, old → new, with the reason",
		example: "tallystick compare 2026-11-24 2026-12-01\ntallystick compare -json var/releases/2026-11-24 /media/copy/2026-12-01",
		setup: func(fs *flag.FlagSet) func(context.Context, *program, []string) error {
			asJSON := fs.Bool("json", false, "print the result as JSON")
			return func(_ context.Context, p *program, args []string) error {
				if len(args) != 2 {
					return usageError("name two releases, the earlier one first")
				}
				return p.compare(args[0], args[1], *asJSON)
			}
		},
	}
}

func (p *program) compare(a, b string, asJSON bool) error {
	earlier, err := p.openRelease(a)
	if err != nil {
		return err
	}
	later, err := p.openRelease(b)
	if err != nil {
		return err
	}
	d := later.Compare(earlier)
	if asJSON {
		return writeJSON(p.stdout, d)
	}
	printDifference(p.stdout, d)
	if len(d.Figures)+len(d.Indicators)+len(d.Definitions)+len(d.Breaks) == 0 {
		fmt.Fprintf(p.stdout, "releases %s and %s do not differ\n", d.From, d.To)
	}
	return nil
}

// openRelease opens a release of the installation by its identifier, or the one in a folder. Whoever has the
// folder may see a release that is not published yet.
func (p *program) openRelease(name string) (*release.Release, error) {
	dir, id := p.releases(), name
	if !release.ValidID(name) {
		full, err := filepath.Abs(name)
		if err != nil {
			return nil, err
		}
		if _, err := os.Stat(full); err != nil {
			return nil, usageError(fmt.Sprintf("%q is neither a release like 2026-11-24 nor a folder", name))
		}
		dir, id = filepath.Split(full)
	}
	library, err := release.OpenLibrary(filepath.Clean(dir))
	if err != nil {
		return nil, err
	}
	return library.Release(id, farthest)
}
