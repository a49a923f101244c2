package ingest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"tallystick/internal/stat"
)

// headerSearch is how many records are looked through for the header.
const headerSearch = 60

// peekSize is how much text is looked at for the delimiter and the header.
const peekSize = 256 << 10

// openReading makes a splitter that stands behind the header, and gives the names of the columns. What the feed leaves
// open is detected: the encoding and the delimiter from the bytes, the header as the first record that has all the
// columns that the feed needs. The first rows are given as texts.
func openReading(r io.Reader, in Input) (s *splitter, header []string, rows [][]string, err error) {
	read := in.Feed.Read
	text, _, err := decoded(r, read.Encoding)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("reading %s: %w", in.Name, err)
	}
	buffered := bufio.NewReaderSize(text, peekSize)
	sample, err := buffered.Peek(peekSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, nil, fmt.Errorf("reading %s: %w", in.Name, err)
	}
	if len(strings.TrimSpace(string(sample))) == 0 && errors.Is(err, io.EOF) {
		return nil, nil, nil, refused(in.Name, 0, "", "empty-file", "The file is empty.", "Export it again and send the new file.")
	}
	given, length := separatorLine(sample)
	if length > 0 && read.Delimiter == "" {
		read.Delimiter = given
	}
	if _, err := buffered.Discard(length); err != nil {
		return nil, nil, nil, fmt.Errorf("reading %s: %w", in.Name, err)
	}
	sample = sample[length:]
	quote, comma, err := dialect(read, sample)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("feed %s: %w", in.Feed.ID, err)
	}
	s = newSplitter(buffered, comma, quote)
	if length > 0 {
		s.line++
	}
	if header, err = findHeader(s, sample, in); err != nil {
		return nil, nil, nil, err
	}
	switch {
	case read.Footer != nil:
		s.footer = *read.Footer
	case len(header) >= 3:
		s.footer, s.notes = lastRows, true
	}
	return s, header, s.ahead(sniffRecords), nil
}

// ahead gives the next records as texts without moving on, at most n of those that are read already.
func (s *splitter) ahead(n int) [][]string {
	peek := &splitter{buf: s.buf[s.from:s.to], to: s.to - s.from, eof: true, comma: s.comma, quote: s.quote, lf: -1}
	var list [][]string
	for at := 0; at < peek.to && len(list) < n; {
		e, next := peek.record(at)
		if next >= peek.to && !s.eof {
			break // it may go on
		}
		list = append(list, recordTexts(peek.buf[e.start:e.end], s.comma, s.quote))
		at = next
	}
	return list
}

// separatorLine finds the line by which a file tells Excel its delimiter, "sep=;", and gives the delimiter and the length
// of the line.
func separatorLine(sample []byte) (delimiter string, length int) {
	const word = "sep="
	if len(sample) <= len(word)+1 || !strings.EqualFold(string(sample[:len(word)]), word) {
		return "", 0
	}
	rest := sample[len(word)+1:]
	for _, end := range []string{"\r\n", "\n", "\r"} {
		if bytes.HasPrefix(rest, []byte(end)) {
			delimiter = string(sample[len(word)])
			if delimiter == "\t" {
				delimiter = "tab"
			}
			return delimiter, len(word) + 1 + len(end)
		}
	}
	return "", 0
}

func dialect(read stat.Reading, sample []byte) (quote, comma byte, err error) {
	switch {
	case read.Quote == "":
		quote = '"'
	case read.Quote == "none":
	case len(read.Quote) == 1 && read.Quote[0] < 0x80:
		quote = read.Quote[0]
	default:
		return 0, 0, fmt.Errorf("quote %q is not one character: %w", read.Quote, stat.ErrInvalid)
	}
	switch {
	case read.Delimiter == "":
		comma = detectDelimiter(sample[:lastLine(sample)], quote)
	case read.Delimiter == "tab":
		comma = '\t'
	case len(read.Delimiter) == 1 && read.Delimiter[0] < 0x80 && !strings.Contains("\r\n", read.Delimiter) && read.Delimiter[0] != quote:
		comma = read.Delimiter[0]
	default:
		return 0, 0, fmt.Errorf("delimiter %q is not one character: %w", read.Delimiter, stat.ErrInvalid)
	}
	return quote, comma, nil
}

// lastLine gives the length of the sample without a last line that may be cut off.
func lastLine(sample []byte) int {
	if i := strings.LastIndexAny(string(sample), "\r\n"); i > 0 {
		return i + 1
	}
	return len(sample)
}

// findHeader leaves the splitter behind the header. The sample is the beginning of the text.
func findHeader(s *splitter, sample []byte, in Input) ([]string, error) {
	read := in.Feed.Read
	records := 1
	if read.Header != nil {
		records = *read.Header
	}
	skip := 0
	switch {
	case read.Skip != nil:
		skip = *read.Skip
	case records > 0:
		skip = searchHeader(sample, s.comma, s.quote, records, wanted(in))
	}
	for range skip {
		if _, _, err := s.head(); err != nil {
			return nil, noHeader(in, err)
		}
	}
	var names []string
	if records == 0 {
		record, line, err := s.head()
		if err != nil {
			return nil, noHeader(in, err)
		}
		for i := range record {
			names = append(names, fmt.Sprintf("column %d", i+1))
		}
		s.from, s.line = 0, line // head has moved the record to the beginning of the buffer
		return names, nil
	}
	var rows [][]string
	for range records {
		record, _, err := s.head()
		if err != nil {
			return nil, noHeader(in, err)
		}
		rows = append(rows, record)
	}
	return joinHeader(rows), nil
}

// searchHeader looks through the beginning of the file for the records that have most of the wanted columns, and
// returns how many stand above them.
func searchHeader(sample []byte, comma, quote byte, records int, want []string) int {
	peek := &splitter{buf: slices.Clone(sample), to: len(sample), eof: true, line: 1, comma: comma, quote: quote, lf: -1}
	var list [][]string
	for len(list) < headerSearch+records {
		record, _, err := peek.head()
		if err != nil {
			break
		}
		list = append(list, record)
	}
	best, bestHits := 0, 0
	for i := 0; i+records <= len(list) && i < headerSearch; i++ {
		header := joinHeader(list[i : i+records])
		hits := 0
		for _, name := range want {
			if findColumn(header, name) >= 0 {
				hits++
			}
		}
		if hits > bestHits {
			best, bestHits = i, hits
		}
	}
	return best
}

// joinHeader makes one name for each column out of several header records: the texts from top to bottom, joined by
// " / ". An empty cell in an upper record belongs to the text on its left, as in merged cells, but not that above the
// only column of totals, which is the total of all.
func joinHeader(rows [][]string) []string {
	if len(rows) == 1 {
		return rows[0]
	}
	width := 0
	for _, r := range rows {
		width = max(width, len(r))
	}
	names := make([]string, width)
	sum := onlyTotal(rows[len(rows)-1])
	for i, r := range rows {
		last := ""
		for j := range width {
			cell := ""
			if j < len(r) {
				cell = strings.Join(strings.Fields(r[j]), " ")
			}
			if cell == "" && i < len(rows)-1 && below(rows[i+1:], j) && j != sum {
				cell = last
			}
			last = cell
			if cell != "" {
				names[j] = strings.TrimPrefix(names[j]+" / "+cell, " / ")
			}
		}
	}
	return names
}

// onlyTotal gives the place of the only heading that says total, or -1.
func onlyTotal(row []string) int {
	at := -1
	for j, cell := range row {
		if totalHeading.MatchString(strings.TrimSpace(cell)) {
			if at >= 0 {
				return -1
			}
			at = j
		}
	}
	return at
}

// below reports whether a lower header record has a text in the column.
func below(rows [][]string, j int) bool {
	for _, r := range rows {
		if j < len(r) && strings.TrimSpace(r[j]) != "" {
			return true
		}
	}
	return false
}

func noHeader(in Input, err error) error {
	if errors.Is(err, io.EOF) {
		return refused(in.Name, 0, "", "header", "The file ends before its header.", "Send the whole file, or adapt the feed "+in.Feed.ID+".")
	}
	return fmt.Errorf("reading %s: %w", in.Name, err)
}

// wanted lists the headers that the feed speaks of, in all of its variants, and the fields that have their own names.
func wanted(in Input) []string {
	var out []string
	add := func(m stat.Mapping) {
		for _, f := range m.Fields {
			out = append(append(append(out, f.Column), f.Columns...), f.Join...)
		}
		out = append(out, m.Fill...)
		if m.Section != nil {
			out = append(out, m.Section.Column)
		}
		if m.Period != nil {
			out = append(append(append(out, m.Period.Column), m.Period.Columns...), m.Period.Join...)
		}
		for _, r := range m.Aside {
			out = append(out, r.Column)
		}
		for _, l := range m.Long {
			out = append(append(out, l.From, l.To), l.Only...)
			for _, f := range l.Fields {
				out = append(out, strings.ReplaceAll(f.Column, "{n}", "1"))
			}
		}
	}
	add(in.Feed.Mapping)
	for _, v := range in.Feed.Variants {
		add(v.Mapping)
	}
	for _, h := range in.Feed.Columns {
		out = append(out, h)
	}
	if ds, ok := in.Definitions.Dataset(in.Feed.Dataset); ok {
		for _, f := range ds.Fields {
			if _, mapped := in.Feed.Mapping.Fields[f.Name]; !mapped {
				out = append(out, f.Name)
			}
		}
	}
	out = slices.DeleteFunc(out, func(s string) bool { return s == "" })
	slices.Sort(out)
	return slices.Compact(out)
}
