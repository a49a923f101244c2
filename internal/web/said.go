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

// cautions are what to know before quoting. Numbers that the rules wrote lead to their figures; so do those that the
// author of a note bound to figures, and, in releases whose cautions are plain text, those of the pairings.
func (v *visit) cautions(answer stat.Answer, quoted []stat.Quoted) []said {
	out := v.quote(answer.Cautions, quoted)
	for i, s := range answer.Told {
		keyed := slices.ContainsFunc(s.Parts, func(p stat.Part) bool { return p.Key != "" })
		if keyed && i < len(out) {
			out[i] = v.say(s)
		}
	}
	return out
}

// quote makes the numbers in texts that are bound to figures lead to them.
func (v *visit) quote(texts []string, quoted []stat.Quoted) []said {
	out := make([]said, len(texts))
	for i, text := range texts {
		for text != "" {
			at, which := len(text), -1
			for k, q := range quoted {
				if j := wholeNumber(text, q.Says); j >= 0 && j < at {
					at, which = j, k
				}
			}
			if which < 0 {
				out[i] = append(out[i], run{Text: text})
				break
			}
			q := quoted[which]
			end := at + len(q.Says)
			at = end - len(q.Number())
			if at > 0 {
				out[i] = append(out[i], run{Text: text[:at]})
			}
			out[i] = append(out[i], run{Text: q.Number(), Key: q.Figure, Path: v.valuePath(q.Figure)})
			text = text[end:]
		}
	}
	return out
}

// wholeNumber is where words that end in a number stand in a text, and the number is no part of a longer one; -1 where
// they do not.
func wholeNumber(text, number string) int {
	for from := 0; ; {
		i := strings.Index(text[from:], number)
		if i < 0 {
			return -1
		}
		i += from
		before, after := text[:i], text[i+len(number):]
		digit := func(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }
		if !strings.HasSuffix(before, ",") && !strings.HasSuffix(before, ".") && !digit(before[max(0, len(before)-1):]) && !digit(after) &&
			!(len(after) > 1 && (after[0] == ',' || after[0] == '.') && digit(after[1:])) {
			return i
		}
		from = i + 1
	}
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
	Made   map[string]said // by key of a rate: of how many residents, with the way to their passport
	Again  bool            // its rows stand on the page a second time, so that they carry no names
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
	made := map[string]said{}
	for _, g := range t.Groups {
		counts := chart.Group{Title: g.Title, Sub: g.Sub}
		rates := chart.Group{}
		residents := map[string]said{} // by period
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
				made[r.Key] = residents[r.Cells[0].Text]
				r.Cells[0].Sub, r.Cells[1].Sub = "", ""
				rates.Rows = append(rates.Rows, r)
			case rate != nil && strings.Contains(r.Key, "/"+rate.Population.ID+"/"):
				people := run{Text: r.Cells[1].Text, Key: r.Key, Path: v.valuePath(r.Key)}
				residents[r.Cells[0].Text] = v.fill("of %s %s", people, rate.Population.Noun.Many)
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
	return table{Table: t, Values: v.valuesPath(), Made: made}
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
