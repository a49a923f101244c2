package export

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"tallystick/internal/stat"
)

// The workbook follows the guidance of the UK Government Analysis Function on releasing statistics in
// spreadsheets: a cover, contents and notes, then one table a sheet, marked as a table, without merged or empty
// cells, symbols explained above it. https://analysisfunction.civilservice.gov.uk/policy-store/
// releasing-statistics-in-spreadsheets/

// block is one table of the workbook: one panel, not broken down or by the same dimensions.
type block struct {
	panel        stat.Panel
	dimensions   []string
	observations []stat.Observation
}

// blocks splits the observations into tables: the panels in the order of the definition, the totals of each
// before what is broken down.
func (s Sheet) blocks() []block {
	var list []block
	for _, o := range s.Observations {
		dims := dimensions([]stat.Observation{o})
		i := slices.IndexFunc(list, func(b block) bool { return b.panel.ID == o.Panel && slices.Equal(b.dimensions, dims) })
		if i < 0 {
			p := s.panel(o)
			p.ID = o.Panel
			list = append(list, block{panel: p, dimensions: dims})
			i = len(list) - 1
		}
		list[i].observations = append(list[i].observations, o)
	}
	place := func(b block) int {
		return slices.IndexFunc(s.Indicator.Panels, func(p stat.Panel) bool { return p.ID == b.panel.ID })
	}
	slices.SortStableFunc(list, func(a, b block) int {
		if place(a) != place(b) {
			return place(a) - place(b)
		}
		return len(a.dimensions) - len(b.dimensions)
	})
	return list
}

// title names a table, with what it counts.
func (s Sheet) title(b block) string {
	parts := []string{s.Indicator.Title}
	if b.panel.Title != "" && len(s.Indicator.Panels) > 1 {
		parts = append(parts, b.panel.Title)
	}
	if len(b.dimensions) > 0 {
		var names []string
		for _, d := range b.dimensions {
			names = append(names, strings.ToLower(s.dimensionTitle(b, d)))
		}
		parts = append(parts, "by "+strings.Join(names, " and "))
	}
	return strings.Join(parts, ": ")
}

// dimensionTitle is the heading of a dimension: the field's title, or its name in words.
func (s Sheet) dimensionTitle(b block, dimension string) string {
	for _, o := range b.observations {
		if _, series, ok := s.series(o); ok {
			d, _ := s.Definitions.Dataset(series.Dataset)
			if f, ok := d.Field(dimension); ok && f.Title != "" {
				return f.Title
			}
		}
	}
	text := strings.ReplaceAll(dimension, "_", " ")
	return strings.ToUpper(text[:1]) + text[1:]
}

// book is the workbook while it is written.
type book struct {
	file                           *excelize.File
	heading, text, header, numbers int            // styles
	decimals                       map[int]int    // styles of numbers by their decimals
	err                            error          // the first error; later calls do nothing
	row                            map[string]int // next row of each sheet
}

func newBook() (*book, error) {
	b := &book{file: excelize.NewFile(), decimals: map[int]int{}, row: map[string]int{}}
	wrap := &excelize.Alignment{WrapText: true, Vertical: "top"}
	b.heading = b.style(&excelize.Style{Font: &excelize.Font{Bold: true, Size: 14}, Alignment: wrap})
	b.text = b.style(&excelize.Style{Alignment: wrap})
	b.header = b.style(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: wrap})
	grouped := "#,##0"
	b.numbers = b.style(&excelize.Style{Alignment: &excelize.Alignment{Vertical: "top"}, CustomNumFmt: &grouped})
	return b, b.err
}

func (b *book) style(s *excelize.Style) int {
	if b.err != nil {
		return 0
	}
	var id int
	id, b.err = b.file.NewStyle(s)
	return id
}

// fraction is the style of numbers with so many decimals.
func (b *book) fraction(decimals int) int {
	if decimals == 0 {
		return b.numbers
	}
	if _, ok := b.decimals[decimals]; !ok {
		format := "#,##0." + strings.Repeat("0", decimals)
		b.decimals[decimals] = b.style(&excelize.Style{Alignment: &excelize.Alignment{Vertical: "top"}, CustomNumFmt: &format})
	}
	return b.decimals[decimals]
}

// set writes a text or a number into a cell. Text is always a string cell, so that one beginning with = is
// never a formula.
func (b *book) set(sheet string, column, row, style int, v any) {
	if b.err != nil {
		return
	}
	cell, err := excelize.CoordinatesToCellName(column, row)
	if err == nil {
		switch v := v.(type) {
		case string:
			err = b.file.SetCellStr(sheet, cell, v)
		case float64:
			err = b.file.SetCellFloat(sheet, cell, v, -1, 64)
		default:
			err = fmt.Errorf("cell %s holds a %T", cell, v)
		}
	}
	if err == nil {
		err = b.file.SetCellStyle(sheet, cell, cell, style)
	}
	b.err = err
}

// line writes one row of text cells at the end of a sheet.
func (b *book) line(sheet string, style int, cells ...string) {
	b.row[sheet]++
	for i, text := range cells {
		b.set(sheet, i+1, b.row[sheet], style, text)
	}
}

// sheet adds a sheet whose columns have the widths.
func (b *book) sheet(name string, widths ...float64) {
	if b.err != nil {
		return
	}
	if _, b.err = b.file.NewSheet(name); b.err != nil {
		return
	}
	for i, width := range widths {
		column, err := excelize.ColumnNumberToName(i + 1)
		if err == nil {
			err = b.file.SetColWidth(name, column, column, width)
		}
		if err != nil {
			b.err = err
			return
		}
	}
}

func writeXLSX(w io.Writer, s Sheet) error {
	b, err := newBook()
	if err != nil {
		return err
	}
	defer b.file.Close()
	b.cover(s)
	blocks := s.blocks()
	b.contents(s, blocks)
	b.notes(s)
	for i, block := range blocks {
		b.table(s, block, tableName(i))
	}
	if b.err != nil {
		return b.err
	}
	if err := b.file.DeleteSheet("Sheet1"); err != nil {
		return err
	}
	b.file.SetActiveSheet(0)
	at := s.PublishedAt.UTC().Format(time.RFC3339)
	err = b.file.SetDocProps(&excelize.DocProperties{
		Title: s.Indicator.Title, Subject: s.Indicator.Question, Creator: s.Definitions.Site.Publisher,
		Description: "Release " + s.Release, Language: "en-US", Created: at, Modified: at, LastModifiedBy: s.Definitions.Site.Name,
	})
	if err != nil {
		return err
	}
	return b.file.Write(w)
}

func tableName(i int) string { return fmt.Sprintf("Table_%d", i+1) }

func (b *book) cover(s Sheet) {
	const name = "Cover"
	b.sheet(name, 90)
	b.line(name, b.heading, s.Indicator.Title)
	if s.anyFabricated() {
		b.line(name, b.header, Fabricated)
	}
	b.line(name, b.text, s.Indicator.Question)
	if text := s.answerText(); text != "" {
		b.line(name, b.text, text)
	}
	site := s.Definitions.Site
	for _, pair := range [][2]string{
		{"Publisher", site.Publisher},
		{"Release", s.Release + ", published " + s.PublishedAt.UTC().Format("2 January 2006, 15:04 UTC")},
		{"Address", strings.TrimSuffix(site.Address, "/") + "/releases/" + s.Release + "/indicators/" + s.Indicator.ID},
		{"Contact", site.Contact},
		{"Licence", site.Licence},
	} {
		if pair[1] != "" {
			b.line(name, b.text, pair[0]+": "+pair[1])
		}
	}
}

func (b *book) contents(s Sheet, blocks []block) {
	const name = "Contents"
	b.sheet(name, 14, 90)
	b.line(name, b.heading, "Contents")
	b.line(name, b.text, "This worksheet contains one table.")
	top := b.row[name] + 1
	b.line(name, b.header, "Worksheet", "What it holds")
	b.line(name, b.text, "Cover", "What this file is, from whom and of what date")
	b.line(name, b.text, "Notes", "What to know before quoting a figure, and the sources")
	for i, block := range blocks {
		b.line(name, b.text, tableName(i), s.title(block))
	}
	for row := top + 1; row <= b.row[name] && b.err == nil; row++ {
		cell := fmt.Sprintf("A%d", row)
		var to string
		if to, b.err = b.file.GetCellValue(name, cell); b.err == nil {
			b.err = b.file.SetCellHyperLink(name, cell, "'"+to+"'!A1", "Location")
		}
	}
	b.mark(name, "contents", top, 2)
}

func (b *book) notes(s Sheet) {
	const name = "Notes"
	b.sheet(name, 14, 90)
	b.line(name, b.heading, "Notes")
	b.line(name, b.text, "This worksheet contains one table.")
	top := b.row[name] + 1
	b.line(name, b.header, "Note", "Text")
	number := 0
	note := func(text string) {
		if text != "" {
			number++
			b.line(name, b.text, fmt.Sprintf("Note %d", number), text)
		}
	}
	if s.anyFabricated() {
		note(Fabricated)
	}
	note(s.Indicator.About)
	cautions := s.Answer.Cautions
	if len(cautions) == 0 {
		cautions = s.Indicator.Notes
	}
	for _, text := range cautions {
		note(text)
	}
	for _, source := range s.sources() {
		note(fmt.Sprintf("Source: %s, %s. %s %s", source.Title, source.Publisher, source.Address, source.Licence))
	}
	b.mark(name, "notes", top, 2)
}

// table writes one sheet: title, how many tables, the key of symbols, notes, and the table itself.
func (b *book) table(s Sheet, t block, name string) {
	widths := []float64{22, 12, 12, 28}
	for range t.dimensions {
		widths = append(widths, 24)
	}
	b.sheet(name, append(widths, 12, 20, 12, 12, 12, 14, 24, 12, 12, 18, 40, 50, 50)...)
	b.line(name, b.heading, s.title(t))
	b.line(name, b.text, "This worksheet contains one table.")
	if slices.ContainsFunc(t.observations, s.fabricated) {
		b.line(name, b.header, Fabricated)
	}
	for _, symbol := range symbols(t.observations) {
		b.line(name, b.text, symbol)
	}
	for _, text := range []string{t.panel.Note, t.panel.Why} {
		if text != "" {
			b.line(name, b.text, text)
		}
	}
	b.line(name, b.text, "Source: release "+s.Release+" of "+s.Definitions.Site.Name+". The limits are exact 95 % confidence limits.")
	top := b.row[name] + 1
	header := []string{"Period", "From", "To", "Series"}
	for _, d := range t.dimensions {
		header = append(header, s.dimensionTitle(t, d))
	}
	header = unique(append(header, "Value", "Status", "Bound", "Lower limit", "Upper limit", "Clock", "Unit", "Reporters",
		"Expected", "Marks", "Break before or inside", "Note", "Source", "Address"))
	b.line(name, b.header, header...)
	for _, o := range t.observations {
		b.row[name]++
		b.observation(s, t, o, name)
	}
	b.mark(name, strings.ReplaceAll(s.Indicator.ID, "-", "_")+"_"+strings.ToLower(name), top, len(header))
}

// observation writes one row. No cell stays empty: what does not apply has a word or the symbol [z].
func (b *book) observation(s Sheet, t block, o stat.Observation, name string) {
	column := 0
	put := func(style int, v any) {
		if v == "" {
			v = "[z]"
		}
		column++
		b.set(name, column, b.row[name], style, v)
	}
	p := s.panel(o)
	decimals := 0
	switch {
	case o.Kind == stat.KindRatio && p.Ratio != nil:
		decimals = p.Ratio.Decimals
	case o.Kind == stat.KindRate && p.Rate != nil:
		decimals = p.Rate.Decimals
	}
	from := o.Period.From.String()
	if from == "" {
		from = "[x]"
	}
	put(b.text, o.Period.Label(s.clock(o)))
	put(b.text, from)
	put(b.text, o.Period.To.String())
	put(b.text, s.label(o))
	for _, d := range t.dimensions {
		put(b.text, s.codelist(o, d).Label(o.Code(d)))
	}
	if o.Status == stat.StatusReported {
		put(b.fraction(decimals), o.Value)
	} else {
		put(b.text, o.Status.Symbol())
	}
	put(b.text, o.Status.Words())
	put(b.text, strings.ReplaceAll(string(o.Bound), "-", " "))
	if o.Interval != nil {
		put(b.fraction(max(1, decimals)), o.Interval.Lower)
		put(b.fraction(max(1, decimals)), o.Interval.Upper)
	} else {
		put(b.text, "")
		put(b.text, "")
	}
	put(b.text, strings.ReplaceAll(string(s.clock(o)), "-", " "))
	put(b.text, s.unit(o.Unit))
	put(b.text, reporters(o, o.Coverage.Reported))
	put(b.text, reporters(o, o.Coverage.Expected))
	put(b.text, strings.ReplaceAll(words(o.Marks), " ", ", "))
	put(b.text, s.breaks[o.Key()])
	put(b.text, o.Note)
	put(b.text, joined(o.Citations, func(c stat.Citation) string {
		return strings.Join(slices.DeleteFunc([]string{c.Title, c.Publisher, c.Year, c.Locator},
			func(part string) bool { return part == "" }), ", ")
	}))
	put(b.text, joined(o.Citations, func(c stat.Citation) string { return c.Address }))
}

// mark makes the rows from top to the end of the sheet an Excel table.
func (b *book) mark(sheet, name string, top, columns int) {
	if b.err != nil {
		return
	}
	last, err := excelize.CoordinatesToCellName(columns, b.row[sheet])
	if err != nil {
		b.err = err
		return
	}
	b.err = b.file.AddTable(sheet, &excelize.Table{
		Range: fmt.Sprintf("A%d:%s", top, last), Name: name, StyleName: "TableStyleLight1",
	})
}

// symbols explains the symbols that a table uses.
func symbols(obs []stat.Observation) []string {
	list := []string{"[z]: does not apply"}
	add := func(text string) {
		if !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	for _, o := range obs {
		if symbol := o.Status.Symbol(); symbol != "" && symbol != "[z]" && symbol != "[x]" {
			add(symbol + ": " + o.Status.Words())
		}
		if o.Status.Symbol() == "[x]" || o.Period.From.IsZero() {
			add("[x]: not available; the column Status says why")
		}
	}
	slices.Sort(list)
	return list
}

// unique keeps the headings of a table apart, as Excel demands.
func unique(headings []string) []string {
	seen := map[string]int{}
	for i, h := range headings {
		key := strings.ToLower(h)
		seen[key]++
		if seen[key] > 1 {
			headings[i] = fmt.Sprintf("%s (%d)", h, seen[key])
		}
	}
	return headings
}
