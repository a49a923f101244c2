package web

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"tallystick/internal/lang"
	"tallystick/internal/release"
	"tallystick/internal/stat"
)

// revised is how the figures of an indicator were revised since they were first published.
type revised struct {
	Summary string
	Figures []revisedFigure
}

// revisedFigure is one figure whose value differs from the one that was published first.
type revisedFigure struct {
	Words        string
	Path         string
	First        string
	FirstIn      link
	Latest       string
	LatestIn     link
	Steps        int // how often its value changed
	Why          string
	IsCorrection bool
}

// redefined lists the releases in which the definition of an indicator was another than in the one before, newest first.
func (v *visit) redefined(id string) ([]link, error) {
	var out []link
	for _, m := range v.issued.List() {
		if m.Previous == nil {
			continue
		}
		rel, err := v.issued.Release(m.ID)
		if err != nil {
			return nil, err
		}
		diff, err := rel.Revisions()
		if errors.Is(err, stat.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("revisions of %s: %v", m.ID, err)
		}
		if slices.ContainsFunc(diff.Indicators, func(c stat.DefinitionChange) bool { return c.ID == id && c.Change == stat.ChangeDetails }) {
			out = append(out, link{Path: "/releases/" + m.ID, Text: m.ID})
		}
	}
	return out, nil
}

// revised tells, up to the release that is shown, how often the figures of an indicator were changed, by how much
// and which way, and what each was at first. There is no summary if no release kept a list of its changes.
func (v *visit) revised(ind stat.Indicator) (revised, error) {
	found, err := v.issued.History(ind.ID)
	if errors.Is(err, stat.ErrNotFound) {
		return revised{}, nil
	}
	if err != nil {
		return revised{}, fmt.Errorf("history of %s: %v", ind.ID, err)
	}
	h := revised{Summary: v.recordWords(found.Record)}
	for _, o := range v.rel.Observations(ind.ID) {
		steps := found.Vintages[o.Key()]
		first := slices.IndexFunc(steps, func(s release.Vintage) bool { return s.Change.New != nil })
		if len(steps) < 2 || first < 0 {
			continue
		}
		last := steps[len(steps)-1]
		panel, series := panelOf(ind, o)
		line := revisedFigure{
			Words: nounWords(v.l, o, panel, series) + ", " + v.l.Period(o.Period, panel.Clock), Path: v.valuePath(o.Key()),
			First: v.l.Shown(*steps[first].Change.New), FirstIn: link{Path: "/releases/" + steps[first].Release, Text: steps[first].Release},
			Latest: numberWords(v.l, o, panel), LatestIn: link{Path: "/releases/" + last.Release, Text: last.Release},
			Steps: len(steps) - 1, Why: last.Change.Why, IsCorrection: last.Change.Reason == stat.ReasonCorrection,
		}
		for _, c := range o.Codes {
			line.Words += ", " + c.Code
		}
		h.Figures = append(h.Figures, line)
	}
	return h, nil
}

// recordWords says how often the figures were changed, by how much and which way.
func (v *visit) recordWords(r stat.RevisionRecord) string {
	in := v.count(r.Releases, "%s release", "%s releases")
	if r.Revisions+r.Corrections+r.Other == 0 {
		return v.l.T("No published figure of this question has been changed, in %s.", in)
	}
	var parts []string
	for _, p := range []struct {
		n         int
		one, many string
	}{
		{r.Revisions, lang.Key("%s revision by better data"), lang.Key("%s revisions by better data")},
		{r.Corrections, lang.Key("%s correction of an error"), lang.Key("%s corrections of errors")},
		{r.Other, lang.Key("%s change for another reason"), lang.Key("%s changes for other reasons")},
	} {
		if p.n > 0 {
			parts = append(parts, v.count(p.n, p.one, p.many))
		}
	}
	text := v.l.T("In %s: %s.", in, strings.Join(parts, ", "))
	if r.Up+r.Down > 0 {
		up, down := v.count(r.Up, "%s value went up", "%s values went up"), stat.FormatCount(int64(r.Down))
		text += " " + v.l.T("%s and %s down.", up, down)
		if r.MeanSize != nil {
			text += " " + v.l.T("On average by %s percent.", stat.FormatNumber(*r.MeanSize, 1))
		}
	}
	return text
}
