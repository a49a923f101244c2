package web

import (
	"slices"

	"tallystick/internal/stat"
)

// grid is a breakdown as a table of codes by periods, so that a reader can run down a column or along a row. It has
// every value; limits and sources stand behind each and in the files.
type grid struct {
	ID        string
	Title     string
	Note      string
	Unit      string
	Dimension string
	Size      string
	Periods   []string
	Rows      []gridRow
	Symbols   []statusLine
}

type gridRow struct {
	Title string
	Sub   string
	Path  string // page of the agency, if the row is one
	Cells []agencyRow
}

// grids are the breakdowns of an indicator that have values.
func (v *visit) grids(ind stat.Indicator, obs []stat.Observation) []grid {
	var out []grid
	for _, p := range ind.Panels {
		for _, b := range p.Breakdowns {
			if g := v.grid(p, b, obs); len(g.Rows) > 0 {
				out = append(out, g)
			}
		}
	}
	return out
}

func (v *visit) grid(p stat.Panel, b stat.Breakdown, obs []stat.Observation) grid {
	defs, by := v.defs, b.Dimension()
	g := grid{
		ID: p.ID + "-" + b.ID, Title: b.Title, Note: b.Note, Unit: label(defs, "counting-units", p.Unit),
		Dimension: v.dimension(by),
	}
	type place struct{ code, series string }
	var own []stat.Observation
	var periods []stat.Period
	rows := map[place][]stat.Observation{}
	for _, o := range obs {
		if o.Panel != p.ID || len(o.Codes) != 1 || o.Code(by) == "" {
			continue
		}
		own = append(own, o)
		if !slices.ContainsFunc(periods, func(q stat.Period) bool { return q.Key() == o.Period.Key() }) {
			periods = append(periods, o.Period)
		}
		at := place{o.Code(by), o.Series}
		rows[at] = append(rows[at], o)
	}
	slices.SortFunc(periods, stat.Period.Compare)
	for _, q := range periods {
		g.Periods = append(g.Periods, v.l.Period(q, p.Clock))
	}
	list := ""
	for _, s := range p.Series {
		list = defs.DimensionList(s.Dataset, by)
	}
	codes, _ := defs.Codelist(list)
	made := []stat.Series{{ID: "population", Label: v.l.T("residents")}}
	if p.Ratio != nil {
		made = append(made, stat.Series{ID: "ratio", Label: p.Ratio.Label})
	}
	if p.Rate != nil {
		made = append(made, stat.Series{ID: "rate", Label: p.Rate.Label})
	}
	used := 0
	for _, code := range codes.Codes {
		found := false
		for _, series := range append(slices.Clone(p.Series), made...) {
			values := rows[place{code.Code, series.ID}]
			if len(values) == 0 {
				continue
			}
			found = true
			row := gridRow{Title: code.Label}
			if len(p.Series) > 1 || !slices.ContainsFunc(p.Series, func(s stat.Series) bool { return s.ID == series.ID }) {
				row.Sub = series.Label
			}
			row.Path = placePath(by, code.Code)
			for _, q := range periods {
				var cell agencyRow
				if i := slices.IndexFunc(values, func(o stat.Observation) bool { return o.Period.Key() == q.Key() }); i >= 0 {
					o := values[i]
					cell = agencyRow{
						Number: numberWords(v.l, o, p), Symbol: o.Status.Symbol(), Status: v.l.T(o.Status.Words()),
						Key: o.Key(), Path: v.valuePath(o.Key()),
					}
				}
				row.Cells = append(row.Cells, cell)
			}
			g.Rows = append(g.Rows, row)
		}
		if found {
			used++
		}
	}
	g.Size = v.count(used, "%s row", "%s rows") + ", " + v.count(len(periods), "%s period", "%s periods")
	g.Symbols = v.symbols(own)
	return g
}

// symbols is the key to the symbols that stand in a table of the observations in the place of figures.
func (v *visit) symbols(obs []stat.Observation) []statusLine {
	var key []statusLine
	for _, st := range stat.Statuses {
		if st.Symbol() != "" && slices.ContainsFunc(obs, func(o stat.Observation) bool { return o.Status == st }) {
			key = append(key, statusLine{Symbol: st.Symbol(), Words: v.l.T(st.Words())})
		}
	}
	return key
}
