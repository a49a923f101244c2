package stat

import "testing"

func TestReconciliationFindsEachFigureOrLeavesAGap(t *testing.T) {
	at := func(value float64, ordinal int, status Status) Observation {
		return Observation{
			Indicator: "i", Panel: "p", Series: "s", Period: CalendarYear(2014), Value: value, Ordinal: ordinal, Status: status,
		}
	}
	byCode := at(7, 0, StatusReported)
	byCode.Codes = []DimensionCode{{Dimension: "sex", Code: "female"}}
	obs := []Observation{byCode, at(94, 0, StatusReported), at(80, 1, StatusReported)}
	r := Reconciliation{Figures: []ReconciledFigure{
		{Figure: "i/p/s", Period: "2014"}, {Figure: "i/p/s", Period: "2014", Ordinal: 1}, {Figure: "i/p/s", Period: "2015"},
	}}
	found := r.Find(obs)
	if len(found) != 3 || found[0] == nil || found[0].Value != 94 || found[1] == nil || found[1].Value != 80 || found[2] != nil {
		t.Errorf("Find = %v, want 94, 80 and a gap", found)
	}
	if f, ok := Widest(found); !ok || f != 94.0/80 {
		t.Errorf("Widest of 94, 80 and a gap = %v %v, want %v", f, ok, 94.0/80)
	}
	zero, withheld := at(0, 0, StatusReported), at(0, 0, StatusWithheld)
	for name, list := range map[string][]*Observation{
		"one figure": found[:1], "a zero": {found[0], &zero}, "a withheld one": {found[0], &withheld}, "nothing": nil,
	} {
		if f, ok := Widest(list); ok {
			t.Errorf("Widest of %s = %v, want no answer", name, f)
		}
	}
}
