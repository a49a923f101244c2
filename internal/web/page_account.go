package web

import (
	"fmt"
	"strings"

	"tallystick/internal/report"
	"tallystick/internal/stat"
)

// accountsPage lists where figures for the same thing and year do not agree.
type accountsPage struct {
	page
	Accounts []accountEntry
}

// accountEntry is one such question in a list.
type accountEntry struct {
	link
	Title    string
	Sentence said
}

// accountPage sets the figures of one question side by side. They never share an axis: most of them do not count the
// same unit, so that a table with the numbers set large is all that compares them.
type accountPage struct {
	page
	Reconciliation stat.Reconciliation
	Sentence       said
	Figures        []accountFigure
	Gap            string // between the largest and the smallest; empty where they are unlike
	Times          string // how many times the smallest the largest is; empty where there is no gap
	Indicators     []link
}

// accountFigure is one of the figures with what makes it different.
type accountFigure struct {
	stat.ReconciledFigure
	Number  string // the value, or the words of its status
	Key     string // empty where the release has no such figure
	Path    string
	Limits  string
	Unit    string
	When    string
	Clock   string
	Sources []stat.Citation
}

// accounts serves GET /accounts.
func (s *Server) accounts(v *visit) (*representation, error) {
	defs, obs := v.defs, v.rel.AllObservations()
	p := accountsPage{page: v.frame("Same year, different answers",
		"Figures that sound as if they counted the same thing, and do not agree.")}
	for _, r := range defs.Reconciliations {
		p.Accounts = append(p.Accounts, accountEntry{
			link: link{Path: "/accounts/" + r.ID, Text: r.Question}, Title: r.Title,
			Sentence: v.say(report.Account(r.Find(obs), defs)),
		})
	}
	return v.show("accounts", p)
}

// account serves GET /accounts/:id.
func (s *Server) account(v *visit) (*representation, error) {
	defs := v.defs
	r, ok := defs.Reconciliation(v.param("id"))
	if !ok {
		return nil, fmt.Errorf("reconciliation %q: %w", clip(v.param("id")), stat.ErrNotFound)
	}
	found := r.Find(v.rel.AllObservations())
	sentence := report.Account(found, defs)
	p := accountPage{page: v.frame(r.Question, sentence.String()), Reconciliation: r, Sentence: v.say(sentence)}
	if spread := stat.SpreadOf(found); spread.Told && spread.Gap > 0 {
		p.Gap = report.GapWords(v.l, spread)
		if spread.Factor > 0 {
			p.Times = v.l.T("%s times", strings.TrimSpace(v.l.T(spread.Bound.Words())+" "+stat.FormatNumber(spread.Factor, 1)))
		}
	}
	seen := map[string]bool{}
	for i, f := range r.Figures {
		p.Figures = append(p.Figures, v.accountFigure(f, found[i], defs))
		id, _, _ := strings.Cut(f.Figure, "/")
		if ind, ok := defs.Indicator(id); ok && !seen[id] {
			seen[id] = true
			p.Indicators = append(p.Indicators, link{Path: v.indicatorPath(id), Text: ind.Question})
		}
	}
	return v.show("account", p)
}

// accountFigure is a figure with its observation, or without one where the release does not hold it.
func (v *visit) accountFigure(f stat.ReconciledFigure, o *stat.Observation, defs stat.Definitions) accountFigure {
	if o == nil {
		return accountFigure{ReconciledFigure: f, Number: v.l.T("not in this release")}
	}
	ind, _ := defs.Indicator(o.Indicator)
	panel, _ := panelOf(ind, *o)
	line := accountFigure{
		ReconciledFigure: f, Number: numberWords(v.l, *o, panel), Key: o.Key(), Path: v.valuePath(o.Key()),
		Unit: label(defs, "counting-units", o.Unit), When: v.l.Period(o.Period, panel.Clock), Clock: clockWords(v.l, panel.Clock),
		Sources: linked(o.Citations),
	}
	if o.Interval != nil && o.Interval.Method != stat.MethodStated {
		line.Limits = v.l.Limits(*o.Interval, decimalsOf(*o, panel))
	}
	return line
}

// accountsOf are the questions that figures of an indicator take part in.
func (v *visit) accountsOf(id string, defs stat.Definitions) []link {
	var out []link
	for _, r := range defs.Reconciliations {
		for _, f := range r.Figures {
			if strings.HasPrefix(f.Figure, id+"/") {
				out = append(out, link{Path: "/accounts/" + r.ID, Text: r.Question})
				break
			}
		}
	}
	return out
}
