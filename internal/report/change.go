package report

import (
	"tallystick/internal/stat"
)

// change sets the latest figure of a series against the first that compares with it: "down from 379 in 2011". Where
// the exact interval covers no change it names no direction, and where earlier figures do not compare it says why.
func (w *writer) change(v *values) []stat.Part {
	picks := v.picks()
	if len(picks) < 2 {
		return []stat.Part{text("with no earlier figure to compare")}
	}
	last := picks[len(picks)-1]
	earlier := picks[:len(picks)-1]
	opt := stat.CompareOptions{Breaks: v.breaks}
	var skipped stat.Comparison
	for i, o := range earlier {
		c := stat.ComparePeriods(o, last, opt)
		if c.Verdict == stat.VerdictRefused {
			skipped = c
			continue
		}
		parts := verdict(c, o, v.panel.Clock)
		if i > 0 && skipped.Why == stat.RefusedBreak {
			parts = append(parts, text(" (earlier figures do not compare: "+acts(skipped.Breaks)+")"))
		}
		return parts
	}
	if skipped.Why == stat.RefusedBreak {
		return []stat.Part{text("which does not compare with earlier figures, as " + acts(skipped.Breaks))}
	}
	return []stat.Part{text("with no comparison, as " + skipped.Why.Words())}
}

func verdict(c stat.Comparison, earlier stat.Observation, clock stat.Clock) []stat.Part {
	words := map[stat.Verdict]string{
		stat.VerdictHigher:  "up from ",
		stat.VerdictLower:   "down from ",
		stat.VerdictUnclear: "not clearly different from ",
	}[c.Verdict]
	return append(append([]stat.Part{text(words)}, bare(earlier)...), text(" "+periodIn(earlier.Period, clock)))
}

// acts names the latest of the breaks: "PA 10-115 took force on 1 October 2010".
func acts(breaks []stat.Break) string {
	if len(breaks) == 0 {
		return "what is counted changed"
	}
	b := breaks[len(breaks)-1]
	if b.Act == "" {
		return "what is counted changed on " + b.Date.Long()
	}
	return b.Act + " took force on " + b.Date.Long()
}
