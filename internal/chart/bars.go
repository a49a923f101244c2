package chart

import (
	"cmp"
	"math"
	"strings"

	"tallystick/internal/stat"
)

// The measures of horizontal bars, in units.
const (
	barHeight  = 20.0
	labelPitch = 17.0 // from line to line of a label
	labelRoom  = 220.0
)

// row is one horizontal bar with its label.
type row struct {
	label  string
	sub    string // a second, quieter label: the series, where the first is the period
	series int    // which colour
	obs    stat.Observation
	known  bool // whether there is an observation at all
	limits bool // whether its exact limits are drawn
}

// fitBars finds the room that the labels and the values of all bars of a figure take, so that the bars of all its
// panels begin at one place.
func (s *sheet) fitBars(panels []stat.Panel, obs []stat.Observation) {
	s.barLeft, s.barRight = 0, s.width
	for _, p := range panels {
		if p.Form != stat.FormPair && p.Form != stat.FormSpans {
			continue
		}
		found := ofPanel(p, obs)
		s.fitRows(s.rowsOf(p, found))
		if ratio, known := latestRatio(found); known && p.Ratio != nil && p.Form == stat.FormPair && !s.narrow() {
			lines := s.ratioLines(p, ratio)
			column := max(ratioText.width(lines[0]), widest(lines[1:], subText.size, subText.weight))
			s.barRight = min(s.barRight, s.width-column-28)
		}
	}
	s.barLeft = math.Floor(s.barLeft) + 0.5
}

// fitRows widens the room of labels and values to what the rows need.
func (s *sheet) fitRows(rows []row) {
	for _, r := range rows {
		if !s.narrow() {
			label := wrap(r.label, labelText.size, labelText.weight, labelRoom)
			sub := wrap(r.sub, subText.size, subText.weight, labelRoom)
			s.barLeft = max(s.barLeft, widest(label, labelText.size, labelText.weight)+14, widest(sub, subText.size,
				subText.weight)+14)
		}
		if r.known && r.obs.Status == stat.StatusReported {
			room := valueText.width(s.figure(r.obs, false)) + 10
			if open(r.obs) {
				room += 12
			}
			s.barValues = max(s.barValues, room)
		}
	}
	s.barLeft = math.Floor(s.barLeft) + 0.5
}

// rowsOf gives the bars of a panel: one for each series of a pair, one for each stated figure of spans.
func (s *sheet) rowsOf(p stat.Panel, obs []stat.Observation) []row {
	if p.Form == stat.FormPair {
		return s.pairRows(p, obs)
	}
	return s.spanRows(p, obs)
}

// bars draws rows of horizontal bars from one zero below the sheet's y. On a narrow sheet the labels stand above
// the bars. It returns the middle of all rows.
func (s *sheet) bars(p stat.Panel, rows []row) (middle float64) {
	left, room := s.barLeft, labelRoom
	if s.narrow() {
		room = s.width
	}
	labels, subs := make([][]string, len(rows)), make([][]string, len(rows))
	height, top := 0.0, 0.0
	for i, r := range rows {
		labels[i] = wrap(r.label, labelText.size, labelText.weight, room)
		subs[i] = wrap(r.sub, subText.size, subText.weight, room)
		height = max(height, float64(len(labels[i])+len(subs[i]))*labelPitch)
		if r.known && r.obs.Status == stat.StatusReported {
			top = max(top, r.obs.Value)
			if _, upper, ok := r.interval(); ok {
				top = max(top, upper)
			}
		}
	}
	width := s.barRight - left - s.barValues
	pitch, above := max(28, height+10), 0.0
	if s.narrow() {
		pitch, above = height+barHeight+16, height+5
	}
	if top == 0 {
		top = 1 // every bar is zero; any scale shows that
	}
	start := s.y + 12
	names := make([]string, len(rows))
	for i, r := range rows {
		names[i] = r.label
	}
	var gridTop float64
	if s.narrow() {
		gridTop = start + above + barHeight/2 - pitch/2
	} else {
		gridTop = start
	}
	plot := s.grid(left, gridTop, width, pitch*float64(len(rows)), bare(0, top), words(names))
	marks, tips := bars(p.Title, barHeight), series{Z: 5, Silent: true}
	tips.Type, tips.Name = "scatter", p.Title
	halo, whiskers := strokes(paper, 4, 4), strokes(ink, 1.5, 5)
	cap := 4 / pitch
	for i, r := range rows {
		centre := gridTop + (float64(i)+0.5)*pitch
		s.rowLabel(labels[i], subs[i], centre, above)
		if s.narrow() {
			s.rule(left, centre-barHeight/2-3, left, centre+barHeight/2+3, ink, 1, nil, 6)
		}
		if !r.known || r.obs.Status != stat.StatusReported {
			marks.data = append(marks.data, gap())
			text := s.ctx.Lang.T(noFigure)
			if r.known {
				text = s.ctx.Lang.T(r.obs.Status.Words())
			}
			s.text(subText, left+8, centre+subText.size*baselineShift, "left", text)
			s.stopAt(p.Title, r.name()+"\n"+text, left+8, centre)
			continue
		}
		d := s.bar(p, r)
		s.stopAt(p.Title, d.Tooltip.Formatter, left+r.obs.Value/top*width, centre)
		if lower, upper, ok := r.interval(); ok {
			y := float64(i)
			halo.data = append(halo.data, at(lower, y), at(upper, y), gap())
			whiskers.data = append(whiskers.data, at(upper, y-cap), at(upper, y+cap), gap(), at(lower, y), at(upper, y), gap(),
				at(lower, y-cap), at(lower, y+cap), gap())
			d.Label.Offset = []float64{round((upper-r.obs.Value)/top*width) + 2, 0}
		}
		marks.data = append(marks.data, d)
		if open(r.obs) {
			tips.data = append(tips.data, arrow(r.obs, float64(i), seriesColour(r.series)))
		}
	}
	s.add(plot, marks)
	if len(tips.data) > 0 {
		s.add(plot, tips)
	}
	if len(whiskers.data) > 0 {
		s.limits = true
		places := bare(-0.5, float64(len(rows))-0.5)
		places.Inverse = true
		over := s.grid(left, gridTop, width, pitch*float64(len(rows)), bare(0, top), places)
		s.add(over, halo)
		s.add(over, whiskers)
	}
	end := gridTop + pitch*float64(len(rows))
	if s.narrow() {
		end = end - pitch/2 + barHeight/2 + 3
	} else {
		s.rule(left, gridTop, left, end, ink, 1, nil, 6)
	}
	s.y = end
	return (start + end) / 2
}

// name is what tells the bar from the others of its period.
func (r row) name() string { return cmp.Or(r.sub, r.label) }

// interval gives the ends of the thin line of a row that has one.
func (r row) interval() (lower, upper float64, ok bool) {
	if !r.limits || r.obs.Status != stat.StatusReported || r.obs.Interval == nil || math.IsInf(r.obs.Interval.Upper, 1) {
		return 0, 0, false
	}
	return r.obs.Interval.Lower, r.obs.Interval.Upper, true
}

// rowLabel sets the label of a row: left of the bar whose middle is centre, or above it.
func (s *sheet) rowLabel(label, sub []string, centre, above float64) {
	y := centre - float64(len(label)+len(sub)-1)*labelPitch/2 + labelText.size*baselineShift
	if s.narrow() {
		y = centre - barHeight/2 - above + 13
	}
	y = s.lines(labelText, 0, y, labelPitch, "left", label)
	s.lines(subText, 0, y+labelPitch, labelPitch, "left", sub)
}

// bar is the mark of a reported value with its label.
func (s *sheet) bar(p stat.Panel, r row) datum {
	colour, offset := seriesColour(r.series), []float64(nil)
	fill := &itemStyle{Color: colour}
	switch {
	case open(r.obs):
		fill = &itemStyle{Color: paper, BorderColor: colour, BorderWidth: 1.5}
		if r.obs.Bound == stat.BoundAtLeast {
			offset = []float64{12, 0}
		}
	case hatched(p.Form, r.obs):
		fill.Decal, fill.BorderColor, fill.BorderWidth = hatch(), colour, 1
	}
	return datum{Value: r.obs.Value, ItemStyle: fill, Tooltip: s.tooltip(p, r.name(), r.obs),
		Label: &label{Show: true, Formatter: s.figure(r.obs, false), Position: "right", Distance: 8, Offset: offset,
			Color: valueText.colour, FontSize: valueText.size, FontWeight: valueText.weight, FontFamily: family}}
}

// arrow is the head at the end of an open bar, towards where the true value lies.
func arrow(o stat.Observation, row float64, colour string) datum {
	d := datum{Value: [2]float64{o.Value, row}, Symbol: "triangle", SymbolSize: []float64{12, 9}, SymbolRotate: -90,
		SymbolOffset: []float64{6, 0}, ItemStyle: &itemStyle{Color: colour, Opacity: 1}}
	if o.Bound == stat.BoundAtMost {
		d.SymbolRotate, d.SymbolOffset = 90, []float64{-6, 0}
	}
	return d
}

// pairRows gives a bar for each series of a pair: its latest figure, and of contested ones the preferred.
func (s *sheet) pairRows(p stat.Panel, obs []stat.Observation) []row {
	latest := counts(obs)
	var rows []row
	for i, one := range p.Series {
		r := row{label: one.Label, series: i}
		for _, o := range ofSeries(one.ID, obs) {
			newer := o.Period.Compare(r.obs.Period)
			if !r.known || newer > 0 || newer == 0 && o.Has(stat.MarkPreferred) {
				r.obs, r.known = o, true
			}
		}
		if period := latest[len(latest)-1].Period; r.known && r.obs.Period != period {
			r.sub = s.ctx.Lang.Period(r.obs.Period, p.Clock)
		}
		rows = append(rows, r)
	}
	return rows
}

// pair draws counts of one period as bars from one zero, and their ratio beside or below them.
func (s *sheet) pair(p stat.Panel, obs []stat.Observation) {
	s.heading(p, counts(obs), true)
	middle := s.bars(p, s.pairRows(p, obs))
	ratio, known := latestRatio(obs)
	switch {
	case !known || p.Ratio == nil:
	case s.narrow():
		s.ratioBelow(p, ratio)
	default:
		lines := s.ratioLines(p, ratio)
		s.text(ratioText, s.width, middle-2, "right", lines[0])
		s.stopAt(p.Title, s.ctx.Lang.Period(ratio.Period, p.Clock)+"\n"+strings.Join(lines, "\n"), s.width-ratioText.width(lines[0])/2, middle-12)
		y := s.lines(subText, s.width, middle+17, 16, "right", lines[1:])
		s.y = max(s.y, y+4)
	}
	s.key(p, counts(obs))
}

// ratioBelow sets the ratio under the bars of a narrow sheet: the figure, and its words beside it.
func (s *sheet) ratioBelow(p stat.Panel, ratio stat.Observation) {
	lines := s.ratioLines(p, ratio)
	y := s.y + 40
	s.text(ratioText, 0, y, "left", lines[0])
	s.stopAt(p.Title, s.ctx.Lang.Period(ratio.Period, p.Clock)+"\n"+strings.Join(lines, "\n"), ratioText.width(lines[0])/2, y-10)
	x := ratioText.width(lines[0]) + 12
	end := s.lines(subText, x, y-13, 16, "left", lines[1:])
	s.y = max(y, end) + 4
}

// ratioLines gives a ratio in lines: the figure, what it is, its limits.
func (s *sheet) ratioLines(p stat.Panel, o stat.Observation) []string {
	if o.Status != stat.StatusReported {
		return []string{"–", p.Ratio.Label, s.ctx.Lang.T(o.Status.Words())}
	}
	lines := []string{stat.FormatNumber(o.Value, p.Ratio.Decimals), p.Ratio.Label}
	if o.Interval != nil {
		lines = append(lines, s.levelText(*o.Interval)+" "+s.ctx.Lang.Limits(*o.Interval, p.Ratio.Decimals))
	}
	return lines
}

func latestRatio(obs []stat.Observation) (latest stat.Observation, known bool) {
	for _, o := range obs {
		if o.Kind == stat.KindRatio && (!known || o.Period.Compare(latest.Period) >= 0) {
			latest, known = o, true
		}
	}
	return latest, known
}

// counts returns the observations that are counts, by period.
func counts(obs []stat.Observation) []stat.Observation {
	var out []stat.Observation
	for _, o := range obs {
		if o.Kind == stat.KindCount {
			out = append(out, o)
		}
	}
	sortByPeriod(out)
	return out
}

// spanRows gives a bar for each stated figure, labelled with its period as the source put it; with its series if
// all are of one period, and with both if there are several of each.
func (s *sheet) spanRows(p stat.Panel, obs []stat.Observation) []row {
	number, names := map[string]int{}, map[string]string{}
	for i, one := range p.Series {
		number[one.ID], names[one.ID] = i, one.Label
	}
	var rows []row
	for _, o := range counts(obs) {
		r := row{label: s.ctx.Lang.Period(o.Period, p.Clock), series: number[o.Series], obs: o, known: true}
		switch {
		case onePeriod(obs) && len(p.Series) > 1:
			r.label = names[o.Series]
		case len(p.Series) > 1:
			r.sub = names[o.Series]
		}
		rows = append(rows, r)
	}
	return rows
}

func onePeriod(obs []stat.Observation) bool {
	for _, o := range obs {
		if o.Period != obs[0].Period {
			return false
		}
	}
	return true
}

// spans draws one bar for each stated figure.
func (s *sheet) spans(p stat.Panel, obs []stat.Observation) {
	found := counts(obs)
	s.heading(p, found, onePeriod(found) && len(p.Series) > 1)
	rows := s.spanRows(p, found)
	if len(rows) == 1 && rows[0].obs.Status == stat.StatusReported {
		s.lone(p, rows[0])
		return
	}
	s.bars(p, rows)
	s.key(p, found)
}

// lone sets the only figure of a panel as a number: a bar that nothing stands beside would fill its own scale and show
// nothing. Its bound stands in words before it.
func (s *sheet) lone(p stat.Panel, r row) {
	room, left := labelRoom, s.barLeft
	if s.narrow() {
		room, left = s.width, 0
	}
	label := wrap(r.label, labelText.size, labelText.weight, room)
	sub := wrap(r.sub, subText.size, subText.weight, room)
	number := s.y + 16 + loneText.size*0.75
	y := s.lines(labelText, 0, number, labelPitch, "left", label)
	if len(sub) > 0 {
		y = s.lines(subText, 0, y+labelPitch, labelPitch, "left", sub)
	}
	if s.narrow() {
		number = y + loneText.size + 6
	}
	s.text(loneText, left, number, "left", s.figure(r.obs, false))
	s.stopAt(p.Title, s.tooltip(p, r.name(), r.obs).Formatter, left+loneText.width(s.figure(r.obs, false))/2, number-loneText.size/3)
	s.y = max(y, number) + 10
}
