package report

import (
	"slices"

	"tallystick/internal/stat"
)

// Account writes the sentence over figures that sound as if they counted the same thing. It names the smallest and the
// largest and how far apart they lie, where a gap can be stated; where they count unlike units or other days it gives
// no gap and says so. The figures are those that Find of the reconciliation returned, in its order.
func Account(found []*stat.Observation, defs stat.Definitions) stat.Sentence {
	s := stat.SpreadOf(found)
	all := stat.FormatCount(int64(len(found)))
	switch s.Reported {
	case 0:
		return tidy([]stat.Part{text("None of the " + all + " figures has a value in this release.")})
	case 1:
		return tidy(append(append([]stat.Part{text("Only one of the " + all + " figures has a value in this release, ")},
			accounted(*s.Least, defs)...), text(", so there is nothing to hold it against.")))
	}
	lead := all + " figures are quoted for it"
	if s.Reported < len(found) {
		lead = stat.FormatCount(int64(s.Reported)) + " of the " + all + " figures quoted for it have a value in this release"
	}
	parts := []stat.Part{text(lead + ", from ")}
	if s.Alike {
		parts = append(parts, bounded(*s.Least)...)
	} else {
		parts = append(parts, accounted(*s.Least, defs)...)
	}
	parts = append(append(parts, text(" to ")), accounted(*s.Most, defs)...)
	switch {
	case s.Told && s.Gap == 0:
		parts = append(parts, text(": they agree."))
	case s.Told:
		parts = append(parts, text(": they lie "+GapWords(s)+" apart."))
	case s.Alike:
		parts = append(parts, text(". How far apart they lie cannot be told, because of “at least” and “at most”."))
	case sameUnit(found):
		parts = append(parts, text(". They are counted over different days, so no gap between them is worked out."))
	default:
		parts = append(parts, text(". They count different units, so no gap between them is worked out."))
	}
	return tidy(parts)
}

// GapWords is the gap of a spread as it is written, with its bound: 14, about 14.
func GapWords(s stat.Spread) string {
	words := stat.FormatNumber(s.Gap, 0)
	if w := s.Bound.Words(); w != "" {
		return w + " " + words
	}
	return words
}

// accounted is a figure with its bound and its noun. A zero is written as a digit, since it stands in a range.
func accounted(o stat.Observation, defs stat.Definitions) []stat.Part {
	noun := o.Unit
	if ind, ok := defs.Indicator(o.Indicator); ok {
		for _, p := range ind.Panels {
			i := slices.IndexFunc(p.Series, func(x stat.Series) bool { return p.ID == o.Panel && x.ID == o.Series })
			switch {
			case i >= 0 && o.Value == 1:
				noun = p.Series[i].Noun.One
			case i >= 0:
				noun = p.Series[i].Noun.Many
			}
		}
	}
	return append(bounded(o), text(" "+noun))
}

func bounded(o stat.Observation) []stat.Part {
	if w := o.Bound.Words(); w != "" {
		return []stat.Part{text(w + " "), number(o, 0)}
	}
	return []stat.Part{number(o, 0)}
}

// sameUnit reports whether all figures that have a value count one unit.
func sameUnit(found []*stat.Observation) bool {
	units := map[string]bool{}
	for _, o := range found {
		if o != nil && o.Status == stat.StatusReported {
			units[o.Unit] = true
		}
	}
	return len(units) == 1
}
