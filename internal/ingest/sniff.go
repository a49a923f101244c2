package ingest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"tallystick/internal/stat"
)

// Sniffed is what can be told about an export by looking at it.
type Sniffed struct {
	File      string     `json:"file"`
	Encoding  string     `json:"encoding"`
	Delimiter string     `json:"delimiter"`
	Sheet     string     `json:"sheet,omitempty"`  // of a workbook
	Sheets    []string   `json:"sheets,omitempty"` // all of them
	Above     int        `json:"records_above_header"`
	Headers   int        `json:"header_records"`
	Header    []string   `json:"header"`
	Footer    int        `json:"footer_records"`
	Records   int        `json:"records"` // in the whole file, with header and footer
	First     [][]string `json:"first"`   // the first rows as read
	Columns   []Guess    `json:"columns"`
	Wide      *Wide      `json:"wide,omitempty"`     // columns that look like records of their own
	Totals    []Totals   `json:"totals,omitempty"`   // rows that look like totals of others
	Fill      []string   `json:"fill,omitempty"`     // columns in which an empty cell seems to repeat the one above
	Sections  string     `json:"sections,omitempty"` // the column in which headings of sections seem to stand alone
	Repeats   int        `json:"repeated_headers,omitempty"`
	Fits      []Fit      `json:"fits"`    // feeds that can read the file, the best first
	Misfits   []Misfit   `json:"misfits"` // those that cannot, with the reason, the nearest first
}

// Totals are rows whose cell in the column says that they add up others.
type Totals struct {
	Column string       `json:"column"`
	Texts  []ValueCount `json:"texts"`
}

const (
	sniffRecords = 400 // how many records are looked at for the header
	firstRows    = 10
	lastRows     = 20 // how many records are looked at for a footer
)

// Sniff looks at an export: its encoding and dialect, where its header is, what its columns hold, how it is laid out, and
// which feeds can read it and why others cannot. It returns *Refused for a file without any text.
func Sniff(r io.Reader, name string, defs stat.Definitions) (Sniffed, error) {
	s := Sniffed{File: path.Base(name)}
	plainText, book, end, err := unpacked(r, s.File, stat.Reading{}, nil)
	if err != nil {
		return s, err
	}
	defer end()
	if book != nil {
		s.Sheet, s.Sheets = book.Sheet, book.Sheets
	}
	text, encoding, err := decoded(plainText, "")
	if err != nil {
		return s, fmt.Errorf("reading %s: %w", name, err)
	}
	buffered := bufio.NewReaderSize(text, peekSize)
	sample, err := buffered.Peek(peekSize)
	whole := errors.Is(err, io.EOF)
	if err != nil && !whole {
		return s, fmt.Errorf("reading %s: %w", name, err)
	}
	if len(bytes.TrimSpace(sample)) == 0 {
		return s, refused(name, 0, "", "empty-file", "The file is empty.", "Export it again and send the new file.")
	}
	given, length := separatorLine(sample)
	if _, err := buffered.Discard(length); err != nil {
		return s, fmt.Errorf("reading %s: %w", name, err)
	}
	sample = slices.Clone(sample[length:])
	_, comma, err := dialect(stat.Reading{Delimiter: given}, sample)
	if err != nil {
		return s, err
	}
	s.Encoding, s.Delimiter = encoding, string(comma)
	if comma == '\t' {
		s.Delimiter = "tab"
	}
	if err := s.look(newSplitter(buffered, comma, '"')); err != nil {
		return s, fmt.Errorf("reading %s: %w", name, err)
	}
	if !whole {
		sample = sample[:lastLine(sample)]
	}
	s.try(defs, sample, book != nil)
	return s, nil
}

// look reads all records: the first of them for the place of the header, all for what the columns hold.
func (s *Sniffed) look(split *splitter) error {
	var early, late [][]string // late: the last records, which may be a footer
	var all *survey
	begin := func() {
		numeric := numericColumns(early)
		s.Above, s.Headers = findTable(early, numeric)
		s.Header = joinHeader(early[s.Above : s.Above+s.Headers])
		for i, h := range s.Header {
			s.Header[i] = strings.Join(strings.Fields(h), " ")
		}
		all = newSurvey(s.Header, numeric)
		late = early[s.Above+s.Headers:]
		s.First = slices.Clone(late[:min(firstRows, len(late))])
	}
	pass := func(keep int) {
		for len(late) > keep {
			all.add(late[0])
			late = late[1:]
		}
	}
	for {
		b, err := split.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		for _, e := range b.records {
			record := recordTexts(b.data[e.start:e.end], split.comma, split.quote)
			s.Records++
			if all == nil {
				if early = append(early, record); len(early) == sniffRecords {
					begin()
				}
				continue
			}
			late = append(late, record)
			pass(lastRows)
		}
	}
	if all == nil {
		begin()
	}
	pass(lastRows)
	if s.Records > len(s.Header) || len(late) > 2 {
		s.Footer = footer(late, all.numeric, s.Records-s.Above-s.Headers)
	}
	pass(s.Footer)
	s.conclude(all)
	return nil
}

func recordTexts(record []byte, comma, quote byte) []string {
	var c cells
	c.split(record, comma, quote)
	out := make([]string, len(c.list))
	for i, cell := range c.list {
		out[i] = strings.ToValidUTF8(strings.TrimSpace(string(cell)), "\uFFFD")
	}
	return out
}

// numberLike reports whether a cell is a number or a date in some common way of writing.
func numberLike(s string) bool {
	s = strings.Trim(s, "$£€% ()-")
	digits := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case !strings.ContainsRune(".,/-: '", r):
			return false
		}
	}
	return digits > 0
}

// numericColumns finds the columns most of whose cells, in the lower half of what was looked at, are numbers or dates.
func numericColumns(records [][]string) map[int]bool {
	hits, filled := map[int]int{}, map[int]int{}
	for _, r := range records[len(records)/2:] {
		for i, cell := range r {
			if cell == "" {
				continue
			}
			filled[i]++
			if numberLike(cell) || neutral(cell) {
				hits[i]++
			}
		}
	}
	out := map[int]bool{}
	for i, n := range filled {
		out[i] = hits[i]*10 >= n*6
	}
	return out
}

func filledCells(r []string) int {
	n := 0
	for _, c := range r {
		if c != "" {
			n++
		}
	}
	return n
}

// findTable tells how many records stand above the header and how many the header has. The header ends before the
// first record that has no words in the columns of numbers; it reaches up over records that fill several cells.
func findTable(records [][]string, numeric map[int]bool) (above, headers int) {
	width := 0
	for _, r := range records {
		width = max(width, len(r))
	}
	numbers := 0
	for _, is := range numeric {
		if is {
			numbers++
		}
	}
	row := func(r []string) bool { // numbers, and hardly a word, where numbers belong
		words, hits := 0, 0
		for j, c := range r {
			switch {
			case !numeric[j] || c == "":
			case numberLike(c) || neutral(c):
				hits++
			default:
				words++
			}
		}
		return hits > 0 && words*4 <= hits
	}
	first := -1 // the first row
	for i := 1; i < len(records) && numbers > 0 && first < 0; i++ {
		fits, seen := true, 0
		for _, r := range records[i:] {
			if filledCells(r) == 0 {
				continue
			}
			fits = fits && row(r)
			if seen++; seen == 3 {
				break
			}
		}
		if fits && row(records[i]) {
			first = i
		}
	}
	if first < 0 { // a table of words: the first record that fills most of its width is the header
		for i, r := range records {
			if filledCells(r)*10 >= width*6 || i == len(records)-1 {
				first = min(i+1, len(records))
				break
			}
		}
	}
	most := 0 // the header is the last record above the rows that is nearly as full as any there
	for _, r := range records[max(0, first-10):first] {
		most = max(most, filledCells(r))
	}
	above, headers = first-1, 1
	for above > 0 && filledCells(records[above])*10 < most*8 {
		above--
	}
	for above+headers < first && filledCells(records[above+headers]) >= 2 && records[above+headers][0] == "" { // units under the headings
		headers++
	}
	if first < len(records) && periodHeadings(records[first]) { // years under merged headings
		headers++
	}
	if above > 0 && mergedHeadings(records[above-1], numeric) {
		above--
		headers++
	}
	for above > 0 && headers < 5 && filledCells(records[above-1]) >= min(3, width) && (filledCells(records[above]) < width || headers > 1) {
		above--
		headers++
	}
	return above, headers
}

// mergedHeadings reports whether a record looks like the upper half of a header, whose cells reach over several columns:
// words, two or more, none in the first cell, each with an empty cell to its right.
func mergedHeadings(r []string, numeric map[int]bool) bool {
	if len(r) < 3 || filledCells(r) < 2 || r[0] != "" {
		return false
	}
	for i, c := range r {
		if c != "" && (numberLike(c) || i+1 < len(r) && r[i+1] != "" || !numeric[i]) {
			return false
		}
	}
	return true
}

// periodHeadings reports whether a record holds nothing but years, quarters or months, two or more, and none in its first
// cell: the lower half of a header, which looks like a row of numbers.
func periodHeadings(r []string) bool {
	if filledCells(r) < 2 || r[0] != "" {
		return false
	}
	for _, c := range r {
		if c != "" && !headingPeriod(c) {
			return false
		}
	}
	return true
}

func headingPeriod(text string) bool {
	for _, s := range headingSpans() {
		if _, _, ok := s.read(text, 0); ok && (s.as != "year" || text >= "1900" && text <= "2100") {
			return true
		}
	}
	return false
}

// headingSpans are the ways in which a heading can be a period.
func headingSpans() []*span {
	months, _ := dateFormats(monthFormats) // they are all formats
	return []*span{{as: "year"}, {as: "state-fiscal"}, {as: "quarter"}, {as: "month", formats: months}}
}

// monthFormats are the ways in which months are written.
var monthFormats = []string{"YYYY-MM", "MON-YY", "MON YYYY", "MONTH YYYY", "MON-YYYY", "MM/YYYY"}

// footer tells how many of the last records are no rows: totals, sources, notes and blank records.
func footer(last [][]string, numeric map[int]bool, rows int) int {
	n := 0
	for i := len(last) - 1; i > 0 && n < rows-1; i-- {
		r := last[i]
		head := ""
		for _, c := range r {
			if c != "" {
				head = strings.ToLower(c)
				break
			}
		}
		word, _, _ := strings.Cut(strings.NewReplacer(":", " ", "*", " ").Replace(head), " ")
		total := slices.Contains([]string{"total", "totals", "sum", "source", "sources", "note", "notes", "grand", "prepared", "generated"}, word)
		if !total && filledCells(r) > 1 {
			break
		}
		if !total && filledCells(r) == 1 && len(r) > 1 && (r[0] == "" || numeric[0]) && !strings.Contains(head, " ") {
			break
		}
		n++
	}
	return n
}
