package stat_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tallystick/internal/stat"
)

// CGS 51-286h: in 2016 the thirteen state's attorneys and the police chiefs reported to two committees; since 2017 the
// Chief State's Attorney and the chiefs report nine items to the Trafficking in Persons Council.
var section286h = stat.Duty{ID: "51-286h", RecordedFrom: day(2016, 10, 1), Versions: []stat.DutyVersion{
	{From: day(2016, 10, 1), To: day(2017, 9, 30), Codelist: "chiefs-2016", DueMonth: 10, DueDay: 1, Months: 12, Items: items(9)},
	{From: day(2017, 10, 1), Codelist: "chiefs", DueMonth: 10, DueDay: 1, Months: 12, Items: items(9)},
}}

func items(n int) []stat.DutyItem {
	var out []stat.DutyItem
	for i := range n {
		out = append(out, stat.DutyItem{Number: i + 1})
	}
	return out
}

func chiefs(list string) []string {
	if list == "chiefs" {
		return []string{"bridgeport", "hartford", "new-haven"}
	}
	return []string{"hartford"}
}

func on(obligations []stat.Obligation, reporter string, due stat.Date) stat.Obligation {
	for _, o := range obligations {
		if o.Reporter == reporter && o.Due == due {
			return o
		}
	}
	return stat.Obligation{}
}

func TestObligationsFollowFromTheDutyAndItsVersions(t *testing.T) {
	got := stat.Obligations(section286h, chiefs, nil, day(2018, 1, 15))
	var dues []string
	for _, o := range got {
		dues = append(dues, o.Due.String()+" "+o.Reporter+" "+string(o.State))
	}
	want := []string{"2016-10-01 hartford not-received",
		"2017-10-01 bridgeport not-received", "2017-10-01 hartford not-received", "2017-10-01 new-haven not-received",
		"2018-10-01 bridgeport not-due", "2018-10-01 hartford not-due", "2018-10-01 new-haven not-due"}
	if diff := cmp.Diff(want, dues); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	o := on(got, "hartford", day(2017, 10, 1))
	if o.Period != (stat.Period{From: day(2016, 10, 1), To: day(2017, 9, 30)}) || o.DaysOverdue != 106 || len(o.Missing) != 9 {
		t.Errorf("got %+v, want twelve months before the due day, 106 days overdue, nine items missing", o)
	}
}

func TestAFilingDecidesHowAnObligationStands(t *testing.T) {
	due := day(2017, 10, 1)
	all := []int{1, 2, 3, 4, 5, 6, 7, 8, 9}
	file := func(received stat.Date, items []int) stat.Filing {
		return stat.Filing{Duty: "51-286h", Reporter: "hartford", Due: due, Received: received, Items: items}
	}
	waiver, dispute := file(day(2017, 9, 1), nil), file(day(2017, 9, 1), nil)
	waiver.Waived, dispute.Disputed = true, true
	for _, c := range []struct {
		name    string
		filings []stat.Filing
		asOf    stat.Date
		state   stat.ObligationState
		missing []int
		overdue int
	}{
		{"complete on the due day", []stat.Filing{file(due, all)}, day(2018, 1, 1), stat.ObligationReceived, nil, 0},
		{"complete a day late", []stat.Filing{file(day(2017, 10, 2), all)}, day(2018, 1, 1), stat.ObligationLate, nil, 0},
		{"items 3 and 7 missing", []stat.Filing{file(due, []int{1, 2, 4, 5, 6, 8, 9})}, day(2017, 10, 11), stat.ObligationPartial,
			[]int{3, 7}, 10},
		{"missing items that came later", []stat.Filing{file(due, []int{1, 2, 4, 5, 6, 8, 9}), file(day(2017, 11, 1), []int{3, 7})},
			day(2018, 1, 1), stat.ObligationLate, nil, 0},
		{"a filing received after the day asked for", []stat.Filing{file(day(2017, 12, 1), all)}, day(2017, 11, 1),
			stat.ObligationNotReceived, all, 31},
		{"waived", []stat.Filing{waiver}, day(2018, 1, 1), stat.ObligationWaived, nil, 0},
		{"disputed", []stat.Filing{dispute}, day(2018, 1, 1), stat.ObligationDisputed, all, 0},
		{"nothing yet on the due day", nil, due, stat.ObligationNotDue, all, 0},
	} {
		o := on(stat.Obligations(section286h, chiefs, c.filings, c.asOf), "hartford", due)
		if o.State != c.state || !cmp.Equal(o.Missing, c.missing) || o.DaysOverdue != c.overdue {
			t.Errorf("%s: got %s, missing %v, %d days overdue; want %s, %v, %d", c.name, o.State, o.Missing, o.DaysOverdue,
				c.state, c.missing, c.overdue)
		}
	}
}

func TestWithoutARegisterOfFilingsNothingIsSaidAgainstAReporter(t *testing.T) {
	partly := section286h
	partly.RecordedFrom = day(2018, 10, 1)
	filed := stat.Filing{Duty: "51-286h", Reporter: "hartford", Due: day(2017, 10, 1), Received: day(2017, 9, 30),
		Items: []int{1, 2, 3, 4, 5, 6, 7, 8, 9}}
	never := section286h
	never.RecordedFrom = stat.Date{}
	for _, c := range []struct {
		name     string
		duty     stat.Duty
		reporter string
		due      stat.Date
		state    stat.ObligationState
		overdue  int
	}{
		{"before the register begins", partly, "bridgeport", day(2017, 10, 1), stat.ObligationUnrecorded, 0},
		{"a filing from before it", partly, "hartford", day(2017, 10, 1), stat.ObligationReceived, 0},
		{"from its first day on", partly, "bridgeport", day(2018, 10, 1), stat.ObligationNotReceived, 92},
		{"no register at all", never, "bridgeport", day(2018, 10, 1), stat.ObligationUnrecorded, 0},
		{"no register, not due", never, "bridgeport", day(2019, 10, 1), stat.ObligationNotDue, 0},
	} {
		o := on(stat.Obligations(c.duty, chiefs, []stat.Filing{filed}, day(2019, 1, 1)), c.reporter, c.due)
		if o.State != c.state || o.DaysOverdue != c.overdue {
			t.Errorf("%s: Obligations gives %s, %d days overdue; want %s, %d", c.name, o.State, o.DaysOverdue, c.state, c.overdue)
		}
	}
}

func TestEachStateHasItsOwnWordsAndLetter(t *testing.T) {
	words, letters := map[string]bool{}, map[string]bool{}
	for _, s := range stat.ObligationStates {
		if words[s.Words()] || letters[s.Letter()] || s.Words() == "" {
			t.Errorf("%s: words %q and letter %q are not its own", s, s.Words(), s.Letter())
		}
		words[s.Words()], letters[s.Letter()] = true, true
	}
}

func TestAnObligationGivesAnAbsentFigureItsStatus(t *testing.T) {
	for _, c := range []struct {
		o    stat.Obligation
		item int
		want stat.Status
	}{
		{stat.Obligation{State: stat.ObligationNotDue}, 2, stat.StatusNotDue},
		{stat.Obligation{State: stat.ObligationNotReceived}, 2, stat.StatusNotReported},
		{stat.Obligation{State: stat.ObligationWaived}, 2, stat.StatusNotApplicable},
		{stat.Obligation{State: stat.ObligationDisputed}, 2, stat.StatusNotReported},
		{stat.Obligation{State: stat.ObligationPartial, Missing: []int{3}}, 3, stat.StatusNotReported},
		{stat.Obligation{State: stat.ObligationPartial, Missing: []int{3}}, 2, stat.StatusReported},
		{stat.Obligation{State: stat.ObligationLate}, 2, stat.StatusReported},
	} {
		if got := c.o.Status(c.item); got != c.want {
			t.Errorf("%s, item %d: got %s, want %s", c.o.State, c.item, got, c.want)
		}
	}
}

func TestTheStatesOfADueDayAddUpToItsReporters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var filings []stat.Filing
		for range rapid.IntRange(0, 8).Draw(t, "filings") {
			filings = append(filings, stat.Filing{Duty: "51-286h",
				Reporter: rapid.SampledFrom(chiefs("chiefs")).Draw(t, "reporter"),
				Due:      stat.Date{Year: rapid.IntRange(2016, 2020).Draw(t, "year"), Month: 10, Day: 1},
				Received: day(2016, 9, 1).AddDays(rapid.IntRange(0, 1500).Draw(t, "received")),
				Items:    rapid.SliceOf(rapid.IntRange(1, 9)).Draw(t, "items"),
				Waived:   rapid.IntRange(0, 9).Draw(t, "waived") == 0,
				Disputed: rapid.IntRange(0, 9).Draw(t, "disputed") == 0,
			})
		}
		asOf := day(2016, 9, 1).AddDays(rapid.IntRange(0, 2000).Draw(t, "as of"))
		byDue := map[stat.Date]map[stat.ObligationState]int{}
		for _, o := range stat.Obligations(section286h, chiefs, filings, asOf) {
			if byDue[o.Due] == nil {
				byDue[o.Due] = map[stat.ObligationState]int{}
			}
			byDue[o.Due][o.State]++
			if o.DaysOverdue != 0 && o.DaysOverdue != int(asOf.Time().Sub(o.Due.Time()).Hours()/24) {
				t.Fatalf("%+v as of %s", o, asOf)
			}
		}
		for due, states := range byDue {
			n := 0
			for _, s := range stat.ObligationStates {
				n += states[s]
			}
			want := len(chiefs("chiefs"))
			if due.Year == 2016 {
				want = 1
			}
			if n != want {
				t.Fatalf("%s: the states add up to %d, want %d", due, n, want)
			}
		}
	})
}
