package chart

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"tallystick/internal/stat"
)

// The measures of small multiples and of rows of cells, in units.
const (
	smallHeight = 64.0
	smallGutter = 28.0
	mostSmall   = 24 // plots of a view; the table has the rest
	cellPitch   = 20.0
	cellHeight  = 12.0
)

var smallText = face{12, semibold, ink}

// multiples draws small columns by year for each code, all on one scale, the largest first.
func (s *sheet) multiples(p stat.Panel, b stat.Breakdown, obs []stat.Observation, v View) {
	s.heading(p, obs, false)
	across := 3
	if s.narrow() {
		across = 2
	}
	totals, highest, top := map[string]float64{}, map[string]float64{}, 1.0
	for _, o := range obs {
		if o.Status == stat.StatusReported {
			totals[o.Code(b.By)] += o.Value
			highest[o.Code(b.By)] = max(highest[o.Code(b.By)], o.Value)
			top = max(top, o.Value)
		}
	}
	codes := codesOf(b.By, obs, v, func(x, y string) int { return cmp.Compare(totals[y], totals[x]) })
	all := len(codes)
	if len(v.Order) == 0 { // codes that reported nothing but zeros need no plot
		codes = slices.DeleteFunc(codes, func(code string) bool { return totals[code] == 0 && all > across })
	}
	codes = codes[:min(len(codes), mostSmall)]
	width := (s.width - smallGutter*float64(across-1)) / float64(across)
	start := s.y + 12
	span := spanOf(obs, p.Clock)
	span.width = width
	column := math.Max(2, math.Floor(span.slot()*0.66))
	columns, opened, insides := strokes(seriesColour(0), column, 3), strokes(seriesColour(0), column, 3), strokes(paper,
		column-3, 4)
	head, base := 0.0, 0.0
	missing := map[stat.Status]bool{}
	for i, code := range codes {
		if i%across == 0 { // a row is as high as the largest of its values needs
			rise := 0.0
			for _, other := range codes[i:min(i+across, len(codes))] {
				rise = max(rise, highest[other]/top*smallHeight)
			}
			head = base + min(float64(i), 1)*26
			base = head + 18 + 20 + rise
		}
		span.left = float64(i%across) * (width + smallGutter)
		s.text(face{13, semibold, ink}, span.left, start+head+14, "left", cut(face{13, semibold, ink}, s.ctx.label(b.By,
			code), width))
		s.rule(span.left, math.Round(start+base)+0.5, span.left+width, math.Round(start+base)+0.5, ink, 1, nil, 6)
		for _, o := range obs {
			if o.Code(b.By) != code || o.Series != p.Series[0].ID {
				continue
			}
			x := span.x(periodPlace(o.Period, p.Clock))
			if o.Status != stat.StatusReported {
				missing[o.Status] = true
				s.text(noteText, x, start+base-5, "center", signOf(o.Status))
				continue
			}
			y := base - o.Value/top*smallHeight
			s.smallValue(s.figure(o, true), x, start+y-5, span.slot())
			into := &columns
			if open(o) || hatched(stat.FormColumns, o) {
				into = &opened
				if base-y > 3 {
					insides.data = append(insides.data, at(x, base), at(x, y+1.5), gap())
				}
			}
			if base-y > 0 {
				into.data = append(into.data, at(x, base), at(x, y), gap())
			}
		}
		s.text(tickText, span.x(float64(span.first))-column/2, start+base+16, "left", fmt.Sprint(span.first))
		s.text(tickText, span.x(float64(span.last))+column/2, start+base+16, "right", fmt.Sprint(span.last))
	}
	height := base + 26
	s.sketch(start, height, columns, opened, insides)
	s.y = start + height - 6
	text := "All on one scale. "
	if all > len(codes) {
		text += fmt.Sprintf("%d more are in the table. ", all-len(codes))
	}
	for _, status := range stat.Statuses {
		if missing[status] {
			text += signOf(status) + ": " + status.Words() + ". "
		}
	}
	if len(opened.data) > 0 {
		text += "Open columns: the table says why. "
	}
	s.note(text)
}

// smallValue sets the value above a small column, if there is room for it.
func (s *sheet) smallValue(text string, x, baseline, slot float64) {
	if smallText.width(text) <= slot+2 {
		s.text(smallText, x, baseline, "center", text)
	}
}

// signOf is how a status stands where there is room for one letter.
func signOf(status stat.Status) string {
	switch status {
	case stat.StatusWithheld:
		return "c"
	case stat.StatusNotReported:
		return "×"
	case stat.StatusNotApplicable:
		return "z"
	case stat.StatusNotDue:
		return "n"
	default:
		return "–"
	}
}

// coverage draws a row of cells for each code, one a year: who gave a figure, a zero, none, or one that is withheld.
// Cells differ in shape as well as in colour, and say nothing about how large a figure is.
func (s *sheet) coverage(p stat.Panel, b stat.Breakdown, obs []stat.Observation, v View) {
	s.heading(p, obs, false)
	codes := codesOf(b.By, obs, v, func(x, y string) int {
		return cmp.Compare(s.ctx.label(b.By, x), s.ctx.label(b.By, y))
	})
	width, room := s.width, 210.0
	switch {
	case s.narrow():
		room = 132
	case len(codes) > mostCodes:
		width = (s.width - smallGutter) / 2
		room = 170
	}
	span := spanOf(obs, p.Clock)
	span.left, span.width = room, width-room
	half := span.slot()/2 - 1.5
	given, zero, inside := strokes(seriesColour(0), cellHeight, 3), strokes(seriesColour(0), cellHeight, 3),
		strokes(paper, cellHeight-3, 4)
	withheld, none := strokes(seriesColour(1), 5, 3), strokes(muted, 1.5, 3)
	cell := func(status stat.Status, value, x, y float64) {
		switch {
		case status == stat.StatusReported && value > 0:
			given.data = append(given.data, at(x-half, y), at(x+half, y), gap())
		case status == stat.StatusReported:
			zero.data = append(zero.data, at(x-half, y), at(x+half, y), gap())
			inside.data = append(inside.data, at(x-half+1.5, y), at(x+half-1.5, y), gap())
		case status == stat.StatusWithheld:
			withheld.data = append(withheld.data, at(x-half, y), at(x+half, y), gap())
		case status == stat.StatusNotReported:
			none.data = append(none.data, at(x-3, y-3), at(x+3, y+3), gap(), at(x-3, y+3), at(x+3, y-3), gap())
		}
	}
	top := s.y + 10
	y := 16.0
	x := 0.0
	for _, k := range []struct {
		status stat.Status
		value  float64
		text   string
	}{{stat.StatusReported, 1, "a figure"}, {stat.StatusReported, 0, "zero"}, {stat.StatusNotReported, 0, "not reported"},
		{stat.StatusWithheld, 0, "withheld"}} {
		used := false
		for _, o := range obs {
			used = used || o.Status == k.status && (o.Value > 0) == (k.value > 0)
		}
		if !used {
			continue
		}
		cell(k.status, k.value, x+half, y-4)
		s.text(tickText, x+2*half+8, top+y, "left", k.text)
		if x += 2*half + 8 + tickText.width(k.text) + 22; x+2*half+80 > s.width {
			x, y = 0, y+20
		}
	}
	y += 26
	columns, left := 1, 0.0
	if !s.narrow() && len(codes) > mostCodes {
		columns = 2 // long lists of codes stand in two columns, read downwards
	}
	rows := (len(codes) + columns - 1) / columns
	for i, code := range codes {
		if i%rows == 0 {
			left = float64(i/rows) * (width + smallGutter)
			span.left = left + room
			s.ticks(span, top+y-17)
			s.ticks(span, top+y+float64(rows)*cellPitch+4)
		}
		at := y + float64(i%rows+1)*cellPitch
		s.text(face{13, regular, ink}, left, top+at, "left", cut(face{13, regular, ink}, s.ctx.label(b.By, code), room-12))
		for _, o := range obs {
			if o.Code(b.By) == code && o.Series == p.Series[0].ID {
				cell(o.Status, o.Value, span.x(periodPlace(o.Period, p.Clock)), at-4.5)
			}
		}
	}
	y += float64(rows)*cellPitch + 10
	s.sketch(top, y, given, zero, inside, withheld, none)
	s.y = top + y + 16
}
