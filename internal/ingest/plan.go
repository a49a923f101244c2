package ingest

import (
	"fmt"
	"hash/maphash"
	"strings"

	"tallystick/internal/stat"
)

// plan is a feed and a data set made ready for one export: for each field of the data set, where its text comes
// from and what it must be.
type plan struct {
	file    string
	ds      stat.Dataset
	header  []string
	layout  stat.Layout
	columns []column // as in layout
	value   int      // places in columns, or -1
	status  int
	bound   int
	from    int
	to      int
	date    int
	today   int64
	since   int64 // the day before which no record can be, or math.MinInt64
	keyed   bool
	seed    maphash.Seed // one for all workers: they hash into the same table
}

// column is one field of the data set in a plan.
type column struct {
	stat.LayoutColumn
	field    stat.Field
	noun     string // as sentences name it: the arrest date
	source   int    // column of the export, or -1
	header   string // its header in the export
	required bool
	key      bool
	codes    map[string]int64 // code → place in Dictionary
	min, max int64
}

func newPlan(in Input, ds stat.Dataset, header []string) (*plan, error) {
	p := &plan{file: in.Name, ds: ds, header: header, value: -1, status: -1, bound: -1, from: -1, to: -1, date: -1, seed: maphash.MakeSeed()}
	lists := map[string][]string{}
	for _, f := range ds.Fields {
		if f.Type != stat.FieldCode || ds.Value != "" && (f.Name == ds.Status || f.Name == ds.Bound) {
			continue
		}
		list, ok := in.Definitions.Codelist(f.Codelist)
		if !ok {
			return nil, fmt.Errorf("field %s of data set %s uses code list %q, which is not defined: %w",
				f.Name, ds.ID, f.Codelist, stat.ErrInvalid)
		}
		for _, c := range list.Codes {
			lists[f.Name] = append(lists[f.Name], c.Code)
		}
	}
	p.layout = stat.NewLayout(ds, lists)
	at := map[string]int{}
	for i, h := range header {
		name := strings.TrimSpace(h)
		if _, twice := at[name]; twice && name != "" {
			return nil, refused(in.Name, 1, name, "header-twice", fmt.Sprintf("Two columns are named %q.", name),
				"Give each column its own name.")
		}
		at[name] = i
	}
	var missing []string
	for i, c := range p.layout.Columns {
		col := column{LayoutColumn: c, source: -1, noun: strings.ReplaceAll(c.Name, "_", " ")}
		if f, ok := ds.Field(c.Name); ok {
			col.field = f
			if f.Title != "" {
				col.noun = strings.ToLower(f.Title[:1]) + f.Title[1:]
			}
			col.required = f.Required
			col.header = f.Name
			if h, ok := in.Feed.Columns[f.Name]; ok {
				col.header = h
			}
			if j, ok := at[col.header]; ok {
				col.source = j
			} else if f.Required || in.Feed.Columns[f.Name] != "" {
				missing = append(missing, col.header)
			}
			col.min, col.max = limits(f, ds)
		}
		for _, k := range ds.Key {
			col.key = col.key || k == c.Name
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
	if len(missing) > 0 {
		return nil, refused(in.Name, 1, strings.Join(missing, ", "), "header",
			fmt.Sprintf("The export has no column %s; it has %s.", wordList(missing), wordList(header)),
			"Send the export with these columns, or adapt the feed "+in.Feed.ID+" to the new names.")
	}
	p.keyed = len(ds.Key) > 0
	if !in.Today.IsZero() {
		p.today, _ = days(in.Today.Year, int(in.Today.Month), in.Today.Day)
	}
	if !ds.Since.IsZero() {
		p.since, _ = days(ds.Since.Year, int(ds.Since.Month), ds.Since.Day)
	}
	return p, nil
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
	}
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
