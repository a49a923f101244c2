package stat

import "slices"

// ItselfPeriods is how many periods before the latest a figure is set against.
const ItselfPeriods = 5

// Itself sets the latest figure of a reporter against its own earlier ones. It never sets one reporter against another.
type Itself struct {
	Latest Observation
	Before Observation // the latest earlier figure that compares; zero if there is none
	Change Comparison  // of Latest with Before; refused where nothing compares
	// Low and High are the smallest and the largest of the up to ItselfPeriods figures before the latest that compare
	// with it, and Periods is how many these are.
	Low, High Observation
	Periods   int
}

// AgainstItself looks back from the latest reported figure of one series of one reporter. Figures across one of the
// breaks, and figures that are missing or withheld, are left out. It returns false where nothing was reported. Obs need
// not be sorted.
func AgainstItself(obs []Observation, breaks []Break) (Itself, bool) {
	sorted := slices.DeleteFunc(slices.Clone(obs), func(o Observation) bool { return o.Status != StatusReported })
	slices.SortStableFunc(sorted, func(a, b Observation) int { return a.Period.Compare(b.Period) })
	if len(sorted) == 0 {
		return Itself{}, false
	}
	out := Itself{Latest: sorted[len(sorted)-1], Change: Comparison{Verdict: VerdictRefused, P: 1}}
	for _, o := range slices.Backward(sorted[:len(sorted)-1]) {
		c := ComparePeriods(o, out.Latest, CompareOptions{Breaks: breaks})
		if c.Verdict == VerdictRefused {
			continue
		}
		if out.Periods == 0 {
			out.Before, out.Change, out.Low, out.High = o, c, o, o
		}
		if o.Value < out.Low.Value {
			out.Low = o
		}
		if o.Value > out.High.Value {
			out.High = o
		}
		if out.Periods++; out.Periods == ItselfPeriods {
			break
		}
	}
	return out, true
}
