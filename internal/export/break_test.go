package export

import (
	"bytes"
	"encoding/csv"
	"slices"
	"testing"
	"time"

	"tallystick/internal/stat"
)

// TestARowSaysWhichBreakLiesBeforeIt holds that a reader of the file alone cannot compare two years across a
// break without having been told.
func TestARowSaysWhichBreakLiesBeforeIt(t *testing.T) {
	series := stat.Series{ID: "all", Label: "all", Statutes: []string{"1-1"}}
	sheet := Sheet{
		Indicator: stat.Indicator{ID: "i", Panels: []stat.Panel{{ID: "p", Form: stat.FormColumns, Clock: stat.ClockCalendar,
			Series: []stat.Series{series}}}},
		Definitions: stat.Definitions{Statutes: []stat.Statute{{ID: "1-1", Versions: []stat.StatuteVersion{
			{From: stat.Date{Year: 2011, Month: time.October, Day: 1}, Act: "PA 1", Change: "The age limit rose.", Breaks: true},
		}}}},
	}
	for year := 2010; year <= 2012; year++ {
		sheet.Observations = append(sheet.Observations, stat.Observation{Indicator: "i", Panel: "p", Series: "all", Kind: stat.KindCount,
			Period: stat.CalendarYear(year), Status: stat.StatusReported, Value: 7, Bound: stat.BoundExactly})
	}
	var b bytes.Buffer
	if err := Write(&b, CSV, sheet); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := slices.Index(rows[0], "break")
	if at < 0 {
		t.Fatalf("the file has no column break: %v", rows[0])
	}
	for i, want := range []string{"", "2011-10-01 PA 1: The age limit rose.", ""} {
		if got := rows[i+1][at]; got != want {
			t.Errorf("break of %d = %q, want %q", 2010+i, got, want)
		}
	}
}
