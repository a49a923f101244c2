package chart

import (
	"slices"
	"strings"

	"tallystick/internal/stat"
)

// reason is why a mark is drawn with a pattern.
type reason struct {
	text string
	has  func(stat.Observation) bool
}

// reasons are listed in the order in which the key names them.
var reasons = []reason{
	{"provisional", func(o stat.Observation) bool { return o.Has(stat.MarkProvisional) }},
	{mixedYear, func(o stat.Observation) bool { return o.Has(stat.MarkMixed) }},
	{"not everyone reported", func(o stat.Observation) bool { return o.Has(stat.MarkPartial) }},
	{another, func(o stat.Observation) bool { return o.Has(stat.MarkContested) && !o.Has(stat.MarkPreferred) }},
	{approximate, func(o stat.Observation) bool { return o.Bound == stat.BoundAbout }},
}

const (
	mixedYear   = "the law changed within the year"
	another     = "another source or edition"
	approximate = "about"
)

// patterns gives the reasons that count for a form. Bars over long spans are not hatched because a law changed
// somewhere within, or two bars of one kind would look like two kinds; a line under them says it. Bars say "about"
// and name their source themselves.
func patterns(form stat.Form) []reason {
	if form == stat.FormColumns || form == stat.FormLine {
		return reasons
	}
	return slices.DeleteFunc(slices.Clone(reasons), func(r reason) bool {
		return r.text == mixedYear ||
			r.text == another
	})
}

// hatched reports whether a value is drawn with a pattern: not final, not of one law, not whole, or not exact.
func hatched(form stat.Form, o stat.Observation) bool {
	return !open(o) && slices.ContainsFunc(patterns(form), func(r reason) bool { return r.has(o) })
}

// key explains under a plot what the patterns in it mean.
func (s *sheet) key(p stat.Panel, obs []stat.Observation) {
	obs = filter(obs, func(o stat.Observation) bool { return o.Status == stat.StatusReported })
	bars := p.Form == stat.FormPair || p.Form == stat.FormSpans
	var parts, sentences []string
	for _, r := range patterns(p.Form) {
		if bars && r.text == approximate {
			continue // the bar says it
		}
		periods := periodsOf(p, filter(obs, func(o stat.Observation) bool { return r.has(o) && !open(o) }))
		switch n := len(periods); {
		case n > 4:
			parts = append(parts, r.text)
		case n > 0:
			parts = append(parts, and(periods)+", "+r.text)
		}
	}
	if len(parts) > 0 {
		mark := "Hatched: "
		if p.Form == stat.FormLine || s.dots {
			mark = "Open marker: "
		}
		sentences = append(sentences, mark+strings.Join(parts, "; ")+".")
	}
	mixed := filter(obs, func(o stat.Observation) bool { return o.Has(stat.MarkMixed) })
	if periods := periodsOf(p, mixed); bars && len(periods) > 0 {
		text := "The law changed within " + and(periods)
		if len(p.Series) > 1 {
			text += " (" + and(seriesOf(p, mixed)) + ")"
		}
		sentences = append(sentences, text+".")
	}
	if len(sentences) > 0 {
		text := strings.Join(sentences, " ")
		s.y = s.lines(noteText, 0, s.y+18, 16, "left", wrap(text, noteText.size, noteText.weight, s.width))
	}
}

func periodsOf(p stat.Panel, obs []stat.Observation) (labels []string) {
	for _, o := range obs {
		labels = appendNew(labels, o.Period.Label(p.Clock))
	}
	return labels
}

func seriesOf(p stat.Panel, obs []stat.Observation) (labels []string) {
	for _, one := range p.Series {
		if len(ofSeries(one.ID, obs)) > 0 {
			labels = appendNew(labels, one.Label)
		}
	}
	return labels
}

// and joins words as a sentence does: 2013, 2014 and 2015.
func and(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}
