package stat

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestJudgeClaim(t *testing.T) {
	speech := "https://paper.example/speech"
	figure := func(value float64, bound Bound, address string) Observation {
		return Observation{
			Indicator: "i", Panel: "p", Series: "s", Period: CalendarYear(2015), Status: StatusReported, Value: value,
			Bound: bound, Citations: []Citation{{Address: address}},
		}
	}
	withheld := figure(0, BoundExactly, "https://court.example")
	withheld.Status = StatusWithheld
	second := figure(80, BoundExactly, "https://court.example")
	second.Ordinal = 1
	says := func(is Bound, value, within float64) []Assertion {
		return []Assertion{{Figure: "i/p/s", Period: "2015", Is: is, Value: value, Within: within}}
	}
	court := "https://court.example"
	for name, c := range map[string]struct {
		claim Claim
		obs   []Observation
		want  ClaimVerdict
		by    float64 // figure minus what was said
	}{
		"an equal figure of another source holds": {
			Claim{Holds: says(BoundExactly, 94, 0)}, []Observation{figure(94, BoundExactly, court)},
			ClaimHolds, 0,
		},
		"a number that counts something else than the claim says does not simply hold": {
			Claim{Holds: []Assertion{{Figure: "i/p/s", Period: "2015", Is: BoundExactly, Value: 94, Unlike: true, Why: "Cases, not defendants."}}},
			[]Observation{figure(94, BoundExactly, court)},
			ClaimUnlike, 0,
		},
		"another figure differs, by figure minus claim": {
			Claim{Holds: says(BoundExactly, 80, 0)}, []Observation{figure(94, BoundExactly, court)},
			ClaimDiffers, 14,
		},
		"a figure read in the same work checks nothing": {
			Claim{Holds: says(BoundExactly, 94, 0)}, []Observation{figure(94, BoundExactly, speech+"/")},
			ClaimSameSource, 0,
		},
		"more than is met by more": {
			Claim{Holds: says(BoundAtLeast, 90, 0)}, []Observation{figure(94, BoundExactly, court)},
			ClaimHolds, 4,
		},
		"at most is broken by more": {
			Claim{Holds: says(BoundAtMost, 90, 0)}, []Observation{figure(94, BoundExactly, court)},
			ClaimDiffers, 4,
		},
		"about holds within the tolerance": {
			Claim{Holds: says(BoundAbout, 90, 5)}, []Observation{figure(94, BoundExactly, court)},
			ClaimHolds, 4,
		},
		"about differs beyond the tolerance": {
			Claim{Holds: says(BoundAbout, 90, 3)}, []Observation{figure(94, BoundExactly, court)},
			ClaimDiffers, 4,
		},
		"a bound cannot contradict an exact claim": {
			Claim{Holds: says(BoundExactly, 94, 0)}, []Observation{figure(80, BoundAtLeast, court)},
			ClaimUnchecked, -14,
		},
		"a withheld figure cannot check": {
			Claim{Holds: says(BoundExactly, 94, 0)}, []Observation{withheld},
			ClaimUnchecked, 0,
		},
		"a missing figure cannot check": {
			Claim{Holds: says(BoundExactly, 94, 0)}, nil,
			ClaimUnchecked, 0,
		},
		"of contested figures the preferred one counts": {
			Claim{Holds: says(BoundExactly, 94, 0)}, []Observation{second, figure(94, BoundExactly, court)},
			ClaimHolds, 0,
		},
		"a claim that is marked so cannot be checked": {
			Claim{Unchecked: "No figure."}, nil,
			ClaimUnchecked, 0,
		},
	} {
		c.claim.Address = speech
		got := JudgeClaim(c.claim, c.obs)
		by := 0.0
		if len(got.Assertions) > 0 {
			by = got.Assertions[0].Difference
		}
		if got.Verdict != c.want || by != c.by {
			t.Errorf("%s: JudgeClaim(%+v) = %s by %v, want %s by %v", name, c.claim.Holds, got.Verdict, by, c.want, c.by)
		}
	}
}

// TestJudgeClaimTakesTheWorst holds the order of verdicts: one assertion that differs decides over others that hold.
func TestJudgeClaimTakesTheWorst(t *testing.T) {
	figure := func(series string, value float64) Observation {
		return Observation{
			Indicator: "i", Panel: "p", Series: series, Period: CalendarYear(2015), Status: StatusReported, Value: value,
			Bound: BoundExactly,
		}
	}
	obs := []Observation{figure("a", 1), figure("b", 2)}
	claim := Claim{Holds: []Assertion{
		{Figure: "i/p/a", Period: "2015", Is: BoundExactly, Value: 1},
		{Figure: "i/p/b", Period: "2015", Is: BoundExactly, Value: 5},
	}}
	got := JudgeClaim(claim, obs)
	var verdicts []ClaimVerdict
	for _, s := range got.Assertions {
		verdicts = append(verdicts, s.Verdict)
	}
	want := []ClaimVerdict{ClaimHolds, ClaimDiffers}
	if diff := cmp.Diff(want, verdicts); diff != "" || got.Verdict != ClaimDiffers {
		t.Errorf("JudgeClaim = %s with (-want +got):\n%s", got.Verdict, diff)
	}
}
