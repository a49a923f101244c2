package web

import (
	"errors"
	"fmt"
	"slices"
	"strings"

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
	h := revised{Summary: recordWords(found.Record)}
	for _, o := range v.rel.Observations(ind.ID) {
		steps := found.Vintages[o.Key()]
		first := slices.IndexFunc(steps, func(s release.Vintage) bool { return s.Change.New != nil })
		if len(steps) < 2 || first < 0 {
			continue
		}
		last := steps[len(steps)-1]
		panel, series := panelOf(ind, o)
		line := revisedFigure{
			Words: nounWords(o, panel, series) + ", " + o.Period.Label(panel.Clock), Path: v.valuePath(o.Key()),
			First: steps[first].Change.New.String(), FirstIn: link{Path: "/releases/" + steps[first].Release, Text: steps[first].Release},
			Latest: numberWords(o, panel), LatestIn: link{Path: "/releases/" + last.Release, Text: last.Release},
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
func recordWords(r stat.RevisionRecord) string {
	times := func(n int, one, many string) string {
		if n == 1 {
			return "1 " + one
		}
		return stat.FormatNumber(float64(n), 0) + " " + many
	}
	in := times(r.Releases, "release", "releases")
	if r.Revisions+r.Corrections+r.Other == 0 {
		return "No published figure of this question has been changed, in " + in + "."
	}
	var parts []string
	for _, p := range []struct {
		n         int
		one, many string
	}{
		{r.Revisions, "revision by better data", "revisions by better data"},
		{r.Corrections, "correction of an error", "corrections of errors"},
		{r.Other, "change for another reason", "changes for other reasons"},
	} {
		if p.n > 0 {
			parts = append(parts, times(p.n, p.one, p.many))
		}
	}
	text := "In " + in + ": " + strings.Join(parts, ", ") + "."
	if r.Up+r.Down > 0 {
		text += fmt.Sprintf(" %s went up and %s down", times(r.Up, "value", "values"), stat.FormatNumber(float64(r.Down), 0))
		if r.MeanSize != nil {
			text += ", by " + stat.FormatNumber(*r.MeanSize, 1) + " percent on average"
		}
		text += "."
	}
	return text
}
