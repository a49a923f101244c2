package web

import (
	"testing"

	"tallystick/internal/stat"
)

func yearly(series string, values ...float64) []stat.Observation {
	var out []stat.Observation
	for i, v := range values {
		iv := stat.CountInterval(int64(v), windowLevel)
		out = append(out, stat.Observation{Indicator: "arrests", Panel: "years", Series: series, Kind: stat.KindCount,
			Period: stat.CalendarYear(2010 + i), Status: stat.StatusReported, Value: v, Bound: stat.BoundExactly, Interval: &iv, Unit: "arrest"})
	}
	return out
}

func TestYearsAreAddedUpAndGapsAreNotBridged(t *testing.T) {
	ind := stat.Indicator{ID: "arrests", Panels: []stat.Panel{{ID: "years", Form: stat.FormColumns, Protection: stat.ProtectionOpen,
		Series: []stat.Series{{ID: "all"}}}}}
	obs := yearly("all", 1, 2, 3, 4)
	obs[3].Status, obs[3].Value, obs[3].Interval = stat.StatusNotReported, 0, nil
	if got := windows(ind, obs); len(got) != len(stat.Windows) {
		t.Fatalf("windows = %v, want %v", got, stat.Windows)
	}
	shown, sums := (&visit{}).pooled(ind, obs, 2, stat.Definitions{})
	if len(shown.Panels) != 1 || shown.Panels[0].Form != stat.FormSpans || len(sums) != 3 {
		t.Fatalf("pooled gives %d panels and %d windows, want 1 panel of spans and 3 windows", len(shown.Panels), len(sums))
	}
	for i, want := range []float64{3, 5} {
		if sums[i].Value != want || sums[i].Status != stat.StatusReported || sums[i].Interval == nil {
			t.Errorf("window %d = %v (%s), want %v with its interval", i, sums[i].Value, sums[i].Status, want)
		}
	}
	if sums[2].Status == stat.StatusReported {
		t.Errorf("the window over a year that was not reported has the value %v, want none", sums[2].Value)
	}
}

func TestYearsOfProtectedCountsAreNotAddedUp(t *testing.T) {
	ind := stat.Indicator{ID: "arrests", Panels: []stat.Panel{{ID: "years", Form: stat.FormColumns, Protection: stat.ProtectionProtected,
		Series: []stat.Series{{ID: "all"}}}}}
	if got := windows(ind, yearly("all", 11, 12, 13)); got != nil {
		t.Errorf("windows of a protected measure = %v, want none", got)
	}
	if _, sums := (&visit{}).pooled(ind, yearly("all", 11, 12, 13), 2, stat.Definitions{}); len(sums) != 0 {
		t.Errorf("%d windows of a protected measure, want none", len(sums))
	}
}
