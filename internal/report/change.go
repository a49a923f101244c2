package report

import (
	"cmp"
	"slices"

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
		return []stat.Part{text("with no earlier figure to compare")}
	}
	var skipped stat.Comparison
	for i, o := range earlier {
		c, same := v.compare(o, last)
		if c.Verdict == stat.VerdictRefused {
			skipped = c
			continue
		}
		parts := verdict(c, o, last, same, v.panel.Clock)
		if i > 0 && skipped.Why == stat.RefusedBreak {
			w.after = append(w.after, "Earlier figures do not compare: "+acts(skipped.Breaks)+".")
		}
		return parts
	}
	if skipped.Why == stat.RefusedBreak {
		return []stat.Part{text("which does not compare with earlier figures, as " + acts(skipped.Breaks))}
	}
	return []stat.Part{text("with no comparison, as " + skipped.Why.Words())}
}

// compare sets a figure against an earlier one: as it stands, or, where other reporters stand behind the two and that
// matters, for those that reported in both periods. Then same names them: agencies.
func (v *values) compare(earlier, later stat.Observation) (c stat.Comparison, same string) {
	opt := stat.CompareOptions{Breaks: v.lasting()}
	if v.series.Expected == nil {
		opt.Breaks = v.breaks
		return stat.ComparePeriods(earlier, later, opt), ""
	}
	l := stat.CompareReporters(earlier, later, v.parts, v.series.Expected.Dimension, opt)
	if !l.Prefer {
		return l.All, ""
	}
	return l.Same, cmp.Or(l.Noun, v.series.Expected.Noun.Many, "reporters")
}

// lasting returns the breaks that hold whoever reports.
func (v *values) lasting() []stat.Break {
	return slices.DeleteFunc(slices.Clone(v.breaks), func(b stat.Break) bool { return b.Kind == stat.BreakCoverage })
}

// verdict is a comparison in words. Where it holds for the same reporters alone, it gives no total, since those
// totals count others too.
func verdict(c stat.Comparison, earlier, later stat.Observation, same string, clock stat.Clock) []stat.Part {
	when := periodIn(earlier.Period, clock)
	if same != "" {
		words := map[stat.Verdict]string{
			stat.VerdictHigher:  "up from the number ",
			stat.VerdictLower:   "down from the number ",
			stat.VerdictUnclear: "with a difference that could easily be chance from the number ",
		}[c.Verdict]
		return []stat.Part{text(words + when + " among the " + same + " that reported for both periods")}
	}
	words, after := "", ""
	switch {
	case c.Verdict == stat.VerdictHigher:
		words = "up from "
	case c.Verdict == stat.VerdictLower:
		words = "down from "
	case earlier.Value == later.Value:
		return []stat.Part{text("the same number as " + when)}
	default:
		words, after = "a difference from ", " that could easily be chance"
	}
	return append(append([]stat.Part{text(words)}, bare(earlier)...), text(" "+when+after))
}

// acts names the latest of the breaks: "PA 10-115 took force on 1 October 2010".
func acts(breaks []stat.Break) string {
	b := breaks[len(breaks)-1]
	if b.Act == "" {
		return "what is counted changed " + b.Words()
	}
	return b.Act + " took force " + b.Words()
}
