package ingest

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tallystick/internal/stat"
)

// Draft writes a feed for the file, to be finished by hand: how it is read, which rows and cells are no figures, how wide
// tables unfold, and an entry for each column with the codes seen in it. With a data set, the columns are matched to its
// fields and their codes to its lists; without one, the one that fits best is taken, if any does.
func (s Sniffed) Draft(defs stat.Definitions, dataset string) string {
	d := &draft{Sniffed: s, defs: defs}
	ds, ok := defs.Dataset(dataset)
	if !ok {
		ds, ok = d.bestDataset()
	}
	id := slug(strings.ReplaceAll(strings.TrimSuffix(s.File, path.Ext(s.File)), ".", " "))
	d.line("# A draft of a feed for %s. Lines that need a person say so. data/README.md explains every key;", s.File)
	d.line("# tallystick check and tallystick ingest -dry-run say what is still wrong.")
	d.line("id: %s", id)
	d.line("title: %s", yamlText(s.File))
	if ok {
		d.line("dataset: %s", ds.ID)
	} else {
		d.line("dataset: name-of-the-data-set # to fill in: no data set fits; then name each entry under fields after one of its fields")
	}
	d.line("files: [%s]", yamlText(s.File))
	d.reading()
	d.values()
	_, d.levels = ds.Field("level")
	d.rows()
	if ok {
		d.matched(ds)
	} else {
		d.unmatched()
	}
	d.people()
	return d.b.String()
}

type draft struct {
	Sniffed
	defs   stat.Definitions
	levels bool // the data set keeps totals beside their parts
	b      strings.Builder
}

func (d *draft) line(format string, args ...any) { fmt.Fprintf(&d.b, format+"\n", args...) }

// yamlText writes a text so that YAML reads it as one.
func yamlText(s string) string { return strconv.Quote(s) }

// remark writes a text so that it can stand behind # on one line.
func remark(s string) string { return strings.Join(strings.Fields(s), " ") }

func yamlList(texts []string) string {
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = yamlText(t)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

func (d *draft) reading() {
	d.line("read:")
	if d.Sheet != "" {
		d.line("  sheet: %s # of %s", yamlText(d.Sheet), remark(wordList(d.Sheets)))
	} else {
		d.line("  encoding: %s", d.Encoding)
		d.line("  delimiter: %s", yamlText(d.Delimiter))
	}
	if d.Above > 0 {
		d.line("  skip: %d", d.Above)
	}
	if d.Headers != 1 {
		d.line("  header: %d", d.Headers)
	}
	if d.Footer > 0 {
		d.line("  footer: %d", d.Footer)
	}
}

// values writes how dates, numbers, missing cells and marks are written.
func (d *draft) values() {
	var formats, missing, entries []string
	var notes []string
	numbers := stat.Numbers{}
	for _, c := range d.Columns {
		if c.Type == "date" && !slices.Contains(formats, c.Format) {
			formats = append(formats, c.Format)
			if c.Or != "" {
				notes = append(notes, fmt.Sprintf("# To check: %s could be %s or %s; no day is above 12.", remark(c.Name), c.Format, c.Or))
			}
		}
		if n := c.Numbers; n != nil {
			numbers.Thousands, numbers.Decimal = firstOf(numbers.Thousands, n.Thousands), firstOf(numbers.Decimal, n.Decimal)
			numbers.Currency = firstOf(numbers.Currency, n.Currency)
			numbers.Parentheses, numbers.Percent = numbers.Parentheses || n.Parentheses, numbers.Percent || n.Percent
			numbers.PointZero = numbers.PointZero || n.PointZero
		}
		for _, o := range append(slices.Clone(c.Odd), c.Values...) {
			if slices.Contains(missingWords, o.Text) && !slices.Contains(missing, o.Text) && o.Text != "." {
				missing = append(missing, o.Text)
			}
		}
		if !numberColumn(c) {
			continue
		}
		for _, o := range c.Odd {
			entry := ""
			for _, f := range markForms {
				if f.match.MatchString(o.Text) {
					entry = "  - " + f.entry
					break
				}
			}
			switch {
			case slices.Contains(missing, o.Text):
				continue
			case entry != "":
			case slices.Contains([]string{"-", "–", "—"}, o.Text):
				entry = fmt.Sprintf("  - {text: %s, status: not-reported} # to check: or does it mean none? then value: 0", yamlText(o.Text))
			default:
				entry = fmt.Sprintf("  - {text: %s, status: %s} # to check: what does it stand for?", yamlText(o.Text), statusOfWord(o.Text))
			}
			if seen := slices.IndexFunc(entries, func(e string) bool { return strings.HasPrefix(e, strings.SplitN(entry, " #", 2)[0]) }); seen < 0 {
				if !strings.Contains(entry, " # ") {
					entry += " # as in " + remark(o.Text)
				}
				entries = append(entries, fmt.Sprintf("%s (%s)", entry, plural(o.Rows, "row", "rows")))
			}
		}
	}
	for _, n := range notes {
		d.line("%s", n)
	}
	if len(formats) > 0 {
		d.line("dates: %s", yamlList(formats))
	}
	if numbers != (stat.Numbers{}) {
		var parts []string
		for _, p := range []struct{ key, value string }{{"thousands", numbers.Thousands}, {"decimal", numbers.Decimal}, {"currency", numbers.Currency}} {
			if p.value != "" {
				parts = append(parts, p.key+": "+yamlText(p.value))
			}
		}
		for _, p := range []struct {
			key string
			on  bool
		}{{"parentheses", numbers.Parentheses}, {"percent", numbers.Percent}, {"point_zero", numbers.PointZero}} {
			if p.on {
				parts = append(parts, p.key+": true")
			}
		}
		d.line("numbers: {%s}", strings.Join(parts, ", "))
	}
	if len(missing) > 0 {
		d.line("missing: %s", yamlList(missing))
	}
	if len(entries) > 0 {
		d.line("marks:")
		for _, e := range entries {
			d.line("%s", e)
		}
	}
}

// statusOfWord guesses what a word in the place of a number says: the usual signs of statistics, or else that it is withheld.
func statusOfWord(word string) stat.Status {
	switch strings.ToLower(strings.Trim(word, "()[]")) {
	case "nr", "nd", "missing", "unknown", "not reported", ":":
		return stat.StatusNotReported
	case "not available", "not collected", "..":
		return stat.StatusNotCollected
	case "n.a.", "z", "not applicable":
		return stat.StatusNotApplicable
	default:
		return stat.StatusWithheld
	}
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// rows writes which rows are no records, and which cells repeat the one above.
func (d *draft) rows() {
	if len(d.Fill) > 0 {
		d.line("fill: %s # an empty cell repeats the one above it", yamlList(d.Fill))
	}
	if d.Sections != "" {
		d.line("section: {column: %s} # rows with no other cell; a field can take the heading with {section: true}", yamlText(d.Sections))
	}
	if len(d.Totals) == 0 || d.levels {
		return
	}
	d.line("aside:")
	for _, t := range d.Totals {
		var texts, counts []string
		for _, v := range t.Texts {
			texts = append(texts, v.Text)
			counts = append(counts, plural(v.Rows, "row", "rows"))
		}
		d.line("  - {column: %s, is: %s, reason: a total of other rows} # %s", yamlText(t.Column), yamlList(texts), strings.Join(counts, ", "))
	}
}

// people names the columns that look as if they were about people.
func (d *draft) people() {
	for _, c := range d.Columns {
		if c.Private != "" {
			d.line("# %s looks like %s. It is not stored; if it is not about people: public: [%s]", remark(c.Name), c.Private, yamlText(c.Name))
		}
	}
}

// named gives a heading by which a feed can speak of the column: one that stands twice has its number behind it.
func (d *draft) named(i int) string {
	name := strings.TrimSpace(d.Columns[i].Name)
	if name == "" {
		return fmt.Sprintf("column %d", i+1)
	}
	n := 0
	for _, c := range d.Columns[:i+1] {
		if strings.EqualFold(strings.TrimSpace(c.Name), name) {
			n++
		}
	}
	if n > 1 {
		return fmt.Sprintf("%s (%d)", name, n)
	}
	return name
}

// inWide reports whether the column is one of those that are unfolded.
func (d *draft) inWide(i int) bool {
	w := d.Wide
	switch {
	case w == nil:
		return false
	case w.Kind == "groups":
		return slices.ContainsFunc(w.Groups, func(g string) bool {
			before, after, _ := strings.Cut(g, "{n}")
			middle, ok := strings.CutPrefix(d.Columns[i].Name, before)
			middle, ok2 := strings.CutSuffix(middle, after)
			_, number := parseInt([]byte(middle))
			return ok && ok2 && number
		})
	}
	from, to := findColumn(d.Header, w.From), findColumn(d.Header, w.To)
	return i >= from && i <= to
}

func (d *draft) unmatched() {
	d.line("fields:")
	seen := map[string]bool{}
	for i, c := range d.Columns {
		if d.inWide(i) || c.Private != "" {
			continue
		}
		name := strings.ReplaceAll(slug(c.Name), "-", "_")
		if name == "" || name[0] < 'a' {
			name = strings.TrimSuffix("column_"+name, "_")
		}
		for seen[name] {
			name += "_" + strconv.Itoa(i+1)
		}
		seen[name] = true
		note := c.Type
		if c.Format != "" {
			note += " " + c.Format
		}
		if len(c.Samples) > 0 {
			note += ": " + strings.Join(c.Samples, " | ")
		}
		d.line("  %s: {column: %s} # %s", name, yamlText(d.named(i)), remark(note))
		if c.Type == "text" && len(c.Values) > 0 {
			d.line("    # texts: %s", remark(counted(c.Values)))
		}
	}
	for i, c := range d.Columns {
		if c.Type == "period" {
			d.line("# or, if it is the period of the row: period: {column: %s, as: %s}", yamlText(d.named(i)), c.Format)
		}
	}
	if year, month, ok := d.yearAndMonth(); ok {
		d.line("# or, if they are the period of the row: period: {join: %s, as: month, dates: [YYYY MM]}", yamlList([]string{d.named(year), d.named(month)}))
	}
	d.wide("name_of_field")
}

// yearAndMonth finds two columns that say the month of a row together.
func (d *draft) yearAndMonth() (year, month int, ok bool) {
	year, month = -1, -1
	for i, c := range d.Columns {
		switch {
		case c.Type == "period" && c.Format == "year" && year < 0:
			year = i
		case c.Type == "integer" && monthHeading.MatchString(c.Name) && len(c.Values) > 0 && month < 0 && isMonth(c.Values[0].Text):
			month = i
		}
	}
	return year, month, year >= 0 && month >= 0
}

var codeHeading = regexp.MustCompile(`(?i)[^a-z](id|cd|code)$`)

func isMonth(text string) bool {
	n, ok := number([]byte(text))
	return ok && n >= 1 && n <= 12
}

var monthHeading = regexp.MustCompile(`(?i)mon(th)?([^a-z]|$)`)

func counted(values []ValueCount) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = fmt.Sprintf("%s (%d)", v.Text, v.Rows)
	}
	return strings.Join(parts, ", ")
}

// wide writes how columns unfold. The heading goes into the field.
func (d *draft) wide(field string) {
	w := d.Wide
	if w == nil {
		return
	}
	d.line("long:")
	switch w.Kind {
	case "periods":
		if w.Above {
			d.line("  - {from: %s, to: %s, period: {heading: true, pattern: \"([^/]+)$\", as: %s}, fields: {%s: {heading: true, pattern: \"^(.+) / \"}}} # to check",
				yamlText(w.From), yamlText(w.To), w.Period, field)
			return
		}
		d.line("  - {from: %s, to: %s, period: {heading: true, as: %s}}", yamlText(w.From), yamlText(w.To), w.Period)
	case "groups":
		d.line("  - repeat: %d", w.Repeat)
		d.line("    skip: empty")
		d.line("    fields: # to check")
		for _, g := range w.Groups {
			name := strings.ReplaceAll(slug(strings.ReplaceAll(g, "{n}", "")), "-", "_")
			d.line("      %s: {column: %s}", firstOf(name, "name_of_field"), yamlText(g))
		}
	default:
		d.line("  - {from: %s, to: %s, fields: {%s: {heading: true}}} # to check: what is each heading?", yamlText(w.From), yamlText(w.To), field)
	}
}

// match is how well a column fits a field, and the map of its texts to codes.
type match struct {
	column int
	score  int
	codes  map[string]string // text → code
	slug   bool              // the codes are the texts as slugs
	labels bool              // the texts are codes or labels
	left   []ValueCount      // texts without a code
}

// alike are the words by which sources name what our fields hold.
var alike = map[string][]string{
	"sex": {"gender"}, "town": {"municipality", "city", "muni", "place"}, "agency": {"department", "dept", "police", "ori", "reporting"}, "area": {"town", "municipality", "place"},
	"count": {"number", "total", "arrests", "cases", "value", "n", "persons", "cnt", "population"}, "section": {"statute", "charge", "law", "offense", "offence"},
	"statute": {"section", "charge", "law", "offense", "offence"}, "age_group": {"age"}, "kind": {"type", "category"}, "measure": {"type", "category", "indicator"},
	"arrest_date": {"date"}, "offence": {"offense", "charge", "crime"}, "race": {"ethnicity"},
}

func nameWords(s string) []string {
	return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
}

// fieldMatch judges the column as a source of the field.
func (d *draft) fieldMatch(f stat.Field, i int) match {
	c := d.Columns[i]
	m := match{column: i}
	ours := append(nameWords(f.Name), nameWords(f.Title)...)
	theirs := nameWords(c.Name)
	switch {
	case slug(c.Name) == slug(f.Name) || f.Title != "" && slug(c.Name) == slug(f.Title):
		m.score = 60
	default:
		for _, w := range theirs {
			if slices.Contains(nameWords(f.Name), w) {
				m.score = max(m.score, 40)
			} else if slices.Contains(alike[f.Name], w) {
				m.score = max(m.score, 30)
			} else if slices.Contains(ours, w) {
				m.score = max(m.score, 15)
			}
		}
	}
	switch f.Type {
	case stat.FieldCode:
		d.codeMatch(&m, f, c)
	case stat.FieldInteger, stat.FieldDecimal:
		if !numberColumn(c) {
			m.score = 0
		} else if m.score > 0 {
			m.score += 20
			if codeHeading.MatchString(c.Name) { // AGE_NUM rather than AGE_ID
				m.score -= 5
			}
		}
	case stat.FieldDate:
		if c.Type != "date" {
			m.score = 0
		} else {
			m.score += 20
		}
	default:
		if c.Type != "text" && m.score < 60 {
			m.score = 0
		}
	}
	return m
}

// codeMatch compares the texts of the column with the codes of the field's list.
func (d *draft) codeMatch(m *match, f stat.Field, c Guess) {
	list, ok := d.defs.Codelist(f.Codelist)
	if !ok || len(list.Codes) == 0 || len(c.Samples) == 0 || c.Private != "" {
		m.score = 0
		return
	}
	values := c.Values
	if values == nil {
		for _, t := range c.Samples {
			values = append(values, ValueCount{t, 1})
		}
	}
	byWord := map[string]string{}
	for _, code := range list.Codes {
		byWord[slug(code.Code)] = code.Code
		if l := slug(code.Label); l != "" && byWord[l] == "" {
			byWord[l] = code.Code
		}
	}
	for _, code := range list.Codes { // M is male, if nothing else begins with m
		first := slug(code.Code)[:1]
		if byWord[first] == "" {
			byWord[first] = code.Code
		} else if byWord[first] != code.Code && len(byWord[first]) > 1 {
			byWord[first] = "?"
		}
	}
	m.codes = map[string]string{}
	m.slug, m.labels = true, true
	hits, rows := 0, 0
	for _, v := range values {
		if slices.Contains(missingWords, v.Text) {
			continue
		}
		rows++
		code := byWord[slug(v.Text)]
		if code == "" || code == "?" {
			m.left = append(m.left, v)
			continue
		}
		hits++
		m.codes[v.Text] = code
		m.slug = m.slug && slug(v.Text) == code
		m.labels = m.labels && (v.Text == code || strings.EqualFold(list.Label(code), v.Text))
	}
	switch {
	case rows == 0 || hits == 0:
		if m.score < 60 {
			m.score = 0
		}
	case c.Type != "text" && m.score == 0 && hits < rows:
	default:
		m.score += 60 * hits / rows
		if len(values) < 2 && m.score < 90 {
			m.score -= 30
		}
	}
}

// matches assigns columns to the fields of the data set, the best fit first. Fields of the period and of the value are
// left to the period and to unfolded columns where the file has these.
func (d *draft) matches(ds stat.Dataset) map[string]match {
	type pair struct {
		field string
		match
	}
	var pairs []pair
	for _, f := range ds.Fields {
		if f.Name == ds.Period.From || f.Name == ds.Period.To || f.Name == ds.Period.Stated || f.Name == ds.Status || f.Name == ds.Bound {
			continue
		}
		for i := range d.Columns {
			if d.inWide(i) {
				continue
			}
			if m := d.fieldMatch(f, i); m.score >= 40 {
				pairs = append(pairs, pair{f.Name, m})
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return b.score - a.score })
	out, used := map[string]match{}, map[int]bool{}
	for _, p := range pairs {
		if _, done := out[p.field]; !done && !used[p.column] {
			out[p.field], used[p.column] = p.match, true
		}
	}
	return out
}

// period finds the column of the period.
func (d *draft) period() (column int, ok bool) {
	for i, c := range d.Columns {
		if c.Type == "period" && !d.inWide(i) {
			return i, true
		}
	}
	return 0, false
}

// bestDataset picks the data set whose key the file has.
func (d *draft) bestDataset() (stat.Dataset, bool) {
	var best stat.Dataset
	bestScore := 0
	_, period := d.period()
	period = period || d.Wide != nil && d.Wide.Kind == "periods"
	for _, ds := range d.defs.Datasets {
		found := d.matches(ds)
		need, have, score := 0, 0, 0
		for _, k := range ds.Key {
			if k == ds.Period.From || k == ds.Period.To || k == "level" {
				continue
			}
			need++
			if m, ok := found[k]; ok {
				have++
				score += m.score
			} else if d.Wide != nil && d.Wide.Kind == "columns" {
				have++ // the headings may be it
			}
		}
		dated := period
		if ds.Period.Date != "" {
			_, dated = found[ds.Period.Date]
		}
		_, value := found[ds.Value]
		value = value || ds.Value == "" || d.Wide != nil
		if need == have && need > 0 && dated && value && score > bestScore {
			best, bestScore = ds, score
		}
	}
	return best, bestScore >= 60
}

// matched writes an entry for every field of the data set.
func (d *draft) matched(ds stat.Dataset) {
	found := d.matches(ds)
	if year, month, ok := d.yearAndMonth(); ok && ds.Period.To != "" {
		d.line("period: {join: %s, as: month, dates: [YYYY MM]}", yamlList([]string{d.named(year), d.named(month)}))
	} else if i, ok := d.period(); ok && ds.Period.To != "" && (d.Wide == nil || d.Wide.Kind != "periods") {
		extra := ""
		if d.Columns[i].Format == "range" {
			extra = ", dates: [" + d.Columns[i].Or + "]"
		}
		d.line("period: {column: %s, as: %s%s}", yamlText(d.named(i)), d.Columns[i].Format, extra)
	}
	d.line("fields:")
	used := map[int]bool{}
	heading := ""
	for _, f := range ds.Fields {
		if f.Name == ds.Period.From || f.Name == ds.Period.To || f.Name == ds.Period.Stated {
			continue
		}
		m, ok := found[f.Name]
		switch {
		case ok:
			used[m.column] = true
			d.field(f, m)
		case f.Name == ds.Value && d.Wide != nil:
		case f.Name == "level" && len(d.Totals) > 0:
			d.line("  level: # to check: a total stands beside its parts")
			d.line("    column: %s", yamlText(d.Totals[0].Column))
			d.line("    map: %s", totalsMap(d.Totals[0], "state"))
			d.line("    otherwise: town # to check")
		case f.Name == ds.Status || f.Name == ds.Bound:
			d.line("  %s: {value: \"\"}", f.Name)
		case f.Name == ds.Note || f.Name == ds.Citation.Year || !f.Required && f.Type == stat.FieldText:
			d.line("  %s: {value: \"\"}", f.Name)
		case f.Name == ds.Citation.Title:
			d.line("  %s: {value: %s}", f.Name, yamlText(d.File))
		case heading == "" && d.Wide != nil && d.Wide.Kind == "columns" && f.Type == stat.FieldCode && slices.Contains(ds.Key, f.Name) && f.Name != "level":
			heading = f.Name
		default:
			d.line("  %s: {value: \"\"} # to fill in: %s", f.Name, remark(firstOf(f.Title, f.Name)))
		}
	}
	for i, c := range d.Columns {
		if !used[i] && !d.inWide(i) && c.Private == "" && c.Type != "period" {
			d.line("  # %s is not used: %s %s", remark(d.named(i)), c.Type, remark(strings.Join(c.Samples, " | ")))
		}
	}
	d.wide(firstOf(heading, "name_of_field"))
}

// totalsMap writes a map of the texts of totals to one code.
func totalsMap(t Totals, code string) string {
	var parts []string
	for _, v := range t.Texts {
		parts = append(parts, yamlText(v.Text)+": "+code)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func (d *draft) field(f stat.Field, m match) {
	c := d.Columns[m.column]
	extra := ""
	for _, t := range d.Totals {
		if d.levels && t.Column == c.Name && f.Type == stat.FieldCode {
			extra = ", map: " + totalsMap(t, "all")
		}
	}
	switch {
	case f.Type != stat.FieldCode || len(m.codes) == 0:
		d.line("  %s: {column: %s} # %s: %s", f.Name, yamlText(d.named(m.column)), c.Type, remark(strings.Join(c.Samples, " | ")))
		return
	case m.slug && !m.labels:
		d.line("  %s: {column: %s, steps: [slug]%s}", f.Name, yamlText(d.named(m.column)), extra)
	case m.labels:
		d.line("  %s: {column: %s, labels: true%s}", f.Name, yamlText(d.named(m.column)), extra)
	default:
		d.line("  %s:", f.Name)
		d.line("    column: %s", yamlText(d.named(m.column)))
		d.line("    map:")
		for _, v := range c.Values {
			if code, ok := m.codes[v.Text]; ok {
				d.line("      %s: %s # %s", yamlText(v.Text), yamlText(code), plural(v.Rows, "row", "rows"))
			}
		}
		for _, v := range m.left {
			d.line("      # %s: to fill in, a code of %s # %s", yamlText(v.Text), f.Codelist, plural(v.Rows, "row", "rows"))
		}
		return
	}
	if len(m.left) > 0 {
		d.line("    # not in %s: %s", f.Codelist, remark(counted(m.left)))
	}
}
