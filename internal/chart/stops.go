package chart

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tallystick/internal/stat"
)

// stop is a place of a drawing at which a reader who steps through it stops: a value, a gap or a break, with the words
// for it. Whoever cannot point at a mark hears the same, in the same order, as the table has it.
type stop struct {
	in   string // the panel, and of several series the series
	text string
	x, y float64 // on the sheet
}

// stopAt adds a stop. The lines of its text become one.
func (s *sheet) stopAt(in, text string, x, y float64) {
	text = strings.ReplaceAll(text, "\n", "; ")
	s.stops = append(s.stops, stop{in: printable(in), text: printable(text), x: round(x), y: round(y)})
}

// stopsOver adds the stops of one series in a plot over years, from left to right: its values, the years without one,
// and the breaks between them. Where every year has a place of its own, a year of which our sources say nothing is a
// stop too.
func (s *sheet) stopsOver(p stat.Panel, one stat.Series, obs []stat.Observation, span years, c scale, everyYear bool) {
	in := p.Title
	if len(p.Series) > 1 {
		in += ", " + one.Label
	}
	var list []stop
	add := func(place float64, text string, y float64) {
		list = append(list, stop{in: in, text: text, x: span.x(place), y: y})
	}
	known := map[int]bool{}
	for _, o := range obs {
		place, y := periodPlace(o.Period, p.Clock), c.base
		known[int(place+0.5)] = true
		if o.Status == stat.StatusReported {
			y = c.y(o.Value)
		}
		add(place, s.stopText(p, one.Label, o), y)
	}
	for year := span.first; everyYear && year <= span.last; year++ {
		if !known[year] {
			add(float64(year), fmt.Sprintf("%d, %s\n%s", year, one.Label, s.ctx.Lang.T(noFigure)), c.base)
		}
	}
	for _, b := range breaksIn(s.breaks, span) {
		add(yearPlace(b.Date, span.clock), s.ctx.Lang.Date(b.Date)+", "+s.breakName(b)+"\n"+breakWords(s.ctx.Lang, b), c.base)
	}
	slices.SortStableFunc(list, func(a, b stop) int { return cmp.Compare(a.x, b.x) })
	for _, one := range list {
		s.stopAt(one.in, one.text, one.x, one.y)
	}
}

// stopText is what is said of a value, or why there is none.
func (s *sheet) stopText(p stat.Panel, label string, o stat.Observation) string {
	if o.Status == stat.StatusReported {
		return s.tooltip(p, label, o).Formatter
	}
	return s.ctx.Lang.Period(o.Period, p.Clock) + ", " + label + "\n" + s.ctx.Lang.T(o.Status.Words())
}

// pairedStop is a stop as browsers get it: the same for both layouts, each with its own place.
type pairedStop struct {
	In     string     `json:"in"`
	Text   string     `json:"text"`
	Wide   [2]float64 `json:"wide"`
	Narrow [2]float64 `json:"narrow"`
}

// pairStops pairs the stops of the two layouts of a figure, which hold the same in the same order.
func pairStops(wide, narrow []stop) ([]pairedStop, error) {
	if len(wide) != len(narrow) {
		return nil, fmt.Errorf("%d stops on the wide sheet, %d on the narrow one", len(wide), len(narrow))
	}
	out := make([]pairedStop, len(wide))
	for i, w := range wide {
		n := narrow[i]
		if w.in != n.in || w.text != n.text {
			return nil, fmt.Errorf("stop %d is %q on the wide sheet and %q on the narrow one", i+1, w.text, n.text)
		}
		out[i] = pairedStop{In: w.in, Text: w.text, Wide: [2]float64{w.x, w.y}, Narrow: [2]float64{n.x, n.y}}
	}
	return out, nil
}
