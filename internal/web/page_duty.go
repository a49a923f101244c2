package web

import (
	"fmt"
	"slices"
	"time"

	"tallystick/internal/stat"
)

// dutiesPage is the register of the duties to report.
type dutiesPage struct {
	page
	AsOf   stat.Date
	Duties []dutyEntry
}

// dutyEntry is a duty in the register, with how its obligations stand.
type dutyEntry struct {
	stat.Duty
	Path    string
	Now     stat.DutyVersion // the version in force, or the last one
	When    string           // when it is due
	Last    *dueLine         // the last due day that has passed; nil where the law sets none
	Without string           // why no obligation can be listed
}

// dueLine is one due day of a duty: how many reports it asked for and how many this installation knows of.
type dueLine struct {
	Due      stat.Date
	Period   string
	Owed     int
	Recorded int
	Days     int // since the due day, where something is owed; 0 before it
	Passed   bool
}

// duties serves GET /duties.
func (s *Server) duties(v *visit) (*representation, error) {
	p := dutiesPage{
		page: v.frame("Who has to report",
			"The duties to report on trafficking: who owes what to whom, by when, and what is recorded here."),
		AsOf: v.asOf(),
	}
	for _, d := range v.rel.Definitions().Duties {
		p.Duties = append(p.Duties, v.dutyEntry(d))
	}
	return v.show("duties", p)
}

// today is the day of the visit, by which reports are due or overdue.
func (v *visit) dutyEntry(d stat.Duty) dutyEntry {
	e := dutyEntry{Duty: d, Path: "/duties/" + d.ID}
	if n := len(d.Versions); n > 0 {
		e.Now = d.Versions[n-1]
	}
	e.When = dueWords(e.Now)
	lines := v.dueLines(d)
	for i := range lines {
		if lines[i].Passed {
			e.Last = &lines[i]
		}
	}
	switch {
	case e.Now.DueMonth == 0:
		e.Without = "The law sets no yearly day, so that no list of what is owed follows from it."
	case e.Now.Codelist == "":
		e.Without = "Nobody can list by name who owes it."
	}
	return e
}

// dueWords says when a report is due each year.
func dueWords(version stat.DutyVersion) string {
	if version.DueMonth == 0 {
		return "no day set"
	}
	d := stat.Date{Year: 2000, Month: time.Month(version.DueMonth), Day: version.DueDay}
	return fmt.Sprintf("%d %s each year", d.Day, d.Month)
}

// obligations are what the duty asks of each reporter up to the next due day. No release holds filings yet, so none
// is recorded as received; the pages say that this does not mean that none was made.
func (v *visit) obligations(d stat.Duty) []stat.Obligation {
	defs := v.rel.Definitions()
	reporters := func(list string) []string {
		var codes []string
		l, _ := defs.Codelist(list)
		for _, c := range l.Codes {
			if c.Code != "all" {
				codes = append(codes, c.Code)
			}
		}
		return codes
	}
	return stat.Obligations(d, reporters, nil, v.asOf())
}

// dueLines sums up the obligations of each due day, oldest first.
func (v *visit) dueLines(d stat.Duty) []dueLine {
	var lines []dueLine
	for _, o := range v.obligations(d) {
		if n := len(lines); n == 0 || lines[n-1].Due != o.Due {
			lines = append(lines, dueLine{Due: o.Due, Period: o.Period.From.Long() + " to " + o.Period.To.Long()})
		}
		line := &lines[len(lines)-1]
		line.Owed++
		line.Days = max(line.Days, o.DaysOverdue)
		line.Passed = line.Passed || o.State != stat.ObligationNotDue
		if o.State == stat.ObligationReceived || o.State == stat.ObligationLate || o.State == stat.ObligationPartial {
			line.Recorded++
		}
	}
	return lines
}

// dutyPage is one duty: what it asks, its versions, and what was due when.
type dutyPage struct {
	page
	dutyEntry
	AsOf      stat.Date
	Versions  []dutyVersion
	Lines     []dueLine
	Reporters []link
	Laws      []link
}

// dutyVersion is a version of a duty in words.
type dutyVersion struct {
	stat.DutyVersion
	Span    string
	When    string
	Sources []string
}

// duty serves GET /duties/:id.
func (s *Server) duty(v *visit) (*representation, error) {
	defs := v.rel.Definitions()
	i := slices.IndexFunc(defs.Duties, func(d stat.Duty) bool { return d.ID == v.param("id") })
	if i < 0 {
		return nil, fmt.Errorf("duty %q: %w", clip(v.param("id")), stat.ErrNotFound)
	}
	d := defs.Duties[i]
	p := dutyPage{page: v.frame(d.Title, d.About), dutyEntry: v.dutyEntry(d), AsOf: v.asOf(), Lines: v.dueLines(d)}
	slices.Reverse(p.Lines)
	for _, version := range slices.Backward(d.Versions) {
		line := dutyVersion{DutyVersion: version, Span: spanWords(version.From, version.To), When: dueWords(version)}
		if version.Precision != "" && version.Precision != "day" {
			line.Span = "since " + dateWords(version.From, version.Precision)
		}
		for _, address := range version.Sources {
			if a := webLink(address); a != "" {
				line.Sources = append(line.Sources, a)
			}
		}
		p.Versions = append(p.Versions, line)
	}
	list, _ := defs.Codelist(p.Now.Codelist)
	agencies, _ := defs.Codelist(agencyList)
	for _, c := range list.Codes {
		to := link{Text: c.Label}
		if agencies.Has(c.Code) {
			to.Path = "/agencies/" + c.Code
		}
		p.Reporters = append(p.Reporters, to)
	}
	return v.show("duty", p)
}
