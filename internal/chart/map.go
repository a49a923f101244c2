package chart

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/go-echarts/go-echarts/v2/charts"

	"tallystick/internal/stat"
	"tallystick/static"
)

// countiesFile holds the outlines of Connecticut's eight counties, by their codes, as longitude and latitude.
const countiesFile = "vendor/us-atlas-3.0.1/connecticut-counties.json"

var counties = sync.OnceValues(func() (map[string][][2]float64, error) {
	data, err := static.FS.ReadFile(countiesFile)
	if err != nil {
		return nil, err
	}
	var outlines map[string][][2]float64
	return outlines, json.Unmarshal(data, &outlines)
})

// regions are the places of Connecticut's nine planning regions in a grid of tiles, column and row. They took the
// place of counties in federal statistics in 2022; the boundaries that we have are older.
var regions = map[string][2]int{
	"northwest-hills": {0, 0}, "capitol": {1, 0}, "northeastern-connecticut": {2, 0},
	"western-connecticut": {0, 1}, "naugatuck-valley": {1, 1}, "lower-connecticut-river-valley": {2, 1},
	"southeastern-connecticut": {3, 1},
	"greater-bridgeport":       {1, 2}, "south-central-connecticut": {2, 2},
}

// area is one place of a map on the sheet: its outline, and where its name and value go.
type area struct {
	code    string
	outline [][2]float64
	x, y    float64
	room    float64 // for its name
}

// latitude is the middle of Connecticut, at which its outlines are drawn without distortion.
const latitude = 41.57

// countyAreas places the outlines of the counties below the top of a map of the width.
func countyAreas(top, width float64) (areas []area, height float64, err error) {
	outlines, err := counties()
	if err != nil {
		return nil, 0, err
	}
	west, east, south, north := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, outline := range outlines {
		for _, p := range outline {
			west, east, south, north = min(west, p[0]), max(east, p[0]), min(south, p[1]), max(north, p[1])
		}
	}
	scale := (width - 2) / ((east - west) * math.Cos(latitude*math.Pi/180))
	for code, outline := range outlines {
		a := area{code: code}
		for _, p := range outline {
			a.outline = append(a.outline, [2]float64{round(1 + (p[0]-west)*math.Cos(latitude*math.Pi/180)*scale),
				round(top + (north-p[1])*scale)})
		}
		a.x, a.y = centre(a.outline)
		a.room = math.Inf(1)
		areas = append(areas, a)
	}
	slices.SortFunc(areas, func(a, b area) int { return cmp.Compare(a.code, b.code) })
	return areas, (north - south) * scale, nil
}

// regionAreas places the tiles of the planning regions.
func regionAreas(top, width float64) (areas []area, height float64) {
	const gap = 6
	side := (width - 3*gap) / 4
	tall := min(max(side, 98), 118)
	for code, at := range regions {
		left, upper := float64(at[0])*(side+gap), top+float64(at[1])*(tall+gap)
		areas = append(areas, area{code: code, x: left + side/2, y: upper + tall/2, room: side - 8,
			outline: [][2]float64{{left, upper},
				{left + side, upper}, {left + side, upper + tall}, {left, upper + tall}, {left, upper}}})
	}
	slices.SortFunc(areas, func(a, b area) int { return cmp.Compare(a.code, b.code) })
	return areas, 3*tall + 2*gap
}

// centre is the centre of gravity of an outline.
func centre(outline [][2]float64) (x, y float64) {
	area := 0.0
	for i, p := range outline {
		q := outline[(i+1)%len(outline)]
		cross := p[0]*q[1] - q[0]*p[1]
		area, x, y = area+cross, x+(p[0]+q[0])*cross, y+(p[1]+q[1])*cross
	}
	return x / (3 * area), y / (3 * area)
}

// codeMap draws the counts of one period where they belong: outlines of counties, or tiles for planning regions,
// each with its name and value and a disc whose area is the count. The ground is never shaded by a count: police
// counts say where police act, and a shaded map would read as one of risk.
func (s *sheet) codeMap(p stat.Panel, b stat.Breakdown, obs []stat.Observation, v View) error {
	obs, err := s.ofPeriod(b, obs, v)
	if err != nil {
		return err
	}
	s.heading(p, obs, true)
	elsewhere := filter(obs, func(o stat.Observation) bool { return o.Code(b.By) == stat.NotPlaced })
	obs = filter(obs, func(o stat.Observation) bool { return o.Code(b.By) != stat.NotPlaced })
	top := s.y + 14
	var areas []area
	height := 0.0
	known := func(o stat.Observation) bool {
		return slices.ContainsFunc(areas, func(a area) bool { return a.code == o.Code(b.By) })
	}
	if areas, height, err = countyAreas(top, s.width); err != nil {
		return err
	}
	geography := s.ctx.Lang.T("Counties with their boundaries of 2017.")
	if !slices.ContainsFunc(obs, known) {
		areas, height = regionAreas(top, s.width)
		geography = s.ctx.Lang.T("Planning regions, in use since 2022, as tiles.")
	}
	if outside := filter(obs, func(o stat.Observation) bool { return !known(o) }); len(outside) > 0 {
		return fmt.Errorf("place %s of breakdown %s on a map: %w", outside[0].Code(b.By), b.ID, stat.ErrNotFound)
	}
	most := 1.0
	for _, o := range obs {
		most = max(most, o.Value)
	}
	radius := 30.0
	if s.narrow() {
		radius = 15
	}
	opened := series{SingleSeries: charts.SingleSeries{Name: p.Title, Type: "scatter"}, Z: 3}
	discs := series{SingleSeries: charts.SingleSeries{Name: p.Title, Type: "scatter"}, Z: 3}
	for _, a := range areas {
		s.texts = append(s.texts, element{Type: "polygon", Z: 1, Silent: true, Shape: &shape{Points: a.outline},
			Style: style{Fill: paper, Stroke: hairs, LineWidth: 1.5}})
		name := strings.TrimPrefix(strings.TrimSuffix(strings.TrimSuffix(s.ctx.label(b.By, a.code), " County"), " Planning Region"),
			"Condado de ")
		name = strings.TrimPrefix(name, "región de planificación ")
		lines := wrap(name, tickText.size, tickText.weight, a.room)
		value, text, size, partial := face{15, semibold, ink}, s.ctx.Lang.T(noFigure), 0.0, ""
		for _, o := range obs {
			if o.Code(b.By) != a.code {
				continue
			}
			if o.Status != stat.StatusReported {
				value, text = noteText, s.missingText(o.Status)
				continue
			}
			text = s.figure(o, true)
			if c := o.Coverage; c.Known() && !c.Complete() {
				partial = s.ctx.Lang.T("%d of %d", c.Reported, c.Expected)
			}
			if size = radius * math.Sqrt(o.Value/most); size > 0 {
				d := at(a.x, a.y-top-float64(len(lines)*14+16)/2)
				d.Symbol, d.SymbolSize, d.Tooltip = "circle", round(2*size), s.tooltip(p, s.ctx.label(b.By, a.code), o)
				d.ItemStyle = &itemStyle{Color: seriesColour(0), Opacity: 1}
				if open(o) { // the count is at least so much
					d.ItemStyle = &itemStyle{Color: paper, BorderColor: seriesColour(0), BorderWidth: 2, Opacity: 1}
					opened.data = append(opened.data, d)
					continue
				}
				discs.data = append(discs.data, d)
			}
		}
		if text == s.ctx.Lang.T(noFigure) {
			value = noteText
		}
		// disc, name and value stand one under the other, together in the middle of the place
		y := a.y + size - float64(len(lines)*14+16)/2 + 15
		for _, line := range lines {
			s.halo(tickText, a.x, y, "center", line)
			y += 14
		}
		s.halo(value, a.x, y+3, "center", text)
		if partial != "" {
			s.halo(tickText, a.x, y+19, "center", partial)
		}
	}
	s.sketch(top, height, discs, opened)
	s.y = top + height
	note := s.ctx.Lang.T("Area of a disc: the count.") + " " + geography + " "
	if len(opened.data) > 0 {
		note += s.ctx.Lang.T("Open disc: at least so many, with how many of how many reported.") + " "
	}
	for _, o := range elsewhere {
		if o.Status == stat.StatusReported {
			where := s.ctx.label(b.By, stat.NotPlaced)
			note += strings.ToUpper(where[:1]) + where[1:] + ": " + s.figure(o, false) + ". "
		}
	}
	s.note(note + s.standings(obs))
	if p.Stage == "arrested" {
		s.note(s.ctx.Lang.T("Arrests show where police act, not where people are harmed or how many are."))
	} else {
		s.note(s.ctx.Lang.T("Counts show where something was recorded, not how much of it there is."))
	}
	return nil
}
