package web

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tallystick/internal/chart"
	"tallystick/internal/lang"
	"tallystick/internal/stat"
)

// viewParameters are the fields of the form by which a reader changes what an indicator's page shows. Together they
// are the whole state of the view, and all of it is in the address.
var viewParameters = []string{"panel", "measure", "place", "by", "as", "from", "to", "window"}

// wanted is what a reader asked to see beyond the whole; each field is one of the form's own choices.
type wanted struct {
	panel   string
	measure stat.Kind          // empty: all that there are
	place   stat.DimensionCode // one agency or place
	among   []string           // the agencies of the place, where its figures are theirs
	by      string             // id of a breakdown
	as      chart.Shape        // of the breakdown; empty: bars
	from,
	to,
	window int
}

// whole reports whether nothing is asked for beyond the whole.
func (w wanted) whole() bool {
	return w.panel == "" && w.measure == "" && w.place.Code == "" && w.by == "" && w.as == "" && w.from == 0 && w.to == 0 && w.window == 0
}

// quotient reports whether a rate or a ratio is asked for.
func (w wanted) quotient() bool { return w.measure == stat.KindRate || w.measure == stat.KindRatio }

// shapeWords says what each shape of a breakdown shows.
var shapeWords = map[chart.Shape]string{
	chart.ShapeBars:      lang.Key("latest period"),
	chart.ShapeMultiples: lang.Key("year by year"),
	chart.ShapeCoverage:  lang.Key("who gave a figure, and when"),
	chart.ShapeMap:       lang.Key("on a map"),
}

// mapped are the dimensions that can be drawn on a map.
var mapped = []string{countyDimension, regionDimension}

// places are the dimensions of which a reader can choose one place, in the order of the form.
var placeDimensions = []string{townDimension, agencyDimension, countyDimension, regionDimension}

// controls is the form, with what the address says now. A choice that no panel of the indicator has is not offered.
type controls struct {
	Path       string
	Panels     []option
	Measures   []option
	Places     []optionGroup
	Breakdowns []option
	Shapes     []option
	Ready      []link // views that a reader may not think of: on a map, year by year, who gave a figure
	Years      []int
	From,
	To int
	Windows []int // years that can be added up; none if the indicator has no open counts by year
	Window  int
	First   stat.Date // day of the first release
	Last    stat.Date // that can be asked for; none for a pinned page
}

// option is one choice of a field.
type option struct {
	ID, Title string
	Chosen    bool
	Within    string // another choice that shows the same, so that this one is not listed; its addresses hold
}

// optionGroup is the choices of one dimension.
type optionGroup struct {
	Title   string
	Options []option
}

// asked is what a reader asked to see beyond the whole, or why it cannot be shown.
type asked struct {
	Title   string
	Said    string // what chart and table hold: 8 values and 1 gap
	Update  string // the one announcement, where they change in place
	Refused bool   // Said says why the choices do not go together
	Figure  *figure
	Table   *table
	Grids   []grid
	Files   []link // the same figures for programs
}

// view reads from the address which view is asked for, and gives the form and, where something is asked for, the
// figure and the table of it. A value that the form does not have is an error; choices that do not go together are
// answered with the reason.
func (v *visit) view(ind stat.Indicator, obs []stat.Observation, answer stat.Answer) (controls, *asked, error) {
	c := v.controls(ind, obs)
	w, err := v.wants(&c)
	if err != nil || w.whole() {
		return c, nil, err
	}
	shown, kept, why := v.fit(ind, obs, w)
	if why != "" {
		return c, &asked{Title: v.l.T("These choices do not go together"), Said: why, Refused: true}, nil
	}
	a, err := v.asked(shown, kept, answer, w)
	if err == nil && w.window == 0 && !a.Refused {
		for _, ext := range []string{".csv", ".json"} {
			a.Files = append(a.Files, link{Path: v.path + ext + "?" + v.query.Encode(), Text: strings.ToUpper(ext[1:])})
		}
	}
	return c, a, err
}

// controls lists the choices that the indicator has.
func (v *visit) controls(ind stat.Indicator, obs []stat.Observation) controls {
	c := controls{Path: v.path, Last: v.today(), Windows: windows(ind, obs)}
	if v.pinned {
		c.Last = stat.Date{} // any day from the first on, since the page is kept for ever
	}
	all := v.issued.List()
	c.First = stat.DateOf(all[len(all)-1].PublishedAt.UTC())
	kinds, divided := map[stat.Kind]bool{}, map[string]bool{}
	codes := map[stat.DimensionCode]bool{}
	for _, o := range obs {
		if y := o.Period.To.Year; !slices.Contains(c.Years, y) {
			c.Years = append(c.Years, y)
		}
		if len(o.Codes) == 0 {
			kinds[o.Kind] = true
		} else if o.Kind == stat.KindCount {
			divided[o.Panel+"/"+o.Codes[0].Dimension] = true
			codes[o.Codes[0]] = true
		}
	}
	slices.Sort(c.Years)
	for _, p := range ind.Panels {
		c.Panels = append(c.Panels, option{ID: p.ID, Title: p.Title})
	}
	if kinds[stat.KindRate] || kinds[stat.KindRatio] {
		c.Measures = append(c.Measures, option{ID: string(stat.KindCount), Title: v.l.T("count")})
	}
	for _, p := range ind.Panels {
		if p.Rate != nil && kinds[stat.KindRate] {
			c.Measures = appendOption(c.Measures, option{ID: string(stat.KindRate), Title: p.Rate.Label})
		}
		if p.Ratio != nil && kinds[stat.KindRatio] {
			c.Measures = appendOption(c.Measures, option{ID: string(stat.KindRatio), Title: v.l.T("ratio: %s", p.Ratio.Label)})
		}
		for _, b := range p.Breakdowns {
			if divided[p.ID+"/"+b.Dimension()] {
				c.Breakdowns = appendOption(c.Breakdowns, option{ID: b.ID, Title: b.Title})
				for _, s := range shapesOf(b) {
					c.Shapes = appendOption(c.Shapes, option{ID: string(s), Title: v.l.T(shapeWords[s])})
					if s != chart.ShapeBars && slices.Contains(placeDimensions, b.Dimension()) {
						c.Ready = append(c.Ready, link{Path: v.path + "?as=" + string(s) + "&by=" + b.ID + "#view",
							Text: b.Title + ", " + v.l.T(shapeWords[s])})
					}
				}
			}
		}
	}
	agencies, _ := v.defs.Codelist(agencyList)
	inTown := map[string]int{} // agencies with figures
	for _, a := range agencies.Codes {
		if codes[stat.DimensionCode{Dimension: agencyDimension, Code: a.Code}] {
			inTown[a.Parent]++
		}
	}
	for _, dimension := range placeDimensions {
		g := optionGroup{Title: capital(v.l.T(strings.ReplaceAll(dimension, "_", " ")))}
		list, _ := v.defs.Codelist(cmp.Or(v.listOf(ind, dimension), townListOf(dimension)))
		for _, code := range list.Codes {
			one := option{ID: dimension + "." + code.Code, Title: code.Label}
			switch {
			case code.Code == "all":
			case dimension == townDimension && inTown[code.Code] > 0, codes[stat.DimensionCode{Dimension: dimension, Code: code.Code}]:
				one.Within = townDimension + "." + code.Parent
				if dimension != agencyDimension || inTown[code.Parent] != 1 || code.Parent == "" {
					one.Within = "" // the only agency of a town is chosen with the town
				}
				g.Options = append(g.Options, one)
			}
		}
		if len(g.Options) > 0 {
			c.Places = append(c.Places, g)
		}
	}
	return c
}

// listOf is the code list of a dimension in the data sets of the indicator.
func (v *visit) listOf(ind stat.Indicator, dimension string) string {
	for _, p := range ind.Panels {
		for _, s := range p.Series {
			if list := v.defs.DimensionList(s.Dataset, dimension); list != "" {
				return list
			}
		}
	}
	return ""
}

// appendOption adds a choice unless there is one with its name.
func appendOption(list []option, o option) []option {
	if slices.ContainsFunc(list, func(x option) bool { return x.ID == o.ID }) {
		return list
	}
	return append(list, o)
}

// shapesOf are the shapes in which a breakdown can be drawn.
func shapesOf(b stat.Breakdown) []chart.Shape {
	shapes := []chart.Shape{chart.ShapeBars, chart.ShapeMultiples}
	if b.Dimension() == agencyDimension {
		shapes = append(shapes, chart.ShapeCoverage)
	}
	if slices.Contains(mapped, b.Dimension()) {
		shapes = append(shapes, chart.ShapeMap)
	}
	return shapes
}

// wants reads the choices from the address and marks them in the form.
func (v *visit) wants(c *controls) (wanted, error) {
	var w wanted
	var places []option
	for _, g := range c.Places {
		places = append(places, g.Options...)
	}
	for _, field := range []struct {
		name    string
		options []option
	}{{"panel", c.Panels}, {"measure", c.Measures}, {"place", places}, {"by", c.Breakdowns}, {"as", c.Shapes}} {
		text := v.query.Get(field.name)
		if text == "" {
			continue
		}
		i := slices.IndexFunc(field.options, func(o option) bool { return o.ID == text })
		if i < 0 {
			return w, invalid("“%s” is not one of the choices of “%s” on this page.", clip(text), field.name)
		}
		if field.name != "place" {
			field.options[i].Chosen = true
		}
		switch field.name {
		case "panel":
			w.panel = text
		case "measure":
			w.measure = stat.Kind(text)
		case "place":
			w.place.Dimension, w.place.Code, _ = strings.Cut(text, ".")
			listed := cmp.Or(field.options[i].Within, text)
			for g := range c.Places {
				for o := range c.Places[g].Options {
					c.Places[g].Options[o].Chosen = c.Places[g].Options[o].ID == listed
				}
			}
			if w.among = v.among(w.place, field.options); len(w.among) == 1 {
				w.place, w.among = stat.DimensionCode{Dimension: agencyDimension, Code: w.among[0]}, nil
			}
		case "by":
			w.by = text
		case "as":
			w.as = chart.Shape(text)
		}
	}
	var err error
	if c.From, err = v.year("from", c.Years); err != nil {
		return w, err
	}
	if c.To, err = v.year("to", c.Years); err != nil {
		return w, err
	}
	if c.From > 0 && c.To > 0 && c.From > c.To {
		return w, invalid("The year in “from” (%d) is after the year in “to” (%d).", c.From, c.To)
	}
	if c.Window, err = v.window(c.Windows); err != nil {
		return w, err
	}
	w.from, w.to, w.window = c.From, c.To, c.Window
	return w, nil
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

// fit keeps the panels and the observations that are asked for, or says why the choices do not go together.
func (v *visit) fit(ind stat.Indicator, obs []stat.Observation, w wanted) (stat.Indicator, []stat.Observation, string) {
	one := w.place.Code != ""
	switch {
	case one && w.by != "":
		return ind, nil, v.l.T("The sources do not divide one place or agency any further. Choose either a place or a breakdown.")
	case w.quotient() && (one || w.by != "" && !slices.ContainsFunc(obs, func(o stat.Observation) bool { return w.divided(ind, o, w.measure) })):
		return ind, nil, v.l.T("Rates and ratios are given for the whole only. For a place or a breakdown, choose the count.")
	case w.as != "" && w.by == "":
		return ind, nil, v.l.T("The kind of chart can be chosen for a breakdown only. Choose one under “Break down”.")
	case w.quotient() && (w.as == chart.ShapeMap || w.as == chart.ShapeCoverage):
		return ind, nil, v.l.T("A map and a grid of who gave a figure show counts. Choose the count, or rates as bars.")
	case len(w.among) > 1 && w.window > 0:
		return ind, nil, v.l.T("Years are not added up for several agencies at once. Choose one of them.")
	case w.window > 0 && (w.by != "" || w.quotient()):
		return ind, nil, v.l.T("Years are added up for counts only, of the whole or of one place. Choose the count without a breakdown, or one year.")
	}
	why := ""
	shown := ind
	shown.Panels = nil
	for _, p := range ind.Panels {
		if w.panel != "" && p.ID != w.panel {
			continue
		}
		if reason := v.unfit(p, obs, w); reason != "" {
			why = cmp.Or(why, reason)
			continue
		}
		shown.Panels = append(shown.Panels, p)
	}
	if len(shown.Panels) == 0 {
		return ind, nil, cmp.Or(why, v.l.T("There is no figure for these choices."))
	}
	var kept []stat.Observation
	years := map[int]bool{}
	for _, o := range obs {
		i := slices.IndexFunc(shown.Panels, func(p stat.Panel) bool { return p.ID == o.Panel })
		if i < 0 || !w.shows(o, shown.Panels[i]) {
			continue
		}
		years[o.Period.To.Year] = true
		if w.from > 0 && o.Period.To.Year < w.from || w.to > 0 && o.Period.To.Year > w.to {
			continue
		}
		kept = append(kept, o)
	}
	if len(kept) == 0 {
		var list []string
		for y := range years {
			list = append(list, fmt.Sprint(y))
		}
		slices.Sort(list)
		return ind, nil, v.l.T("No figure ends in these years. There are figures for %s.", v.l.And(list))
	}
	return shown, kept, ""
}

// unfit says why a panel cannot show what is asked for; empty if it can.
func (v *visit) unfit(p stat.Panel, obs []stat.Observation, w wanted) string {
	has := func(is func(stat.Observation) bool) bool {
		return slices.ContainsFunc(obs, func(o stat.Observation) bool { return o.Panel == p.ID && is(o) })
	}
	kind := func(o stat.Observation) bool { return o.Kind == w.measure && (len(o.Codes) == 0) == (w.by == "") }
	switch {
	case w.measure == stat.KindRatio && (p.Ratio == nil || !has(kind)):
		return v.l.T("“%s” has no ratio: there are not two counts in it that could be set against each other.", p.Title)
	case w.measure == stat.KindRate && p.Protection == stat.ProtectionProtected:
		return v.l.T("“%s” has no rate: it says who was found, which is not how many there are.", p.Title)
	case w.measure == stat.KindRate && (p.Rate == nil || !has(kind)):
		return v.l.T("“%s” has no rate: no source gives the residents that it could be set against.", p.Title)
	case w.place.Code != "" && !has(w.ofPlace):
		return v.l.T("“%s” is not given for this place or agency.", p.Title)
	case w.place.Code != "" && w.window > 0 && protects(p, w.place.Dimension):
		return v.l.T("“%s” is protected for single places, and its years are not added up.", p.Title)
	case w.by == "":
		return ""
	}
	i := slices.IndexFunc(p.Breakdowns, func(b stat.Breakdown) bool { return b.ID == w.by })
	switch {
	case i < 0 || !has(func(o stat.Observation) bool { return o.Code(p.Breakdowns[i].Dimension()) != "" }):
		return v.l.T("“%s” is not broken down in this way by its sources.", p.Title)
	case w.as != "" && !slices.Contains(shapesOf(p.Breakdowns[i]), w.as):
		return v.l.T("A breakdown like this cannot be drawn as asked. Choose another kind of chart.")
	}
	return ""
}

// protects reports whether the counts of a panel by the dimension are protected.
func protects(p stat.Panel, dimension string) bool {
	return p.Protection == stat.ProtectionProtected || slices.ContainsFunc(p.Breakdowns, func(b stat.Breakdown) bool {
		return b.Dimension() == dimension && b.Protection == stat.ProtectionProtected
	})
}

// shows reports whether an observation of the panel belongs to what is asked for, whatever its year.
func (w wanted) shows(o stat.Observation, p stat.Panel) bool {
	switch {
	case w.by != "":
		one := stat.Indicator{Panels: []stat.Panel{p}}
		return w.divided(one, o, cmp.Or(w.measure, stat.KindCount)) || w.measure == stat.KindRate && w.divided(one, o, stat.KindPopulation)
	case w.place.Code != "":
		return w.ofPlace(o)
	case len(o.Codes) > 0:
		return false
	case w.measure == stat.KindRate:
		return o.Kind == stat.KindRate || o.Kind == stat.KindPopulation // the table says of how many residents
	case w.measure == stat.KindRatio:
		return o.Kind == stat.KindRatio
	case w.measure == "" && w.window == 0:
		return true
	default:
		return o.Kind == stat.KindCount
	}
}

// divided reports whether an observation of a kind belongs to the breakdown that is asked for.
func (w wanted) divided(ind stat.Indicator, o stat.Observation, kind stat.Kind) bool {
	return o.Kind == kind && len(o.Codes) == 1 && slices.ContainsFunc(ind.Panels, func(p stat.Panel) bool {
		return p.ID == o.Panel && slices.ContainsFunc(p.Breakdowns, func(b stat.Breakdown) bool {
			return b.ID == w.by && b.Dimension() == o.Codes[0].Dimension
		})
	})
}

// ofPlace reports whether an observation is a count of the place that is asked for, or of one of its agencies.
func (w wanted) ofPlace(o stat.Observation) bool {
	if o.Kind != stat.KindCount || len(o.Codes) != 1 {
		return false
	}
	return o.Codes[0] == w.place || o.Codes[0].Dimension == agencyDimension && slices.Contains(w.among, o.Codes[0].Code)
}

// among are the agencies of a town that can be chosen, if the place is a town.
func (v *visit) among(place stat.DimensionCode, options []option) []string {
	if place.Dimension != townDimension {
		return nil
	}
	var out []string
	agencies, _ := v.defs.Codelist(agencyList)
	for _, a := range agencies.Codes {
		if a.Parent == place.Code && slices.ContainsFunc(options, func(o option) bool { return o.ID == agencyDimension+"."+a.Code }) {
			out = append(out, a.Code)
		}
	}
	return out
}

// townListOf is the list of towns for their dimension: the agencies' figures can be chosen by town, though none is counted
// by town.
func townListOf(dimension string) string {
	if dimension == townDimension {
		return townList
	}
	return ""
}

// asked draws what was asked for and gives the table of exactly that. Shown are the panels that have it, and obs what
// is to be seen of them.
func (v *visit) asked(shown stat.Indicator, obs []stat.Observation, answer stat.Answer, w wanted) (*asked, error) {
	defs := v.defs
	a := &asked{Title: v.titleOf(shown, w)}
	breaks := answer.Breaks
	switch {
	case len(w.among) > 0: // beside each other, and not added up
		w.by, w.as = breakdownBy(shown.Panels[0], agencyDimension), chart.ShapeMultiples
		breaks = lasting(breaks)
	case w.place.Code != "":
		shown, obs = ofPlace(shown, obs)
		breaks = lasting(breaks)
		for _, p := range shown.Panels {
			for _, s := range p.Series { // a county has reporters of its own
				breaks = append(breaks, stat.CoverageBreaks(filtered(obs, func(o stat.Observation) bool { return o.Panel == p.ID && o.Series == s.ID }))...)
			}
		}
		breaks = stat.SortBreaks(breaks)
	}
	if w.window > 0 {
		shown, obs = v.pooled(shown, obs, w.window, defs)
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
	if values+gaps == 0 {
		a.Said, a.Refused = v.l.T("The years do not reach for a window of %d years.", w.window), true
		return a, nil
	}
	found := []any{v.count(values, "%s value", "%s values"), v.count(gaps, "%s gap", "%s gaps")}
	a.Said = v.l.T("Chart and table show %s and %s.", found...)
	a.Update = v.l.T("Chart and table updated: %s, %s", v.count(values, "%s point", "%s points"), v.count(gaps, "%s gap", "%s gaps"))
	if w.by != "" && (w.as == "" || w.as == chart.ShapeBars || w.as == chart.ShapeMap) {
		a.Said = v.l.T("The chart shows the latest period. The table shows %s and %s.", found...)
	}
	ctx := chart.Context{
		Release: v.rel.ID(), Source: publishersOf(v.l, obs), Alt: a.Title, Breaks: breaks, Labels: labeller(defs), Lang: v.l,
	}
	fig, err := draw(shown, obs, ctx, w)
	switch {
	case err == nil:
		a.Figure = &figure{ID: shown.ID + "-asked", Alt: a.Title + ". " + a.Said, Wide: fig.Wide, Narrow: fig.Narrow}
	case errors.Is(err, stat.ErrInvalid) || errors.Is(err, stat.ErrNotFound):
		a.Said = v.l.T("The table shows %s and %s. They cannot be drawn on one scale.", found...)
	default:
		return nil, err
	}
	if w.by != "" {
		a.Grids = v.grids(shown, obs)
		for i := range a.Grids { // the page has the whole of it under its own name
			a.Grids[i].Title = a.Title
		}
		return a, nil
	}
	if tables := chart.NewTable(shown, obs, defs); len(tables) > 0 && len(tables[0].Groups) > 0 {
		t := v.newTable(tables[0], shown)
		t.Caption, t.Again = a.Title, true
		if w.window > 0 {
			t.unlink()
		} else if w.place.Code != "" {
			t.lead("/" + w.place.Dimension + "=" + w.place.Code)
		}
		a.Table = &t
	}
	return a, nil
}

// titleOf names what is asked for.
func (v *visit) titleOf(shown stat.Indicator, w wanted) string {
	parts := []string{capital(shown.Short)}
	if w.panel != "" || w.by != "" || len(shown.Panels) == 1 && w.quotient() {
		parts[0] = shown.Panels[0].Title
	}
	switch {
	case w.measure == stat.KindRate && w.by == "":
		parts = append(parts, shown.Panels[0].Rate.Label)
	case w.measure == stat.KindRatio:
		parts = append(parts, shown.Panels[0].Ratio.Label)
	case w.place.Code != "":
		parts = append(parts, label(v.defs, cmp.Or(v.listOf(shown, w.place.Dimension), townListOf(w.place.Dimension)), w.place.Code))
	case w.by != "":
		for _, b := range shown.Panels[0].Breakdowns {
			if b.ID == w.by {
				parts = append(parts, lower(b.Title))
				if w.measure == stat.KindRate {
					parts = append(parts, shown.Panels[0].Rate.Label)
				}
			}
		}
		if w.as != "" {
			parts = append(parts, v.l.T(shapeWords[w.as]))
		}
	}
	title := strings.Join(parts, ", ")
	switch {
	case w.from > 0 && w.to > 0 && w.from != w.to:
		title += v.l.T(", %d to %d", w.from, w.to)
	case w.from > 0 && w.to > 0:
		title += fmt.Sprintf(", %d", w.from)
	case w.from > 0:
		title += v.l.T(", from %d", w.from)
	case w.to > 0:
		title += v.l.T(", to %d", w.to)
	}
	if w.window > 0 {
		title += v.l.T(", %d years together", w.window)
	}
	return title
}

// draw makes the figure of what is asked for. Panels that show a measure or a breakdown are drawn one at a time.
func draw(shown stat.Indicator, obs []stat.Observation, ctx chart.Context, w wanted) (chart.Figure, error) {
	if w.by == "" && !w.quotient() {
		shown.Panels = slices.DeleteFunc(slices.Clone(shown.Panels), func(p stat.Panel) bool {
			return !slices.ContainsFunc(obs, func(o stat.Observation) bool { return o.Panel == p.ID && len(o.Codes) == 0 })
		})
		return chart.Draw(shown, obs, ctx)
	}
	if w.quotient() && len(shown.Panels) > 1 {
		return chart.Figure{}, fmt.Errorf("%d panels on one scale: %w", len(shown.Panels), stat.ErrInvalid)
	}
	return chart.DrawView(shown, obs, ctx, chart.View{Panel: shown.Panels[0].ID, Measure: w.measure, By: w.by, As: w.as})
}

// ofPlace makes the counts of one place, each with its one code, the only ones of their panels, so that they are drawn
// and set out as totals are.
func ofPlace(ind stat.Indicator, obs []stat.Observation) (stat.Indicator, []stat.Observation) {
	ind.Panels = slices.Clone(ind.Panels)
	for i := range ind.Panels {
		p := &ind.Panels[i]
		p.Ratio, p.Rate, p.Breakdowns, p.Series = nil, nil, nil, slices.Clone(p.Series)
		if p.Form != stat.FormSpans {
			p.Form = stat.FormColumns
		}
		for s := range p.Series {
			p.Series[s].Expected = nil
		}
	}
	obs = slices.Clone(obs)
	for i := range obs {
		obs[i].Codes = nil
	}
	return ind, obs
}

// breakdownBy is the breakdown of a panel that has the dimension, or "".
func breakdownBy(p stat.Panel, dimension string) string {
	for _, b := range p.Breakdowns {
		if b.Dimension() == dimension {
			return b.ID
		}
	}
	return ""
}

func filtered(obs []stat.Observation, keep func(stat.Observation) bool) []stat.Observation {
	return slices.DeleteFunc(slices.Clone(obs), func(o stat.Observation) bool { return !keep(o) })
}

// lasting are the breaks that hold whoever reports.
func lasting(breaks []stat.Break) []stat.Break {
	return slices.DeleteFunc(slices.Clone(breaks), func(b stat.Break) bool { return b.Kind == stat.BreakCoverage })
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
		return label(defs, defs.DimensionList("", dimension), code)
	}
}
