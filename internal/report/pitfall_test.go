package report_test

import (
	"strings"
	"testing"

	"tallystick/internal/report"
	"tallystick/internal/stat"
)

// The pitfalls of trafficking statistics that words are kept from. Each test is named by the number and the name of
// the pitfall in internal/README.md.

func cautions(ind stat.Indicator, obs []stat.Observation, defs stat.Definitions) string {
	answer, _ := report.Write(ind, obs, defs)
	return strings.Join(answer.Cautions, "\n")
}

func TestPitfall03CountsUnderOneOffenceSaySo(t *testing.T) {
	ind := pair("In {period}, police made {selling}.")
	ind.Panels[0].Series[0].Dataset = "d"
	defs := stat.Definitions{Datasets: []stat.Dataset{{ID: "d", Title: "Arrests", Principal: true}}}
	obs := []stat.Observation{reported("selling", stat.CalendarYear(2014), 60)}
	if got := cautions(ind, obs, defs); !strings.Contains(got, "under one offence alone") {
		t.Errorf("got %q", got)
	}
	ind.Notes = []string{"An arrest counts once, under its most serious offence."}
	if got := cautions(ind, obs, defs); strings.Contains(got, "under one offence alone") {
		t.Errorf("the note says it, and still: %q", got)
	}
}

func TestPitfall03APageWithLeadAndAnyChargeSaysWhichIsWhich(t *testing.T) {
	ind := pair("In {period}, police made {selling}.")
	ind.Panels[0].Series[0].Dataset, ind.Panels[0].Series[1].Dataset = "lead", "any"
	defs := stat.Definitions{Datasets: []stat.Dataset{{ID: "any", Charges: stat.ChargesAny}, {ID: "lead", Charges: stat.ChargesLead}}}
	obs := []stat.Observation{reported("selling", stat.CalendarYear(2014), 60), reported("buying", stat.CalendarYear(2014), 90)}
	want := "Lead charge alone: " + ind.Panels[0].Series[0].Label + ". Any charge: " + ind.Panels[0].Series[1].Label + "."
	if got := cautions(ind, obs, defs); !strings.Contains(got, want) {
		t.Errorf("got %q, want %q in it", got, want)
	}
	defs.Datasets[0].Charges = ""
	if got := cautions(ind, obs, defs); strings.Contains(got, "Any charge") {
		t.Errorf("one of the two alone, and still: %q", got)
	}
}

// TestPitfall04SentencesStopAtAChangeOfTheRules holds that no direction is named across it, and that the page says what
// changed.
func TestPitfall04SentencesStopAtAChangeOfTheRules(t *testing.T) {
	ind := pair("In the latest year police made {latest:selling}, {change:selling}.")
	ind.Panels[0].Series[0].Dataset = "d"
	defs := stat.Definitions{Datasets: []stat.Dataset{{ID: "d", Title: "Arrests", RuleChanges: []stat.RuleChange{
		{From: day(2014, 1, 1), Change: "Every offence of an arrest counts.", Before: "One did.", After: "Each does."}}}}}
	obs := []stat.Observation{reported("selling", stat.CalendarYear(2013), 100), reported("selling", stat.CalendarYear(2014), 300)}
	answer, _ := report.Write(ind, obs, defs)
	if got := answer.Sentences[0].String(); strings.Contains(got, "up from") || !strings.Contains(got, "what is counted changed on 1 January 2014") {
		t.Errorf("the sentence reads %q", got)
	}
	if got := strings.Join(answer.Cautions, "\n"); !strings.Contains(got, "do not compare: Every offence of an arrest counts.") {
		t.Errorf("the cautions read %q", got)
	}
	if len(answer.Breaks) != 1 || answer.Breaks[0].Kind != stat.BreakDefinition {
		t.Errorf("breaks %+v, want the one of the rules", answer.Breaks)
	}
	defs.Datasets[0].RuleChanges[0].Compares = "Each arrest had one."
	answer, _ = report.Write(ind, obs, defs)
	if got := answer.Sentences[0].String(); !strings.Contains(got, "up from 100") {
		t.Errorf("the counts compare, and the sentence reads %q", got)
	}
}

func TestPitfall07FiguresDrawnAfterErasureAreSurvivors(t *testing.T) {
	ind := pair("In {period}, police made {selling}.")
	ind.Panels[0].Series[0].Dataset = "d"
	defs := stat.Definitions{Datasets: []stat.Dataset{{ID: "d", Title: "Court records", ErasedFrom: day(2023, 1, 1)}}}
	for year, want := range map[string]bool{"2016": false, "2023": true, "2024": true} {
		o := reported("selling", decade, 3557)
		o.Citations = []stat.Citation{{Title: "Extract", Year: year}}
		if got := strings.Contains(cautions(ind, []stat.Observation{o}, defs), "only records that were left"); got != want {
			t.Errorf("a source of %s: said %t, want %t", year, got, want)
		}
	}
}

func TestPitfall11EveryReasonForAnAbsentFigureReadsDifferently(t *testing.T) {
	said := map[string]stat.Status{}
	for _, status := range stat.Statuses {
		o := reported("selling", stat.CalendarYear(2014), 0)
		o.Status = status
		answer, _ := report.Write(pair("In {period}, police made {selling} and {buying}."),
			[]stat.Observation{o, reported("buying", stat.CalendarYear(2014), 5)}, stat.Definitions{})
		text := answer.Sentences[0].String()
		if other, ok := said[text]; ok {
			t.Errorf("%s and %s both read %q", status, other, text)
		}
		said[text] = status
		if status != stat.StatusReported && strings.Contains(text, "0") && !strings.Contains(text, "2014") {
			t.Errorf("%s reads as a zero: %q", status, text)
		}
	}
}

func TestPitfall13PoliceOperationsStandBesideTheFigures(t *testing.T) {
	ind := pair("In {period}, police made {selling}.")
	defs := stat.Definitions{Events: []stat.Event{
		{ID: "sting", Date: day(2014, 9, 1), Kind: "operation", Indicators: []string{"i"}},
		{ID: "elsewhere", Date: day(2014, 9, 1), Kind: "operation", Indicators: []string{"other"}},
	}}
	answer, _ := report.Write(ind, []stat.Observation{reported("selling", stat.CalendarYear(2014), 60)}, defs)
	if len(answer.Events) != 1 || answer.Events[0] != "sting" {
		t.Errorf("got %v, want the operation that concerns the indicator", answer.Events)
	}
}

func TestPitfall24WhereSourcesDifferBothAreShown(t *testing.T) {
	a, b := reported("selling", stat.CalendarYear(2014), 94), reported("selling", stat.CalendarYear(2014), 80)
	a.Marks, b.Marks = []stat.Mark{stat.MarkContested, stat.MarkPreferred}, []stat.Mark{stat.MarkContested}
	b.Bound, b.Ordinal = stat.BoundAbout, 1
	ind := pair("The sources state {list:selling}.")
	answer, _ := report.Write(ind, []stat.Observation{a, b}, stat.Definitions{})
	if got := answer.Sentences[0].String(); !strings.Contains(got, "94") || !strings.Contains(got, "about 80") {
		t.Errorf("got %q", got)
	}
	if got := strings.Join(answer.Cautions, "\n"); !strings.Contains(got, "Sources differ") {
		t.Errorf("got %q", got)
	}
}
