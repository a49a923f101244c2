package stat

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// places are police forces in towns, towns in counties, and since 2022 towns in regions.
func places() Definitions {
	since := Date{2022, 1, 1}
	return Definitions{Codelists: []Codelist{
		{ID: "agencies", Codes: []Code{{Code: "all"}, {Code: "alder", Parent: "alder"}, {Code: "alder-campus", Parent: "alder"},
			{Code: "birch", Parent: "birch"}, {Code: "cedar", Parent: "cedar"}, {Code: "state"}}},
		{ID: "towns", Codes: []Code{{Code: "all"}, {Code: "alder", Parent: "east"}, {Code: "birch", Parent: "west"},
			{Code: "cedar", Parent: "west"}}},
		{ID: "region-towns", Codes: []Code{{Code: "alder", Parent: "north", ValidFrom: since},
			{Code: "birch", Parent: "north", ValidFrom: since}, {Code: "cedar", Parent: "south", ValidFrom: since}}},
		{ID: "counties", Codes: []Code{{Code: "east"}, {Code: "west"}, {Code: NotPlaced}}},
		{ID: "regions", Codes: []Code{{Code: "north", ValidFrom: since}, {Code: "south", ValidFrom: since}, {Code: NotPlaced}}},
	}}
}

var (
	toCounties = Rollup{Through: []string{"towns"}, To: "counties", As: "county", Until: Date{2021, 12, 31}}
	toRegions  = Rollup{Through: []string{"region-towns"}, To: "regions", As: "region"}
)

func TestAPeriodHasTheGeographyOfItsLastDay(t *testing.T) {
	defs := places()
	for _, c := range []struct {
		name string
		up   Rollup
		day  Date
		want map[string]string
	}{
		{"a county before 2022", toCounties, Date{2021, 12, 31}, map[string]string{"alder": "east", "alder-campus": "east", "birch": "west", "cedar": "west"}},
		{"a county after it", toCounties, Date{2022, 12, 31}, nil},
		{"a region before 2022", toRegions, Date{2021, 12, 31}, nil},
		{"a region after it", toRegions, Date{2022, 1, 1}, map[string]string{"alder": "north", "alder-campus": "north", "birch": "north", "cedar": "south"}},
	} {
		got := Placed(defs.Placings(c.up, c.up.Lists("agencies")...), c.day)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: Placed on %s (-want +got):\n%s", c.name, c.day, diff)
		}
	}
	if got := defs.Members(toCounties, NotPlaced, Date{2015, 12, 31}, toCounties.Lists("agencies")...); !slices.Equal(got, []string{"state"}) {
		t.Errorf("Members(not placed) = %v, want the force of the whole state", got)
	}
	if got := defs.Members(toCounties, "west", Date{2015, 12, 31}, toCounties.Through...); !slices.Equal(got, []string{"birch", "cedar"}) {
		t.Errorf("Members(west) of the towns = %v, want birch and cedar", got)
	}
}

// TestEveryCodeLiesInOnePlaceOrInNone holds that a roll-up neither loses nor doubles a code, whatever the parents are.
func TestEveryCodeLiesInOnePlaceOrInNone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		defs := Definitions{Codelists: []Codelist{{ID: "agencies"}, {ID: "towns"}, {ID: "counties", Codes: []Code{{Code: "c1"}, {Code: "c2"}, {Code: NotPlaced}}}}}
		date := rapid.Custom(func(t *rapid.T) Date {
			return rapid.SampledFrom([]Date{{}, {2010, 1, 1}, {2015, 6, 30}, {2022, 1, 1}}).Draw(t, "date")
		})
		for _, town := range []string{"t1", "t2", "t3"} {
			defs.Codelists[1].Codes = append(defs.Codelists[1].Codes, Code{Code: town, ValidFrom: date.Draw(t, "from"), ValidTo: date.Draw(t, "to"),
				Parent: rapid.SampledFrom([]string{"", "c1", "c2", "c9", NotPlaced}).Draw(t, "county")})
		}
		want := []string{}
		for i := range rapid.IntRange(0, 8).Draw(t, "agencies") {
			code := string(rune('a' + i))
			want = append(want, code)
			defs.Codelists[0].Codes = append(defs.Codelists[0].Codes, Code{Code: code, Parent: rapid.SampledFrom([]string{"", "t1", "t2", "t3", "t9"}).Draw(t, "town")})
		}
		up := Rollup{Through: []string{"towns"}, To: "counties", As: "county", Until: date.Draw(t, "until")}
		got := []string{}
		for _, in := range []string{"c1", "c2", NotPlaced} {
			got = append(got, defs.Members(up, in, Date{2015, 12, 31}, up.Lists("agencies")...)...)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Fatalf("the members of all places are %v, want each of %v once", got, want)
		}
	})
}

// TestARollUpIsAnEquationOfTheAudit holds that the sum of a place counts as the sum of a set of codes, so that a count
// that was withheld before cannot be had by subtraction from a county.
func TestARollUpIsAnEquationOfTheAudit(t *testing.T) {
	defs := places()
	defs.Datasets = []Dataset{{ID: "arrests", Protection: ProtectionProtected, Fields: []Field{{Name: "agency", Type: FieldCode, Codelist: "agencies"}}}}
	where := Where{}
	defs.Indicators = []Indicator{{ID: "i", Panels: []Panel{{ID: "p", Protection: ProtectionProtected,
		Series: []Series{{ID: "s", Dataset: "arrests", Measure: Measure{Sum: "count"}}},
		Breakdowns: []Breakdown{{ID: "agency", By: "agency", Where: where},
			{ID: "county", By: "agency", Where: where, Rollup: &toCounties}}}}}}
	of := func(dimension, code string, n float64) Observation {
		return Observation{Indicator: "i", Panel: "p", Series: "s", Kind: KindCount, Period: CalendarYear(2015), Status: StatusReported, Value: n,
			Bound: BoundExactly, Codes: []DimensionCode{{dimension, code}}}
	}
	obs := []Observation{of("agency", "birch", 3), of("agency", "cedar", 40), of("county", "west", 43), of("county", "east", 400)}
	for i := range 8 { // so that little of the whole is withheld
		code := "alder-" + string(rune('a'+i))
		defs.Codelists[0].Codes = append(defs.Codelists[0].Codes, Code{Code: code, Parent: "alder"})
		obs = append(obs, of("agency", code, 50))
	}
	l := newLedger(obs, nil, defs, nil)
	if !slices.ContainsFunc(l.lines, func(s sumLine) bool {
		return strings.Contains(l.counts[s.total].name, "agency=birch+cedar") && len(s.parts) == 2 && !s.loose
	}) {
		t.Errorf("no line says that the county is its agencies: %+v", l.lines)
	}
	disclosed, err := SuppressObservations(obs, defs, Rule{K: 10})
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, o := range disclosed.Observations {
		if o.Status == StatusReported && (o.Code("agency") == "cedar" || o.Code("county") == "west") {
			shown++
		}
		if o.Code("agency") == "birch" && o.Status != StatusWithheld {
			t.Errorf("SuppressObservations shows 3 of birch")
		}
	}
	if shown > 1 {
		t.Errorf("SuppressObservations shows %d of cedar and its county, from which birch follows; want one at most", shown)
	}
}
