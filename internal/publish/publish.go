// Package publish makes a release out of the warehouse, the definitions and the release before: SQL counts, Go
// judges, rules write the sentences, figures are drawn, files are written, gates are checked, and what passes is
// sealed.
//
// It must never know HTTP. It writes nothing but a sealed release, and reads a former release only to compare.
package publish

import (
	"context"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"tallystick/internal/lang"
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
	Former      []stat.Former    // every release that was ever published, oldest first
	ID          string
	At          time.Time // moment of publication
	Reason      string    // why the release is made, for its readers
	Statements  []stat.Statement
	Program     string // version of tallystick, for the manifest
	Secret      []byte // keys the checksum over the inputs and the commitments; the same for all releases of an installation
	Progress    func(step string)
}

// Drafted is a release that is not sealed yet, with what it changes.
type Drafted struct {
	release.Draft
	Difference stat.Difference // against the release before

	// Withheld holds the true values of what is not published, by key. It never leaves the place where the
	// warehouse is; the audit of later releases needs it.
	Withheld map[string]float64
}

// Draft computes a release. The gates are in its manifest; a gate that did not pass forbids sealing. The error
// is ErrInvalid if the definitions and the records do not fit together.
func Draft(ctx context.Context, in Input) (Drafted, error) {
	batches, err := in.Warehouse.Batches(ctx)
	if err != nil {
		return Drafted{}, err
	}
	inputs, err := Inputs(in.Definitions, batches, in.Secret)
	if err != nil {
		return Drafted{}, err
	}
	d := Drafted{Draft: release.Draft{
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
	}}
	if in.Previous != nil {
		d.Manifest.Previous = &stat.Ref{ID: in.Previous.Manifest().ID, SHA256: in.Previous.SHA256()}
	}
	var observed []stat.Observation
	for _, ind := range in.Definitions.Indicators {
		in.Progress("counting " + ind.ID)
		obs, err := observe(ctx, in, ind)
		if err != nil {
			return Drafted{}, fmt.Errorf("indicator %s: %w", ind.ID, err)
		}
		observed = append(observed, obs...)
	}
	in.Progress("auditing what could be worked out")
	disclosed, err := stat.SuppressObservations(observed, in.Definitions, in.Definitions.Site.Rule(), in.Former...)
	if err != nil {
		return Drafted{}, err
	}
	for _, period := range disclosed.Held {
		in.Progress("held back, " + period)
	}
	d.Observations, d.Manifest.Audit = disclosed.Observations, disclosed.Audit
	d.Observations = append(d.Observations, likeFigures(d.Observations, in.Definitions)...)
	if in.Previous != nil {
		revise(d.Observations, in.Previous.AllObservations())
	}
	stat.SortObservations(d.Observations)
	found := findings{disclosure: disclosed.Issues, renamed: disclosed.Renamed}
	for _, ind := range in.Definitions.Indicators {
		obs := d.of(ind.ID)
		answer, issues := report.Write(ind, obs, in.Definitions)
		found.sentences = append(found.sentences, issues...)
		for _, l := range lang.Languages[1:] {
			if _, translated := ind.Text[l.Code()]; !translated {
				continue
			}
			defs := in.Definitions.In(l.Code())
			told, _ := defs.Indicator(ind.ID)
			spoken, issues := report.Write(told, obs, defs)
			found.sentences = append(found.sentences, issues...)
			if answer.Text == nil {
				answer.Text = map[string]stat.AnswerText{}
			}
			answer.Text[l.Code()] = stat.AnswerText{Sentences: spoken.Sentences, Panels: spoken.Panels, Alt: spoken.Alt,
				Cautions: spoken.Cautions, Told: spoken.Told, Breaks: spoken.Breaks}
		}
		in.Progress("drawing " + ind.ID)
		if err := files(&d.Draft, ind, obs, answer); err != nil {
			return Drafted{}, fmt.Errorf("indicator %s: %w", ind.ID, err)
		}
		d.Answers = append(d.Answers, answer)
	}
	hides := withholding(d.Observations, in.Definitions)
	for _, f := range in.Former {
		maps.Copy(hides, withholding(f.Observations, f.Definitions))
	}
	for i, b := range d.Manifest.Batches {
		if hides[b.Dataset] {
			d.Manifest.Batches[i].SHA256, d.Manifest.Batches[i].Bytes = "", 0
			if in.Secret != nil {
				opening, err := Open(b, in.Secret)
				if err != nil {
					return Drafted{}, err
				}
				d.Manifest.Batches[i].Commitment = opening.Commitment
			}
		}
	}
	for _, ds := range in.Definitions.Datasets {
		if hides[ds.ID] && len(ds.PublicFields()) > 0 {
			return Drafted{}, fmt.Errorf("the records of %s cannot be handed out: figures counted from them are withheld, and the "+
				"records would tell them; remove records from the data set: %w", ds.ID, stat.ErrInvalid)
		}
		if err := records(ctx, in, ds, d.Files); err != nil {
			return Drafted{}, fmt.Errorf("records of %s: %w", ds.ID, err)
		}
	}
	var before *stat.Edition
	if in.Previous != nil {
		e := in.Previous.Edition()
		before = &e
	}
	after := stat.Edition{Manifest: d.Manifest, Definitions: d.Definitions, Observations: d.Observations, Answers: d.Answers}
	d.Difference = stat.CompareReleases(before, after)
	d.Withheld = disclosed.Withheld
	d.Manifest.Gates = gates(d, found)
	return d, nil
}

// withholding gives the data sets of which any figure is withheld.
func withholding(obs []stat.Observation, defs stat.Definitions) map[string]bool {
	out := map[string]bool{}
	for _, o := range obs {
		if o.Status != stat.StatusWithheld {
			continue
		}
		ind, _ := defs.Indicator(o.Indicator)
		for _, p := range ind.Panels {
			for _, s := range p.Series {
				if p.ID == o.Panel && (s.ID == o.Series || o.Kind != stat.KindCount) {
					out[s.Dataset] = true
				}
			}
		}
	}
	return out
}

// likeFigures returns the sums over the same reporters of two periods, for every series of which somebody is expected to
// report. They are made of what is published, after disclosure control, and of nothing else.
func likeFigures(obs []stat.Observation, defs stat.Definitions) []stat.Observation {
	var out []stat.Observation
	for _, ind := range defs.Indicators {
		for _, p := range ind.Panels {
			for _, s := range p.Series {
				if s.Expected == nil || p.Window > 0 {
					continue
				}
				var totals, parts []stat.Observation
				for _, o := range obs {
					switch {
					case o.Indicator != ind.ID || o.Panel != p.ID || o.Series != s.ID || o.Kind != stat.KindCount:
					case len(o.Codes) == 0 && o.Ordinal == 0:
						totals = append(totals, o)
					case len(o.Codes) == 1:
						parts = append(parts, o)
					}
				}
				out = append(out, stat.LikeFigures(s, totals, parts, stat.BreaksOf(s, totals, defs))...)
			}
		}
	}
	return out
}

// Inputs returns the checksum over definitions and batches by which an installation knows that nothing new has come in.
// The checksums of the exports go into it under a key: of an export that holds withheld counts, everything else may be
// known, so that whoever has its plain checksum could try the few counts there can be until one fits. For that reason the
// manifest leaves out the checksum and the size of such an export, in the release that withholds and in all later ones, and
// has a commitment instead.
func Inputs(defs stat.Definitions, batches []stat.Batch, secret []byte) (string, error) {
	of := slices.Clone(batches)
	for i, b := range of {
		of[i].SHA256, of[i].Bytes = hex.EncodeToString(keyed(secret, b.SHA256)), 0
	}
	return release.Inputs(defs, of)
}

// of returns the draft's observations of one indicator, in their order.
func (d Drafted) of(indicator string) []stat.Observation {
	var out []stat.Observation
	for _, o := range d.Observations {
		if o.Indicator == indicator {
			out = append(out, o)
		}
	}
	return out
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

// revise marks the figures whose value differs from the one of the release before, and those that were marked
// so there. The observations are changed in place.
func revise(now, before []stat.Observation) {
	then := make(map[string]stat.Observation, len(before))
	for _, o := range before {
		then[o.Key()] = o
	}
	for i, o := range now {
		old, ok := then[o.Key()]
		if !ok || o.Status != stat.StatusReported || old.Status != stat.StatusReported {
			continue
		}
		if old.Value != o.Value || old.Has(stat.MarkRevised) {
			now[i].Marks = mark(o.Marks, stat.MarkRevised)
		}
	}
}
