package ingest

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
	"unicode/utf8"

	"tallystick/internal/stat"
)

// parsed is what a worker made of a block: the chunk, and for the check of keys one entry for each of its rows that
// had no issue.
type parsed struct {
	chunk *stat.Chunk
	rows  []parsedRow
	hash  []uint64 // of the key of each record
	sums  []uint32 // of all fields of each record
}

// parsedRow is an accepted row: its records in the chunk, and its text in case its key turns out to be taken.
type parsedRow struct {
	line     int64
	from, to int
	text     []byte
}

// worker turns blocks into chunks. Every worker has its own, to keep its memory.
type worker struct {
	p      *plan
	cells  cells
	issues []stat.Issue
	spans  map[[2]int64]bool
	last   [2]int64
}

func newWorker(p *plan) *worker { return &worker{p: p} }

const noDay = -1 << 40

func (w *worker) parse(b *block) *parsed {
	p := w.p
	n := len(b.records)
	c := &stat.Chunk{Lines: make([]int64, 0, n), Vectors: make([]stat.Vector, len(p.columns))}
	for i := range c.Vectors {
		v := &c.Vectors[i]
		v.Null = make([]bool, 0, n)
		switch p.columns[i].Type {
		case stat.FieldText:
			v.Ends = make([]int, 0, n)
		case stat.FieldDecimal:
			v.Floats = make([]float64, 0, n)
		default:
			v.Ints = make([]int64, 0, n)
		}
	}
	out := &parsed{chunk: c}
	if p.keyed {
		out.rows, out.hash, out.sums = make([]parsedRow, 0, n), make([]uint64, 0, n), make([]uint32, 0, n)
	}
	w.spans, w.last = map[[2]int64]bool{}, [2]int64{noDay, noDay}
	line := b.line
	for _, e := range b.records {
		w.row(out, b.data[e.start:e.end], line, e)
		line += e.lines
	}
	for span := range w.spans {
		c.Periods = append(c.Periods, stat.Period{From: dateOf(span[0]), To: dateOf(span[1])})
	}
	slices.SortFunc(c.Periods, stat.Period.Compare)
	return out
}

func dateOf(day int64) stat.Date {
	if day == noDay {
		return stat.Date{}
	}
	return stat.DateOf(dayTime(day))
}

func (w *worker) row(out *parsed, text []byte, line int64, e extent) {
	c := out.chunk
	w.issues = w.issues[:0]
	c.Rows++
	if len(bytes.TrimSpace(text)) == 0 && e.lines <= 1 {
		aside(c, "blank line")
		return
	}
	w.cells.split(text, ',', '"')
	if blank(w.cells.list) {
		aside(c, "blank line")
		return
	}
	switch {
	case e.unclosed:
		w.issue(line, "", "", "quote", "A quote is opened in this row and never closed.", "Close the quote, or write the text without it.")
	case len(w.cells.list) != len(w.p.header):
		w.issue(line, "", "", "cells", fmt.Sprintf("The row has %d cells, but the header has %d.", len(w.cells.list), len(w.p.header)),
			"Check for a missing or an unquoted comma.")
	}
	if i := control(text); i >= 0 {
		if text[i] < utf8.RuneSelf {
			w.issue(line, "", fmt.Sprintf("%q", text[i]), "control-character",
				fmt.Sprintf("The row holds an invisible control character (code %d).", text[i]), "Remove it and export again.")
		} else if !utf8.Valid(text) {
			w.issue(line, "", "", "encoding", "The row holds bytes that are not text in the encoding of the file.",
				"Save the file as UTF-8, or tell the feed its encoding.")
		}
	}
	start := len(c.Lines)
	if len(w.issues) == 0 {
		w.record(c, line)
	}
	if len(w.issues) > 0 {
		truncate(c, start)
		cells := make([]string, len(w.cells.list))
		for i, cell := range w.cells.list {
			cells[i] = strings.ToValidUTF8(string(cell), "\uFFFD")
		}
		c.Rejects = append(c.Rejects, stat.Reject{Line: line, Text: strings.ToValidUTF8(string(text), "\uFFFD"), Cells: cells,
			Issues: slices.Clone(w.issues)})
		return
	}
	c.Accepted++
	if w.p.keyed {
		for i := start; i < len(c.Lines); i++ {
			key, sum := w.hashes(c, i)
			out.hash, out.sums = append(out.hash, key), append(out.sums, sum)
		}
		out.rows = append(out.rows, parsedRow{line: line, from: start, to: len(c.Lines), text: text})
	}
}

func (w *worker) issue(line int64, column, value, code, problem, fix string) {
	w.issues = append(w.issues, stat.Issue{File: w.p.file, Line: line, Column: column, Value: value, Code: code,
		Problem: problem, Fix: fix, Severity: stat.SeverityError})
}

func aside(c *stat.Chunk, reason string) {
	for i := range c.SetAside {
		if c.SetAside[i].Reason == reason {
			c.SetAside[i].Rows++
			return
		}
	}
	c.SetAside = append(c.SetAside, stat.Aside{Reason: reason, Rows: 1})
}

func blank(cells [][]byte) bool {
	for _, c := range cells {
		if len(bytes.TrimSpace(c)) > 0 {
			return false
		}
	}
	return true
}

// control returns the place of the first byte that is a control character other than tab and line end, or that is
// not ASCII and so needs a closer look; -1 if there is none.
func control(text []byte) int {
	nonASCII := -1
	for i, c := range text {
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' || c == 0x7f {
			return i
		}
		if c >= utf8.RuneSelf && nonASCII < 0 {
			nonASCII = i
		}
	}
	return nonASCII
}

// record adds one record to the chunk; its faults become issues.
func (w *worker) record(c *stat.Chunk, line int64) {
	c.Lines = append(c.Lines, line)
	for i := range w.p.columns {
		if i != w.p.status && i != w.p.bound {
			w.field(&c.Vectors[i], &w.p.columns[i], line)
		}
	}
	if w.p.value >= 0 {
		w.judgement(c, line)
	}
	w.period(c, line)
}

func (w *worker) cell(col *column) []byte {
	if col.source < 0 {
		return nil
	}
	return bytes.TrimSpace(w.cells.list[col.source])
}

func (w *worker) field(v *stat.Vector, col *column, line int64) {
	cell := w.cell(col)
	v.Null = append(v.Null, len(cell) == 0)
	if len(cell) == 0 && col.required && col.Name != w.p.ds.Value {
		w.issue(line, col.header, "", "required", fmt.Sprintf("The %s is empty.", col.noun), "Fill it in.")
	}
	switch col.Type {
	case stat.FieldText:
		v.Text = append(v.Text, cell...)
		v.Ends = append(v.Ends, len(v.Text))
	case stat.FieldDecimal:
		f, ok := parseDecimal(cell)
		if !ok && len(cell) > 0 {
			w.issue(line, col.header, string(cell), "number", fmt.Sprintf("The %s %s is not a number.", col.noun, shown(cell)), "Write it as 13.9.")
		}
		v.Floats = append(v.Floats, f)
	case stat.FieldInteger:
		n, ok := parseInt(cell)
		switch {
		case len(cell) == 0:
		case !ok:
			w.issue(line, col.header, string(cell), "integer", fmt.Sprintf("The %s %s is not a whole number.", col.noun, shown(cell)),
				"Write it in digits only, as 3557.")
		case n < col.min:
			w.issue(line, col.header, string(cell), "range", fmt.Sprintf("The %s %s is less than %d.", col.noun, shown(cell), col.min),
				"Check the number.")
		case n > col.max:
			w.issue(line, col.header, string(cell), "range", fmt.Sprintf("The %s %s is more than %d.", col.noun, shown(cell), col.max),
				"Check the number.")
		}
		v.Ints = append(v.Ints, n)
	case stat.FieldDate:
		n, ok := parseISODate(cell)
		switch {
		case len(cell) == 0:
		case !ok:
			w.issue(line, col.header, string(cell), "date", fmt.Sprintf("The %s %s is not a date.", col.noun, shown(cell)),
				"Write it as 2016-11-13.")
		}
		v.Ints = append(v.Ints, n)
	case stat.FieldCode:
		n, ok := col.codes[string(cell)]
		if !ok && len(cell) > 0 {
			w.issue(line, col.header, string(cell), "code", fmt.Sprintf("The %s %s is not in the list %s.", col.noun, shown(cell), col.field.Codelist),
				"Use one of its codes, or have the new one added.")
		}
		v.Ints = append(v.Ints, n)
	}
}

// shown gives the text of a cell for a sentence, cut where it is long.
func shown(cell []byte) string {
	s := strings.ToValidUTF8(string(cell), "\uFFFD")
	if utf8.RuneCountInString(s) > 40 {
		s = string([]rune(s)[:40]) + "…"
	}
	return s
}

// judgement adds the status and the bound of the value. An empty value is not reported unless the export says why;
// a value that has a reason to be missing is a contradiction.
func (w *worker) judgement(c *stat.Chunk, line int64) {
	p := w.p
	i := len(c.Lines) - 1
	missing := c.Vectors[p.value].Null[i]
	status, bound := p.columns[p.status], p.columns[p.bound]
	s := w.judged(&status, line, string(stat.StatusReported))
	if missing && len(w.cell(&status)) == 0 {
		s = status.codes[string(stat.StatusNotReported)]
	}
	reported := s == status.codes[string(stat.StatusReported)]
	switch {
	case missing && reported:
		w.issue(line, p.columns[p.value].header, "", "required", fmt.Sprintf("The %s is empty, but its status is reported.", p.columns[p.value].noun),
			"Fill in the number, or say why there is none.")
	case !missing && !reported:
		w.issue(line, p.columns[p.value].header, "", "contradiction", fmt.Sprintf("There is a %s, but its status says that there is none.",
			p.columns[p.value].noun), "Remove one of the two.")
	}
	b := w.judged(&bound, line, string(stat.BoundExactly))
	for _, add := range []struct {
		place int
		code  int64
	}{{p.status, s}, {p.bound, b}} {
		v := &c.Vectors[add.place]
		v.Ints, v.Null = append(v.Ints, add.code), append(v.Null, false)
	}
}

func (w *worker) judged(col *column, line int64, otherwise string) int64 {
	cell := w.cell(col)
	if len(cell) == 0 {
		return col.codes[otherwise]
	}
	n, ok := col.codes[string(cell)]
	if !ok {
		w.issue(line, col.header, string(cell), "code", fmt.Sprintf("The %s %s is not one of %s.", col.noun, shown(cell), strings.Join(col.Dictionary, ", ")),
			"Use one of these words.")
	}
	return n
}

// period checks the dates of the record and notes what it covers.
func (w *worker) period(c *stat.Chunk, line int64) {
	p := w.p
	i := len(c.Lines) - 1
	at := func(place int) int64 {
		if place < 0 || c.Vectors[place].Null[i] {
			return noDay
		}
		return c.Vectors[place].Ints[i]
	}
	from, to, end := at(p.from), at(p.to), p.to
	if p.date >= 0 {
		to, end = at(p.date), p.date
		from = to
	}
	if len(w.issues) > 0 {
		return
	}
	if to == noDay {
		if end >= 0 {
			w.issue(line, p.columns[end].header, "", "required", fmt.Sprintf("The %s is empty.", p.columns[end].noun), "Fill it in.")
		}
		return
	}
	switch col := p.columns[end]; {
	case from != noDay && from > to:
		w.issue(line, col.header, dateOf(to).String(), "period", fmt.Sprintf("The period begins on %s and ends before that, on %s.",
			dateOf(from), dateOf(to)), "Check both dates.")
	case p.today != 0 && p.date >= 0 && to > p.today:
		w.issue(line, col.header, dateOf(to).String(), "future", fmt.Sprintf("The %s %s is in the future.", col.noun, dateOf(to)), "Check the year.")
	case p.since != 0 && to < p.since:
		w.issue(line, col.header, dateOf(to).String(), "too-early", fmt.Sprintf("The %s %s is before the source began, on %s.",
			col.noun, dateOf(to), dateOf(p.since)), "Check the year.")
	}
	if span := [2]int64{from, to}; span != w.last {
		w.spans[span], w.last = true, span
	}
}

func truncate(c *stat.Chunk, n int) {
	c.Lines = c.Lines[:n]
	for i := range c.Vectors {
		v := &c.Vectors[i]
		if len(v.Null) > n {
			v.Null = v.Null[:n]
		}
		if len(v.Ints) > n {
			v.Ints = v.Ints[:n]
		}
		if len(v.Floats) > n {
			v.Floats = v.Floats[:n]
		}
		if len(v.Ends) > n {
			v.Ends = v.Ends[:n]
			v.Text = v.Text[:0:cap(v.Text)]
			if n > 0 {
				v.Text = v.Text[:v.Ends[n-1]]
			}
		}
	}
}

// hashes gives the hash of the record's key and a sum over all of its fields.
func (w *worker) hashes(c *stat.Chunk, i int) (uint64, uint32) {
	var key, all uint64 = 1, 1
	for j := range w.p.columns {
		v := &c.Vectors[j]
		var h uint64
		switch {
		case v.Null[i]:
			h = 0x9e3779b97f4a7c15
		case w.p.columns[j].Type == stat.FieldText:
			h = maphash.Bytes(w.p.seed, v.At(i))
		case w.p.columns[j].Type == stat.FieldDecimal:
			h = maphash.Comparable(w.p.seed, v.Floats[i])
		default:
			h = mix(uint64(v.Ints[i]) + 0x632be59bd9b4e019)
		}
		if w.p.columns[j].key {
			key = mix(key*31 + h)
		}
		all = mix(all*31 + h)
	}
	return key, uint32(all >> 32)
}

// mix spreads a number over 64 bits (the finisher of splitmix64).
func mix(x uint64) uint64 {
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb
	return x ^ (x >> 31)
}
