package chart

import (
	"slices"
	"strings"

	"tallystick/internal/lang"
	"tallystick/internal/stat"
)

// reason is why a mark is drawn with a pattern.
type reason struct {
	text string
	has  func(stat.Observation) bool
}

// reasons are listed in the order in which the key names them.
var reasons = []reason{
	{lang.Key("provisional"), func(o stat.Observation) bool { return o.Has(stat.MarkProvisional) }},
	{mixedYear, func(o stat.Observation) bool { return o.Has(stat.MarkMixed) }},
	{lang.Key("not everyone reported"), func(o stat.Observation) bool { return o.Has(stat.MarkPartial) }},
	{another, func(o stat.Observation) bool { return o.Has(stat.MarkContested) && !o.Has(stat.MarkPreferred) }},
	{approximate, func(o stat.Observation) bool { return o.Bound == stat.BoundAbout }},
}

var (
	mixedYear   = lang.Key("the law changed within the year")
	another     = lang.Key("another source or edition")
	approximate = lang.Key("about")
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
	l := s.ctx.Lang
	obs = filter(obs, func(o stat.Observation) bool { return o.Status == stat.StatusReported })
	bars := p.Form == stat.FormPair || p.Form == stat.FormSpans
	var parts, sentences []string
	for _, r := range patterns(p.Form) {
		if bars && r.text == approximate {
			continue // the bar says it
		}
		periods := s.periodsOf(p, filter(obs, func(o stat.Observation) bool { return r.has(o) && !open(o) }))
		switch n := len(periods); {
		case n > 4:
			parts = append(parts, l.T(r.text))
		case n > 0:
			parts = append(parts, l.And(periods)+", "+l.T(r.text))
		}
	}
	if len(parts) > 0 {
		mark := l.T("Hatched: %s.", strings.Join(parts, "; "))
		if p.Form == stat.FormLine || s.dots {
			mark = l.T("Open marker: %s.", strings.Join(parts, "; "))
		}
		sentences = append(sentences, mark)
	}
	mixed := filter(obs, func(o stat.Observation) bool { return o.Has(stat.MarkMixed) })
	if periods := s.periodsOf(p, mixed); bars && len(periods) > 0 {
		text := l.T("The law changed within %s", l.And(periods))
		byRule := func(b stat.Break) bool { return b.Kind == stat.BreakDefinition }
		if slices.ContainsFunc(mixed, func(o stat.Observation) bool {
			return slices.ContainsFunc(stat.Mixed(o.Period, s.breaks), byRule)
		}) {
			text = l.T("What is counted changed within %s", l.And(periods))
		}
		if len(p.Series) > 1 {
			text += " (" + l.And(seriesOf(p, mixed)) + ")"
		}
		sentences = append(sentences, text+".")
	}
	if len(sentences) > 0 {
		text := strings.Join(sentences, " ")
		s.y = s.lines(noteText, 0, s.y+18, 16, "left", wrap(text, noteText.size, noteText.weight, s.width))
	}
}

func (s *sheet) periodsOf(p stat.Panel, obs []stat.Observation) (labels []string) {
	for _, o := range obs {
		labels = appendNew(labels, s.ctx.Lang.Period(o.Period, p.Clock))
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
