package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"tallystick/internal/lang"
	"tallystick/internal/stat"
)

// mostCautions is about how many cautions a reader takes in. Neither the notes of a definition nor what could make a
// figure wrong is left out for it; the milder derived cautions are.
const mostCautions = 7

// caution is one thing to know before quoting; a lower rank is worse. A derived caution is left out if a note of the
// definition holds all the words of about, since its author then says the same with more knowledge.
type caution struct {
	rank  int
	text  string
	about []string
}

// The ranks of derived cautions. Those below rankNotes could make a quoted figure wrong and stand before the notes
// of the definition; those above it qualify a figure that is right.
const (
	rankFabricated = iota
	rankSurvivors
	rankContested
	rankBreak
	rankCoverage
	rankUnlike
	rankNotes
	rankStructural = rankNotes + 100 + iota
	rankWithheld
	rankAbsent
	rankSummed
	rankPrincipal
	rankPartial
	rankBound
	rankProvisional
	rankSmall
)

// cautions merges what follows from the observations with the notes of the definition, worst first.
func (w *writer) cautions() []stat.Sentence {
	var list []caution
	for i, note := range w.ind.Notes {
		list = append(list, caution{rank: rankNotes + min(i, 99), text: strings.TrimSpace(note)})
	}
	var derived []caution
	if w.ind.Fabricated() {
		derived = append(derived, caution{rank: rankFabricated, text: w.l.T("Made-up figures: do not quote them.")})
	}
	for _, p := range w.ind.Panels {
		if p.Unlike {
			derived = append(derived, caution{rank: rankUnlike,
				text: w.l.T("%s: unlike things stand side by side. %s", p.Title, strings.TrimSpace(p.Why))})
		}
		for _, s := range p.Series {
			v := w.of(p, s.ID)
			derived = append(append(derived, w.contested(v)...), w.coverages(v)...)
		}
	}
	derived = slices.Concat(derived, w.sources(), w.breaks(), w.gaps(), w.absences(), w.qualified())
	for _, c := range derived {
		if !w.noted(c) {
			list = append(list, c)
		}
	}
	slices.SortStableFunc(list, func(a, b caution) int { return cmp.Compare(a.rank, b.rank) })
	var out []string
	for _, c := range list {
		mild := c.rank >= rankStructural
		if slices.Contains(out, c.text) || (mild && len(out) >= mostCautions) {
			continue
		}
		out = append(out, c.text)
	}
	sentences := make([]stat.Sentence, len(out))
	for i, text := range out {
		sentences[i] = told(text)
	}
	return sentences
}

// noted reports whether a note of the definition says what the derived caution is about.
func (w *writer) noted(c caution) bool {
	return len(c.about) > 0 && slices.ContainsFunc(w.ind.Notes, func(note string) bool {
		note = strings.ToLower(note)
		return !slices.ContainsFunc(c.about, func(word string) bool { return !strings.Contains(note, strings.ToLower(word)) })
	})
}

// breaks says of each act or change of definition between or inside the figures that they do not compare across it.
// Who reports is a caution of its own.
func (w *writer) breaks() []caution {
	var out []caution
	for _, b := range w.allBreaks() {
		if b.Kind == stat.BreakCoverage {
			continue
		}
		var mixed []string
		before, after := false, false
		for _, p := range w.ind.Panels {
			for _, s := range p.Series {
				v := w.of(p, s.ID)
				if !slices.Contains(v.breaks, b) {
					continue
				}
				for _, o := range v.picks() {
					if o.Status != stat.StatusReported {
						continue
					}
					label := w.label(v, o)
					inside := len(stat.Mixed(o.Period, []stat.Break{b})) > 0
					if inside && !slices.Contains(mixed, label) {
						mixed = append(mixed, label)
					}
					before = before || inside || o.Period.To.Compare(b.Date) < 0
					after = after || inside || o.Period.To.Compare(b.Date) >= 0
				}
			}
		}
		if !before || !after {
			continue
		}
		text := w.l.T("%s, and figures before and after do not compare.", capital(w.acts([]stat.Break{b})))
		if b.Text != "" {
			text = w.l.T("%s, and figures before and after do not compare: %s.", capital(w.acts([]stat.Break{b})),
				strings.TrimSuffix(b.Text, "."))
		}
		if len(mixed) > 0 {
			text += " " + w.l.N(int64(len(mixed)), "%s holds days under both.", "%s hold days under both.", capital(w.brief(mixed)))
		}
		out = append(out, caution{rankBreak, text, []string{w.monthYear(b)}})
	}
	return out
}

// sources says what follows from how the data sets behind the indicator are made: records erased before they were
// counted, and counts under one offence alone.
func (w *writer) sources() []caution {
	var out []caution
	counted := map[stat.Charges][]string{}
	for _, p := range w.ind.Panels {
		for _, s := range p.Series {
			ds, ok := w.defs.Dataset(s.Dataset)
			if !ok {
				continue
			}
			if ds.Charges != "" && !slices.Contains(counted[ds.Charges], s.Label) {
				counted[ds.Charges] = append(counted[ds.Charges], s.Label)
			}
			if ds.Principal {
				out = append(out, caution{rankPrincipal, w.l.T("%s: each record counts under one offence alone, the most "+
					"serious or the first. The same offence beside another one is not here.", ds.Title),
					[]string{w.l.T("most serious")}})
			}
			for _, o := range w.of(p, s.ID).obs {
				if year, late := extracted(o, ds.ErasedFrom); late {
					out = append(out, caution{rank: rankSurvivors, text: w.l.T(
						"%s: the figures of a source of %s count only records that were left. Since %s old records are erased by law, "+
							"so past years look smaller than they were.", ds.Title, year, w.l.Date(ds.ErasedFrom))})
				}
			}
		}
	}
	if lead, other := counted[stat.ChargesLead], counted[stat.ChargesAny]; len(lead) > 0 && len(other) > 0 {
		out = append(out, caution{rank: rankUnlike, text: w.l.T(
			"Lead charge alone: %s. Any charge: %s. The first is a part of the second: do not add them, and do not compare the one with "+
				"the other.", w.l.And(lead), w.l.And(other))})
	}
	return out
}

// extracted reports whether a source of the observation is of the year in which erasure began or later.
func extracted(o stat.Observation, erased stat.Date) (string, bool) {
	if erased.IsZero() || o.Status != stat.StatusReported {
		return "", false
	}
	for _, c := range o.Citations {
		if year, err := strconv.Atoi(c.Year); err == nil && year >= erased.Year {
			return c.Year, true
		}
	}
	return "", false
}

// absences says for which periods there is no figure, and why.
func (w *writer) absences() []caution {
	var list []string
	for _, p := range w.ind.Panels {
		for _, s := range p.Series {
			v := w.of(p, s.ID)
			for _, o := range runs(v.picks()) {
				if o.Status == stat.StatusReported || o.Status == stat.StatusWithheld {
					continue
				}
				list = append(list, s.Noun.Many+" "+w.periodBriefly(o.Period, p.Clock)+" ("+w.l.T(o.Status.Words())+")")
			}
		}
	}
	if len(list) == 0 {
		return nil
	}
	return []caution{{rankAbsent, w.l.T("A gap is not a zero. There is no figure for %s.", w.brief(list)), []string{w.l.T("gaps")}}}
}

// monthYear names the month of a break, as a note would: "October 2010"; the year alone where no more is known.
func (v voice) monthYear(b stat.Break) string {
	if b.Precision == "year" {
		return fmt.Sprint(b.Date.Year)
	}
	return v.l.Month(b.Date)
}

// contested says of each period for which sources differ what each says.
func (w *writer) contested(v *values) []caution {
	var out []caution
	for _, group := range v.contested() {
		var said, about []string
		for _, o := range group {
			said = append(said, figured(w.bare(o)))
			about = append(about, stat.FormatNumber(o.Value, 0))
		}
		out = append(out, caution{rankContested, w.l.T("Sources differ on %s for %s: %s. Sentences use the first.",
			v.series.Noun.Many, w.label(v, group[0]), w.l.And(said)), about})
	}
	return out
}

// coverages says for which periods not everybody reported, and where the reporters behind a change differ.
func (w *writer) coverages(v *values) []caution {
	var out []caution
	var incomplete, shown, about []string
	for _, o := range v.picks() {
		c, label := o.Coverage, w.label(v, o)
		n, of := figure(o, stat.FormatCount(int64(c.Reported))), figure(o, stat.FormatCount(int64(c.Expected)))
		switch {
		case c.Accounts > 0 && float64(c.Accounts) < o.Value:
			total := stat.FormatNumber(o.Value, 0)
			shown = append(shown, w.l.T("%s (%s of %s, with %s of %s)", label, n, of, figure(o, stat.FormatCount(c.Accounts)), figure(o, total)))
			about = append(about, stat.FormatCount(c.Accounts), total)
		case c.Known() && !c.Complete():
			from := w.l.T("%s from %s of %s", label, n, of)
			if people := w.l.Residents(c); people != "" {
				from += ", " + people
			}
			incomplete = append(incomplete, from)
		case o.Has(stat.MarkPartial):
			incomplete = append(incomplete, w.l.T("%s in part", label))
		}
	}
	what := v.series.Noun.Many
	if len(incomplete) > 0 {
		out = append(out, caution{rank: rankCoverage,
			text: w.l.T("Not all %s reported %s: %s.", w.reporters(v), what, w.brief(incomplete))})
	}
	if len(shown) > 0 {
		out = append(out, caution{rankPartial, w.l.T(
			"The total of %s is whole, but not all %s are shown apart: %s.", what, w.reporters(v), w.brief(shown)), about})
	}
	if c, ok := w.unlikeReporters(v); ok {
		out = append(out, c)
	}
	return out
}

// reporters names those who are expected to report the series, or who did.
func (w *writer) reporters(v *values) string {
	if v.series.Expected != nil && v.series.Expected.Noun.Many != "" {
		return v.series.Expected.Noun.Many
	}
	for _, o := range v.obs {
		if o.Coverage.Noun != "" {
			return o.Coverage.Noun
		}
	}
	return w.l.T("reporters")
}

// qualified returns the cautions that name single figures of all series together.
func (w *writer) qualified() []caution {
	var bounded, withheld, summed, provisional, small, structural []string
	for _, p := range w.ind.Panels {
		for _, s := range p.Series {
			v := w.of(p, s.ID)
			for _, o := range v.parts {
				if o.Has(stat.MarkStructural) && !slices.Contains(structural, w.l.Remark(w.defs, o.Note)) {
					structural = append(structural, w.l.Remark(w.defs, o.Note))
				}
			}
			for _, o := range v.picks() {
				where := s.Label + ", " + w.label(v, o)
				reported := o.Status == stat.StatusReported
				switch {
				case reported && o.Bound != stat.BoundExactly && o.Bound != "":
					bounded = append(bounded, figured(w.bare(o))+" ("+where+")")
				case o.Status == stat.StatusWithheld:
					withheld = append(withheld, where)
				}
				if reported && o.Has(stat.MarkSummed) {
					summed = append(summed, where)
				}
				if o.Has(stat.MarkProvisional) {
					provisional = append(provisional, where)
				}
				if reported && o.Value < stat.StableFrom && o.Bound != stat.BoundAtLeast {
					small = append(small, figured(w.bare(o))+" ("+where+")")
				}
			}
		}
	}
	var out []caution
	for _, note := range structural {
		out = append(out, caution{rank: rankStructural, text: note})
	}
	for _, c := range []struct {
		rank   int
		format string
		list   []string
		about  []string
	}{
		{rankBound, lang.Key("Some figures are limits or estimates, as their source worded them: %s."), bounded, nil},
		{rankWithheld, lang.Key("Small counts are withheld to protect people: %s."), withheld, []string{lang.Key("small counts")}},
		{rankSummed, lang.Key("The source gives no total here, so ours adds up its parts: %s."), summed, []string{lang.Key("sum")}},
		{rankProvisional, lang.Key("Provisional, and may change: %s."), provisional, []string{lang.Key("provisional")}},
		{rankSmall, lang.Key("Counts this small move by chance from one period to the next: %s."), small, []string{lang.Key("chance")}},
	} {
		if len(c.list) > 0 {
			out = append(out, caution{rank: c.rank, text: w.l.T(c.format, w.brief(c.list)), about: w.all(c.about)})
		}
	}
	return out
}

// unlikeReporters says with both pairs of figures where a change is one of who reports. Each of the figures stands in
// the tables of the page.
func (w *writer) unlikeReporters(v *values) (caution, bool) {
	last, _, ok := v.latest()
	if v.series.Expected == nil || !ok {
		return caution{}, false
	}
	for _, first := range v.picks() {
		a, ok := v.like(first, first, last)
		b, ok2 := v.like(last, first, last)
		if !ok || !ok2 {
			continue
		}
		l := stat.CompareReporters(first, last, v.parts, v.series.Expected.Dimension, stat.CompareOptions{Breaks: v.breaks})
		if !l.Prefer || l.All.Verdict == stat.VerdictRefused {
			return caution{}, false
		}
		return caution{rank: rankCoverage, text: w.l.T(
			"Not the same %s reported %s for %s and for %s: all together counted %s and %s, the %s that reported for both "+
				"%s and %s.",
			w.reporters(v), v.series.Noun.Many, w.label(v, first), w.label(v, last),
			figure(first, stat.FormatNumber(first.Value, 0)), figure(last, stat.FormatNumber(last.Value, 0)),
			figure(a, stat.FormatCount(int64(a.Coverage.Reported))), figure(a, stat.FormatNumber(a.Value, 0)),
			figure(b, stat.FormatNumber(b.Value, 0)))}, true
	}
	return caution{}, false
}

// gaps says, for each pairing of the definition, where its two sides differ in the latest period that has both.
func (w *writer) gaps() []caution {
	var out []caution
	for _, p := range w.ind.Pairings {
		one, ok := w.series[p.One]
		other, ok2 := w.series[p.Other]
		if !ok || !ok2 {
			continue
		}
		for _, r := range slices.Backward(stat.Reconcile(p, one.picks(), other.picks())) {
			if r.Why != "" || r.Gap == 0 {
				continue
			}
			a, _ := one.at(r.Period)
			b, _ := other.at(r.Period)
			reason := p.Why
			if reason == "" {
				reason = w.l.T("Why they differ is not known.")
			}
			out = append(out, caution{rank: rankContested, text: w.l.T(
				"%s: %s on one side and %s on the other, for %s, a gap of %s. %s", p.Title,
				figured(w.counted(a, one.series.Noun)), figured(w.counted(b, other.series.Noun)), w.label(one, a),
				stat.FormatNumber(math.Abs(r.Gap), 0), strings.TrimSpace(reason))})
			break
		}
	}
	return out
}

// label names the period of an observation of the series.
func (w *writer) label(v *values, o stat.Observation) string {
	_, words := w.periodWords(o.Period, v.panel.Clock)
	return words
}

// contested returns the figures of each period for which sources differ, the one that sentences use first.
func (v *values) contested() [][]stat.Observation {
	var out [][]stat.Observation
	for _, pick := range v.picks() {
		group := []stat.Observation{pick}
		for _, o := range v.obs {
			if o.Period.Same(pick.Period) && o.Key() != pick.Key() && o.Status == stat.StatusReported {
				group = append(group, o)
			}
		}
		if len(group) > 1 {
			out = append(out, group)
		}
	}
	return out
}

// brief joins a list and shortens one of more than four.
func (v voice) brief(list []string) string {
	if len(list) > 4 {
		return v.l.T("%s and %d more", strings.Join(list[:3], ", "), len(list)-3)
	}
	return v.l.And(list)
}

// all gives words in the language.
func (v voice) all(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = v.l.T(w)
	}
	return out
}
