package stat

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// ages are the age groups of the arrests below, youngest first.
var ages = []string{"under-18", "18-24", "25-34", "35-44", "45-54", "55-64", "65-over"}

// arrestDefinitions are an open count of arrests whose breakdown by age is protected, since it holds accused
// juveniles.
func arrestDefinitions() Definitions {
	return Definitions{
		Datasets: []Dataset{{ID: "police", Protection: ProtectionOpen, Fields: []Field{
			{Name: "sex", Codelist: "sex"}, {Name: "age_group", Codelist: "age-groups"}}}},
		Indicators: []Indicator{{ID: "arrests", Panels: []Panel{{ID: "by-year", Protection: ProtectionOpen,
			Series: []Series{{ID: "arrests", Dataset: "police", Measure: Measure{Sum: "count"},
				Where: Where{"sex": {"female", "male"}, "age_group": {"all"}}}},
			Rate: &Rate{Of: "arrests", Per: 100000},
			Breakdowns: []Breakdown{{ID: "age", By: "age_group", Protection: ProtectionProtected,
				Where: Where{"sex": {"all"}, "age_group": ages}}},
		}}}},
	}
}

func year(y int) Period {
	return Period{From: Date{Year: y, Month: time.January, Day: 1}, To: Date{Year: y, Month: time.December, Day: 31}}
}

func arrests(y int, total int64, byAge ...int64) []Observation {
	one := func(value int64) Observation {
		return Observation{Indicator: "arrests", Panel: "by-year", Series: "arrests", Kind: KindCount, Period: year(y),
			Status: StatusReported, Value: float64(value), Bound: BoundExactly,
			Interval: &Interval{Lower: float64(value) / 2, Upper: float64(value) * 2, Level: 0.95, Method: "garwood"},
			Note:     fmt.Sprintf("the source says %d", value), Marks: []Mark{MarkMixed, MarkUnstable},
			Rows:      []Lines{{Batch: "b0001", Lines: "2"}},
			Citations: []Citation{{Title: "a report", Locator: fmt.Sprintf("%d arrests", value)}}}
	}
	out := []Observation{one(total)}
	for i, v := range byAge {
		o := one(v)
		o.Codes = []DimensionCode{{"age_group", ages[i]}}
		out = append(out, o)
	}
	return out
}

func textOf(obs []Observation) string {
	var b strings.Builder
	for i, o := range obs {
		if i > 0 {
			b.WriteString(" ")
		}
		if o.Status == StatusReported {
			fmt.Fprint(&b, o.Value)
		} else {
			b.WriteString(o.Status.Symbol())
		}
	}
	return b.String()
}

func TestSuppressObservationsOfArrestsByAge(t *testing.T) {
	// The first three years are Connecticut's arrests for prostitution of 2010, 2013 and 2015 in shape: few
	// juveniles or none, and in the last year the file comes to one less by age than by sex.
	for _, c := range []struct {
		name string
		obs  []Observation
		want string
	}{
		{"one juvenile takes the smallest other group along",
			arrests(2010, 438, 1, 46, 137, 122, 98, 20, 14), "438 [c] 46 137 122 98 20 [c]"},
		{"zero is published", arrests(2013, 300, 0, 40, 90, 80, 60, 18, 12), "300 0 40 90 80 60 18 12"},
		{"a difference that everybody can see is no protection",
			arrests(2015, 267, 1, 40, 80, 70, 50, 15, 10), "267 [c] 40 80 70 50 15 [c]"},
		{"a few ages alone are no line",
			arrests(2016, 438, 1, 46), "438 [c] 46"},
		{"a line that an open total gives away is withdrawn, zeros too",
			arrests(2021, 5, 2, 3, 0, 0, 0, 0, 0), "5 [c] [c] [c] [c] [c] [c] [c]"},
	} {
		got, err := SuppressObservations(c.obs, arrestDefinitions(), Rule{K: 10})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if s := textOf(got.Observations); s != c.want {
			t.Errorf("%s: shown %s, want %s", c.name, s, c.want)
		}
		for i, o := range got.Observations {
			if o.Status != StatusWithheld {
				continue
			}
			if o.Value != 0 || o.Interval != nil || o.Note != "" || o.Rows != nil || o.Citations[0].Locator != "" ||
				o.Has(MarkUnstable) || !o.Has(MarkMixed) {
				t.Errorf("%s: %s is withheld but still tells: %+v", c.name, o.Key(), o)
			}
			if got.Withheld[o.Key()] != c.obs[i].Value {
				t.Errorf("%s: kept %v for %s, want %v", c.name, got.Withheld[o.Key()], o.Key(), c.obs[i].Value)
			}
		}
		again, err := SuppressObservations(c.obs, arrestDefinitions(), Rule{K: 10}, Former{Release: "first",
			Definitions: arrestDefinitions(), Observations: got.Observations, Withheld: got.Withheld})
		if err != nil {
			t.Errorf("%s, published again: %v", c.name, err)
		} else if s := textOf(again.Observations); s != c.want {
			t.Errorf("%s, published again: shown %s, want %s", c.name, s, c.want)
		}
	}
}

// childDefinitions are a protected count by sex and by age with a rate and a ratio.
func childDefinitions() Definitions {
	return Definitions{
		Datasets: []Dataset{{ID: "children", Protection: ProtectionProtected}},
		Indicators: []Indicator{{ID: "children", Panels: []Panel{{ID: "p", Protection: ProtectionProtected,
			Series: []Series{
				{ID: "found", Dataset: "children", Measure: Measure{Count: "records"}, Where: Where{"stage": {"found"}}},
				{ID: "referred", Dataset: "children", Measure: Measure{Count: "records"}, Where: Where{"stage": {"referred"}}}},
			Ratio:      &Ratio{Of: "found", To: "referred"},
			Rate:       &Rate{Of: "found", Per: 100000},
			Breakdowns: []Breakdown{{ID: "sex", By: "sex"}, {ID: "age", By: "age"}},
		}}}},
	}
}

func child(kind Kind, series string, y int, value float64, codes ...DimensionCode) Observation {
	return Observation{Indicator: "children", Panel: "p", Series: series, Kind: kind, Period: year(y), Codes: codes,
		Status: StatusReported, Value: value, Bound: BoundExactly, Rows: []Lines{{Batch: "b0001", Lines: "2-40"}}}
}

func TestSuppressObservationsWithholdsWhatIsComputedFromThem(t *testing.T) {
	obs := []Observation{
		child(KindCount, "found", 2015, 7),
		child(KindCount, "referred", 2015, 133),
		child(KindRatio, "ratio", 2015, 0.0526),
		child(KindRate, "rate", 2015, 0.9),
		child(KindCount, "found", 2016, 98),
		child(KindCount, "referred", 2016, 202),
		child(KindRatio, "ratio", 2016, 0.485),
		child(KindRate, "rate", 2016, 12.9),
	}
	got, err := SuppressObservations(obs, childDefinitions(), Rule{K: 10})
	if err != nil {
		t.Fatal(err)
	}
	if s, want := textOf(got.Observations), "[c] 133 [c] [c] 98 202 0.485 12.9"; s != want {
		t.Errorf("shown %s, want %s", s, want)
	}
}

// What a published total and its published parts leave is a count too, whether or not it is shown.
func TestSuppressObservationsProtectsWhatIsLeft(t *testing.T) {
	code := func(c string) DimensionCode { return DimensionCode{"sex", c} }
	for _, c := range []struct {
		name  string
		total float64
		parts []float64
		want  string
	}{
		{"three boys follow from the girls", 63, []float64{60}, "63 [c]"},
		{"nothing follows from a part that leaves many", 63, []float64{40}, "63 40"},
		{"nothing is left", 60, []float64{60}, "60 60"},
		{"five of no known sex follow from girls and boys", 40, []float64{20, 15}, "40 20 [c]"},
	} {
		obs := []Observation{child(KindCount, "found", 2015, c.total)}
		for i, value := range c.parts {
			obs = append(obs, child(KindCount, "found", 2015, value, code([]string{"female", "male"}[i])))
		}
		shown := len(obs)
		for y := range 4 { // a table of which nearly all would be withheld is refused
			obs = append(obs, child(KindCount, "found", 2016+y, 100), child(KindCount, "found", 2016+y, 60, code("female")),
				child(KindCount, "found", 2016+y, 40, code("male")))
		}
		got, err := SuppressObservations(obs, childDefinitions(), Rule{K: 10})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if s := textOf(got.Observations[:shown]); s != c.want {
			t.Errorf("%s: shown %s, want %s", c.name, s, c.want)
		}
		again, err := SuppressObservations(obs, childDefinitions(), Rule{K: 10}, Former{Release: "first",
			Definitions: childDefinitions(), Observations: got.Observations, Withheld: got.Withheld})
		if err != nil {
			t.Errorf("%s, published again: %v", c.name, err)
		} else if s := textOf(again.Observations[:shown]); s != c.want {
			t.Errorf("%s, published again: shown %s, want %s", c.name, s, c.want)
		}
	}
}

func TestSuppressObservationsLinksBreakdownsOfOneTotal(t *testing.T) {
	code := func(d, c string) DimensionCode { return DimensionCode{d, c} }
	obs := []Observation{
		child(KindCount, "found", 2015, 100),
		child(KindCount, "found", 2015, 60, code("sex", "female")),
		child(KindCount, "found", 2015, 40, code("sex", "male")),
		child(KindCount, "found", 2015, 3, code("age", "under-12")),
		child(KindCount, "found", 2015, 35, code("age", "12-15")),
		child(KindCount, "found", 2015, 62, code("age", "16-17")),
	}
	got, err := SuppressObservations(obs, childDefinitions(), Rule{K: 10})
	if err != nil {
		t.Fatal(err)
	}
	if s, want := textOf(got.Observations), "100 60 40 [c] [c] 62"; s != want {
		t.Errorf("shown %s, want %s", s, want)
	}
	for _, o := range got.Observations {
		inLine := o.Code("sex") == ""
		if inLine && o.Rows != nil {
			t.Errorf("%s names its rows beside withheld ones: %v", o.Key(), o.Rows)
		}
	}
}

func TestWithheldStaysWithheldAndARevisionThatTellsIsHeld(t *testing.T) {
	defs := arrestDefinitions()
	rule := Rule{K: 10}
	first := arrests(2010, 438, 1, 46, 137, 122, 98, 20, 14)
	one, err := SuppressObservations(first, defs, rule)
	if err != nil {
		t.Fatal(err)
	}
	former := Former{Release: "one", Definitions: defs, Observations: one.Observations, Withheld: one.Withheld}

	grown := arrests(2010, 449, 12, 46, 137, 122, 98, 20, 14)
	two, err := SuppressObservations(grown, defs, rule, former)
	if err != nil {
		t.Fatal(err)
	}
	if s, want := textOf(two.Observations), "449 [c] 46 137 122 98 20 [c]"; s != want {
		t.Errorf("after a withheld count grew: shown %s, want %s", s, want)
	}

	// Without the values that the first release withheld, nobody can say what the two give away together.
	lost := former
	lost.Withheld = nil
	three, err := SuppressObservations(grown, defs, rule, lost)
	if err != nil {
		t.Fatal(err)
	}
	if s, want := textOf(three.Observations), textOf(one.Observations); s != want {
		t.Errorf("a revision over values that were not kept: shown %s, want the former release %s", s, want)
	}
	onRecord := slices.ContainsFunc(three.Issues, func(i Issue) bool { return i.Code == "revision-held" })
	if three.Audit.Held == 0 || !onRecord {
		t.Errorf("the held revision is not on record: held %d, issues %v", three.Audit.Held, three.Issues)
	}
}

func TestASpanAndItsYearsAreOneTable(t *testing.T) {
	obs := []Observation{child(KindCount, "found", 2014, 30), child(KindCount, "found", 2015, 4)}
	span := child(KindCount, "found", 2014, 34)
	span.Period.To = year(2015).To
	obs = append(obs, span)
	got, err := SuppressObservations(obs, childDefinitions(), Rule{K: 10, MostWithheld: 1})
	if err != nil {
		t.Fatal(err)
	}
	if s, want := textOf(got.Observations), "[c] [c] 34"; s != want {
		t.Errorf("shown %s, want %s", s, want)
	}
}

func TestWhatTheSourceWithheldIsPublishedWhenTheSourceGivesIt(t *testing.T) {
	defs := childDefinitions()
	code := func(c string) DimensionCode { return DimensionCode{"age", c} }
	obs := []Observation{
		child(KindCount, "found", 2015, 80),
		child(KindCount, "found", 2015, 50, code("12-15")),
		child(KindCount, "found", 2015, 30, code("16-17")),
	}
	obs[2].Status, obs[2].Value = StatusWithheld, 0
	first, err := SuppressObservations(obs, defs, Rule{K: 10})
	if err != nil {
		t.Fatal(err)
	}
	if s, want := textOf(first.Observations), "80 50 [c]"; s != want || len(first.Withheld) != 0 {
		t.Errorf("shown %s and kept %v, want %s and nothing: the source withheld it", s, first.Withheld, want)
	}
	obs[2].Status, obs[2].Value = StatusReported, 30
	second, err := SuppressObservations(obs, defs, Rule{K: 10}, Former{Release: "first", Definitions: defs,
		Observations: first.Observations, Withheld: first.Withheld})
	if err != nil {
		t.Fatal(err)
	}
	if s, want := textOf(second.Observations), "80 50 30"; s != want {
		t.Errorf("after the source gave it: shown %s, want %s", s, want)
	}
}

// TestWhatTheSourceWithheldIsNotGivenAway takes counts that the source withheld for ours: publishing what is
// around them must not tell them.
func TestWhatTheSourceWithheldIsNotGivenAway(t *testing.T) {
	byAge := func(total float64, parts ...float64) []Observation {
		out := []Observation{child(KindCount, "found", 2015, total)}
		for i, v := range parts {
			o := child(KindCount, "found", 2015, v, DimensionCode{"age", ages[i]})
			if v < 0 {
				o.Status, o.Value = StatusWithheld, 0
			}
			out = append(out, o)
		}
		return out
	}
	for _, c := range []struct {
		name string
		obs  []Observation
		want string
	}{
		{"one that is the rest of its total takes another along", byAge(80, 50, 26, -1), "80 50 [c] [c]"},
		{"two that sum to enough are left", byAge(80, 65, -1, -1), "80 65 [c] [c]"},
		{"two that sum to little take another along", byAge(80, 50, 26, -1, -1), "80 50 [c] [c] [c]"},
	} {
		got, err := SuppressObservations(c.obs, childDefinitions(), Rule{K: 10, MostWithheld: 1})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if s := textOf(got.Observations); s != c.want {
			t.Errorf("%s: shown %s, want %s", c.name, s, c.want)
		}
	}
}

func TestOneCountShownTwiceIsOneCell(t *testing.T) {
	defs := childDefinitions()
	// A second indicator shows one age of the first as a series of its own.
	defs.Indicators = append(defs.Indicators, Indicator{ID: "young", Panels: []Panel{{ID: "p",
		Protection: ProtectionProtected, Series: []Series{{ID: "young", Dataset: "children",
			Measure: Measure{Count: "records"}, Where: Where{"stage": {"found"}, "age": {"12-15"}, "sex": {"all"}}}}}}})
	young := child(KindCount, "young", 2015, 14)
	young.Indicator = "young"
	obs := []Observation{
		child(KindCount, "found", 2015, 80),
		child(KindCount, "found", 2015, 3, DimensionCode{"age", "under-12"}),
		child(KindCount, "found", 2015, 14, DimensionCode{"age", "12-15"}),
		child(KindCount, "found", 2015, 63, DimensionCode{"age", "16-17"}),
		young,
	}
	got, err := SuppressObservations(obs, defs, Rule{K: 10})
	if err != nil {
		t.Fatal(err)
	}
	if s, want := textOf(got.Observations), "80 [c] [c] 63 [c]"; s != want {
		t.Errorf("shown %s, want %s: the complement is withheld wherever it is shown", s, want)
	}
}

func TestCodesBelowACodeAndSetsOfCodesAreLines(t *testing.T) {
	defs := childDefinitions()
	defs.Datasets[0].Fields = []Field{{Name: "place", Codelist: "places"}}
	defs.Codelists = []Codelist{{ID: "places", Codes: []Code{{Code: "north"}, {Code: "south"},
		{Code: "n1", Parent: "north"}, {Code: "n2", Parent: "north"}, {Code: "n3", Parent: "north"}}}}
	panel := &defs.Indicators[0].Panels[0]
	panel.Breakdowns = []Breakdown{{ID: "place", By: "place"}}
	panel.Series = append(panel.Series, Series{ID: "two", Dataset: "children", Measure: Measure{Count: "records"},
		Where: Where{"stage": {"found"}, "place": {"n1", "n2"}}})
	at := func(c string) DimensionCode { return DimensionCode{"place", c} }
	obs := []Observation{
		child(KindCount, "found", 2015, 200),
		child(KindCount, "found", 2015, 80, at("north")),
		child(KindCount, "found", 2015, 120, at("south")),
		child(KindCount, "found", 2015, 4, at("n1")),
		child(KindCount, "found", 2015, 30, at("n2")),
		child(KindCount, "found", 2015, 46, at("n3")),
	}
	got, err := SuppressObservations(obs, defs, Rule{K: 10})
	if err != nil {
		t.Fatal(err)
	}
	if s, want := textOf(got.Observations), "200 80 120 [c] [c] 46"; s != want {
		t.Errorf("places below a place: shown %s, want %s", s, want)
	}
	// With the two of them published as a set, nothing is left but to withhold the set or to keep both: the set
	// says 34, and 4 is in [1, 33]. With one of them as large as to be published, it would say 4.
	got, err = SuppressObservations(append(obs, child(KindCount, "two", 2015, 34)), defs, Rule{K: 10})
	if err != nil {
		t.Fatal(err)
	}
	if s, want := textOf(got.Observations), "200 80 120 [c] [c] 46 34"; s != want {
		t.Errorf("a set of places: shown %s, want %s", s, want)
	}
	small := append(obs[:4:4], child(KindCount, "found", 2015, 5, at("n2")), child(KindCount, "found", 2015, 71, at("n3")),
		child(KindCount, "two", 2015, 9))
	got, err = SuppressObservations(small, defs, Rule{K: 10, MostWithheld: 1})
	if err != nil {
		t.Fatal(err)
	}
	if s, want := textOf(got.Observations), "200 80 120 [c] [c] [c] [c]"; s != want {
		t.Errorf("a small set of places: shown %s, want %s", s, want)
	}
}

func TestSetsOfCodesThatMakeUpTheirTotalAreALine(t *testing.T) {
	defs := childDefinitions()
	series := func(id string, ages ...string) Series {
		return Series{ID: id, Dataset: "children", Measure: Measure{Count: "records"},
			Where: Where{"stage": {"found"}, "age": ages}}
	}
	panel := &defs.Indicators[0].Panels[0]
	panel.Series = append(panel.Series, series("young", "under-8", "8-11"), series("middle", "12-13", "14-15"),
		series("old", "16", "17"))
	obs := []Observation{
		child(KindCount, "found", 2015, 200),
		child(KindCount, "young", 2015, 3),
		child(KindCount, "middle", 2015, 47),
		child(KindCount, "old", 2015, 150),
	}
	got, err := SuppressObservations(obs, defs, Rule{K: 10})
	if err != nil {
		t.Fatal(err)
	}
	if s, want := textOf(got.Observations), "200 [c] [c] 150"; s != want {
		t.Errorf("shown %s, want %s", s, want)
	}
}

func TestADefinitionWordedOtherwiseDoesNotFreeWhatWasWithheld(t *testing.T) {
	defs := arrestDefinitions()
	rule := Rule{K: 10}
	first, err := SuppressObservations(arrests(2010, 438, 1, 46, 137, 122, 98, 20, 14), defs, rule)
	if err != nil {
		t.Fatal(err)
	}
	reworded := arrestDefinitions()
	reworded.Indicators[0].Panels[0].Breakdowns[0].Where["level"] = []string{"state"}
	second, err := SuppressObservations(arrests(2010, 438, 1, 46, 137, 122, 98, 20, 14), reworded, rule,
		Former{Release: "first", Definitions: defs, Observations: first.Observations, Withheld: first.Withheld})
	if err != nil {
		t.Fatal(err)
	}
	if s, want := textOf(second.Observations), textOf(first.Observations); s != want || second.Audit.Kept == 0 {
		t.Errorf("shown %s with %d kept, want %s with some", s, second.Audit.Kept, want)
	}
}

func TestWindowsOfAProtectedMeasureAreRefused(t *testing.T) {
	for _, c := range []struct {
		protection Protection
		want       int
	}{{ProtectionOpen, 0}, {ProtectionProtected, 1}} {
		got := LintPanel(Panel{Form: FormSpans, Window: 3, Protection: c.protection})
		if len(got) != c.want {
			t.Errorf("LintPanel of a window over a measure that is %s: %q, want %d problems", c.protection, got, c.want)
		}
	}
}
