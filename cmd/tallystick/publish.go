package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
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
			statements := fs.String("statements", "", "`file` of corrections, revisions, withdrawals and announcements, as a JSON list")
			return func(ctx context.Context, p *program, args []string) error {
				if len(args) > 0 {
					return usageError(fmt.Sprintf("publish takes no arguments, got %q", args[0]))
				}
				ask, err := p.asked(*at, *reason, *statements)
				if err != nil {
					return err
				}
				ask.dry, ask.json = *dry, *asJSON
				return p.publish(ctx, ask)
			}
		},
	}
}

// publication is what was asked of publish or draft.
type publication struct {
	at         time.Time // the moment asked for; zero: now
	reason     string
	statements []stat.Statement
	dry        bool
	json       bool
}

func (p *program) asked(at, reason, statements string) (publication, error) {
	ask := publication{reason: reason}
	if at != "" {
		t, err := time.Parse(time.RFC3339, at)
		if err != nil {
			return ask, usageError(fmt.Sprintf("-at %q is not a moment like 2026-12-01T09:30:00Z", at))
		}
		ask.at = t.UTC()
	}
	if statements != "" {
		data, err := os.ReadFile(statements)
		if err != nil {
			return ask, err
		}
		if err := json.Unmarshal(data, &ask.statements); err != nil {
			return ask, rejected{fmt.Sprintf("%s is not a JSON list of statements: %v", statements, err)}
		}
	}
	return ask, nil
}

func (p *program) releases() string { return filepath.Join(p.state, "releases") }

// computed is a draft, with the release it follows; unchanged if there is nothing to publish.
type computed struct {
	draft     publish.Drafted
	previous  *release.Release
	unchanged bool
}

// compute makes a draft of what was asked for, from the warehouse, the definitions and the last release.
func (p *program) compute(ctx context.Context, ask publication, say func(string)) (computed, error) {
	var c computed
	defs, err := p.definitions()
	if err != nil {
		return c, err
	}
	wh, err := warehouse.Open(ctx, p.state)
	if err != nil {
		return c, err
	}
	defer wh.Close()
	if err := os.MkdirAll(p.releases(), 0o755); err != nil {
		return c, fmt.Errorf("the folder of the releases: %w", err)
	}
	if err := p.recover(); err != nil {
		return c, err
	}
	library, err := release.OpenLibrary(p.releases())
	if err != nil {
		return c, err
	}
	moment := ask.at
	switch now := p.now(); {
	case moment.IsZero():
		moment = now
	case moment.Before(now.Add(-time.Minute)):
		fmt.Fprintf(p.stderr, "the moment %s lies in the past: readers will be told that all of this was known since then\n",
			moment.Format(time.RFC3339))
	}
	if all := library.List(farthest); len(all) > 0 && all[0].PublishedAt.After(moment) {
		last := all[0]
		return c, rejected{fmt.Sprintf("release %s is sealed for %s, and this one would come out before it; "+
			"its figures rest on what is out now, so take it back first (tallystick recall %s), publish, and seal it again after",
			last.ID, last.PublishedAt.Format(time.RFC3339), firstAfter(all, moment))}
	}
	c.previous, err = library.Latest(moment)
	if err != nil && !errors.Is(err, stat.ErrNotFound) {
		return c, err
	}
	batches, err := wh.Batches(ctx)
	if err != nil {
		return c, err
	}
	program := "tallystick " + version
	secret, err := p.secret()
	if err != nil {
		return c, err
	}
	inputs, err := publish.Inputs(defs, batches, secret)
	if err != nil {
		return c, err
	}
	says := len(ask.statements) > 0
	if !says && c.previous != nil && c.previous.Manifest().Inputs == inputs && c.previous.Manifest().Program == program {
		c.unchanged = true
		return c, nil
	}
	former, err := p.former(library)
	if err != nil {
		return c, err
	}
	c.draft, err = publish.Draft(ctx, publish.Input{
		Warehouse: wh, Definitions: defs, Previous: c.previous, Former: former,
		ID: release.Next(p.releases(), stat.DateOf(moment.UTC())), At: moment,
		Reason: ask.reason, Statements: ask.statements, Program: program,
		Secret: secret, Progress: say,
	})
	if err != nil {
		return c, err
	}
	c.unchanged = !says && publish.Same(c.draft, c.previous)
	return c, nil
}

// firstAfter is the first of the releases, which are listed newest first, that comes out after a moment.
func firstAfter(list []stat.Manifest, moment time.Time) string {
	id := ""
	for _, m := range list {
		if m.PublishedAt.After(moment) {
			id = m.ID
		}
	}
	return id
}

func (p *program) publish(ctx context.Context, ask publication) error {
	record, ask, err := p.approvedDraft(ask)
	if err != nil {
		return err
	}
	step := p.start("publishing")
	defer step.stop()
	c, err := p.compute(ctx, ask, step.say)
	if err != nil {
		return err
	}
	if c.unchanged {
		return p.unchanged(ask, c.previous.Manifest().ID)
	}
	draft := c.draft
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
	if record != nil {
		if draft.Manifest.Approvals, err = p.approvals(*record, draft); err != nil {
			return err
		}
	}
	if draft.Key, err = p.key(draft.Definitions.Site); err != nil {
		return err
	}
	step.say("sealing " + draft.Manifest.ID)
	if err := p.keepWithheld(draft.Manifest.ID, draft.Withheld); err != nil {
		return err
	}
	manifest, err := release.Seal(ctx, p.releases(), draft.Draft)
	if err != nil {
		return err
	}
	if record != nil {
		if err := os.Remove(p.draftFile()); err != nil {
			return err
		}
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
	printDifference(p.stdout, draft.Difference)
	printGates(p.stdout, draft.Manifest.Gates)
	return nil
}
