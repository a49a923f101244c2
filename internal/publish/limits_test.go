package publish

import (
	"testing"

	"tallystick/internal/stat"
	"tallystick/internal/warehouse"
)

// TestLimitOfTheSourceStandsInTheObservation: what the source says of a figure that it does not give is published with it,
// but not where people are protected: there every limit helps to guess.
func TestLimitOfTheSourceStandsInTheObservation(t *testing.T) {
	ten := int64(10)
	c := warehouse.Counted{Period: stat.CalendarYear(2015), Low: 0, High: &ten, Records: 1, ByStatus: map[stat.Status]int64{stat.StatusWithheld: 1}}
	for protection, want := range map[stat.Protection]*stat.Interval{
		stat.ProtectionOpen:      {Lower: 0, Upper: 10, Level: 1, Method: stat.MethodStated},
		stat.ProtectionProtected: nil,
	} {
		o := observer{in: Input{Definitions: stat.Definitions{Datasets: []stat.Dataset{{ID: "x", Protection: protection}}}}}
		got := o.observation(stat.Series{ID: "s", Dataset: "x"}, c, "")
		if got.Status != stat.StatusWithheld || got.Value != 0 || (got.Interval == nil) != (want == nil) || want != nil && *got.Interval != *want {
			t.Errorf("observation of a withheld count, %s: status %s, value %v, interval %v; want withheld, 0, %v", protection, got.Status, got.Value,
				got.Interval, want)
		}
	}
}
