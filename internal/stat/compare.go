package stat

import "math"

// Verdict is what a comparison of two periods allows to be said.
type Verdict string

// The verdicts.
const (
	VerdictHigher  Verdict = "higher"     // the later figure is higher than chance alone would easily make it
	VerdictLower   Verdict = "lower"      // the later figure is lower
	VerdictUnclear Verdict = "unclear"    // the interval of the ratio covers 1: no direction may be named
	VerdictRefused Verdict = "no-compare" // the figures do not compare; Why says why
)

// Comparison is what the rules say about a figure of a later period against one of an earlier.
type Comparison struct {
	Earlier  string    `json:"earlier"` // key of the observation
	Later    string    `json:"later"`
	Verdict  Verdict   `json:"verdict"`
	Why      Refusal   `json:"why,omitempty"`
	Change   float64   `json:"change"`             // later minus earlier
	Percent  *float64  `json:"percent,omitempty"`  // change in percent of the earlier figure, if its base is large enough
	Ratio    *Interval `json:"ratio,omitempty"`    // limits of the later over the earlier mean
	P        float64   `json:"p"`                  // exact conditional test, two-sided by doubling the smaller tail
	Breaks   []Break   `json:"breaks,omitempty"`   // what lies between
	Ignoring bool      `json:"ignoring,omitempty"` // a break lies between, and the caller asked to ignore it
}

// CompareOptions says how to compare.
type CompareOptions struct {
	Level        float64 // of the interval; 0 means Level95
	Breaks       []Break // those of the series; Breaks derives them
	IgnoreBreaks bool    // compare across a break, and say so in Comparison.Ignoring
}

// ComparePeriods compares a count with an earlier one of the same series. It refuses (VerdictRefused) where a value is
// withheld or missing, a figure is only a bound, units or lengths of the periods differ, the periods overlap, a total
// lacks parts or was made in another way without it being known who is in both, or a break lies between or inside.
// Otherwise it names a direction only if the exact interval of the ratio leaves out 1; by construction that is so
// exactly where P < 1 − level.
func ComparePeriods(earlier, later Observation, opt CompareOptions) Comparison {
	if later.Period.Compare(earlier.Period) < 0 {
		earlier, later = later, earlier
	}
	level := opt.Level
	if level == 0 {
		level = Level95
	}
	c := Comparison{Earlier: earlier.Key(), Later: later.Key(), Verdict: VerdictRefused, P: 1}
	c.Breaks = Crossed(earlier.Period, later.Period, opt.Breaks)
	c.Why = refusal(earlier, later)
	if c.Why == "" && len(c.Breaks) > 0 {
		if !opt.IgnoreBreaks {
			c.Why = RefusedBreak
		}
		c.Ignoring = opt.IgnoreBreaks
	}
	if c.Why != "" {
		return c
	}
	x, y := int64(earlier.Value), int64(later.Value)
	c.Change = float64(y - x)
	if x >= PercentageBase {
		percent := 100 * c.Change / float64(x)
		c.Percent = &percent
	}
	c.P = ConditionalTest(y, x, 1, 1)
	if iv, ok := RatioInterval(y, x, 1, 1, level); ok {
		c.Ratio = &iv
	}
	switch {
	case c.P >= 1-level:
		c.Verdict = VerdictUnclear
	case y > x:
		c.Verdict = VerdictHigher
	default:
		c.Verdict = VerdictLower
	}
	return c
}

func refusal(a, b Observation) Refusal {
	if why := combine(a, b); why != "" {
		return why
	}
	switch {
	case a.Unit != b.Unit || a.Kind != b.Kind:
		return RefusedUnit
	case a.Has(MarkPartial) || b.Has(MarkPartial):
		return RefusedPartial
	case a.Has(MarkSummed) != b.Has(MarkSummed) && !(a.Coverage.Known() && b.Coverage.Known()):
		return RefusedMethod
	case a.Period.From.IsZero() || b.Period.From.IsZero():
		return RefusedWindow
	case a.Period.From == a.Period.To || b.Period.From == b.Period.To:
		return RefusedStock
	case b.Period.From.Compare(a.Period.To) <= 0:
		return RefusedOverlap
	case !sameLength(a.Period, b.Period):
		return RefusedWindow
	}
	return ""
}

// sameLength allows for leap days and for months of unequal length: the lengths may differ by one part in a hundred.
func sameLength(a, b Period) bool {
	x, y := float64(a.Days()), float64(b.Days())
	return x > 0 && y > 0 && math.Abs(x-y) <= 0.01*math.Max(x, y)
}

// ConditionalTest returns the two-sided probability of a split of x1 + x2 events at least as uneven as x1 over the
// exposure t1 against x2 over t2, if both have the same rate. It is exact (binomial, given the sum) and doubles
// the smaller tail, capped at 1: with unequal exposures R's poisson.test sums smaller probabilities instead and
// gives another value. It returns 1 for two zeros, for arguments without meaning and for more events than
// ShareInterval takes.
func ConditionalTest(x1, x2 int64, t1, t2 float64) float64 {
	if x1 < 0 || x2 < 0 || x1 > largestTrials || x2 > largestTrials-x1 || x1+x2 == 0 || !positive(t1) || !positive(t2) {
		return 1
	}
	share := t1 / (t1 + t2)
	lower := binomialAtMost(x1, x1+x2, share)
	upper := 1.0
	if x1 > 0 {
		upper = binomialAtMost(x2, x1+x2, 1-share)
	}
	return math.Min(1, 2*math.Min(lower, upper))
}

// binomialAtMost returns P(X ≤ k) for X binomial with n trials of probability p, by the incomplete beta function.
func binomialAtMost(k, n int64, p float64) float64 {
	if k >= n {
		return 1
	}
	return betaBelow(1-p, float64(n-k), float64(k)+1)
}
