package chart

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
			file := filepath.Join("testdata", "view-"+name+suffix)
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("%s differs from what was last looked at; see it, then run with -update", file)
			}
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
	for _, want := range []string{"2015 · State Police, UCR · arrests", "|74|", "Bridgeport police", "|0|", "Not reported: 1."} {
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
	if n, h, w := strings.Index(ordered, "Norwich"), strings.Index(ordered, "Hartford"), strings.Index(ordered, "Waterbury"); n > h || h > w {
		t.Errorf("codes do not stand in the order that was asked for: %s", ordered)
	}
}

func TestDrawViewRefuses(t *testing.T) {
	ind, obs, ctx := byAgency()
	for name, v := range map[string]View{
		"panel": {Panel: "x"}, "breakdown": {By: "x"}, "period": {By: "agency", Period: "1999"}, "shape": {By: "agency", As: "pie"},
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
