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

// StandingCount is a number that can be read off a Standing.
type StandingCount string

// The numbers of a Standing.
const (
	StandingCounts  StandingCount = "counts"  // counts of conviction that stood
	StandingCases   StandingCount = "cases"   // cases with at least one such count
	StandingEntered StandingCount = "entered" // counts of conviction ever entered: the history, which never goes down
)

// StandingNumbers lists every number.
var StandingNumbers = []StandingCount{StandingCounts, StandingCases, StandingEntered}

// Number is the one that is asked for.
func (s Standing) Number(which StandingCount) int64 {
	switch which {
	case StandingCases:
		return int64(s.Cases)
	case StandingEntered:
		return s.Entered
	default:
		return s.Counts
	}
}

// Words says how the number came about: "5 counts of conviction were entered; 5 were reversed since." It is a sentence, and
// names only what happened.
func (s Standing) Words() string {
	text := FormatCount(s.Entered) + " " + plural(s.Entered, "count of conviction was", "counts of conviction were") + " entered by this day"
	for _, away := range []struct {
		n     int64
		words string
	}{{s.Reversed, "reversed on appeal"}, {s.Vacated, "vacated"}, {s.Erased, "erased by law"}} {
		if away.n > 0 {
			text += "; " + FormatCount(away.n) + " " + plural(away.n, "was", "were") + " " + away.words
		}
	}
	return text + "."
}

func plural(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// Outcomes lists every outcome.
var Outcomes = []Outcome{OutcomeConvicted, OutcomeReversed, OutcomeVacated, OutcomeErased, OutcomeAcquitted, OutcomeDismissed}

// YearEnds are the last days of the years from that of the first decision to the last one that is over on the day.
func YearEnds(history []Disposition, day Date) []Date {
	if len(history) == 0 {
		return nil
	}
	first := slices.MinFunc(history, func(a, b Disposition) int { return a.Date.Compare(b.Date) }).Date
	var out []Date
	for y := first.Year; ; y++ {
		end := CalendarYear(y).To
		if end.Compare(day) >= 0 {
			return out
		}
		out = append(out, end)
	}
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
