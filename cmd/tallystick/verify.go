package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tallystick/internal/release"
	"tallystick/internal/stat"
)

func verifyCommand() command {
	return command{
		name:    "verify",
		args:    "[RELEASE FOLDER ...]",
		summary: "check every checksum of a release, offline; without arguments, of all releases here and their chain",
		example: "tallystick verify\ntallystick verify var/releases/2026-11-24 -json",
		setup: func(fs *flag.FlagSet) func(context.Context, *program, []string) error {
			asJSON := fs.Bool("json", false, "print the result as JSON")
			return func(ctx context.Context, p *program, args []string) error { return p.verify(args, *asJSON) }
		},
	}
}

// verified is the verdict on one release.
type verified struct {
	Release string       `json:"release"`
	Folder  string       `json:"folder"`
	Files   int          `json:"files"`
	Issues  []stat.Issue `json:"issues"`
}

func (p *program) verify(folders []string, asJSON bool) error {
	chain := len(folders) == 0
	if chain {
		var err error
		if folders, err = p.releaseFolders(); err != nil {
			return err
		}
	}
	if len(folders) == 0 {
		return fmt.Errorf("there is no release in %s: %w", p.releases(), stat.ErrNotFound)
	}
	var results []verified
	wrong := 0
	for _, folder := range folders {
		issues, manifest, err := release.Verify(folder)
		if err != nil {
			return err
		}
		results = append(results, verified{manifest.ID, folder, len(manifest.Files), issues})
		wrong += len(issues)
	}
	if asJSON {
		if err := writeJSON(p.stdout, results); err != nil {
			return err
		}
	} else {
		for _, r := range results {
			printIssues(p.stdout, r.Issues)
			if len(r.Issues) == 0 {
				fmt.Fprintf(p.stdout, "verified %s: the manifest and %s are as sealed\n", r.Folder, plural(int64(r.Files), "file", "files"))
			}
		}
	}
	if wrong > 0 {
		return rejected{fmt.Sprintf("%s found", plural(int64(wrong), "fault", "faults"))}
	}
	return nil
}

// releaseFolders lists the sealed releases of the installation, oldest first.
func (p *program) releaseFolders() ([]string, error) {
	entries, err := os.ReadDir(p.releases())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the folder of the releases cannot be read: %w", err)
	}
	var out []string
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") && e.Name() != "log" {
			out = append(out, filepath.Join(p.releases(), e.Name()))
		}
	}
	slices.Sort(out)
	return out, nil
}
