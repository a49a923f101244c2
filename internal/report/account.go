package report

import (
	"slices"

	"tallystick/internal/lang"
	"tallystick/internal/stat"
)

// Account writes the sentence over figures that sound as if they counted the same thing. It names the smallest and the
// largest and how far apart they lie, where a gap can be stated; where they count unlike units or other days it gives
// no gap and says so. The figures are those that Find of the reconciliation returned, in its order.
func Account(found []*stat.Observation, defs stat.Definitions) stat.Sentence {
	v := voiceOf(defs)
	s := stat.SpreadOf(found)
	all := stat.FormatCount(int64(len(found)))
	switch s.Reported {
	case 0:
		return tidy(v.fill("None of the %s figures has a value in this release.", all))
	case 1:
		return tidy(v.fill("Only one of the %s figures has a value in this release, %s, so there is nothing to hold it against.",
			all, v.accounted(*s.Least, defs)))
	}
	least, most := v.accounted(*s.Least, defs), v.accounted(*s.Most, defs)
	if s.Alike {
		least = v.bounded(*s.Least)
	}
	parts := v.fill("%s figures are quoted for it, from %s to %s", all, least, most)
	if s.Reported < len(found) {
		parts = v.fill("%s of the %s figures quoted for it have a value in this release, from %s to %s",
			stat.FormatCount(int64(s.Reported)), all, least, most)
	}
	switch {
	case s.Told && s.Gap == 0:
		parts = v.fill("%s: they agree.", parts)
	case s.Told:
		parts = v.fill("%s: they lie %s apart.", parts, GapWords(v.l, s))
	case s.Alike:
		parts = v.fill("%s. How far apart they lie cannot be told, because of “at least” and “at most”.", parts)
	case sameUnit(found):
		parts = v.fill("%s. They are counted over different days, so no gap between them is worked out.", parts)
	default:
		parts = v.fill("%s. They count different units, so no gap between them is worked out.", parts)
	}
	return tidy(parts)
}

// GapWords is the gap of a spread as it is written, with its bound: 14, about 14.
func GapWords(l lang.Language, s stat.Spread) string {
	words := stat.FormatNumber(s.Gap, 0)
	if w := s.Bound.Words(); w != "" {
		return l.T(w) + " " + words
	}
	return words
}

// accounted is a figure with its bound and its noun. A zero is written as a digit, since it stands in a range.
func (v voice) accounted(o stat.Observation, defs stat.Definitions) []stat.Part {
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
	return append(v.bounded(o), text(" "+noun))
}

func (v voice) bounded(o stat.Observation) []stat.Part {
	if w := o.Bound.Words(); w != "" {
		return []stat.Part{text(v.l.T(w) + " "), number(o, 0)}
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
