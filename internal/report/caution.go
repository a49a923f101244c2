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
	rankSummed = rankNotes + 100 + iota
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
	slices.SortStableFunc(list, func(a, b caution) int { return cmp.Compare(a.rank, b.rank) })
	var out []string
	notes := len(w.ind.Notes)
	for _, c := range list {
		isNote := c.rank >= rankNotes && c.rank < rankSummed
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
	for _, b := range v.breaks {
		text := fmt.Sprintf("Figures before and after %s do not compare", b.Date.Long())
		if b.Act != "" {
			text += " (" + b.Act + ")"
		}
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
	var incomplete, partial, bounded, withheld, summed, provisional, small []string
	for _, o := range v.picks() {
		label := w.label(v, o)
		if o.Coverage.Known() && !o.Coverage.Complete() {
			incomplete = append(incomplete, fmt.Sprintf("%s from %s of %s", label,
				stat.FormatCount(int64(o.Coverage.Reported)), stat.FormatCount(int64(o.Coverage.Expected))))
		}
		if o.Has(stat.MarkPartial) {
			text := label
			if a := o.Coverage.Accounts; a > 0 && float64(a) < o.Value {
				text = fmt.Sprintf("%s, where the parts account for %s of %s", label, stat.FormatCount(a),
					stat.FormatNumber(o.Value, 0))
			}
			partial = append(partial, text)
		}
		if o.Status == stat.StatusReported && o.Bound != stat.BoundExactly && o.Bound != "" {
			bounded = append(bounded, textOf(bare(o))+" ("+label+")")
		}
		if o.Status == stat.StatusWithheld {
			withheld = append(withheld, label)
		}
		if o.Has(stat.MarkSummed) {
			summed = append(summed, label)
		}
		if o.Has(stat.MarkProvisional) {
			provisional = append(provisional, label)
		}
		if o.Status == stat.StatusReported && o.Value < stat.StableFrom {
			small = append(small, textOf(bare(o))+" ("+label+")")
		}
	}
	what := v.series.Noun.Many
	if len(incomplete) > 0 {
		noun := v.obs[0].Coverage.Noun
		add(rankCoverage, "Not all %s reported %s: %s.", cmp.Or(noun, "who are expected"), what, brief(incomplete))
	}
	if len(partial) > 0 {
		add(rankPartial, "Parts of the total of %s are missing: %s.", what, brief(partial))
	}
	if len(bounded) > 0 {
		add(rankBound, "Some figures on %s are limits or estimates as the source worded them: %s.", what, brief(bounded))
	}
	if len(withheld) > 0 {
		add(rankWithheld, "Small counts of %s are withheld to protect people: %s.", what, brief(withheld))
	}
	if len(summed) > 0 {
		add(rankSummed, "The source gives no total of %s for %s; the total here adds up its parts.", what, brief(summed))
	}
	if len(provisional) > 0 {
		add(rankProvisional, "Figures on %s for %s are provisional and may change.", what, brief(provisional))
	}
	if len(small) > 0 {
		add(rankSmall, "Small counts of %s move by chance from one period to the next: %s.", what, brief(small))
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
