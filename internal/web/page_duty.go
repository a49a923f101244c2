package web

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"tallystick/internal/export"
	"tallystick/internal/lang"
	"tallystick/internal/stat"
)

// dutiesPage is the register of the duties to report.
type dutiesPage struct {
	page
	AsOf     stat.Date
	Recorded bool // whether any filing is recorded under any duty
	Duties   []dutyEntry
}

// dutyEntry is a duty in the register, with how its obligations stand.
type dutyEntry struct {
	stat.Duty
	Path     string
	Now      stat.DutyVersion // the version in force, or the last one
	When     string           // when it is due
	Last     *dueLine         // the last due day that has passed; nil where the law sets none
	Without  string           // why no obligation can be listed
	Recorded bool             // whether any filing is recorded here, or all are
}

// dueLine is one due day of a duty: how many reports it asked for, and how these stand.
type dueLine struct {
	Due    stat.Date
	Period string
	Owed   int
	States []stateCount // in the order of the states; none at zero
	Days   int          // since the due day, where something is owed; 0 before it
	Passed bool
}

// stateCount is how many obligations of a due day are in one state.
type stateCount struct {
	State stat.ObligationState
	Words string
	Count int
}

// duties serves GET /duties.
func (s *Server) duties(v *visit) (*representation, error) {
	p := dutiesPage{
		page: v.frame("Who has to report",
			"The duties to report on trafficking: who owes what to whom, by when, and what is recorded here."),
		AsOf: v.released(),
	}
	for _, d := range v.defs.Duties {
		e := v.dutyEntry(d)
		p.Recorded = p.Recorded || e.Recorded
		p.Duties = append(p.Duties, e)
	}
	return v.show("duties", p)
}

// released is the day of the release that is read. By it reports are due or overdue, so that a page of a release says
// the same for ever: a release cannot know of filings that came after it.
func (v *visit) released() stat.Date { return stat.DateOf(v.rel.PublishedAt().UTC()) }

func (v *visit) dutyEntry(d stat.Duty) dutyEntry {
	e := dutyEntry{Duty: d, Path: "/duties/" + d.ID}
	if n := len(d.Versions); n > 0 {
		e.Now = d.Versions[n-1]
	}
	e.When = dueWords(v.l, e.Now)
	lines := v.dueLines(v.obligations(d))
	for i := range lines {
		if lines[i].Passed {
			e.Last = &lines[i]
		}
	}
	e.Recorded = !d.RecordedFrom.IsZero() ||
		slices.ContainsFunc(v.defs.Filings, func(f stat.Filing) bool { return f.Duty == d.ID })
	switch {
	case e.Now.DueMonth == 0:
		e.Without = v.l.T("The law sets no yearly day, so that no list of what is owed follows from it.")
	case e.Now.Codelist == "":
		e.Without = v.l.T("Nobody can list by name who owes it.")
	}
	return e
}

// dueWords says when a report is due each year.
func dueWords(l lang.Language, version stat.DutyVersion) string {
	if version.DueMonth == 0 {
		return l.T("no day set")
	}
	d := stat.Date{Year: 2000, Month: time.Month(version.DueMonth), Day: version.DueDay}
	return l.T("%s each year", l.Day(d))
}

// obligations are what the duty asks of each reporter up to the next due day, as they stood when the release came out.
func (v *visit) obligations(d stat.Duty) []stat.Obligation {
	defs := v.defs
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
	return stat.Obligations(d, reporters, defs.Filings, v.released())
}

// dueLines sums up the obligations of each due day, oldest first.
func (v *visit) dueLines(obligations []stat.Obligation) []dueLine {
	var lines []dueLine
	for _, o := range obligations {
		if n := len(lines); n == 0 || lines[n-1].Due != o.Due {
			lines = append(lines, dueLine{Due: o.Due, Period: v.l.T("%s to %s", v.l.Date(o.Period.From), v.l.Date(o.Period.To))})
		}
		line := &lines[len(lines)-1]
		line.Owed++
		line.Days = max(line.Days, o.DaysOverdue)
		line.Passed = line.Passed || o.State != stat.ObligationNotDue
		i := slices.IndexFunc(line.States, func(c stateCount) bool { return c.State == o.State })
		if i < 0 {
			line.States = append(line.States, stateCount{State: o.State, Words: v.l.T(o.State.Words())})
			i = len(line.States) - 1
		}
		line.States[i].Count++
	}
	for _, line := range lines {
		slices.SortFunc(line.States, func(a, b stateCount) int {
			return cmp.Compare(slices.Index(stat.ObligationStates, a.State), slices.Index(stat.ObligationStates, b.State))
		})
	}
	return lines
}

// obligationLine is what one reporter owes for one due day, in words.
type obligationLine struct {
	Due      string
	Period   string
	State    stat.ObligationState
	Letter   string
	Words    string          // late by 12 days
	Missing  []stat.DutyItem // the items that are not answered, where some are
	Receipts []link          // where the filings can be read
	Notes    []string
}

// obligationLine puts an obligation into words.
func (v *visit) obligationLine(d stat.Duty, o stat.Obligation) obligationLine {
	line := obligationLine{
		Due: v.l.Date(o.Due), Period: v.l.T("%s to %s", v.l.Date(o.Period.From), v.l.Date(o.Period.To)), State: o.State, Letter: o.State.Letter(),
		Words: v.obligationWords(o),
	}
	version, _ := d.Version(o.Due)
	for _, item := range version.Items {
		if o.State == stat.ObligationPartial && slices.Contains(o.Missing, item.Number) {
			line.Missing = append(line.Missing, item)
		}
	}
	for _, f := range v.defs.Filings {
		if f.Duty != d.ID || f.Reporter != o.Reporter || f.Due != o.Due || f.Received.Compare(v.released()) > 0 {
			continue
		}
		if a := webLink(f.Address); a != "" {
			line.Receipts = append(line.Receipts, link{Path: a, Text: v.l.T("received %s", v.l.Date(f.Received))})
		}
		if f.Note != "" {
			line.Notes = append(line.Notes, f.Note)
		}
	}
	return line
}

// obligationWords says how an obligation stands, with its days.
func (v *visit) obligationWords(o stat.Obligation) string {
	overdue := v.count(o.DaysOverdue, "%s day overdue", "%s days overdue")
	switch o.State {
	case stat.ObligationLate:
		return v.count(int(o.Received.Time().Sub(o.Due.Time()).Hours()/24), "late by %s day", "late by %s days")
	case stat.ObligationPartial:
		missing := make([]string, len(o.Missing))
		for i, n := range o.Missing {
			missing[i] = fmt.Sprint(n)
		}
		return v.l.N(int64(len(missing)), "partial: item %s missing, %s", "partial: items %s missing, %s",
			strings.Join(missing, ", "), overdue)
	case stat.ObligationNotReceived:
		return v.l.T("not received, %s", overdue)
	case stat.ObligationUnrecorded:
		return v.l.T("no filing has been recorded here; this does not mean that none was made")
	default:
		return v.l.T(o.State.Words())
	}
}

// dutyPage is one duty: what it asks, its versions, what was due when, and how each reporter stands.
type dutyPage struct {
	page
	dutyEntry
	AsOf      stat.Date
	Versions  []dutyVersion
	Lines     []dueLine
	Grid      stateGrid
	Reporters []link
	Laws      []link
}

// stateGrid sets each reporter against each due day, one letter a cell.
type stateGrid struct {
	Dues []stat.Date
	Rows []stateRow
	Key  []stateKey // the states that occur
}

type stateRow struct {
	link
	Cells []obligationLine // State is empty where nothing was owed
}

// stateKey explains a letter.
type stateKey struct {
	State         stat.ObligationState
	Letter, Words string
}

// dutyVersion is a version of a duty in words.
type dutyVersion struct {
	stat.DutyVersion
	Span    string
	When    string
	Sources []string
}

// duty serves GET /duties/:id and its twin as CSV.
func (s *Server) duty(v *visit) (*representation, error) {
	defs := v.defs
	id, asCSV := strings.CutSuffix(v.param("id"), ".csv")
	d, ok := defs.Duty(id)
	if !ok {
		return nil, fmt.Errorf("duty %q: %w", clip(id), stat.ErrNotFound)
	}
	obligations := v.obligations(d)
	if asCSV {
		var b bytes.Buffer
		if err := export.WriteObligations(&b, d, defs, obligations, v.rel.ID()); err != nil {
			return nil, err
		}
		return v.madeFile(b.Bytes(), "duty-"+d.ID+"-"+v.rel.ID()+".csv"), nil
	}
	p := dutyPage{page: v.frame(d.Title, d.About), dutyEntry: v.dutyEntry(d), AsOf: v.released(), Lines: v.dueLines(obligations)}
	slices.Reverse(p.Lines)
	if len(obligations) > 0 {
		p.Alternates = []link{{Path: p.Path + ".csv", Text: "CSV", Type: typeOf(".csv")}}
	}
	if p.Recorded {
		p.Grid = v.stateGrid(d, obligations)
	}
	for _, version := range slices.Backward(d.Versions) {
		line := dutyVersion{DutyVersion: version, Span: spanWords(v.l, version.From, version.To), When: dueWords(v.l, version)}
		if version.Precision != "" && version.Precision != "day" {
			line.Span = v.l.Since(version.From, version.Precision)
		}
		for _, address := range version.Sources {
			if a := webLink(address); a != "" {
				line.Sources = append(line.Sources, a)
			}
		}
		p.Versions = append(p.Versions, line)
	}
	list, _ := defs.Codelist(p.Now.Codelist)
	for _, c := range list.Codes {
		p.Reporters = append(p.Reporters, v.reporter(c.Label, c.Code))
	}
	return v.show("duty", p)
}

// reporter names a reporter, with its page if it is an agency. The code lists of reporters and of agencies are not the
// same: a court district may have the code of a town's police. Where the label agrees too, it is the agency.
func (v *visit) reporter(label, code string) link {
	to := link{Text: label}
	if a, ok := codeOf(v.defs, agencyList, code); ok && a.Label == label {
		to.Path = "/agencies/" + code
	}
	return to
}

// stateGrid sets reporters against due days.
func (v *visit) stateGrid(d stat.Duty, obligations []stat.Obligation) stateGrid {
	var g stateGrid
	for _, o := range obligations {
		if !slices.Contains(g.Dues, o.Due) {
			g.Dues = append(g.Dues, o.Due)
		}
	}
	at := map[string]int{} // row of each reporter
	for _, o := range obligations {
		i, ok := at[o.Reporter]
		if !ok {
			i = len(g.Rows)
			at[o.Reporter] = i
			name := o.Reporter
			if version, ok := d.Version(o.Due); ok {
				name = label(v.defs, version.Codelist, o.Reporter)
			}
			g.Rows = append(g.Rows, stateRow{link: v.reporter(name, o.Reporter), Cells: make([]obligationLine, len(g.Dues))})
		}
		g.Rows[i].Cells[slices.Index(g.Dues, o.Due)] = v.obligationLine(d, o)
	}
	slices.SortStableFunc(g.Rows, func(a, b stateRow) int { return strings.Compare(a.Text, b.Text) })
	slices.Reverse(g.Dues) // the newest is what a phone shows first
	for _, row := range g.Rows {
		slices.Reverse(row.Cells)
	}
	for _, s := range stat.ObligationStates {
		if slices.ContainsFunc(obligations, func(o stat.Obligation) bool { return o.State == s }) {
			g.Key = append(g.Key, stateKey{s, s.Letter(), v.l.T(s.Words())})
		}
	}
	return g
}
