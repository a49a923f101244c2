package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tallystick/internal/stat"
)

// mostCautions is about how many cautions a reader takes in. The notes of a definition are never left out for it;
// the milder derived ones are.
const mostCautions = 7

// caution is one thing to know before quoting; a lower rank is worse.
type caution struct {
	rank int
	text string
}

// The ranks of derived cautions. Those below rankNotes could make a quoted figure wrong and stand before the notes
// of the definition; those above it qualify a figure that is right.
const (
	rankContested = iota
	rankBreak
	rankCoverage
	rankPartial
	rankBound
	rankUnlike
	rankWithheld
	rankNotes
	rankAbsent = rankNotes + 100 + iota
	rankSummed
	rankProvisional
	rankSmall
)

// cautions merges what follows from the observations with the notes of the definition, worst first.
func (w *writer) cautions() []string {
	var list []caution
	for i, note := range w.ind.Notes {
		list = append(list, caution{rankNotes + min(i, 99), strings.TrimSpace(note)})
	}
	for _, p := range w.ind.Panels {
		if p.Unlike != "" {
			list = append(list, caution{rankUnlike, p.Title + ": unlike things stand side by side. " + strings.TrimSpace(p.Unlike)})
		}
		for _, s := range p.Series {
			list = append(list, w.derived(w.of(p, s.ID))...)
		}
	}
	list = append(append(list, w.gaps()...), w.qualified()...)
	slices.SortStableFunc(list, func(a, b caution) int { return cmp.Compare(a.rank, b.rank) })
	var out []string
	notes := len(w.ind.Notes)
	for _, c := range list {
		isNote := c.rank >= rankNotes && c.rank < rankAbsent
		if isNote {
			notes--
		}
		if slices.Contains(out, c.text) || (!isNote && len(out)+notes >= mostCautions) {
			continue
		}
		out = append(out, c.text)
	}
	return out
}

// derived returns the cautions that follow from the observations of one series.
func (w *writer) derived(v *values) []caution {
	var out []caution
	add := func(rank int, format string, args ...any) {
		out = append(out, caution{rank, fmt.Sprintf(format, args...)})
	}
	if c, ok := w.unlikeReporters(v); ok {
		out = append(out, c)
	}
	for _, b := range v.breaks {
		if b.Kind == stat.BreakCoverage {
			continue // the coverage of each period is a caution of its own
		}
		text := capital(acts([]stat.Break{b})) + ", and figures before and after do not compare"
		if b.Text != "" {
			text += ": " + strings.TrimSuffix(b.Text, ".")
		}
		var mixed []string
		for _, o := range v.picks() {
			if len(stat.Mixed(o.Period, []stat.Break{b})) > 0 {
				mixed = append(mixed, w.label(v, o))
			}
		}
		text += "."
		if len(mixed) > 0 {
			text += " " + capital(and(mixed)) + " " + oneMany(len(mixed), "holds", "hold") + " days under both."
		}
		add(rankBreak, "%s", text)
	}
	for _, group := range v.contested() {
		var said []string
		for _, o := range group {
			said = append(said, textOf(bare(o)))
		}
		add(rankContested, "Sources differ on %s for %s: %s. Sentences use the first.", v.series.Noun.Many,
			w.label(v, group[0]), and(said))
	}
	var incomplete, partial []string
	for _, o := range v.picks() {
		label := w.label(v, o)
		if o.Coverage.Known() && !o.Coverage.Complete() {
			incomplete = append(incomplete, fmt.Sprintf("%s from %s of %s", label,
				stat.FormatCount(int64(o.Coverage.Reported)), stat.FormatCount(int64(o.Coverage.Expected))))
		}
		switch a := o.Coverage.Accounts; {
		case a > 0 && float64(a) < o.Value:
			partial = append(partial, fmt.Sprintf("%s, of which they show %s of %s", label, stat.FormatCount(a),
				stat.FormatNumber(o.Value, 0)))
		case o.Has(stat.MarkPartial):
			partial = append(partial, label)
		}
	}
	what := v.series.Noun.Many
	if len(incomplete) > 0 {
		add(rankCoverage, "Not all %s reported %s: %s.", w.reporters(v), what, brief(incomplete))
	}
	if len(partial) > 0 {
		add(rankPartial, "The figures by part do not add up to the total of %s for %s.", what, brief(partial))
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
	return "reporters"
}

// qualified returns the cautions that name single figures of all series together.
func (w *writer) qualified() []caution {
	var bounded, withheld, absent, summed, provisional, small []string
	for _, p := range w.ind.Panels {
		for _, s := range p.Series {
			v := w.of(p, s.ID)
			for _, o := range v.picks() {
				where := s.Label + ", " + w.label(v, o)
				reported := o.Status == stat.StatusReported
				switch {
				case reported && o.Bound != stat.BoundExactly && o.Bound != "":
					bounded = append(bounded, textOf(bare(o))+" ("+where+")")
				case o.Status == stat.StatusWithheld:
					withheld = append(withheld, where)
				case !reported:
					absent = append(absent, where+" ("+o.Status.Words()+")")
				}
				if o.Has(stat.MarkSummed) {
					summed = append(summed, where)
				}
				if o.Has(stat.MarkProvisional) {
					provisional = append(provisional, where)
				}
				if reported && o.Value < stat.StableFrom && o.Bound != stat.BoundAtLeast {
					small = append(small, textOf(bare(o))+" ("+where+")")
				}
			}
		}
	}
	var out []caution
	for _, c := range []struct {
		rank   int
		format string
		list   []string
	}{
		{rankBound, "Some figures are limits or estimates, as their source worded them: %s.", bounded},
		{rankWithheld, "Small counts are withheld to protect people: %s.", withheld},
		{rankAbsent, "A gap is not a zero. There is no figure for %s.", absent},
		{rankSummed, "The source gives no total here, so ours adds up its parts: %s.", summed},
		{rankProvisional, "Provisional, and may change: %s.", provisional},
		{rankSmall, "Counts this small move by chance from one period to the next: %s.", small},
	} {
		if len(c.list) > 0 {
			out = append(out, caution{c.rank, fmt.Sprintf(c.format, brief(c.list))})
		}
	}
	return out
}

// unlikeReporters says with both pairs of figures where a change is one of who reports.
func (w *writer) unlikeReporters(v *values) (caution, bool) {
	picks := v.picks()
	picks = slices.DeleteFunc(picks, func(o stat.Observation) bool { return o.Status != stat.StatusReported })
	if v.series.Expected == nil || len(picks) < 2 {
		return caution{}, false
	}
	first, last := picks[0], picks[len(picks)-1]
	l := stat.CompareReporters(first, last, v.parts, v.series.Expected.Dimension, stat.CompareOptions{Breaks: v.lasting()})
	if !l.Prefer || l.Reporters == 0 || l.All.Verdict == stat.VerdictRefused {
		return caution{}, false
	}
	return caution{rankCoverage, fmt.Sprintf(
		"Not the same %s reported %s for %s and for %s: all together counted %s and %s, the %s that reported for both %s and %s.",
		w.reporters(v), v.series.Noun.Many, w.label(v, first), w.label(v, last),
		stat.FormatNumber(first.Value, 0), stat.FormatNumber(last.Value, 0), stat.FormatCount(int64(l.Reporters)),
		stat.FormatNumber(l.Earlier, 0), stat.FormatNumber(l.Later, 0))}, true
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
			out = append(out, caution{rankContested, strings.TrimSpace(fmt.Sprintf("%s: %s of one account against %s of the other for %s. %s",
				p.Title, textOf(counted(a, one.series.Noun)), textOf(counted(b, other.series.Noun)), w.label(one, a), p.Reason))})
			break
		}
	}
	return out
}

// label names the period of an observation of the series.
func (w *writer) label(v *values, o stat.Observation) string {
	_, words := periodWords(o.Period, v.panel.Clock)
	return words
}

// contested returns the figures of each period for which sources differ, the one that sentences use first.
func (v *values) contested() [][]stat.Observation {
	var out [][]stat.Observation
	for _, pick := range v.picks() {
		group := []stat.Observation{pick}
		for _, o := range v.obs {
			if o.Period.Key() == pick.Period.Key() && o.Key() != pick.Key() && o.Status == stat.StatusReported {
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
func brief(list []string) string {
	if len(list) > 4 {
		return strings.Join(list[:3], ", ") + fmt.Sprintf(" and %d more", len(list)-3)
	}
	return and(list)
}

func and(list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:len(list)-1], ", ") + " and " + list[len(list)-1]
}

func oneMany(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
