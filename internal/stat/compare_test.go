package stat_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tallystick/internal/stat"
)

// year returns a reported count of one calendar year.
func year(y int, value float64) stat.Observation {
	return stat.Observation{Indicator: "i", Panel: "p", Series: "s", Kind: stat.KindCount, Unit: "arrest",
		Period: stat.CalendarYear(y), Status: stat.StatusReported, Value: value, Bound: stat.BoundExactly}
}

func with(o stat.Observation, change func(*stat.Observation)) stat.Observation {
	change(&o)
	return o
}

func day(y int, m time.Month, d int) stat.Date { return stat.Date{Year: y, Month: m, Day: d} }

var safeHarbor = stat.Statute{ID: "53a-82", Versions: []stat.StatuteVersion{
	{To: day(2010, 9, 30)},
	{From: day(2010, 10, 1), To: day(2016, 9, 30), Act: "PA 10-115", Change: "Only from age 16.", Breaks: true,
		Sources: []string{"https://example.org/10-115"}},
	{From: day(2013, 1, 1), Act: "PA 12-1", Change: "Another word.", Breaks: false},
	{From: day(2016, 10, 1), Act: "PA 16-71", Change: "Only from age 18.", Breaks: true},
}}

func TestBreaksComeFromVersionsThatTookForceInsideTheSpan(t *testing.T) {
	s := stat.Series{Statutes: []string{"53a-82"}}
	first := stat.Break{Date: day(2010, 10, 1), Kind: "statute", Act: "PA 10-115", Text: "Only from age 16.",
		Source: "https://example.org/10-115"}
	second := stat.Break{Date: day(2016, 10, 1), Kind: "statute", Act: "PA 16-71", Text: "Only from age 18."}
	for _, c := range []struct {
		name   string
		series stat.Series
		span   stat.Period
		want   []stat.Break
	}{
		{"both acts", s, stat.Period{From: day(2010, 1, 1), To: day(2020, 12, 31)}, []stat.Break{first, second}},
		{"an act in force on the first day does not break the span", s,
			stat.Period{From: day(2010, 10, 1), To: day(2015, 12, 31)}, nil},
		{"an act in force on the last day does", s,
			stat.Period{From: day(2010, 1, 1), To: day(2010, 10, 1)}, []stat.Break{first}},
		{"an act in force the day after does not", s, stat.Period{From: day(2010, 1, 1), To: day(2010, 9, 30)}, nil},
		{"an unknown start reaches back for ever", s, stat.Period{To: day(2012, 12, 31)}, []stat.Break{first}},
		{"a version that does not break is no break", s, stat.Period{From: day(2012, 1, 1), To: day(2014, 1, 1)}, nil},
		{"another section's acts do not count", stat.Series{Statutes: []string{"53a-83"}},
			stat.Period{From: day(2000, 1, 1), To: day(2020, 1, 1)}, nil},
	} {
		if diff := cmp.Diff(c.want, stat.Breaks(c.series, []stat.Statute{safeHarbor}, c.span)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestAYearInWhichAnActTookForceIsMixed(t *testing.T) {
	breaks := stat.Breaks(stat.Series{Statutes: []string{"53a-82"}}, []stat.Statute{safeHarbor},
		stat.Period{From: day(2005, 1, 1), To: day(2020, 12, 31)})
	for y, want := range map[int]bool{2009: false, 2010: true, 2011: false, 2016: true, 2017: false} {
		if got := len(stat.Mixed(stat.CalendarYear(y), breaks)) > 0; got != want {
			t.Errorf("%d mixed: got %t, want %t", y, got, want)
		}
	}
	fiscal := stat.FiscalYear(stat.ClockFederalFiscal, 2011) // from 1 October 2010: wholly under the new law
	if got := stat.Mixed(fiscal, breaks); len(got) > 0 {
		t.Errorf("federal fiscal 2011 is mixed by %v", got)
	}
}

func TestComparePeriodsNamesADirectionOnlyWhereChanceIsUnlikely(t *testing.T) {
	for _, c := range []struct {
		name string
		a, b float64
		want stat.Verdict
	}{
		{"438 to 267 is lower", 438, 267, stat.VerdictLower},
		{"100 to 133 is higher (p 0.036)", 100, 133, stat.VerdictHigher},
		{"20 to 28 could be chance (p 0.31)", 20, 28, stat.VerdictUnclear},
		{"5 to 12 could be chance (p 0.14)", 5, 12, stat.VerdictUnclear},
		{"0 to 3 could be chance (p 0.25)", 0, 3, stat.VerdictUnclear},
		{"0 to 9 is higher, though no ratio has a limit", 0, 9, stat.VerdictHigher},
		{"0 to 0 is unclear", 0, 0, stat.VerdictUnclear},
		{"equal counts are unclear", 380, 380, stat.VerdictUnclear},
	} {
		got := stat.ComparePeriods(year(2013, c.a), year(2014, c.b), stat.CompareOptions{})
		if got.Verdict != c.want || got.Change != c.b-c.a {
			t.Errorf("%s: got %s with a change of %g", c.name, got.Verdict, got.Change)
		}
	}
}

// Every pair of counts whose probability lies just on either side of the level.
func TestComparePeriodsTurnsExactlyAtTheLevel(t *testing.T) {
	near := 0
	for x := 1.0; x < 80; x++ {
		for y := x; y < 3*x+20; y++ {
			c := stat.ComparePeriods(year(2010, x), year(2011, y), stat.CompareOptions{})
			if c.P < 0.04 || c.P > 0.06 {
				continue
			}
			near++
			if apart := c.P < 0.05; (c.Verdict == stat.VerdictHigher) != apart || (c.Ratio.Lower > 1) != apart {
				t.Errorf("ComparePeriods(%g, %g): p %.4f, limits from %.4f, verdict %s", x, y, c.P, c.Ratio.Lower, c.Verdict)
			}
		}
	}
	if near < 50 {
		t.Errorf("only %d pairs lie near the level", near)
	}
}

func TestComparePeriodsPutsTheEarlierPeriodFirst(t *testing.T) {
	got := stat.ComparePeriods(year(2015, 267), year(2011, 379), stat.CompareOptions{})
	if got.Earlier != "i/p/s/2011" || got.Later != "i/p/s/2015" || got.Verdict != stat.VerdictLower {
		t.Errorf("got %+v", got)
	}
}

func TestComparePeriodsGivesNoPercentageOnASmallBase(t *testing.T) {
	if got := stat.ComparePeriods(year(2013, 19), year(2014, 40), stat.CompareOptions{}); got.Percent != nil {
		t.Errorf("on a base of 19: %g percent", *got.Percent)
	}
	got := stat.ComparePeriods(year(2013, 20), year(2014, 40), stat.CompareOptions{})
	if got.Percent == nil || *got.Percent != 100 {
		t.Errorf("on a base of 20: %v, want 100", got.Percent)
	}
}

func TestComparePeriodsRefusesWhatDoesNotCompare(t *testing.T) {
	act := []stat.Break{{Date: day(2014, 10, 1), Kind: "statute", Act: "PA 14-1"}}
	for _, c := range []struct {
		name string
		a, b stat.Observation
		opt  stat.CompareOptions
		want stat.Refusal
	}{
		{"a withheld value", with(year(2013, 0), func(o *stat.Observation) { o.Status = stat.StatusWithheld }), year(2014, 50),
			stat.CompareOptions{}, stat.RefusedWithheld},
		{"a missing value", year(2013, 50), with(year(2014, 0), func(o *stat.Observation) { o.Status = stat.StatusNotReported }),
			stat.CompareOptions{}, stat.RefusedMissing},
		{"a lower bound", year(2013, 50), with(year(2014, 80), func(o *stat.Observation) { o.Bound = stat.BoundAtLeast }),
			stat.CompareOptions{}, stat.RefusedBound},
		{"unlike units", year(2013, 50), with(year(2014, 80), func(o *stat.Observation) { o.Unit = "case" }),
			stat.CompareOptions{}, stat.RefusedUnit},
		{"a partial total", year(2013, 50), with(year(2014, 80), func(o *stat.Observation) { o.Marks = []stat.Mark{stat.MarkPartial} }),
			stat.CompareOptions{}, stat.RefusedPartial},
		{"the source's total and our sum", year(2013, 50), with(year(2014, 80), func(o *stat.Observation) { o.Marks = []stat.Mark{stat.MarkSummed} }),
			stat.CompareOptions{}, stat.RefusedMethod},
		{"unlike lengths", year(2013, 50), with(year(2014, 80), func(o *stat.Observation) { o.Period.To = day(2014, 11, 30) }),
			stat.CompareOptions{}, stat.RefusedWindow},
		{"overlapping periods", year(2013, 50), with(year(2014, 80), func(o *stat.Observation) { o.Period.From = day(2013, 12, 1) }),
			stat.CompareOptions{}, stat.RefusedOverlap},
		{"an unknown start", with(year(2013, 50), func(o *stat.Observation) { o.Period.From = stat.Date{} }), year(2014, 80),
			stat.CompareOptions{}, stat.RefusedWindow},
		{"a fractional count", year(2013, 50.5), year(2014, 80), stat.CompareOptions{}, stat.RefusedImpossible},
		{"a break inside the later year", year(2013, 50), year(2014, 80), stat.CompareOptions{Breaks: act}, stat.RefusedBreak},
		{"a break inside the earlier year", year(2014, 50), year(2015, 80), stat.CompareOptions{Breaks: act}, stat.RefusedBreak},
		{"a break between", year(2013, 50), year(2016, 80), stat.CompareOptions{Breaks: act}, stat.RefusedBreak},
	} {
		got := stat.ComparePeriods(c.a, c.b, c.opt)
		if got.Verdict != stat.VerdictRefused || got.Why != c.want {
			t.Errorf("%s: got %s (%s), want a refusal (%s)", c.name, got.Verdict, got.Why, c.want)
		}
		if got.Change != 0 || got.Percent != nil || got.Ratio != nil {
			t.Errorf("%s: a refused comparison still holds figures: %+v", c.name, got)
		}
	}
}

func TestAComparisonAcrossABreakIsMadeOnlyOnRequestAndSaysSo(t *testing.T) {
	opt := stat.CompareOptions{Breaks: []stat.Break{{Date: day(2014, 1, 1), Act: "PA 13-9"}}, IgnoreBreaks: true}
	got := stat.ComparePeriods(year(2013, 50), year(2014, 100), opt)
	if got.Verdict != stat.VerdictHigher || !got.Ignoring || len(got.Breaks) != 1 {
		t.Errorf("got %+v, want a verdict that says it ignores one break", got)
	}
	if got := stat.ComparePeriods(year(2011, 50), year(2012, 100), opt); got.Ignoring {
		t.Errorf("no break lies between 2011 and 2012, but the comparison says it ignores one")
	}
}

func TestRatioOfNeedsFiveOfEach(t *testing.T) {
	sellers := with(year(2014, 287), func(o *stat.Observation) { o.Series = "selling" })
	buyers := year(2014, 53)
	got, why := stat.RatioOf(sellers, buyers, 0.95)
	if why != "" || got.Of != 287 || got.To != 53 || got.Kind != stat.KindRatio || got.Key() != "i/p/ratio/2014" {
		t.Fatalf("got %+v (%s)", got, why)
	}
	near(t, "ratio", got.Value, 5.4150943396)
	near(t, "lower", got.Interval.Lower, 4.0279638469)
	for _, c := range []struct {
		name   string
		of, to stat.Observation
		status stat.Status
		want   stat.Refusal
	}{
		{"ten against four", year(2014, 10), year(2014, 4), stat.StatusNotApplicable, stat.RefusedSmall},
		{"four against ten", year(2014, 4), year(2014, 10), stat.StatusNotApplicable, stat.RefusedSmall},
		{"ten against zero", year(2014, 10), year(2014, 0), stat.StatusNotApplicable, stat.RefusedSmall},
		{"a withheld count", year(2014, 40), with(buyers, func(o *stat.Observation) { o.Status = stat.StatusWithheld }),
			stat.StatusWithheld, stat.RefusedWithheld},
		{"a missing count", with(sellers, func(o *stat.Observation) { o.Status = stat.StatusNotReported }), buyers,
			stat.StatusNotReported, stat.RefusedMissing},
		{"unlike units", sellers, with(buyers, func(o *stat.Observation) { o.Unit = "case" }),
			stat.StatusNotApplicable, stat.RefusedUnit},
		{"unlike periods", sellers, year(2013, 53), stat.StatusNotApplicable, stat.RefusedPeriod},
		{"a bound", sellers, with(buyers, func(o *stat.Observation) { o.Bound = stat.BoundAbout }),
			stat.StatusNotApplicable, stat.RefusedBound},
	} {
		got, why := stat.RatioOf(c.of, c.to, 0.95)
		if why != c.want || got.Status != c.status || got.Value != 0 || got.Interval != nil || got.Of != 0 || got.To != 0 {
			t.Errorf("%s: got %+v (%s), want no value, status %s (%s)", c.name, got, why, c.status, c.want)
		}
	}
}

func TestARatioOnFewerThanTwentyEventsIsUnstable(t *testing.T) {
	for low, want := range map[float64]bool{19: true, 20: false} {
		got, _ := stat.RatioOf(year(2014, 100), year(2014, low), 0.95)
		if got.Has(stat.MarkUnstable) != want {
			t.Errorf("100 against %g: marks %v", low, got.Marks)
		}
	}
}

func TestRateOfNeedsTenEventsAndResidents(t *testing.T) {
	residents := with(year(2015, 780000), func(o *stat.Observation) { o.Kind = stat.KindPopulation })
	got, why := stat.RateOf(year(2015, 133), residents, 100000, 0.95)
	if why != "" {
		t.Fatal(why)
	}
	near(t, "rate", got.Value, 17.0512820513)
	for _, c := range []struct {
		name              string
		count, population stat.Observation
		want              stat.Refusal
	}{
		{"nine events", year(2015, 9), residents, stat.RefusedSmall},
		{"no residents", year(2015, 133), with(residents, func(o *stat.Observation) { o.Value = 0 }), stat.RefusedPopulation},
		{"residents not known", year(2015, 133), with(residents, func(o *stat.Observation) { o.Status = stat.StatusNotReported }),
			stat.RefusedPopulation},
		{"residents of another year", year(2014, 133), residents, stat.RefusedPeriod},
		{"a withheld count", with(year(2015, 0), func(o *stat.Observation) { o.Status = stat.StatusWithheld }), residents,
			stat.RefusedWithheld},
	} {
		if got, why := stat.RateOf(c.count, c.population, 100000, 0.95); why != c.want || got.Interval != nil || got.Value != 0 {
			t.Errorf("%s: got %+v (%s), want %s", c.name, got, why, c.want)
		}
	}
}

func TestNoPercentageOnABaseUnderTwenty(t *testing.T) {
	if p, ok := stat.Percentage(9, 19); ok {
		t.Errorf("9 of 19 gives %g", p)
	}
	if p, ok := stat.Percentage(5, 20); !ok || p != 25 {
		t.Errorf("5 of 20 gives %g, %t", p, ok)
	}
	for _, c := range [][2]int64{{21, 20}, {-1, 20}} {
		if _, ok := stat.Percentage(c[0], c[1]); ok {
			t.Errorf("%d of %d gives a percentage", c[0], c[1])
		}
	}
}

func TestPoolSumsConsecutiveYears(t *testing.T) {
	obs := []stat.Observation{year(2013, 343), year(2011, 379), year(2012, 380), year(2014, 348)}
	got := stat.Pool(obs, 3, nil, 0.95)
	if len(got) != 2 {
		t.Fatalf("got %d windows, want 2", len(got))
	}
	first, second := got[0].Observation, got[1].Observation
	if first.Period.Key() != "2011-2013" || first.Value != 379+380+343 || second.Value != 380+343+348 {
		t.Errorf("got %s %g and %s %g", first.Period.Key(), first.Value, second.Period.Key(), second.Value)
	}
	if want := stat.CountInterval(1102, 0.95); *first.Interval != want {
		t.Errorf("interval %+v, want %+v", *first.Interval, want)
	}
}

func TestPoolRefusesAWindowItCannotFill(t *testing.T) {
	act := []stat.Break{{Date: day(2012, 10, 1), Act: "PA 12-5"}}
	for _, c := range []struct {
		name   string
		second stat.Observation
		breaks []stat.Break
		want   stat.Refusal
	}{
		{"a year is missing", year(2013, 5), nil, stat.RefusedGap},
		{"a year was not reported", with(year(2012, 0), func(o *stat.Observation) { o.Status = stat.StatusNotReported }), nil,
			stat.RefusedMissing},
		{"a year is withheld", with(year(2012, 0), func(o *stat.Observation) { o.Status = stat.StatusWithheld }), nil,
			stat.RefusedWithheld},
		{"a year is a lower bound", with(year(2012, 65), func(o *stat.Observation) { o.Bound = stat.BoundAtLeast }), nil,
			stat.RefusedBound},
		{"a year is partial", with(year(2012, 65), func(o *stat.Observation) { o.Marks = []stat.Mark{stat.MarkPartial} }), nil,
			stat.RefusedPartial},
		{"a break lies inside", year(2012, 65), act, stat.RefusedBreak},
		{"unlike units", with(year(2012, 65), func(o *stat.Observation) { o.Unit = "case" }), nil, stat.RefusedUnit},
		{"two figures for one year", year(2011, 65), nil, stat.RefusedOverlap},
	} {
		got := stat.Pool([]stat.Observation{year(2011, 50), c.second}, 2, c.breaks, 0.95)
		if len(got) != 1 || got[0].Why != c.want || got[0].Observation.Value != 0 || got[0].Observation.Interval != nil {
			t.Errorf("%s: got %+v, want one window without a value (%s)", c.name, got, c.want)
		}
	}
	if got := stat.Pool([]stat.Observation{year(2011, 1), year(2012, 1), year(2013, 1), year(2014, 1)}, 4, nil, 0.95); got != nil {
		t.Errorf("a window of four years is not offered, got %v", got)
	}
}

func TestCoverageSaysFromHowManyOfHowMany(t *testing.T) {
	for _, c := range []struct {
		c        stat.Coverage
		words    string
		complete bool
	}{
		{stat.Coverage{}, "", false},
		{stat.Coverage{Reported: 83, Expected: 92, Noun: "agencies"}, "reported by 83 of 92 agencies", false},
		{stat.Coverage{Reported: 92, Expected: 92, Noun: "agencies"}, "reported by all 92 agencies", true},
		{stat.Coverage{Reported: 0, Expected: 1200, Noun: "agencies"}, "reported by 0 of 1,200 agencies", false},
	} {
		if got := c.c.Words(); got != c.words || c.c.Complete() != c.complete {
			t.Errorf("%+v: %q, complete %t", c.c, got, c.c.Complete())
		}
	}
}

func TestCoverageSaysWhereHowManyResidentsLive(t *testing.T) {
	list := stat.Codelist{Codes: []stat.Code{
		{Code: "hartford", Parent: "hartford", Kind: "municipal"}, {Code: "andover", Parent: "andover", Kind: "state-police"},
		{Code: "yale", Parent: "new-haven", Kind: "campus"}, {Code: "new-haven", Parent: "new-haven", Kind: "municipal"},
	}}
	people := map[string]int64{"hartford": 124000, "andover": 3300, "new-haven": 130000, "union": 850}
	kinds := []string{"municipal", "state-police"}
	for _, c := range []struct {
		name     string
		reported []string
		people   map[string]int64
		want     string
	}{
		{"nobody lives where a campus police reports alone", []string{"yale"}, people, "where 0 % of residents live"},
		{"two towns", []string{"hartford", "andover"}, people, "where 49 % of residents live"},
		{"all but a village, rounded down", []string{"hartford", "andover", "new-haven"}, people, "where 99 % of residents live"},
		{"every place", []string{"hartford"}, map[string]int64{"hartford": 124000}, "where all residents live"},
		{"no population is known", []string{"hartford"}, nil, ""},
	} {
		got := stat.Coverage{Reported: len(c.reported), Expected: 4}.WithResidents(c.reported, list, kinds, c.people)
		if got.ResidentWords() != c.want {
			t.Errorf("%s: %q, want %q", c.name, got.ResidentWords(), c.want)
		}
	}
}
