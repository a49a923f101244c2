package testkit_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tallystick/internal/ingest"
	"tallystick/internal/stat"
	"tallystick/internal/warehouse"
)

// sections is a small data set in the tidy layout: arrests by section, with its code lists.
func sections() stat.Definitions {
	zero := int64(0)
	return stat.Definitions{
		Datasets: []stat.Dataset{{
			ID: "sections", Value: "count", Status: "status", Bound: "bound", Clock: stat.ClockStated,
			Period: stat.PeriodFields{From: "from", To: "to", Stated: "period"},
			Key:    []string{"from", "to", "section"}, Duplicates: "refuse",
			Citation: stat.CitationFields{Title: "source_title", Locator: "locator"}, Note: "note",
			Fields: []stat.Field{
				{Name: "from", Type: stat.FieldDate}, {Name: "to", Type: stat.FieldDate, Required: true},
				{Name: "period", Type: stat.FieldText},
				{Name: "section", Type: stat.FieldCode, Codelist: "sections", Required: true},
				{Name: "count", Type: stat.FieldInteger, Minimum: &zero},
				{Name: "status", Type: stat.FieldText}, {Name: "bound", Type: stat.FieldText},
				{Name: "source_title", Type: stat.FieldText}, {Name: "locator", Type: stat.FieldText}, {Name: "note", Type: stat.FieldText},
			},
		}},
		Feeds:     []stat.Feed{{ID: "court", Dataset: "sections"}},
		Codelists: []stat.Codelist{{ID: "sections", Codes: []stat.Code{{Code: "53a-82"}, {Code: "53a-83"}}}},
	}
}

// load brings an export into the warehouse as its feed says.
func load(t *testing.T, w *warehouse.Warehouse, defs stat.Definitions, feed, name, text string, at time.Time) stat.Batch {
	t.Helper()
	ctx := context.Background()
	f, ok := defs.Feed(feed)
	if !ok {
		t.Fatalf("no feed %s", feed)
	}
	ds, _ := defs.Dataset(f.Dataset)
	b, err := w.Receive(ctx, f, name, "clerk", at, strings.NewReader(text))
	if err != nil {
		t.Fatalf("Receive(%s): %v", name, err)
	}
	r, err := w.OpenExport(b)
	if err != nil {
		t.Fatalf("OpenExport(%s): %v", name, err)
	}
	defer r.Close()
	rows, err := ingest.Open(ctx, r, ingest.Input{Name: name, Feed: f, Definitions: defs, Today: stat.Date{Year: 2026, Month: 11, Day: 24}})
	if err != nil {
		t.Fatalf("Open(%s): %v", name, err)
	}
	defer rows.Close()
	b, err = w.Load(ctx, b, ds, rows)
	if err != nil {
		t.Fatalf("Load(%s): %v", name, err)
	}
	return b
}

const header = "from,to,period,section,count,status,bound,source_title,locator,note\n"

func TestTidyExportIsCountedByPeriodAndSection(t *testing.T) {
	ctx := context.Background()
	w, err := warehouse.Open(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	defs := sections()
	b := load(t, w, defs, "court", "court.csv", header+
		"2005-01-01,2014-12-31,2005 to 2014,53a-82,3557,,,\"Report, 2016\",p. 4,\n"+
		"2005-01-01,2014-12-31,2005 to 2014,53a-83,1378,,,\"Report, 2016\",p. 4,about men\n"+
		"2015-01-01,2015-12-31,2015,53a-82,,,,Report,p. 5,\n"+
		"2015-01-01,2015-12-31,2015,53a-83,0,,at-least,Report,p. 5,\n"+
		"2015-01-01,2015-12-31,2015,53a-84,7,,,Report,p. 5,\n"+
		"2015-01-01,2015-13-31,2015,53a-83,5.6,,,Report,p. 5,\n"+
		"2015-01-01,2015-12-31,2015,53a-83,0,,at-least,Report,p. 5,\n", time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC))
	if b.Rows != 7 || b.Accepted != 4 || b.Quarantined != 2 || b.Duplicates != 1 || !b.Balanced() {
		t.Errorf("Load: %d rows = %d accepted + %d quarantined + %d duplicates + %d set aside; want 7 = 4 + 2 + 1 + 0",
			b.Rows, b.Accepted, b.Quarantined, b.Duplicates, b.SetAside)
	}
	got, err := w.Count(ctx, warehouse.Query{Dataset: defs.Datasets[0], Measure: stat.Measure{Sum: "count"}, By: []string{"section"}})
	if err != nil {
		t.Fatal(err)
	}
	old := stat.Period{From: stat.Date{Year: 2005, Month: 1, Day: 1}, To: stat.Date{Year: 2014, Month: 12, Day: 31}, Stated: "2005 to 2014"}
	recent := stat.CalendarYear(2015)
	recent.Stated = "2015"
	one := func(p stat.Period, section string, value int64, status stat.Status, cite stat.Citation, lines string) warehouse.Counted {
		return warehouse.Counted{Period: p, Codes: []stat.DimensionCode{{Dimension: "section", Code: section}}, Value: value, Records: 1,
			ByStatus: map[stat.Status]int64{status: 1}, ByBound: map[stat.Bound]int64{stat.BoundExactly: 1},
			Citations: []stat.Citation{cite}, Rows: []stat.Lines{{Batch: "b0001", Lines: lines}}}
	}
	want := []warehouse.Counted{
		one(old, "53a-82", 3557, stat.StatusReported, stat.Citation{Title: "Report, 2016", Locator: "p. 4"}, "2"),
		one(old, "53a-83", 1378, stat.StatusReported, stat.Citation{Title: "Report, 2016", Locator: "p. 4"}, "3"),
		one(recent, "53a-82", 0, stat.StatusNotReported, stat.Citation{Title: "Report", Locator: "p. 5"}, "4"),
		one(recent, "53a-83", 0, stat.StatusReported, stat.Citation{Title: "Report", Locator: "p. 5"}, "5"),
	}
	for i := range want {
		want[i].Low, want[i].High = want[i].Value, &want[i].Value
	}
	want[1].Notes = []string{"about men"}
	want[2].ByBound, want[2].High = map[stat.Bound]int64{}, nil
	want[3].ByBound = map[stat.Bound]int64{stat.BoundAtLeast: 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Count (-want +got):\n%s", diff)
	}
	rejects, err := w.Quarantine(ctx, b.ID)
	if err != nil {
		t.Fatal(err)
	}
	var lines []int64
	var problems []string
	for _, r := range rejects {
		lines = append(lines, r.Line)
		for _, i := range r.Issues {
			problems = append(problems, i.Problem)
		}
	}
	if diff := cmp.Diff([]int64{6, 7}, lines); diff != "" {
		t.Errorf("lines in quarantine (-want +got):\n%s", diff)
	}
	wantProblems := []string{"The section 53a-84 is not in the list sections.", "The to 2015-13-31 is not a date.", "The count 5.6 is not a whole number."}
	if diff := cmp.Diff(wantProblems, problems); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestRepublishedPeriodReplacesAndNeverAdds(t *testing.T) {
	ctx := context.Background()
	w, err := warehouse.Open(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	defs := sections()
	monday, tuesday := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	load(t, w, defs, "court", "a.csv", header+"2014-01-01,2014-12-31,2014,53a-82,300,,,,,\n2015-01-01,2015-12-31,2015,53a-82,267,,,,,\n", monday)
	load(t, w, defs, "court", "b.csv", header+"2015-01-01,2015-12-31,2015,53a-82,268,,,,,\n", tuesday)
	q := warehouse.Query{Dataset: defs.Datasets[0], Measure: stat.Measure{Sum: "count"}}
	values := func(at time.Time) (out []int64) {
		q.AsOf = at
		list, err := w.Count(ctx, q)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			out = append(out, c.Value)
		}
		return out
	}
	if diff := cmp.Diff([]int64{300, 268}, values(time.Time{})); diff != "" {
		t.Errorf("current counts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int64{300, 267}, values(monday)); diff != "" {
		t.Errorf("counts as of Monday (-want +got):\n%s", diff)
	}
	f, _ := defs.Feed("court")
	_, err = w.Receive(ctx, f, "c.csv", "", tuesday, strings.NewReader(header+"2015-01-01,2015-12-31,2015,53a-82,268,,,,,\n"))
	if !errors.Is(err, stat.ErrConflict) || !strings.Contains(err.Error(), "b0002") {
		t.Errorf("Receive of known bytes: %v, want ErrConflict naming b0002", err)
	}
}

// TestVerbs adds, corrects, withdraws: what is current follows, and what was current at an earlier moment stays.
func TestVerbs(t *testing.T) {
	ctx := context.Background()
	defs, w := sections(), open(t)
	day := func(d int) time.Time { return time.Date(2026, 11, d, 9, 0, 0, 0, time.UTC) }
	try := func(verb stat.Verb, reason, text string, at time.Time) (stat.Batch, error) {
		t.Helper()
		f, _ := defs.Feed("court")
		b, err := w.Receive(ctx, f, "x.csv", "", at, strings.NewReader(header+text))
		if err != nil {
			t.Fatal(err)
		}
		r, err := w.OpenExport(b)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		rows, err := ingest.Open(ctx, r, ingest.Input{Name: "x.csv", Feed: f, Definitions: defs})
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		b.Verb, b.Reason = verb, reason
		return w.Load(ctx, b, defs.Datasets[0], rows)
	}
	counts := func(at time.Time) map[string]int64 {
		t.Helper()
		out := map[string]int64{}
		for key, c := range sums(t, w, warehouse.Query{Dataset: defs.Datasets[0], Measure: stat.Measure{Sum: "count"}, By: []string{"section"}, AsOf: at}) {
			out[key] = c.Value
		}
		return out
	}
	want := func(at time.Time, want map[string]int64) {
		t.Helper()
		if diff := cmp.Diff(want, counts(at)); diff != "" {
			t.Errorf("counts as of %v (-want +got):\n%s", at, diff)
		}
	}
	row := func(section, count string) string {
		return "2015-01-01,2015-12-31,2015," + section + "," + count + ",,,,,\n"
	}
	if _, err := try(stat.VerbReplace, "", row("53a-82", "267"), day(1)); err != nil {
		t.Fatal(err)
	}
	if _, err := try(stat.VerbAdd, "", row("53a-82", "1")+row("53a-83", "5"), day(2)); !errors.Is(err, stat.ErrConflict) {
		t.Errorf("adding a record that is there: %v, want ErrConflict", err)
	}
	want(time.Time{}, map[string]int64{"2015 53a-82": 267})
	if _, err := try(stat.VerbAdd, "", row("53a-83", "5"), day(3)); err != nil {
		t.Fatal(err)
	}
	want(time.Time{}, map[string]int64{"2015 53a-82": 267, "2015 53a-83": 5})
	if _, err := try(stat.VerbCorrect, "", row("53a-82", "268"), day(4)); !errors.Is(err, stat.ErrInvalid) {
		t.Errorf("a correction without a reason: %v, want ErrInvalid", err)
	}
	corrected, err := try(stat.VerbCorrect, "A row was counted twice.", row("53a-82", "266"), day(4))
	if err != nil {
		t.Fatal(err)
	}
	want(time.Time{}, map[string]int64{"2015 53a-82": 266, "2015 53a-83": 5})
	want(day(3), map[string]int64{"2015 53a-82": 267, "2015 53a-83": 5})
	if err := w.Withdraw(ctx, corrected.ID, "clerk", "It was right before.", day(5)); err != nil {
		t.Fatal(err)
	}
	want(time.Time{}, map[string]int64{"2015 53a-82": 267, "2015 53a-83": 5})
	want(day(4), map[string]int64{"2015 53a-82": 266, "2015 53a-83": 5})
	if _, err := try(stat.VerbCorrect, "x", "2016-01-01,2016-12-31,2016,53a-82,1,,,,,\n", day(6)); !errors.Is(err, stat.ErrConflict) {
		t.Errorf("correcting a record that is not there: %v, want ErrConflict", err)
	}
}

// TestReplacementKeepsToItsPeriodAndItsScope: two agencies send the same months in files of their own; each replaces its own
// records and nothing else, and a file that stands for a span replaces also what it has no row for.
func TestReplacementKeepsToItsPeriodAndItsScope(t *testing.T) {
	ctx := context.Background()
	defs, w := sections(), open(t)
	defs.Datasets[0].Fields = append(defs.Datasets[0].Fields, stat.Field{Name: "agency", Type: stat.FieldText, Required: true})
	defs.Datasets[0].Key = append(defs.Datasets[0].Key, "agency")
	hour := 0
	put := func(text string, covers stat.Period, scope ...string) {
		t.Helper()
		f, _ := defs.Feed("court")
		hour++
		b, err := w.Receive(ctx, f, "x.csv", "", time.Date(2026, 11, 1, hour, 0, 0, 0, time.UTC), strings.NewReader(strings.TrimSpace(header)+",agency\n"+text))
		if err != nil {
			t.Fatal(err)
		}
		r, err := w.OpenExport(b)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		rows, err := ingest.Open(ctx, r, ingest.Input{Name: "x.csv", Feed: f, Definitions: defs, Covers: covers})
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		b.Verb, b.Covers, b.Scope = stat.VerbReplace, rows.Covers(), scope
		if b, err = w.Load(ctx, b, defs.Datasets[0], rows); err != nil || b.Quarantined > 0 {
			t.Fatalf("Load: %d quarantined, %v", b.Quarantined, err)
		}
		if got, err := w.Batch(ctx, b.ID); err != nil || got.Covers != covers || !slices.Equal(got.Scope, scope) {
			t.Errorf("Batch(%s): covers %v, scope %v, %v; want %v and %v", b.ID, got.Covers, got.Scope, err, covers, scope)
		}
	}
	month := func(m int, section, count, agency string) string {
		first := time.Date(2016, time.Month(m), 1, 0, 0, 0, 0, time.UTC)
		return fmt.Sprintf("%s,%s,%s,%s,%s,,,,,,%s\n", first.Format(time.DateOnly), first.AddDate(0, 1, -1).Format(time.DateOnly), first.Format("2006-01"),
			section, count, agency)
	}
	want := func(want map[string]int64) {
		t.Helper()
		got := map[string]int64{}
		for key, c := range sums(t, w, warehouse.Query{Dataset: defs.Datasets[0], Measure: stat.Measure{Sum: "count"}, By: []string{"agency", "section"}}) {
			got[c.Period.From.String()[:len("2016-05")]+key[strings.Index(key, " "):]] = c.Value
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("current counts (-want +got):\n%s", diff)
		}
	}
	put(month(5, "53a-82", "3", "a")+month(5, "53a-83", "1", "a")+month(6, "53a-82", "4", "a"), stat.Period{}, "agency")
	put(month(5, "53a-82", "7", "b"), stat.Period{}, "agency")
	want(map[string]int64{"2016-05 a 53a-82": 3, "2016-05 a 53a-83": 1, "2016-06 a 53a-82": 4, "2016-05 b 53a-82": 7})
	put(month(5, "53a-82", "2", "a"), stat.Period{}, "agency") // May of a again, without section 53a-83
	want(map[string]int64{"2016-05 a 53a-82": 2, "2016-06 a 53a-82": 4, "2016-05 b 53a-82": 7})
	year := stat.CalendarYear(2016)
	year.Stated = ""
	put(month(7, "53a-82", "9", "b"), year, "agency") // all of the year of b, of which only July has a row
	want(map[string]int64{"2016-05 a 53a-82": 2, "2016-06 a 53a-82": 4, "2016-07 b 53a-82": 9})
	put(month(6, "53a-82", "5", "c"), stat.Period{}) // June of everybody
	want(map[string]int64{"2016-05 a 53a-82": 2, "2016-06 c 53a-82": 5, "2016-07 b 53a-82": 9})
}

// TestLimitsOfWhatIsNotGivenReachTheCount: a cell "<= 10" is no number, and its limit stays with it.
func TestLimitsOfWhatIsNotGivenReachTheCount(t *testing.T) {
	defs, w := sections(), open(t)
	defs.Feeds[0].Mapping.Marks = []stat.TextMark{{Match: `^<= (?P<high>[0-9]+)$`, Status: stat.StatusWithheld},
		{Match: `^(?P<low>[0-9]+)-(?P<high>[0-9]+)$`, Status: stat.StatusWithheld}, {Text: "*", Status: stat.StatusWithheld}}
	load(t, w, defs, "court", "court.csv", header+
		"2014-01-01,2014-12-31,2014,53a-82,<= 10,,,,,\n2014-01-01,2014-12-31,2014,53a-83,7,,,,,\n"+
		"2015-01-01,2015-12-31,2015,53a-82,5-15,,,,,\n2015-01-01,2015-12-31,2015,53a-83,<= 10,,,,,\n"+
		"2016-01-01,2016-12-31,2016,53a-82,*,,,,,\n2016-01-01,2016-12-31,2016,53a-83,3,,,,,\n", time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC))
	got := map[string]string{}
	for key, c := range sums(t, w, warehouse.Query{Dataset: defs.Datasets[0], Measure: stat.Measure{Sum: "count"}}) {
		high := "no end"
		if c.High != nil {
			high = fmt.Sprint(*c.High)
		}
		got[key] = fmt.Sprintf("%d known, %d to %s", c.Value, c.Low, high)
	}
	want := map[string]string{"2014": "7 known, 7 to 17", "2015": "0 known, 5 to 25", "2016": "3 known, 3 to no end"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("limits (-want +got):\n%s", diff)
	}
}
