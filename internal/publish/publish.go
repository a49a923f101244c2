// Package publish makes a release out of the warehouse, the definitions and the release before: SQL counts, Go
// judges, rules write the sentences, figures are drawn, files are written, gates are checked, and what passes is
// sealed.
//
// It must never know HTTP. It writes nothing but a sealed release, and reads a former release only to compare.
package publish

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
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
	Reason      string    // why the release is made; required where a published figure changes
	Program     string    // version of tallystick, for the manifest
	Progress    func(step string)
}

// Draft computes a release. The gates are in its manifest; a gate that did not pass forbids sealing. The error
// is ErrInvalid if the definitions and the records do not fit together.
func Draft(ctx context.Context, in Input) (release.Draft, error) {
	batches, err := in.Warehouse.Batches(ctx)
	if err != nil {
		return release.Draft{}, err
	}
	inputs, err := release.Inputs(in.Definitions, batches)
	if err != nil {
		return release.Draft{}, err
	}
	d := release.Draft{
		Definitions: in.Definitions,
		Files:       map[string][]byte{},
		Manifest: stat.Manifest{
			ID:          in.ID,
			PublishedAt: in.At.UTC().Truncate(time.Second),
			Title:       in.Definitions.Site.Name + " " + in.Definitions.Site.Place + ", release " + in.ID,
			Reason:      in.Reason,
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
			return release.Draft{}, fmt.Errorf("indicator %s: %w", ind.ID, err)
		}
		obs, issues := protect(obs, ind)
		found.disclosure = append(found.disclosure, issues...)
		stat.SortObservations(obs)
		answer, issues := report.Write(ind, obs, in.Definitions)
		found.sentences = append(found.sentences, issues...)
		in.Progress("drawing " + ind.ID)
		if err := files(&d, ind, obs, answer); err != nil {
			return release.Draft{}, fmt.Errorf("indicator %s: %w", ind.ID, err)
		}
		d.Observations = append(d.Observations, obs...)
		d.Answers = append(d.Answers, answer)
	}
	stat.SortObservations(d.Observations)
	d.Manifest.Gates = gates(d, in.Previous, found)
	return d, nil
}

// Same reports whether the draft would publish just what the former release holds: the same definitions,
// observations, answers and files.
func Same(d release.Draft, former *release.Release) bool {
	if former == nil {
		return false
	}
	content := func(defs stat.Definitions, obs []stat.Observation, answers []stat.Answer) string {
		text, err := json.Marshal(struct {
			D stat.Definitions
			O []stat.Observation
			A []stat.Answer
		}{defs, obs, answers})
		if err != nil {
			return ""
		}
		return string(text)
	}
	var answers []stat.Answer
	for _, ind := range former.Definitions().Indicators {
		a, err := former.Answer(ind.ID)
		if err != nil {
			return false
		}
		answers = append(answers, a)
	}
	now := content(d.Definitions, d.Observations, d.Answers)
	return now != "" && now == content(former.Definitions(), former.AllObservations(), answers)
}

// Changes lists the observations that a draft changes, adds or drops against the release before, by key.
func Changes(d release.Draft, former *release.Release) []Change {
	if former == nil {
		return nil
	}
	before := map[string]stat.Observation{}
	for _, o := range former.AllObservations() {
		before[o.Key()] = o
	}
	var out []Change
	for _, o := range d.Observations {
		key := o.Key()
		old, known := before[key]
		delete(before, key)
		switch {
		case !known:
			out = append(out, Change{Key: key, Kind: "added", New: face(o)})
		case face(old) != face(o):
			out = append(out, Change{Key: key, Kind: "changed", Old: face(old), New: face(o)})
		}
	}
	for key, old := range before {
		out = append(out, Change{Key: key, Kind: "gone", Old: face(old)})
	}
	slices.SortFunc(out, func(a, b Change) int {
		if a.Key < b.Key {
			return -1
		}
		return 1
	})
	return out
}

// Change is one published figure that a draft would change.
type Change struct {
	Key  string `json:"key"`
	Kind string `json:"kind"` // added, changed, gone
	Old  string `json:"old,omitempty"`
	New  string `json:"new,omitempty"`
}

// face is an observation's value or status as it is compared and shown.
func face(o stat.Observation) string {
	if o.Status != stat.StatusReported {
		return o.Status.Words()
	}
	decimals := 0
	if o.Kind == stat.KindRatio || o.Kind == stat.KindRate {
		decimals = 4
	}
	text := stat.FormatNumber(o.Value, decimals)
	if w := o.Bound.Words(); w != "" {
		text = w + " " + text
	}
	return text
}
