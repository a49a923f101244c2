package stat

import (
	"testing"

	"pgregory.net/rapid"
)

func TestSpreadSubtractsOnlyWhatIsAlike(t *testing.T) {
	at := func(value float64, unit string, bound Bound, p Period) *Observation {
		return &Observation{Kind: KindCount, Value: value, Unit: unit, Bound: bound, Period: p, Status: StatusReported}
	}
	year, fiscal := CalendarYear(2014), FiscalYear(ClockFederalFiscal, 2014)
	referrals := at(94, "child", BoundExactly, year)
	for _, c := range []struct {
		name  string
		found []*Observation
		want  Spread
	}{
		{"two exact figures of one unit", []*Observation{referrals, at(80, "child", BoundExactly, year)},
			Spread{Reported: 2, Alike: true, Gap: 14, Factor: 94.0 / 80, Bound: BoundExactly, Told: true}},
		{"one of them is about so many", []*Observation{referrals, at(80, "child", BoundAbout, year)},
			Spread{Reported: 2, Alike: true, Gap: 14, Factor: 94.0 / 80, Bound: BoundAbout, Told: true}},
		{"the larger is a lower bound", []*Observation{at(94, "child", BoundAtLeast, year), at(80, "child", "", year)},
			Spread{Reported: 2, Alike: true, Gap: 14, Factor: 94.0 / 80, Bound: BoundAtLeast, Told: true}},
		{"the smaller is a lower bound", []*Observation{referrals, at(80, "child", BoundAtLeast, year)},
			Spread{Reported: 2, Alike: true, Gap: 14, Factor: 94.0 / 80, Bound: BoundAtMost, Told: true}},
		{"both are lower bounds", []*Observation{at(94, "child", BoundAtLeast, year), at(80, "child", BoundAtLeast, year)},
			Spread{Reported: 2, Alike: true}},
		{"a zero has no multiple", []*Observation{referrals, at(0, "child", BoundExactly, year)},
			Spread{Reported: 2, Alike: true, Gap: 94, Bound: BoundExactly, Told: true}},
		{"unlike units", []*Observation{referrals, at(80, "arrest", BoundExactly, year)}, Spread{Reported: 2}},
		{"unlike windows", []*Observation{referrals, at(80, "child", BoundExactly, fiscal)}, Spread{Reported: 2}},
		{"a figure that is gone", []*Observation{referrals, nil}, Spread{Reported: 1, Alike: true}},
		{"a withheld one", []*Observation{referrals, {Status: StatusWithheld}}, Spread{Reported: 1, Alike: true}},
	} {
		got := SpreadOf(c.found)
		if got.Least == nil || got.Most == nil || got.Most.Value != 94 {
			t.Fatalf("%s: SpreadOf: from %v to %v", c.name, got.Least, got.Most)
		}
		got.Least, got.Most = nil, nil
		if got != c.want {
			t.Errorf("%s: SpreadOf = %+v, want %+v", c.name, got, c.want)
		}
	}
	got := SpreadOf([]*Observation{nil, {Status: StatusWithheld, Value: 3}})
	if got.Least != nil || got.Most != nil || got.Told {
		t.Errorf("SpreadOf figures without a value = %+v", got)
	}
}

// TestSpreadIsSoundForEveryTruth draws the true numbers behind two bounded figures and holds that their difference
// keeps to the bound of the gap.
func TestSpreadIsSoundForEveryTruth(t *testing.T) {
	bounds := rapid.SampledFrom([]Bound{BoundExactly, BoundAtLeast, BoundAtMost})
	truth := func(t *rapid.T, stated float64, b Bound) float64 {
		off := float64(rapid.IntRange(0, 20).Draw(t, "off"))
		switch b {
		case BoundAtLeast:
			return stated + off
		case BoundAtMost:
			return stated - off
		default:
			return stated
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		figure := func(from, to int) Observation {
			value := float64(rapid.IntRange(from, to).Draw(t, "value"))
			return Observation{Value: value, Bound: bounds.Draw(t, "bound"), Status: StatusReported}
		}
		least, most := figure(20, 60), figure(61, 99)
		s := SpreadOf([]*Observation{&least, &most})
		if !s.Told {
			return
		}
		gap := truth(t, most.Value, most.Bound) - truth(t, least.Value, least.Bound)
		if s.Bound == BoundExactly && gap != s.Gap || s.Bound == BoundAtLeast && gap < s.Gap ||
			s.Bound == BoundAtMost && gap > s.Gap {
			t.Fatalf("%+v and %+v: gap %s %g, but it can be %g", least, most, s.Bound, s.Gap, gap)
		}
	})
}
