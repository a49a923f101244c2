package stat_test

import (
	"slices"
	"testing"

	"tallystick/internal/stat"
)

// The pitfalls of trafficking statistics that judgement keeps from. Each test is named by the number and the name of
// the pitfall in internal/README.md.

func TestPitfall01UnlikeUnitsAreNotDividedComparedOrPooled(t *testing.T) {
	cases := with(year(2014, 60), func(o *stat.Observation) { o.Unit = "case" })
	if _, why := stat.RatioOf(year(2014, 50), cases, stat.Level95); why != stat.RefusedUnit {
		t.Errorf("ratio: %q", why)
	}
	if c := stat.ComparePeriods(year(2013, 50), cases, stat.CompareOptions{}); c.Why != stat.RefusedUnit {
		t.Errorf("comparison: %q", c.Why)
	}
	if p := stat.Pool([]stat.Observation{year(2013, 50), cases}, 2, nil, stat.Level95); p[0].Why != stat.RefusedUnit {
		t.Errorf("pool: %q", p[0].Why)
	}
}

func TestPitfall04NoChangeAcrossAChangeOfDefinition(t *testing.T) {
	act := []stat.Break{{Date: day(2014, 10, 1), Kind: stat.BreakStatute}}
	for y := 2010; y < 2014; y++ {
		for z := 2014; z < 2018; z++ {
			c := stat.ComparePeriods(year(y, 500), year(z, 100), stat.CompareOptions{Breaks: act})
			if c.Verdict != stat.VerdictRefused || c.Change != 0 || c.Percent != nil || c.Ratio != nil {
				t.Errorf("%d to %d: %+v", y, z, c)
			}
		}
	}
}

// TestPitfall04AChangeOfTheRulesOfADataSetIsABreak holds that no change and no window crosses the day from which a source
// counts in another way, in whatever panel, and that a change that compares makes no break.
func TestPitfall04AChangeOfTheRulesOfADataSetIsABreak(t *testing.T) {
	series := stat.Series{ID: "s", Dataset: "police"}
	change := stat.RuleChange{From: day(2014, 7, 1), Change: "Every offence counts.", Before: "The most serious offence counted.",
		After: "Every offence counts.", Source: "https://example.org/rules"}
	var obs []stat.Observation
	for y := 2012; y <= 2016; y++ {
		obs = append(obs, with(year(y, 100*float64(y-2010)), func(o *stat.Observation) { o.Indicator = "i" }))
	}
	for name, c := range map[string]struct {
		defs stat.Definitions
		want int
	}{
		"of the data set":  {stat.Definitions{Datasets: []stat.Dataset{{ID: "police", RuleChanges: []stat.RuleChange{change}}}}, 1},
		"of the indicator": {stat.Definitions{Indicators: []stat.Indicator{{ID: "i", RuleChanges: []stat.RuleChange{change}}}}, 1},
		"of another data set": {stat.Definitions{Datasets: []stat.Dataset{{ID: "police"}, {ID: "court",
			RuleChanges: []stat.RuleChange{change}}}}, 0},
		"before the figures": {stat.Definitions{Datasets: []stat.Dataset{{ID: "police",
			RuleChanges: []stat.RuleChange{{From: day(2012, 1, 1), Change: "Another form."}}}}}, 0},
		"that compares": {stat.Definitions{Datasets: []stat.Dataset{{ID: "police",
			RuleChanges: []stat.RuleChange{{From: change.From, Change: "Another form.", Compares: "The form asks the same."}}}}}, 0},
	} {
		breaks := stat.BreaksOf(series, obs, c.defs)
		if len(breaks) != c.want {
			t.Errorf("a change %s: %d breaks %+v, want %d", name, len(breaks), breaks, c.want)
			continue
		}
		wantWhy := stat.Refusal("")
		if c.want > 0 {
			wantWhy = stat.RefusedBreak
			if b := breaks[0]; b.Kind != stat.BreakDefinition || b.Date != change.From || b.Text != change.Change || b.Source != change.Source {
				t.Errorf("a change %s: %+v, want what the definition says", name, b)
			}
		}
		if got := stat.ComparePeriods(obs[0], obs[4], stat.CompareOptions{Breaks: breaks}); got.Why != wantWhy {
			t.Errorf("a change %s: 2012 against 2016 refused as %q, want %q", name, got.Why, wantWhy)
		}
		for i, w := range stat.Pool(obs, 3, breaks, stat.Level95) { // every window of three years holds 2014
			if w.Why != wantWhy {
				t.Errorf("a change %s: window %d refused as %q, want %q", name, i, w.Why, wantWhy)
			}
		}
	}
}

func TestPitfall05ALabelChangesAndTheSectionStays(t *testing.T) {
	s := stat.Statute{ID: "53a-83", Versions: []stat.StatuteVersion{
		{To: day(2021, 9, 30), Label: "Patronizing a prostitute"}, {From: day(2021, 10, 1), Label: "Soliciting sexual acts"}}}
	for d, want := range map[stat.Date]string{day(2021, 9, 30): "Patronizing a prostitute", day(2021, 10, 1): "Soliciting sexual acts"} {
		if v, ok := s.On(d); !ok || v.Label != want {
			t.Errorf("on %s: %q, want %q", d, v.Label, want)
		}
	}
}

func TestPitfall06AZeroBelowTheAgeOfTheLawIsStructural(t *testing.T) {
	law := []stat.Statute{{ID: "53a-82", Versions: []stat.StatuteVersion{{From: day(2016, 10, 1), LiableFrom: 18}}}}
	o := year(2017, 0)
	o.Codes = []stat.DimensionCode{{Dimension: "age_group", Code: "under-18"}}
	if _, ok := stat.Structural(o, stat.Series{Statutes: []string{"53a-82"}}, law); !ok {
		t.Error("a zero under 18 in 2017 is not structural")
	}
}

func TestPitfall09AReversedConvictionDoesNotStand(t *testing.T) {
	before, _ := stat.StandingAsOf(reversed, day(2019, 12, 31))
	after, _ := stat.StandingAsOf(reversed, day(2021, 12, 31))
	if before.Counts != 6 || after.Counts != 1 || after.Entered != before.Entered {
		t.Errorf("%+v, then %+v", before, after)
	}
}

func TestPitfall10ATotalOfFewerReportersIsNotAFall(t *testing.T) {
	parts := []stat.Observation{town(2013, "a", 200), town(2013, "b", 100), town(2014, "a", -1), town(2014, "b", 100)}
	l := stat.CompareReporters(total(2013, parts), total(2014, parts), parts, "agency", stat.CompareOptions{})
	if !l.Prefer || l.Same.Verdict != stat.VerdictUnclear {
		t.Errorf("%+v", l)
	}
}

func TestPitfall11NoReasonForAnEmptyCellLooksLikeAnotherOrLikeZero(t *testing.T) {
	words, symbols := map[string]bool{}, map[string]stat.Status{}
	for _, s := range stat.Statuses {
		other, taken := symbols[s.Symbol()]
		both := s == stat.StatusNotCollected && other == stat.StatusNotReported // [x] is for both, after the UK's symbols; their words differ
		if taken && !both {
			t.Errorf("%s has the symbol %s of %s", s, s.Symbol(), other)
		}
		symbols[s.Symbol()] = s
		if words[s.Words()] {
			t.Errorf("%s has the words of another status", s)
		}
		words[s.Words()] = true
		if (s.Symbol() == "") != (s == stat.StatusReported) {
			t.Errorf("%s has the symbol %q", s, s.Symbol())
		}
	}
}

func TestPitfall12NoRateOfPeopleWhoMustBeProtected(t *testing.T) {
	p := stat.Panel{Rate: &stat.Rate{Of: "identified"}, Protection: stat.ProtectionProtected}
	if len(stat.LintPanel(p)) == 0 {
		t.Error("a rate of a protected measure passes")
	}
	p.Protection = stat.ProtectionOpen
	if got := stat.LintPanel(p); len(got) > 0 {
		t.Errorf("a rate of an open measure: %v", got)
	}
}

// TestPitfall10OnlyTheSameReportersAreComparedAcrossAChangeInWhoReports: totals that move alike and come from other
// reporters are not spoken of across a coverage break.
func TestPitfall10OnlyTheSameReportersAreComparedAcrossAChangeInWhoReports(t *testing.T) {
	total := func(y int, n float64, reported int, missing ...string) stat.Observation {
		return stat.Observation{Series: "s", Kind: stat.KindCount, Unit: "arrest", Status: stat.StatusReported, Value: n, Period: stat.CalendarYear(y),
			Coverage: stat.Coverage{Reported: reported, Expected: 4, Missing: missing, Noun: "agencies"}}
	}
	var parts []stat.Observation
	for y, values := range map[int][]float64{2014: {100, 100, 100}, 2015: {150, 150, 150, 10}} {
		for i, v := range values {
			o := total(y, v, 0)
			o.Coverage, o.Codes = stat.Coverage{}, []stat.DimensionCode{{Dimension: "agency", Code: string(rune('a' + i))}}
			parts = append(parts, o)
		}
	}
	before, after := total(2014, 300, 3, "d"), total(2015, 460, 4)
	breaks := stat.CoverageBreaks([]stat.Observation{before, after})
	if len(breaks) != 1 {
		t.Fatalf("%d breaks by coverage, want 1", len(breaks))
	}
	l := stat.CompareReporters(before, after, parts, "agency", stat.CompareOptions{Breaks: breaks})
	if !l.Prefer || l.Earlier != 300 || l.Later != 450 || l.Same.Verdict != stat.VerdictHigher {
		t.Errorf("CompareReporters = %+v, want the 300 and 450 of the same three to be spoken of", l)
	}
	few := stat.CompareReporters(total(2014, 100, 1, "b", "c", "d"), after, parts[:0:0], "agency", stat.CompareOptions{Breaks: breaks})
	if !few.Prefer || few.Same.Why != stat.RefusedCoverage {
		t.Errorf("CompareReporters with nobody in both = %+v, want a refusal", few)
	}
}

func TestPitfall14SmallNumbersMakeNoPercentageAndNoRatio(t *testing.T) {
	if _, ok := stat.Percentage(9, 19); ok {
		t.Error("a percentage on a base of 19")
	}
	if _, why := stat.RatioOf(year(2014, 10), year(2014, 4), stat.Level95); why != stat.RefusedSmall {
		t.Errorf("10 against 4: %q", why)
	}
}

func TestPitfall15OverlappingSpansAreNeverAdded(t *testing.T) {
	running := with(year(2013, 50), func(o *stat.Observation) { o.Period.From = day(2012, 1, 1) })
	p := stat.Pool([]stat.Observation{year(2012, 20), running}, 2, nil, stat.Level95)
	if p[0].Why != stat.RefusedOverlap || p[0].Observation.Value != 0 {
		t.Errorf("%+v", p[0])
	}
}

func TestPitfall15NoRatioAcrossSources(t *testing.T) {
	p := stat.Panel{Series: []stat.Series{{ID: "a", Dataset: "police"}, {ID: "b", Dataset: "court"}},
		Ratio: &stat.Ratio{Of: "a", To: "b"}}
	if len(stat.LintPanel(p)) == 0 {
		t.Error("a ratio across two data sets passes")
	}
}

func TestPitfall14CountsArePooledOverTwoThreeOrFivePeriodsAsSpans(t *testing.T) {
	for _, c := range []struct {
		name  string
		panel stat.Panel
		ok    bool
	}{
		{"three years as spans", stat.Panel{Window: 3, Form: stat.FormSpans}, true},
		{"four years", stat.Panel{Window: 4, Form: stat.FormSpans}, false},
		{"as columns", stat.Panel{Window: 3, Form: stat.FormColumns}, false},
		{"with a rate by year", stat.Panel{Window: 3, Form: stat.FormSpans, Rate: &stat.Rate{}}, false},
	} {
		if got := stat.LintPanel(c.panel); (len(got) == 0) != c.ok {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestPitfall17AStockIsNotAddedUpAndNotComparedAsAFlow(t *testing.T) {
	stood := func(y int, n float64) stat.Observation {
		return stat.Observation{Kind: stat.KindCount, Unit: "conviction", Status: stat.StatusReported, Value: n,
			Period: stat.Period{From: day(y, 12, 31), To: day(y, 12, 31)}}
	}
	if c := stat.ComparePeriods(stood(2019, 50), stood(2020, 90), stat.CompareOptions{IgnoreBreaks: true}); c.Verdict != stat.VerdictRefused || c.Why != stat.RefusedStock {
		t.Errorf("ComparePeriods of what stood on two days = %s (%s), want a refusal as a stock", c.Verdict, c.Why)
	}
	for _, w := range stat.Pool([]stat.Observation{stood(2019, 5), stood(2020, 5)}, 2, nil, stat.Level95) {
		if w.Why != stat.RefusedStock || w.Observation.Value != 0 {
			t.Errorf("Pool of what stood on two days = %+v, want a refusal as a stock", w)
		}
	}
	problems := stat.LintPanel(stat.Panel{Clock: stat.ClockOnDay, Form: stat.FormSpans, Window: 2})
	if len(problems) == 0 {
		t.Error("LintPanel of a window over days: nothing, want a problem")
	}
}

func TestPitfall18ThereIsNoFunnel(t *testing.T) {
	want := []stat.Form{stat.FormPair, stat.FormColumns, stat.FormLine, stat.FormSpans}
	if !slices.Equal(stat.Forms, want) {
		t.Errorf("forms %v, want %v: stages of one year are not one group of people", stat.Forms, want)
	}
}

func TestPitfall19YearsOfTwoClocksAreNotDivided(t *testing.T) {
	fiscal := with(year(2019, 60), func(o *stat.Observation) { o.Period = stat.FiscalYear(stat.ClockFederalFiscal, 2019) })
	if _, why := stat.RatioOf(year(2019, 50), fiscal, stat.Level95); why != stat.RefusedPeriod {
		t.Errorf("%q", why)
	}
	if a, b := year(2019, 50).Period.Label(stat.ClockCalendar), fiscal.Period.Label(stat.ClockFederalFiscal); a == b {
		t.Errorf("both are called %q", a)
	}
}

func TestPitfall23ABoundIsNotACount(t *testing.T) {
	least := with(year(2014, 65), func(o *stat.Observation) { o.Bound = stat.BoundAtLeast })
	if _, why := stat.RatioOf(least, year(2014, 50), stat.Level95); why != stat.RefusedBound {
		t.Errorf("ratio: %q", why)
	}
	if c := stat.ComparePeriods(year(2013, 50), least, stat.CompareOptions{}); c.Why != stat.RefusedBound {
		t.Errorf("comparison: %q", c.Why)
	}
}

func TestPitfall26NoRateOfATinyEvent(t *testing.T) {
	residents := year(2014, 3_600_000)
	if _, why := stat.RateOf(year(2014, 9), residents, 100_000, stat.Level95); why != stat.RefusedSmall {
		t.Errorf("%q", why)
	}
	if r, _ := stat.RateOf(year(2014, 10), residents, 100_000, stat.Level95); r.Interval == nil || !r.Has(stat.MarkUnstable) {
		t.Errorf("%+v, want an interval and a mark", r)
	}
}

func TestPitfall27ConvictionsAreNotDividedByArrests(t *testing.T) {
	convictions := with(year(2014, 1841), func(o *stat.Observation) { o.Unit = "conviction" })
	if _, why := stat.RatioOf(convictions, year(2014, 3557), stat.Level95); why != stat.RefusedUnit {
		t.Errorf("%q", why)
	}
}
