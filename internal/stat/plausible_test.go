package stat

import (
	"fmt"
	"math"
	"testing"
	"time"
)

func monthPoint(year int, month time.Month, value int64, fresh bool) Point {
	from := Date{year, month, 1}
	return Point{Period: Period{From: from, To: DateOf(from.Time().AddDate(0, 1, -1))}, Value: value, New: fresh}
}

// TestLowMonthIsAskedAbout is the example of a clerk's upload: 3 arrests in May after two years of 11 to 29.
func TestLowMonthIsAskedAbout(t *testing.T) {
	var points []Point
	for i := range 24 {
		points = append(points, monthPoint(2014+(4+i)/12, time.Month((4+i)%12+1), int64(11+i*18/23), false))
	}
	points = append(points, monthPoint(2016, time.May, 3, true), monthPoint(2016, time.June, 15, true))
	got := Implausible(points)
	if len(got) != 1 {
		t.Fatalf("Implausible: %d figures %v, want the 3 of May alone", len(got), got)
	}
	problem, fix := got[0].Sentence(Noun{One: "arrest", Many: "arrests"}, "")
	if want := "You reported 3 arrests in May 2016. The last 24 months were between 11 and 29."; problem != want || fix != "Is this complete?" {
		t.Errorf("Sentence: %q %q, want %q \"Is this complete?\"", problem, fix, want)
	}
	// P(X ≤ 3) for a mean of 11, summed by hand: e^-11 (1 + 11 + 121/2 + 1331/6).
	if want := math.Exp(-11) * (1 + 11 + 121.0/2 + 1331.0/6); math.Abs(got[0].Chance-want) > 1e-12 {
		t.Errorf("chance %v, want %v", got[0].Chance, want)
	}
}

func TestFiguresLikeTheirPastAreNotAskedAbout(t *testing.T) {
	past := func(values ...int64) []Point {
		var out []Point
		for i, v := range values {
			out = append(out, Point{Period: CalendarYear(2000 + i), Value: v, New: i == len(values)-1})
		}
		return out
	}
	for name, c := range map[string]struct {
		points []Point
		want   int
	}{
		"inside the range":                      {past(10, 20, 12, 18, 15, 14, 11), 0},
		"a little outside":                      {past(10, 20, 12, 18, 15, 14, 22), 0},
		"far above":                             {past(10, 20, 12, 18, 15, 14, 60), 1},
		"nothing where there always was much":   {past(10, 20, 12, 18, 15, 14, 0), 1},
		"nothing where there was little":        {past(1, 2, 1, 3, 1, 2, 0), 0},
		"too short a past":                      {past(10, 20, 12, 18, 15, 60), 0},
		"large counts vary by more than chance": {past(3_400_000, 3_410_000, 3_420_000, 3_430_000, 3_440_000, 3_450_000, 3_500_000), 0},
		"first after zeros":                     {past(0, 0, 0, 0, 0, 0, 1), 0},
	} {
		if got := Implausible(c.points); len(got) != c.want {
			t.Errorf("%s: %d figures, want %d", name, len(got), c.want)
		}
	}
}

func TestPartsAreHeldAgainstTheirTotal(t *testing.T) {
	march := Period{From: Date{2016, time.March, 1}, To: Date{2016, time.March, 31}}
	for name, c := range map[string]struct {
		a    Adding
		most bool
		want bool
	}{
		"equal":                               {Adding{Total: 64, Parts: 3, Sum: 64, Low: 64, High: 64}, false, false},
		"too few":                             {Adding{Total: 64, Parts: 3, Sum: 61, Low: 61, High: 61}, false, true},
		"too few, but parts may be absent":    {Adding{Total: 64, Parts: 3, Sum: 61, Low: 61, High: 61}, true, false},
		"too many":                            {Adding{Total: 60, Parts: 3, Sum: 61, Low: 61, High: 61}, true, true},
		"a part of ten or fewer is not given": {Adding{Total: 64, Parts: 3, Sum: 58, Low: 58, High: 68}, false, false},
		"and cannot fill the gap":             {Adding{Total: 70, Parts: 3, Sum: 58, Low: 58, High: 68}, false, true},
		"a part without a limit":              {Adding{Total: 900, Parts: 3, Sum: 58, Low: 58, High: 58, Open: true}, false, false},
		"no parts":                            {Adding{Total: 64}, false, false},
	} {
		if got := c.a.Wrong(Sum{Most: c.most}); got != c.want {
			t.Errorf("%s: wrong is %v, want %v", name, got, c.want)
		}
	}
	problem, fix := Adding{Period: march, Total: 64, Parts: 3, Sum: 61, Low: 61, High: 61}.Sentence(Sum{By: "age"}, "")
	if got, want := fmt.Sprint(problem, " ", fix), "The parts by age add up to 61, but you gave 64 for March 2016. Which is right?"; got != want {
		t.Errorf("Sentence: %q, want %q", got, want)
	}
}
