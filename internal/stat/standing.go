package stat

import (
	"fmt"
	"slices"
)

// Outcome is what a court did with counts of a case.
type Outcome string

// The outcomes. Only OutcomeConvicted adds to the convictions that stand; the next three take away.
const (
	OutcomeConvicted Outcome = "convicted"
	OutcomeReversed  Outcome = "reversed" // on appeal
	OutcomeVacated   Outcome = "vacated"  // by a court, such as for victims of trafficking
	OutcomeErased    Outcome = "erased"   // by law: the record is gone, the conviction was not wrong
	OutcomeAcquitted Outcome = "acquitted"
	OutcomeDismissed Outcome = "dismissed" // nolle included
)

// Disposition is one decision in a case, known by an opaque identifier: never a name, never a docket number.
type Disposition struct {
	Case    string  `json:"case"`
	Statute string  `json:"statute"`
	Date    Date    `json:"date"`
	Outcome Outcome `json:"outcome"`
	Counts  int64   `json:"counts"`
}

// Standing is how many convictions stood on a day, and how the number came about. Entered is history and never goes
// down as time goes on: Entered = Counts + Reversed + Vacated + Erased.
type Standing struct {
	AsOf     Date  `json:"as_of"`
	Counts   int64 `json:"counts"` // counts of conviction that stood
	Cases    int   `json:"cases"`  // cases with at least one such count
	Entered  int64 `json:"entered"`
	Reversed int64 `json:"reversed"`
	Vacated  int64 `json:"vacated"`
	Erased   int64 `json:"erased"`
}

// StandingAsOf counts the convictions that stood at the end of the day, out of the whole history of dispositions in
// any order. A reversed conviction leaves the standing count and stays in the history. It returns ErrInvalid for a
// decision that takes away more counts than the case then has under that statute, and for a count under 1.
func StandingAsOf(history []Disposition, day Date) (Standing, error) {
	list := slices.Clone(history)
	slices.SortStableFunc(list, func(a, b Disposition) int { return a.Date.Compare(b.Date) })
	out := Standing{AsOf: day}
	type key struct{ id, statute string }
	stands := map[key]int64{}
	for _, d := range list {
		if d.Date.Compare(day) > 0 {
			continue
		}
		if d.Counts < 1 {
			return Standing{}, fmt.Errorf("case %s on %s: %d counts: %w", d.Case, d.Date, d.Counts, ErrInvalid)
		}
		k := key{d.Case, d.Statute}
		switch d.Outcome {
		case OutcomeConvicted:
			stands[k] += d.Counts
			out.Entered += d.Counts
			continue
		case OutcomeReversed:
			out.Reversed += d.Counts
		case OutcomeVacated:
			out.Vacated += d.Counts
		case OutcomeErased:
			out.Erased += d.Counts
		case OutcomeAcquitted, OutcomeDismissed:
			continue
		default:
			return Standing{}, fmt.Errorf("case %s on %s: outcome %q: %w", d.Case, d.Date, d.Outcome, ErrInvalid)
		}
		if stands[k] < d.Counts {
			return Standing{}, fmt.Errorf("case %s on %s: %d counts %s, but %d stand: %w",
				d.Case, d.Date, d.Counts, d.Outcome, stands[k], ErrInvalid)
		}
		stands[k] -= d.Counts
	}
	cases := map[string]bool{}
	for k, n := range stands {
		out.Counts += n
		if n > 0 {
			cases[k.id] = true
		}
	}
	out.Cases = len(cases)
	return out, nil
}
