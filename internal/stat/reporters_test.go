package stat_test

import (
	"testing"

	"pgregory.net/rapid"

	"tallystick/internal/stat"
)

// town returns the count of one town in one year; a negative count is not reported.
func town(y int, code string, value float64) stat.Observation {
	o := year(y, value)
	o.Codes = []stat.DimensionCode{{Dimension: "agency", Code: code}}
	if value < 0 {
		o.Status, o.Value = stat.StatusNotReported, 0
	}
	return o
}

// total adds up the towns of one year, with the coverage that follows.
func total(y int, parts []stat.Observation) stat.Observation {
	o := year(y, 0)
	o.Coverage = stat.Coverage{Noun: "agencies"}
	for _, p := range parts {
		if p.Period.To.Year != y {
			continue
		}
		o.Coverage.Expected++
		if p.Status == stat.StatusReported {
			o.Coverage.Reported++
			o.Value += p.Value
		} else {
			o.Coverage.Missing = append(o.Coverage.Missing, p.Codes[0].Code)
		}
	}
	return o
}

func TestAnAgencyThatDropsOutMakesNoFall(t *testing.T) {
	parts := []stat.Observation{
		town(2013, "hartford", 200), town(2013, "new-haven", 90), town(2013, "waterbury", 50),
		town(2014, "hartford", -1), town(2014, "new-haven", 95), town(2014, "waterbury", 48),
	}
	got := stat.CompareReporters(total(2013, parts), total(2014, parts), parts, "agency", stat.CompareOptions{})
	if got.All.Verdict != stat.VerdictLower {
		t.Fatalf("all reporters: %s, want lower (340 to 143)", got.All.Verdict)
	}
	if !got.Prefer || got.Same.Verdict != stat.VerdictUnclear || got.Reporters != 2 || got.Earlier != 140 || got.Later != 143 {
		t.Errorf("like for like: %+v, want 140 to 143 of 2 agencies, preferred and unclear", got)
	}
}

func TestTheSameReportersNeedNoSecondComparison(t *testing.T) {
	parts := []stat.Observation{town(2013, "hartford", 200), town(2014, "hartford", 100)}
	got := stat.CompareReporters(total(2013, parts), total(2014, parts), parts, "agency", stat.CompareOptions{})
	if got.Prefer || got.Same.Verdict != stat.VerdictLower {
		t.Errorf("got %+v", got)
	}
}

func TestWithoutPartsADifferenceOfReportersAllowsNoComparison(t *testing.T) {
	a, b := year(2013, 340), year(2014, 143)
	a.Coverage = stat.Coverage{Reported: 3, Expected: 3}
	b.Coverage = stat.Coverage{Reported: 2, Expected: 3, Missing: []string{"hartford"}}
	got := stat.CompareReporters(a, b, nil, "agency", stat.CompareOptions{})
	if !got.Prefer || got.Same.Verdict != stat.VerdictRefused || got.Same.Why != stat.RefusedCoverage {
		t.Errorf("got %+v", got)
	}
}

func TestLikeForLikeDoesNotAddUpAroundAWithheldCount(t *testing.T) {
	hidden := town(2014, "waterbury", 0)
	hidden.Status = stat.StatusWithheld
	parts := []stat.Observation{town(2013, "hartford", 200), town(2013, "waterbury", 50), town(2014, "hartford", -1), hidden}
	a, b := total(2013, parts), total(2014, parts)
	got := stat.CompareReporters(a, b, parts, "agency", stat.CompareOptions{})
	if got.Same.Why != stat.RefusedWithheld || got.Earlier != 0 || got.Later != 0 {
		t.Errorf("got %+v, want a refusal without sums", got)
	}
}

func TestLikeForLikeIsPreferredWhereTheChangesDifferByMoreThanTheTolerance(t *testing.T) {
	for _, c := range []struct {
		name       string
		dropped    float64 // what the town that drops out had
		wantPrefer bool
	}{
		{"a town with little", 10, false},
		{"a town with much", 300, true},
	} {
		parts := []stat.Observation{
			town(2013, "hartford", 1000), town(2013, "bolton", c.dropped),
			town(2014, "hartford", 700), town(2014, "bolton", -1),
		}
		got := stat.CompareReporters(total(2013, parts), total(2014, parts), parts, "agency", stat.CompareOptions{})
		if got.Prefer != c.wantPrefer {
			t.Errorf("%s: prefer %t, want %t", c.name, got.Prefer, c.wantPrefer)
		}
	}
}

func TestLikeForLikeHoldsForAnyReporters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var parts []stat.Observation
		for _, code := range []string{"a", "b", "c", "d"} {
			for _, y := range []int{2013, 2014} {
				parts = append(parts, town(y, code, float64(rapid.IntRange(-1, 300).Draw(t, code))))
			}
		}
		a, b := total(2013, parts), total(2014, parts)
		got := stat.CompareReporters(a, b, parts, "agency", stat.CompareOptions{})
		if got.Earlier > a.Value || got.Later > b.Value {
			t.Fatalf("the same reporters have more than all: %+v of %g and %g", got, a.Value, b.Value)
		}
		if !got.Prefer && got.Same.Verdict != got.All.Verdict {
			t.Fatalf("verdicts differ (%s, %s) but the total is spoken of", got.All.Verdict, got.Same.Verdict)
		}
	})
}

func TestCoverageThatMovesMakesABreak(t *testing.T) {
	at := func(y, reported int) stat.Observation {
		o := year(y, 100)
		o.Coverage = stat.Coverage{Reported: reported, Expected: 100, Noun: "agencies"}
		return o
	}
	got := stat.CoverageBreaks([]stat.Observation{at(2014, 75), at(2012, 98), at(2013, 90), at(2015, 74)})
	if len(got) != 1 || got[0].Date != day(2014, 1, 1) || got[0].Kind != "coverage" ||
		got[0].Text != "The total comes from 75 of 100 agencies; before, from 90 of 100." {
		t.Errorf("got %+v, want one break on 1 January 2014", got)
	}
	if got := stat.CoverageBreaks([]stat.Observation{year(2012, 5), at(2013, 40), year(2014, 5)}); got != nil {
		t.Errorf("coverage that is not known makes breaks: %+v", got)
	}
}

func TestADefinitionBreaksWhereTheUnitOrACodeChanges(t *testing.T) {
	defs := stat.Definitions{
		Datasets: []stat.Dataset{{ID: "d", Fields: []stat.Field{{Name: "offence", Type: stat.FieldCode, Codelist: "offences"}}}},
		Codelists: []stat.Codelist{{ID: "offences", Codes: []stat.Code{
			{Code: "40A", Label: "Prostitution"}, {Code: "40C", Label: "Purchasing", ValidFrom: day(2013, 1, 1), ValidTo: day(2014, 12, 31)}}}},
	}
	s := stat.Series{Dataset: "d", Where: stat.Where{"offence": {"40A", "40C"}}}
	reports := year(2016, 241)
	reports.Unit = "report"
	got := stat.DefinitionBreaks(s, []stat.Observation{reports, year(2012, 94), year(2015, 133)}, defs)
	var dates []string
	for _, b := range got {
		dates = append(dates, b.Date.String()+" "+b.Text)
	}
	want := []string{"2013-01-01 Purchasing came into use as a code.", "2015-01-01 Purchasing went out of use as a code.",
		"2016-01-01 The counting unit changed from arrest to report."}
	if len(dates) != 3 || dates[0] != want[0] || dates[1] != want[1] || dates[2] != want[2] {
		t.Errorf("got %q, want %q", dates, want)
	}
}
