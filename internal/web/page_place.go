package web

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"tallystick/internal/export"
	"tallystick/internal/lang"
	"tallystick/internal/stat"
)

// The code lists and the dimensions that place pages are made of.
const (
	agencyDimension = "agency"
	townDimension   = "town"
	countyDimension = "county"
	regionDimension = "planning_region"
	agencyList      = "agencies"
	townList        = "towns"
	countyList      = "counties"
	regionList      = "planning-regions"
	regionTownList  = "planning-region-towns"
)

// placesPage lists every town under its county with its police agencies.
type placesPage struct {
	page
	Counties []county
	Regions  []link // planning regions
	Maps     []link // indicators that can be drawn on a map
	Others   []link // agencies that belong to no town
}

// county is a county with its towns.
type county struct {
	Title string
	Path  string
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
	defs := v.defs
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
			p.Counties = append(p.Counties, county{Title: title, Path: placePath(countyDimension, t.Parent)})
			i = len(p.Counties) - 1
		}
		line := townLine{Path: "/places/" + t.Code, Title: t.Label}
		for _, a := range agencies.Codes {
			line.Figures = line.Figures || a.Parent == t.Code && reporting[a.Code]
		}
		p.Counties[i].Towns = append(p.Counties[i].Towns, line)
	}
	slices.SortFunc(p.Counties, func(a, b county) int { return strings.Compare(a.Title, b.Title) })
	p.Regions, p.Maps = v.areas(regionList, regionDimension), v.maps()
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
	for _, o := range v.rel.AllObservations() {
		if code := o.Code(agencyDimension); code != "" && o.Status == stat.StatusReported && o.Value > 0 {
			out[code] = true
		}
	}
	return out
}

// placePage is one town: who lives there, who reports, the figures of its police, and plainly what is not known.
type placePage struct {
	page
	Town      stat.Code
	County    link
	Region    link
	Residents *residents
	Agencies  []agencyFigures
	Withheld  int    // figures of its agencies that are withheld
	Silent    []link // indicators that are not broken down to agencies or towns
	Download  string // address of all of it; empty where there is nothing
}

// residents are how many people live in a town.
type residents struct {
	Number string
	Period string
	Key    string
	Path   string
	Source []stat.Citation
}

// agencyFigures are the figures of one agency.
type agencyFigures struct {
	ID     string
	Path   string
	Title  string
	Kind   string
	About  string
	Tables []agencyTable
	Duties []agencyDuty
}

// agencyDuty is a duty to report that an agency has by name, with how each of its due days stands, newest first.
type agencyDuty struct {
	Path     string
	Title    string
	Citation string
	Due      string // when it is due each year
	Silent   bool   // no filing is recorded and nothing can be said of any due day
	Last     obligationLine
	Lines    []obligationLine
}

// agencyTable is one series of one indicator for one agency, in the order of its periods.
type agencyTable struct {
	Agency    string // its name
	Indicator link
	Caption   string
	Unit      string
	Symbols   []statusLine // those that stand in its cells
	Rows      []agencyRow
	Figure    *figure
	Itself    said // against its own earlier figures
	Zero      bool // every figure that was reported is zero
	obs       []stat.Observation
	panel     stat.Panel
	series    stat.Series
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

// place serves GET /places/:id and its twin as CSV.
func (s *Server) place(v *visit) (*representation, error) {
	defs := v.defs
	id, asCSV := strings.CutSuffix(v.param("id"), ".csv")
	town, ok := codeOf(defs, townList, id)
	if !ok {
		return nil, fmt.Errorf("town %q: %w", clip(id), stat.ErrNotFound)
	}
	agencies, _ := defs.Codelist(agencyList)
	var own []stat.Code
	for _, a := range agencies.Codes {
		if a.Parent == town.Code {
			own = append(own, a)
		}
	}
	about := func(o stat.Observation) bool {
		return o.Code(townDimension) == town.Code ||
			slices.ContainsFunc(own, func(a stat.Code) bool { return o.Code(agencyDimension) == a.Code })
	}
	if asCSV {
		return v.everything("place-"+town.Code, about)
	}
	p := placePage{
		page: v.frame(town.Label, v.l.T("Figures of the police agencies of %s, and what is not known.", town.Label)),
		Town: town, County: link{Path: placePath(countyDimension, town.Parent), Text: label(defs, countyList, town.Parent)}, Residents: v.residents(town.Code), Silent: v.silent(),
	}
	if in, ok := codeOf(defs, regionTownList, town.Code); ok {
		p.Region = link{Path: placePath(regionDimension, in.Parent), Text: label(defs, regionList, in.Parent)}
	}
	for _, a := range own {
		f, err := v.agencyFigures(a, false)
		if err != nil {
			return nil, err
		}
		p.Agencies = append(p.Agencies, f)
	}
	any := false
	for _, o := range v.rel.AllObservations() {
		if about(o) {
			any = true
			if o.Status == stat.StatusWithheld {
				p.Withheld++
			}
		}
	}
	if any {
		p.Download = "/places/" + town.Code + ".csv"
		p.Alternates = []link{{Path: p.Download, Text: "CSV", Type: typeOf(p.Download)}}
	}
	return v.show("place", p)
}

// placePath is the page of a code of a dimension that has pages, or "".
func placePath(dimension, code string) string {
	switch {
	case code == "all" || code == stat.NotPlaced:
		return ""
	case dimension == agencyDimension:
		return "/agencies/" + code
	case dimension == countyDimension:
		return "/counties/" + code
	case dimension == regionDimension:
		return "/planning-regions/" + code
	case dimension == townDimension:
		return "/places/" + code
	default:
		return ""
	}
}

// codeOf is a code of a code list that stands for one thing and not for all.
func codeOf(defs stat.Definitions, list, code string) (stat.Code, bool) {
	l, _ := defs.Codelist(list)
	i := slices.IndexFunc(l.Codes, func(c stat.Code) bool { return c.Code == code && c.Code != "all" })
	if i < 0 {
		return stat.Code{}, false
	}
	return l.Codes[i], true
}

// residents is the newest number of residents of a town that the release holds; nil if it holds none.
func (v *visit) residents(town string) *residents {
	return v.newestOf(v.rel.AllObservations(), func(o stat.Observation) bool { return o.Code(townDimension) == town })
}

// newestOf is the newest number of residents of a place among observations; nil if there is none.
func (v *visit) newestOf(obs []stat.Observation, of func(stat.Observation) bool) *residents {
	var newest stat.Observation
	for _, o := range obs {
		if o.Kind == stat.KindPopulation && o.Status == stat.StatusReported && of(o) &&
			(newest.Kind == "" || o.Period.Compare(newest.Period) > 0) {
			newest = o
		}
	}
	if newest.Kind == "" {
		return nil
	}
	return &residents{
		Number: stat.FormatNumber(newest.Value, 0), Period: v.l.Period(newest.Period, stat.ClockCalendar), Key: newest.Key(),
		Path: v.valuePath(newest.Key()), Source: linked(newest.Citations),
	}
}

// everything hands out all observations that the release holds about one place or agency.
func (v *visit) everything(name string, about func(stat.Observation) bool) (*representation, error) {
	var sheets []export.Sheet
	for _, ind := range v.defs.Indicators {
		sheet := export.Sheet{
			Indicator: ind, Definitions: v.defs, Release: v.rel.ID(), PublishedAt: v.rel.PublishedAt(),
		}
		for _, o := range v.rel.Observations(ind.ID) {
			if about(o) {
				sheet.Observations = append(sheet.Observations, o)
			}
		}
		if len(sheet.Observations) > 0 {
			sheets = append(sheets, sheet)
		}
	}
	if len(sheets) == 0 {
		return nil, fmt.Errorf("figures about %s: %w", name, stat.ErrNotFound)
	}
	var b bytes.Buffer
	if err := export.WriteTogether(&b, sheets); err != nil {
		return nil, err
	}
	return v.madeFile(b.Bytes(), name+"-"+v.rel.ID()+".csv"), nil
}

// silent are the indicators that say nothing about any one agency.
func (v *visit) silent() []link {
	var out []link
	for _, ind := range v.defs.Indicators {
		ofAgency := func(o stat.Observation) bool { return o.Code(agencyDimension) != "" }
		if !slices.ContainsFunc(v.rel.Observations(ind.ID), ofAgency) {
			out = append(out, link{Path: v.indicatorPath(ind.ID), Text: ind.Short})
		}
	}
	return out
}

// agencyKinds says what sort of agency it is.
var agencyKinds = map[string]string{
	"municipal":    lang.Key("municipal police"),
	"state-police": lang.Key("state police, for a place without a department of its own"),
	"campus":       lang.Key("campus police"),
	"tribal":       lang.Key("tribal police"),
	"special":      lang.Key("special police"),
	"not-stated":   lang.Key("the exports do not say whether a department of the town or the state police reports"),
}

// agencyFigures gathers what the release says about one agency, with drawings if they are wanted.
func (v *visit) agencyFigures(a stat.Code, drawn bool) (agencyFigures, error) {
	out := agencyFigures{ID: a.Code, Path: "/agencies/" + a.Code, Title: a.Label, Kind: v.l.T(agencyKinds[a.Kind]), About: a.About}
	defs := v.defs
	for _, d := range defs.Duties {
		if duty, ok := v.agencyDuty(d, a); ok {
			out.Duties = append(out.Duties, duty)
		}
	}
	for _, ind := range defs.Indicators {
		for _, panel := range ind.Panels {
			for _, series := range panel.Series {
				var own []stat.Observation
				for _, o := range v.rel.Observations(ind.ID) {
					if o.Panel == panel.ID && o.Series == series.ID && o.Code(agencyDimension) == a.Code && len(o.Codes) == 1 {
						own = append(own, o)
					}
				}
				if len(own) == 0 {
					continue
				}
				t, err := v.agencyTable(ind, panel, series, own, drawn)
				t.Agency = out.Title
				if err != nil {
					return agencyFigures{}, err
				}
				out.Tables = append(out.Tables, t)
			}
		}
	}
	return out, nil
}

// agencyDuty is how an agency stands under a duty; false where it does not owe it by name.
func (v *visit) agencyDuty(d stat.Duty, agency stat.Code) (agencyDuty, bool) {
	duty := agencyDuty{Path: "/duties/" + d.ID, Title: d.Title, Citation: d.Citation, Silent: true}
	for _, o := range slices.Backward(v.obligations(d)) {
		version, _ := d.Version(o.Due)
		if o.Reporter != agency.Code || label(v.defs, version.Codelist, o.Reporter) != agency.Label {
			continue
		}
		line := v.obligationLine(d, o)
		duty.Silent = duty.Silent && (o.State == stat.ObligationUnrecorded || o.State == stat.ObligationNotDue)
		if duty.Last.State == "" && o.State != stat.ObligationNotDue {
			duty.Last = line
		}
		if duty.Due == "" {
			duty.Due = dueWords(v.l, version)
		}
		duty.Lines = append(duty.Lines, line)
	}
	return duty, len(duty.Lines) > 0
}

// agencyTable is one series of one agency. Own are its observations, which are not broken down further.
func (v *visit) agencyTable(ind stat.Indicator, panel stat.Panel, series stat.Series, own []stat.Observation, drawn bool) (agencyTable, error) {
	defs := v.defs
	slices.SortStableFunc(own, func(x, y stat.Observation) int { return x.Period.Compare(y.Period) })
	t := agencyTable{
		Indicator: link{Path: v.indicatorPath(ind.ID), Text: ind.Short}, Caption: capital(series.Noun.Many),
		Unit: label(defs, "counting-units", panel.Unit), Zero: true, obs: own, panel: panel, series: series,
	}
	for _, o := range own {
		t.Zero = t.Zero && (o.Status != stat.StatusReported || o.Value == 0)
		row := agencyRow{
			Period: v.l.Period(o.Period, panel.Clock), Number: numberWords(v.l, o, panel), Symbol: o.Status.Symbol(), Status: v.l.T(o.Status.Words()),
			Key: o.Key(), Path: v.valuePath(o.Key()),
		}
		if o.Interval != nil && o.Interval.Method != stat.MethodStated {
			row.Limits = v.l.Limits(*o.Interval, decimalsOf(o, panel))
		}
		t.Rows = append(t.Rows, row)
	}
	t.Symbols = v.symbols(own)
	if !drawn {
		return t, nil
	}
	t.Itself = v.itself(t)
	var err error
	t.Figure, err = v.agencyFigure(ind, t)
	return t, err
}
