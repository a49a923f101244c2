package stat_test

import (
	"testing"

	"pgregory.net/rapid"

	"tallystick/internal/stat"
)

func side(series string, y int, value float64) stat.Observation {
	o := year(y, value)
	o.Series = series
	return o
}

func TestReconcileShowsBothSidesTheGapAndTheReason(t *testing.T) {
	p := stat.Pairing{ID: "referrals", One: "p/sent", Other: "p/received", Why: "One counts children, the other reports."}
	fiscal := side("received", 2016, 90)
	fiscal.Period = stat.FiscalYear(stat.ClockStateFiscal, 2016)
	got := stat.Reconcile(p,
		[]stat.Observation{side("sent", 2014, 94), side("sent", 2015, 133), side("sent", 2016, 202), side("sent", 2017, 210)},
		[]stat.Observation{side("received", 2014, 80), side("received", 2015, 133), fiscal, side("received", 2018, 7)})
	for i, want := range []stat.Reconciled{
		{Gap: 14}, {Gap: 0}, {Why: stat.RefusedPeriod}, {Why: stat.RefusedMissing}, {Why: stat.RefusedMissing},
	} {
		if len(got) != 5 || got[i].Gap != want.Gap || got[i].Why != want.Why || got[i].Reason != p.Why {
			t.Fatalf("period %d: got %+v, want gap %g (%s)", i, got, want.Gap, want.Why)
		}
	}
}

func TestReconcileIsTheSameFromEitherSide(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var one, other []stat.Observation
		for y := 2010; y < 2016; y++ {
			if rapid.Bool().Draw(t, "one") {
				one = append(one, side("one", y, float64(rapid.IntRange(0, 99).Draw(t, "value"))))
			}
			if rapid.Bool().Draw(t, "other") {
				other = append(other, side("other", y, float64(rapid.IntRange(0, 99).Draw(t, "value"))))
			}
		}
		a, b := stat.Reconcile(stat.Pairing{}, one, other), stat.Reconcile(stat.Pairing{}, other, one)
		if len(a) != len(b) {
			t.Fatalf("%d and %d periods", len(a), len(b))
		}
		for i := range a {
			if a[i].Gap != -b[i].Gap || a[i].Why != b[i].Why || a[i].One != b[i].Other || a[i].Period != b[i].Period {
				t.Fatalf("%+v and %+v", a[i], b[i])
			}
		}
	})
}
