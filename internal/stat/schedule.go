package stat

import (
	"cmp"
	"slices"
)

// Schedule says for which periods a feed brings figures, and when each is due. It is what turns "there is no row"
// into a reason: a status never follows from the absence of rows alone.
type Schedule struct {
	// Clock is calendar, federal-fiscal or state-fiscal: one figure a year.
	Clock   Clock `yaml:"clock" json:"clock"`
	First   int   `yaml:"first" json:"first"`         // the first year that is collected
	Last    int   `yaml:"last" json:"last,omitempty"` // the last year that is collected; 0: collection goes on
	DueDays int   `yaml:"due_days" json:"due_days"`   // days after the end of a year until its figure is due
	// Applies is since when there is anything to count, such as the start of a law.
	Applies Date `yaml:"applies" json:"applies_from,omitzero"`
}

// Absence returns the status of a year for which no figure has been received, as of a day: not applicable before
// there was anything to count, not collected outside the years of collection, not due until the due date is past,
// and not reported after it.
func (s Schedule) Absence(year int, asOf Date) Status {
	p := FiscalYear(s.Clock, year)
	switch {
	case !s.Applies.IsZero() && p.To.Compare(s.Applies) < 0:
		return StatusNotApplicable
	case year < s.First || (s.Last != 0 && year > s.Last):
		return StatusNotCollected
	case asOf.Compare(p.To.AddDays(s.DueDays)) <= 0:
		return StatusNotDue
	default:
		return StatusNotReported
	}
}

// Fill adds, for every year that the schedule collects up to asOf and for which the series has no observation, one
// without a value whose status the schedule gives. Obs are those of one series without codes; the first of them is
// the pattern. A year that is not over yet is not added. The result is ordered by period.
func (s Schedule) Fill(obs []Observation, asOf Date) []Observation {
	if len(obs) == 0 || s.First == 0 {
		return obs
	}
	have := map[int]bool{}
	for _, o := range obs {
		have[o.Period.To.Year] = true
	}
	last := s.Last
	if last == 0 {
		last = asOf.Year
	}
	out := slices.Clone(obs)
	for y := s.First; y <= last; y++ {
		p := FiscalYear(s.Clock, y)
		if have[y] || asOf.Compare(p.To) <= 0 {
			continue
		}
		o := obs[0]
		out = append(out, Observation{Indicator: o.Indicator, Panel: o.Panel, Series: o.Series, Kind: o.Kind, Unit: o.Unit,
			Period: p, Status: s.Absence(y, asOf), Bound: BoundExactly})
	}
	slices.SortStableFunc(out, func(a, b Observation) int {
		return cmp.Or(a.Period.Compare(b.Period), cmp.Compare(a.Ordinal, b.Ordinal))
	})
	return out
}
