package web

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"tallystick/internal/chart"
	"tallystick/internal/stat"
)

// said is a rule-written sentence in runs of text, each number with the address of what lies behind it.
type said []run

// run is a part of a sentence; Path is empty where it is no number.
type run struct {
	Text   string
	Key    string
	Path   string
	Strong bool
}

func (v *visit) say(s stat.Sentence) said {
	out := make(said, len(s.Parts))
	for i, p := range s.Parts {
		out[i] = run{Text: p.Text, Key: p.Key, Strong: p.Strong}
		if p.Key != "" {
			out[i].Path = v.valuePath(p.Key)
		}
	}
	return out
}

func (v *visit) sayAll(sentences []stat.Sentence) []said {
	out := make([]said, len(sentences))
	for i, s := range sentences {
		out[i] = v.say(s)
	}
	return out
}

// fill is a sentence with runs in its slots, %s, in the language of the answer; an argument is a run or a text.
func (v *visit) fill(text string, args ...any) said {
	marks := make([]any, len(args))
	for i := range args {
		marks[i] = string(rune(firstMark + i))
	}
	var out said
	rest := v.l.T(text, marks...)
	for rest != "" {
		i := strings.IndexFunc(rest, func(r rune) bool { return r >= firstMark && r < rune(firstMark+len(args)) })
		if i < 0 {
			return append(out, run{Text: rest})
		}
		mark, size := utf8.DecodeRuneInString(rest[i:])
		if i > 0 {
			out = append(out, run{Text: rest[:i]})
		}
		switch arg := args[mark-firstMark].(type) {
		case run:
			out = append(out, arg)
		case string:
			out = append(out, run{Text: arg})
		}
		rest = rest[i+size:]
	}
	return out
}

// firstMark is the first of the private characters that hold the place of a run while a sentence is put together.
const firstMark = '\uE000'

// table is a table of an indicator with the place where the passports of its values are.
type table struct {
	chart.Table
	Values string
	Again  bool // its rows stand on the page a second time, so that they carry no names
}

// newTable takes over a table from package chart for reading on a page. The unit goes under each value, because a
// number is read with its unit and a phone has no room for a column of it. Rates get a group of their own, with the
// residents they are made of under each, so that counts can be read down the column.
func (v *visit) newTable(t chart.Table, ind stat.Indicator) table {
	unit := slices.IndexFunc(t.Columns, func(c chart.Column) bool { return c.Title == v.l.T("Unit") })
	if unit < 0 {
		return table{Table: t, Values: v.valuesPath()}
	}
	t.Columns = slices.Delete(slices.Clone(t.Columns), unit, unit+1)
	var groups []chart.Group
	for _, g := range t.Groups {
		counts := chart.Group{Title: g.Title, Sub: g.Sub}
		rates := chart.Group{}
		residents := map[string]string{} // by period
		for _, r := range g.Rows {
			if len(r.Cells) > unit {
				r.Cells = slices.Clone(r.Cells)
				if r.Kind == chart.RowValue {
					r.Cells[1].Sub = r.Cells[unit].Text
				}
				r.Cells = slices.Delete(r.Cells, unit, unit+1)
			}
			rate := rateOf(ind, r.Key)
			switch {
			case rate != nil && r.Kind == chart.RowRate:
				rates.Title, rates.Sub = capital(rate.Label), v.l.T("residents of the same year")
				r.Cells[1].Sub = residents[r.Cells[0].Text]
				r.Cells[0].Sub = ""
				rates.Rows = append(rates.Rows, r)
			case rate != nil && strings.Contains(r.Key, "/"+rate.Population.ID+"/"):
				residents[r.Cells[0].Text] = v.l.T("of %s %s", r.Cells[1].Text, rate.Population.Noun.Many)
			default:
				counts.Rows = append(counts.Rows, r)
			}
		}
		isValue := func(r chart.Row) bool { return r.Kind != chart.RowBreak }
		if slices.ContainsFunc(counts.Rows, isValue) || len(rates.Rows) == 0 {
			groups = append(groups, counts)
		}
		if len(rates.Rows) > 0 {
			groups = append(groups, rates)
		}
	}
	t.Groups = groups
	return table{Table: t, Values: v.valuesPath()}
}

// rateOf is the rate of the panel that a key belongs to, or nil.
func rateOf(ind stat.Indicator, key string) *stat.Rate {
	for _, p := range ind.Panels {
		if strings.HasPrefix(key, ind.ID+"/"+p.ID+"/") {
			return p.Rate
		}
	}
	return nil
}

// valuesPath is where the passports of the release that is read are.
func (v *visit) valuesPath() string {
	if v.pinned {
		return "/releases/" + v.rel.ID() + "/values/"
	}
	return "/values/"
}

func (v *visit) valuePath(key string) string { return v.valuesPath() + escapeKey(key) }

// escapeKey writes the key of an observation as a path, whatever its codes hold.
func escapeKey(key string) string {
	parts := strings.Split(key, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return strings.Join(parts, "/")
}
