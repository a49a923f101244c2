// Package report owns the words about figures: the sentence that answers an indicator's question, the sentences of
// its panels, the alternative text of its figure, and what to know before quoting it. It fills the templates of the
// definitions from observations by rule, so that a sentence cannot say what the data does not: every number in it
// is an observation's value or limit and carries that observation's key, and no direction is named where chance, a
// break or missing parts could account for a difference.
//
// It must never know where figures come from or where the words go: no files, no SQL, no HTML.
package report

import (
	"fmt"
	"slices"
	"strings"

	"tallystick/internal/stat"
)

// Write returns the words about one indicator from its observations, which may include those of other indicators.
// The issues name what keeps a sentence from being written as its template asks (an error), or what a reader of the
// release should know was left out (a warning); File is the indicator's identifier and Column the panel's. Equal
// arguments give equal answers, whatever the order of obs.
func Write(ind stat.Indicator, obs []stat.Observation, defs stat.Definitions) (stat.Answer, []stat.Issue) {
	w := newWriter(ind, obs, defs)
	answer := stat.Answer{Indicator: ind.ID}
	for _, p := range ind.Panels {
		answer.Panels = append(answer.Panels, stat.Spoken{Panel: p.ID, Sentence: w.sentence(p)})
	}
	for _, id := range ind.Answer {
		i := slices.IndexFunc(answer.Panels, func(s stat.Spoken) bool { return s.Panel == id })
		if i < 0 {
			w.problem(stat.SeverityError, id, "unknown-panel", "The answer names a panel that the indicator does not have.")
			continue
		}
		answer.Sentences = append(answer.Sentences, answer.Panels[i].Sentence)
	}
	answer.Alt = w.alt()
	answer.Told = w.cautions()
	for _, c := range answer.Told {
		answer.Cautions = append(answer.Cautions, c.String())
	}
	answer.Breaks = w.allBreaks()
	answer.Events = w.events()
	answer.Reconciled = w.reconciled()
	stat.SortIssues(w.issues)
	return answer, w.issues
}

// writer holds what the sentences of one indicator are written from.
type writer struct {
	voice
	ind    stat.Indicator
	defs   stat.Definitions
	series map[string]*values // by panel and series id
	people []stat.Observation // residents, by panel and period
	issues []stat.Issue
	after  []string // sentences that follow the one being written
}

// values are the undivided observations of one series, oldest first.
type values struct {
	panel  stat.Panel
	series stat.Series
	obs    []stat.Observation
	parts  []stat.Observation // with one code each
	likes  []stat.Observation // sums over the same reporters of two periods
	breaks []stat.Break
}

func newWriter(ind stat.Indicator, obs []stat.Observation, defs stat.Definitions) *writer {
	w := &writer{voice: voiceOf(defs), ind: ind, defs: defs, series: map[string]*values{}}
	sorted := slices.Clone(obs)
	stat.SortObservations(sorted)
	for _, o := range sorted {
		if o.Indicator == ind.ID && o.Kind == stat.KindPopulation && len(o.Codes) == 0 {
			w.people = append(w.people, o)
		}
	}
	for _, p := range ind.Panels {
		list := slices.Clone(p.Series)
		if p.Ratio != nil {
			list = append(list, stat.Series{ID: "ratio"})
		}
		if p.Rate != nil {
			list = append(list, stat.Series{ID: "rate"})
		}
		for _, s := range list {
			w.series[p.ID+"/"+s.ID] = &values{panel: p, series: s}
		}
	}
	for _, o := range sorted {
		v, ok := w.series[o.Panel+"/"+o.Series]
		switch {
		case o.Indicator != ind.ID || !ok:
		case len(o.Codes) == 0:
			v.obs = append(v.obs, o)
		case o.Kind == stat.KindLike:
			v.likes = append(v.likes, o)
		case len(o.Codes) == 1:
			v.parts = append(v.parts, o)
		}
	}
	for _, v := range w.series {
		v.breaks = stat.BreaksOf(v.series, v.obs, defs)
	}
	return w
}

func (w *writer) of(panel stat.Panel, series string) *values {
	if v, ok := w.series[panel.ID+"/"+series]; ok {
		return v
	}
	return &values{panel: panel}
}

func (w *writer) problem(severity stat.Severity, panel, code, problem string) {
	w.issues = append(w.issues,
		stat.Issue{File: w.ind.ID, Column: panel, Code: code, Problem: problem, Severity: severity})
}

// at returns the figure that sentences use for the period: the preferred one where sources differ, else the first.
func (v *values) at(p stat.Period) (stat.Observation, bool) {
	var first stat.Observation
	found := false
	for _, o := range v.obs {
		if !o.Period.Same(p) {
			continue
		}
		if o.Has(stat.MarkPreferred) {
			return o, true
		}
		if !found {
			first, found = o, true
		}
	}
	return first, found
}

// picks returns one figure for each period, oldest first.
func (v *values) picks() []stat.Observation {
	var out []stat.Observation
	for _, o := range v.obs {
		if len(out) > 0 && out[len(out)-1].Period.Same(o.Period) {
			continue
		}
		pick, _ := v.at(o.Period)
		out = append(out, pick)
	}
	return out
}

// latest returns the figure of the last period that has a value, and the later periods without one; if no period has
// a value, it returns the last.
func (v *values) latest() (o stat.Observation, after []stat.Observation, ok bool) {
	picks := v.picks()
	for i, o := range slices.Backward(picks) {
		if o.Status == stat.StatusReported {
			return o, picks[i+1:], true
		}
	}
	if len(picks) == 0 {
		return stat.Observation{}, nil, false
	}
	return picks[len(picks)-1], nil, true
}

// like returns the sum of one of two periods over the reporters of both.
func (v *values) like(of, earlier, later stat.Observation) (stat.Observation, bool) {
	code := stat.SameReportersCode(earlier.Period, later.Period)
	for _, o := range v.likes {
		if o.Period.Same(of.Period) && o.Code(stat.SameReporters) == code {
			return o, true
		}
	}
	return stat.Observation{}, false
}

// spanOf returns the shortest period that holds all observations; its start is unknown if any start is.
func spanOf(obs []stat.Observation) (stat.Period, bool) {
	if len(obs) == 0 {
		return stat.Period{}, false
	}
	out := stat.Period{From: obs[0].Period.From, To: obs[0].Period.To}
	for _, o := range obs[1:] {
		if o.Period.From.IsZero() || (!out.From.IsZero() && o.Period.From.Compare(out.From) < 0) {
			out.From = o.Period.From
		}
		if o.Period.To.Compare(out.To) > 0 {
			out.To = o.Period.To
		}
	}
	return out, true
}

// allBreaks returns the breaks of all series of the indicator, over the span for which each has observations.
func (w *writer) allBreaks() []stat.Break {
	var out []stat.Break
	for _, p := range w.ind.Panels {
		for _, s := range p.Series {
			out = append(out, w.of(p, s.ID).breaks...)
		}
	}
	return stat.SortBreaks(out)
}

// reconciled pairs the series that the definition says count the same thing from two sides, for the periods for which
// both have a figure.
func (w *writer) reconciled() []stat.Reconciled {
	var out []stat.Reconciled
	for _, p := range w.ind.Pairings {
		one, ok := w.series[p.One]
		other, ok2 := w.series[p.Other]
		if !ok || !ok2 {
			w.problem(stat.SeverityError, "", "unknown-series",
				fmt.Sprintf("The pairing %s names %s and %s; one of them is no PANEL/SERIES of the indicator.",
					p.ID, p.One, p.Other))
			continue
		}
		for _, r := range stat.Reconcile(p, one.picks(), other.picks()) {
			if r.Why != stat.RefusedMissing {
				out = append(out, r)
			}
		}
	}
	return out
}

// events returns the identifiers of the events that apply: those that name the indicator, and those on a section it
// counts that fall inside the span of its observations, oldest first.
func (w *writer) events() []string {
	var all []stat.Observation
	sections := slices.Clone(w.ind.Statutes)
	for _, p := range w.ind.Panels {
		for _, s := range p.Series {
			all = append(all, w.of(p, s.ID).obs...)
			sections = append(sections, s.Statutes...)
		}
	}
	span, ok := spanOf(all)
	var list []stat.Event
	for _, e := range w.defs.Events {
		onSection := slices.ContainsFunc(e.Statutes, func(id string) bool { return slices.Contains(sections, id) })
		inside := ok && (span.From.IsZero() || e.Date.Compare(span.From) >= 0) && e.Date.Compare(span.To) <= 0
		if slices.Contains(e.Indicators, w.ind.ID) || (onSection && inside) {
			list = append(list, e)
		}
	}
	slices.SortStableFunc(list, func(a, b stat.Event) int {
		if c := a.Date.Compare(b.Date); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	var out []string
	for _, e := range list {
		out = append(out, e.ID)
	}
	return out
}

// alt is the alternative text of the figure: what kind of figure it is, then its figures, or, for a long series, the
// first, the latest, the lowest and the highest.
func (w *writer) alt() string {
	parts := []string{strings.TrimSpace(w.ind.Alt)}
	for _, p := range w.ind.Panels {
		var lines []string
		for _, s := range p.Series {
			if line := w.altOf(w.of(p, s.ID)); line != "" {
				lines = append(lines, line)
			}
		}
		if len(lines) > 0 {
			parts = append(parts, p.Title+": "+strings.Join(lines, "; ")+".")
		}
	}
	return strings.TrimSpace(strings.Join(parts, " "))
}

// longest is the number of figures of a series that an alternative text or a list in a sentence still spells out.
const longest = 8

func (w *writer) altOf(v *values) string {
	picks := v.picks()
	if len(picks) == 0 {
		return ""
	}
	say := func(o stat.Observation) string {
		o.Period.Stated = "" // the dates are enough for a figure; the table has the words
		return textOf(w.bare(o)) + " " + w.periodBriefly(o.Period, v.panel.Clock)
	}
	var all []string
	var valued []stat.Observation
	for _, run := range runs(picks) {
		all = append(all, say(run))
		if run.Status == stat.StatusReported {
			valued = append(valued, run)
		}
	}
	if len(valued) <= longest {
		return v.series.Label + " " + strings.Join(all, ", ")
	}
	low, high := valued[0], valued[0]
	for _, o := range valued {
		if o.Value < low.Value {
			low = o
		}
		if o.Value > high.Value {
			high = o
		}
	}
	return w.l.T("%s %s, then %s; lowest %s, highest %s", v.series.Label, say(valued[0]), say(valued[len(valued)-1]),
		say(low), say(high))
}

// runs returns the observations of a series with neighbouring ones that lack a value for the same reason made one.
func runs(picks []stat.Observation) []stat.Observation {
	var out []stat.Observation
	for _, o := range picks {
		if n := len(out); n > 0 && o.Status != stat.StatusReported && out[n-1].Status == o.Status {
			out[n-1].Period.To = o.Period.To
			continue
		}
		out = append(out, o)
	}
	return out
}
