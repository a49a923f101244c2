package ingest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"slices"
	"strconv"
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
	p       *plan
	cells   cells
	issues  []stat.Issue
	line    int64
	spans   map[[2]int64]bool
	last    [2]int64
	memo    map[*change]map[string][]byte // what a change made of a text
	period  periodText                    // the last text about a period that was read
	joined  []byte                        // scratch for texts of several cells
	above   [][]byte                      // the last text of each of the plan's columns to fill
	head    []byte                        // the heading of the section
	hidden  bool                          // the row holds what must not be kept
	rejects int                           // rows of the last block that were rejected
	fixed   bool                          // the row is one that its sender repaired
}

// periodText is a text about a period and what it says.
type periodText struct {
	of       *span
	text     string
	from, to int64
	ok       bool
}

// memoSize is how many texts of a column are remembered; a column with more is not worth it.
const memoSize = 10_000

func newWorker(p *plan) *worker { return &worker{p: p, memo: map[*change]map[string][]byte{}} }

const noDay = -1 << 40

func (w *worker) parse(b *block) *parsed {
	p := w.p
	n := len(b.records) * len(p.records)
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
		out.rows, out.hash, out.sums = make([]parsedRow, 0, len(b.records)), make([]uint64, 0, n), make([]uint32, 0, n)
	}
	w.spans, w.last = map[[2]int64]bool{}, [2]int64{noDay, noDay}
	w.line = b.line
	for _, e := range b.records {
		w.row(out, b.data[e.start:e.end], e)
		w.line += e.lines
	}
	w.rejects = len(c.Rejects)
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

func (w *worker) row(out *parsed, text []byte, e extent) {
	c, p := out.chunk, w.p
	w.issues = w.issues[:0]
	c.Rows++
	var repaired []string
	if repaired, w.fixed = p.fixes[w.line]; w.fixed {
		text, e = w.repaired(repaired), extent{}
	} else {
		text = bytes.TrimPrefix(text, byteOrderMark8) // in the middle of a file it shows that files were joined
		w.cells.split(text, p.comma, p.quote)
	}
	if blank(w.cells.list) {
		aside(c, "blank line")
		return
	}
	if e.footer {
		aside(c, p.footer)
		return
	}
	if w.shape(text, e) {
		if w.repeatsHeader() {
			aside(c, "the header again")
			return
		}
		if (p.fill != nil || p.section != nil) && w.heading() {
			aside(c, p.section.reason)
			return
		}
		for i := range p.asides {
			if r := &p.asides[i]; r.fits(bytes.TrimSpace(w.cells.list[r.column])) {
				aside(c, r.reason)
				return
			}
		}
	}
	start := len(c.Lines)
	for i := 0; i < len(p.records) && len(w.issues) == 0; i++ {
		w.record(c, &p.records[i])
	}
	if len(w.issues) > 0 {
		truncate(c, start)
		if c.Rejects == nil {
			c.Rejects = make([]stat.Reject, 0, w.rejects+1)
		}
		c.Rejects = append(c.Rejects, w.reject())
		return
	}
	if len(c.Lines) == start {
		aside(c, "no value in any column")
		return
	}
	c.Accepted++
	if p.keyed {
		for i := start; i < len(c.Lines); i++ {
			key, sum := w.hashes(c, i)
			out.hash, out.sums = append(out.hash, key), append(out.sums, sum)
		}
		out.rows = append(out.rows, parsedRow{line: w.line, from: start, to: len(c.Lines), text: text})
	}
}

// repeatsHeader reports whether the row is the header once more, as in files that were joined or printed in pages.
func (w *worker) repeatsHeader() bool {
	for i, cell := range w.cells.list {
		if string(cell) != w.p.header[i] {
			return false
		}
	}
	return len(w.cells.list) > 1
}

// heading fills empty cells with what stands above them, and reports whether the row is the heading of a section. A feed
// that needs it is read by one worker, which sees the rows in their order.
func (w *worker) heading() bool {
	p := w.p
	if w.above == nil {
		w.above = make([][]byte, len(p.fill))
	}
	if r := p.section; r != nil {
		cell := bytes.TrimSpace(w.cells.list[r.column])
		alone := true
		for i, other := range w.cells.list {
			alone = alone && (i == r.column || len(bytes.TrimSpace(other)) == 0)
		}
		if r.fits(cell) && (alone || !r.alone) {
			w.head = append(w.head[:0], cell...)
			return true
		}
	}
	for i, column := range p.fill {
		if cell := bytes.TrimSpace(w.cells.list[column]); len(cell) > 0 {
			w.above[i] = append(w.above[i][:0], cell...)
		} else {
			w.cells.list[column] = w.above[i]
		}
	}
	return false
}

// repaired puts the cells that the sender repaired in the place of the row, and gives them as the text of a record.
func (w *worker) repaired(cells []string) []byte {
	w.cells.list = w.cells.list[:0]
	var text []byte
	for i, c := range cells {
		if i > 0 {
			text = append(text, w.p.comma)
		}
		w.cells.list = append(w.cells.list, []byte(c))
		text = append(text, w.p.quoted(c)...)
	}
	return text
}

// quoted writes a cell so that it reads as one again.
func (p *plan) quoted(cell string) string {
	if p.quote == 0 || !strings.ContainsAny(cell, string([]byte{p.comma, p.quote, '\r', '\n'})) {
		return cell
	}
	q := string(p.quote)
	return q + strings.ReplaceAll(cell, q, q+q) + q
}

// shape reports whether the record is a row of text cells under the header; if not, issues say why.
func (w *worker) shape(text []byte, e extent) bool {
	p := w.p
	want := len(p.header)
	if e.unclosed {
		w.issue("", "", "quote", "A quote is opened in this row and never closed.", "Close the quote, or write the text without it.")
	} else if got := len(w.cells.list); got != want {
		for got > want && len(bytes.TrimSpace(w.cells.list[got-1])) == 0 { // spreadsheets add empty cells
			got--
		}
		w.cells.list = w.cells.list[:got]
		for got < want && p.header[got] == "" {
			w.cells.list = append(w.cells.list, nil)
			got++
		}
		if got != want {
			w.issue("", "", "cells", fmt.Sprintf("The row has %s, but the header has %s.", plural(got, "cell", "cells"), plural(want, "cell", "cells")),
				"Check for a missing or an extra delimiter, and put text that holds one in quotes.")
		}
	}
	if i := control(text); i >= 0 {
		if text[i] < utf8.RuneSelf {
			w.issue("", "", "control-character", fmt.Sprintf("The row holds an invisible control character (code %d).", text[i]),
				"Remove it and export again.")
		} else if !utf8.Valid(text) {
			w.issue("", "", "encoding", "The row holds bytes that are not text in the encoding of the file.",
				"Save the file as UTF-8, or name its encoding in the feed.")
		}
	}
	return len(w.issues) == 0
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// reject keeps the cells of the row as they stand, but for what stands in columns about persons.
func (w *worker) reject() stat.Reject {
	if w.hidden {
		w.hidden = false
		for i, cell := range w.cells.list {
			if socialNumber(cell) {
				w.cells.list[i] = nil
			}
		}
	}
	return w.p.reject(w.line, w.cells.list, slices.Clone(w.issues))
}

// reject makes the texts of all cells at once: an export may be rejected in every row.
func (p *plan) reject(line int64, cells [][]byte, issues []stat.Issue) stat.Reject {
	size := 0
	for i, cell := range cells {
		if i < len(p.private) && p.private[i] {
			cells[i] = nil
		} else if !utf8.Valid(cell) {
			cells[i] = bytes.ToValidUTF8(cell, []byte("\uFFFD"))
		}
		size += len(cells[i])
	}
	var all strings.Builder
	all.Grow(size)
	for _, cell := range cells {
		all.Write(cell)
	}
	r := stat.Reject{Line: line, Cells: make([]string, len(cells)), Issues: issues}
	rest := all.String()
	for i, cell := range cells {
		r.Cells[i], rest = rest[:len(cell)], rest[len(cell):]
	}
	return r
}

func (w *worker) issue(column, value, code, problem, fix string) {
	w.issues = append(w.issues, stat.Issue{File: w.p.file, Line: w.line, Column: column, Value: value, Code: code,
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
	for i := 0; i < len(text); i++ {
		for i+8 <= len(text) && plain(binary.LittleEndian.Uint64(text[i:])) {
			i += 8
		}
		if i == len(text) {
			break
		}
		c := text[i]
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' || c == 0x7f {
			return i
		}
		if c >= utf8.RuneSelf && nonASCII < 0 {
			nonASCII = i
		}
	}
	return nonASCII
}

// plain reports whether all eight bytes are from 0x20 to 0x7e: adding 1 then sets no high bit, nor does taking 0x20 away.
func plain(eight uint64) bool {
	const each, high = 0x0101010101010101, 0x8080808080808080
	return (eight|(eight+each)|(eight-0x20*each))&high == 0
}

// record adds one record to the chunk, unless the row has none of this kind; its faults become issues.
func (w *worker) record(c *stat.Chunk, r *record) {
	if r.when != nil && !r.when.fits(bytes.TrimSpace(w.cells.list[r.when.column])) {
		return
	}
	if r.skip != "" && w.skip(r) {
		return
	}
	p := w.p
	c.Lines = append(c.Lines, w.line)
	judged := mark{status: stat.StatusReported, bound: stat.BoundExactly}
	for i := range p.columns {
		if i != p.status && i != p.bound && i != p.low && i != p.high {
			w.field(&c.Vectors[i], &p.columns[i], &r.getters[i], i == p.value, &judged)
		}
	}
	if p.value >= 0 {
		w.judgement(c, r, judged)
	}
	w.dates(c, r)
}

// skip reports whether the columns that the record is made from hold nothing, or nothing but zeros.
func (w *worker) skip(r *record) bool {
	for _, at := range r.cells {
		cell := w.cell(at)
		if len(cell) > 0 && !w.p.missing[string(cell)] && (r.skip != "zero" || string(cell) != "0") {
			return false
		}
	}
	return true
}

// text gives the text of a field, changed as the feed says. A text that stands for a missing cell is empty.
func (w *worker) text(g *getter) []byte {
	if g.column < 0 {
		return g.fixed
	}
	if g.of == nil {
		return w.changed(bytes.TrimSpace(w.cells.list[g.column]), g.change)
	}
	if g.of.last {
		w.surplus(g.place)
	}
	return w.changed(w.composed(g.place), g.change)
}

// cell gives the text at a place, as the sender wrote it.
func (w *worker) cell(at place) []byte {
	if at.of == nil {
		return bytes.TrimSpace(w.cells.list[at.column])
	}
	return w.composed(at)
}

func (w *worker) composed(at place) []byte {
	of := at.of
	switch {
	case of.section:
		return w.head
	case of.split == "":
		w.joined = w.joined[:0]
		for i, column := range of.join {
			if i > 0 {
				w.joined = append(w.joined, ' ')
			}
			w.joined = append(w.joined, bytes.TrimSpace(w.cells.list[column])...)
		}
		return bytes.TrimSpace(w.joined)
	}
	rest, more := w.cells.list[at.column], true
	var part []byte
	for n := 0; n < of.part; n++ {
		if !more {
			return nil
		}
		part, rest, more = bytes.Cut(rest, []byte(of.split))
	}
	return bytes.TrimSpace(part)
}

// surplus notes that a cell has more parts than the feed reads.
func (w *worker) surplus(at place) {
	cell := w.cells.list[at.column]
	if n := bytes.Count(cell, []byte(at.of.split)) + 1; n > at.of.part {
		w.issue(w.p.header[at.column], shown(cell), "parts", fmt.Sprintf("The cell holds %d texts, and %d are read.", n, at.of.part),
			"Have the feed read as many: repeat.")
	}
}

func (w *worker) changed(cell []byte, do *change) []byte {
	if len(w.p.missing) > 0 && w.p.missing[string(cell)] {
		cell = nil
	}
	if do == nil {
		return cell
	}
	memo := w.memo[do]
	if memo == nil {
		memo = map[string][]byte{}
		w.memo[do] = memo
	}
	if out, ok := memo[string(cell)]; ok {
		return out
	}
	out := []byte(do.apply(string(cell)))
	if len(memo) < memoSize {
		memo[string(cell)] = out
	}
	return out
}

// original gives the cell as the sender wrote it.
func (w *worker) original(g *getter) string {
	if g.column < 0 {
		return string(g.fixed)
	}
	return strings.ToValidUTF8(string(w.cell(g.place)), "\uFFFD")
}

func (w *worker) field(v *stat.Vector, col *column, g *getter, value bool, judged *mark) {
	if g.period != noPart {
		w.periodField(v, col, g)
		return
	}
	cell := w.text(g)
	if value && len(cell) > 0 {
		cell = w.marked(cell, judged)
	}
	v.Null = append(v.Null, len(cell) == 0)
	if len(cell) == 0 && col.required && !value {
		w.issue(g.header, w.original(g), "required", fmt.Sprintf("The %s is empty.", col.noun), "Fill it in.")
	}
	switch col.Type {
	case stat.FieldText:
		if socialNumber(cell) {
			w.hideNumber(col, g)
		}
		v.Text = append(v.Text, cell...)
		v.Ends = append(v.Ends, len(v.Text))
	case stat.FieldDecimal:
		f, ok := parseDecimal(w.p.numbers.plain(cell))
		if !ok && len(cell) > 0 {
			w.issue(g.header, w.original(g), "number", fmt.Sprintf("The %s %s is not a number.", col.noun, shown(cell)), "Write it as 13.9.")
		}
		v.Floats = append(v.Floats, f)
	case stat.FieldInteger:
		v.Ints = append(v.Ints, w.integer(cell, col, g))
	case stat.FieldDate:
		v.Ints = append(v.Ints, w.date(cell, col, g))
	case stat.FieldCode:
		n, ok := col.codes[string(cell)]
		if !ok && len(cell) > 0 {
			w.issue(g.header, w.original(g), "code", fmt.Sprintf("The %s %s is not in the list %s.", col.noun, shown(cell), col.field.Codelist),
				"Use one of its codes, or have this one added to the list or to the feed's map.")
		}
		v.Ints = append(v.Ints, n)
	}
}

// marked looks whether the text in the value's place is one of the sender's marks, and gives the number it stands for.
func (w *worker) marked(cell []byte, judged *mark) []byte {
	for i := range w.p.marks {
		m := &w.p.marks[i]
		var found [][]byte
		if m.match == nil {
			if m.text != string(cell) {
				continue
			}
		} else if found = m.match.FindSubmatch(cell); found == nil {
			continue
		}
		judged.status, judged.bound, judged.low, judged.high = m.status, m.bound, m.low, m.high
		switch {
		case m.status != stat.StatusReported:
			w.limits(m, found, judged)
			return nil
		case m.value != nil:
			return strconv.AppendInt(nil, *m.value, 10)
		default:
			return found[1]
		}
	}
	return cell
}

// hideNumber notes that a text holds a number like a social security number, and takes the text out of the row, so that it
// is not kept in quarantine either.
func (w *worker) hideNumber(col *column, g *getter) {
	if g.column < 0 || w.p.public[g.column] {
		return
	}
	w.issue(g.header, "", "personal-data", fmt.Sprintf("The %s holds a number like a social security number. It was not stored.", col.noun),
		"Remove the number. If it is none, name the column under public in the feed.")
	w.hidden = true
}

// limits reads the limits of a value that is not there: the groups low and high, above and below, which are not reached
// themselves, or one group without a name that the mark's bound explains.
func (w *worker) limits(m *mark, found [][]byte, judged *mark) {
	var names []string
	if m.match != nil {
		names = m.match.SubexpNames()
	}
	for i, name := range names {
		n, ok := int64(0), i > 0 && len(found[i]) > 0
		if ok {
			n, ok = parseInt(w.p.numbers.plain(bytes.TrimSpace(found[i])))
		}
		if !ok {
			continue
		}
		switch {
		case name == "low" || name == "" && m.bound == stat.BoundAtLeast:
			judged.low = &n
		case name == "high" || name == "" && m.bound == stat.BoundAtMost:
			judged.high = &n
		case name == "above":
			n++
			judged.low = &n
		case name == "below":
			n--
			judged.high = &n
		}
	}
	switch { // the words for what the limits say, where the feed gives none
	case m.bound != stat.BoundExactly:
	case judged.low != nil && judged.high == nil:
		judged.bound = stat.BoundAtLeast
	case judged.low == nil && judged.high != nil:
		judged.bound = stat.BoundAtMost
	}
}

func (w *worker) integer(cell []byte, col *column, g *getter) int64 {
	if len(cell) == 0 {
		return 0
	}
	n, ok := parseInt(w.p.numbers.plain(cell))
	switch {
	case !ok:
		fix := "Write it in digits only, as 3557."
		if _, digits := number(cell); digits && cell[0] == '0' {
			fix = "Write it without zeros in front."
		}
		w.issue(g.header, w.original(g), "integer", fmt.Sprintf("The %s %s is not a whole number.", col.noun, shown(cell)), fix)
	case n < col.min:
		w.issue(g.header, w.original(g), "range", fmt.Sprintf("The %s %s is less than %d.", col.noun, shown(cell), col.min), "Check the number.")
	case n > col.max:
		w.issue(g.header, w.original(g), "range", fmt.Sprintf("The %s %s is more than %d.", col.noun, shown(cell), col.max), "Check the number.")
	}
	return n
}

func (w *worker) date(cell []byte, col *column, g *getter) int64 {
	if len(cell) == 0 {
		return 0
	}
	for i := range g.dates {
		if n, ok := g.dates[i].parse(cell, w.p.today); ok {
			return n
		}
	}
	if w.fixed { // a spreadsheet writes the dates that its user types in its own way
		if n, ok := spreadsheetDate(g.dates, cell, w.p.today); ok {
			return n
		}
	}
	fix := "Write it as 2016-11-13."
	if f := g.dates[0]; !f.iso {
		fix = fmt.Sprintf("Write it as %s, as in the other rows.", f.example())
	}
	w.issue(g.header, w.original(g), "date", fmt.Sprintf("The %s %s is not a date.", col.noun, shown(cell)), fix)
	return 0
}

// periodField adds the part of the period that the field holds.
func (w *worker) periodField(v *stat.Vector, col *column, g *getter) {
	s := g.span
	text := w.text(&s.getter)
	if w.period.of != s || w.period.text != string(text) || len(text) == 0 {
		w.period = periodText{of: s, text: string(text)}
		w.period.from, w.period.to, w.period.ok = s.read(w.period.text, w.p.today)
	}
	if len(text) == 0 && g.period == partTo {
		w.issue(s.header, "", "required", "The period is empty.", "Fill it in.")
	} else if !w.period.ok && g.period == partTo {
		w.issue(s.header, string(text), "period", fmt.Sprintf("The period %s cannot be read.", shown(text)), "Write it as the other rows do.")
	}
	v.Null = append(v.Null, !w.period.ok || col.Type == stat.FieldText && len(text) == 0)
	switch {
	case col.Type == stat.FieldText:
		v.Text = append(v.Text, text...)
		v.Ends = append(v.Ends, len(v.Text))
	case g.period == partFrom:
		v.Ints = append(v.Ints, w.period.from)
	default:
		v.Ints = append(v.Ints, w.period.to)
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

// judgement adds the status and the bound of the value: those of the export, where it has them, else those of the
// mark in the value's place. An empty value is not reported unless the export says why; a value that has a reason to
// be missing is a contradiction.
func (w *worker) judgement(c *stat.Chunk, r *record, judged mark) {
	p := w.p
	i := len(c.Lines) - 1
	missing := c.Vectors[p.value].Null[i]
	if missing && judged.status == stat.StatusReported {
		judged.status = stat.StatusNotReported
	}
	column := &p.columns[p.status]
	s := w.judged(column, &r.getters[p.status], string(judged.status))
	reported := s == column.codes[string(stat.StatusReported)]
	value, g := &p.columns[p.value], &r.getters[p.value]
	switch {
	case missing && reported:
		w.issue(g.header, "", "required", fmt.Sprintf("The %s is empty, but its status is reported.", value.noun),
			"Fill in the number, or say why there is none.")
	case !missing && !reported:
		w.issue(g.header, w.original(g), "contradiction", fmt.Sprintf("There is a %s, but its status says that there is none.", value.noun),
			"Remove one of the two.")
	}
	b := w.judged(&p.columns[p.bound], &r.getters[p.bound], string(judged.bound))
	for _, add := range []struct {
		place int
		code  int64
	}{{p.status, s}, {p.bound, b}} {
		v := &c.Vectors[add.place]
		v.Ints, v.Null = append(v.Ints, add.code), append(v.Null, false)
	}
	for _, limit := range []struct {
		place int
		n     *int64
	}{{p.low, judged.low}, {p.high, judged.high}} {
		v := &c.Vectors[limit.place]
		v.Null = append(v.Null, limit.n == nil)
		if limit.n == nil {
			v.Ints = append(v.Ints, 0)
		} else {
			v.Ints = append(v.Ints, *limit.n)
		}
	}
}

func (w *worker) judged(col *column, g *getter, otherwise string) int64 {
	cell := w.text(g)
	if len(cell) == 0 {
		return col.codes[otherwise]
	}
	n, ok := col.codes[string(cell)]
	if !ok {
		w.issue(g.header, w.original(g), "code", fmt.Sprintf("The %s %s is not one of %s.", col.noun, shown(cell), strings.Join(col.Dictionary, ", ")),
			"Use one of these words.")
	}
	return n
}

// dates checks the dates of the record and notes what it covers.
func (w *worker) dates(c *stat.Chunk, r *record) {
	p := w.p
	if len(w.issues) > 0 {
		return
	}
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
	if end < 0 {
		return
	}
	col, header := &p.columns[end], r.getters[end].header
	if to == noDay {
		w.issue(header, "", "required", fmt.Sprintf("The %s is empty.", col.noun), "Fill it in.")
		return
	}
	switch {
	case from != noDay && from > to:
		w.issue(header, dateOf(to).String(), "period", fmt.Sprintf("The period begins on %s and ends before that, on %s.", dateOf(from), dateOf(to)),
			"Check both dates.")
	case p.covers[1] != noDay && (to > p.covers[1] || to < p.covers[0] || from != noDay && from < p.covers[0]):
		w.issue(header, dateOf(to).String(), "outside", fmt.Sprintf("The %s %s is outside of the time that the file stands for, %s to %s.", col.noun, dateOf(to),
			dateOf(p.covers[0]), dateOf(p.covers[1])), "Check the date, or send the row with the file of its own time.")
	case p.today != 0 && p.date >= 0 && to > p.today:
		w.issue(header, dateOf(to).String(), "future", fmt.Sprintf("The %s %s is in the future.", col.noun, dateOf(to)), "Check the year.")
	case p.today != 0 && from != noDay && from > p.today:
		w.issue(header, dateOf(from).String(), "future", fmt.Sprintf("The period begins in the future, on %s.", dateOf(from)), "Check the year.")
	case p.since != 0 && to < p.since:
		w.issue(header, dateOf(to).String(), "too-early", fmt.Sprintf("The %s %s is before the source began, on %s.", col.noun, dateOf(to), dateOf(p.since)),
			"Check the year.")
	}
	for j := range p.columns {
		if p.columns[j].valid != nil {
			w.valid(c, r, i, j, from, to)
		}
	}
	if p.layout.Dated {
		w.widen(to)
	} else if span := [2]int64{from, to}; span != w.last {
		w.spans[span], w.last = true, span
	}
}

// valid checks that a code was in use in the period of its record.
func (w *worker) valid(c *stat.Chunk, r *record, i, j int, from, to int64) {
	v, col := &c.Vectors[j], &w.p.columns[j]
	if v.Null[i] {
		return
	}
	if col.on >= 0 {
		date := &c.Vectors[col.on]
		if date.Null[i] {
			return
		}
		from, to = date.Ints[i], date.Ints[i]
	}
	span := col.valid[v.Ints[i]]
	code := col.Dictionary[v.Ints[i]]
	switch {
	case span[0] != 0 && to < span[0]:
		w.issue(r.getters[j].header, code, "code-date", fmt.Sprintf("The %s %s was not in use before %s.", col.noun, code, dateOf(span[0])),
			"Check the code or the date.")
	case span[1] != 0 && max(from, noDay) > span[1]:
		w.issue(r.getters[j].header, code, "code-date", fmt.Sprintf("The %s %s was not in use after %s.", col.noun, code, dateOf(span[1])),
			"Check the code or the date.")
	}
}

// widen keeps the first and the last day of records with one date, in the place of their spans.
func (w *worker) widen(day int64) {
	if w.last[0] == noDay {
		w.last = [2]int64{day, day}
	} else if day >= w.last[0] && day <= w.last[1] {
		return
	}
	w.last = [2]int64{min(day, w.last[0]), max(day, w.last[1])}
	clear(w.spans)
	w.spans[w.last] = true
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
