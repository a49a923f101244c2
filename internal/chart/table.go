package chart

import (
	"cmp"
	"slices"
	"strings"

	"tallystick/internal/lang"
	"tallystick/internal/stat"
)

// Table holds the same values as a figure, and what a figure cannot show: limits, status, unit and source of each.
type Table struct {
	ID      string // of the indicator, and of the breakdown if there is one
	Caption string
	Columns []Column
	Groups  []Group
	Symbols []Symbol // the symbols that stand in its cells, with their meaning
}

// Column is the head of a column.
type Column struct {
	Title   string
	Numeric bool
}

// Group is the rows of one panel, or of one code of a breakdown.
type Group struct {
	Title string
	Sub   string // counting unit and clock
	Rows  []Row
}

// RowKind says what a row holds.
type RowKind string

// The kinds of row.
const (
	RowValue RowKind = "value"
	RowBreak RowKind = "break" // a date across which values do not compare; its words are in the second cell
	RowRatio RowKind = "ratio"
	RowRate  RowKind = "rate"
)

// Row is one value, or one break between values.
type Row struct {
	Kind  RowKind
	Key   string // key of the observation; empty for a break
	Marks []stat.Mark
	Cells []Cell
}

// Cell is one cell of a row.
type Cell struct {
	Text   string
	Sub    string // a quieter second line
	Header bool   // the cell names its row
	Status stat.Status
	Symbol string // stands instead of a value, as [c]; empty where there is one
	Names  bool   // the text is names, which are in English in every language
}

// Symbol is a symbol with its meaning.
type Symbol struct {
	Symbol  string
	Meaning string
}

// columnsIn are the heads of the columns in a language.
func columnsIn(l lang.Language) []Column {
	return []Column{{Title: l.T("Period")}, {Title: l.T("Value"), Numeric: true}, {Title: l.T("95 % limits"), Numeric: true},
		{Title: l.T("Status")}, {Title: l.T("Unit")}, {Title: l.T("Source")}}
}

// NewTable gives the tables of an indicator: first the totals, a group for each panel; then, for each panel that has
// them, the sums over the same reporters of two periods, a group for each pair (SameReporters tells them by their ID);
// then one table for each breakdown that has observations, a group for each code.
func NewTable(ind stat.Indicator, obs []stat.Observation, defs stat.Definitions) []Table {
	l, _ := lang.Of(defs.Language)
	columns := columnsIn(l)
	total := Table{ID: ind.ID, Caption: ind.Title, Columns: columns}
	for _, p := range ind.Panels {
		found := filter(obs, func(o stat.Observation) bool { return o.Panel == p.ID && len(o.Codes) == 0 })
		if len(found) > 0 {
			total.Groups = append(total.Groups, Group{Title: p.Title, Sub: unitAndClock(l, p, defs), Rows: rowsOfTable(p, found,
				defs)})
		}
	}
	total.Symbols = symbolsIn(l, total.Groups)
	tables := []Table{total}
	for _, p := range ind.Panels {
		if t := sameReporters(l, ind, p, obs, defs); len(t.Groups) > 0 {
			tables = append(tables, t)
		}
	}
	for _, p := range ind.Panels {
		for _, b := range p.Breakdowns {
			b.By = b.Dimension()
			t := Table{ID: ind.ID + "-" + b.ID, Caption: b.Title, Columns: columns, Groups: byCode(l, p, b, obs, defs)}
			t.Symbols = symbolsIn(l, t.Groups)
			if len(t.Groups) > 0 {
				tables = append(tables, t)
			}
		}
	}
	return tables
}

// SameReporters is what the ID of a table of sums over the same reporters ends in.
const SameReporters = "-same-reporters"

// sameReporters gives the table of the sums over the same reporters of two periods, the pair with the latest period last.
func sameReporters(l lang.Language, ind stat.Indicator, p stat.Panel, obs []stat.Observation, defs stat.Definitions) Table {
	t := Table{ID: ind.ID + "-" + p.ID + SameReporters, Columns: columnsIn(l)}
	found := filter(obs, func(o stat.Observation) bool { return o.Panel == p.ID && o.Kind == stat.KindLike })
	slices.SortStableFunc(found, func(a, b stat.Observation) int { return a.Period.Compare(b.Period) })
	for i, later := range found {
		for _, earlier := range found[:i] {
			if earlier.Series != later.Series || earlier.Code(stat.SameReporters) != later.Code(stat.SameReporters) {
				continue
			}
			noun := later.Coverage.Noun
			t.Caption = l.T("%s: only the %s that reported for both periods", p.Title, noun)
			t.Groups = append(t.Groups, Group{
				Title: l.T("%s and %s", l.Period(earlier.Period, p.Clock), l.Period(later.Period, p.Clock)),
				Sub:   stat.FormatCount(int64(later.Coverage.Reported)) + " " + noun,
				Rows:  []Row{valueRow(l, p, earlier, defs), valueRow(l, p, later, defs)}})
		}
	}
	t.Symbols = symbolsIn(l, t.Groups)
	return t
}

// byCode gives a group for each code of a breakdown, in the order of its code list.
func byCode(l lang.Language, p stat.Panel, b stat.Breakdown, obs []stat.Observation, defs stat.Definitions) []Group {
	var codes []string
	for _, o := range obs {
		if code := o.Code(b.By); o.Panel == p.ID && len(o.Codes) == 1 && code != "" && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	list := codelistOf(p, b.By, defs)
	place := map[string]int{}
	for i, c := range list.Codes {
		place[c.Code] = i + 1
	}
	slices.SortFunc(codes, func(x, y string) int {
		if d := place[x] - place[y]; d != 0 {
			return d
		}
		return strings.Compare(x, y)
	})
	var groups []Group
	for _, code := range codes {
		found := filter(obs, func(o stat.Observation) bool {
			return o.Panel == p.ID && len(o.Codes) == 1 && o.Code(b.By) == code
		})
		groups = append(groups, Group{Title: list.Label(code), Sub: unitAndClock(l, p, defs), Rows: rowsOfTable(p, found, defs)})
	}
	return groups
}

// codelistOf finds the code list of a dimension of a panel's data sets.
func codelistOf(p stat.Panel, dimension string, defs stat.Definitions) stat.Codelist {
	for _, s := range p.Series {
		if list, ok := defs.Codelist(defs.DimensionList(s.Dataset, dimension)); ok {
			return list
		}
	}
	return stat.Codelist{}
}

// rowsOfTable gives the rows of one group by period: the counts in the order of the series, then what is made of
// them, and a row for every break between two periods.
func rowsOfTable(p stat.Panel, obs []stat.Observation, defs stat.Definitions) []Row {
	order := map[string]int{"ratio": len(p.Series), "rate": len(p.Series) + 1}
	for i, s := range p.Series {
		order[s.ID] = i
	}
	obs = slices.Clone(obs)
	slices.SortStableFunc(obs, func(a, b stat.Observation) int {
		if c := a.Period.Compare(b.Period); c != 0 {
			return c
		}
		if d := order[a.Series] - order[b.Series]; d != 0 {
			return d
		}
		return a.Ordinal - b.Ordinal
	})
	l, _ := lang.Of(defs.Language)
	breaks := breaksOf(p, obs, defs)
	var rows []Row
	for _, o := range obs {
		for len(breaks) > 0 && breaks[0].Date.Compare(o.Period.To) <= 0 {
			rows = append(rows, breakRow(l, breaks[0]))
			breaks = breaks[1:]
		}
		rows = append(rows, valueRow(l, p, o, defs))
	}
	return rows
}

// breaksOf gives the breaks of all series of a panel, by date.
func breaksOf(p stat.Panel, obs []stat.Observation, defs stat.Definitions) []stat.Break {
	var breaks []stat.Break
	for _, s := range p.Series {
		found := filter(obs, func(o stat.Observation) bool { return o.Series == s.ID })
		breaks = append(breaks, stat.BreaksOf(s, found, defs)...)
	}
	return stat.SortBreaks(breaks)
}

func breakRow(l lang.Language, b stat.Break) Row {
	return Row{Kind: RowBreak, Cells: []Cell{{Text: l.Date(b.Date), Header: true}, {Text: breakWords(l, b), Sub: b.Act}}}
}

// breakWords says why figures before and after a break do not compare, or at least that they do not.
func breakWords(l lang.Language, b stat.Break) string {
	return cmp.Or(b.Text, l.T("Figures before and after do not compare."))
}

func valueRow(l lang.Language, p stat.Panel, o stat.Observation, defs stat.Definitions) Row {
	row := Row{Kind: RowValue, Key: o.Key(), Marks: o.Marks}
	decimals, what, unit := 0, "", unitLabel(o.Unit, defs)
	for _, s := range p.Series {
		if s.ID == o.Series && len(p.Series) > 1 {
			what = s.Label
		}
	}
	switch {
	case o.Kind == stat.KindRatio && p.Ratio != nil:
		row.Kind, decimals, what, unit = RowRatio, p.Ratio.Decimals, p.Ratio.Label, l.T("ratio")
	case o.Kind == stat.KindRate && p.Rate != nil:
		row.Kind, decimals, what, unit = RowRate, p.Rate.Decimals, p.Rate.Label, l.T("rate")
	}
	value := Cell{Status: o.Status}
	if o.Status == stat.StatusReported {
		value.Text = l.T(o.Bound.Words())
		if value.Text != "" {
			value.Text += " "
		}
		value.Text += stat.FormatNumber(o.Value, decimals)
	} else {
		value.Symbol = o.Status.Symbol()
		value.Text = value.Symbol
	}
	interval := Cell{}
	if o.Interval != nil && o.Status == stat.StatusReported {
		if row.Kind == RowValue {
			decimals = intervalDecimals(o)
		}
		interval.Text = l.Limits(*o.Interval, decimals)
	}
	if o.Interval != nil && o.Interval.Method == stat.MethodStated {
		interval.Text = l.T("the source says") + " " + l.Limits(*o.Interval, 0)
	}
	status := []string{l.T(o.Status.Words())}
	for _, m := range o.Marks {
		if symbol := m.Symbol(); symbol != "" {
			status = append(status, symbol)
		} else {
			status = append(status, l.T(m.Words()))
		}
	}
	var publishers []string
	for _, c := range o.Citations {
		publishers = appendNew(publishers, c.Publisher)
	}
	row.Cells = []Cell{{Text: l.Period(o.Period, p.Clock), Sub: what, Header: true}, value, interval,
		{Text: strings.Join(status, ", "), Sub: l.Remark(defs, o.Note)}, {Text: unit}, {Text: strings.Join(publishers, "; "), Names: true}}
	return row
}

func symbolsIn(l lang.Language, groups []Group) []Symbol {
	var out []Symbol
	for _, status := range stat.Statuses {
		if status.Symbol() == "" {
			continue
		}
		used := slices.ContainsFunc(groups, func(g Group) bool {
			return slices.ContainsFunc(g.Rows, func(r Row) bool {
				return r.Kind != RowBreak && r.Cells[1].Status == status
			})
		})
		if !used {
			continue
		}
		if n := len(out); n > 0 && out[n-1].Symbol == status.Symbol() {
			out[n-1].Meaning += l.T(" or ") + l.T(status.Words())
			continue
		}
		out = append(out, Symbol{status.Symbol(), l.T(status.Words())})
	}
	for _, m := range stat.Marks {
		if slices.ContainsFunc(groups, func(g Group) bool {
			return slices.ContainsFunc(g.Rows, func(r Row) bool { return slices.Contains(r.Marks, m) })
		}) {
			out = append(out, Symbol{m.Symbol(), l.T(m.Words())})
		}
	}
	return out
}

// unitLabel gives a counting unit as it stands beside many: arrests.
func unitLabel(code string, defs stat.Definitions) string {
	list, _ := defs.Codelist("counting-units")
	for _, c := range list.Codes {
		if c.Code == code && c.Plural != "" {
			return c.Plural
		}
	}
	return list.Label(code)
}

var clockWords = map[stat.Clock]string{stat.ClockCalendar: lang.Key("calendar years"),
	stat.ClockFederalFiscal: lang.Key("federal fiscal years, to 30 September"),
	stat.ClockStateFiscal:   lang.Key("state fiscal years, to 30 June"),
	stat.ClockToReport:      lang.Key("twelve months to each report"),
	stat.ClockStated:        lang.Key("periods as the sources state them"),
	stat.ClockOnDay:         lang.Key("on the last day of each year")}

func unitAndClock(l lang.Language, p stat.Panel, defs stat.Definitions) string {
	parts := []string{}
	if unit := unitLabel(p.Unit, defs); unit != "" {
		parts = append(parts, unit)
	}
	if words := clockWords[p.Clock]; words != "" {
		parts = append(parts, l.T(words))
	}
	return strings.Join(parts, " · ")
}

func filter(obs []stat.Observation, keep func(stat.Observation) bool) []stat.Observation {
	var out []stat.Observation
	for _, o := range obs {
		if keep(o) {
			out = append(out, o)
		}
	}
	return out
}
