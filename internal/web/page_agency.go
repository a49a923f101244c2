package web

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"tallystick/internal/chart"
	"tallystick/internal/stat"
)

// agencyPage is one agency: what it has to report, what it counts, its figures against its own earlier ones, what it
// replied, and the files that hold its figures. There is no score and no rank.
type agencyPage struct {
	page
	Agency    agencyFigures
	Town      link
	Residents *residents
	Counting  []countingLine
	Replies   []stat.Reply
	Files     []batchLine
	Silent    []link
	Download  string
}

// countingLine says how the figures of an agency are counted, by data set.
type countingLine struct {
	Dataset   link
	Unit      string
	Rule      string
	Geography string
	Principal bool
}

// agencies serves GET /agencies: every agency with what it gave, year by year.
func (s *Server) agencies(v *visit) (*representation, error) {
	defs := v.rel.Definitions()
	p := agenciesPage{page: v.frame("Police agencies", "Every police agency: for which years it gave figures, and what it has to report.")}
	list, _ := defs.Codelist(agencyList)
	for _, ind := range defs.Indicators {
		for _, panel := range ind.Panels {
			for _, series := range panel.Series {
				g := v.givenGrid(ind, panel, series, list)
				if len(g.Rows) > 0 {
					p.Grids = append(p.Grids, g)
				}
			}
		}
	}
	for _, d := range defs.Duties {
		if n := len(d.Versions); n > 0 && d.Versions[n-1].Codelist != "" {
			p.Duties = append(p.Duties, link{Path: "/duties/" + d.ID, Text: d.Title})
		}
	}
	return v.show("agencies", p)
}

// agenciesPage lists all agencies.
type agenciesPage struct {
	page
	Grids  []givenGrid
	Duties []link
}

// givenGrid says for every agency and period whether it gave a figure of a series: a letter each, no figures.
type givenGrid struct {
	Indicator link
	Title     string
	Periods   []string
	Rows      []givenRow
	Key       []statusLine
}

type givenRow struct {
	link
	Cells []givenCell
}

// givenCell is what an agency gave for a period.
type givenCell struct {
	Class  string // given, zero or a status
	Letter string
	Words  string
	Path   string
}

func (v *visit) givenGrid(ind stat.Indicator, panel stat.Panel, series stat.Series, agencies stat.Codelist) givenGrid {
	g := givenGrid{Indicator: link{Path: v.indicatorPath(ind.ID), Text: ind.Short}, Title: capital(series.Noun.Many)}
	var periods []stat.Period
	by := map[string]map[string]stat.Observation{} // agency → period → figure
	for _, o := range v.rel.Observations(ind.ID) {
		code := o.Code(agencyDimension)
		if o.Panel != panel.ID || o.Series != series.ID || code == "" || len(o.Codes) != 1 {
			continue
		}
		if by[code] == nil {
			by[code] = map[string]stat.Observation{}
		}
		by[code][o.Period.Key()] = o
		if !slices.ContainsFunc(periods, func(p stat.Period) bool { return p.Key() == o.Period.Key() }) {
			periods = append(periods, o.Period)
		}
	}
	slices.SortFunc(periods, stat.Period.Compare)
	seen := map[string]bool{}
	for _, p := range periods {
		g.Periods = append(g.Periods, p.Label(panel.Clock))
	}
	for _, a := range agencies.Codes {
		if by[a.Code] == nil {
			continue
		}
		row := givenRow{link: link{Path: "/agencies/" + a.Code, Text: a.Label}}
		for _, p := range periods {
			o, ok := by[a.Code][p.Key()]
			cell := givenCell{Class: "none", Letter: "", Words: "not listed in the export"}
			if ok {
				cell = given(o)
			}
			if !seen[cell.Letter] {
				seen[cell.Letter] = true
				g.Key = append(g.Key, statusLine{Symbol: cell.Letter, Words: cell.Words, Meaning: cell.Class})
			}
			row.Cells = append(row.Cells, cell)
		}
		g.Rows = append(g.Rows, row)
	}
	slices.SortStableFunc(g.Key, func(a, b statusLine) int { return strings.Compare(a.Words, b.Words) })
	return g
}

// given says in a letter what an agency gave.
func given(o stat.Observation) givenCell {
	switch {
	case o.Status == stat.StatusReported && o.Value == 0:
		return givenCell{Class: "zero", Letter: "0", Words: "a figure: zero"}
	case o.Status == stat.StatusReported:
		return givenCell{Class: "given", Letter: "✓", Words: "a figure above zero"}
	case o.Status == stat.StatusWithheld:
		return givenCell{Class: "given", Letter: "c", Words: "a figure, withheld to protect people"}
	default:
		return givenCell{Class: "missing", Letter: "×", Words: o.Status.Words()}
	}
}

// agency serves GET /agencies/:id and its twin as CSV.
func (s *Server) agency(v *visit) (*representation, error) {
	defs := v.rel.Definitions()
	id, asCSV := strings.CutSuffix(v.param("id"), ".csv")
	a, ok := codeOf(defs, agencyList, id)
	if !ok {
		return nil, fmt.Errorf("agency %q: %w", clip(id), stat.ErrNotFound)
	}
	about := func(o stat.Observation) bool { return o.Code(agencyDimension) == a.Code }
	if asCSV {
		return v.everything("agency-"+a.Code, about)
	}
	p := agencyPage{page: v.frame(a.Label, "What "+a.Label+" has reported, year by year, and what it has to report."), Silent: v.silent()}
	var err error
	if p.Agency, err = v.agencyFigures(a, true); err != nil {
		return nil, err
	}
	if town, ok := codeOf(defs, townList, a.Parent); ok {
		p.Town = link{Path: "/places/" + town.Code, Text: town.Label}
		p.Residents = v.residents(town.Code)
	}
	for _, r := range defs.Replies {
		if r.Agency == a.Code {
			r.Address = webLink(r.Address)
			p.Replies = append(p.Replies, r)
		}
	}
	slices.Reverse(p.Replies) // newest first
	p.Counting, p.Files = v.counting(p.Agency.Tables)
	if len(p.Agency.Tables) > 0 {
		p.Download = "/agencies/" + a.Code + ".csv"
		p.Alternates = []link{{Path: p.Download, Text: "CSV", Type: typeOf(p.Download)}}
	}
	return v.show("agency", p)
}

// counting says how the figures in the tables are counted, and which files received hold them.
func (v *visit) counting(tables []agencyTable) ([]countingLine, []batchLine) {
	defs := v.rel.Definitions()
	var lines []countingLine
	batches := map[string]bool{}
	for _, t := range tables {
		ds, ok := defs.Dataset(t.series.Dataset)
		if ok && !slices.ContainsFunc(lines, func(l countingLine) bool { return l.Dataset.Text == ds.Title }) {
			lines = append(lines, countingLine{
				Dataset: link{Path: "/sources#" + ds.Source, Text: ds.Title}, Unit: label(defs, "counting-units", t.panel.Unit),
				Rule: ds.Rule, Geography: ds.Geography, Principal: ds.Principal,
			})
		}
		for _, o := range t.obs {
			for _, r := range o.Rows {
				batches[r.Batch] = true
			}
		}
	}
	var files []batchLine
	for _, b := range v.rel.Manifest().Batches {
		if batches[b.ID] {
			files = append(files, batchLine{Batch: b, Received: stat.DateOf(b.ReceivedAt.UTC()), Balanced: b.Balanced()})
		}
	}
	return lines, files
}

// itself says where the latest figure stands among the agency's own earlier ones.
func (v *visit) itself(t agencyTable) said {
	it, ok := stat.AgainstItself(t.obs, stat.Breaks(t.series, v.rel.Definitions().Statutes, stat.Period{
		From: t.obs[0].Period.From, To: t.obs[len(t.obs)-1].Period.To,
	}))
	if !ok || t.Zero {
		return nil
	}
	value := func(o stat.Observation) run {
		return run{Text: numberWords(o, t.panel), Key: o.Key(), Path: v.valuePath(o.Key()), Strong: true}
	}
	when := func(o stat.Observation) string { return o.Period.Label(t.panel.Clock) }
	out := said{{Text: t.Caption + " in " + when(it.Latest) + ": "}, value(it.Latest)}
	switch {
	case it.Periods == 0:
		return append(out, run{Text: ". No earlier figure of this agency compares with it."})
	case it.Before.Value == it.Latest.Value:
		out = append(out, run{Text: ", the same number as in " + when(it.Before) + "."})
	case it.Change.Verdict == stat.VerdictUnclear:
		out = append(out, run{Text: ", a difference from "}, value(it.Before),
			run{Text: " in " + when(it.Before) + " that could easily be chance."})
	default:
		words := ", up from "
		if it.Change.Verdict == stat.VerdictLower {
			words = ", down from "
		}
		out = append(out, run{Text: words}, value(it.Before), run{Text: " in " + when(it.Before) + "."})
	}
	if it.Periods > 1 {
		out = append(out, run{Text: " In the " + smallWords[it.Periods] + " periods before, the smallest number was "}, value(it.Low),
			run{Text: " and the largest "}, value(it.High), run{Text: "."})
	}
	return out
}

// smallWords are the numbers up to stat.ItselfPeriods in words.
var smallWords = [stat.ItselfPeriods + 1]string{"no", "one", "two", "three", "four", "five"}

// agencyFigure draws the figures of one series of one agency; nil where there is nothing above zero to draw.
func (v *visit) agencyFigure(ind stat.Indicator, t agencyTable) (*figure, error) {
	if t.Zero {
		return nil, nil
	}
	defs := v.rel.Definitions()
	shown, panel, series := ind, t.panel, t.series
	panel.Title, panel.Form, panel.Ratio, panel.Rate, panel.Breakdowns, panel.Note = t.Caption, stat.FormColumns, nil, nil, nil, ""
	panel.Series, series.Expected = []stat.Series{series}, nil
	shown.Panels = []stat.Panel{panel}
	obs := slices.Clone(t.obs)
	span := stat.Period{From: obs[0].Period.From, To: obs[len(obs)-1].Period.To}
	for i := range obs {
		obs[i].Codes = nil
	}
	alt := t.Caption + ", as columns by period with their exact limits."
	fig, err := chart.Draw(shown, obs, chart.Context{
		Release: v.rel.ID(), Source: publishersOf(obs), Alt: alt, Breaks: stat.Breaks(series, defs.Statutes, span), Labels: labeller(defs),
	})
	if errors.Is(err, stat.ErrInvalid) {
		return nil, nil // the table has it
	}
	if err != nil {
		return nil, err
	}
	return &figure{ID: "agency-" + ind.ID + "-" + panel.ID + "-" + series.ID, Alt: alt, Wide: fig.Wide, Narrow: fig.Narrow}, nil
}
