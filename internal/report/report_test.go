package report_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tallystick/internal/report"
	"tallystick/internal/stat"
)

func day(y int, m time.Month, d int) stat.Date { return stat.Date{Year: y, Month: m, Day: d} }

var (
	decade = stat.Period{From: day(2005, 1, 1), To: day(2014, 12, 31)}
	sellNo = stat.Noun{One: "arrest for selling sex", Many: "arrests for selling sex"}
	buyNo  = stat.Noun{One: "arrest for buying sex", Many: "arrests for buying sex"}
)

// reported returns an exact count of the panel p of the indicator i, with its interval.
func reported(series string, p stat.Period, value float64) stat.Observation {
	iv := stat.CountInterval(int64(value), stat.Level95)
	return stat.Observation{Indicator: "i", Panel: "p", Series: series, Kind: stat.KindCount, Period: p, Unit: "arrest",
		Status: stat.StatusReported, Value: value, Bound: stat.BoundExactly, Interval: &iv}
}

func without(o stat.Observation, status stat.Status) stat.Observation {
	o.Status, o.Value, o.Interval = status, 0, nil
	return o
}

func pair(sentence string) stat.Indicator {
	return stat.Indicator{ID: "i", Title: "Sellers and buyers", Alt: "A pair of bars.", Answer: []string{"p"},
		Panels: []stat.Panel{{ID: "p", Title: "Arrested", Form: stat.FormPair, Clock: stat.ClockCalendar, Unit: "arrest",
			Series: []stat.Series{{ID: "selling", Label: "selling sex", Noun: sellNo}, {ID: "buying", Label: "buying sex", Noun: buyNo}},
			Ratio:  &stat.Ratio{Of: "selling", To: "buying", Label: "sellers for each buyer", Decimals: 1}, Sentence: sentence}}}
}

func withRatio(of, to stat.Observation) []stat.Observation {
	r, _ := stat.RatioOf(of, to, stat.Level95)
	return []stat.Observation{of, to, r}
}

func TestARatioStandsWithBothCountsTheWindowAndTheLimits(t *testing.T) {
	obs := withRatio(reported("selling", decade, 3557), reported("buying", decade, 1378))
	got, issues := report.Write(pair("In {period}, police made {selling} and {buying}: {ratio}."), obs, stat.Definitions{})
	if len(issues) > 0 {
		t.Errorf("issues: %v", issues)
	}
	key := func(series string) string { return "i/p/" + series + "/2005-2014" }
	want := []stat.Part{
		{Text: "From 2005 to 2014, police made "},
		{Text: "3,557", Key: key("selling"), Strong: true}, {Text: " arrests for selling sex and "},
		{Text: "1,378", Key: key("buying"), Strong: true}, {Text: " arrests for buying sex: "},
		{Text: "2.6", Key: key("ratio"), Strong: true}, {Text: " sellers for each buyer (95 % limits "},
		{Text: "2.4", Key: key("ratio")}, {Text: " to "}, {Text: "2.7", Key: key("ratio")}, {Text: ")."},
	}
	if diff := cmp.Diff(want, got.Sentences[0].Parts); diff != "" {
		t.Errorf("parts (-want +got):\n%s", diff)
	}
	if want := "A pair of bars. Arrested: selling sex 3,557 from 2005 to 2014; buying sex 1,378 from 2005 to 2014."; got.Alt != want {
		t.Errorf("alt: got %q, want %q", got.Alt, want)
	}
}

func TestAPairingShowsBothSidesTheGapAndTheReason(t *testing.T) {
	for name, c := range map[string]struct{ reason, want string }{
		"with a reason": {"One side counts children, the other reports.",
			"Referrals: 94 arrests for selling sex on one side and 80 arrests for buying sex on the other, for 2014, a gap of 14. " +
				"One side counts children, the other reports."},
		"without one": {"", "Referrals: 94 arrests for selling sex on one side and 80 arrests for buying sex on the other, for 2014, " +
			"a gap of 14. Why they differ is not known."},
	} {
		ind := pair("In {period}, police made {selling} and {buying}.")
		ind.Pairings = []stat.Pairing{{ID: "r", Title: "Referrals", One: "p/selling", Other: "p/buying", Why: c.reason}}
		answer, issues := report.Write(ind, []stat.Observation{
			reported("selling", stat.CalendarYear(2014), 94), reported("buying", stat.CalendarYear(2014), 80),
			reported("selling", stat.CalendarYear(2015), 94),
		}, stat.Definitions{})
		if len(issues) > 0 || len(answer.Cautions) == 0 || answer.Cautions[0] != c.want {
			t.Errorf("%s: got %q (%v), want %q", name, answer.Cautions, issues, c.want)
		}
		if len(answer.Reconciled) != 1 || answer.Reconciled[0].Gap != 14 {
			t.Errorf("%s: reconciled %+v, want the one year that both sides have", name, answer.Reconciled)
		}
	}
	ind := pair("In {period}, police made {selling}.")
	ind.Pairings = []stat.Pairing{{ID: "r", One: "p/selling", Other: "p/nobody"}}
	_, issues := report.Write(ind, []stat.Observation{reported("selling", stat.CalendarYear(2014), 94)}, stat.Definitions{})
	if len(stat.Errors(issues)) != 1 {
		t.Errorf("a pairing with an unknown series gives %v, want one error", issues)
	}
}

func TestStructuralZerosAreExplainedAndNotCelebrated(t *testing.T) {
	const note = "Since 1 October 2016 CGS 53a-82 applies only from age 18 (PA 16-71): a zero for younger people follows from the law."
	zero := reported("selling", stat.CalendarYear(2017), 0)
	zero.Codes = []stat.DimensionCode{{Dimension: "age_group", Code: "under-18"}}
	zero.Marks, zero.Note = []stat.Mark{stat.MarkStructural}, note
	answer, _ := report.Write(pair("In {period}, police made {selling}."),
		[]stat.Observation{reported("selling", stat.CalendarYear(2017), 60), zero}, stat.Definitions{})
	if !slices.Contains(answer.Cautions, note) {
		t.Errorf("cautions %q, want the reason of the zero among them", answer.Cautions)
	}
}
