package stat

import (
	"cmp"
	"slices"
)

// Pairing names two series of an indicator that count the same thing from two sides, so that both are shown with the
// gap between them: referrals sent and received, two accounts of one case flow, one figure by two sources.
type Pairing struct {
	ID     string `yaml:"id" json:"id"`
	Title  string `yaml:"title" json:"title" text:"yes"`
	One    string `yaml:"one" json:"one"` // PANEL/SERIES
	Other  string `yaml:"other" json:"other"`
	Unlike bool   `yaml:"unlike" json:"unlike,omitempty"`      // the two differ in unit, stage or clock
	Why    string `yaml:"why" json:"why,omitempty" text:"yes"` // why they differ, if it is known; required where they are unlike
}

// Reconciled is one period of a pairing. Gap is one minus other where both are exact counts of the same days.
type Reconciled struct {
	Pairing string  `json:"pairing"`
	Period  Period  `json:"period"`
	One     string  `json:"one,omitempty"` // key of the observation
	Other   string  `json:"other,omitempty"`
	Gap     float64 `json:"gap"`
	// Why says why there is no gap to state: a side is missing, bounded, or of another window.
	Why    Refusal `json:"why,omitempty"`
	Reason string  `json:"reason,omitempty"`
}

// Reconcile pairs the observations of two series period by period, in the order of periods. Observations of periods
// that end in the same year but do not begin and end on the same days are paired, and refused as unlike windows: the
// gap between them would be one of calendars. Swapping the sides changes the sign of the gap and nothing else.
func Reconcile(p Pairing, one, other []Observation) []Reconciled {
	var out []Reconciled
	partner, taken := map[int]int{}, map[int]bool{}
	for _, exact := range []bool{true, false} { // first those of the same days, then those of the same year
		for i, a := range one {
			for j, b := range other {
				if _, done := partner[i]; done || taken[j] || a.Ordinal != b.Ordinal {
					continue
				}
				if a.Period.Same(b.Period) || (!exact && a.Period.To.Year == b.Period.To.Year) {
					partner[i], taken[j] = j, true
				}
			}
		}
	}
	for i, a := range one {
		r := Reconciled{Pairing: p.ID, Period: a.Period, One: a.Key(), Reason: p.Why, Why: RefusedMissing}
		if j, found := partner[i]; found {
			b := other[j]
			r.Other, r.Why = b.Key(), combine(a, b)
			if r.Why == "" && !a.Period.Same(b.Period) {
				r.Why = RefusedPeriod
			}
			if r.Why == "" {
				r.Gap = a.Value - b.Value
			}
		}
		out = append(out, r)
	}
	for j, b := range other {
		if !taken[j] {
			out = append(out, Reconciled{Pairing: p.ID, Period: b.Period, Other: b.Key(), Why: RefusedMissing, Reason: p.Why})
		}
	}
	slices.SortStableFunc(out, func(a, b Reconciled) int {
		return cmp.Or(a.Period.Compare(b.Period), cmp.Compare(a.One, b.One), cmp.Compare(a.Other, b.Other))
	})
	return out
}
