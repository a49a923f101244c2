package ingest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"tallystick/internal/stat"
)

// Sniffed is what can be told about an export by looking at it.
type Sniffed struct {
	File      string     `json:"file"`
	Encoding  string     `json:"encoding"`
	Delimiter string     `json:"delimiter"`
	Above     int        `json:"records_above_header"`
	Headers   int        `json:"header_records"`
	Header    []string   `json:"header"`
	Footer    int        `json:"footer_records"`
	Records   int        `json:"records"` // in the whole file, with header and footer
	First     [][]string `json:"first"`   // the first rows as read
	Columns   []Guess    `json:"columns"`
	Fits      []Fit      `json:"fits"` // feeds that can read the file, the best first
}

// Guess is what the cells of a column look like.
type Guess struct {
	Name    string   `json:"name"`
	Type    string   `json:"type"`             // integer, decimal, date, text
	Format  string   `json:"format,omitempty"` // of dates
	Numbers bool     `json:"numbers,omitempty"`
	Samples []string `json:"samples"`
	Private bool     `json:"private,omitempty"` // its name is that of a column about persons
}

// Fit is a feed that can read the file.
type Fit struct {
	Feed  string `json:"feed"`
	Title string `json:"title"`
	Named bool   `json:"named"` // it claims the file's name
	Found int    `json:"found"` // how many of the columns it speaks of are there
}

const (
	sniffRecords = 400 // how many records are looked at for the header and the columns
	firstRows    = 10
	lastRows     = 20 // how many records are looked at for a footer
)

// Sniff looks at an export: its encoding and dialect, where its header is, what its columns hold, and which feeds can
// read it. It returns *Refused for a file without any text.
func Sniff(r io.Reader, name string, defs stat.Definitions) (Sniffed, error) {
	s := Sniffed{File: path.Base(name)}
	plainText, _, end, err := unpacked(r, s.File, stat.Reading{}, nil)
	if err != nil {
		return s, err
	}
	defer end()
	text, encoding, err := decoded(plainText, "")
	if err != nil {
		return s, fmt.Errorf("reading %s: %w", name, err)
	}
	buffered := bufio.NewReaderSize(text, peekSize)
	sample, err := buffered.Peek(peekSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return s, fmt.Errorf("reading %s: %w", name, err)
	}
	if len(bytes.TrimSpace(sample)) == 0 {
		return s, refused(name, 0, "", "empty-file", "The file is empty.", "Export it again and send the new file.")
	}
	comma := detectDelimiter(sample[:lastLine(sample)], '"')
	s.Encoding, s.Delimiter = encoding, string(comma)
	if comma == '\t' {
		s.Delimiter = "tab"
	}
	split := newSplitter(buffered, comma, '"')
	var records, last [][]string
	for {
		b, err := split.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return s, fmt.Errorf("reading %s: %w", name, err)
		}
		s.Records += len(b.records)
		for i, e := range b.records {
			late := i >= len(b.records)-lastRows
			if len(records) >= sniffRecords && !late {
				continue
			}
			record := recordTexts(b.data[e.start:e.end], comma, '"')
			if len(records) < sniffRecords {
				records = append(records, record)
			}
			if late {
				last = append(last, record)
			}
		}
		last = last[max(0, len(last)-lastRows):]
	}
	numeric := numericColumns(records)
	s.Above, s.Headers = findTable(records, numeric)
	s.Header = joinHeader(records[s.Above : s.Above+s.Headers])
	rows := records[s.Above+s.Headers:]
	s.First = rows[:min(firstRows, len(rows))]
	if s.Records > len(s.Header) {
		s.Footer = footer(last, numeric, s.Records-s.Above-s.Headers)
	}
	for i, h := range s.Header {
		s.Columns = append(s.Columns, guess(h, i, rows[:max(0, len(rows)-s.Footer)]))
	}
	s.fits(defs, sample)
	return s, nil
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
			if numberLike(cell) {
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
			case numberLike(c):
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
	for above > 0 && headers < 5 && filledCells(records[above-1]) >= min(3, width) && (filledCells(records[above]) < width || headers > 1) {
		above--
		headers++
	}
	return above, headers
}

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

// sniffFormats are the date formats that are tried on a column, the unambiguous first.
var sniffFormats = []string{"YYYY-MM-DD", "YYYYMMDD", "MM/DD/YYYY", "DD/MM/YYYY", "MM/DD/YY", "DD/MM/YY", "DD-MON-YY", "DD-MON-YYYY", "DD MONTH YYYY",
	"MM-DD-YYYY", "DD-MM-YYYY", "DD-MM-YY", "DD.MM.YYYY", "MM/DD/YYYY hh:mm:ss AM", "YYYY-MM-DDThh:mm:ss", "YYYY-MM-DD hh:mm:ss"}

func guess(name string, column int, rows [][]string) Guess {
	g := Guess{Name: name, Type: "text", Private: personal.MatchString(name)}
	var texts []string
	for _, r := range rows {
		if column < len(r) && r[column] != "" {
			texts = append(texts, r[column])
			if len(g.Samples) < 3 && !slices.Contains(g.Samples, r[column]) {
				g.Samples = append(g.Samples, r[column])
			}
		}
	}
	if len(texts) == 0 {
		return g
	}
	all := func(fits func(string) bool) bool {
		good := 0
		for _, t := range texts {
			if fits(t) {
				good++
			}
		}
		return good*100 >= len(texts)*95
	}
	if all(func(t string) bool { _, ok := parseInt([]byte(t)); return ok }) {
		g.Type = "integer"
		return g
	}
	for _, text := range sniffFormats {
		f, err := newDateFormat(text)
		if err == nil && all(func(t string) bool { _, ok := f.parse([]byte(t), 0); return ok }) {
			g.Type, g.Format = "date", text
			return g
		}
	}
	grouped := numbers{thousands: ",", currency: "$£€", parentheses: true}
	if all(func(t string) bool { _, ok := parseDecimal(grouped.plain([]byte(t))); return ok }) {
		g.Type = "decimal"
		g.Numbers = !all(func(t string) bool { _, ok := parseDecimal([]byte(t)); return ok })
	}
	return g
}

// fits tries every feed on the header.
func (s *Sniffed) fits(defs stat.Definitions, sample []byte) {
	for _, f := range defs.Feeds {
		ds, ok := defs.Dataset(f.Dataset)
		if !ok {
			continue
		}
		in := Input{Name: s.File, Feed: f, Definitions: defs}
		quote, comma, err := dialect(f.Read, sample)
		if err != nil {
			continue
		}
		split := newSplitter(bytes.NewReader(sample), comma, quote)
		header, err := findHeader(split, sample, in)
		if err != nil {
			continue
		}
		fit := Fit{Feed: f.ID, Title: f.Title}
		for _, p := range f.Files {
			if ok, err := path.Match(p, s.File); err == nil && ok {
				fit.Named = true
			}
		}
		if f.Name != "" && !fit.Named {
			in.Name = strings.TrimSuffix(f.Files[0], "*") // the file may have been renamed; its columns still decide
		}
		for _, h := range wanted(in) {
			if findColumn(header, h) >= 0 {
				fit.Found++
			}
		}
		_, err = newPlan(in, ds, header, nil)
		var no *Refused
		if err != nil && !(errors.As(err, &no) && no.Issues[0].Code == "file-name") || fit.Found == 0 {
			continue
		}
		s.Fits = append(s.Fits, fit)
	}
	slices.SortStableFunc(s.Fits, func(a, b Fit) int {
		if a.Named != b.Named {
			if a.Named {
				return -1
			}
			return 1
		}
		return b.Found - a.Found
	})
}

// Draft writes a feed for the file, to be finished by hand: what was detected, and one entry for each column with
// samples of its cells.
func (s Sniffed) Draft() string {
	var b strings.Builder
	id := slug(strings.TrimSuffix(s.File, path.Ext(s.File)))
	fmt.Fprintf(&b, "# A draft of a feed for %s. Name the data set, and give each entry under fields the name of a field of\n", s.File)
	b.WriteString("# the data set; delete the entries of columns that are not needed. data/README.md explains every key.\n")
	fmt.Fprintf(&b, "id: %s\ntitle: %s\ndataset: name-of-the-data-set\nfiles: [%s]\n", id, yamlText(s.File), yamlText(s.File))
	b.WriteString("read:\n")
	if s.Encoding != encodingUTF8 {
		fmt.Fprintf(&b, "  encoding: %s\n", s.Encoding)
	}
	fmt.Fprintf(&b, "  delimiter: %s\n", yamlText(s.Delimiter))
	if s.Above > 0 {
		fmt.Fprintf(&b, "  skip: %d\n", s.Above)
	}
	if s.Headers != 1 {
		fmt.Fprintf(&b, "  header: %d\n", s.Headers)
	}
	if s.Footer > 0 {
		fmt.Fprintf(&b, "  footer: %d\n", s.Footer)
	}
	var formats []string
	grouped := false
	for _, c := range s.Columns {
		if c.Format != "" && !slices.Contains(formats, c.Format) {
			formats = append(formats, c.Format)
		}
		grouped = grouped || c.Numbers
	}
	if len(formats) > 0 {
		fmt.Fprintf(&b, "dates: [%s]\n", strings.Join(formats, ", "))
	}
	if grouped {
		b.WriteString("numbers: {thousands: \",\", currency: \"$£€\", parentheses: true}\n")
	}
	b.WriteString("fields:\n")
	seen := map[string]int{}
	for i, c := range s.Columns {
		name := strings.ReplaceAll(slug(c.Name), "-", "_")
		if name == "" {
			name = "column_" + strconv.Itoa(i+1)
		}
		if seen[name]++; seen[name] > 1 {
			name += "_" + strconv.Itoa(seen[name])
		}
		note := c.Type
		if len(c.Samples) > 0 {
			note += ": " + strings.Join(c.Samples, " | ")
		}
		if c.Private {
			note = "about persons; delete this line unless it is not"
		}
		fmt.Fprintf(&b, "  %s: {column: %s} # %s\n", name, yamlText(c.Name), strings.Join(strings.Fields(note), " "))
	}
	return b.String()
}

// yamlText writes a text so that YAML reads it as one.
func yamlText(s string) string { return strconv.Quote(s) }
