package web

import (
	"fmt"
	"slices"
	"strings"

	"tallystick/internal/stat"
)

// The code lists and the dimension that place pages are made of.
const (
	agencyDimension = "agency"
	agencyList      = "agencies"
	townList        = "towns"
	countyList      = "counties"
)

// placesPage lists every town under its county with its police agencies.
type placesPage struct {
	page
	Counties []county
	Others   []link // agencies that belong to no town
}

// county is a county with its towns.
type county struct {
	Title string
	Towns []townLine
}

// townLine is a town in a list, with whether any figure of its agencies is above zero.
type townLine struct {
	Path    string
	Title   string
	Figures bool
}

// places serves GET /places.
func (s *Server) places(v *visit) (*representation, error) {
	defs := v.rel.Definitions()
	p := placesPage{page: v.frame("Places",
		"Every town and police agency, with the figures there are for it and what is not known.")}
	towns, _ := defs.Codelist(townList)
	agencies, _ := defs.Codelist(agencyList)
	reporting := v.reportingAgencies()
	for _, t := range towns.Codes {
		if t.Code == "all" {
			continue
		}
		title := label(defs, countyList, t.Parent)
		i := slices.IndexFunc(p.Counties, func(c county) bool { return c.Title == title })
		if i < 0 {
			p.Counties = append(p.Counties, county{Title: title})
			i = len(p.Counties) - 1
		}
		line := townLine{Path: "/places/" + t.Code, Title: t.Label}
		for _, a := range agencies.Codes {
			line.Figures = line.Figures || a.Parent == t.Code && reporting[a.Code]
		}
		p.Counties[i].Towns = append(p.Counties[i].Towns, line)
	}
	slices.SortFunc(p.Counties, func(a, b county) int { return strings.Compare(a.Title, b.Title) })
	for _, a := range agencies.Codes {
		if !towns.Has(a.Parent) && a.Code != "all" {
			p.Others = append(p.Others, link{Path: "/agencies/" + a.Code, Text: a.Label})
		}
	}
	return v.show("places", p)
}

// reportingAgencies are the agencies for which at least one figure is above zero.
func (v *visit) reportingAgencies() map[string]bool {
	out := map[string]bool{}
	for _, ind := range v.rel.Definitions().Indicators {
		for _, o := range v.rel.Observations(ind.ID) {
			if code := o.Code(agencyDimension); code != "" && o.Status == stat.StatusReported && o.Value > 0 {
				out[code] = true
			}
		}
	}
	return out
}

// placePage is one town: its police agencies and their figures, or plainly that there are none.
type placePage struct {
	page
	Title    string
	About    string
	County   string
	Agencies []agencyFigures
	Silent   []link // indicators that are not broken down to towns
}

// agencyFigures are the figures of one agency.
type agencyFigures struct {
	ID     string
	Path   string
	Title  string
	About  string
	Tables []agencyTable
	Duties []agencyDuty
}

// agencyDuty is a duty to report that an agency has by name.
type agencyDuty struct {
	Path  string
	Title string
	Due   string // when it was last due
}

// agencyTable is one series of one indicator for one agency, in the order of its periods.
type agencyTable struct {
	Indicator link
	Caption   string
	Unit      string
	Rows      []agencyRow
}

// agencyRow is one period.
type agencyRow struct {
	Period string
	Number string
	Symbol string
	Status string
	Limits string
	Key    string
	Path   string
}

// place serves GET /places/:id.
func (s *Server) place(v *visit) (*representation, error) {
	defs := v.rel.Definitions()
	towns, _ := defs.Codelist(townList)
	i := slices.IndexFunc(towns.Codes, func(c stat.Code) bool { return c.Code == v.param("id") && c.Code != "all" })
	if i < 0 {
		return nil, fmt.Errorf("town %q: %w", clip(v.param("id")), stat.ErrNotFound)
	}
	town := towns.Codes[i]
	p := placePage{
		page:  v.frame(town.Label, "Figures of the police agencies of "+town.Label+", and what is not known."),
		Title: town.Label, About: town.About, County: label(defs, countyList, town.Parent),
	}
	agencies, _ := defs.Codelist(agencyList)
	for _, a := range agencies.Codes {
		if a.Parent == town.Code {
			p.Agencies = append(p.Agencies, v.agencyFigures(a))
		}
	}
	p.Silent = v.silent()
	return v.show("place", p)
}

// agency serves GET /agencies/:id.
func (s *Server) agency(v *visit) (*representation, error) {
	defs := v.rel.Definitions()
	agencies, _ := defs.Codelist(agencyList)
	i := slices.IndexFunc(agencies.Codes, func(c stat.Code) bool { return c.Code == v.param("id") && c.Code != "all" })
	if i < 0 {
		return nil, fmt.Errorf("agency %q: %w", clip(v.param("id")), stat.ErrNotFound)
	}
	a := agencies.Codes[i]
	p := placePage{
		page:  v.frame(a.Label, "What "+a.Label+" has reported, year by year."),
		Title: a.Label, Agencies: []agencyFigures{v.agencyFigures(a)}, Silent: v.silent(),
	}
	if towns, ok := defs.Codelist(townList); ok && towns.Has(a.Parent) {
		p.County = towns.Label(a.Parent)
	}
	return v.show("place", p)
}

// silent are the indicators that say nothing about any one agency.
func (v *visit) silent() []link {
	var out []link
	for _, ind := range v.rel.Definitions().Indicators {
		ofAgency := func(o stat.Observation) bool { return o.Code(agencyDimension) != "" }
		if !slices.ContainsFunc(v.rel.Observations(ind.ID), ofAgency) {
			out = append(out, link{Path: v.indicatorPath(ind.ID), Text: ind.Short})
		}
	}
	return out
}

// agencyFigures gathers what the release says about one agency.
func (v *visit) agencyFigures(a stat.Code) agencyFigures {
	out := agencyFigures{ID: a.Code, Path: "/agencies/" + a.Code, Title: a.Label, About: a.About}
	defs := v.rel.Definitions()
	for _, d := range defs.Duties {
		e := v.dutyEntry(d)
		if list, ok := defs.Codelist(e.Now.Codelist); ok && e.Last != nil && list.Has(a.Code) {
			out.Duties = append(out.Duties, agencyDuty{e.Path, e.Title, e.Last.Due.Long()})
		}
	}
	for _, ind := range defs.Indicators {
		for _, panel := range ind.Panels {
			var own []stat.Observation
			for _, o := range v.rel.Observations(ind.ID) {
				if o.Panel == panel.ID && o.Code(agencyDimension) == a.Code {
					own = append(own, o)
				}
			}
			slices.SortStableFunc(own, func(x, y stat.Observation) int {
				if c := strings.Compare(x.Series, y.Series); c != 0 {
					return c
				}
				return x.Period.Compare(y.Period)
			})
			for i, o := range own {
				_, series := panelOf(ind, o)
				if i == 0 || o.Series != own[i-1].Series {
					caption := series.Noun.Many
					if caption == "" {
						caption = o.Series
					}
					out.Tables = append(out.Tables, agencyTable{
						Indicator: link{Path: v.indicatorPath(ind.ID), Text: ind.Short},
						Caption:   capital(caption), Unit: label(defs, "counting-units", o.Unit),
					})
				}
				row := agencyRow{
					Period: o.Period.Label(panel.Clock), Number: numberWords(o, panel),
					Symbol: o.Status.Symbol(), Status: o.Status.Words(),
					Key: o.Key(), Path: v.valuePath(o.Key()),
				}
				if o.Interval != nil {
					row.Limits = stat.FormatLimits(*o.Interval, decimalsOf(o, panel))
				}
				t := &out.Tables[len(out.Tables)-1]
				t.Rows = append(t.Rows, row)
			}
		}
	}
	return out
}
