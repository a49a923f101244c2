package report_test

import (
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
