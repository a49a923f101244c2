package ingest

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"

	"tallystick/internal/stat"
)

// Guess is what the cells of a column look like.
type Guess struct {
	Name    string        `json:"name"`
	Type    string        `json:"type"`             // integer, decimal, date, period, text
	Format  string        `json:"format,omitempty"` // of dates, as in a feed; of periods: year, month …
	Or      string        `json:"or,omitempty"`     // another format of dates that reads all cells as well
	Numbers *stat.Numbers `json:"numbers,omitempty"`
	Samples []string      `json:"samples"`
	Values  []ValueCount  `json:"values,omitempty"`  // all texts, where there are few, the most frequent first
	Empty   int           `json:"empty"`             // cells without a text
	Odd     []ValueCount  `json:"odd,omitempty"`     // texts in a column of numbers or dates that are neither
	Private string        `json:"private,omitempty"` // what about persons it seems to hold; it is not stored
}

// ValueCount is a text and in how many rows it stands.
type ValueCount struct {
	Text string `json:"text"`
	Rows int    `json:"rows"`
}

const (
	surveySample = 5_000 // rows that are kept to judge types by, spread evenly over the file
	fewValues    = 40    // a column with more has no codes
	mostValues   = 1_000 // how many texts of a column are counted
	mostOdd      = 20
)

// survey gathers what the rows of an export hold.
type survey struct {
	header   []string
	numeric  map[int]bool
	rows     int
	sample   [][]string
	random   *rand.Rand
	values   []map[string]int // nil where there are too many
	empty    []int
	totals   []map[string]int
	alone    []int // rows that have a text in this column only
	repeats  int
	runs     []int // how often a text in the column follows an empty cell or another text
	previous []string
}

func newSurvey(header []string, numeric map[int]bool) *survey {
	v := &survey{header: header, numeric: numeric, random: rand.New(rand.NewPCG(1, 2)), empty: make([]int, len(header)),
		alone: make([]int, len(header)), runs: make([]int, len(header)), previous: make([]string, len(header))}
	for range header {
		v.values, v.totals = append(v.values, map[string]int{}), append(v.totals, map[string]int{})
	}
	return v
}

// totalWords fits the texts by which a row says that it adds up others.
var totalWords = regexp.MustCompile(`(?i)^\W*((grand|sub|state|overall)[ -]?)?(totals?|sum)\b|\b(total|subtotal)\W*$|^statewide\b`)

func (v *survey) add(row []string) {
	filled := filledCells(row)
	switch {
	case filled == 0:
		return
	case slices.EqualFunc(row, v.header, func(a, b string) bool { return strings.Join(strings.Fields(a), " ") == b }):
		v.repeats++
		return
	}
	if filled == 1 && len(v.header) > 2 {
		for i, cell := range row[:min(len(row), len(v.header))] {
			if cell != "" {
				v.alone[i]++
				return
			}
		}
	}
	for i := range v.header {
		if i < len(row) && !v.numeric[i] && row[i] != "" && strings.Contains(strings.ToLower(row[i]), "t") && totalWords.MatchString(row[i]) {
			count(v.totals[i], row[i], mostOdd)
			return
		}
	}
	v.rows++
	for i := range v.header {
		cell := ""
		if i < len(row) {
			cell = row[i]
		}
		if cell == "" {
			v.empty[i]++
			continue
		}
		if cell != v.previous[i] {
			v.runs[i]++
			v.previous[i] = cell
		}
		if v.values[i] != nil && !count(v.values[i], cell, mostValues) {
			v.values[i] = nil
		}
	}
	if len(v.sample) < surveySample {
		v.sample = append(v.sample, row)
	} else if at := v.random.IntN(v.rows); at < surveySample {
		v.sample[at] = row
	}
}

// count counts the text unless the map is full, and reports whether it did.
func count(in map[string]int, text string, most int) bool {
	if _, known := in[text]; !known && len(in) >= most {
		return false
	}
	in[text]++
	return true
}

func sorted(counts map[string]int) []ValueCount {
	var list []ValueCount
	for _, text := range slices.Sorted(maps.Keys(counts)) {
		list = append(list, ValueCount{text, counts[text]})
	}
	slices.SortStableFunc(list, func(a, b ValueCount) int { return cmp.Compare(b.Rows, a.Rows) })
	return list
}

// texts gives the cells of a column in the sample that are not empty.
func (v *survey) texts(column int) []string {
	var out []string
	for _, r := range v.sample {
		if column < len(r) && r[column] != "" {
			out = append(out, r[column])
		}
	}
	return out
}

// conclude judges what was gathered.
func (s *Sniffed) conclude(v *survey) {
	s.Repeats = v.repeats
	for i, h := range s.Header {
		s.Columns = append(s.Columns, v.guess(h, i))
	}
	days := make([][]int64, len(s.Columns))
	sample := v.sample[:min(len(v.sample), sniffRecords)]
	for i, g := range s.Columns {
		days[i] = make([]int64, len(sample))
		f, err := newDateFormat(g.Format)
		for row, r := range sample {
			days[i][row] = noDay
			if g.Type == "date" && err == nil && i < len(r) {
				if day, ok := f.parse([]byte(r[i]), 0); ok {
					days[i][row] = day
				}
			}
		}
	}
	for i, births := range birthDates(days) {
		if births {
			s.Columns[i].Private = "dates of birth"
		}
	}
	for i, h := range s.Header {
		if len(v.totals[i]) > 0 {
			s.Totals = append(s.Totals, Totals{h, sorted(v.totals[i])})
		}
		if v.alone[i] > 0 && s.Sections == "" && v.rows > v.alone[i] {
			s.Sections = h
		}
		// Empty below a text that does not come again: the cells were merged.
		if i < 3 && v.empty[i]*10 >= v.rows*3 && v.empty[i] < v.rows && v.values[i] != nil && v.runs[i] == len(v.values[i]) && len(v.sample) > 0 &&
			i < len(v.sample[0]) && v.sample[0][i] != "" && !v.numeric[i] {
			s.Fill = append(s.Fill, h)
		}
	}
	s.Wide = wideOf(s.Columns)
}

// sniffFormats are the date formats that are tried on a column, the unambiguous first.
var sniffFormats = []string{"YYYY-MM-DD", "YYYYMMDD", "YYYY/MM/DD", "MM/DD/YYYY", "DD/MM/YYYY", "MM/DD/YY", "DD/MM/YY", "DD-MON-YY", "DD-MON-YYYY",
	"DD MON YYYY", "DD MONTH YYYY", "MON DD, YYYY", "MONTH DD, YYYY", "DDMONYYYY", "MM-DD-YYYY", "DD-MM-YYYY", "DD-MM-YY", "DD.MM.YYYY", "DD.MM.YY",
	"MM/DD/YYYY hh:mm:ss AM", "MM/DD/YYYY hh:mm AM", "MM/DD/YYYY hh:mm:ss", "MM/DD/YYYY hh:mm", "MM/DD/YY hh:mm", "DD/MM/YYYY hh:mm:ss", "DD/MM/YYYY hh:mm",
	"YYYY-MM-DDThh:mm:ss", "YYYY-MM-DDThh:mm:ssZ", "YYYY-MM-DDThh:mm:ss.000", "YYYY-MM-DDThh:mm:ss.000Z", "YYYY-MM-DD hh:mm:ss", "YYYY-MM-DD hh:mm",
	"YYYY-MM-DD hh:mm:ss.000", "DD-MON-YYYY hh:mm:ss"}

// sniffNumbers are the ways of writing numbers that are tried on a column, the plainest first.
var sniffNumbers = []stat.Numbers{{}, {PointZero: true}, {Thousands: ","}, {Thousands: ",", PointZero: true}, {Thousands: "space"}, {Thousands: "'"}, {Decimal: ","},
	{Thousands: ".", Decimal: ","}, {Thousands: "space", Decimal: ","}}

// missingWords are the texts by which programs write that there is nothing.
var missingWords = []string{"NULL", "null", "(null)", "N/A", "n/a", "NA", "#N/A", "NaN", "None", "none", "nan", "\\N", ".", "(blank)", "(empty)", "UNKNOWN DATE"}

// markForms are the ways in which sources write that they withhold a number, as the entries of marks that read them.
var markForms = []struct {
	match *regexp.Regexp
	entry string
}{
	{regexp.MustCompile(`^<= ?[0-9,]+$`), `{match: "^<= ?(?P<high>[0-9,]+)$", status: withheld}`},
	{regexp.MustCompile(`^≤ ?[0-9,]+$`), `{match: "^≤ ?(?P<high>[0-9,]+)$", status: withheld}`},
	{regexp.MustCompile(`(?i)^(<|under|fewer than|less than) ?[0-9,]+$`), `{match: "(?i)^(?:<|under|fewer than|less than) ?(?P<below>[0-9,]+)$", status: withheld}`},
	{regexp.MustCompile(`^(>=|≥) ?[0-9,]+$`), `{match: "^(?:>=|≥) ?(?P<low>[0-9,]+)$", status: withheld}`},
	{regexp.MustCompile(`^[0-9,]+ ?\+$`), `{match: "^(?P<low>[0-9,]+) ?\\+$", status: withheld}`},
	{regexp.MustCompile(`(?i)^(>|over|more than) ?[0-9,]+$`), `{match: "(?i)^(?:>|over|more than) ?(?P<above>[0-9,]+)$", status: withheld}`},
	{regexp.MustCompile(`^[0-9,]+ ?(-|–|to) ?[0-9,]+ ?%?$`), `{match: "^(?P<low>[0-9,]+) ?(?:-|–|to) ?(?P<high>[0-9,]+) ?%?$", status: withheld}`},
	{regexp.MustCompile(`^[0-9,]+ ?(\*+|\([a-z]\)|[a-z†‡])$`), `{match: "^([0-9,]+) ?(?:\\*+|\\([a-z]\\)|[a-z†‡])$"}`},
}

// withheldWords fits the letters and words that statistics have in the place of a number.
var withheldWords = regexp.MustCompile(`^([scxz:]|[(\[][A-Za-z]{1,3}[)\]]|NR|ND|(?i:n\.a\.|suppressed|withheld|not (reported|available|collected|applicable)|missing|unknown))$`)

// neutral reports whether a text stands for no value in a column of any type: a word for nothing, or a mark.
func neutral(t string) bool {
	if slices.Contains(missingWords, t) || strings.Trim(t, "*-–—.†‡") == "" || withheldWords.MatchString(t) {
		return true
	}
	for _, f := range markForms[:len(markForms)-1] {
		if f.match.MatchString(t) {
			return true
		}
	}
	return false
}

// guess judges one column.
func (v *survey) guess(name string, column int) Guess {
	g := Guess{Name: name, Type: "text", Empty: v.empty[column]}
	all := v.texts(column)
	for _, t := range all {
		if len(g.Samples) < 3 && !slices.Contains(g.Samples, t) {
			g.Samples = append(g.Samples, t)
		}
	}
	if values := v.values[column]; values != nil && len(values) <= fewValues {
		g.Values = sorted(values)
	}
	var texts []string
	for _, t := range all {
		if !neutral(t) {
			texts = append(texts, t)
		}
	}
	if len(texts) > 0 {
		v.typeOf(&g, texts)
	}
	if personal.MatchString(name) || g.Type == "text" {
		g.Private = aboutPersons(all[:min(len(all), sniffRecords)])
	}
	if g.Private == "" && personal.MatchString(name) {
		g.Private = "text about people"
	}
	if g.Type != "text" {
		g.Odd = v.odd(g, column)
	}
	return g
}

// fitsMost reports whether at least 95 of 100 texts fit, or all but one of five or more; it gives up early.
func fitsMost(texts []string, fits func(string) bool) bool {
	most := len(texts) / 20
	if len(texts) >= 5 {
		most = max(most, 1)
	}
	wrong := 0
	for _, t := range texts {
		if !fits(t) {
			if wrong++; wrong > most {
				return false
			}
		}
	}
	return true
}

var fiscalHeading = regexp.MustCompile(`(?i)(^|[^a-z])s?f(y|iscal|isc)`)

var yearHeading = regexp.MustCompile(`(?i)(^|[^a-z])(year|yr|fy|sfy)([^a-z]|$)|(year|yr)$`)

func (v *survey) typeOf(g *Guess, texts []string) {
	reads := func(as string, formats ...string) func(string) bool {
		f, err := dateFormats(formats)
		s := &span{as: as, separators: []string{" - ", " – ", " to ", " through ", "-", "–"}, formats: f}
		return func(t string) bool {
			_, _, ok := s.read(t, 0)
			return err == nil && ok
		}
	}
	year := func(from, to int64) bool {
		return fitsMost(texts, func(t string) bool { n, ok := parseInt([]byte(t)); return ok && len(t) == 4 && n >= from && n <= to })
	}
	if yearHeading.MatchString(g.Name) && year(1900, 2100) || len(texts) >= 10 && year(1960, 2060) { // few counts lie all between these

		g.Type, g.Format = "period", "year"
		if fiscalHeading.MatchString(g.Name) {
			g.Format = "state-fiscal"
		}
		return
	}
	for _, text := range sniffFormats {
		f, err := newDateFormat(text)
		fits := func(t string) bool {
			day, ok := f.parse([]byte(t), 0)
			return ok && (text != "YYYYMMDD" || len(t) == 8 && t >= "19000101" && day < 60_000)
		}
		if err != nil || !fitsMost(texts, fits) {
			continue
		}
		if g.Type == "date" { // a second one
			if swapped := strings.NewReplacer("MM", "DD", "DD", "MM").Replace(text); swapped == g.Format {
				g.Or = text
			}
			continue
		}
		g.Type, g.Format = "date", text
	}
	if g.Type == "date" {
		return
	}
	for _, as := range []struct {
		form    string
		formats []string
	}{{"month", monthFormats}, {"quarter", nil}, {"state-fiscal", nil},
		{"range", []string{"MM/DD/YYYY"}}, {"range", []string{"YYYY-MM-DD"}}} {
		if as.form == "state-fiscal" && fitsMost(texts, func(t string) bool { _, ok := parseInt([]byte(t)); return ok }) {
			continue // plain years, or other numbers
		}
		if fitsMost(texts, reads(as.form, as.formats...)) {
			g.Type, g.Format = "period", as.form
			if as.form == "range" {
				g.Or = as.formats[0]
			}
			return
		}
	}
	if strings.Contains(strings.ToLower(g.Name), "date") && fitsMost(texts, func(t string) bool {
		whole, _, _ := strings.Cut(t, ".")
		n, ok := parseInt([]byte(whole))
		return ok && n >= 20_000 && n <= 60_000 // 1954 to 2064
	}) {
		g.Type, g.Format = "date", "excel"
		return
	}
	if slices.ContainsFunc(texts, func(t string) bool { // codes, not numbers
		return len(t) > 1 && t[0] == '0' && strings.Trim(t, "0123456789") == ""
	}) {
		return
	}
	currency, parentheses, percent := "", false, false
	for _, t := range texts {
		for _, c := range "$£€" {
			if strings.ContainsRune(t, c) && !strings.ContainsRune(currency, c) {
				currency += string(c)
			}
		}
		parentheses = parentheses || strings.HasPrefix(t, "(") && strings.HasSuffix(t, ")")
		percent = percent || strings.HasSuffix(t, "%")
	}
	best, most := stat.Numbers{}, -1
	for _, kind := range []string{"integer", "decimal"} {
		for _, way := range sniffNumbers {
			way.Currency, way.Parentheses, way.Percent = currency, parentheses, percent
			read, err := newNumbers(&way)
			hits := 0
			fits := func(t string) bool {
				plain := read.plain([]byte(t))
				_, ok := parseInt(plain)
				if kind == "decimal" {
					_, ok = parseDecimal(plain)
				}
				if ok {
					hits++
				}
				return ok
			}
			if err == nil && fitsMost(texts, fits) && hits > most {
				g.Type, best, most = kind, way, hits
			}
		}
	}
	if most >= 0 && best != (stat.Numbers{}) {
		g.Numbers = &best
	}
}

// odd lists the texts of a column of numbers or dates that cannot be read as such, with their rows in the sample, or in
// the whole file where all texts of the column are known.
func (v *survey) odd(g Guess, column int) []ValueCount {
	var fits func(string) bool
	switch {
	case g.Type == "date":
		f, err := newDateFormat(g.Format)
		fits = func(t string) bool { _, ok := f.parse([]byte(t), 0); return err == nil && ok }
	case g.Type == "period":
		return nil
	default:
		read, err := newNumbers(g.Numbers)
		fits = func(t string) bool {
			_, ok := parseDecimal(read.plain([]byte(t)))
			return err == nil && ok
		}
	}
	odd := map[string]int{}
	for t, n := range v.values[column] {
		if !fits(t) {
			odd[t] = n
		}
	}
	if v.values[column] == nil {
		for _, t := range v.texts(column) {
			if !fits(t) {
				odd[t]++
			}
		}
	}
	list := sorted(odd)
	return list[:min(len(list), mostOdd)]
}
