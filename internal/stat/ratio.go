package stat

import "math"

// The limits below which figures are not computed, only counted (peers of practice: WISQARS calls a rate on
// fewer than 20 events unstable; the house rules forbid a percentage on a base under 20).
const (
	PercentageBase = 20 // no percentage on a smaller base
	RatioMinimum   = 5  // no ratio if either count is smaller: the counts alone are shown
	RateMinimum    = 10 // no rate on fewer events: the count alone is shown
	StableFrom     = 20 // a rate or a ratio on fewer events is marked unstable
)

// RatioInterval returns the exact limits of the ratio of two Poisson means, x1 over the exposure t1 to x2 over t2
// (Przyborowski and Wilenski 1940): given x1 + x2, the count x1 is binomial. It gives none if x2 is 0, where
// neither the ratio nor its upper limit is finite, nor for a negative count, an exposure that is not positive
// or an impossible level.
func RatioInterval(x1, x2 int64, t1, t2, level float64) (Interval, bool) {
	if x1 < 0 || x2 <= 0 || x1 > math.MaxInt64-x2 || !positive(t1) || !positive(t2) {
		return Interval{}, false
	}
	// The share of the smaller count is the one of which all digits are known: one near 1 has lost those of the rest.
	share, ok := ShareInterval(min(x1, x2), x1+x2, level)
	if !ok {
		return Interval{}, false
	}
	lower, upper := odds(share.Lower), odds(share.Upper)
	if x2 < x1 {
		lower, upper = 1/upper, 1/lower
	}
	lower, upper = lower*t2/t1, upper*t2/t1
	if math.IsInf(upper, 0) || math.IsNaN(upper) {
		return Interval{}, false
	}
	return Interval{Lower: lower, Upper: upper, Level: level, Method: MethodConditional}, true
}

// Percentage returns 100 times part of base, and false on a base under PercentageBase or where part is
// not between 0 and base.
func Percentage(part, base int64) (float64, bool) {
	if base < PercentageBase || part < 0 || part > base {
		return 0, false
	}
	return 100 * float64(part) / float64(base), true
}

// Refusal says why a figure is not computed, or a comparison not made. The empty Refusal means that it is.
type Refusal string

// The refusals.
const (
	RefusedWithheld   Refusal = "withheld"        // a figure that goes into it is withheld
	RefusedMissing    Refusal = "missing"         // a figure that goes into it has no value
	RefusedSmall      Refusal = "small-count"     // too few events
	RefusedBound      Refusal = "bound"           // a figure is a limit or an estimate, not a count
	RefusedPartial    Refusal = "partial"         // a total lacks parts that the other has
	RefusedUnit       Refusal = "unlike-units"    // the figures count different things
	RefusedWindow     Refusal = "unlike-windows"  // the periods differ in length
	RefusedOverlap    Refusal = "overlap"         // the periods overlap, so that some events are in both
	RefusedGap        Refusal = "gap"             // a period between is missing
	RefusedBreak      Refusal = "break"           // counts before and after do not compare
	RefusedPopulation Refusal = "no-population"   // the number of residents is not known
	RefusedCoverage   Refusal = "unlike-coverage" // too few reporters are in both periods
	RefusedMethod     Refusal = "unlike-totals"   // the source's total against our sum, and who is in them is not known
	RefusedPeriod     Refusal = "unlike-periods"  // the figures are of different periods
	RefusedStock      Refusal = "stock"           // what there was on two days: the same cases may be in both
	RefusedImpossible Refusal = "impossible"      // a negative or fractional count
)

// Words is the refusal as it stands after "no ratio:" or "no comparison:".
func (r Refusal) Words() string {
	switch r {
	case RefusedWithheld:
		return "a count is withheld to protect people"
	case RefusedMissing:
		return "a count is missing"
	case RefusedSmall:
		return "the counts are too small"
	case RefusedBound:
		return "a figure is a bound or an estimate, not a count"
	case RefusedPartial:
		return "a total lacks some of its parts"
	case RefusedUnit:
		return "the figures count different things"
	case RefusedWindow:
		return "the periods differ in length"
	case RefusedOverlap:
		return "the periods overlap"
	case RefusedGap:
		return "a period between is missing"
	case RefusedBreak:
		return "what is counted changed in between"
	case RefusedPopulation:
		return "the number of residents is not known"
	case RefusedCoverage:
		return "too few of the same reporters are in both periods"
	case RefusedMethod:
		return "one total is the source's and the other our own sum"
	case RefusedPeriod:
		return "the figures are of different periods"
	case RefusedStock:
		return "both count what there was on a day, and the same cases may be in both"
	case RefusedImpossible:
		return "a figure is not a count"
	default:
		return ""
	}
}

// RatioOf returns the ratio of two counts of one panel and period as an observation with its exact interval.
// Where the rules forbid the ratio (a count withheld, missing, below RatioMinimum, or only a bound) the
// observation has no value, the status of the worse of the two counts, and the reason is returned.
func RatioOf(of, to Observation, level float64) (Observation, Refusal) {
	out := derived(of, "ratio", KindRatio)
	out.Unit = "ratio"
	why := combine(of, to)
	if why == "" && of.Unit != to.Unit {
		why = RefusedUnit
	}
	if why == "" && !of.Period.Same(to.Period) {
		why = RefusedPeriod
	}
	if why == "" && (of.Value < RatioMinimum || to.Value < RatioMinimum) {
		why = RefusedSmall
	}
	if why != "" {
		return refused(out, why, of, to), why
	}
	iv, ok := RatioInterval(int64(of.Value), int64(to.Value), 1, 1, level)
	if !ok {
		return refused(out, RefusedSmall, of, to), RefusedSmall
	}
	out.Value, out.Interval = of.Value/to.Value, &iv
	out.Of, out.To = of.Value, to.Value
	out.Marks = marksOf(min(of.Value, to.Value), of, to)
	return out, ""
}

// RateOf returns the rate of a count per so many residents of the same period as an observation with its exact
// interval; below RateMinimum events, or without a population, it has no value and the reason is returned.
func RateOf(count, population Observation, per int64, level float64) (Observation, Refusal) {
	out := derived(count, "rate", KindRate)
	out.Unit = "rate"
	why := combine(count, count)
	switch {
	case why != "":
	case count.Value < RateMinimum:
		why = RefusedSmall
	case population.Status != StatusReported || population.Value < 1:
		why = RefusedPopulation
	case !population.Period.Same(count.Period):
		why = RefusedPeriod
	}
	if why != "" {
		return refused(out, why, count), why
	}
	iv, ok := RateInterval(int64(count.Value), int64(population.Value), per, level)
	if !ok {
		return refused(out, RefusedPopulation, count), RefusedPopulation
	}
	out.Value, out.Interval = count.Value*float64(per)/population.Value, &iv
	out.Of, out.To = count.Value, population.Value
	out.Marks = marksOf(count.Value, count)
	return out, ""
}

func derived(from Observation, series string, kind Kind) Observation {
	return Observation{Indicator: from.Indicator, Panel: from.Panel, Series: series, Kind: kind, Period: from.Period,
		Codes: from.Codes, Status: StatusReported, Bound: BoundExactly}
}

// refused makes the observation one without a value: withheld if any of its parts is withheld, else not reported
// if one has no value, else not applicable (the rule forbids it).
func refused(out Observation, why Refusal, parts ...Observation) Observation {
	out.Status = StatusNotApplicable
	for _, p := range parts {
		if p.Status == StatusWithheld {
			out.Status = StatusWithheld
		} else if p.Status != StatusReported && out.Status != StatusWithheld {
			out.Status = StatusNotReported
		}
	}
	out.Note = "Not computed: " + why.Words() + "."
	return out
}

// combine says whether two counts may be set against each other at all.
func combine(a, b Observation) Refusal {
	for _, o := range []Observation{a, b} {
		if o.Status == StatusWithheld {
			return RefusedWithheld
		}
	}
	for _, o := range []Observation{a, b} {
		switch {
		case o.Status != StatusReported:
			return RefusedMissing
		case !isCount(o.Value):
			return RefusedImpossible
		case o.Bound != BoundExactly && o.Bound != "":
			return RefusedBound
		}
	}
	return ""
}

// marksOf carries the marks of the parts over to what is computed from them, and adds the one for small numbers.
func marksOf(smallest float64, parts ...Observation) []Mark {
	var out []Mark
	for _, m := range []Mark{MarkContested, MarkMixed, MarkPartial, MarkProvisional, MarkRevised, MarkSummed} {
		for _, p := range parts {
			if p.Has(m) {
				out = append(out, m)
				break
			}
		}
	}
	if smallest < StableFrom {
		out = append(out, MarkUnstable)
	}
	return out
}

func isCount(v float64) bool {
	return v >= 0 && v < math.MaxInt64 && v == math.Trunc(v)
}

func positive(v float64) bool { return v > 0 && !math.IsInf(v, 1) }

// odds turns a probability into odds; 1 gives +Inf.
func odds(p float64) float64 { return p / (1 - p) }
