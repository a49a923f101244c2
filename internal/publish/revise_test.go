package publish

import (
	"testing"

	"tallystick/internal/stat"
)

func TestAFigureThatChangedIsMarkedRevisedFromThenOn(t *testing.T) {
	figure := func(year int, value float64, marks ...stat.Mark) stat.Observation {
		return stat.Observation{Indicator: "i", Panel: "p", Series: "s", Kind: stat.KindCount, Period: stat.CalendarYear(year),
			Status: stat.StatusReported, Value: value, Marks: marks}
	}
	now := []stat.Observation{figure(2010, 5), figure(2011, 7, stat.MarkMixed), figure(2012, 9), figure(2013, 11)}
	revise(now, []stat.Observation{figure(2010, 5), figure(2011, 6), figure(2012, 9, stat.MarkRevised)})
	for i, want := range []bool{false, true, true, false} {
		if got := now[i].Has(stat.MarkRevised); got != want {
			t.Errorf("%s revised = %t, want %t", now[i].Key(), got, want)
		}
	}
	if !now[1].Has(stat.MarkMixed) {
		t.Errorf("marks of %s = %v, want the mixed year kept", now[1].Key(), now[1].Marks)
	}
}
