package publish

import (
	"context"
	"maps"
	"slices"
	"testing"

	"tallystick/internal/release"
	"tallystick/internal/stat"
	"tallystick/internal/testkit"
)

// observedArrests are the bundled arrests, with the definition changed if change is not nil.
func observedArrests(t *testing.T, change func(*stat.Definitions, *stat.Panel)) (Input, []stat.Observation) {
	t.Helper()
	in := Input{Definitions: testkit.Definitions(t), At: testkit.Day}
	i := slices.IndexFunc(in.Definitions.Indicators, func(x stat.Indicator) bool { return x.ID == "prostitution-arrests" })
	if change != nil {
		change(&in.Definitions, &in.Definitions.Indicators[i].Panels[0])
	}
	in.Warehouse = testkit.Warehouse(t, in.Definitions)
	obs, err := observe(context.Background(), in, in.Definitions.Indicators[i])
	if err != nil {
		t.Fatal(err)
	}
	return in, obs
}

// TestCountiesAndWhatIsNotPlacedComeToTheAgencies holds that a roll-up loses and doubles nothing: for each year the
// counties and what lies in none are the sum over all agencies, each with the agencies that it comes from, and each is
// counted anew by the statement of its passport.
func TestCountiesAndWhatIsNotPlacedComeToTheAgencies(t *testing.T) {
	in, obs := observedArrests(t, nil)
	agencies, counties := map[string]float64{}, map[string]float64{}
	reporters, expected := map[string]int{}, map[string]int{}
	rates := 0
	for _, o := range obs {
		key := o.Period.Key()
		switch {
		case o.Kind == stat.KindRate && o.Code("county") != "":
			if rates++; o.Status == stat.StatusReported && o.Value != 100000*o.Of/o.To {
				t.Errorf("%s is %v, want %v of %v per 100,000", o.Key(), o.Value, o.Of, o.To)
			}
		case o.Kind != stat.KindCount:
		case o.Code("agency") != "":
			agencies[key] += o.Value
			expected[key]++
			if o.Status == stat.StatusReported {
				reporters[key]++
			}
		case o.Code("county") != "":
			counties[key] += o.Value
			expected[key] -= o.Coverage.Expected
			reporters[key] -= o.Coverage.Reported
			if partial := o.Coverage.Reported < o.Coverage.Expected; partial != (o.Bound == stat.BoundAtLeast) || partial != o.Has(stat.MarkPartial) {
				t.Errorf("%s comes from %d of %d and has the bound %s", o.Key(), o.Coverage.Reported, o.Coverage.Expected, o.Bound)
			}
			if o.Coverage.Inhabitants == 0 && o.Codes[0].Code != stat.NotPlaced {
				t.Errorf("%s does not say where how many residents live", o.Key())
			}
			got, err := in.Warehouse.Recount(context.Background(), "police-arrests", o.Rows, release.CountingSQL(o, in.Definitions))
			if err != nil || float64(got) != o.Value {
				t.Errorf("%s counted anew: %d (%v), want %v", o.Key(), got, err, o.Value)
			}
		}
	}
	if len(counties) != 6 || !maps.Equal(agencies, counties) {
		t.Errorf("by year the counties come to %v, want %v as the agencies", counties, agencies)
	}
	for year := range agencies {
		if reporters[year] != 0 || expected[year] != 0 {
			t.Errorf("%s: the counties have %d reporters of %d less than there are agencies", year, reporters[year], expected[year])
		}
	}
	if rates != 48 {
		t.Errorf("%d rates of counties, want 48: eight counties in six years", rates)
	}
}

// TestFrom2022PlanningRegionsTakeThePlaceOfCounties moves the bundled arrests to later years: those to 2021 have counties
// and no planning region, those after it planning regions and no county.
func TestFrom2022PlanningRegionsTakeThePlaceOfCounties(t *testing.T) {
	day := func(year int) stat.Date { return stat.Date{Year: year, Month: 1, Day: 1} }
	_, obs := observedArrests(t, func(defs *stat.Definitions, p *stat.Panel) {
		i := slices.IndexFunc(p.Breakdowns, func(b stat.Breakdown) bool { return b.ID == "county" })
		county := p.Breakdowns[i]
		until, region := *county.Rollup, *county.Rollup
		until.Until = day(2013).AddDays(-1) // as if the change of 2022 had been in 2013
		county.Rollup = &until
		p.Breakdowns[i] = county
		county.ID, county.Rollup = "region", &region
		region.Through, region.To, region.As, region.Until = []string{"planning-region-towns"}, "planning-regions", "planning_region", stat.Date{}
		p.Breakdowns = append(p.Breakdowns, county)
		for l := range defs.Codelists {
			if id := defs.Codelists[l].ID; id == "planning-region-towns" || id == "planning-regions" {
				for c := range defs.Codelists[l].Codes {
					if code := &defs.Codelists[l].Codes[c]; !code.ValidFrom.IsZero() {
						code.ValidFrom = day(code.ValidFrom.Year - 9)
					}
				}
			}
		}
	})
	got := map[string]map[string]bool{}
	for _, o := range obs {
		for _, dimension := range []string{"county", "planning_region"} {
			if code := o.Code(dimension); code != "" && code != stat.NotPlaced {
				key := dimension + " " + o.Period.Key()
				if got[key] == nil {
					got[key] = map[string]bool{}
				}
				got[key][code] = true
			}
		}
	}
	want := map[string]int{"county 2010": 8, "county 2011": 8, "county 2012": 8,
		"planning_region 2013": 9, "planning_region 2014": 9, "planning_region 2015": 9}
	n := map[string]int{}
	for key, codes := range got {
		n[key] = len(codes)
	}
	if !maps.Equal(n, want) {
		t.Errorf("places by year: %v, want %v", n, want)
	}
}
