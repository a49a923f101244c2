package publish

import (
	"testing"

	"tallystick/internal/release"
	"tallystick/internal/stat"
)

// TestPitfall25UngradedFiguresDoNotPass holds that a figure whose source says nothing about how sure it is stops a
// release, as one without a source does.
func TestPitfall25UngradedFiguresDoNotPass(t *testing.T) {
	o := stat.Observation{Indicator: "i", Panel: "p", Series: "s", Period: stat.CalendarYear(2015), Status: stat.StatusReported}
	for name, c := range map[string]struct {
		citations []stat.Citation
		issues    int
	}{
		"no source":  {nil, 1},
		"no grade":   {[]stat.Citation{{Title: "A speech"}}, 1},
		"graded low": {[]stat.Citation{{Title: "A speech", Confidence: "low"}}, 0},
	} {
		o.Citations = c.citations
		d := Drafted{Draft: release.Draft{Observations: []stat.Observation{o}}}
		if got := unexplained(d); len(got) != c.issues {
			t.Errorf("%s: %v, want %d issues", name, got, c.issues)
		}
	}
}
