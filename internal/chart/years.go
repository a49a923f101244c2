package chart

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/go-echarts/go-echarts/v2/charts"

	"tallystick/internal/lang"
	"tallystick/internal/stat"
)

// The measures of plots over years, in units.
const (
	plotHeight       = 168.0
	plotHeightNarrow = 150.0
	subplotHeight    = 96.0
	columnWidth      = 46.0
)

func sortByPeriod(obs []stat.Observation) {
	slices.SortStableFunc(obs, func(a, b stat.Observation) int {
		return cmp.Or(a.Period.Compare(b.Period), cmp.Compare(a.Series, b.Series), cmp.Compare(a.Ordinal, b.Ordinal))
	})
}

// yearPlace is where a day lies on the axis of years of a clock: a year of the clock is one unit around its number.
func yearPlace(d stat.Date, clock stat.Clock) float64 {
	start := time.Date(d.Year, time.January, 1, 0, 0, 0, 0, time.UTC)
	days := start.AddDate(1, 0, 0).Sub(start)
	place := float64(d.Year) + float64(d.Time().Sub(start))/float64(days)
	switch clock {
	case stat.ClockFederalFiscal, stat.ClockToReport: // reports are due in October, for the twelve months before
		return place - 0.25
	case stat.ClockStateFiscal:
		return place
	default:
		return place - 0.5
	}
}

// periodPlace is where a period is drawn: at the number of its year, or in its middle if it is no year.
func periodPlace(p stat.Period, clock stat.Clock) float64 {
	if clock == stat.ClockToReport && p.Days() >= 365 && p.Days() <= 366 {
		return float64(p.To.Year) // named after the year of its report
	}
	if p.From == p.To { // what there was on a day belongs to the year of the day
		return float64(p.To.Year)
	}
	year := stat.FiscalYear(clock, p.To.Year)
	if p.From == year.From && p.To == year.To {
		return float64(p.To.Year)
	}
	if p.From.IsZero() {
		return yearPlace(p.To, clock)
	}
	return (yearPlace(p.From, clock) + yearPlace(p.To.AddDays(1), clock)) / 2
}

// years is the horizontal scale of a plot over years.
type years struct {
	clock       stat.Clock
	first, last int
	left, width float64
}

// spanOf returns the years that the observations cover.
func spanOf(obs []stat.Observation, clock stat.Clock) years {
	y := years{clock: clock, first: math.MaxInt, last: math.MinInt}
	for _, o := range obs {
		place := periodPlace(o.Period, clock)
		y.first, y.last = min(y.first, int(math.Floor(place))), max(y.last, int(math.Ceil(place)))
	}
	return y
}

// from and to are the ends of the axis: half a year beyond the first and the last.
func (y years) from() float64 { return float64(y.first) - 0.5 }
func (y years) to() float64   { return float64(y.last) + 0.5 }

// slot is the width of one year in units.
func (y years) slot() float64 { return y.width / float64(y.last-y.first+1) }

// x is where a place on the axis lies on the sheet.
func (y years) x(place float64) float64 { return y.left + (place-y.from())*y.slot() }

// ticks sets the years under a plot, as many as fit.
func (s *sheet) ticks(y years, base float64) {
	step := 1
	for _, step = range []int{1, 2, 5, 10, 20, 50} {
		if tickText.width("2000")+8 <= y.slot()*float64(step) {
			break
		}
	}
	for year := y.first; year <= y.last; year++ {
		if (y.last-year)%step == 0 {
			half := tickText.width(fmt.Sprint(year)) / 2
			x := min(max(y.x(float64(year)), half), s.width-half)
			s.text(tickText, x, base+17, "center", fmt.Sprint(year))
		}
	}
}

// scale is the vertical scale of a plot: from zero to top, with a line at every step.
type scale struct {
	top, step float64
	base      float64 // where zero lies on the sheet
	height    float64
}

// scaleTo returns a scale from zero that holds the value, with about n steps of a round number, a whole one for
// counts.
func scaleTo(value float64, n int, whole bool) scale {
	if value <= 0 {
		value = 1
	}
	rough := value / float64(n)
	unit := math.Pow(10, math.Floor(math.Log10(rough)))
	step := 10 * unit
	for _, m := range []float64{1, 2, 5} {
		if m*unit >= rough {
			step = m * unit
			break
		}
	}
	if whole {
		step = max(step, 1)
	}
	return scale{top: math.Ceil(value/step-1e-9) * step, step: step}
}

// y is where a value lies on the sheet.
func (c scale) y(value float64) float64 { return c.base - value/c.top*c.height }

// number writes a value of the scale with the decimals that its steps need.
func (c scale) number(v float64) string {
	decimals := 0
	if c.step < 1 {
		decimals = int(math.Ceil(-math.Log10(c.step) - 1e-9))
	}
	return stat.FormatNumber(v, decimals)
}

// scaleLines draws the lines of the scale with their numbers, and the zero line.
func (s *sheet) scaleLines(c scale, left, right float64) {
	for v := 0.0; v <= c.top+1e-9; v += c.step {
		colour, z := hairs, 0
		if v == 0 {
			colour, z = ink, 6
		}
		s.rule(left, math.Round(c.y(v))+0.5, right, math.Round(c.y(v))+0.5, colour, 1, nil, z)
		s.text(tickText, left-8, c.y(v)+tickText.size*baselineShift, "right", c.number(v))
	}
}

// scaleRoom is the width that the numbers of a scale take.
func scaleRoom(c scale) float64 { return math.Ceil(tickText.width(c.number(c.top))) + 8.5 }

// head is the name of a break where it stands above a plot.
type head struct {
	text    string
	x, left float64 // of the rule, of the text
	level   int     // how many names stand below it
}

// heads places the names of the breaks that lie inside the axis. Names that would meet are set one above the other;
// breaks of one day share a rule.
func (s *sheet) heads(y years) (list []head, levels int) {
	var ends []float64
	var breaks []stat.Break
	for _, b := range breaksIn(s.breaks, y) {
		if n := len(breaks); n > 0 && breaks[n-1].Date == b.Date {
			if name := s.breakName(b); !strings.Contains(breaks[n-1].Act, name) {
				breaks[n-1].Act = s.breakName(breaks[n-1]) + ", " + name
			}
			continue
		}
		breaks = append(breaks, b)
	}
	for _, b := range breaks {
		h := head{text: s.breakName(b), x: y.x(yearPlace(b.Date, y.clock))}
		width := breakText.width(h.text)
		h.left = max(min(h.x-width/2, s.width-width), 0)
		for h.level < len(ends) && ends[h.level] > h.left-10 {
			h.level++
		}
		if h.level == len(ends) {
			ends = append(ends, 0)
		}
		ends[h.level] = h.left + width
		list = append(list, h)
	}
	return list, len(ends)
}

// breakPitch is the height of a name of a break above a plot.
const breakPitch = 16.0

// rules draws the breaks as vertical lines from their names, which begin above top, to base.
func (s *sheet) rules(y years, top, base float64) {
	list, _ := s.heads(y)
	for _, h := range list {
		baseline := top - float64(h.level)*breakPitch
		s.rule(h.x, baseline+5, h.x, base, muted, 1, []float64{3, 3}, 1)
		s.halo(breakText, h.left, baseline, "left", h.text)
	}
}

// breakName is what stands at the head of a break: the act, or what kind of break it is.
func (s *sheet) breakName(b stat.Break) string {
	switch {
	case b.Act != "":
		return b.Act
	case b.Kind == stat.BreakDefinition:
		return s.ctx.Lang.T("definition changed")
	case b.Kind == stat.BreakCoverage:
		return s.ctx.Lang.T("coverage changed")
	default:
		return s.ctx.Lang.T("break")
	}
}

func breaksIn(breaks []stat.Break, y years) []stat.Break {
	var out []stat.Break
	for _, b := range breaks {
		if place := yearPlace(b.Date, y.clock); place > y.from() && place < y.to() {
			out = append(out, b)
		}
	}
	return stat.SortBreaks(out)
}

// breakRoom is the height that the names of the breaks take above a plot.
func (s *sheet) breakRoom(y years) float64 {
	_, levels := s.heads(y)
	return breakPitch * float64(levels)
}

// columns draws counts by year as columns from zero with their exact intervals. Several series are drawn one
// under the other on one scale, so that each can be read by itself and all compare.
func (s *sheet) columns(p stat.Panel, obs []stat.Observation) {
	found := counts(obs)
	s.heading(p, found, false)
	span, top := spanOf(found, p.Clock), 0.0
	for _, o := range found {
		if o.Status != stat.StatusReported {
			continue
		}
		top = max(top, o.Value)
		if o.Interval != nil {
			top = max(top, o.Interval.Upper)
		}
	}
	height, steps := plotHeight, 4
	if s.narrow() {
		height, steps = plotHeightNarrow, 3
	}
	if len(p.Series) > 1 {
		height, steps = subplotHeight, 3
	}
	c := scaleTo(top, steps, s.decimals == 0)
	c.height = height
	span.left = scaleRoom(c)
	span.width = s.width - span.left - 1
	upright, head := false, 24.0
	for _, o := range found {
		if width := columnText.width(s.figure(o, true)); width > span.slot()-3 {
			upright, head = true, max(head, width+12)
		}
	}
	for i, one := range p.Series {
		if len(p.Series) > 1 {
			s.y = s.lines(face{14, semibold, ink}, 0, s.y+24, labelPitch, "left", wrap(one.Label, 14, semibold, s.width))
		}
		s.y += s.breakRoom(span) + head
		plotTop := s.y
		c.base = plotTop + c.height
		s.scaleLines(c, span.left, s.width)
		s.rules(span, plotTop-head/2, c.base)
		s.columnsOf(p, one, i, ofSeries(one.ID, obs), span, c, upright)
		s.y = c.base + 2
		if i == len(p.Series)-1 {
			s.ticks(span, c.base)
			s.y = c.base + 22
		}
	}
	s.key(p, found)
}

// columnText is how values stand above columns.
var columnText = face{13, semibold, ink}

// columnsOf draws the columns of one series into the plot of the scales. Several figures for one year stand side by
// side in its place.
func (s *sheet) columnsOf(p stat.Panel, one stat.Series, number int, obs []stat.Observation, span years, c scale,
	upright bool) {
	width := math.Round(min(columnWidth, span.slot()*0.62))
	plot := s.grid(span.left, c.base-c.height, span.width, c.height, bare(span.from(), span.to()), bare(0, c.top))
	marks, halves := bars(one.Label, width), bars(one.Label, math.Floor(width/2)-1)
	halo, whiskers, tips := strokes(paper, 4, 4), strokes(ink, 1.5, 5), series{Z: 5, Silent: true}
	tips.Type = "scatter"
	if s.dots {
		marks = series{SingleSeries: charts.SingleSeries{Name: one.Label, Type: "scatter"}, Z: 6}
		halves = marks
	}
	cap := 4 / span.slot()
	absent, several, seen := map[int]string{}, map[int]int{}, map[int]int{}
	for year := span.first; year <= span.last; year++ {
		absent[year] = s.ctx.Lang.T(noFigure)
	}
	for _, o := range obs {
		several[int(math.Round(periodPlace(o.Period, p.Clock)))]++
	}
	for _, o := range obs {
		place := periodPlace(o.Period, p.Clock)
		year := int(math.Round(place))
		if o.Status != stat.StatusReported {
			absent[year] = s.missingText(o.Status)
			continue
		}
		delete(absent, year)
		into := &marks
		if several[year] > 1 {
			into = &halves
			place += (float64(seen[year]) - float64(several[year]-1)/2) * (width/2 + 1) / span.slot()
			seen[year]++
		}
		upper := o.Value
		if o.Interval != nil && !math.IsInf(o.Interval.Upper, 1) {
			lower := o.Interval.Lower
			upper = o.Interval.Upper
			halo.data = append(halo.data, at(place, lower), at(place, upper), gap())
			whiskers.data = append(whiskers.data, at(place-cap, upper), at(place+cap, upper), gap(), at(place, upper),
				at(place, lower), gap(), at(place-cap, lower), at(place+cap, lower), gap())
		}
		d := s.column(p, one, number, o, place, c.y(o.Value)-c.y(upper))
		if upright {
			d.Label.Rotate, d.Label.Align, d.Label.Vertical = 90, "left", "middle"
			d.Label.Offset[0], d.Label.Offset[1] = -d.Label.Offset[1], 0 // the offset turns with the text
		}
		into.data = append(into.data, d)
		if open(o) {
			tips.data = append(tips.data, columnArrow(o, place, seriesColour(number)))
		}
	}
	s.missing(absent, span, c)
	s.stopsOver(p, one, obs, span, c, true)
	s.limits = s.limits || len(whiskers.data) > 0
	for _, one := range []series{marks, halo, whiskers, tips} {
		if len(one.data) > 0 {
			s.add(plot, one)
		}
	}
	if len(halves.data) > 0 { // in a plot of their own: bars of one plot are moved aside for one another
		s.add(s.grid(span.left, c.base-c.height, span.width, c.height, bare(span.from(), span.to()), bare(0, c.top)), halves)
	}
}

// column is the mark of a reported value with its label, which stands above the interval that rises by rise units.
func (s *sheet) column(p stat.Panel, one stat.Series, number int, o stat.Observation, place, rise float64) datum {
	colour := seriesColour(number)
	fill := &itemStyle{Color: colour}
	switch {
	case open(o):
		fill = &itemStyle{Color: paper, BorderColor: colour, BorderWidth: 1.5}
		if o.Bound == stat.BoundAtLeast {
			rise = max(rise, 10)
		}
	case hatched(p.Form, o):
		fill.Decal, fill.BorderColor, fill.BorderWidth = hatch(), colour, 1
		if s.dots {
			fill = &itemStyle{Color: paper, BorderColor: colour, BorderWidth: 2}
		}
	}
	d := at(place, o.Value)
	if s.dots {
		fill.Opacity, d.Symbol, d.SymbolSize = 1, "circle", 10
		rise = max(rise, 1)
	}
	d.ItemStyle, d.Tooltip = fill, s.tooltip(p, one.Label, o)
	d.Label = &label{Show: true, Formatter: s.figure(o, true), Position: "top", Distance: 6,
		Offset: []float64{0, -round(rise)},
		Color:  columnText.colour, FontSize: columnText.size, FontWeight: columnText.weight, FontFamily: family,
		BorderColor: paper, BorderWidth: 3}
	return d
}

// columnArrow is the head above an open column, towards where the true value lies.
func columnArrow(o stat.Observation, place float64, colour string) datum {
	d := at(place, o.Value)
	d.Symbol, d.SymbolSize, d.ItemStyle = "triangle", []float64{12, 9}, &itemStyle{Color: colour, Opacity: 1}
	d.SymbolOffset = []float64{0, -6}
	if o.Bound == stat.BoundAtMost {
		d.SymbolRotate, d.SymbolOffset = 180, []float64{0, 6}
	}
	return d
}

// missing writes why years have no column, once for years that follow each other for one reason: along the base
// line if there is room, else upwards from it.
func (s *sheet) missing(absent map[int]string, span years, c scale) {
	for year := span.first; year <= span.last; year++ {
		text, ok := absent[year]
		if !ok {
			continue
		}
		first := year
		for year < span.last && absent[year+1] == text {
			year++
		}
		x := span.x(float64(first+year) / 2)
		if noteText.width(text) <= span.slot()*float64(year-first+1)-4 {
			s.halo(noteText, x, c.base-7, "center", text)
		} else {
			s.upright(noteText, x, c.base-6, text)
		}
	}
}

// noFigure stands where our sources say nothing at all.
var noFigure = lang.Key("no figure")

// missingText is the status of a value that is missing, short enough for a column.
func (s *sheet) missingText(status stat.Status) string {
	if status == stat.StatusWithheld {
		return s.ctx.Lang.T("withheld")
	}
	return s.ctx.Lang.T(status.Words())
}

func round4(v float64) float64 { return math.Round(v*1e4) / 1e4 }
