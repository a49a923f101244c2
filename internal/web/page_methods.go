package web

import "tallystick/internal/stat"

// methodsPage says how the figures are counted, judged and protected.
type methodsPage struct {
	page
	Units    []stat.Code
	Stages   []stat.Code
	Statuses []statusLine
}

// statusLine is a status with its symbol and what it means.
type statusLine struct {
	Symbol, Words, Meaning string
}

// statusMeanings says what each status tells a reader.
var statusMeanings = map[stat.Status]string{
	stat.StatusReported:      "There is a figure. Zero is one: it says that there was none.",
	stat.StatusNotReported:   "A figure was due or could have been given, and was not. It is not a zero.",
	stat.StatusNotDue:        "The figure is not due yet.",
	stat.StatusNotCollected:  "Nobody collected this figure for this period.",
	stat.StatusNotApplicable: "There can be no figure here.",
	stat.StatusWithheld:      "There is a figure, and it is not shown, because it could point at a person.",
}

// methods serves GET /methods.
func (s *Server) methods(v *visit) (*representation, error) {
	defs := v.rel.Definitions()
	p := methodsPage{page: v.frame("Methods", "What is counted, how sure the figures are, and how people are protected.")}
	if l, ok := defs.Codelist("counting-units"); ok {
		p.Units = l.Codes
	}
	if l, ok := defs.Codelist("stages"); ok {
		p.Stages = l.Codes
	}
	for _, st := range stat.Statuses {
		p.Statuses = append(p.Statuses, statusLine{Symbol: st.Symbol(), Words: st.Words(), Meaning: statusMeanings[st]})
	}
	return v.show("methods", p)
}

// aboutPage says who publishes the site and on what terms.
type aboutPage struct {
	page
}

// about serves GET /about.
func (s *Server) about(v *visit) (*representation, error) {
	site := v.rel.Definitions().Site
	return v.show("about", aboutPage{v.frame("About "+site.Name, site.About)})
}

// accessibilityPage says what the site does for every reader and where it still falls short.
type accessibilityPage struct {
	page
}

// accessibility serves GET /accessibility.
func (s *Server) accessibility(v *visit) (*representation, error) {
	return v.show("accessibility", accessibilityPage{v.frame("Accessibility", "What this site does for every reader, and where it falls short.")})
}
