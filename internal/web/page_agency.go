package web

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"tallystick/internal/chart"
	"tallystick/internal/lang"
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
	defs := v.defs
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
		g.Periods = append(g.Periods, v.l.Period(p, panel.Clock))
	}
	for _, a := range agencies.Codes {
		if by[a.Code] == nil {
			continue
		}
		row := givenRow{link: link{Path: "/agencies/" + a.Code, Text: a.Label}}
		for _, p := range periods {
			o, ok := by[a.Code][p.Key()]
			cell := givenCell{Class: "none", Letter: "", Words: v.l.T("not listed in the export")}
			if ok {
				cell = given(v.l, o)
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
func given(l lang.Language, o stat.Observation) givenCell {
	switch {
	case o.Status == stat.StatusReported && o.Value == 0:
		return givenCell{Class: "zero", Letter: "0", Words: l.T("a figure: zero")}
	case o.Status == stat.StatusReported:
		return givenCell{Class: "given", Letter: "✓", Words: l.T("a figure above zero")}
	case o.Status == stat.StatusWithheld:
		return givenCell{Class: "given", Letter: "c", Words: l.T("a figure, withheld to protect people")}
	default:
		return givenCell{Class: "missing", Letter: "×", Words: l.T(o.Status.Words())}
	}
}

// agency serves GET /agencies/:id and its twin as CSV.
func (s *Server) agency(v *visit) (*representation, error) {
	defs := v.defs
	id, asCSV := strings.CutSuffix(v.param("id"), ".csv")
	a, ok := codeOf(defs, agencyList, id)
	if !ok {
		return nil, fmt.Errorf("agency %q: %w", clip(id), stat.ErrNotFound)
	}
	about := func(o stat.Observation) bool { return o.Code(agencyDimension) == a.Code }
	if asCSV {
		return v.everything("agency-"+a.Code, about)
	}
	p := agencyPage{page: v.frame(a.Label, v.l.T("What %s has reported, year by year, and what it has to report.", a.Label)), Silent: v.silent()}
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
	defs := v.defs
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
	it, ok := stat.AgainstItself(t.obs, stat.BreaksOf(t.series, t.obs, v.defs))
	if !ok || t.Zero {
		return nil
	}
	value := func(o stat.Observation) run {
		return run{Text: numberWords(v.l, o, t.panel), Key: o.Key(), Path: v.valuePath(o.Key()), Strong: true}
	}
	when := func(o stat.Observation) string { return v.l.Period(o.Period, t.panel.Clock) }
	latest := []any{t.Caption, when(it.Latest), value(it.Latest), value(it.Before), when(it.Before)}
	var out said
	switch {
	case it.Periods == 0:
		return v.fill("%s in %s: %s. No earlier figure of this agency compares with it.", latest[:3]...)
	case it.Before.Value == it.Latest.Value:
		out = v.fill("%s in %s: %s, the same number as in %s.", latest[0], latest[1], latest[2], latest[4])
	case it.Change.Verdict == stat.VerdictUnclear:
		out = v.fill("%s in %s: %s, a difference from %s in %s that could easily be chance.", latest...)
	case it.Change.Verdict == stat.VerdictLower:
		out = v.fill("%s in %s: %s, down from %s in %s.", latest...)
	default:
		out = v.fill("%s in %s: %s, up from %s in %s.", latest...)
	}
	if it.Periods > 1 {
		out = append(append(out, run{Text: " "}), v.fill("In the %s periods before, the smallest number was %s and the largest %s.",
			v.l.T(smallWords[it.Periods]), value(it.Low), value(it.High))...)
	}
	return out
}

// smallWords are the numbers up to stat.ItselfPeriods in words.
var smallWords = [stat.ItselfPeriods + 1]string{lang.Key("no"), lang.Key("one"), lang.Key("two"), lang.Key("three"), lang.Key("four"),
	lang.Key("five")}

// agencyFigure draws the figures of one series of one agency; nil where there is nothing above zero to draw.
func (v *visit) agencyFigure(ind stat.Indicator, t agencyTable) (*figure, error) {
	if t.Zero {
		return nil, nil
	}
	defs := v.defs
	shown, panel := ind, t.panel
	panel.Title, panel.Note, panel.Series = t.Caption, "", []stat.Series{t.series}
	shown.Panels = []stat.Panel{panel}
	shown, obs := ofPlace(shown, t.obs)
	alt := v.l.T("%s, as columns by period with their exact limits.", t.Caption)
	fig, err := chart.Draw(shown, obs, chart.Context{
		Release: v.rel.ID(), Source: publishersOf(v.l, obs), Alt: alt, Breaks: stat.BreaksOf(t.series, obs, defs), Labels: labeller(defs),
		Lang: v.l,
	})
	if errors.Is(err, stat.ErrInvalid) {
		return nil, nil // the table has it
	}
	if err != nil {
		return nil, err
	}
	return &figure{ID: "agency-" + ind.ID + "-" + panel.ID + "-" + t.series.ID, Alt: alt, Wide: fig.Wide, Narrow: fig.Narrow}, nil
}
