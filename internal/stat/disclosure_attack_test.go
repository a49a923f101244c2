package stat

import (
	"strings"
	"testing"
)

// opened is the definitions of arrests with nothing protected any more.
func opened() Definitions {
	defs := arrestDefinitions()
	defs.Indicators[0].Panels[0].Breakdowns[0].Protection = ""
	return defs
}

// TestAClassThatIsOpenedDoesNotFreeWhatWasWithheld: whoever changes protected to open in a definition must not
// publish by that what a former release withheld.
func TestAClassThatIsOpenedDoesNotFreeWhatWasWithheld(t *testing.T) {
	obs := arrests(2010, 438, 1, 46, 137, 122, 98, 20, 14)
	first, err := SuppressObservations(obs, arrestDefinitions(), Rule{K: 10})
	if err != nil {
		t.Fatal(err)
	}
	if s := textOf(first.Observations); s != "438 [c] 46 137 122 98 20 [c]" {
		t.Fatalf("the first release shows %s; the test tests nothing", s)
	}
	former := Former{Release: "first", Definitions: arrestDefinitions(), Observations: first.Observations,
		Withheld: first.Withheld}
	got, err := SuppressObservations(obs, opened(), Rule{K: 10}, former)
	if err != nil {
		t.Fatal(err)
	}
	if s, want := textOf(got.Observations), "438 [c] 46 137 122 98 20 [c]"; s != want {
		t.Errorf("after the class was opened the release shows %s, want %s", s, want)
	}
	for key, v := range first.Withheld {
		if got.Withheld[key] != v {
			t.Errorf("the true value of %s is not kept for the next audit: got %v, want %v", key, got.Withheld[key], v)
		}
	}
	again, err := SuppressObservations(obs, opened(), Rule{K: 10}, former, Former{Release: "second", Definitions: opened(),
		Observations: got.Observations, Withheld: got.Withheld})
	if err != nil {
		t.Fatal(err)
	}
	if s, want := textOf(again.Observations), "438 [c] 46 137 122 98 20 [c]"; s != want {
		t.Errorf("in the release after that it shows %s, want %s", s, want)
	}
}

// TestASmallerThresholdDoesNotFreeWhatWasWithheld, and a larger one takes effect without taking back what is known.
func TestASmallerThresholdDoesNotFreeWhatWasWithheld(t *testing.T) {
	obs := arrests(2010, 438, 7, 46, 137, 122, 92, 20, 14)
	first, err := SuppressObservations(obs, arrestDefinitions(), Rule{K: 10})
	if err != nil {
		t.Fatal(err)
	}
	former := Former{Release: "first", Definitions: arrestDefinitions(), Observations: first.Observations,
		Withheld: first.Withheld}
	for _, k := range []int64{1, 5, 10} {
		got, err := SuppressObservations(obs, arrestDefinitions(), Rule{K: k}, former)
		if err != nil {
			t.Errorf("k = %d: %v", k, err)
			continue
		}
		for i, o := range first.Observations {
			if o.Status == StatusWithheld && got.Observations[i].Status != StatusWithheld {
				t.Errorf("k = %d publishes %s as %v", k, o.Key(), got.Observations[i].Value)
			}
		}
	}
}

// TestNothingThatIsSaidOfAWithheldCountTellsIt: an error, an issue for the analyst and the record name cells and
// lines, never what is in them.
func TestNothingThatIsSaidOfAWithheldCountTellsIt(t *testing.T) {
	defs := arrestDefinitions()
	defs.Indicators[0].Panels[0].Protection = ProtectionProtected
	for _, c := range [][]Observation{
		arrests(2021, 76543, 7, 76501, 6, 5, 4, 8, 12),
		arrests(2021, 3, 3, 0, 0, 0, 0, 0, 0),
		arrests(2021, 76543, 76543, 0, 0, 0, 0, 0, 7),
	} {
		said := ""
		got, err := SuppressObservations(c, defs, Rule{K: 10})
		if err != nil {
			said = err.Error()
		}
		for _, i := range got.Issues {
			said += " " + i.Problem + " " + i.Fix
		}
		for _, number := range []string{"76501", "76543", " @ ", "rest of"} {
			if strings.Contains(said, number) {
				t.Errorf("what is said of %v tells %q: %s", textOf(c), number, said)
			}
		}
	}
}

// TestAHeldPeriodIsNotNamed: that a period is held back says that its counts changed, which the published figures do
// not. So the remark is for the data set as a whole.
func TestAHeldPeriodIsNotNamed(t *testing.T) {
	before := append(arrests(2010, 438, 1, 46, 137, 122, 98, 20, 14), arrests(2011, 379, 2, 40, 120, 110, 80, 17, 10)...)
	first, err := SuppressObservations(before, arrestDefinitions(), Rule{K: 10})
	if err != nil {
		t.Fatal(err)
	}
	after := append(arrests(2010, 439, 2, 46, 137, 122, 98, 20, 14), arrests(2011, 379, 2, 40, 120, 110, 80, 17, 10)...)
	got, err := SuppressObservations(after, arrestDefinitions(), Rule{K: 10}, Former{Release: "first",
		Definitions: arrestDefinitions(), Observations: first.Observations})
	if err != nil {
		t.Fatal(err)
	}
	if got.Audit.Held == 0 || len(got.Issues) == 0 {
		t.Fatalf("nothing is held (%+v); the test tests nothing", got.Audit)
	}
	for _, i := range got.Issues {
		if strings.Contains(i.Problem, "2010") || strings.Contains(i.Problem, "age_group") {
			t.Errorf("the issue names the period or the line that is held: %s", i.Problem)
		}
	}
}

// TestAWithheldZeroIsNotMarkedAsOne: of a line that is withdrawn whole, a mark that only a zero can carry must go too.
func TestAWithheldZeroIsNotMarkedAsOne(t *testing.T) {
	obs := arrests(2021, 5, 0, 2, 3, 0, 0, 0, 0)
	for i := range obs {
		if obs[i].Value == 0 {
			obs[i].Marks = append(obs[i].Marks, MarkStructural)
		}
	}
	got, err := SuppressObservations(obs, arrestDefinitions(), Rule{K: 10})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range got.Observations {
		if o.Status == StatusWithheld && o.Has(MarkStructural) {
			t.Errorf("%s is withheld and marked %q, which tells that it is zero", o.Key(), MarkStructural)
		}
	}
}
