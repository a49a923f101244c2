package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tallystick/internal/release"
	"tallystick/internal/stat"
)

func recallCommand() command {
	return command{
		name:    "recall",
		args:    "RELEASE",
		summary: "take back a release that is sealed for later, so that an urgent one can come out before it",
		example: "tallystick recall -reason 'A correction comes first.' 2026-12-01\ntallystick publish\n" +
			"tallystick draft -at 2026-12-01T09:30:00Z -reason 'The figures of November.'",
		setup: func(fs *flag.FlagSet) func(context.Context, *program, []string) error {
			reason := fs.String("reason", "", "why, a `sentence` for everybody who reads the log")
			dry := fs.Bool("dry-run", false, "say what would be taken back, and take nothing back")
			return func(_ context.Context, p *program, args []string) error {
				if len(args) != 1 || *reason == "" {
					return usageError("name one release, and say why with -reason")
				}
				return p.recall(args[0], *reason, *dry)
			}
		},
	}
}

// recall takes back a release and those sealed after it. What each was to say is kept, so that it can be drafted again
// after the urgent release: its figures are then compared with that one, and it needs its approvals anew.
func (p *program) recall(id, reason string, dry bool) error {
	key, err := release.LoadKey(p.keyFile())
	if err != nil {
		return err
	}
	sealed, err := p.scheduled()
	if err != nil {
		return err
	}
	at := slices.IndexFunc(sealed, func(m stat.Manifest) bool { return m.ID == id })
	if at < 0 {
		return fmt.Errorf("no release %s is sealed for later; what is out can be corrected or withdrawn by a statement: %w", id, stat.ErrConflict)
	}
	sealed = sealed[:at+1] // newest first
	if dry {
		for _, m := range sealed {
			fmt.Fprintf(p.stdout, "would recall release %s, sealed for %s\n", m.ID, m.PublishedAt.Format(time.RFC3339))
		}
		return nil
	}
	for _, m := range sealed {
		if err := p.keepRecalled(m); err != nil {
			return err
		}
	}
	done, err := release.Recall(p.releases(), id, reason, p.now(), key)
	for _, gone := range done {
		if err := os.Remove(p.withheldFile(gone)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("withheld values: %w", err)
		}
		m := sealed[slices.IndexFunc(sealed, func(m stat.Manifest) bool { return m.ID == gone })]
		fmt.Fprintf(p.stdout, "recalled release %s; to seal it again after the urgent one:\n  tallystick draft -at %s", gone,
			m.PublishedAt.Format(time.RFC3339))
		if m.Reason != "" {
			fmt.Fprintf(p.stdout, " -reason %q", m.Reason)
		}
		if len(m.Statements) > 0 {
			fmt.Fprintf(p.stdout, " -statements %s", p.recalledFile(gone))
		}
		fmt.Fprintln(p.stdout)
	}
	return err
}

// scheduled lists the releases that are sealed and not out yet, the newest first.
func (p *program) scheduled() ([]stat.Manifest, error) {
	library, err := release.OpenLibrary(p.releases())
	if err != nil {
		return nil, err
	}
	now := p.now()
	return slices.DeleteFunc(library.List(farthest), func(m stat.Manifest) bool { return !m.PublishedAt.After(now) }), nil
}

// recalledFile is where the statements of a recalled release are kept.
func (p *program) recalledFile(id string) string {
	return filepath.Join(p.state, "recalled", id+".json")
}

func (p *program) keepRecalled(m stat.Manifest) error {
	if len(m.Statements) == 0 {
		return nil
	}
	text, err := json.MarshalIndent(m.Statements, "", "  ")
	if err != nil {
		return fmt.Errorf("statements of %s: %w", m.ID, err)
	}
	if err := os.MkdirAll(filepath.Dir(p.recalledFile(m.ID)), 0o700); err != nil {
		return fmt.Errorf("statements of %s: %w", m.ID, err)
	}
	return os.WriteFile(p.recalledFile(m.ID), append(text, '\n'), 0o600)
}
