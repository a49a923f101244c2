package publish_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"tallystick/internal/publish"
	"tallystick/internal/stat"
	"tallystick/internal/testkit"
)

// fixture is a first release of the made-up world.
func fixture(t testing.TB, variants ...string) publish.Input {
	t.Helper()
	root := testkit.FixtureWorld(t, variants...)
	defs := testkit.FixtureDefinitions(t, root)
	return publish.Input{
		Warehouse: testkit.FixtureWarehouse(t, root, defs), Definitions: defs, ID: "2026-11-24", At: testkit.Day,
		Program: "tallystick test", Progress: func(string) {},
	}
}

// TestTheMadeUpRelease drafts the made-up world once and looks at what no bundled source has.
func TestTheMadeUpRelease(t *testing.T) {
	d := draft(t, fixture(t))
	for _, g := range publish.Failed(d.Manifest.Gates) {
		t.Errorf("gate %s failed: %v", g.ID, g.Issues)
	}
	t.Run("WhatADutyAsksForAndIsNotThereHasItsReason", func(t *testing.T) { testDutyStatuses(t, d) })
	t.Run("CoverageIsOfThoseWhoOwe", func(t *testing.T) { testDutyCoverage(t, d) })
	t.Run("YearsWithoutARowHaveAStatusFromTheSchedule", func(t *testing.T) { testScheduleStatuses(t, d) })
	t.Run("AZeroByLawIsExplained", func(t *testing.T) { testStructuralZero(t, d) })
	t.Run("ChangesAreOfTheSameReporters", func(t *testing.T) { testSameReporters(t, d) })
	t.Run("SmallCountsAreWithheldWithAllThatTellsThem", func(t *testing.T) { testSmallCounts(t, d) })
}

// testDutyStatuses: the statuses come from the register of duties and its filings, and not from the absence of rows.
func testDutyStatuses(t *testing.T, d publish.Drafted) {
	const base = "made-up-answers/referred/cases/"
	year := func(y string) string {
		return map[string]string{"2022": "2021-10-01..2022-09-30", "2023": "2022-10-01..2023-09-30",
			"2024": "2023-10-01..2024-09-30", "2025": "2024-10-01..2025-09-30", "2026": "2025-10-01..2026-09-30",
			"2027": "2026-10-01..2027-09-30"}[y]
	}
	for _, c := range []struct {
		year, agency string
		want         stat.Status
	}{
		{"2022", "alder", stat.StatusNotCollected}, // before anybody gave us the filings: nothing is said against the reporter
		{"2022", "", stat.StatusNotCollected},
		{"2023", "alder", stat.StatusReported},
		{"2023", "elder", stat.StatusNotReported},
		{"2024", "dogwood", stat.StatusNotReported}, // a report without the item
		{"2025", "alder", stat.StatusReported},      // late, and there
		{"2025", "birch", stat.StatusNotReported},
		{"2025", "cedar", stat.StatusNotApplicable}, // waived
		{"2026", "birch", stat.StatusNotReported},
		{"2027", "alder", stat.StatusNotDue},
		{"2027", "", stat.StatusNotDue},
	} {
		key := base + year(c.year)
		if c.agency != "" {
			key += "/agency=" + c.agency
		}
		if o := observation(t, d, key); o.Status != c.want {
			t.Errorf("%s is %q, want %q", key, o.Status, c.want)
		}
	}
}

func testDutyCoverage(t *testing.T, d publish.Drafted) {
	for _, c := range []struct {
		period             string
		reported, expected int
		missing            string
	}{
		{"2022-10-01..2023-09-30", 4, 5, "elder"},
		{"2024-10-01..2025-09-30", 2, 4, "birch elder"}, // cedar's report was waived: it is owed by nobody
		{"2025-10-01..2026-09-30", 1, 5, "birch cedar dogwood elder"},
		{"2026-10-01..2027-09-30", 0, 0, ""},
	} {
		got := observation(t, d, "made-up-answers/referred/cases/"+c.period).Coverage
		if got.Reported != c.reported || got.Expected != c.expected || strings.Join(got.Missing, " ") != c.missing {
			t.Errorf("coverage of %s = %+v, want %d of %d without %q", c.period, got, c.reported, c.expected, c.missing)
		}
	}
}

func testScheduleStatuses(t *testing.T, d publish.Drafted) {
	for year, want := range map[string]stat.Status{"2012": stat.StatusNotReported, "2019": stat.StatusNotReported,
		"2020": stat.StatusReported, "2024": stat.StatusNotReported, "2025": stat.StatusNotDue} {
		if o := observation(t, d, "made-up-arrests/by-year/arrests/"+year); o.Status != want {
			t.Errorf("arrests of %s are %q, want %q", year, o.Status, want)
		}
	}
}

func testStructuralZero(t *testing.T, d publish.Drafted) {
	const base = "made-up-arrests/by-year/arrests/"
	for year, structural := range map[string]bool{"2015": false, "2016": false, "2017": true, "2020": true} {
		o := observation(t, d, base+year+"/age_group=under-18")
		if o.Has(stat.MarkStructural) != structural || structural && !strings.Contains(o.Note, "PA 16-71") {
			t.Errorf("under 18 in %s: marks %v, note %q; structural is %t", year, o.Marks, o.Note, structural)
		}
	}
	for _, a := range d.Answers {
		if a.Indicator != "made-up-arrests" {
			continue
		}
		if !slices.ContainsFunc(a.Cautions, func(c string) bool { return strings.Contains(c, "follows from the law") }) {
			t.Errorf("no caution explains the zero by law: %q", a.Cautions)
		}
		if text := a.Panels[0].Sentence.String(); strings.Contains(text, "under 18") || strings.Contains(text, "up from") {
			t.Errorf("the sentence makes something of it: %q", text)
		}
	}
}

func testSameReporters(t *testing.T, d publish.Drafted) {
	const code = "/same_reporters=2022-10-01..2023-09-30-and-2024-10-01..2025-09-30"
	before := observation(t, d, "made-up-answers/referred/cases/2022-10-01..2023-09-30"+code)
	after := observation(t, d, "made-up-answers/referred/cases/2024-10-01..2025-09-30"+code)
	if before.Value != 31+27 || after.Value != 50+41 || before.Coverage.Reported != 2 || before.Interval == nil ||
		len(after.Rows) == 0 || len(after.Citations) == 0 {
		t.Errorf("the two that answered both times: %v and %v from %d, with the rows %v; want 58 and 91 from 2",
			before.Value, after.Value, before.Coverage.Reported, after.Rows)
	}
}

func testSmallCounts(t *testing.T, d publish.Drafted) {
	withheld := 0
	for _, o := range d.Observations {
		if o.Indicator != "made-up-children" {
			continue
		}
		if o.Kind == stat.KindCount && o.Status == stat.StatusReported && o.Value > 0 && o.Value < 10 {
			t.Errorf("%s is published as %v", o.Key(), o.Value)
		}
		if o.Status == stat.StatusWithheld {
			withheld++
		}
		for _, text := range append([]string{o.Note}, locators(o)...) {
			if strings.Contains(text, "remark on") || o.Status == stat.StatusWithheld && text != "" ||
				strings.Contains(text, "litchfield") && o.Code("county") == "" {
				t.Errorf("%s says %q, which tells of a withheld count", o.Key(), text)
			}
		}
	}
	if withheld < 10 {
		t.Errorf("only %d values are withheld; the test tests too little", withheld)
	}
	if o := observation(t, d, "made-up-children/by-year/ratio/2025"); o.Status != stat.StatusWithheld || o.Of != 0 {
		t.Errorf("the ratio to a withheld count is %+v", o)
	}
}

func locators(o stat.Observation) []string {
	var out []string
	for _, c := range o.Citations {
		out = append(out, c.Locator)
	}
	return out
}

// TestRecordsThatWouldTellAreNotHandedOut: whatever a definition says, the records behind a withheld figure stay here.
func TestRecordsThatWouldTellAreNotHandedOut(t *testing.T) {
	in := fixture(t)
	for i, ds := range in.Definitions.Datasets {
		if ds.ID == "made-up-arrests" { // open, with a breakdown by age of which counts are withheld
			in.Definitions.Datasets[i].Records, in.Definitions.Datasets[i].RecordFields = "public", []string{"from", "to", "count"}
		}
	}
	if _, err := publish.Draft(t.Context(), in); !errors.Is(err, stat.ErrInvalid) || !strings.Contains(err.Error(), "made-up-arrests") {
		t.Errorf("Draft with public records of made-up-arrests: %v, want a refusal that names it", err)
	}
}
