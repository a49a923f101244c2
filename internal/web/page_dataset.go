package web

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"tallystick/internal/lang"
	"tallystick/internal/stat"
)

// previewRows is how many records the page of a data set shows.
const previewRows = 20

// datasetsPage lists every data set.
type datasetsPage struct {
	page
	Datasets []datasetEntry
}

// datasetEntry is a data set in brief.
type datasetEntry struct {
	stat.Dataset
	Path    string
	Source  link
	Size    string // 36 records of 17 columns
	Records []download
}

// datasetPage is one data set: what to take, what to know first, its columns, how complete it is, and where it came from.
type datasetPage struct {
	page
	datasetEntry
	Unit       string
	Clock      string
	Protected  bool
	Cautions   []string
	Indicators []datasetFigures
	Columns    []columnLine
	Measured   bool       // the shares of empty cells are known, since the records are handed out
	Preview    [][]string // the first records that are looked for
	Head       []string
	Total      int    // records handed out
	Found      int    // of them, that are looked for
	Where, Is  string // column and text that are looked for; empty for all
	Facets     []facet
	Complete   []completeRow
	Periods    []string
	Key        []statusLine
	Batches    []batchLine
	Feeds      []string
	Citation   string
	Code       []fact
}

// facet is a column of codes with the records that each of its codes has.
type facet struct {
	Name, Title string
	Values      []facetValue
}

type facetValue struct {
	link
	Records int
}

// The largest facet that is listed, and the fields of the form by which the records shown are chosen.
const longestFacet = 12

var datasetParameters = []string{"where", "is"}

// datasetFigures are the files of figures that are counted from a data set.
type datasetFigures struct {
	link
	Files []download
}

// columnLine is one column of a data set.
type columnLine struct {
	Name, Title, About, Type string
	Codes                    string // id of its code list
	Required                 bool
	Public                   bool
	Empty                    string // share of records without a value
	Example                  string
}

// completeRow says for one series and each period whether there is a figure.
type completeRow struct {
	link
	Cells []givenCell
}

// fieldTypes says what each type of a field holds.
func (v *visit) fieldType(t stat.FieldType) string {
	switch t {
	case stat.FieldText:
		return v.l.T("text")
	case stat.FieldCode:
		return v.l.T("code")
	case stat.FieldInteger:
		return v.l.T("whole number")
	case stat.FieldDecimal:
		return v.l.T("number with decimals")
	case stat.FieldDate:
		return v.l.T("date")
	default:
		return string(t)
	}
}

// datasets serves GET /datasets.
func (s *Server) datasets(v *visit) (*representation, error) {
	p := datasetsPage{page: v.frame("Data sets", "Every data set behind the figures, with its columns, its files and what to know first.")}
	for _, ds := range v.defs.Datasets {
		p.Datasets = append(p.Datasets, v.datasetEntry(ds))
	}
	return v.show("datasets", p)
}

func (v *visit) datasetEntry(ds stat.Dataset) datasetEntry {
	e := datasetEntry{Dataset: ds, Path: "/datasets/" + ds.ID, Records: v.records(ds.ID)}
	if src, ok := v.defs.Source(ds.Source); ok {
		e.Source = link{Path: "/sources#" + src.ID, Text: src.Title}
	}
	var records int64
	for _, b := range v.batchesOf(ds.ID) {
		records += b.Records
	}
	e.Size = v.l.T("%s records received, in %s columns", stat.FormatCount(records), stat.FormatCount(int64(len(ds.Fields))))
	return e
}

// batchesOf are the files received for a data set that still count.
func (v *visit) batchesOf(dataset string) []stat.Batch {
	var out []stat.Batch
	for _, b := range v.rel.Manifest().Batches {
		if b.Dataset == dataset && b.Withdrawn.IsZero() {
			out = append(out, b)
		}
	}
	return out
}

// datasetPage serves GET /datasets/:id and its columns as CSV.
func (s *Server) datasetPage(v *visit) (*representation, error) {
	id, asCSV := strings.CutSuffix(v.param("id"), ".csv")
	ds, ok := v.defs.Dataset(id)
	if !ok {
		return nil, fmt.Errorf("data set %q: %w", clip(id), stat.ErrNotFound)
	}
	p := datasetPage{page: v.frame(ds.Title, ds.About), datasetEntry: v.datasetEntry(ds)}
	if err := v.columns(&p, ds); err != nil {
		return nil, err
	}
	if asCSV {
		return v.columnsFile(p)
	}
	p.Unit, p.Clock = v.l.T("differs by record"), v.l.T("differs by record")
	if ds.Unit != "" {
		p.Unit = label(v.defs, "counting-units", ds.Unit)
	}
	if ds.Clock != "" {
		p.Clock = clockWords(v.l, ds.Clock)
	}
	p.Protected = ds.Protection == stat.ProtectionProtected
	p.Cautions = v.datasetCautions(ds)
	for _, ind := range v.defs.Indicators {
		if countsFrom(ind, ds.ID) {
			p.Indicators = append(p.Indicators, datasetFigures{
				link{Path: v.indicatorPath(ind.ID), Text: ind.Title}, v.downloads(ind.ID),
			})
		}
	}
	v.complete(&p, ds)
	for _, b := range v.rel.Manifest().Batches {
		if b.Dataset == ds.ID {
			p.Batches = append(p.Batches, batchLine{Batch: b, Received: stat.DateOf(b.ReceivedAt.UTC()), Balanced: b.Balanced()})
		}
	}
	for _, f := range v.defs.Feeds {
		if f.Dataset == ds.ID {
			p.Feeds = append(p.Feeds, f.Title)
		}
	}
	site := v.defs.Site
	p.Citation = v.l.T("%s %s, “%s”, release %s, %s%s.", site.Name, site.Place, ds.Title, v.rel.ID(), v.base(), v.in(v.rel.ID()))
	p.Code = v.code(p)
	p.Alternates = []link{{Path: p.Path + ".csv", Text: v.l.T("Columns as CSV"), Type: typeOf(".csv")}}
	return v.show("dataset", p)
}

// datasetCautions are what to know before the data set is used, worst first.
func (v *visit) datasetCautions(ds stat.Dataset) []string {
	var out []string
	if ds.Fabricated {
		out = append(out, v.l.T("Fabricated for demonstration."))
	}
	if !ds.ErasedFrom.IsZero() {
		out = append(out, v.l.T("The source has erased old records by law since %s: what is left are survivors.", v.l.Date(ds.ErasedFrom)))
	}
	if ds.Rule != "" {
		out = append(out, ds.Rule)
	}
	for _, c := range ds.RuleChanges {
		text := v.l.T("%s Before: %s Since %s: %s", c.Change, c.Before, v.l.DateAs(c.From, c.Precision), c.After)
		if c.Compares != "" {
			text += " " + v.l.T("Counts before and after compare all the same: %s", c.Compares)
		}
		out = append(out, text)
	}
	if ds.Principal {
		out = append(out, v.l.T("Only the most serious offence of a case is in the count."))
	}
	if ds.Unit == "" {
		out = append(out, v.l.T("The counting unit differs from record to record. Never add records of unlike units."))
	}
	if ds.Geography != "" {
		out = append(out, v.l.T("Place: %s.", ds.Geography))
	}
	return out
}

// columns fills in the columns of a data set and, where its records are handed out, what they hold.
func (v *visit) columns(p *datasetPage, ds stat.Dataset) error {
	var rows [][]string
	if _, err := v.rel.Ref("records/" + ds.ID + ".csv"); err == nil {
		data, _, err := v.rel.File("records/" + ds.ID + ".csv")
		if err != nil {
			return fmt.Errorf("records of %s: %v", ds.ID, err)
		}
		if rows, err = csv.NewReader(bytes.NewReader(data)).ReadAll(); err != nil {
			return fmt.Errorf("records of %s: %v", ds.ID, err)
		}
	}
	if len(rows) > 1 {
		p.Measured, p.Head, p.Total = true, rows[0], len(rows)-1
		if err := v.lookFor(p, rows[1:]); err != nil {
			return err
		}
		v.facets(p, ds, rows[1:])
	} else if len(v.query) > 0 {
		return invalid("The records of this data set are not handed out, so that none can be looked for.")
	}
	for _, f := range ds.Fields {
		c := columnLine{
			Name: f.Name, Title: f.Title, About: f.About, Type: v.fieldType(f.Type), Codes: f.Codelist, Required: f.Required,
		}
		if at := slices.Index(p.Head, f.Name); at >= 0 {
			c.Public = true
			empty := 0
			for _, r := range rows[1:] {
				switch {
				case r[at] == "":
					empty++
				case c.Example == "":
					c.Example = r[at]
				}
			}
			c.Empty = stat.FormatNumber(100*float64(empty)/float64(len(rows)-1), 0) + " %"
		}
		p.Columns = append(p.Columns, c)
	}
	return nil
}

// lookFor takes the first of the records whose cell in the column asked for is the text asked for; of all, if none is.
func (v *visit) lookFor(p *datasetPage, records [][]string) error {
	p.Where, p.Is = v.query.Get("where"), v.query.Get("is")
	at := slices.Index(p.Head, p.Where)
	switch {
	case p.Where == "" && p.Is != "":
		return problem{kind: stat.ErrInvalid, text: lang.Key("Say in which column the text is to be looked for."), parameter: "where", allowed: p.Head}
	case p.Where != "" && at < 0:
		return problem{kind: stat.ErrInvalid, text: lang.Key("“%s” is not a column of these records."), args: []any{clip(p.Where)},
			parameter: "where", allowed: p.Head}
	}
	for _, r := range records {
		if at >= 0 && r[at] != p.Is {
			continue
		}
		if p.Found++; p.Found <= previewRows {
			p.Preview = append(p.Preview, r)
		}
	}
	return nil
}

// facets lists the columns of codes that hold few of them, with how many records have each.
func (v *visit) facets(p *datasetPage, ds stat.Dataset, records [][]string) {
	for _, f := range ds.Fields {
		at := slices.Index(p.Head, f.Name)
		if at < 0 || f.Type != stat.FieldCode {
			continue
		}
		count := map[string]int{}
		for _, r := range records {
			count[r[at]]++
		}
		if len(count) < 2 || len(count) > longestFacet {
			continue
		}
		column := facet{Name: f.Name, Title: f.Title}
		for _, code := range slices.Sorted(maps.Keys(count)) {
			if code == "" {
				continue
			}
			to := url.URL{Path: p.Path, RawQuery: url.Values{"where": {f.Name}, "is": {code}}.Encode(), Fragment: "preview"}
			column.Values = append(column.Values, facetValue{
				link{Path: to.String(), Text: label(v.defs, f.Codelist, code), Current: p.Where == f.Name && p.Is == code}, count[code],
			})
		}
		p.Facets = append(p.Facets, column)
	}
}

// columnsFile is the table of the columns for programs.
func (v *visit) columnsFile(p datasetPage) (*representation, error) {
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	out.UseCRLF = true
	rows := [][]string{{"name", "title", "about", "type", "codelist", "required", "share_empty", "example"}}
	for i, f := range p.Fields {
		c := p.Columns[i]
		rows = append(rows, []string{f.Name, f.Title, f.About, string(f.Type), f.Codelist, fmt.Sprint(f.Required), c.Empty, c.Example})
	}
	if err := out.WriteAll(rows); err != nil {
		return nil, err
	}
	return v.madeFile(b.Bytes(), "columns-"+p.ID+"-"+v.rel.ID()+".csv"), nil
}

// complete says for each series that is counted from the data set, and each period, whether there is a figure.
func (v *visit) complete(p *datasetPage, ds stat.Dataset) {
	type row struct {
		link
		obs map[string]stat.Observation
	}
	var rows []row
	var periods []stat.Period
	labels := map[string]string{}
	for _, ind := range v.defs.Indicators {
		for _, panel := range ind.Panels {
			for _, s := range panel.Series {
				if s.Dataset != ds.ID {
					continue
				}
				r := row{link: link{Path: v.indicatorPath(ind.ID), Text: panel.Title + ": " + s.Label}, obs: map[string]stat.Observation{}}
				for _, o := range v.rel.Observations(ind.ID) {
					if o.Panel != panel.ID || o.Series != s.ID || len(o.Codes) > 0 || o.Kind != stat.KindCount || o.Ordinal > 0 {
						continue
					}
					key := o.Period.Key()
					if r.obs[key] = o; labels[key] == "" {
						labels[key] = v.l.Period(o.Period, panel.Clock)
						periods = append(periods, o.Period)
					}
				}
				if len(r.obs) > 0 {
					rows = append(rows, r)
				}
			}
		}
	}
	slices.SortFunc(periods, stat.Period.Compare)
	for _, q := range periods {
		p.Periods = append(p.Periods, labels[q.Key()])
	}
	seen := map[string]bool{}
	for _, r := range rows {
		line := completeRow{link: r.link}
		for _, q := range periods {
			cell := givenCell{}
			if o, ok := r.obs[q.Key()]; ok {
				cell = given(v.l, o)
				cell.Path = v.valuePath(o.Key())
				if !seen[cell.Letter] {
					seen[cell.Letter] = true
					p.Key = append(p.Key, statusLine{Symbol: cell.Letter, Words: cell.Words, Meaning: cell.Class})
				}
			}
			line.Cells = append(line.Cells, cell)
		}
		p.Complete = append(p.Complete, line)
	}
}

// code is how programs read the first file that the page offers.
func (v *visit) code(p datasetPage) []fact {
	at := ""
	switch {
	case len(p.Records) > 0:
		at = p.Records[0].Path
	case len(p.Indicators) > 0 && len(p.Indicators[0].Files) > 0:
		at = "/releases/" + v.rel.ID() + strings.TrimPrefix(p.Indicators[0].Files[0].Path, "/releases/"+v.rel.ID())
	default:
		return nil
	}
	return codeFor(v.base() + at)
}

// codeFor is how programs read the table at an address, every cell as text: an identifier keeps its zeros, and a cell
// without a value is not taken for a number.
func codeFor(at string) []fact {
	return []fact{
		{"curl", "curl -sO " + at},
		{"R", `d <- read.csv("` + at + `", colClasses = "character")`},
		{"Python", `d = pandas.read_csv("` + at + `", dtype=str, keep_default_na=False)`},
		{"DuckDB", "SELECT * FROM read_csv('" + at + "', all_varchar = true);"},
		{"Stata", `import delimited "` + at + `", stringcols(_all) clear`},
		{"Excel", `= Csv.Document(Web.Contents("` + at + `"), [Delimiter = ",", Encoding = 65001, QuoteStyle = QuoteStyle.Csv])`},
	}
}
