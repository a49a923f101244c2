package stat_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"tallystick/internal/stat"
)

// Two cases under the trafficking section: in one a jury convicts on five counts in April 2019 and the highest court
// reverses all of them in 2021; in the other one count, by plea, stands.
var reversed = []stat.Disposition{
	{Case: "a", Statute: "53a-192a", Date: day(2019, 4, 10), Outcome: stat.OutcomeConvicted, Counts: 5},
	{Case: "b", Statute: "53a-192a", Date: day(2019, 6, 1), Outcome: stat.OutcomeConvicted, Counts: 1},
	{Case: "a", Statute: "53a-192a", Date: day(2021, 9, 30), Outcome: stat.OutcomeReversed, Counts: 5},
}

func TestAReversedConvictionLeavesTheStandingCountAndStaysInTheHistory(t *testing.T) {
	for _, c := range []struct {
		asOf stat.Date
		want stat.Standing
	}{
		{day(2018, 12, 31), stat.Standing{}},
		{day(2019, 12, 31), stat.Standing{Counts: 6, Cases: 2, Entered: 6}},
		{day(2021, 9, 29), stat.Standing{Counts: 6, Cases: 2, Entered: 6}},
		{day(2021, 9, 30), stat.Standing{Counts: 1, Cases: 1, Entered: 6, Reversed: 5}},
		{day(2026, 1, 1), stat.Standing{Counts: 1, Cases: 1, Entered: 6, Reversed: 5}},
	} {
		got, err := stat.StandingAsOf(reversed, c.asOf)
		c.want.AsOf = c.asOf
		if err != nil || got != c.want {
			t.Errorf("as of %s: got %+v (%v), want %+v", c.asOf, got, err, c.want)
		}
	}
}

func TestADecisionCannotTakeAwayMoreThanStands(t *testing.T) {
	for name, extra := range map[string]stat.Disposition{
		"six of five":             {Case: "a", Statute: "53a-192a", Date: day(2020, 1, 1), Outcome: stat.OutcomeReversed, Counts: 6},
		"another section":         {Case: "b", Statute: "53a-86", Date: day(2020, 1, 1), Outcome: stat.OutcomeVacated, Counts: 1},
		"no counts":               {Case: "b", Statute: "53a-192a", Date: day(2020, 1, 1), Outcome: stat.OutcomeReversed},
		"an outcome that is none": {Case: "b", Statute: "53a-192a", Date: day(2020, 1, 1), Outcome: "forgotten", Counts: 1},
	} {
		if _, err := stat.StandingAsOf(append([]stat.Disposition{extra}, reversed...), day(2020, 6, 1)); !errors.Is(err, stat.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
}

func TestWhatWasEnteredIsAlwaysAccountedFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var history []stat.Disposition
		for i := range rapid.IntRange(0, 6).Draw(t, "cases") {
			id := string(rune('a' + i))
			n := rapid.Int64Range(1, 5).Draw(t, "counts")
			from := rapid.IntRange(0, 4000).Draw(t, "day")
			history = append(history, stat.Disposition{Case: id, Date: day(2010, 1, 1).AddDays(from),
				Outcome: stat.OutcomeConvicted, Counts: n})
			if gone := rapid.Int64Range(0, n).Draw(t, "gone"); gone > 0 {
				history = append(history, stat.Disposition{Case: id, Date: day(2010, 1, 1).AddDays(from + rapid.IntRange(0, 900).Draw(t, "later")),
					Outcome: rapid.SampledFrom([]stat.Outcome{stat.OutcomeReversed, stat.OutcomeVacated, stat.OutcomeErased}).Draw(t, "outcome"),
					Counts:  gone})
			}
		}
		before := int64(0)
		for _, asOf := range []int{0, 1000, 2000, 3000, 6000} {
			s, err := stat.StandingAsOf(history, day(2010, 1, 1).AddDays(asOf))
			if err != nil {
				t.Fatal(err)
			}
			if s.Entered != s.Counts+s.Reversed+s.Vacated+s.Erased {
				t.Fatalf("%+v does not balance", s)
			}
			if s.Entered < before {
				t.Fatalf("history shrank to %d from %d", s.Entered, before)
			}
			before = s.Entered
		}
	})
}
