package ingest

import (
	"cmp"
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tallystick/internal/stat"
)

// plan is a feed and a data set made ready for one export: for each kind of record that a row becomes and for each
// field, where its text comes from and what it must be.
type plan struct {
	file    string
	ds      stat.Dataset
	header  []string
	layout  stat.Layout
	columns []column // as in layout
	records []record // what each row becomes: one record, or one for each unfolded column
	asides  []rule
	fill    []int  // columns in which an empty cell repeats the cell above
	section *rule  // rows that are the heading of the rows below
	private []bool // columns of the export that are not stored, by place
	public  []bool // columns that may hold what looks like text about persons
	missing map[string]bool
	numbers numbers
	marks   []mark
	dates   []dateFormat
	span    *span
	value   int // places in columns, or -1
	status  int
	bound   int
	low     int
	high    int
	from    int
	to      int
	date    int
	today   int64
	since   int64    // the day before which no record can be, or 0
	covers  [2]int64 // the days between which every record must be; noDay: any
	keyed   bool
	footer  string // the reason why the last records are set aside
	comma   byte
	quote   byte
	seed    maphash.Seed // one for all workers: they hash into the same table
	fixes   Fixes
	notices []stat.Issue // warnings about the file as a whole
}

// column is one field of the data set in a plan.
type column struct {
	stat.LayoutColumn
	field    stat.Field
	noun     string // as sentences name it: arrest date
	required bool
	key      bool
	codes    map[string]int64 // code → place in Dictionary
	valid    [][2]int64       // days from and to which each code is valid, 0 for open; nil if all always are
	on       int              // the column of the date on which a code must be valid, or -1
	min, max int64
}

// record is one kind of record that a row becomes.
type record struct {
	getters []getter // as plan.columns
	when    *rule
	skip    string  // empty, zero
	cells   []place // what must have a text for the record to be, with skip
	span    *span   // its period, where its group has one of its own
}

// mark is a stat.TextMark made ready.
type mark struct {
	text      string
	match     *regexp.Regexp
	value     *int64
	status    stat.Status
	bound     stat.Bound
	low, high *int64 // what the value lies between, where there is none
}

// newPlan makes a plan. The sample is the first rows as texts, by which columns about persons are found.
func newPlan(in Input, ds stat.Dataset, header []string, sample [][]string) (*plan, error) {
	p := &plan{file: in.Name, ds: ds, header: header, value: -1, status: -1, bound: -1, low: -1, high: -1, from: -1, to: -1, date: -1, seed: maphash.MakeSeed(),
		covers: [2]int64{noDay, noDay}}
	m := mapping(in, header)
	if err := p.fields(in, m); err != nil {
		return nil, err
	}
	if !in.Today.IsZero() {
		p.today, _ = days(in.Today.Year, int(in.Today.Month), in.Today.Day)
	}
	if !ds.Since.IsZero() {
		p.since, _ = days(ds.Since.Year, int(ds.Since.Month), ds.Since.Day)
	}
	p.keyed = len(ds.Key) > 0 && ds.Duplicates != "keep" && !in.Feed.AddsUp
	if err := p.words(m); err != nil {
		return nil, err
	}
	names := map[string]string{}
	if in.Feed.Name != "" {
		re, err := regexp.Compile(in.Feed.Name)
		if err != nil {
			return nil, fmt.Errorf("name of feed %s: %v: %w", in.Feed.ID, err, stat.ErrInvalid)
		}
		if found := re.FindStringSubmatch(path.Base(in.Name)); found != nil {
			for i, group := range re.SubexpNames() {
				if group != "" {
					names[group] = found[i]
				}
			}
		}
	}
	c := &compiler{plan: p, in: in, names: names, mapping: m}
	if err := c.compile(); err != nil {
		return nil, err
	}
	if err := c.covering(); err != nil {
		return nil, err
	}
	p.public = make([]bool, len(header))
	for i, h := range header {
		p.public[i] = slices.ContainsFunc(in.Feed.Public, func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), strings.TrimSpace(h)) })
	}
	var err error
	p.private, err = c.sheltered(sample)
	return p, err
}

// mapping gives the feed's mapping for this file: its own, with what the first fitting variant names in the place of
// the same names.
func mapping(in Input, header []string) stat.Mapping {
	m := in.Feed.Mapping
	m.Fields = maps.Clone(m.Fields)
	if m.Fields == nil {
		m.Fields = map[string]stat.FieldMap{}
	}
	for field, h := range in.Feed.Columns {
		if _, ok := m.Fields[field]; !ok {
			m.Fields[field] = stat.FieldMap{Column: h}
		}
	}
	for _, v := range in.Feed.Variants {
		if !fits(v, in.Name, header) {
			continue
		}
		maps.Copy(m.Fields, v.Mapping.Fields)
		m.Period = cmp.Or(v.Mapping.Period, m.Period)
		m.Numbers = cmp.Or(v.Mapping.Numbers, m.Numbers)
		m.Section = cmp.Or(v.Mapping.Section, m.Section)
		if v.Mapping.Fill != nil {
			m.Fill = v.Mapping.Fill
		}
		if v.Mapping.Aside != nil {
			m.Aside = v.Mapping.Aside
		}
		if v.Mapping.Long != nil {
			m.Long = v.Mapping.Long
		}
		if v.Mapping.Missing != nil {
			m.Missing = v.Mapping.Missing
		}
		if v.Mapping.Dates != nil {
			m.Dates = v.Mapping.Dates
		}
		if v.Mapping.Marks != nil {
			m.Marks = v.Mapping.Marks
		}
		break
	}
	return m
}

func fits(v stat.Variant, name string, header []string) bool {
	if v.File != "" {
		if ok, err := path.Match(v.File, path.Base(name)); err != nil || !ok {
			return false
		}
	}
	for _, h := range v.Has {
		if findColumn(header, h) < 0 {
			return false
		}
	}
	for _, h := range v.Lacks {
		if findColumn(header, h) >= 0 {
			return false
		}
	}
	return true
}

// findColumn returns the place of the first of the names that the header has, or -1. A name as it stands comes before
// one that is equal only without the spaces around and between words, and that before one in other case. "X (2)" is the
// second column named X, and "column 3" the third column, if that has no name.
func findColumn(header []string, names ...string) int {
	for _, name := range names {
		if i := nthColumn(header, name, 1); i >= 0 {
			return i
		}
		m := nthName.FindStringSubmatch(name)
		if m == nil {
			continue
		}
		n, err := strconv.Atoi(m[2] + m[3])
		switch {
		case err != nil:
		case m[3] != "" && n >= 1 && n <= len(header) && strings.TrimSpace(header[n-1]) == "":
			return n - 1
		case m[2] != "":
			if i := nthColumn(header, m[1], n); i >= 0 {
				return i
			}
		}
	}
	return -1
}

var nthName = regexp.MustCompile(`^(?:(.*\S) \(([0-9]{1,4})\)|column ([0-9]{1,4}))$`)

// nthColumn returns the place of the nth column with the name, or -1.
func nthColumn(header []string, name string, n int) int {
	for _, same := range []func(string) string{
		func(s string) string { return s },
		func(s string) string { return strings.Join(strings.Fields(s), " ") },
		func(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) },
	} {
		at, want := n, same(name)
		for i, h := range header {
			if same(h) != want {
				continue
			}
			if at--; at == 0 {
				return i
			}
		}
	}
	return -1
}

// fields makes the columns of the data set ready.
func (p *plan) fields(in Input, m stat.Mapping) error {
	ds := p.ds
	lists := map[string][]string{}
	valid := map[string][][2]int64{}
	for _, f := range ds.Fields {
		if f.Type != stat.FieldCode || ds.Value != "" && (f.Name == ds.Status || f.Name == ds.Bound) {
			continue
		}
		list, ok := in.Definitions.Codelist(f.Codelist)
		if !ok {
			return fmt.Errorf("field %s of data set %s uses code list %q, which is not defined: %w", f.Name, ds.ID, f.Codelist, stat.ErrInvalid)
		}
		bounded := false
		var spans [][2]int64
		for _, c := range list.Codes {
			lists[f.Name] = append(lists[f.Name], c.Code)
			spans = append(spans, [2]int64{dayOf(c.ValidFrom), dayOf(c.ValidTo)})
			bounded = bounded || !c.ValidFrom.IsZero() || !c.ValidTo.IsZero()
		}
		if bounded {
			valid[f.Name] = spans
		}
	}
	p.layout = stat.NewLayout(ds, lists)
	for i, c := range p.layout.Columns {
		col := column{on: -1, LayoutColumn: c, noun: strings.ReplaceAll(c.Name, "_", " "), key: slices.Contains(ds.Key, c.Name), valid: valid[c.Name]}
		if f, ok := ds.Field(c.Name); ok {
			col.field, col.required = f, f.Required
			if f.Title != "" {
				col.noun = lowerFirst(f.Title)
			}
			col.min, col.max = limits(f, ds)
		}
		if c.Type == stat.FieldCode {
			col.codes = make(map[string]int64, len(c.Dictionary))
			for j, code := range c.Dictionary {
				col.codes[code] = int64(j)
			}
		}
		p.columns = append(p.columns, col)
		p.place(c.Name, i)
	}
	for i := range p.columns {
		if on := p.columns[i].field.On; on != "" {
			p.columns[i].on = slices.IndexFunc(p.columns, func(c column) bool { return c.Name == on && c.Type == stat.FieldDate })
			if p.columns[i].on < 0 {
				return fmt.Errorf("field %s of data set %s: %q is not one of its dates: %w", p.columns[i].Name, ds.ID, on, stat.ErrInvalid)
			}
		}
	}
	for name := range m.Fields {
		if _, ok := ds.Field(name); !ok {
			return fmt.Errorf("feed %s maps %q, which is not a field of data set %s: %w", in.Feed.ID, name, ds.ID, stat.ErrInvalid)
		}
	}
	return nil
}

// Layout gives the layout of the data set's chunks, with the code lists of the definitions.
func Layout(ds stat.Dataset, defs stat.Definitions) stat.Layout {
	lists := map[string][]string{}
	for _, f := range ds.Fields {
		if list, ok := defs.Codelist(f.Codelist); ok {
			for _, c := range list.Codes {
				lists[f.Name] = append(lists[f.Name], c.Code)
			}
		}
	}
	return stat.NewLayout(ds, lists)
}

func dayOf(d stat.Date) int64 {
	if d.IsZero() {
		return 0
	}
	n, _ := days(d.Year, int(d.Month), d.Day)
	return n
}

// lowerFirst makes a title fit into a sentence, but leaves a word in capitals as it is: Arrest date, FBI code.
func lowerFirst(s string) string {
	if len(s) > 1 && s[1] >= 'A' && s[1] <= 'Z' {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

func limits(f stat.Field, ds stat.Dataset) (low, high int64) {
	low, high = -999999999999, 999999999999
	if f.Name == ds.Value {
		low = 0
	}
	if f.Minimum != nil {
		low = *f.Minimum
	}
	if f.Maximum != nil {
		high = *f.Maximum
	}
	return low, high
}

func (p *plan) place(name string, i int) {
	ds := p.ds
	switch name {
	case ds.Period.Date:
		p.date = i
	case ds.Period.From:
		p.from = i
	case ds.Period.To:
		p.to = i
	}
	if ds.Value == "" {
		return
	}
	switch name {
	case ds.Value:
		p.value = i
	case ds.Status, stat.StatusColumn:
		p.status = i
	case ds.Bound, stat.BoundColumn:
		p.bound = i
	case stat.LowColumn:
		p.low = i
	case stat.HighColumn:
		p.high = i
	}
}

// acceptDayNumbers adds Excel's day numbers to the ways in which dates are written, as they are in a workbook.
func (p *plan) acceptDayNumbers(from1904 bool) {
	excel := dateFormat{text: "excel", excel: true}
	if from1904 {
		excel.text = "excel-1904"
	}
	spans := map[*span]bool{}
	for _, r := range p.records {
		for i := range r.getters {
			g := &r.getters[i]
			g.dates = append(slices.Clip(g.dates), excel)
			if g.span != nil && !spans[g.span] {
				spans[g.span] = true
				g.span.formats = append(slices.Clip(g.span.formats), excel)
			}
		}
	}
}

// words makes the source's way of writing values ready.
func (p *plan) words(m stat.Mapping) error {
	var err error
	if p.numbers, err = newNumbers(m.Numbers); err != nil {
		return err
	}
	if p.dates, err = dateFormats(m.Dates); err != nil {
		return err
	}
	p.missing = map[string]bool{}
	for _, s := range m.Missing {
		p.missing[s] = true
	}
	for _, t := range m.Marks {
		k := mark{text: t.Text, value: t.Value, status: cmp.Or(t.Status, stat.StatusReported), bound: cmp.Or(t.Bound, stat.BoundExactly),
			low: t.Low, high: t.High}
		switch {
		case (t.Text == "") == (t.Match == ""):
			return fmt.Errorf("a mark has either a text or a pattern: %w", stat.ErrInvalid)
		case !slices.Contains(stat.Statuses, k.status) || !slices.Contains(stat.Bounds, k.bound):
			return fmt.Errorf("mark %q: status %q or bound %q is none: %w", t.Text+t.Match, k.status, k.bound, stat.ErrInvalid)
		case p.value < 0:
			return fmt.Errorf("marks stand for values, and data set %s counts records: %w", p.ds.ID, stat.ErrInvalid)
		}
		if t.Match != "" {
			if k.match, err = regexp.Compile(t.Match); err != nil {
				return fmt.Errorf("pattern %q: %v: %w", t.Match, err, stat.ErrInvalid)
			}
		}
		limits := k.low != nil || k.high != nil
		if k.match != nil {
			for _, name := range k.match.SubexpNames() {
				switch name {
				case "low", "high", "above", "below":
					limits = true
				case "":
				default:
					return fmt.Errorf("mark %q: group %q is not one of low, high, above, below: %w", t.Match, name, stat.ErrInvalid)
				}
			}
		}
		if k.status == stat.StatusReported && k.value == nil && (limits || k.match == nil || k.match.NumSubexp() == 0) {
			return fmt.Errorf("mark %q is reported but gives no number: %w", t.Text+t.Match, stat.ErrInvalid)
		}
		if limits && k.value != nil {
			return fmt.Errorf("mark %q gives a number and limits of one: %w", t.Text+t.Match, stat.ErrInvalid)
		}
		p.marks = append(p.marks, k)
	}
	return nil
}

func dateFormats(texts []string) ([]dateFormat, error) {
	if len(texts) == 0 {
		texts = []string{"YYYY-MM-DD"}
	}
	var out []dateFormat
	for _, t := range texts {
		f, err := newDateFormat(t)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// compiler turns the mapping into getters.
type compiler struct {
	plan    *plan
	in      Input
	names   map[string]string // from the file name
	mapping stat.Mapping
	missing []string // columns that the feed needs and the file lacks
	used    []int
}

func (c *compiler) find(names ...string) int {
	i := findColumn(c.plan.header, names...)
	if i >= 0 {
		c.used = append(c.used, i)
	}
	return i
}

func (c *compiler) compile() error {
	p := c.plan
	if c.mapping.Period != nil {
		var err error
		if p.span, err = c.period(*c.mapping.Period, unfolded{column: -1}); err != nil {
			return err
		}
	}
	for _, h := range c.mapping.Fill {
		i := c.find(h)
		if i < 0 {
			c.missing = append(c.missing, h)
			continue
		}
		p.fill = append(p.fill, i)
	}
	if r := c.mapping.Section; r != nil {
		k, err := c.rule(stat.RowRule{Column: r.Column, Is: r.Is, Match: cmp.Or(r.Match, "."), Not: r.Not, Reason: cmp.Or(r.Reason, "heading of a section")})
		if err != nil {
			return err
		}
		k.alone = len(r.Is) == 0 && r.Match == ""
		p.section = &k
	}
	for _, r := range c.mapping.Aside {
		if r.Reason == "" {
			return fmt.Errorf("feed %s sets rows aside by %q without a reason: %w", c.in.Feed.ID, r.Column, stat.ErrInvalid)
		}
		k, err := c.rule(r)
		if err != nil {
			return err
		}
		p.asides = append(p.asides, k)
	}
	var err error
	if len(c.mapping.Long) == 0 {
		err = c.record(record{}, nil, unfolded{column: -1})
	}
	for _, l := range c.mapping.Long {
		if err == nil {
			err = c.long(l)
		}
	}
	if err != nil {
		return err
	}
	if len(c.missing) > 0 {
		slices.Sort(c.missing)
		c.missing = slices.Compact(c.missing)
		word := "column"
		if len(c.missing) > 1 {
			word = "columns"
		}
		return refused(c.in.Name, 1, strings.Join(c.missing, ", "), "header",
			fmt.Sprintf("The export has no %s %s; it has %s.", word, wordList(c.missing), wordList(p.header)),
			"Send the export with these columns, or adapt the feed "+c.in.Feed.ID+" to the new names.")
	}
	return nil
}

// covering finds the span for which the export stands.
func (c *compiler) covering() error {
	if to := c.in.Covers.To; !to.IsZero() {
		c.plan.covers = [2]int64{dayOf(c.in.Covers.From), dayOf(to)}
		return nil
	}
	m := c.in.Feed.Covers
	if m == nil {
		return nil
	}
	s, err := c.period(*m, unfolded{column: -1})
	if err != nil {
		return err
	}
	if s.column >= 0 {
		return fmt.Errorf("feed %s: what a file covers is in its name or the same for all: %w", c.in.Feed.ID, stat.ErrInvalid)
	}
	c.plan.covers[0], c.plan.covers[1], _ = s.read(string(s.fixed), c.plan.today) // period has read it already
	return nil
}

func (c *compiler) rule(r stat.RowRule) (rule, error) {
	k, err := newRule(r, c.find)
	var lacking missingColumns
	if errors.As(err, &lacking) {
		c.missing = append(c.missing, lacking...)
		return k, nil
	}
	return k, err
}

// unfolded is the column or the group that a record is made from.
type unfolded struct {
	column int
	group  int
	last   bool // it is the last group
}

func (c *compiler) long(l stat.Long) error {
	base := record{skip: l.Skip}
	if l.Skip != "" && l.Skip != "empty" && l.Skip != "zero" {
		return fmt.Errorf("skip %q is neither empty nor zero: %w", l.Skip, stat.ErrInvalid)
	}
	if l.When != nil {
		k, err := c.rule(*l.When)
		if err != nil {
			return err
		}
		base.when = &k
	}
	add := func(u unfolded) error {
		r := base
		if l.Period != nil {
			var err error
			if r.span, err = c.period(*l.Period, u); err != nil {
				return err
			}
		}
		return c.record(r, l.Fields, u)
	}
	if l.Repeat > 0 {
		for n := 1; n <= l.Repeat; n++ {
			if err := add(unfolded{column: -1, group: n, last: n == l.Repeat}); err != nil {
				return err
			}
		}
		return nil
	}
	columns, err := c.columns(l)
	if err != nil {
		return err
	}
	for _, i := range columns {
		c.used = append(c.used, i)
		if err := add(unfolded{column: i}); err != nil {
			return err
		}
	}
	return nil
}

// columns lists the columns that are unfolded.
func (c *compiler) columns(l stat.Long) ([]int, error) {
	header := c.plan.header
	var list []int
	switch {
	case len(l.Only) > 0:
		for _, h := range l.Only {
			i := findColumn(header, h)
			if i < 0 {
				c.missing = append(c.missing, h)
				continue
			}
			list = append(list, i)
		}
	case l.Match != "":
		re, err := regexp.Compile(l.Match)
		if err != nil {
			return nil, fmt.Errorf("pattern %q: %v: %w", l.Match, err, stat.ErrInvalid)
		}
		for i, h := range header {
			if re.MatchString(h) {
				list = append(list, i)
			}
		}
	case l.From != "":
		from, to := findColumn(header, l.From), len(header)-1
		if from < 0 {
			c.missing = append(c.missing, l.From)
			return nil, nil
		}
		if l.To != "" {
			if to = findColumn(header, l.To); to < 0 {
				c.missing = append(c.missing, l.To)
				return nil, nil
			}
		}
		for i := from; i <= to; i++ {
			list = append(list, i)
		}
	default:
		return nil, fmt.Errorf("feed %s unfolds columns without saying which: %w", c.in.Feed.ID, stat.ErrInvalid)
	}
	return slices.DeleteFunc(list, func(i int) bool {
		return slices.ContainsFunc(l.Except, func(h string) bool { return strings.TrimSpace(h) == strings.TrimSpace(header[i]) })
	}), nil
}

// record compiles one kind of record.
func (c *compiler) record(r record, over map[string]stat.FieldMap, u unfolded) error {
	p := c.plan
	r.getters = make([]getter, len(p.columns))
	period := cmp.Or(r.span, p.span)
	for i, col := range p.columns {
		m, named := over[col.Name]
		if !named {
			m, named = c.mapping.Fields[col.Name]
		}
		g := getter{place: place{column: -1}, header: col.Name}
		switch {
		case period != nil && !named && p.partOf(col.Name) != noPart:
			g.period, g.span, g.header = p.partOf(col.Name), period, period.header
		case !named && i == p.value && u.column >= 0:
			g.column = u.column
		case !named:
			if g.column = c.find(col.Name); g.column < 0 && (col.required || i == p.value) {
				c.missing = append(c.missing, col.Name)
			}
		default:
			var err error
			if g, err = c.getter(m, col, u); err != nil {
				return fmt.Errorf("feed %s, field %s: %w", c.in.Feed.ID, col.Name, err)
			}
		}
		if g.column >= 0 {
			g.header = p.header[g.column]
			if u.column == g.column || u.group > 0 && (strings.Contains(m.Column, "{n}") || m.Split != "" && m.Part == 0) {
				r.cells = append(r.cells, g.place)
			}
		}
		if g.dates == nil {
			g.dates = p.dates
		}
		r.getters[i] = g
	}
	p.records = append(p.records, r)
	return nil
}

func (p *plan) partOf(name string) part {
	switch name {
	case p.ds.Period.From:
		return partFrom
	case p.ds.Period.To:
		return partTo
	case p.ds.Period.Stated:
		return partStated
	}
	return noPart
}

func (c *compiler) getter(m stat.FieldMap, col column, u unfolded) (getter, error) {
	g := getter{place: place{column: -1}, header: col.Name}
	var labels []stat.Code
	if list, ok := c.in.Definitions.Codelist(col.field.Codelist); ok {
		labels = list.Codes
	}
	change, err := newChange(m, labels)
	if err != nil {
		return g, err
	}
	if len(m.Dates) > 0 {
		if g.dates, err = dateFormats(m.Dates); err != nil {
			return g, err
		}
	}
	text, fixed := strings.ReplaceAll(m.Value, "{n}", strconv.Itoa(u.group)), true
	switch {
	case m.Section:
		if c.plan.section == nil {
			return g, fmt.Errorf("the mapping has no section: %w", stat.ErrInvalid)
		}
		g.column, g.of, fixed = c.plan.section.column, &composed{section: true}, false
	case len(m.Join) > 0:
		g.of, fixed = &composed{}, false
		for _, name := range m.Join {
			i := c.find(strings.ReplaceAll(name, "{n}", strconv.Itoa(u.group)))
			if i < 0 {
				c.missing = append(c.missing, name)
				continue
			}
			g.of.join = append(g.of.join, i)
			g.column = g.of.join[0]
		}
	case m.File != "":
		if text = c.names[m.File]; text == "" {
			return g, refused(c.in.Name, 0, "", "file-name", fmt.Sprintf("The %s is read from the file name, and %q does not have it.", col.noun, path.Base(c.in.Name)),
				"Name the file as the source names it.")
		}
	case m.Heading && u.column >= 0:
		text = strings.TrimSpace(c.plan.header[u.column])
	case m.Cell && u.column >= 0:
		g.column, fixed = u.column, false
	case m.Column != "" || len(m.Columns) > 0:
		names := append([]string{m.Column}, m.Columns...)
		for i := range names {
			names[i] = strings.ReplaceAll(names[i], "{n}", strconv.Itoa(u.group))
		}
		names = slices.DeleteFunc(names, func(s string) bool { return s == "" })
		if g.column = c.find(names...); g.column < 0 {
			c.missing = append(c.missing, names[0])
		}
		fixed = false
	case m.Heading || m.Cell:
		return g, fmt.Errorf("there is no unfolded column here: %w", stat.ErrInvalid)
	case m.Value == "" && change != nil: // a map or pattern over the column of the field's own name
		if g.column = c.find(col.Name); g.column < 0 {
			c.missing = append(c.missing, col.Name)
		}
		fixed = false
	}
	if m.Split != "" || m.Part != 0 {
		if m.Split == "" || fixed || g.of != nil || m.Part < 0 || m.Part == 0 && u.group == 0 {
			return g, fmt.Errorf("a cell is split with a text between its parts and the number of a part: %w", stat.ErrInvalid)
		}
		g.of = &composed{split: m.Split, part: cmp.Or(m.Part, u.group), last: m.Part == 0 && u.last}
	}
	if fixed {
		if change != nil {
			text = change.apply(text)
		}
		g.fixed = []byte(text)
		return g, nil
	}
	g.change = change
	return g, nil
}

// period makes the period of the mapping, or of one unfolded column or group, ready.
func (c *compiler) period(m stat.PeriodMap, u unfolded) (*span, error) {
	s := &span{as: m.As, separators: []string{m.Separator}}
	if m.Separator == "" {
		s.separators = []string{" - ", " – ", " to ", " through ", "-", "–"}
	}
	if !slices.Contains(periodForms, m.As) {
		return nil, fmt.Errorf("feed %s reads a period as %q, which is not one of %s: %w", c.in.Feed.ID, m.As, strings.Join(periodForms, ", "), stat.ErrInvalid)
	}
	formats := m.Dates
	if len(formats) == 0 {
		formats = c.mapping.Dates
	}
	if m.As == "month" && len(formats) == 0 {
		formats = monthFormats
	}
	var err error
	if s.formats, err = dateFormats(formats); err != nil {
		return nil, err
	}
	if s.getter, err = c.getter(m.FieldMap, column{noun: "period"}, u); err != nil {
		return nil, err
	}
	if s.column >= 0 {
		s.header = c.plan.header[s.column]
		return s, nil
	}
	if u.column >= 0 {
		s.header = c.plan.header[u.column]
	}
	if _, _, ok := s.read(string(s.fixed), c.plan.today); !ok && len(c.missing) == 0 {
		return nil, refused(c.in.Name, 1, s.header, "period", fmt.Sprintf("The period %s cannot be read.", shown(s.fixed)),
			"Write it as the other columns do, or leave the column out in the feed "+c.in.Feed.ID+".")
	}
	return s, nil
}

// wordList writes names for a sentence: "a", "a and b", "a, b and 3 more".
func wordList(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", n)
	}
	switch n := len(quoted); {
	case n == 0:
		return "none"
	case n == 1:
		return quoted[0]
	case n <= 12:
		return strings.Join(quoted[:n-1], ", ") + " and " + quoted[n-1]
	default:
		return strings.Join(quoted[:10], ", ") + fmt.Sprintf(" and %d more", n-10)
	}
}
