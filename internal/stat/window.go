package stat

import "slices"

// Windows are the lengths, in periods, over which counts may be pooled.
var Windows = []int{2, 3, 5}

// Pooled is the sum of consecutive periods of one series, or the reason why there is none.
type Pooled struct {
	Observation Observation `json:"observation"` // no value where Why is set
	Why         Refusal     `json:"why,omitempty"`
}

// Pool sums every run of n consecutive periods of one series (total or one code), oldest first. A window is
// refused, not shortened, where one of its periods is missing or withheld, is only a bound, lacks parts, or where
// a break lies inside it: the act of a mixed year breaks every window that holds the year. The periods must be
// of the same length; obs need not be sorted. Other lengths than those in Windows give nothing.
func Pool(obs []Observation, n int, breaks []Break, level float64) []Pooled {
	if !slices.Contains(Windows, n) {
		return nil
	}
	list := slices.Clone(obs)
	slices.SortStableFunc(list, func(a, b Observation) int { return a.Period.Compare(b.Period) })
	var out []Pooled
	for i := 0; i+n <= len(list); i++ {
		out = append(out, pool(list[i:i+n], breaks, level))
	}
	return out
}

func pool(parts []Observation, breaks []Break, level float64) Pooled {
	first, last := parts[0], parts[len(parts)-1]
	o := derived(last, last.Series, last.Kind)
	o.Period = Period{From: first.Period.From, To: last.Period.To}
	o.Unit = last.Unit
	var why Refusal
	var sum float64
	for i, p := range parts {
		if w := combine(p, p); why == "" {
			why = w
		}
		if why == "" && p.Has(MarkPartial) {
			why = RefusedPartial
		}
		if why == "" && p.Unit != first.Unit {
			why = RefusedUnit
		}
		if why == "" && p.Period.From == p.Period.To {
			why = RefusedStock
		}
		if i > 0 && why == "" {
			before := parts[i-1].Period
			switch {
			case p.Period.From.IsZero() || p.Period.From.Compare(before.To) <= 0:
				why = RefusedOverlap
			case p.Period.From != before.To.AddDays(1):
				why = RefusedGap
			case !sameLength(before, p.Period):
				why = RefusedWindow
			}
		}
		sum += p.Value
		o.Citations = append(o.Citations, p.Citations...)
		o.Rows = append(o.Rows, p.Rows...)
	}
	if why == "" && len(Mixed(o.Period, breaks)) > 0 {
		why = RefusedBreak
	}
	if why != "" {
		o.Citations, o.Rows = nil, nil
		return Pooled{refused(o, why, parts...), why}
	}
	iv := CountInterval(int64(sum), level)
	o.Value, o.Interval = sum, &iv
	o.Marks = marksOf(StableFrom, parts...)
	return Pooled{Observation: o}
}
