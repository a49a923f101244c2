package web

import (
	"strings"
	"testing"

	"tallystick/internal/chart"
	"tallystick/internal/stat"
)

// divided is an indicator with a rate, two breakdowns and a protected panel beside it, with two years of figures.
func divided() (stat.Indicator, []stat.Observation) {
	ind := stat.Indicator{ID: "arrests", Short: "Arrests", Panels: []stat.Panel{
		{
			ID: "years", Title: "By year", Form: stat.FormColumns, Protection: stat.ProtectionOpen, Series: []stat.Series{{ID: "all"}},
			Rate: &stat.Rate{Of: "all", Per: 100000, Label: "per 100,000"},
			Breakdowns: []stat.Breakdown{
				{ID: "agency", Title: "By agency", By: "agency"},
				{ID: "age", Title: "By age", By: "age_group", Protection: stat.ProtectionProtected},
			},
		},
		{ID: "children", Title: "Children", Form: stat.FormSpans, Protection: stat.ProtectionProtected, Series: []stat.Series{{ID: "all"}}},
	}}
	obs := yearly("all", 30, 40)
	rate := obs[0]
	rate.Series, rate.Kind = "rate", stat.KindRate
	of := func(dimension, code string, o stat.Observation) stat.Observation {
		o.Codes = []stat.DimensionCode{{Dimension: dimension, Code: code}}
		return o
	}
	child := obs[1]
	child.Panel = "children"
	return ind, append(obs, rate, of("agency", "hartford", obs[0]), of("agency", "hartford", obs[1]), of("age_group", "adult", obs[1]), child)
}

// TestChoicesThatDoNotGoTogetherAreRefusedWithTheReason holds that no combination of choices leads to an empty page.
func TestChoicesThatDoNotGoTogetherAreRefusedWithTheReason(t *testing.T) {
	ind, obs := divided()
	hartford := stat.DimensionCode{Dimension: "agency", Code: "hartford"}
	v := &visit{}
	for _, c := range []struct {
		name string
		w    wanted
		why  string // empty: it can be shown
		kept int
	}{
		{"counts and rates of all", wanted{from: 2010}, "", 4},
		{"counts", wanted{measure: stat.KindCount}, "", 3},
		{"a rate", wanted{measure: stat.KindRate}, "", 1},
		{"a rate of a protected panel", wanted{panel: "children", measure: stat.KindRate}, "who was found", 0},
		{"a ratio that there is not", wanted{measure: stat.KindRatio}, "has no ratio", 0},
		{"one agency", wanted{place: hartford}, "", 2},
		{"one agency, two years together", wanted{place: hartford, window: 2}, "", 2},
		{"one agency that a panel lacks", wanted{panel: "children", place: hartford}, "not given for this place", 0},
		{"one agency, broken down", wanted{place: hartford, by: "age"}, "Choose either", 0},
		{"a rate of one agency", wanted{place: hartford, measure: stat.KindRate}, "for the whole only", 0},
		{"a breakdown", wanted{by: "agency"}, "", 2},
		{"a breakdown that a panel lacks", wanted{panel: "children", by: "agency"}, "not broken down", 0},
		{"a breakdown on a map that it has not", wanted{by: "agency", as: chart.ShapeMap}, "another kind of chart", 0},
		{"a chart without a breakdown", wanted{as: chart.ShapeBars}, "for a breakdown only", 0},
		{"years of a breakdown added up", wanted{by: "agency", window: 2}, "added up for counts only", 0},
		{"years without a figure", wanted{panel: "children", to: 2010}, "There are figures for 2011.", 0},
	} {
		shown, kept, why := v.fit(ind, obs, c.w)
		if c.why == "" && (why != "" || len(kept) != c.kept || len(shown.Panels) == 0) {
			t.Errorf("%s: fit gives %d figures of %d panels, %q; want %d figures", c.name, len(kept), len(shown.Panels), why, c.kept)
		}
		if c.why != "" && !strings.Contains(why, c.why) {
			t.Errorf("%s: fit refuses with %q, want %q in it", c.name, why, c.why)
		}
	}
}
