package publish_test

import (
	"testing"

	"tallystick/internal/publish"
	"tallystick/internal/stat"
)

// testAReversedConvictionLeavesWhatStands reads the reversal of domain finding 5 off the figures of the real release:
// five counts entered in 2019, all reversed in 2021.
func testAReversedConvictionLeavesWhatStands(t *testing.T, d publish.Drafted) {
	for _, c := range []struct {
		series, day string
		want        float64
	}{
		{"entered", "2019-12-31", 5}, {"standing", "2019-12-31", 5}, {"standing", "2020-12-31", 5},
		{"entered", "2021-12-31", 5}, {"standing", "2021-12-31", 0}, {"entered", "2025-12-31", 5}, {"standing", "2025-12-31", 0},
	} {
		o := observation(t, d, "state-and-federal/state-standing/"+c.series+"/"+c.day)
		if o.Status != stat.StatusReported || o.Value != c.want {
			t.Errorf("%s on %s = %v (%s), want %v", c.series, c.day, o.Value, o.Status, c.want)
		}
		if len(o.Citations) == 0 || len(o.Rows) == 0 || o.Interval != nil {
			t.Errorf("%s on %s has %d sources, rows %v and the interval %v, want sources, rows and none: it is no flow",
				c.series, c.day, len(o.Citations), o.Rows, o.Interval)
		}
	}
	for _, o := range d.Observations {
		if o.Panel == "state-standing" && o.Period.To.Year > 2025 {
			t.Errorf("%s is of a day that is not over", o.Key())
		}
	}
}
