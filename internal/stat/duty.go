package stat

import (
	"cmp"
	"slices"
	"time"
)

// Duty is a legal duty to report: who owes what to whom, and when.
type Duty struct {
	ID       string        `yaml:"id" json:"id"`
	Citation string        `yaml:"citation" json:"citation"` // CGS 51-286h
	Title    string        `yaml:"title" json:"title" text:"yes"`
	About    string        `yaml:"about" json:"about" text:"yes"`
	Versions []DutyVersion `yaml:"versions" json:"versions"`

	// RecordedFrom is the first due day from which on this installation is given every filing. Before it, and where it
	// is zero, the absence of a filing says nothing about the reporter.
	RecordedFrom Date `yaml:"recorded_from" json:"recorded_from,omitzero"`
}

// DutyVersion is what a duty was between two dates.
type DutyVersion struct {
	From Date `yaml:"from" json:"from"` // first day in force
	// Precision is day, month or year: how exactly From is known. Empty means day.
	Precision string `yaml:"precision" json:"precision,omitempty"`
	To        Date   `yaml:"to" json:"to,omitzero"`       // last day in force; zero: still in force
	Owes      string `yaml:"owes" json:"owes" text:"yes"` // who, in words: each municipal police chief
	// Codelist lists the reporters, one obligation each; empty where nobody can list them.
	Codelist  string `yaml:"codelist" json:"codelist"`
	Recipient string `yaml:"recipient" json:"recipient" text:"yes"` // to whom
	// DueMonth and DueDay are the day by which a report is due, yearly; 0: the law sets none, and no obligations follow.
	DueMonth   int        `yaml:"due_month" json:"due_month"`
	DueDay     int        `yaml:"due_day" json:"due_day"`
	Months     int        `yaml:"months" json:"months"` // the months before the due day that a report covers
	Items      []DutyItem `yaml:"items" json:"items"`
	Act        string     `yaml:"act" json:"act"`
	Sources    []string   `yaml:"sources" json:"sources"`
	Confidence string     `yaml:"confidence" json:"confidence"`
}

// DutyItem is one numbered item of a duty.
type DutyItem struct {
	Number int    `yaml:"number" json:"number"`
	Text   string `yaml:"text" json:"text" text:"yes"`
	Count  bool   `yaml:"count" json:"count,omitempty"` // whether the item is a number; the others are answered in words
}

// ObligationState is how an obligation stands.
type ObligationState string

// The states of an obligation; each obligation is in exactly one.
const (
	ObligationNotDue      ObligationState = "not-due"
	ObligationReceived    ObligationState = "received" // complete and on time
	ObligationLate        ObligationState = "late"     // complete, but after the due day
	ObligationPartial     ObligationState = "partial"  // received with items missing
	ObligationNotReceived ObligationState = "not-received"
	ObligationWaived      ObligationState = "waived"
	ObligationDisputed    ObligationState = "disputed"   // the reporter holds that it does not owe it
	ObligationUnrecorded  ObligationState = "unrecorded" // no filing is known here, and nobody gives us all of them
)

// ObligationStates lists every state in the order of the constants.
var ObligationStates = []ObligationState{ObligationNotDue, ObligationReceived, ObligationLate, ObligationPartial,
	ObligationNotReceived, ObligationWaived, ObligationDisputed, ObligationUnrecorded}

// Words is the state as a reader reads it.
func (s ObligationState) Words() string {
	switch s {
	case ObligationNotDue:
		return "not due yet"
	case ObligationReceived:
		return "on time"
	case ObligationNotReceived:
		return "not received"
	case ObligationUnrecorded:
		return "no filing recorded here"
	default:
		return string(s)
	}
}

// Letter is the state in one character, for grids in which colour must not carry the meaning alone.
func (s ObligationState) Letter() string {
	switch s {
	case ObligationNotDue:
		return "·"
	case ObligationReceived:
		return "✓"
	case ObligationLate:
		return "L"
	case ObligationPartial:
		return "P"
	case ObligationNotReceived:
		return "N"
	case ObligationWaived:
		return "W"
	case ObligationDisputed:
		return "D"
	default:
		return "?"
	}
}

// Filing is what a reporter sent, or what was decided about its obligation.
type Filing struct {
	Duty     string `json:"duty"`
	Reporter string `json:"reporter"`
	Due      Date   `json:"due"`             // the obligation it answers
	Received Date   `json:"received"`        // or the day of the decision
	Items    []int  `json:"items,omitempty"` // the numbers of the items that it answers
	Waived   bool   `json:"waived,omitempty"`
	Disputed bool   `json:"disputed,omitempty"`
	Address  string `json:"address,omitempty"` // where the filing or the decision can be read
	Note     string `json:"note,omitempty"`    // why it was waived or is disputed, or what a reader should know
}

// Reply is what an agency answered to the figures about it, in its own words.
type Reply struct {
	Agency  string `json:"agency"`
	Date    Date   `json:"date"`
	Text    string `json:"text"`
	Address string `json:"address,omitempty"` // where it can be read whole
}

// Obligation is what one reporter owes under a duty for one period.
type Obligation struct {
	Duty        string          `json:"duty"`
	Reporter    string          `json:"reporter"`
	Period      Period          `json:"period"` // what the report must cover
	Due         Date            `json:"due"`
	State       ObligationState `json:"state"`
	Received    Date            `json:"received,omitzero"`
	Missing     []int           `json:"missing,omitempty"`      // numbers of the items that are not answered
	DaysOverdue int             `json:"days_overdue,omitempty"` // as of the day asked for, while something is owed
}

// Status is the obligation as the status of a figure that it should have brought: whether it is absent because it
// is not due yet, was not reported, or does not apply. A received item has no status but its figure's own.
func (o Obligation) Status(item int) Status {
	switch o.State {
	case ObligationNotDue:
		return StatusNotDue
	case ObligationWaived:
		return StatusNotApplicable
	case ObligationUnrecorded:
		return StatusNotCollected // whether it was reported is not known here, so that nothing is said against the reporter
	case ObligationNotReceived, ObligationDisputed:
		return StatusNotReported
	}
	if slices.Contains(o.Missing, item) {
		return StatusNotReported
	}
	return StatusReported
}

// Obligations generates, for every reporter, one obligation for each due day of the duty up to the first one after
// asOf, and judges it by the filings received by that day. Where no filing is known and the duty does not say that all
// filings are recorded, nothing is said against the reporter. Reporters maps each version's code list to its codes. The
// result is ordered by due day and reporter; the states of all obligations of a due day add up to its reporters.
func Obligations(d Duty, reporters func(codelist string) []string, filings []Filing, asOf Date) []Obligation {
	var out []Obligation
	for _, v := range d.Versions {
		if v.DueMonth < 1 || v.DueMonth > 12 || v.DueDay < 1 {
			continue
		}
		for year := v.From.Year; year <= asOf.Year+1; year++ {
			due := Date{Year: year, Month: time.Month(v.DueMonth), Day: v.DueDay}
			if due.Compare(v.From) < 0 || (!v.To.IsZero() && due.Compare(v.To) > 0) {
				continue
			}
			for _, r := range reporters(v.Codelist) {
				o := v.obligation(d.ID, r, due, filings, asOf)
				if o.State == ObligationNotReceived && (d.RecordedFrom.IsZero() || due.Compare(d.RecordedFrom) < 0) {
					o.State, o.Missing, o.DaysOverdue = ObligationUnrecorded, nil, 0
				}
				out = append(out, o)
			}
			if due.Compare(asOf) > 0 {
				break
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Obligation) int {
		return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Reporter, b.Reporter))
	})
	return out
}

// Version returns the version under which a report was due on the day, and whether the duty has such a due day.
func (d Duty) Version(due Date) (DutyVersion, bool) {
	for _, v := range d.Versions {
		if int(due.Month) == v.DueMonth && due.Day == v.DueDay && due.Compare(v.From) >= 0 &&
			(v.To.IsZero() || due.Compare(v.To) <= 0) {
			return v, true
		}
	}
	return DutyVersion{}, false
}

func (v DutyVersion) obligation(duty, reporter string, due Date, filings []Filing, asOf Date) Obligation {
	start := DateOf(due.Time().AddDate(0, -v.Months, 0))
	o := Obligation{Duty: duty, Reporter: reporter, Due: due, Period: Period{From: start, To: due.AddDays(-1)}}
	answered := map[int]bool{}
	waived, disputed, last := false, false, Date{}
	for _, f := range filings {
		if f.Duty != duty || f.Reporter != reporter || f.Due != due || f.Received.Compare(asOf) > 0 {
			continue
		}
		waived, disputed = waived || f.Waived, disputed || f.Disputed
		if f.Waived || f.Disputed {
			continue
		}
		for _, n := range f.Items {
			if !answered[n] {
				answered[n] = true
				if last.IsZero() || f.Received.Compare(last) > 0 {
					last = f.Received
				}
			}
		}
	}
	for _, item := range v.Items {
		if !answered[item.Number] {
			o.Missing = append(o.Missing, item.Number)
		}
	}
	o.Received = last
	switch {
	case waived:
		o.State, o.Missing = ObligationWaived, nil
	case disputed:
		o.State = ObligationDisputed
	case !last.IsZero() && len(o.Missing) == 0 && last.Compare(due) <= 0:
		o.State = ObligationReceived
	case !last.IsZero() && len(o.Missing) == 0:
		o.State = ObligationLate
	case asOf.Compare(due) <= 0:
		o.State = ObligationNotDue
	case !last.IsZero():
		o.State = ObligationPartial
	default:
		o.State = ObligationNotReceived
	}
	if (o.State == ObligationPartial || o.State == ObligationNotReceived) && asOf.Compare(due) > 0 {
		o.DaysOverdue = int(asOf.Time().Sub(due.Time()).Hours() / 24)
	}
	return o
}
