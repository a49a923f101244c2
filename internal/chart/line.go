package chart

import (
	"math"
	"slices"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"tallystick/internal/stat"
)

// markers and dashes tell lines apart without colour, in the order of the series.
var (
	markers = []string{"circle", "diamond", "triangle", "rect"}
	dashes  = []string{"solid", "dashed", "dotted", "dashed"}
)

const markerSize = 8.0

// box is a part of the sheet that a label may not share.
type box struct{ left, top, right, bottom float64 }

func (b box) meets(o box) bool {
	return b.left < o.right && o.left < b.right && b.top < o.bottom && o.top < b.bottom
}

// point is a reported value of a line and where it lies on the sheet.
type point struct {
	obs    stat.Observation
	place  float64
	x, y   float64
	valley bool // the line comes down to it or leaves it upwards: its label stands better below
}

// line draws values by year as lines that stop at gaps and breaks, each with its name at its end.
func (s *sheet) line(p stat.Panel, obs []stat.Observation) {
	found := counts(obs)
	s.heading(p, found, false)
	span, top := spanOf(found, p.Clock), 0.0
	for _, o := range found {
		if o.Status == stat.StatusReported {
			top = max(top, o.Value)
		}
	}
	height, steps, room := plotHeight+30, 4, 0.0
	if s.narrow() {
		height, steps, room = plotHeightNarrow+30, 3, 12
		s.lineNames(p)
	} else {
		for _, one := range p.Series {
			room = max(room, widest(wrap(one.Label, 13, semibold, 150), 13, semibold)+14)
		}
	}
	c := scaleTo(top, steps, s.decimals == 0)
	c.height = height
	span.left = scaleRoom(c)
	span.width = s.width - room - span.left - 1
	s.y += s.breakRoom(span) + 26
	c.base = s.y + c.height
	s.scaleLines(c, span.left, span.left+span.width)
	s.rules(span, s.y-14, c.base)
	s.ticks(span, c.base)
	plot := s.grid(span.left, s.y, span.width, c.height, bare(span.from(), span.to()), bare(0, c.top))
	points := make([][]point, len(p.Series))
	for i, one := range p.Series {
		points[i] = s.lineOf(p, one, i, ofSeries(one.ID, obs), span, c, plot)
	}
	taken := []box{{0, c.base, s.width, c.base + 30}} // no label below the zero line
	if !s.narrow() {
		taken = append(taken, s.endLabels(p, points, c)...)
	}
	s.valueLabels(points, taken)
	s.y = c.base + 22
	s.key(p, found)
}

// lineOf draws one series: its strokes between neighbouring years, and a marker for every value.
func (s *sheet) lineOf(p stat.Panel, one stat.Series, number int, obs []stat.Observation, span years, c scale,
	plot int) []point {
	var points []point
	colour := seriesColour(number)
	stroke := series{SingleSeries: charts.SingleSeries{Name: one.Label, Type: "line", ShowSymbol: opts.Bool(false),
		LineStyle: &opts.LineStyle{Color: colour, Width: 2, Type: dashes[number%len(dashes)]}}, Z: 3, Silent: true,
		Clip: opts.Bool(false)}
	dots := series{SingleSeries: charts.SingleSeries{Name: one.Label, Type: "scatter"}, Z: 4}
	for _, o := range obs {
		if o.Status != stat.StatusReported {
			continue
		}
		place := periodPlace(o.Period, p.Clock)
		if n := len(points); n > 0 && (place-points[n-1].place >= 1.01 || s.broken(points[n-1].obs.Period, o.Period)) {
			stroke.data = append(stroke.data, gap())
		}
		stroke.data = append(stroke.data, at(place, o.Value))
		points = append(points, point{obs: o, place: place, x: span.x(place), y: c.y(o.Value)})
		d := at(place, o.Value)
		d.Symbol, d.SymbolSize, d.Tooltip = markers[number%len(markers)], markerSize, s.tooltip(p, one.Label, o)
		d.ItemStyle = &itemStyle{Color: colour, Opacity: 1}
		if open(o) || hatched(p.Form, o) {
			d.ItemStyle = &itemStyle{Color: paper, BorderColor: colour, BorderWidth: 2, Opacity: 1}
		}
		dots.data = append(dots.data, d)
	}
	for i := range points {
		climb := 0.0
		if i > 0 && joined(points[i-1], points[i]) {
			climb += points[i-1].obs.Value - points[i].obs.Value
		}
		if i+1 < len(points) && joined(points[i], points[i+1]) {
			climb += points[i+1].obs.Value - points[i].obs.Value
		}
		points[i].valley = climb > 0
	}
	if len(points) > 0 {
		s.add(plot, stroke)
		s.add(plot, dots)
	}
	s.stopsOver(p, one, obs, span, c, false)
	return points
}

// joined reports whether two values of a series are of neighbouring years.
func joined(a, b point) bool { return b.place-a.place < 1.01 }

// broken reports whether a break lies between two periods or inside one of them: a year in which the law changed
// is neither like the years before nor like those after.
func (s *sheet) broken(a, b stat.Period) bool {
	return slices.ContainsFunc(s.breaks, func(k stat.Break) bool {
		return a.From.Compare(k.Date) < 0 && k.Date.Compare(b.To) <= 0
	})
}

// lineNames sets the names of several lines under the heading of a narrow sheet, each with its stroke and marker.
func (s *sheet) lineNames(p stat.Panel) {
	if len(p.Series) < 2 {
		return
	}
	s.y += 6
	for i, one := range p.Series {
		s.y += 4
		dash := map[string][]float64{"dashed": {6, 4}, "dotted": {2, 3}}[dashes[i%len(dashes)]]
		middle := s.y + 13
		s.rule(1, middle, 27, middle, seriesColour(i), 2, dash, 3)
		lines := wrap(one.Label, 13, semibold, s.width-36)
		s.y = s.lines(face{13, semibold, ink}, 36, s.y+17, 16, "left", lines)
	}
}

// valueLabels sets the value of each point above or below it, where it meets nothing that is there already and no
// line. The ends of a line and its highest and lowest values come first; a label that finds no room is left out.
func (s *sheet) valueLabels(points [][]point, taken []box) {
	for _, line := range points {
		for _, p := range line {
			taken = append(taken, box{p.x - 4, p.y - 4, p.x + 4, p.y + 4})
		}
	}
	for _, p := range byImportance(points) {
		text := s.figure(p.obs, true)
		width, least := valueText13.width(text), math.Inf(1)
		var chosen box
		for i, x := range []float64{p.x - width/2, p.x - width + 6, p.x - 6} {
			for below, baseline := range []float64{p.y - 9, p.y + 19} {
				b := box{x - 2, baseline - 11, x + width + 2, baseline + 1}
				cost := 2*crossed(b, points) + float64(i)*0.6
				if p.valley != (below == 1) {
					cost += 0.5
				}
				if b.left < 0 || b.right > s.width {
					cost += 100
				}
				for _, t := range taken {
					if b.meets(t) {
						cost += 100
					}
				}
				if cost < least {
					least, chosen = cost, b
				}
			}
		}
		if least >= 100 {
			continue
		}
		taken = append(taken, chosen)
		s.halo(valueText13, chosen.left+2, chosen.bottom-1, "left", text)
	}
}

var valueText13 = face{13, semibold, ink}

// crossed counts the strokes that run through the box.
func crossed(b box, points [][]point) float64 {
	n := 0.0
	for _, line := range points {
		for i := 1; i < len(line); i++ {
			if !joined(line[i-1], line[i]) {
				continue
			}
			for t := 0.0; t <= 1; t += 0.05 {
				x, y := line[i-1].x+(line[i].x-line[i-1].x)*t, line[i-1].y+(line[i].y-line[i-1].y)*t
				if x > b.left && x < b.right && y > b.top && y < b.bottom {
					n++
					break
				}
			}
		}
	}
	return n
}

// byImportance orders points: last, first, highest and lowest of each line, then the others from the newest.
func byImportance(points [][]point) []point {
	var first, rest []point
	for _, line := range points {
		high, low := 0, 0
		for i, p := range line {
			if p.obs.Value > line[high].obs.Value {
				high = i
			}
			if p.obs.Value < line[low].obs.Value {
				low = i
			}
		}
		for i := len(line) - 1; i >= 0; i-- {
			if i == 0 || i == len(line)-1 || i == high || i == low {
				first = append(first, line[i])
			} else {
				rest = append(rest, line[i])
			}
		}
	}
	return append(first, rest...)
}

// endLabels sets the name of each line right of its last value, moved apart where names would meet, and returns the
// room that they take.
func (s *sheet) endLabels(p stat.Panel, points [][]point, c scale) (taken []box) {
	type name struct {
		lines  []string
		x, mid float64
		series int
	}
	var names []name
	for i, line := range points {
		if len(line) == 0 {
			continue
		}
		last := line[len(line)-1]
		names = append(names, name{wrap(p.Series[i].Label, 13, semibold, 150), last.x + 12, last.y, i})
	}
	for moved, round := true, 0; moved && round < 100; round++ {
		moved = false
		for i := range names {
			for j := range names {
				a, b := &names[i], &names[j]
				need := float64(len(a.lines)+len(b.lines)) * 8
				if i != j && a.mid <= b.mid && b.mid-a.mid < need && (i < j || a.mid < b.mid) {
					push := (need - (b.mid - a.mid)) / 2
					a.mid, b.mid, moved = a.mid-push-0.1, b.mid+push+0.1, true
				}
			}
		}
	}
	for _, n := range names {
		n.mid = min(n.mid, c.base-4-float64(len(n.lines))*8)
		y := n.mid - float64(len(n.lines)-1)*8 + 13*baselineShift
		end := s.lines(face{13, semibold, seriesColour(n.series)}, n.x, y, 16, "left", n.lines)
		taken = append(taken, box{n.x - 2, y - 12, n.x + widest(n.lines, 13, semibold), end + 3})
	}
	return taken
}
