package web

import (
	"slices"

	"tallystick/internal/lang"
	"tallystick/internal/stat"
)

// methodsPage says how the figures are counted, judged and protected.
type methodsPage struct {
	page
	Units    []stat.Code
	Stages   []stat.Code
	Statuses []statusLine
	Small    string      // the largest count that is withheld for itself
	Audit    []auditLine // empty if the release has no protected count
}

// auditLine is one number of the record of disclosure control and what it is the number of.
type auditLine struct {
	Number, Of string
}

// auditLines puts the record of disclosure control into words. It never holds a value.
func (v *visit) auditLines(a stat.Audit) []auditLine {
	if a.Cells == 0 {
		return nil
	}
	out := []auditLine{
		{stat.FormatCount(int64(a.Cells)), v.l.T("counts and totals looked at, in %s that anybody can write down",
			v.count(a.Equations, "%s equation", "%s equations"))},
		{stat.FormatCount(int64(a.Primary)), v.l.T("withheld because they are small")},
		{stat.FormatCount(int64(a.Secondary)), v.l.T("withheld because a small one would follow from them")},
	}
	add := func(n int, of string) {
		if n > 0 {
			out = append(out, auditLine{stat.FormatCount(int64(n)), v.l.T(of)})
		}
	}
	add(a.Kept, lang.Key("withheld because an earlier release withheld them"))
	add(a.Withdrawn, lang.Key("withheld with the whole of their line, since its total would tell them"))
	add(a.Held, lang.Key("left as they were, since a revision would have told a small one"))
	add(a.Releases, lang.Key("earlier releases attacked together with this one"))
	add(a.Solves, lang.Key("linear programs solved"))
	add(a.Witnesses, lang.Key("other tables found that agree with all that is published"))
	add(a.ProofOnly, lang.Key("small counts whose range has no such table at one end, and rests on a linear program"))
	if a.Primary > 0 {
		out = append(out, auditLine{
			stat.FormatCount(a.Narrowest), v.l.T("or more is how far apart the ends of the narrowest range are"),
		})
	}
	return out
}

// statusLine is a status with its symbol and what it means.
type statusLine struct {
	Symbol, Words, Meaning string
}

// statusMeanings says what each status tells a reader.
var statusMeanings = map[stat.Status]string{
	stat.StatusReported:      lang.Key("There is a figure. Zero is one: it says that there was none."),
	stat.StatusNotReported:   lang.Key("A figure was due or could have been given, and was not. It is not a zero."),
	stat.StatusNotDue:        lang.Key("The figure is not due yet."),
	stat.StatusNotCollected:  lang.Key("Nobody collected this figure for this period."),
	stat.StatusNotApplicable: lang.Key("There can be no figure here."),
	stat.StatusWithheld:      lang.Key("There is a figure, and it is not shown, because it could point at a person."),
}

// methods serves GET /methods.
func (s *Server) methods(v *visit) (*representation, error) {
	defs := v.defs
	p := methodsPage{page: v.frame("Methods", "What is counted, how sure the figures are, and how people are protected.")}
	if l, ok := defs.Codelist("counting-units"); ok {
		p.Units = l.Codes
	}
	if l, ok := defs.Codelist("stages"); ok {
		p.Stages = l.Codes
	}
	for _, st := range stat.Statuses {
		p.Statuses = append(p.Statuses, statusLine{Symbol: st.Symbol(), Words: v.l.T(st.Words()), Meaning: v.l.T(statusMeanings[st])})
	}
	audit := v.rel.Manifest().Audit
	p.Audit = v.auditLines(audit)
	p.Small = stat.FormatCount(defs.Site.Rule().K - 1)
	return v.show("methods", p)
}

// glossaryPage explains what is counted and the words of the tables.
type glossaryPage struct {
	page
	Units    []unitLine
	Stages   []stat.Code
	Statuses []statusLine
	Marks    []statusLine
}

// unitLine is a counting unit with the questions that count it.
type unitLine struct {
	stat.Code
	Used []link
}

// glossary serves GET /glossary.
func (s *Server) glossary(v *visit) (*representation, error) {
	p := glossaryPage{page: v.frame("Glossary", "What an arrest, a charge, a case, a defendant and a conviction are, and which question counts which.")}
	units, _ := v.defs.Codelist("counting-units")
	for _, c := range units.Codes {
		u := unitLine{Code: c}
		for _, ind := range v.defs.Indicators {
			if slices.ContainsFunc(ind.Panels, func(p stat.Panel) bool { return p.Unit == c.Code }) {
				u.Used = append(u.Used, link{Path: v.indicatorPath(ind.ID), Text: ind.Short})
			}
		}
		p.Units = append(p.Units, u)
	}
	if l, ok := v.defs.Codelist("stages"); ok {
		p.Stages = l.Codes
	}
	for _, st := range stat.Statuses {
		p.Statuses = append(p.Statuses, statusLine{Symbol: st.Symbol(), Words: v.l.T(st.Words()), Meaning: v.l.T(statusMeanings[st])})
	}
	for _, m := range stat.Marks {
		p.Marks = append(p.Marks, statusLine{Symbol: m.Symbol(), Words: v.l.T(m.Words()), Meaning: v.l.T(markWords[m])})
	}
	return v.show("glossary", p)
}

// aboutPage says who publishes the site and on what terms.
type aboutPage struct {
	page
}

// about serves GET /about.
func (s *Server) about(v *visit) (*representation, error) {
	site := v.defs.Site
	return v.show("about", aboutPage{v.frame(v.l.T("About %s", site.Name), site.About)})
}

// accessibilityPage says what the site does for every reader and where it still falls short.
type accessibilityPage struct {
	page
}

// accessibility serves GET /accessibility.
func (s *Server) accessibility(v *visit) (*representation, error) {
	return v.show("accessibility", accessibilityPage{v.frame("Accessibility",
		"What this site does for every reader, and where it falls short.")})
}
