package testkit_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tallystick/internal/stat"
)

// monthlyArrests is a small data set of one record for each arrest.
func monthlyArrests() stat.Definitions {
	return stat.Definitions{
		Datasets: []stat.Dataset{{ID: "arrests", Clock: stat.ClockCalendar, Period: stat.PeriodFields{Date: "day"}, Key: []string{"arrest"}, Duplicates: "refuse",
			Fields: []stat.Field{{Name: "arrest", Type: stat.FieldInteger, Required: true}, {Name: "day", Type: stat.FieldDate, Required: true},
				{Name: "agency", Type: stat.FieldCode, Codelist: "agencies", Required: true}}}},
		Feeds:     []stat.Feed{{ID: "court", Dataset: "arrests"}},
		Codelists: []stat.Codelist{{ID: "agencies", Codes: []stat.Code{{Code: "a"}, {Code: "b"}}}},
	}
}

// TestMonthsOfABatchAreHeldAgainstThoseBefore: a month with few arrests stands out, and one without any counts as none.
func TestMonthsOfABatchAreHeldAgainstThoseBefore(t *testing.T) {
	defs, w := monthlyArrests(), open(t)
	n := 0
	export := func(months map[string]int) string {
		var b strings.Builder
		b.WriteString("arrest,day,agency\n")
		for m := time.Date(2014, 1, 1, 0, 0, 0, 0, time.UTC); m.Year() < 2018; m = m.AddDate(0, 1, 0) {
			for i := range months[m.Format("2006-01")] {
				n++
				fmt.Fprintf(&b, "%d,%s,%s\n", n, m.AddDate(0, 0, i%28).Format(time.DateOnly), string("ab"[i%2]))
			}
		}
		return b.String()
	}
	past := map[string]int{}
	for i := range 28 {
		past[time.Date(2014, time.Month(1+i), 1, 0, 0, 0, 0, time.UTC).Format("2006-01")] = 11 + i%19
	}
	load(t, w, defs, "court", "past.csv", export(past), time.Date(2016, 5, 2, 0, 0, 0, 0, time.UTC))
	b := load(t, w, defs, "court", "new.csv", export(map[string]int{"2016-05": 3, "2016-07": 20}), time.Date(2016, 8, 2, 0, 0, 0, 0, time.UTC))
	points, err := w.Points(context.Background(), defs.Datasets[0], nil, b.ID)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range stat.Implausible(points) {
		problem, fix := u.Sentence(stat.Noun{One: "arrest", Many: "arrests"}, "")
		got = append(got, problem+" "+fix)
	}
	// After the 3 of May, none in June is not so far out any more.
	want := []string{"You reported 3 arrests in May 2016. The last 24 months were between 11 and 29. Is this complete?"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("questions (-want +got):\n%s", diff)
	}
	by, err := w.Points(context.Background(), defs.Datasets[0], []string{"agency"}, b.ID)
	if err != nil {
		t.Fatal(err)
	}
	fresh := map[string]int64{}
	for _, p := range by {
		if p.New {
			fresh[p.Period.From.String()+" "+p.Codes[0].Code] = p.Value
		}
	}
	for key, n := range map[string]int64{"2016-05-01 a": 2, "2016-05-01 b": 1, "2016-06-01 a": 0, "2016-06-01 b": 0, "2016-07-01 a": 10, "2016-07-01 b": 10} {
		if got, ok := fresh[key]; !ok || got != n {
			t.Errorf("%s: %d (%v), want %d", key, got, ok, n)
		}
	}
}

// TestTownsAddUpToTheStateInTheChildWelfareFile: every total of the real file lies between what its towns can add up to,
// those that are withheld included; a total that was changed does not.
func TestTownsAddUpToTheStateInTheChildWelfareFile(t *testing.T) {
	ctx := context.Background()
	defs, w := definitions(t), open(t)
	ds, _ := defs.Dataset("child-reports")
	file := "CT_DCF_Abuse_Neglect_Reports_and_Allegations_by_Town_and_State_Fiscal_Year.csv"
	b := loadFile(t, w, defs, "dcf-town-reports", sharedExport(t, "ct_dcf_abuse_neglect", file))
	list, err := w.Additions(ctx, ds, ds.Sums[0], b.ID)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 7*21 {
		t.Errorf("%d totals, want one for each of seven years and 21 measures", len(list))
	}
	for _, a := range list {
		if a.Wrong(ds.Sums[0]) {
			problem, _ := a.Sentence(ds.Sums[0], fmt.Sprint(a.Codes))
			t.Errorf("row %d: %s", a.Line, problem)
		}
		a.Total += 2_000
		if !a.Wrong(ds.Sums[0]) && a.Parts > 0 && !a.Open {
			t.Errorf("row %d: a total that is 2,000 too large is not wrong: %+v", a.Line, a)
		}
	}
}
