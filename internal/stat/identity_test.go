package stat

import (
	"testing"
)

// layered are counts about children that a source gives twice: as rows for the whole state and as rows for its agencies.
// Two panels show them, the one from the rows of the state and the other from those of the agencies.
func layered() Definitions {
	series := func(id string, where Where) Series {
		return Series{ID: id, Dataset: "children", Measure: Measure{Sum: "count"}, Where: where}
	}
	return Definitions{
		Codelists: []Codelist{
			{ID: "levels", Codes: []Code{{Code: "state"}, {Code: "agency"}, {Code: "nation"}}},
			{ID: "agencies", Codes: []Code{{Code: "all"}, {Code: "a"}, {Code: "b"}, {Code: "c"}, {Code: "d"}}},
			{ID: "counties", Codes: []Code{{Code: "east"}, {Code: "west"}}},
			{ID: "sex", Codes: []Code{{Code: "all"}, {Code: "female"}, {Code: "male"}, {Code: "unknown"}}},
		},
		Datasets: []Dataset{{ID: "children", Protection: ProtectionProtected, Value: "count",
			Key:  []string{"level", "agency", "sex"},
			Sums: []Sum{{By: "agency", Total: Where{"level": {"state"}, "agency": {"all"}}, Parts: Where{"level": {"agency"}}}},
			Fields: []Field{{Name: "level", Type: FieldCode, Codelist: "levels"}, {Name: "agency", Type: FieldCode, Codelist: "agencies"},
				{Name: "county", Type: FieldCode, Codelist: "counties"}, {Name: "sex", Type: FieldCode, Codelist: "sex"}}}},
		Indicators: []Indicator{{ID: "children", Panels: []Panel{
			{ID: "state", Protection: ProtectionProtected, Series: []Series{series("all", Where{"level": {"state"}, "agency": {"all"}})},
				Breakdowns: []Breakdown{{ID: "sex", By: "sex"}}},
			{ID: "agencies", Protection: ProtectionProtected, Series: []Series{
				series("all", Where{"level": {"agency"}}), series("male", Where{"level": {"agency"}, "sex": {"male"}})},
				Breakdowns: []Breakdown{{ID: "agency", By: "agency", Series: []string{"all"}},
					{ID: "county", By: "county", Series: []string{"all"}}}},
		}}},
	}
}

func layeredCount(panel, series string, value float64, code ...string) Observation {
	o := Observation{Indicator: "children", Panel: panel, Series: series, Kind: KindCount, Period: year(2015),
		Status: StatusReported, Value: value, Bound: BoundExactly}
	if len(code) == 2 {
		o.Codes = []DimensionCode{{code[0], code[1]}}
	}
	return o
}

func shownOf(t *testing.T, obs []Observation, defs Definitions, former ...Former) map[string]string {
	t.Helper()
	got, err := SuppressObservations(obs, defs, Rule{K: 10, MostWithheld: 1}, former...)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, o := range got.Observations {
		out[o.Key()] = textOf([]Observation{o})
	}
	return out
}

// TestTheSameCountFromTwoLayersIsOneCell: the rows of the state and those of the agencies give the same number of boys,
// so what one panel withholds must not stand in the other.
func TestTheSameCountFromTwoLayersIsOneCell(t *testing.T) {
	shown := shownOf(t, []Observation{
		layeredCount("state", "all", 100),
		layeredCount("state", "all", 60, "sex", "female"),
		layeredCount("state", "all", 37, "sex", "male"),
		layeredCount("state", "all", 3, "sex", "unknown"),
		layeredCount("agencies", "all", 100),
		layeredCount("agencies", "male", 37),
	}, layered())
	total, female, male := shown["children/state/all/2015"], shown["children/state/all/2015/sex=female"], shown["children/state/all/2015/sex=male"]
	if shown["children/state/all/2015/sex=unknown"] != "[c]" {
		t.Fatalf("the small count is shown: %v", shown)
	}
	if total == "[c]" {
		total = shown["children/agencies/all/2015"]
	}
	if male == "[c]" {
		male = shown["children/agencies/male/2015"]
	}
	if total != "[c]" && female != "[c]" && male != "[c]" {
		t.Errorf("%s - %s - %s is what is withheld: %v", total, female, male, shown)
	}
}

// TestATotalOfOneLayerIsTheSumOfTheOther: the total of the state stands in one panel, and of the agencies in another only
// some are published with their total withheld; together they tell the small one.
func TestATotalOfOneLayerIsTheSumOfTheOther(t *testing.T) {
	shown := shownOf(t, []Observation{
		layeredCount("state", "all", 80),
		layeredCount("agencies", "male", 30),
		layeredCount("agencies", "all", 3, "agency", "a"),
		layeredCount("agencies", "all", 27, "agency", "b"),
		layeredCount("agencies", "all", 50, "agency", "c"),
	}, layered())
	hidden := 0
	for _, a := range []string{"a", "b", "c"} {
		if shown["children/agencies/all/2015/agency="+a] == "[c]" {
			hidden++
		}
	}
	if shown["children/state/all/2015"] == "[c]" {
		hidden++
	}
	if hidden < 2 {
		t.Errorf("the total of the state less the agencies shown is what is withheld: %v", shown)
	}
}

// TestLayersThatNothingRelatesStayApart: nobody said that the nation's rows hold what the state's hold.
func TestLayersThatNothingRelatesStayApart(t *testing.T) {
	defs := layered()
	defs.Indicators[0].Panels[1].Series[1].Where = Where{"level": {"nation"}}
	shown := shownOf(t, []Observation{layeredCount("state", "all", 12), layeredCount("agencies", "male", 12),
		layeredCount("state", "all", 5, "sex", "female"), layeredCount("state", "all", 7, "sex", "male")}, defs)
	if got := shown["children/agencies/male/2015"]; got != "12" {
		t.Errorf("the nation's count is %s, want 12: %v", got, shown)
	}
}

func rowed(o Observation, lines string) Observation {
	o.Rows = []Lines{{Batch: "b0001", Lines: lines}}
	return o
}

// TestCountsOfTheSameRowsAreOneCell: two series are worded otherwise and count the same rows.
func TestCountsOfTheSameRowsAreOneCell(t *testing.T) {
	defs := layered()
	defs.Indicators[0].Panels[1].Series[1].Where = Where{"level": {"agency"}, "county": {"west"}}
	shown := shownOf(t, []Observation{
		rowed(layeredCount("agencies", "all", 100), "2-5"),
		rowed(layeredCount("agencies", "all", 60, "agency", "a"), "2"),
		rowed(layeredCount("agencies", "all", 22, "agency", "b"), "3"),
		rowed(layeredCount("agencies", "all", 15, "agency", "c"), "4"),
		rowed(layeredCount("agencies", "all", 3, "agency", "d"), "5"),
		rowed(layeredCount("agencies", "male", 15), "4"), // the agency c is all of the county
	}, defs)
	if got := shown["children/agencies/all/2015/agency=c"]; got != "[c]" {
		t.Fatalf("the agency c is shown as %s; the test tests nothing: %v", got, shown)
	}
	if got := shown["children/agencies/male/2015"]; got != "[c]" {
		t.Errorf("the county of the agency c alone is shown as %s: %v", got, shown)
	}
}

// TestACodeThatIsMadeOfCodesOfAnotherFieldIsTheirSum: a county is its agencies, though it is a field of its own.
func TestACodeThatIsMadeOfCodesOfAnotherFieldIsTheirSum(t *testing.T) {
	shown := shownOf(t, []Observation{
		rowed(layeredCount("agencies", "all", 160), "2-5"),
		rowed(layeredCount("agencies", "all", 60, "agency", "a"), "2"),
		rowed(layeredCount("agencies", "all", 3, "agency", "b"), "3"),
		rowed(layeredCount("agencies", "all", 42, "agency", "c"), "4"),
		rowed(layeredCount("agencies", "all", 55, "agency", "d"), "5"),
		rowed(layeredCount("agencies", "all", 63, "county", "east"), "2-3"),
		rowed(layeredCount("agencies", "all", 97, "county", "west"), "4-5"),
	}, layered())
	if shown["children/agencies/all/2015/agency=b"] != "[c]" {
		t.Fatalf("the small count is shown: %v", shown)
	}
	if shown["children/agencies/all/2015/agency=a"] != "[c]" && shown["children/agencies/all/2015/county=east"] != "[c]" {
		t.Errorf("the county less its other agency is what is withheld: %v", shown)
	}
}

// renamed is the arrests by age under other names: of the indicator, the data set, the panel, the series and a field.
func renamed(obs []Observation, protection Protection) ([]Observation, Definitions) {
	defs := arrestDefinitions()
	defs.Datasets[0].ID = "police-2026"
	defs.Datasets[0].Fields[1].Name = "age"
	ind := &defs.Indicators[0]
	ind.ID, ind.Panels[0].ID = "detained", "yearly"
	ind.Panels[0].Series[0].ID, ind.Panels[0].Series[0].Dataset = "people", "police-2026"
	ind.Panels[0].Series[0].Where = Where{"sex": {"female", "male"}, "age": {"all"}}
	ind.Panels[0].Rate = nil
	ind.Panels[0].Breakdowns[0] = Breakdown{ID: "age", By: "age", Protection: protection, Where: Where{"sex": {"all"}, "age": ages}}
	out := make([]Observation, len(obs))
	for i, o := range obs {
		o.Indicator, o.Panel, o.Series = "detained", "yearly", "people"
		if len(o.Codes) > 0 {
			o.Codes = []DimensionCode{{"age", o.Codes[0].Code}}
		}
		out[i] = o
	}
	return out, defs
}

// TestNewNamesDoNotFreeWhatWasWithheld: an indicator, its data set and its fields get other names, and the class is opened
// or not, the figures are revised or not. What a former release withheld stays withheld, and what two releases tell
// together stays in one audit.
func TestNewNamesDoNotFreeWhatWasWithheld(t *testing.T) {
	first := append(arrests(2010, 438, 1, 46, 137, 122, 98, 20, 14), arrests(2011, 379, 2, 40, 120, 110, 80, 17, 10)...)
	one, err := SuppressObservations(first, arrestDefinitions(), Rule{K: 10})
	if err != nil {
		t.Fatal(err)
	}
	former := Former{Release: "first", Definitions: arrestDefinitions(), Observations: one.Observations, Withheld: one.Withheld}
	want := "438 [c] 46 137 122 98 20 [c] 379 [c] 40 120 110 80 17 [c]"
	if s := textOf(one.Observations); s != want {
		t.Fatalf("the first release shows %s; the test tests nothing", s)
	}
	for _, c := range []struct {
		name     string
		class    Protection
		now      []Observation
		formerly bool
		want     string
	}{
		{"still protected", ProtectionProtected, first, false, want},
		{"opened", "", first, false, want},
		{"opened and said", "", first, true, want},
		{"opened and grown", "", append(arrests(2010, 449, 12, 46, 137, 122, 98, 20, 14), first[8:]...), false,
			"449 [c] 46 137 122 98 20 [c] 379 [c] 40 120 110 80 17 [c]"},
	} {
		obs, defs := renamed(c.now, c.class)
		if c.formerly {
			defs.Datasets[0].Formerly = []string{"police"}
			defs.Indicators[0].Formerly = []string{"arrests"}
		}
		got, err := SuppressObservations(obs, defs, Rule{K: 10}, former)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if s := textOf(got.Observations); s != c.want {
			t.Errorf("%s: shown %s, want %s", c.name, s, c.want)
		}
		if found := len(got.Renamed) > 0; found == c.formerly {
			t.Errorf("%s: new names found in %+v, said: %t", c.name, got.Renamed, c.formerly)
		}
	}
}

// TestAnotherCodeForTheSameAgeDoesNotFreeIt: one code of many gets another name.
func TestAnotherCodeForTheSameAgeDoesNotFreeIt(t *testing.T) {
	var first, now []Observation
	for y, v := range []int64{14, 11, 12} {
		first = append(first, arrests(2010+y, 424+v, 1+int64(y), 45, 136, 121, 100-int64(y), 21, v)...)
	}
	one, err := SuppressObservations(first, arrestDefinitions(), Rule{K: 10})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range first {
		if o.Code("age_group") == "65-over" {
			o.Codes = []DimensionCode{{"age_group", "old"}}
		}
		now = append(now, o)
	}
	defs := opened()
	defs.Indicators[0].Panels[0].Breakdowns[0].Where = Where{"sex": {"all"}, "age_group": append(ages[:6:6], "old")}
	got, err := SuppressObservations(now, defs, Rule{K: 10}, Former{Release: "first", Definitions: arrestDefinitions(),
		Observations: one.Observations, Withheld: one.Withheld})
	if err != nil {
		t.Fatal(err)
	}
	if a, b := textOf(one.Observations), textOf(got.Observations); a != b {
		t.Errorf("shown %s, and %s with another name for a code", a, b)
	}
}

// TestAnIndicatorThatOnlyLooksAlikeIsAnother: a new indicator beside an old one that vanishes has the same total once.
func TestAnIndicatorThatOnlyLooksAlikeIsAnother(t *testing.T) {
	first := arrests(2010, 438, 1, 46, 137, 122, 98, 20, 14)
	one, err := SuppressObservations(first, arrestDefinitions(), Rule{K: 10})
	if err != nil {
		t.Fatal(err)
	}
	obs, defs := renamed(arrests(2010, 438, 30, 17, 112, 109, 120, 40, 10), ProtectionProtected)
	got, err := SuppressObservations(obs, defs, Rule{K: 10}, Former{Release: "first", Definitions: arrestDefinitions(),
		Observations: one.Observations, Withheld: one.Withheld})
	if err != nil {
		t.Fatal(err)
	}
	if s, want := textOf(got.Observations), "438 30 17 112 109 120 40 10"; s != want {
		t.Errorf("shown %s, want %s", s, want)
	}
}

// More rows than are looked at are not passed over in silence.
func TestTooManyRowsAreSaidToBeUnread(t *testing.T) {
	obs := []Observation{child(KindCount, "found", 2015, 3_000_000)}
	for lines, want := range map[string]int{"2-40": 0, "2-3000001": 1} {
		obs[0].Rows = []Lines{{Batch: "b0001", Lines: lines}}
		got, err := SuppressObservations(obs, childDefinitions(), Rule{K: 10})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, i := range got.Issues {
			if i.Code == "rows-unread" {
				n++
			}
		}
		if n != want {
			t.Errorf("rows %s: %d issues say that rows are unread, want %d", lines, n, want)
		}
	}
}
