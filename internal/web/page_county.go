package web

import (
	"fmt"
	"slices"
	"strings"

	"tallystick/internal/stat"
)

// countyPage is a county or a planning region: which towns belong to it and in which years, who reports there, and the
// figures that are the sums of its agencies.
type countyPage struct {
	page
	Area   stat.Code
	Region bool // a planning region
	Days   string
	Towns  []link
	Tables []countyTable
	Lived  *residents
	File   string
}

// countyTable is one breakdown of one panel, for one place: a column for each period.
type countyTable struct {
	Indicator link
	Map       string // address of the map of all of them
	Grid      grid
}

// county serves GET /counties/:id and its twin as CSV.
func (s *Server) county(v *visit) (*representation, error) {
	return v.area(countyList, countyDimension, townList)
}

// region serves GET /planning-regions/:id and its twin as CSV.
func (s *Server) region(v *visit) (*representation, error) {
	return v.area(regionList, regionDimension, regionTownList)
}

// area answers for one code of a coarser list; members is the list in which its towns name it as their parent.
func (v *visit) area(list, dimension, members string) (*representation, error) {
	id, asCSV := strings.CutSuffix(v.param("id"), ".csv")
	area, ok := codeOf(v.defs, list, id)
	if !ok || id == stat.NotPlaced {
		return nil, fmt.Errorf("%q of %s: %w", clip(id), list, stat.ErrNotFound)
	}
	about := func(o stat.Observation) bool { return o.Code(dimension) == area.Code }
	if asCSV {
		return v.everything(dimension+"-"+area.Code, about)
	}
	p := countyPage{
		page: v.frame(area.Label, v.l.T("Which towns belong to %s, who reports there, and the figures there are.", area.Label)),
		Area: area, Region: dimension == regionDimension,
	}
	towns, _ := v.defs.Codelist(members)
	for _, t := range towns.Codes {
		if t.Parent != area.Code {
			continue
		}
		p.Towns = append(p.Towns, link{Path: placePath(townDimension, t.Code), Text: t.Label})
		if !t.ValidFrom.IsZero() {
			p.Days = v.l.T("in use since %s", v.l.Date(t.ValidFrom))
		}
	}
	for _, ind := range v.defs.Indicators {
		obs := filtered(v.rel.Observations(ind.ID), about)
		for _, panel := range ind.Panels {
			for _, b := range panel.Breakdowns {
				if b.Dimension() != dimension {
					continue
				}
				if b.Rollup != nil && !b.Rollup.Until.IsZero() {
					p.Days = v.l.T("in use until %s; since then federal statistics use planning regions", v.l.Date(b.Rollup.Until))
				}
				if g := v.grid(panel, b, obs); len(g.Rows) > 0 {
					g.Title, g.ID = capital(panel.Series[0].Noun.Many), ind.ID+"-"+g.ID
					p.Tables = append(p.Tables, countyTable{
						Indicator: link{Path: v.indicatorPath(ind.ID) + "?place=" + dimension + "." + area.Code, Text: ind.Short},
						Map:       v.indicatorPath(ind.ID) + "?as=map&by=" + b.ID, Grid: g,
					})
					p.File = placePath(dimension, area.Code) + ".csv"
				}
			}
		}
		if lived := v.newestOf(obs, about); lived != nil {
			p.Lived = lived
		}
	}
	if p.File != "" {
		p.Alternates = []link{{Path: p.File, Text: "CSV", Type: typeOf(p.File)}}
	}
	return v.show("county", p)
}

// areas are the counties or the planning regions, as links.
func (v *visit) areas(list, dimension string) []link {
	var out []link
	codes, _ := v.defs.Codelist(list)
	for _, c := range codes.Codes {
		if path := placePath(dimension, c.Code); path != "" {
			out = append(out, link{Path: path, Text: c.Label})
		}
	}
	slices.SortFunc(out, func(a, b link) int { return strings.Compare(a.Text, b.Text) })
	return out
}

// maps are the breakdowns that can be drawn on a map and have figures.
func (v *visit) maps() []link {
	var out []link
	for _, ind := range v.defs.Indicators {
		for _, p := range ind.Panels {
			for _, b := range p.Breakdowns {
				has := func(o stat.Observation) bool { return o.Panel == p.ID && o.Code(b.Dimension()) != "" }
				if slices.Contains(mapped, b.Dimension()) && slices.ContainsFunc(v.rel.Observations(ind.ID), has) {
					out = append(out, link{Path: v.indicatorPath(ind.ID) + "?as=map&by=" + b.ID, Text: ind.Short + ", " + lower(b.Title)})
				}
			}
		}
	}
	return out
}

// lower starts a title as it stands inside a line.
func lower(title string) string { return strings.ToLower(title[:1]) + title[1:] }
