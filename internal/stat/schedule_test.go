package stat_test

import (
	"testing"

	"tallystick/internal/stat"
)

func TestAnAbsentYearHasAReasonFromTheScheduleAndTheCalendar(t *testing.T) {
	yearly := stat.Schedule{Clock: stat.ClockCalendar, First: 2010, Last: 2020, DueDays: 270, Applies: day(2006, 7, 1)}
	for _, c := range []struct {
		name string
		year int
		asOf stat.Date
		want stat.Status
	}{
		{"before there was a law", 2005, day(2026, 1, 1), stat.StatusNotApplicable},
		{"a year in which the law began", 2006, day(2026, 1, 1), stat.StatusNotCollected},
		{"before collection began", 2009, day(2026, 1, 1), stat.StatusNotCollected},
		{"after collection ended", 2021, day(2026, 1, 1), stat.StatusNotCollected},
		{"on the due day", 2015, day(2016, 9, 26), stat.StatusNotDue},
		{"the day after the due day", 2015, day(2016, 9, 27), stat.StatusNotReported},
		{"long overdue", 2015, day(2026, 1, 1), stat.StatusNotReported},
	} {
		if got := yearly.Absence(c.year, c.asOf); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestFillGivesEveryCollectedYearAStatus(t *testing.T) {
	s := stat.Schedule{Clock: stat.ClockCalendar, First: 2012, DueDays: 270}
	got := s.Fill([]stat.Observation{year(2015, 267), year(2013, 343)}, day(2017, 6, 1))
	want := map[string]stat.Status{"2012": stat.StatusNotReported, "2013": stat.StatusReported, "2014": stat.StatusNotReported,
		"2015": stat.StatusReported, "2016": stat.StatusNotDue}
	if len(got) != len(want) {
		t.Fatalf("got %d years, want %d", len(got), len(want))
	}
	for i, o := range got {
		if o.Status != want[o.Period.Key()] {
			t.Errorf("%s: got %s, want %s", o.Period.Key(), o.Status, want[o.Period.Key()])
		}
		if i > 0 && got[i-1].Period.Compare(o.Period) >= 0 {
			t.Errorf("%s stands after %s", o.Period.Key(), got[i-1].Period.Key())
		}
	}
}

func TestAZeroForAnAgeThatTheLawLeavesOutIsStructural(t *testing.T) {
	law := []stat.Statute{{ID: "53a-82", Citation: "CGS 53a-82", Versions: []stat.StatuteVersion{
		{To: day(2010, 9, 30)},
		{From: day(2010, 10, 1), To: day(2016, 9, 30), LiableFrom: 16, Act: "PA 10-115"},
		{From: day(2016, 10, 1), LiableFrom: 18, Act: "PA 16-71"},
	}}}
	s := stat.Series{Statutes: []string{"53a-82"}}
	for _, c := range []struct {
		name, group string
		year        int
		want        string
	}{
		{"under 18 in 2015", "under-18", 2015, ""},
		{"under 18 in 2016, when the age changed", "under-18", 2016, ""},
		{"under 18 in 2017", "under-18", 2017,
			"Since 1 October 2016 CGS 53a-82 applies only from age 18 (PA 16-71): a zero for younger people follows from the law."},
		{"13 to 14 in 2011", "13-14", 2011,
			"Since 1 October 2010 CGS 53a-82 applies only from age 16 (PA 10-115): a zero for younger people follows from the law."},
		{"13 to 14 in 2010, when the age changed", "13-14", 2010, ""},
		{"13 to 14 in 2009", "13-14", 2009, ""},
		{"16 to 17 in 2011, of whom all can be arrested", "16-17", 2011, ""},
		{"16 alone in 2011, the age of the law itself", "16", 2011, ""},
		{"15 alone in 2011", "15", 2011,
			"Since 1 October 2010 CGS 53a-82 applies only from age 16 (PA 10-115): a zero for younger people follows from the law."},
		{"adults in 2017", "18-24", 2017, ""},
		{"65 and over in 2017", "65-over", 2017, ""},
		{"all ages in 2017", "all", 2017, ""},
	} {
		o := year(c.year, 0)
		o.Codes = []stat.DimensionCode{{Dimension: "age_group", Code: c.group}}
		if got, ok := stat.Structural(o, s, law); got != c.want && (ok || c.want != "") {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	o := year(2017, 0)
	o.Codes = []stat.DimensionCode{{Dimension: "age_group", Code: "under-18"}}
	both := stat.Series{Statutes: []string{"53a-82", "53a-83"}}
	if _, ok := stat.Structural(o, both, append(law, stat.Statute{ID: "53a-83", Versions: []stat.StatuteVersion{{}}})); ok {
		t.Error("a series that also counts buyers has no structural zero")
	}
}
