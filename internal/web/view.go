package web

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tallystick/internal/chart"
	"tallystick/internal/lang"
	"tallystick/internal/stat"
)

// choice is one way to see an indicator. The list of choices follows from the definition, so that no address can
// ask for a combination that means nothing.
type choice struct {
	ID    string // by-year, by-year.rate, by-year.agency.multiples
	Title string
	Group string // title of the panel
	View  chart.View
}

// shapeWords says what each shape of a breakdown shows.
var shapeWords = map[chart.Shape]string{
	chart.ShapeBars:      lang.Key("latest period"),
	chart.ShapeMultiples: lang.Key("year by year"),
	chart.ShapeCoverage:  lang.Key("who gave a figure, and when"),
	chart.ShapeMap:       lang.Key("on a map"),
}

// mapped are the dimensions that can be drawn on a map.
var mapped = []string{"county", "planning_region"}

// choices lists the views of an indicator.
func choices(l lang.Language, ind stat.Indicator, obs []stat.Observation) []choice {
	var out []choice
	for _, p := range ind.Panels {
		add := func(id, title string, v chart.View) {
			v.Panel = p.ID
			out = append(out, choice{ID: p.ID + id, Title: title, Group: p.Title, View: v})
		}
		add("", l.T("counts"), chart.View{})
		kinds := map[stat.Kind]bool{}
		by := map[string]int{} // periods with values, by dimension
		for _, o := range obs {
			if o.Panel != p.ID {
				continue
			}
			if len(o.Codes) == 0 {
				kinds[o.Kind] = true
			} else {
				by[o.Codes[0].Dimension]++
			}
		}
		if p.Ratio != nil && kinds[stat.KindRatio] && p.Form != stat.FormPair {
			add(".ratio", p.Ratio.Label, chart.View{Measure: stat.KindRatio})
		}
		if p.Rate != nil && kinds[stat.KindRate] {
			add(".rate", p.Rate.Label, chart.View{Measure: stat.KindRate})
		}
		for _, b := range p.Breakdowns {
			if by[b.By] == 0 {
				continue
			}
			shapes := []chart.Shape{chart.ShapeBars, chart.ShapeMultiples}
			if b.By == agencyDimension {
				shapes = append(shapes, chart.ShapeCoverage)
			}
			if slices.Contains(mapped, b.By) {
				shapes = append(shapes, chart.ShapeMap)
			}
			for _, s := range shapes {
				add("."+b.ID+"."+string(s), strings.ToLower(b.Title[:1])+b.Title[1:]+", "+l.T(shapeWords[s]), chart.View{By: b.ID, As: s})
			}
		}
	}
	return out
}

// controls is the form by which a reader changes what is shown, with what the address says now.
type controls struct {
	Path    string
	Choices []choiceGroup
	Years   []int
	View    string
	From,
	To int
	Windows []int // years that can be added up; none if the indicator has no open counts by year
	Window  int
	Known   string
	First   stat.Date // day of the first release
	Last    stat.Date // that can be asked for; none for a pinned page
}

// choiceGroup is the choices of one panel.
type choiceGroup struct {
	Title   string
	Choices []choice
}

// asked is what a reader asked to see beyond the whole.
type asked struct {
	Title  string
	Said   string // what chart and table hold: 8 values and 1 gap
	Update string // the one announcement, where they change in place
	Figure *figure
	Table  *table
	Grids  []grid
}

// view reads from the address which view is asked for, and gives the form and, where something is asked for, the
// figure and the table of it.
func (v *visit) view(ind stat.Indicator, obs []stat.Observation, answer stat.Answer) (controls, *asked, error) {
	list := choices(v.l, ind, obs)
	c := controls{Path: v.path, View: v.query.Get("view"), Last: v.today()}
	if v.pinned {
		c.Last = stat.Date{} // any day from the first on, since the page is kept for ever
	}
	all := v.issued.List()
	c.First = stat.DateOf(all[len(all)-1].PublishedAt.UTC())
	for _, one := range list {
		if n := len(c.Choices); n == 0 || c.Choices[n-1].Title != one.Group {
			c.Choices = append(c.Choices, choiceGroup{Title: one.Group})
		}
		g := &c.Choices[len(c.Choices)-1]
		g.Choices = append(g.Choices, one)
	}
	for _, o := range obs {
		if y := o.Period.To.Year; !slices.Contains(c.Years, y) {
			c.Years = append(c.Years, y)
		}
	}
	slices.Sort(c.Years)
	var err error
	if c.From, err = v.year("from", c.Years); err != nil {
		return c, nil, err
	}
	if c.To, err = v.year("to", c.Years); err != nil {
		return c, nil, err
	}
	if c.From > 0 && c.To > 0 && c.From > c.To {
		return c, nil, invalid("The year in “from” (%d) is after the year in “to” (%d).", c.From, c.To)
	}
	c.Windows = windows(ind, obs)
	if c.Window, err = v.window(c.Windows); err != nil {
		return c, nil, err
	}
	if c.View == "" && c.From == 0 && c.To == 0 && c.Window == 0 {
		return c, nil, nil
	}
	kept := slices.DeleteFunc(slices.Clone(obs), func(o stat.Observation) bool {
		return c.From > 0 && o.Period.To.Year < c.From || c.To > 0 && o.Period.To.Year > c.To
	})
	var chosen *choice
	if c.View != "" {
		i := slices.IndexFunc(list, func(one choice) bool { return one.ID == c.View })
		if i < 0 {
			return c, nil, invalid("This page has no view “%s”.", clip(c.View))
		}
		chosen = &list[i]
	}
	if c.Window > 0 && chosen != nil && (chosen.View.By != "" || chosen.View.Measure != "") {
		return c, nil, invalid("Years are added up for counts only. Choose everything or counts, or one year.")
	}
	a, err := v.asked(ind, kept, answer, chosen, c)
	return c, a, err
}

// year reads a year from the address; it must be one that the indicator has.
func (v *visit) year(name string, years []int) (int, error) {
	text := v.query.Get(name)
	if text == "" {
		return 0, nil
	}
	y, err := strconv.Atoi(text)
	if err != nil || !slices.Contains(years, y) {
		return 0, invalid("“%s” is not a year for which this page has figures.", clip(text))
	}
	return y, nil
}

// asked draws what was asked for and gives the table of exactly that.
func (v *visit) asked(ind stat.Indicator, obs []stat.Observation, answer stat.Answer, chosen *choice, c controls) (*asked, error) {
	defs := v.defs
	a := &asked{Title: capital(ind.Short)}
	shown := ind
	if chosen != nil {
		a.Title = chosen.Group + ": " + chosen.Title
		shown.Panels = slices.DeleteFunc(slices.Clone(ind.Panels), func(p stat.Panel) bool { return p.ID != chosen.View.Panel })
		obs = slices.DeleteFunc(obs, func(o stat.Observation) bool { return !chosen.shows(o, shown.Panels[0]) })
	}
	switch {
	case c.From > 0 && c.To > 0 && c.From != c.To:
		a.Title += v.l.T(", %d to %d", c.From, c.To)
	case c.From > 0 && c.To > 0:
		a.Title += fmt.Sprintf(", %d", c.From)
	case c.From > 0:
		a.Title += v.l.T(", from %d", c.From)
	case c.To > 0:
		a.Title += v.l.T(", to %d", c.To)
	}
	if c.Window > 0 {
		shown, obs = v.pooled(shown, obs, c.Window, defs)
		a.Title += v.l.T(", %d years together", c.Window)
	}
	values, gaps := 0, 0
	for _, o := range obs {
		switch {
		case o.Kind == stat.KindPopulation:
		case o.Status == stat.StatusReported:
			values++
		default:
			gaps++
		}
	}
	found := []any{v.count(values, "%s value", "%s values"), v.count(gaps, "%s gap", "%s gaps")}
	a.Said = v.l.T("Chart and table show %s and %s.", found...)
	if chosen != nil && (chosen.View.As == chart.ShapeBars || chosen.View.As == chart.ShapeMap) {
		a.Said = v.l.T("The chart shows the latest period. The table shows %s and %s.", found...)
	}
	a.Update = v.l.T("Chart and table updated: %s, %s", v.count(values, "%s point", "%s points"), v.count(gaps, "%s gap", "%s gaps"))
	if values+gaps == 0 {
		a.Said = v.l.T("There is no figure for this choice of years.")
		a.Update = a.Said
		return a, nil
	}
	ctx := chart.Context{
		Release: v.rel.ID(), Source: publishersOf(v.l, obs), Alt: a.Title, Breaks: answer.Breaks, Labels: labeller(defs),
		Lang: v.l,
	}
	var fig chart.Figure
	var err error
	if chosen == nil || c.Window > 0 {
		shown.Panels = slices.DeleteFunc(slices.Clone(shown.Panels), func(p stat.Panel) bool {
			return !slices.ContainsFunc(obs, func(o stat.Observation) bool { return o.Panel == p.ID && len(o.Codes) == 0 })
		})
		fig, err = chart.Draw(shown, obs, ctx)
	} else {
		fig, err = chart.DrawView(shown, obs, ctx, chosen.View)
	}
	switch {
	case err == nil:
		a.Figure = &figure{ID: ind.ID + "-asked", Alt: a.Title + ". " + a.Said, Wide: fig.Wide, Narrow: fig.Narrow}
	case errors.Is(err, stat.ErrInvalid) || errors.Is(err, stat.ErrNotFound):
		a.Said += " " + v.l.T("They cannot be drawn; the table has them.")
	default:
		return nil, err
	}
	if chosen != nil && chosen.View.By != "" {
		a.Grids = v.grids(shown, obs)
		return a, nil
	}
	if tables := chart.NewTable(shown, obs, defs); len(tables) > 0 && len(tables[0].Groups) > 0 {
		t := v.newTable(tables[0], shown)
		t.Caption, t.Again = a.Title, true
		if c.Window > 0 {
			t.unlink()
		}
		a.Table = &t
	}
	return a, nil
}

// shows reports whether a choice shows the observation.
func (c choice) shows(o stat.Observation, p stat.Panel) bool {
	if o.Panel != p.ID {
		return false
	}
	if c.View.By != "" {
		i := slices.IndexFunc(p.Breakdowns, func(b stat.Breakdown) bool { return b.ID == c.View.By })
		return len(o.Codes) == 1 && o.Codes[0].Dimension == p.Breakdowns[i].By && o.Kind == stat.KindCount
	}
	if len(o.Codes) > 0 {
		return false
	}
	switch c.View.Measure {
	case stat.KindRate:
		return o.Kind == stat.KindRate || o.Kind == stat.KindPopulation // the table says of how many residents
	case stat.KindRatio:
		return o.Kind == stat.KindRatio
	default:
		return o.Kind == stat.KindCount || p.Form == stat.FormPair && o.Kind == stat.KindRatio
	}
}

// publishersOf names up to three publishers behind observations, each once, in their order.
func publishersOf(l lang.Language, obs []stat.Observation) string {
	var names []string
	for _, o := range obs {
		for _, c := range o.Citations {
			if c.Publisher != "" && !slices.Contains(names, c.Publisher) {
				names = append(names, c.Publisher)
			}
		}
	}
	const most = 3
	if len(names) > most {
		return l.T("%s and %d more publishers", strings.Join(names[:most], "; "), len(names)-most)
	}
	return strings.Join(names, "; ")
}

// labeller gives the labels of codes as a drawing needs them: of a counting unit the one for many.
func labeller(defs stat.Definitions) func(dimension, code string) string {
	return func(dimension, code string) string {
		if dimension == "unit" {
			units, _ := defs.Codelist("counting-units")
			for _, c := range units.Codes {
				if c.Code == code && c.Plural != "" {
					return c.Plural
				}
			}
			return units.Label(code)
		}
		for _, ds := range defs.Datasets {
			if f, ok := ds.Field(dimension); ok && f.Codelist != "" {
				return label(defs, f.Codelist, code)
			}
		}
		return code
	}
}
