package web

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"tallystick/internal/stat"
)

// homePage answers the headline questions and leads to everything else.
type homePage struct {
	page
	Headlines []headline
	Others    []headline
	Manifest  stat.Manifest
	Previous  string // path of the release before, if there is one
	Indicators,
	Values,
	Withheld int
	Sources int
	Changes []changeGroup
	Added   int
	Owed    []owedLine // duties of which filings are recorded, with what is overdue
	Silent  int        // duties with a yearly day of which no filing is recorded
}

// owedLine is a duty with how many of its reports are overdue.
type owedLine struct {
	link
	Words string
}

// headline is an indicator in brief: its question, its answer and, on the home page, its figure.
type headline struct {
	Indicator stat.Indicator
	Path      string
	Answer    []said
	Figure    *figure
	Caution   said // the worst thing to know before quoting
}

// home serves GET /.
func (s *Server) home(v *visit) (*representation, error) {
	defs := v.defs
	p := homePage{
		page:     v.frame(defs.Site.Title, defs.Site.About),
		Manifest: v.rel.Manifest(),
		Sources:  len(defs.Sources),
	}
	for _, ind := range defs.Indicators {
		h, err := v.headline(ind, ind.Headline > 0)
		if err != nil {
			return nil, err
		}
		if ind.Headline > 0 {
			p.Headlines = append(p.Headlines, h)
		} else {
			p.Others = append(p.Others, h)
		}
		for _, o := range v.rel.Observations(ind.ID) {
			switch o.Status {
			case stat.StatusReported:
				p.Values++
			case stat.StatusWithheld:
				p.Withheld++
			}
		}
	}
	p.Indicators = len(defs.Indicators)
	slices.SortStableFunc(p.Headlines, func(a, b headline) int {
		return cmp.Compare(a.Indicator.Headline, b.Indicator.Headline)
	})
	if prev := p.Manifest.Previous; prev != nil {
		p.Previous = "/releases/" + prev.ID
	}
	diff, err := v.rel.Revisions()
	if err != nil && !errors.Is(err, stat.ErrNotFound) {
		return nil, fmt.Errorf("revisions: %v", err)
	}
	p.Changes, p.Added = v.changeGroups(diff)
	for _, d := range defs.Duties {
		e := v.dutyEntry(d)
		switch {
		case e.Last == nil:
		case !e.Recorded:
			p.Silent++
		default:
			p.Owed = append(p.Owed, owedLine{link{Path: e.Path, Text: e.Title}, v.overdue(d)})
		}
	}
	return v.show("home", p)
}

// overdue says how many reports under a duty are overdue, over all its due days, and since when.
func (v *visit) overdue(d stat.Duty) string {
	late, days := 0, 0
	for _, o := range v.obligations(d) {
		if o.DaysOverdue > 0 {
			late++
			days = max(days, o.DaysOverdue)
		}
	}
	if late == 0 {
		return v.l.T("nothing is overdue")
	}
	return v.count(late, "%s report is overdue", "%s reports are overdue") + ", " + v.count(days, "by up to %s day", "by up to %s days")
}

// headline puts an indicator in brief, with its figure if wanted.
func (v *visit) headline(ind stat.Indicator, drawn bool) (headline, error) {
	answer, err := v.answer(ind.ID)
	if err != nil {
		return headline{}, err
	}
	h := headline{Indicator: ind, Path: v.indicatorPath(ind.ID), Answer: v.sayAll(answer.Sentences)}
	if len(answer.Cautions) > 0 {
		h.Caution = v.cautions(answer, ind.Quoted)[0]
	}
	if drawn {
		h.Figure, err = v.brief(ind, answer)
	}
	return h, err
}

// indicatorPath is the address of an indicator's page: in the release that the address names, or the newest.
func (v *visit) indicatorPath(id string) string {
	if v.pinned {
		return "/releases/" + v.rel.ID() + "/indicators/" + id
	}
	return "/indicators/" + id
}

// indicatorsPage lists every indicator under its topic.
type indicatorsPage struct {
	page
	Topics []topic
}

type topic struct {
	Title      string
	Indicators []headline
}

// indicators serves GET /indicators.
func (s *Server) indicators(v *visit) (*representation, error) {
	p := indicatorsPage{page: v.frame("Indicators", "Every question that this site answers, with its answer.")}
	for _, ind := range v.defs.Indicators {
		h, err := v.headline(ind, false)
		if err != nil {
			return nil, err
		}
		title := v.topic(ind)
		i := slices.IndexFunc(p.Topics, func(t topic) bool { return t.Title == title })
		if i < 0 {
			p.Topics = append(p.Topics, topic{Title: title})
			i = len(p.Topics) - 1
		}
		p.Topics[i].Indicators = append(p.Topics[i].Indicators, h)
	}
	topics, _ := v.defs.Codelist("topics")
	place := func(t topic) int {
		return slices.IndexFunc(topics.Codes, func(c stat.Code) bool { return capital(c.Label) == t.Title })
	}
	slices.SortStableFunc(p.Topics, func(a, b topic) int { return cmp.Compare(place(a), place(b)) })
	return v.show("indicators", p)
}
