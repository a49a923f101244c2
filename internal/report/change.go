package report

import (
	"cmp"
	"slices"

	"tallystick/internal/lang"
	"tallystick/internal/stat"
)

// change sets the latest figure of a series against the first that compares with it: "down from 379 in 2011". Where
// the exact interval covers no change it names no direction, and where earlier figures do not compare it says why.
func (w *writer) change(v *values) []stat.Part {
	last, _, _ := v.latest()
	earlier := slices.DeleteFunc(v.picks(), func(o stat.Observation) bool {
		return o.Status != stat.StatusReported || o.Period.Compare(last.Period) >= 0
	})
	if len(earlier) == 0 {
		return w.fill("with no earlier figure to compare")
	}
	var skipped stat.Comparison
	for i, o := range earlier {
		c, same := v.compare(o, last)
		if c.Verdict == stat.VerdictRefused {
			skipped = c
			continue
		}
		parts := w.verdict(v, c, o, last, same)
		if i > 0 && skipped.Why == stat.RefusedBreak {
			w.after = append(w.after, w.l.T("Earlier figures do not compare: %s.", w.acts(skipped.Breaks)))
		}
		return parts
	}
	if skipped.Why == stat.RefusedBreak {
		return w.fill("which does not compare with earlier figures, as %s", w.acts(skipped.Breaks))
	}
	return w.fill("with no comparison, as %s", w.l.T(skipped.Why.Words()))
}

// compare sets a figure against an earlier one: as it stands, or, where other reporters stand behind the two and that
// matters, for those that reported in both periods. Then same names them: agencies.
func (v *values) compare(earlier, later stat.Observation) (c stat.Comparison, same string) {
	opt := stat.CompareOptions{Breaks: v.breaks}
	if v.series.Expected == nil {
		return stat.ComparePeriods(earlier, later, opt), ""
	}
	l := stat.CompareReporters(earlier, later, v.parts, v.series.Expected.Dimension, opt)
	if !l.Prefer {
		return l.All, ""
	}
	return l.Same, cmp.Or(v.series.Expected.Noun.Many, l.Noun, lang.Key("reporters"))
}

// verdict is a comparison in words. Where it holds for the same reporters alone, it gives their sums and not the totals,
// since those count others too; without sums of their own it gives no number.
func (w *writer) verdict(v *values, c stat.Comparison, earlier, later stat.Observation, same string) []stat.Part {
	when := w.periodIn(earlier.Period, v.panel.Clock)
	if same != "" {
		return w.verdictOfSame(v, c, earlier, later, w.l.T(same))
	}
	switch {
	case c.Verdict == stat.VerdictHigher:
		return w.fill("up from %s %s", w.bare(earlier), when)
	case c.Verdict == stat.VerdictLower:
		return w.fill("down from %s %s", w.bare(earlier), when)
	case earlier.Value == later.Value:
		return w.fill("the same number as %s", when)
	default:
		return w.fill("a difference from %s %s that could easily be chance", w.bare(earlier), when)
	}
}

func (w *writer) verdictOfSame(v *values, c stat.Comparison, earlier, later stat.Observation, same string) []stat.Part {
	before, after := w.periodIn(earlier.Period, v.panel.Clock), w.periodIn(later.Period, v.panel.Clock)
	a, ok := v.like(earlier, earlier, later)
	b, ok2 := v.like(later, earlier, later)
	summed := ok && ok2
	switch {
	case summed && c.Verdict == stat.VerdictHigher:
		return w.fill("up, among the %s that reported for both periods, from %s %s to %s", same, w.bare(a), before, w.bare(b))
	case summed && c.Verdict == stat.VerdictLower:
		return w.fill("down, among the %s that reported for both periods, from %s %s to %s", same, w.bare(a), before, w.bare(b))
	case summed && a.Value == b.Value:
		return w.fill("where the %s that reported for both periods counted %s %s and %s %s, the same number", same, w.bare(a),
			before, w.bare(b), after)
	case summed:
		return w.fill("where the %s that reported for both periods counted %s %s and %s %s, a difference that could easily be "+
			"chance", same, w.bare(a), before, w.bare(b), after)
	case c.Verdict == stat.VerdictHigher:
		return w.fill("up from the number %s among the %s that reported for both periods", before, same)
	case c.Verdict == stat.VerdictLower:
		return w.fill("down from the number %s among the %s that reported for both periods", before, same)
	default:
		return w.fill("with a difference that could easily be chance from the number %s among the %s that reported for both "+
			"periods", before, same)
	}
}

// acts names the latest of the breaks: "PA 10-115 took force on 1 October 2010".
func (v voice) acts(breaks []stat.Break) string {
	b := breaks[len(breaks)-1]
	when := v.l.When(b.Date, b.Precision)
	if b.Act == "" {
		return v.l.T("what is counted changed %s", when)
	}
	return v.l.T("%s took force %s", b.Act, when)
}
