// Package publish makes a release out of the warehouse, the definitions and the release before: SQL counts, Go
// judges, rules write the sentences, figures are drawn, files are written, gates are checked, and what passes is
// sealed.
//
// It must never know HTTP. It writes nothing but a sealed release, and reads a former release only to compare.
package publish

import (
	"context"
	"fmt"
	"time"

	"tallystick/internal/release"
	"tallystick/internal/report"
	"tallystick/internal/stat"
	"tallystick/internal/warehouse"
)

// Input is all that a draft is made from. Equal inputs give equal drafts.
type Input struct {
	Warehouse   *warehouse.Warehouse
	Definitions stat.Definitions
	Previous    *release.Release // nil for the first release
	ID          string
	At          time.Time // moment of publication
	Reason      string    // why the release is made, for its readers
	Statements  []stat.Statement
	Program     string // version of tallystick, for the manifest
	Progress    func(step string)
}

// Drafted is a release that is not sealed yet, with what it changes.
type Drafted struct {
	release.Draft
	Difference stat.Difference // against the release before
}

// Draft computes a release. The gates are in its manifest; a gate that did not pass forbids sealing. The error
// is ErrInvalid if the definitions and the records do not fit together.
func Draft(ctx context.Context, in Input) (Drafted, error) {
	batches, err := in.Warehouse.Batches(ctx)
	if err != nil {
		return Drafted{}, err
	}
	inputs, err := release.Inputs(in.Definitions, batches)
	if err != nil {
		return Drafted{}, err
	}
	d := release.Draft{
		Definitions: in.Definitions,
		Files:       map[string][]byte{},
		Manifest: stat.Manifest{
			ID:          in.ID,
			PublishedAt: in.At.UTC().Truncate(time.Second),
			Title:       in.Definitions.Site.Name + " " + in.Definitions.Site.Place + ", release " + in.ID,
			Reason:      in.Reason,
			Statements:  in.Statements,
			Program:     in.Program,
			Batches:     batches,
			Inputs:      inputs,
		},
	}
	if in.Previous != nil {
		d.Manifest.Previous = &stat.Ref{ID: in.Previous.Manifest().ID, SHA256: in.Previous.SHA256()}
	}
	var found findings
	for _, ind := range in.Definitions.Indicators {
		in.Progress("counting " + ind.ID)
		obs, err := observe(ctx, in, ind)
		if err != nil {
			return Drafted{}, fmt.Errorf("indicator %s: %w", ind.ID, err)
		}
		obs, issues := protect(obs, ind)
		found.disclosure = append(found.disclosure, issues...)
		stat.SortObservations(obs)
		answer, issues := report.Write(ind, obs, in.Definitions)
		found.sentences = append(found.sentences, issues...)
		in.Progress("drawing " + ind.ID)
		if err := files(&d, ind, obs, answer); err != nil {
			return Drafted{}, fmt.Errorf("indicator %s: %w", ind.ID, err)
		}
		d.Observations = append(d.Observations, obs...)
		d.Answers = append(d.Answers, answer)
	}
	stat.SortObservations(d.Observations)
	var before *stat.Edition
	if in.Previous != nil {
		e := in.Previous.Edition()
		before = &e
	}
	after := stat.Edition{Manifest: d.Manifest, Definitions: d.Definitions, Observations: d.Observations, Answers: d.Answers}
	drafted := Drafted{Draft: d, Difference: stat.CompareReleases(before, after)}
	drafted.Manifest.Gates = gates(drafted, found)
	return drafted, nil
}

// Same reports whether the draft would publish just what the former release holds: no figure, no definition and
// no break differs, and the answers are the same.
func Same(d Drafted, former *release.Release) bool {
	if former == nil {
		return false
	}
	diff := d.Difference
	if len(diff.Figures)+len(diff.Indicators)+len(diff.Definitions)+len(diff.Breaks)+len(diff.Statements) > 0 {
		return false
	}
	now, err := release.Canonical(d.Answers)
	if err != nil {
		return false
	}
	then, err := release.Canonical(former.Edition().Answers)
	return err == nil && string(now) == string(then)
}
