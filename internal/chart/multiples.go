package chart

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"tallystick/internal/lang"
	"tallystick/internal/stat"
)

// The measures of small multiples and of rows of cells, in units.
const (
	smallHeight = 64.0
	smallGutter = 28.0
	mostSmall   = 18 // plots of a view; the table has the rest
	cellPitch   = 20.0
	cellHeight  = 12.0
)

var smallText = face{13, semibold, ink}

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
		if i%across == 0 { // the others of the row have the same years
			s.text(tickText, span.x(float64(span.first))-column/2, start+base+16, "left", fmt.Sprint(span.first))
			s.text(tickText, span.x(float64(span.last))+column/2, start+base+16, "right", fmt.Sprint(span.last))
		}
	}
	height := base + 26
	s.sketch(start, height, columns, opened, insides)
	s.y = start + height - 6
	text := s.ctx.Lang.T("All on one scale.") + " "
	if all > len(codes) {
		text += s.inTable(all-len(codes), "") + ". "
	}
	for _, status := range stat.Statuses {
		if missing[status] {
			text += signOf(status) + ": " + s.ctx.Lang.T(status.Words()) + ". "
		}
	}
	if len(opened.data) > 0 {
		text += s.ctx.Lang.T("Open columns: the table says why.") + " "
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

// cell is what a code gave for a year, as far as coverage shows it.
type cell int

const (
	cellNone     cell = iota // nothing is expected or known
	cellFigure               // a figure above zero
	cellZero                 // a true zero
	cellMissing              // not reported
	cellWithheld             // a figure that is withheld
)

var cellWords = []string{cellFigure: lang.Key("a figure"), cellZero: lang.Key("zero"),
	cellMissing: lang.Key("not reported"), cellWithheld: lang.Key("withheld")}

func cellOf(o stat.Observation) cell {
	switch {
	case o.Status == stat.StatusReported && o.Value > 0:
		return cellFigure
	case o.Status == stat.StatusReported:
		return cellZero
	case o.Status == stat.StatusNotReported:
		return cellMissing
	case o.Status == stat.StatusWithheld:
		return cellWithheld
	default:
		return cellNone
	}
}

// coverage draws a row for each code, one cell a year: who gave a figure, a zero, none, or one that is withheld.
// Cells differ in shape as well as in colour, and say nothing about how large a figure is.
func (s *sheet) coverage(p stat.Panel, b stat.Breakdown, obs []stat.Observation, v View) {
	s.heading(p, obs, false)
	codes := codesOf(b.By, obs, v, func(x, y string) int {
		return cmp.Compare(s.ctx.label(b.By, x), s.ctx.label(b.By, y))
	})
	columns, width, room := 1, s.width, 210.0
	switch {
	case s.narrow():
		room = 132
	case len(codes) > mostCodes: // long lists of codes stand in two columns, read downwards
		columns, width, room = 2, (s.width-smallGutter)/2, 170
	}
	span := spanOf(obs, p.Clock)
	span.left, span.width = room, width-room
	given := map[string]map[int]cell{}
	used := map[cell]bool{}
	for _, o := range obs {
		if o.Series != p.Series[0].ID {
			continue
		}
		row := given[o.Code(b.By)]
		if row == nil {
			row = map[int]cell{}
			given[o.Code(b.By)] = row
		}
		row[int(math.Round(periodPlace(o.Period, p.Clock)))] = cellOf(o)
		used[cellOf(o)] = true
	}
	kinds := map[cell]*series{}
	for c, one := range map[cell]series{cellFigure: strokes(seriesColour(0), cellHeight, 3),
		cellZero:    strokes(seriesColour(0), 3, 3),
		cellMissing: strokes(muted, 1.5, 5), cellWithheld: strokes(seriesColour(1), 7, 3)} {
		kinds[c] = &one
	}
	run := func(c cell, from, to, y float64) { // cells of one kind that follow each other are one stroke
		if one := kinds[c]; one != nil {
			one.data = append(one.data, at(from, y), at(to, y), gap())
		}
	}
	cross := func(x, y float64) {
		one := kinds[cellMissing]
		one.data = append(one.data, at(x-3, y-3), at(x+3, y+3), gap(), at(x-3, y+3), at(x+3, y-3), gap())
	}
	top, y, x := s.y+10, 16.0, 0.0
	for c := cellFigure; c <= cellWithheld; c++ {
		if !used[c] {
			continue
		}
		if c == cellMissing {
			cross(x+12, y-4)
		} else {
			run(c, x, x+24, y-4)
		}
		words := s.ctx.Lang.T(cellWords[c])
		s.text(tickText, x+31, top+y, "left", words)
		x += 31 + tickText.width(words) + 20
	}
	y += 26
	rows := (len(codes) + columns - 1) / columns
	parts := strokes(paper, 3, 4) // between the years
	label := face{13, regular, ink}
	for column := range columns {
		left := float64(column) * (width + smallGutter)
		span.left = left + room
		s.ticks(span, top+y-17)
		s.ticks(span, top+y+float64(rows)*cellPitch+4)
		for year := span.first + 1; year <= span.last; year++ {
			edge := span.x(float64(year) - 0.5)
			parts.data = append(parts.data, at(edge, y), at(edge, y+float64(rows)*cellPitch+6), gap())
		}
		var names []string
		for i, code := range codes[min(column*rows, len(codes)):min((column+1)*rows, len(codes))] {
			names = append(names, cut(label, s.ctx.label(b.By, code), room-12))
			middle := y + float64(i+1)*cellPitch - 4.5
			for year := span.first; year <= span.last; year++ {
				first, c := year, given[code][year]
				if c == cellMissing {
					cross(span.x(float64(year)), middle)
					continue
				}
				for year < span.last && given[code][year+1] == c {
					year++
				}
				run(c, span.x(float64(first)-0.5)+1.5, span.x(float64(year)+0.5)-1.5, middle)
			}
		}
		s.list(label, left, top+y+cellPitch, cellPitch, names)
	}
	y += float64(rows)*cellPitch + 10
	s.sketch(top, y, *kinds[cellFigure], *kinds[cellZero], *kinds[cellWithheld], parts, *kinds[cellMissing])
	s.y = top + y + 16
}
