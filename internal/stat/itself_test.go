package stat_test

import (
	"testing"

	"tallystick/internal/stat"
)

func TestAReporterIsSetAgainstItsOwnComparableFigures(t *testing.T) {
	year := func(y int, value float64, status stat.Status) stat.Observation {
		return stat.Observation{Indicator: "a", Panel: "p", Series: "s", Kind: stat.KindCount, Period: stat.CalendarYear(y),
			Status: status, Value: value, Bound: stat.BoundExactly, Unit: "arrest"}
	}
	obs := []stat.Observation{
		year(2015, 74, stat.StatusReported), year(2008, 999, stat.StatusReported), year(2009, 150, stat.StatusReported),
		year(2010, 158, stat.StatusReported), year(2011, 138, stat.StatusReported), year(2012, 0, stat.StatusNotReported),
		year(2013, 113, stat.StatusReported), year(2014, 121, stat.StatusReported),
	}
	for _, c := range []struct {
		name      string
		breaks    []stat.Break
		before    int
		verdict   stat.Verdict
		low, high float64
		periods   int
	}{
		{"five figures before, gaps left out", nil, 2014, stat.VerdictLower, 113, 158, 5},
		{"none across a break", []stat.Break{{Date: day(2011, 1, 1)}}, 2014, stat.VerdictLower, 113, 138, 3},
		{"nothing compares", []stat.Break{{Date: day(2015, 1, 1)}}, 0, stat.VerdictRefused, 0, 0, 0},
	} {
		got, ok := stat.AgainstItself(obs, c.breaks)
		if !ok || got.Latest.Value != 74 || got.Before.Period.To.Year != c.before || got.Change.Verdict != c.verdict ||
			got.Low.Value != c.low || got.High.Value != c.high || got.Periods != c.periods {
			t.Errorf("%s: AgainstItself gives %v, before %d, %s, %v to %v of %d periods; want before %d, %s, %v to %v of %d",
				c.name, ok, got.Before.Period.To.Year, got.Change.Verdict, got.Low.Value, got.High.Value, got.Periods,
				c.before, c.verdict, c.low, c.high, c.periods)
		}
	}
	if _, ok := stat.AgainstItself([]stat.Observation{year(2012, 0, stat.StatusNotReported)}, nil); ok {
		t.Error("AgainstItself finds a figure where nothing was reported")
	}
}
