package publish_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tallystick/internal/publish"
	"tallystick/internal/release"
	"tallystick/internal/stat"
	"tallystick/internal/testkit"
)

// input is a first release of the bundled figures.
func input(t testing.TB) publish.Input {
	t.Helper()
	defs := testkit.Definitions(t)
	return publish.Input{
		Warehouse: testkit.Warehouse(t, defs), Definitions: defs, ID: "2026-11-24", At: testkit.Day,
		Program: "tallystick test", Progress: func(string) {},
	}
}

func draft(t testing.TB, in publish.Input) publish.Drafted {
	t.Helper()
	d, err := publish.Draft(context.Background(), in)
	if err != nil {
		t.Fatalf("Draft: %v", err)
	}
	return d
}

// TestTheBundledRelease drafts once, since drawing takes its time, and looks at the draft from every side.
func TestTheBundledRelease(t *testing.T) {
	in := input(t)
	d := draft(t, in)
	t.Run("EveryFigureIsCountedAnew", func(t *testing.T) { testEveryFigureIsCountedAnew(t, in, d) })
	t.Run("PublishedFiguresComeOutAsTheyWentIn", func(t *testing.T) { testPublishedFiguresComeOutAsTheyWentIn(t, d) })
	t.Run("RatiosStandWithBothCountsAndTheirExactLimits", func(t *testing.T) { testRatiosStandWithBothCountsAndTheirExactLimits(t, d) })
	t.Run("ATrueZeroIsAValue", func(t *testing.T) { testATrueZeroIsAValue(t, d) })
	t.Run("AFileCutOffIsSaidAsCoverage", func(t *testing.T) { testAFileCutOffIsSaidAsCoverage(t, d) })
	t.Run("TotalsThatWeAddUpSaySo", func(t *testing.T) { testTotalsThatWeAddUpSaySo(t, d) })
	t.Run("EveryNumberInASentenceStandsInItsRow", func(t *testing.T) { testEveryNumberInASentenceStandsInItsRow(t, d) })
	t.Run("NoSentenceSaysMoreThanCounts", func(t *testing.T) { testNoSentenceSaysMoreThanCounts(t, d) })
	t.Run("TheWordsOfEachIndicatorReadAtGradeNine", func(t *testing.T) { testTheWordsOfEachIndicatorReadAtGradeNine(t, d) })
	t.Run("RecordsAreHandedOutFieldByField", func(t *testing.T) { testRecordsAreHandedOutFieldByField(t, in, d) })
	t.Run("AReversedConvictionLeavesWhatStands", func(t *testing.T) { testAReversedConvictionLeavesWhatStands(t, d) })
	t.Run("ANoteCannotOutliveItsFigure", func(t *testing.T) { testANoteCannotOutliveItsFigure(t, d) })
	t.Run("GatesPassForTheBundledFigures", func(t *testing.T) { testGatesPassForTheBundledFigures(t, d) })
}

func observation(t *testing.T, d publish.Drafted, key string) stat.Observation {
	t.Helper()
	for _, o := range d.Observations {
		if o.Key() == key {
			return o
		}
	}
	t.Fatalf("the draft has no %s", key)
	return stat.Observation{}
}

// testEveryFigureIsCountedAnew runs the statement that a passport shows over the rows that it names, and divides the two
// counts that a ratio or a rate names: each gives the value that is published.
func testEveryFigureIsCountedAnew(t *testing.T, in publish.Input, d publish.Drafted) {
	counted, made := 0, 0
	for _, o := range d.Observations {
		if o.Status != stat.StatusReported {
			if got := release.CountingSQL(o, in.Definitions); got != "" {
				t.Errorf("CountingSQL(%s, %s) = %q, want none", o.Key(), o.Status, got)
			}
			continue
		}
		if o.Kind == stat.KindRatio || o.Kind == stat.KindRate {
			per := stat.PerOf(o, in.Definitions)
			if got := o.Of / o.To * per; math.Abs(got-o.Value) > 1e-9*o.Value {
				t.Errorf("%s: %v / %v × %v = %v, want the value %v", o.Key(), o.Of, o.To, per, got, o.Value)
			}
			made++
			continue
		}
		if o.Kind == stat.KindLike {
			if got := sumOfBoth(d, o); got != o.Value {
				t.Errorf("%s = %v, want %v: the sum of those that have a figure for both periods", o.Key(), o.Value, got)
			}
			continue
		}
		if counted++; len(o.Codes) > 0 && counted%5 != 0 {
			continue // of the breakdowns every fifth
		}
		c, ok := stat.CountingOf(o, in.Definitions)
		if !ok {
			t.Errorf("CountingOf(%s): nothing, want how it was counted", o.Key())
			continue
		}
		got, err := in.Warehouse.Recount(t.Context(), c.Dataset.ID, o.Rows, release.CountingSQL(o, in.Definitions))
		if err != nil || float64(got) != o.Value {
			t.Errorf("Recount(%s) = %d (%v), want %v by\n%s", o.Key(), got, err, o.Value, release.CountingSQL(o, in.Definitions))
		}
	}
	if counted < 500 || made < 5 {
		t.Errorf("%d counts and %d ratios and rates were counted anew, want at least 500 and 5", counted, made)
	}
}

// sumOfBoth adds up the published parts behind a sum over the same reporters, out of the breakdown that anybody can read.
func sumOfBoth(d publish.Drafted, like stat.Observation) float64 {
	ind, _ := d.Definitions.Indicator(like.Indicator)
	dimension := ""
	for _, p := range ind.Panels {
		for _, s := range p.Series {
			if p.ID == like.Panel && s.ID == like.Series {
				dimension = s.Expected.Dimension
			}
		}
	}
	periods := strings.Split(like.Code(stat.SameReporters), "-and-")
	values := map[string]map[string]float64{}
	for _, o := range d.Observations {
		if code := o.Code(dimension); code != "" && code != "all" && o.Indicator == like.Indicator && o.Panel == like.Panel &&
			o.Series == like.Series && o.Kind == stat.KindCount && o.Status == stat.StatusReported {
			if values[code] == nil {
				values[code] = map[string]float64{}
			}
			values[code][o.Period.Key()] = o.Value
		}
	}
	sum := 0.0
	for _, v := range values {
		_, one := v[periods[0]]
		_, other := v[periods[1]]
		if one && other {
			sum += v[like.Period.Key()]
		}
	}
	return sum
}

func testPublishedFiguresComeOutAsTheyWentIn(t *testing.T, d publish.Drafted) {
	for _, c := range []struct {
		key  string
		want float64
	}{
		{"sellers-and-buyers/arrested/selling/2005-2014", 3557},
		{"sellers-and-buyers/arrested/buying/2005-2014", 1378},
		{"sellers-and-buyers/convicted/selling/2005-2014", 1841},
		{"sellers-and-buyers/convicted/buying/2005-2014", 269},
		{"sellers-and-buyers/prosecuted/selling/2014-2015", 287},
		{"sellers-and-buyers/prosecuted/buying/2014-2015", 53},
		{"prostitution-arrests/by-year/arrests/2010", 438},
		{"prostitution-arrests/by-year/arrests/2011", 379},
		{"prostitution-arrests/by-year/arrests/2012", 380},
		{"prostitution-arrests/by-year/arrests/2013", 343},
		{"prostitution-arrests/by-year/arrests/2014", 348},
		{"prostitution-arrests/by-year/arrests/2015", 267},
	} {
		o := observation(t, d, c.key)
		if o.Status != stat.StatusReported || o.Value != c.want {
			t.Errorf("%s = %v (%s), want %v", c.key, o.Value, o.Status, c.want)
		}
		if len(o.Citations) == 0 || len(o.Rows) == 0 {
			t.Errorf("%s has %d sources and %d runs of rows, want at least one of each", c.key, len(o.Citations), len(o.Rows))
		}
	}
}

func testRatiosStandWithBothCountsAndTheirExactLimits(t *testing.T, d publish.Drafted) {
	for _, c := range []struct{ key, value, limits string }{
		{"sellers-and-buyers/arrested/ratio/2005-2014", "2.6", "2.4 to 2.7"},
		{"sellers-and-buyers/prosecuted/ratio/2014-2015", "5.4", "4.0 to 7.4"},
		{"sellers-and-buyers/convicted/ratio/2005-2014", "6.8", "6.0 to 7.8"},
	} {
		o := observation(t, d, c.key)
		if o.Interval == nil || o.Of == 0 || o.To == 0 {
			t.Errorf("%s has no interval or not both counts: %+v", c.key, o)
			continue
		}
		if got := stat.FormatNumber(o.Value, 1); got != c.value {
			t.Errorf("%s = %s, want %s", c.key, got, c.value)
		}
		if got := stat.FormatLimits(*o.Interval, 1); got != c.limits {
			t.Errorf("limits of %s = %s, want %s", c.key, got, c.limits)
		}
	}
}

func testATrueZeroIsAValue(t *testing.T, d publish.Drafted) {
	for _, o := range d.Observations {
		if o.Indicator == "state-and-federal" && o.Value == 0 && o.Status == stat.StatusReported {
			return
		}
	}
	t.Error("no convictions under the state law: want a reported zero in state-and-federal, found none")
}

func testAFileCutOffIsSaidAsCoverage(t *testing.T, d publish.Drafted) {
	c := observation(t, d, "prostitution-arrests/by-year/arrests/2014").Coverage
	if c.Accounts != 330 || c.Reported >= c.Expected || len(c.Missing) != c.Expected-c.Reported {
		t.Errorf("coverage of 2014 = %+v, want 330 of the 348 accounted for and the missing agencies named", c)
	}
}

func testTotalsThatWeAddUpSaySo(t *testing.T, d publish.Drafted) {
	if o := observation(t, d, "prostitution-arrests/by-year/arrests/2015"); !o.Has(stat.MarkSummed) {
		t.Errorf("marks of 2015 = %v, want %q: the source has no statewide figure for that year", o.Marks, stat.MarkSummed)
	}
	if o := observation(t, d, "prostitution-arrests/by-year/arrests/2013"); o.Has(stat.MarkSummed) {
		t.Errorf("marks of 2013 = %v, want no %q: the source has a statewide figure", o.Marks, stat.MarkSummed)
	}
}

// testANoteCannotOutliveItsFigure changes a figure that a note quotes and wants the release refused.
func testANoteCannotOutliveItsFigure(t *testing.T, d publish.Drafted) {
	d.Observations = slices.Clone(d.Observations)
	i := slices.IndexFunc(d.Observations, func(o stat.Observation) bool { return o.Key() == "prostitution-arrests/by-year/arrests/2014" })
	if i < 0 {
		t.Fatal("the draft has no arrests of 2014")
	}
	if issues := publish.Misquoted(d); len(issues) > 0 {
		t.Errorf("Misquoted finds %v in the bundled figures, want nothing", issues)
	}
	d.Observations[i].Value++
	issues := publish.Misquoted(d)
	if len(issues) != 1 || !strings.Contains(issues[0].Problem, "as 348, and it is 349") {
		t.Errorf("Misquoted of a figure that is 349 = %v, want one issue about the note that says 348", issues)
	}
}

func testGatesPassForTheBundledFigures(t *testing.T, d publish.Drafted) {
	for _, g := range publish.Failed(d.Manifest.Gates) {
		t.Errorf("gate %s failed: %v", g.ID, g.Issues)
	}
}

func TestTheSameInputsGiveTheSameBytes(t *testing.T) {
	in := input(t)
	ctx := context.Background()
	first, second := testkit.Folder(t), testkit.Folder(t)
	a, err := release.Seal(ctx, first, draft(t, in).Draft)
	if err != nil {
		t.Fatal(err)
	}
	b, err := release.Seal(ctx, second, draft(t, in).Draft)
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Files) != len(b.Files) || len(a.Files) < 40 {
		t.Fatalf("%d and %d files, want the same number and at least 40", len(a.Files), len(b.Files))
	}
	for i := range a.Files {
		if a.Files[i] != b.Files[i] {
			t.Errorf("%s differs: %s and %s", a.Files[i].Path, a.Files[i].SHA256, b.Files[i].SHA256)
		}
	}
	one, err := os.ReadFile(filepath.Join(first, a.ID, release.ManifestFile))
	if err != nil {
		t.Fatal(err)
	}
	two, err := os.ReadFile(filepath.Join(second, b.ID, release.ManifestFile))
	if err != nil {
		t.Fatal(err)
	}
	if string(one) != string(two) {
		t.Error("the manifests differ")
	}
}
