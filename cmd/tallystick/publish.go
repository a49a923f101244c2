package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tallystick/internal/publish"
	"tallystick/internal/release"
	"tallystick/internal/stat"
	"tallystick/internal/warehouse"
)

func publishCommand() command {
	return command{
		name:    "publish",
		summary: "count, judge and seal a release from what was ingested",
		example: "tallystick publish\ntallystick publish -dry-run -json\ntallystick publish -reason 'The Judicial Branch sent 2015.'",
		setup: func(fs *flag.FlagSet) func(context.Context, *program, []string) error {
			dry := fs.Bool("dry-run", false, "show what would change and how the gates stand, and seal nothing")
			asJSON := fs.Bool("json", false, "print the result as JSON")
			reason := fs.String("reason", "", "why the release is made, a `sentence` for its readers")
			at := fs.String("at", "", "`moment` of publication, as 2026-12-01T09:30:00Z; sealed now, visible from then on (default now)")
			return func(ctx context.Context, p *program, args []string) error {
				if len(args) > 0 {
					return usageError(fmt.Sprintf("publish takes no arguments, got %q", args[0]))
				}
				moment := p.now()
				if *at != "" {
					t, err := time.Parse(time.RFC3339, *at)
					if err != nil {
						return usageError(fmt.Sprintf("-at %q is not a moment like 2026-12-01T09:30:00Z", *at))
					}
					moment = t
				}
				return p.publish(ctx, publication{moment, *reason, *dry, *asJSON})
			}
		},
	}
}

// publication is what was asked of publish.
type publication struct {
	at     time.Time
	reason string
	dry    bool
	json   bool
}

func (p *program) releases() string { return filepath.Join(p.state, "releases") }

func (p *program) publish(ctx context.Context, ask publication) error {
	defs, err := p.definitions()
	if err != nil {
		return err
	}
	wh, err := warehouse.Open(ctx, p.state)
	if err != nil {
		return err
	}
	defer wh.Close()
	if err := os.MkdirAll(p.releases(), 0o755); err != nil {
		return fmt.Errorf("the folder of the releases: %w", err)
	}
	library, err := release.OpenLibrary(p.releases())
	if err != nil {
		return err
	}
	previous, err := library.Latest(ask.at)
	if err != nil && !errors.Is(err, stat.ErrNotFound) {
		return err
	}
	batches, err := wh.Batches(ctx)
	if err != nil {
		return err
	}
	program := "tallystick " + version
	inputs, err := release.Inputs(defs, batches)
	if err != nil {
		return err
	}
	if previous != nil && previous.Manifest().Inputs == inputs && previous.Manifest().Program == program {
		return p.unchanged(ask, previous.Manifest().ID)
	}

	former, err := p.former(library)
	if err != nil {
		return err
	}
	step := p.start("publishing")
	defer step.stop()
	draft, err := publish.Draft(ctx, publish.Input{
		Warehouse: wh, Definitions: defs, Previous: previous, Former: former,
		ID: release.Next(p.releases(), stat.DateOf(ask.at.UTC())), At: ask.at,
		Reason: ask.reason, Program: program,
		Progress: step.say,
	})
	if err != nil {
		return err
	}
	if publish.Same(draft, previous) {
		return p.unchanged(ask, previous.Manifest().ID)
	}
	failed := publish.Failed(draft.Manifest.Gates)
	if ask.dry || len(failed) > 0 {
		if err := p.preview(ask, draft); err != nil {
			return err
		}
		if len(failed) > 0 {
			return rejected{fmt.Sprintf("%s did not pass; nothing was published", plural(int64(len(failed)), "gate", "gates"))}
		}
		return nil
	}
	step.say("sealing " + draft.Manifest.ID)
	if err := p.keepWithheld(draft.Manifest.ID, draft.Withheld); err != nil {
		return err
	}
	manifest, err := release.Seal(ctx, p.releases(), draft.Draft)
	if err != nil {
		return err
	}
	if ask.json {
		return writeJSON(p.stdout, manifest)
	}
	fmt.Fprintf(p.stdout, "published release %s: %s, %s, %s\n", manifest.ID,
		plural(int64(len(draft.Definitions.Indicators)), "indicator", "indicators"),
		plural(int64(len(draft.Observations)), "figure", "figures"),
		plural(int64(len(manifest.Files)), "file", "files"))
	return nil
}

func (p *program) unchanged(ask publication, id string) error {
	if ask.json {
		return writeJSON(p.stdout, map[string]string{"release": id, "result": "unchanged"})
	}
	fmt.Fprintf(p.stdout, "nothing new to publish: release %s was made from the same exports and definitions\n", id)
	return nil
}

// preview shows what a draft would change and how its gates stand.
func (p *program) preview(ask publication, draft publish.Drafted) error {
	if ask.json {
		return writeJSON(p.stdout, struct {
			Release    string          `json:"release"`
			Difference stat.Difference `json:"difference"`
			Gates      []stat.Gate     `json:"gates"`
		}{draft.Manifest.ID, draft.Difference, draft.Manifest.Gates})
	}
	for _, c := range draft.Difference.Figures {
		switch c.Kind {
		case stat.ChangeAdded:
			fmt.Fprintf(p.stdout, "added    %s: %s (%s)\n", c.Key, c.New, c.Reason)
		case stat.ChangeGone:
			fmt.Fprintf(p.stdout, "gone     %s: was %s (%s)\n", c.Key, c.Old, c.Reason)
		case stat.ChangeValue:
			fmt.Fprintf(p.stdout, "changed  %s: %s → %s (%s)\n", c.Key, c.Old, c.New, c.Reason)
		case stat.ChangeDetails:
			fmt.Fprintf(p.stdout, "details  %s: %s (%s)\n", c.Key, strings.Join(c.Details, ", "), c.Reason)
		}
	}
	for _, g := range draft.Manifest.Gates {
		verdict := "passed"
		if !g.Passed {
			verdict = "FAILED"
		}
		fmt.Fprintf(p.stdout, "%s  %s\n", verdict, g.Title)
		for _, i := range g.Issues {
			fmt.Fprintf(p.stdout, "        %s\n", i)
		}
	}
	return nil
}
