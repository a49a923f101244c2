package chart

import (
	"errors"
	"os"
	"strings"
	"testing"

	"tallystick/internal/stat"
)

// arrestsByAgency are prostitution arrests as some agencies reported them, 2010 to 2015; -1 is not reported.
var arrestsByAgency = []struct {
	code, label string
	values      [6]float64
}{
	{"hartford", "Hartford police", [6]float64{158, 138, 103, 113, 121, 74}},
	{"waterbury", "Waterbury police", [6]float64{64, 66, 108, 65, 44, 34}},
	{"new-britain", "New Britain police", [6]float64{30, 2, 47, 10, 11, 14}},
	{"new-haven", "New Haven police", [6]float64{22, 52, 9, 7, 3, 21}},
	{"bridgeport", "Bridgeport police", [6]float64{16, 9, 15, 35, 13, 0}},
	{"norwich", "Norwich police", [6]float64{14, 11, 14, 13, 18, 2}},
	{"ecsu", "Eastern Connecticut State University police", [6]float64{0, 0, 0, 0, -1, 0}},
	{"groton-town", "Groton Town police", [6]float64{1, 1, 2, 1, -1, -1}},
}

func byAgency() (stat.Indicator, []stat.Observation, Context) {
	ind, obs, ctx := prostitutionArrests()
	p := &ind.Panels[0]
	p.Breakdowns = []stat.Breakdown{{ID: "agency", Title: "By police agency", By: "agency"}}
	p.Rate = &stat.Rate{Of: "all", Per: 100000, Label: "arrests per 100,000 residents", Decimals: 1}
	names := map[string]string{}
	for _, a := range arrestsByAgency {
		names[a.code] = a.label
		for i, v := range a.values {
			o := count("arrests", "all", year(2010+i), v, "arrest", "State Police, UCR")
			o.Codes = []stat.DimensionCode{{Dimension: "agency", Code: a.code}}
			o.Interval = limits(max(0, v*0.8-1), v*1.25+3.7, "garwood")
			if v < 0 {
				o.Status, o.Value, o.Interval = stat.StatusNotReported, 0, nil
			}
			obs = append(obs, o)
		}
	}
	for i, v := range []float64{12.2, 10.6, 10.6, 9.5, 9.7, 7.4} {
		o := count("arrests", "rate", year(2010+i), v, "", "State Police, UCR")
		o.Kind, o.Interval = stat.KindRate, limits(v*0.91, v*1.1, "fay-feuer")
		obs = append(obs, o)
	}
	ctx.Labels = func(dimension, code string) string {
		if dimension == "agency" {
			return names[code]
		}
		return labels(dimension, code)
	}
	return finish(ind, obs, ctx)
}

var views = map[string]View{
	"agency-bars":      {By: "agency", Period: "2012"},
	"agency-multiples": {By: "agency", As: ShapeMultiples},
	"agency-coverage":  {By: "agency", As: ShapeCoverage},
	"rate":             {Measure: stat.KindRate},
}

// byPlace are counts by county and by planning region, as a police export of one year might give them.
func byPlace() (stat.Indicator, []stat.Observation, Context) {
	ind, obs, ctx := prostitutionArrests()
	ind.Panels[0].Stage = "arrested"
	ind.Panels[0].Breakdowns = []stat.Breakdown{{ID: "county", Title: "By county", By: "county"}, {ID: "region",
		Title: "By planning region", By: "region"}}
	values := map[string]map[string]float64{
		"county": {"fairfield": 52, "hartford": 98, "litchfield": 6, "middlesex": 2, "new-haven": 66, "new-london": 0,
			"tolland": 1, "windham": -1},
		"region": {"northwest-hills": 3, "capitol": 99, "northeastern-connecticut": -1, "western-connecticut": 46,
			"naugatuck-valley":               36,
			"lower-connecticut-river-valley": 2, "southeastern-connecticut": 0, "greater-bridgeport": 6,
			"south-central-connecticut": 33},
	}
	for dimension, counts := range values {
		for code, v := range counts {
			o := count("arrests", "all", year(2015), v, "arrest", "State Police, UCR")
			o.Codes = []stat.DimensionCode{{Dimension: dimension, Code: code}}
			if v < 0 {
				o.Status, o.Value = stat.StatusNotReported, 0
			}
			if code == "fairfield" || code == "western-connecticut" {
				o.Bound, o.Interval = stat.BoundAtLeast, nil
				o.Coverage = stat.Coverage{Reported: 22, Expected: 24, Noun: "agencies"}
			}
			obs = append(obs, o)
		}
	}
	elsewhere := count("arrests", "all", year(2015), 3, "arrest", "State Police, UCR")
	elsewhere.Codes = []stat.DimensionCode{{Dimension: "county", Code: stat.NotPlaced}}
	obs = append(obs, elsewhere)
	ctx.Labels = func(dimension, code string) string {
		if dimension == "unit" {
			return labels(dimension, code)
		}
		words := strings.Fields(strings.ReplaceAll(code, "-", " "))
		for i, w := range words {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
		return strings.Join(words, " ")
	}
	return finish(ind, obs, ctx)
}

func TestMaps(t *testing.T) {
	ind, obs, ctx := byPlace()
	for _, dimension := range []string{"county", "region"} {
		fig, err := DrawView(ind, obs, ctx, View{By: dimension, As: ShapeMap})
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "view-map-"+dimension+"-wide.svg", fig.Wide)
		golden(t, "view-map-"+dimension+"-narrow.svg", fig.Narrow)
		said := map[string]int{}
		for _, x := range texts(t, fig.Wide) {
			said[x.text]++
		}
		if said["0"] != 1 || said["not reported"] != 1 {
			t.Errorf("map by %s says %q %d times and %q %d times, want once each", dimension, "0", said["0"], "not reported",
				said["not reported"])
		}
	}
	fig, err := DrawView(ind, obs, ctx, View{By: "county", As: ShapeMap})
	if err != nil {
		t.Fatal(err)
	}
	all := ""
	for _, x := range texts(t, fig.Wide) {
		all += x.text + "\n"
	}
	for _, want := range []string{"≥ 52", "22 of 24", "Not Placed: 3.", "Open disc", "where police act"} {
		if !strings.Contains(all, want) {
			t.Errorf("the map by county lacks %q:\n%s", want, all)
		}
	}
	agencies, found, context := byAgency()
	if _, err := DrawView(agencies, found, context, View{By: "agency", As: ShapeMap}); !errors.Is(err, stat.ErrNotFound) {
		t.Errorf("a map of police agencies: %v, want ErrNotFound", err)
	}
}

// TestEveryPlaceLiesOnTheMap compares the outlines with the counties, and the tiles with one another.
func TestEveryPlaceLiesOnTheMap(t *testing.T) {
	areas, height, err := countyAreas(0, WideWidth)
	if err != nil || len(areas) != 8 {
		t.Fatalf("%d counties (%v), want 8", len(areas), err)
	}
	for _, a := range areas {
		for _, p := range a.outline {
			if p[0] < 0 || p[0] > WideWidth || p[1] < 0 || p[1] > height+0.01 {
				t.Errorf("%s reaches to %v, outside %v × %v", a.code, p, WideWidth, height)
			}
		}
	}
	taken := map[[2]int]string{}
	for code, at := range regions {
		if other, both := taken[at]; both {
			t.Errorf("%s and %s share a tile", code, other)
		}
		taken[at] = code
	}
	if len(regions) != 9 {
		t.Errorf("%d planning regions, want 9", len(regions))
	}
}

// TestViews holds the drawings of each kind of view as they were last looked at; see TestDrawings.
func TestViews(t *testing.T) {
	ind, obs, ctx := byAgency()
	for name, view := range views {
		fig, err := DrawView(ind, obs, ctx, view)
		if err != nil {
			t.Errorf("DrawView(%s): %v", name, err)
			continue
		}
		for suffix, got := range map[string][]byte{"-wide.svg": fig.Wide, "-narrow.svg": fig.Narrow} {
			golden(t, "view-"+name+suffix, got)
			checkSafe(t, got)
		}
		if folder := os.Getenv("TALLYSTICK_PICTURES"); folder != "" {
			picture(t, "view-"+name, fig.Standalone, 1200)
		}
	}
}

func TestBarsOfABreakdown(t *testing.T) {
	ind, obs, ctx := byAgency()
	said := func(v View) []string {
		fig, err := DrawView(ind, obs, ctx, v)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, x := range texts(t, fig.Wide) {
			out = append(out, x.text)
		}
		return out
	}
	latest := strings.Join(said(View{By: "agency"}), "|")
	for _, want := range []string{"2015 · State Police, UCR · arrests", "|74|", "Bridgeport police", "|0|",
		"Not reported: 1."} {
		if !strings.Contains("|"+latest+"|", want) {
			t.Errorf("bars of the latest period lack %q: %s", want, latest)
		}
	}
	if strings.Contains(latest, "Groton") {
		t.Error("an agency that did not report has a bar")
	}
	if strings.Index(latest, "Hartford") > strings.Index(latest, "Waterbury") {
		t.Error("the largest does not come first")
	}
	ordered := strings.Join(said(View{By: "agency", Order: []string{"norwich", "hartford"}}), "|")
	if n, h, w := strings.Index(ordered, "Norwich"), strings.Index(ordered, "Hartford"), strings.Index(ordered,
		"Waterbury"); n > h || h > w {
		t.Errorf("codes do not stand in the order that was asked for: %s", ordered)
	}
}

func TestDrawViewRefuses(t *testing.T) {
	ind, obs, ctx := byAgency()
	for name, v := range map[string]View{
		"panel": {Panel: "x"}, "breakdown": {By: "x"}, "period": {By: "agency", Period: "1999"}, "shape": {By: "agency",
			As: "pie"},
		"ratio": {Measure: stat.KindRatio},
	} {
		if _, err := DrawView(ind, obs, ctx, v); !errors.Is(err, stat.ErrNotFound) {
			t.Errorf("DrawView with an unknown %s: %v, want ErrNotFound", name, err)
		}
	}
}

func BenchmarkDrawView(b *testing.B) {
	ind, obs, ctx := byAgency()
	for name, view := range views {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := DrawView(ind, obs, ctx, view); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
