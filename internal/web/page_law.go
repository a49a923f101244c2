package web

import (
	"fmt"
	"slices"

	"tallystick/internal/lang"
	"tallystick/internal/stat"
)

// lawsPage lists the sections of law that figures are counted under.
type lawsPage struct {
	page
	Groups []lawGroup
}

// lawGroup is the sections about people in one role.
type lawGroup struct {
	Title string
	Laws  []lawEntry
}

// lawEntry is a section in a list.
type lawEntry struct {
	law
	Versions int
}

// roles are the roles of a section, in the order in which they are listed.
var roles = []struct{ code, title string }{
	{"trafficker", lang.Key("About trafficking")},
	{"seller", lang.Key("About people who sell sex")},
	{"buyer", lang.Key("About people who buy sex")},
	{"promoter", lang.Key("About people who profit from it")},
	{"other", lang.Key("Other sections")},
}

// laws serves GET /laws.
func (s *Server) laws(v *visit) (*representation, error) {
	defs := v.defs
	p := lawsPage{page: v.frame("Laws",
		"The sections of law that figures are counted under, with every version we know of.")}
	day := stat.DateOf(v.rel.PublishedAt())
	for _, role := range roles {
		g := lawGroup{Title: v.l.T(role.title)}
		for _, st := range defs.Statutes {
			known := slices.ContainsFunc(roles, func(r struct{ code, title string }) bool { return r.code == st.Role })
			if st.Role == role.code || !known && role.code == "other" {
				g.Laws = append(g.Laws, lawEntry{lawOf(st, day), len(st.Versions)})
			}
		}
		if len(g.Laws) > 0 {
			p.Groups = append(p.Groups, g)
		}
	}
	return v.show("laws", p)
}

// timelinePage lists what happened to law, courts and enforcement, by year.
type timelinePage struct {
	page
	Years []timelineYear
}

// timelineYear is the events of one year.
type timelineYear struct {
	Year   int
	Events []timelineEvent
}

// timelineEvent is an event with what it bears on.
type timelineEvent struct {
	change
	Kind  string
	Links []link // sections of law and indicators
}

// eventKinds says what sort of event it is.
var eventKinds = map[string]string{
	"act": lang.Key("act"), "ruling": lang.Key("ruling"), "operation": lang.Key("operation"), "duty": lang.Key("duty to report"),
	"publication": lang.Key("publication"),
}

// timeline serves GET /timeline.
func (s *Server) timeline(v *visit) (*representation, error) {
	p := timelinePage{page: v.frame("Timeline", "Acts, rulings, operations and reports that bear on the figures, with their sources.")}
	for _, e := range v.defs.Events {
		if n := len(p.Years); n == 0 || p.Years[n-1].Year != e.Date.Year {
			p.Years = append(p.Years, timelineYear{Year: e.Date.Year})
		}
		line := timelineEvent{change: v.eventLine(e), Kind: v.l.T(eventKinds[e.Kind])}
		for _, id := range e.Statutes {
			if st, ok := v.defs.Statute(id); ok {
				line.Links = append(line.Links, link{Path: "/laws/" + id, Text: st.Citation})
			}
		}
		for _, id := range e.Indicators {
			if ind, ok := v.defs.Indicator(id); ok {
				line.Links = append(line.Links, link{Path: v.indicatorPath(id), Text: ind.Short})
			}
		}
		year := &p.Years[len(p.Years)-1]
		year.Events = append(year.Events, line)
	}
	return v.show("timeline", p)
}

// eventLine is an event as a line of a timeline.
func (v *visit) eventLine(e stat.Event) change {
	return change{
		ID: e.ID, Date: e.Date, When: v.l.DateAs(e.Date, e.Precision), Stamp: dateStamp(e.Date, e.Precision),
		Title: e.Title, Text: e.Text, Link: webLink(e.Address),
	}
}

// lawPage is one section with its versions side by side and the figures counted under it.
type lawPage struct {
	page
	Statute    stat.Statute
	Versions   []versionColumn
	Rows       []versionRow
	Indicators []link
	Events     []change
}

// versionColumn is the head of one version.
type versionColumn struct {
	When   string
	Act    string
	Breaks bool
}

// versionRow sets one aspect of all versions side by side.
type versionRow struct {
	Title string
	Cells []versionCell
}

// versionCell is one aspect of one version; Changed against the version before.
type versionCell struct {
	Text    string
	Links   []string
	Changed bool
}

// law serves GET /laws/:id.
func (s *Server) law(v *visit) (*representation, error) {
	defs := v.defs
	st, ok := defs.Statute(v.param("id"))
	if !ok {
		return nil, fmt.Errorf("statute %q: %w", clip(v.param("id")), stat.ErrNotFound)
	}
	p := lawPage{page: v.frame(st.Citation+", "+st.Title, st.Plain), Statute: st}
	aspects := []struct {
		title string
		of    func(stat.StatuteVersion) string
	}{
		{lang.Key("Called"), func(x stat.StatuteVersion) string { return x.Label }},
		{lang.Key("Class"), func(x stat.StatuteVersion) string { return x.Class }},
		{lang.Key("Age"), func(x stat.StatuteVersion) string { return x.AgeLimit }},
		{lang.Key("Must be shown"), func(x stat.StatuteVersion) string { return x.Elements }},
		{lang.Key("What changed"), func(x stat.StatuteVersion) string { return x.Change }},
		{lang.Key("Figures"), func(x stat.StatuteVersion) string {
			if x.Breaks {
				return v.l.T("Counts before and after do not compare.")
			}
			return ""
		}},
		{lang.Key("Confidence"), func(x stat.StatuteVersion) string { return v.confidence(x.Confidence) }},
	}
	for _, version := range st.Versions {
		p.Versions = append(p.Versions, versionColumn{
			When: spanWords(v.l, version.From, version.To), Act: version.Act, Breaks: version.Breaks,
		})
	}
	for i, a := range aspects {
		row := versionRow{Title: v.l.T(a.title)}
		empty := true
		for j, version := range st.Versions {
			cell := versionCell{Text: a.of(version)}
			cell.Changed = i < 4 && j > 0 && cell.Text != a.of(st.Versions[j-1])
			empty = empty && cell.Text == ""
			row.Cells = append(row.Cells, cell)
		}
		if !empty {
			p.Rows = append(p.Rows, row)
		}
	}
	read := versionRow{Title: v.l.T("Read in")}
	for _, version := range st.Versions {
		var cell versionCell
		for _, address := range version.Sources {
			if a := webLink(address); a != "" {
				cell.Links = append(cell.Links, a)
			}
		}
		read.Cells = append(read.Cells, cell)
	}
	p.Rows = append(p.Rows, read)
	for _, ind := range defs.Indicators {
		if slices.Contains(ind.Statutes, st.ID) {
			p.Indicators = append(p.Indicators, link{Path: v.indicatorPath(ind.ID), Text: ind.Question})
		}
	}
	for _, e := range defs.Events {
		if slices.Contains(e.Statutes, st.ID) {
			p.Events = append(p.Events, v.eventLine(e))
		}
	}
	return v.show("law", p)
}

// spanWords says from when to when a version was in force.
func spanWords(l lang.Language, from, to stat.Date) string {
	switch {
	case from.IsZero() && to.IsZero():
		return l.T("in force")
	case from.IsZero():
		return l.T("until %s", l.Date(to))
	case to.IsZero():
		return l.Since(from, "day")
	default:
		return l.T("%s to %s", l.Date(from), l.Date(to))
	}
}
