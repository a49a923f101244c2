package stat_test

import (
	"encoding/json"
	"math"
	"testing"

	"pgregory.net/rapid"

	"tallystick/internal/stat"
)

// near fails unless got is within 1e-9 of want, absolutely or, for large numbers, relatively.
func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-9*math.Max(1, math.Abs(want))) {
		t.Errorf("%s: got %.12g, want %.12g", what, got, want)
	}
}

// Reference values: R 4.2.2, poisson.test(x)$conf.int.
func TestCountIntervalAgreesWithR(t *testing.T) {
	for _, c := range []struct {
		x            int64
		level        float64
		lower, upper float64
	}{
		{0, 0.95, 0, 3.6888794541},
		{1, 0.95, 0.0253178080, 5.5716433909},
		{2, 0.95, 0.2422092785, 7.2246876677},
		{3, 0.95, 0.6186721229, 8.7672730697},
		{5, 0.95, 1.6234863901, 11.6683320793},
		{9, 0.95, 4.1153730974, 17.0848034514},
		{10, 0.95, 4.7953886961, 18.3903560420},
		{28, 0.95, 18.6057966559, 40.4677959433},
		{53, 0.95, 39.7006369324, 69.3253049292},
		{100, 0.95, 81.3639912509, 121.6267937924},
		{133, 0.95, 111.3581206542, 157.6200338290},
		{287, 0.95, 254.7531632787, 322.1984820814},
		{10, 0.90, 5.4254056971, 16.9622192357},
		{0, 0.90, 0, 2.9957322736},
	} {
		iv := stat.CountInterval(c.x, c.level)
		near(t, "lower", iv.Lower, c.lower)
		near(t, "upper", iv.Upper, c.upper)
		if iv.Method != "garwood" || iv.Level != c.level {
			t.Errorf("CountInterval(%d, %g) says %q at %g", c.x, c.level, iv.Method, iv.Level)
		}
	}
}

// Reference values: R 4.2.2, binom.test(x, n)$conf.int.
func TestShareIntervalAgreesWithR(t *testing.T) {
	for _, c := range []struct {
		x, n         int64
		lower, upper float64
	}{
		{0, 10, 0, 0.3084971078},
		{1, 10, 0.0025285785, 0.4450161170},
		{5, 10, 0.1870860284, 0.8129139716},
		{10, 10, 0.6915028922, 1},
		{130, 133, 0.9354964631, 0.9953239533},
		{53, 340, 0.1189989786, 0.1988876671},
		{28, 28, 0.8765638815, 1},
	} {
		iv, ok := stat.ShareInterval(c.x, c.n, 0.95)
		if !ok {
			t.Fatalf("ShareInterval(%d, %d) gives none", c.x, c.n)
		}
		near(t, "lower", iv.Lower, c.lower)
		near(t, "upper", iv.Upper, c.upper)
	}
}

// Reference values: R 4.2.2, poisson.test(c(x1, x2), c(t1, t2))$conf.int and, for equal exposures, $p.value.
func TestRatioIntervalAgreesWithR(t *testing.T) {
	for _, c := range []struct {
		x1, x2       int64
		t1, t2       float64
		lower, upper float64
		p            float64 // 0: not compared
	}{
		{287, 53, 1, 1, 4.0279638469, 7.4034334704, 0},
		{133, 100, 1, 1, 1.0183887392, 1.7416072601, 0.03582134518},
		{12, 5, 1, 1, 0.7870458942, 8.6959811187, 0.1434631348},
		{28, 20, 1, 1, 0.7609717253, 2.6215164217, 0.3123268075},
		{10, 10, 1, 1, 0.3735468467, 2.6770404002, 1},
		{0, 3, 1, 1, 0, 2.4199518934, 0.25},
		{11, 23, 800, 3000, 0.7893109457, 3.8298200668, 0},
	} {
		iv, ok := stat.RatioInterval(c.x1, c.x2, c.t1, c.t2, 0.95)
		if !ok {
			t.Fatalf("RatioInterval(%d, %d) gives none", c.x1, c.x2)
		}
		near(t, "lower", iv.Lower, c.lower)
		near(t, "upper", iv.Upper, c.upper)
		if c.p > 0 {
			near(t, "p", stat.ConditionalTest(c.x1, c.x2, c.t1, c.t2), c.p)
		}
	}
	near(t, "p of 3 against 0", stat.ConditionalTest(3, 0, 1, 1), 0.25)
}

// Reference values: R 4.2.2. Shares: qbeta(0.025, x, n-x+1) and qbeta(0.975, x+1, n-x); of the ratio of a million to one, the
// reverse of the odds of the share of the smaller count; p: 2*pbinom(min(x1, x2), x1+x2, 0.5), capped at 1.
func TestLargeCountsAgreeWithR(t *testing.T) {
	iv, ok := stat.ShareInterval(1, 10_000_000, 0.95)
	if !ok {
		t.Fatal("ShareInterval(1, 10000000) gives none")
	}
	relative := func(what string, got, want float64) {
		t.Helper()
		if !(math.Abs(got/want-1) <= 1e-9) {
			t.Errorf("%s: got %.15g, want %.15g", what, got, want)
		}
	}
	relative("lower limit of 1 of 10 million", iv.Lower, 2.53178079522403e-09)
	relative("upper limit of 1 of 10 million", iv.Upper, 5.57164211736073e-07)
	iv, ok = stat.RatioInterval(1_000_000, 1, 1, 1, 0.95)
	if !ok {
		t.Fatal("RatioInterval(1000000, 1) gives none")
	}
	relative("lower limit of a million to one", iv.Lower, 179479.848944895)
	relative("upper limit of a million to one", iv.Upper, 39497929.2030974)
	near(t, "p of 100 million against as many", stat.ConditionalTest(100_000_000, 100_000_000, 1, 1), 1)
	near(t, "p of 99.99 against 100.01 million", stat.ConditionalTest(99_990_000, 100_010_000, 1, 1), 0.157319963290007)
	near(t, "p of 4.998 against 5.002 million", stat.ConditionalTest(4_998_000, 5_002_000, 1, 1), 0.206016602795028)
}

func TestRatioIntervalAgainstZeroHasNoUpperLimitSoThereIsNone(t *testing.T) {
	if iv, ok := stat.RatioInterval(3, 0, 1, 1, 0.95); ok {
		t.Errorf("RatioInterval(3, 0) = %+v, want none", iv)
	}
}

// With unequal exposures the smaller tail is doubled. 11 in 800 against 23 in 3000: the tail P(X ≥ 11) for X
// binomial(34, 800/3800), summed here term by term, is the smaller one.
func TestConditionalTestDoublesTheSmallerTail(t *testing.T) {
	p := 800.0 / 3800
	tail := 0.0
	for k := 11; k <= 34; k++ {
		lg := func(n int) float64 { v, _ := math.Lgamma(float64(n) + 1); return v }
		tail += math.Exp(lg(34) - lg(k) - lg(34-k) + float64(k)*math.Log(p) + float64(34-k)*math.Log(1-p))
	}
	near(t, "p", stat.ConditionalTest(11, 23, 800, 3000), 2*tail)
}

// Reference values: arithmetic on R's poisson.test(133), population 780,000.
func TestRateIntervalScalesTheCountsLimits(t *testing.T) {
	iv, ok := stat.RateInterval(133, 780000, 100000, 0.95)
	if !ok {
		t.Fatal("RateInterval(133, 780000) gives none")
	}
	near(t, "lower", iv.Lower, 14.2766821351)
	near(t, "upper", iv.Upper, 20.2076966447)
}

// Reference values: R 4.2.2, epitools ageadjust.direct with the gamma limits of Fay and Feuer.
func TestFayFeuerAgreesWithR(t *testing.T) {
	strata := []stat.Stratum{{4, 20000, .2}, {8, 31000, .25}, {1, 15000, .15}, {0, 9000, .1}, {12, 42000, .3}}
	rate, iv, ok := stat.FayFeuer(strata, 100000, 0.95)
	if !ok {
		t.Fatal("FayFeuer gives none")
	}
	for _, c := range []struct {
		name      string
		got, want float64
	}{{"rate", rate, 20.02304147}, {"lower", iv.Lower, 12.90187872}, {"upper", iv.Upper, 30.10390821}} {
		if math.Abs(c.got-c.want) > 6e-9 { // the reference is printed to eight decimals
			t.Errorf("%s: got %.10f, want %.8f", c.name, c.got, c.want)
		}
	}
}

func TestFayFeuerOfOneStratumIsTheRateInterval(t *testing.T) {
	for _, x := range []int64{0, 1, 9, 133} {
		_, got, ok := stat.FayFeuer([]stat.Stratum{{x, 780000, 1}}, 100000, 0.95)
		want, _ := stat.RateInterval(x, 780000, 100000, 0.95)
		if !ok {
			t.Fatalf("FayFeuer of %d gives none", x)
		}
		near(t, "lower", got.Lower, want.Lower)
		near(t, "upper", got.Upper, want.Upper)
	}
}

func TestArgumentsWithoutMeaningGiveNoInterval(t *testing.T) {
	nan := math.NaN()
	if iv := stat.CountInterval(-1, 0.95); iv != (stat.Interval{}) {
		t.Errorf("CountInterval(-1) = %+v", iv)
	}
	for _, level := range []float64{0, 1, -1, 2, nan, math.Inf(1)} {
		if iv := stat.CountInterval(5, level); iv != (stat.Interval{}) {
			t.Errorf("CountInterval(5, %g) = %+v", level, iv)
		}
		if _, ok := stat.ShareInterval(5, 10, level); ok {
			t.Errorf("ShareInterval at level %g gives an interval", level)
		}
	}
	for _, c := range []struct{ x, n int64 }{{0, 0}, {5, 0}, {-1, 10}, {11, 10}, {1, -1}} {
		if _, ok := stat.ShareInterval(c.x, c.n, 0.95); ok {
			t.Errorf("ShareInterval(%d, %d) gives an interval", c.x, c.n)
		}
	}
	for _, population := range []int64{0, -1} {
		if _, ok := stat.RateInterval(5, population, 100000, 0.95); ok {
			t.Errorf("RateInterval over %d residents gives an interval", population)
		}
	}
	for _, c := range []struct {
		x1, x2 int64
		t1, t2 float64
	}{{5, 5, 0, 1}, {5, 5, 1, 0}, {5, 5, nan, 1}, {5, 5, 1, math.Inf(1)}, {-1, 5, 1, 1}, {0, 0, 1, 1},
		{math.MaxInt64, 1, 1, 1}} {
		if _, ok := stat.RatioInterval(c.x1, c.x2, c.t1, c.t2, 0.95); ok {
			t.Errorf("RatioInterval(%d, %d, %g, %g) gives an interval", c.x1, c.x2, c.t1, c.t2)
		}
	}
	for _, strata := range [][]stat.Stratum{nil, {{1, 0, 1}}, {{-1, 10, 1}}, {{1, 10, -1}}, {{1, 10, 0}}, {{1, 10, nan}}} {
		if _, _, ok := stat.FayFeuer(strata, 100000, 0.95); ok {
			t.Errorf("FayFeuer(%v) gives an interval", strata)
		}
	}
}

// anyCount draws small counts often and the limits of int64 sometimes.
func anyCount() *rapid.Generator[int64] {
	return rapid.OneOf(rapid.Int64Range(0, 50), rapid.Int64Range(0, 100000), rapid.Int64Range(0, math.MaxInt64))
}

func finite(t *rapid.T, iv stat.Interval) {
	if math.Signbit(iv.Lower) || math.Signbit(iv.Upper) {
		t.Fatalf("negative limit in %+v", iv)
	}
	if _, err := json.Marshal(iv); err != nil { // NaN and Inf do not marshal
		t.Fatalf("%+v: %v", iv, err)
	}
}

func TestLimitsHoldTheEstimateAndAreFinite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, n := anyCount().Draw(t, "x"), anyCount().Draw(t, "n")
		level := rapid.Float64Range(0.5, 0.999).Draw(t, "level")
		iv := stat.CountInterval(x, level)
		finite(t, iv)
		if !(iv.Lower <= float64(x) && float64(x) <= iv.Upper) {
			t.Fatalf("CountInterval(%d) = %+v leaves out the count", x, iv)
		}
		if iv, ok := stat.ShareInterval(x, n, level); ok {
			finite(t, iv)
			if share := float64(x) / float64(n); !(iv.Lower <= share && share <= iv.Upper && iv.Upper <= 1) {
				t.Fatalf("ShareInterval(%d, %d) = %+v leaves out %g", x, n, iv, share)
			}
		}
		if iv, ok := stat.RatioInterval(x, n, 1, 1, level); ok {
			finite(t, iv)
			if r := float64(x) / float64(n); !(iv.Lower <= r*(1+1e-9) && r*(1-1e-9) <= iv.Upper) {
				t.Fatalf("RatioInterval(%d, %d) = %+v leaves out %g", x, n, iv, r)
			}
		}
		if iv, ok := stat.RateInterval(x, n, 100000, level); ok {
			finite(t, iv)
		}
		if p := stat.ConditionalTest(x, n, 1, 1); !(p >= 0 && p <= 1) {
			t.Fatalf("ConditionalTest(%d, %d) = %g", x, n, p)
		}
	})
}

func TestLimitsGrowWithTheCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Int64Range(0, 1_000_000).Draw(t, "x")
		a, b := stat.CountInterval(x, 0.95), stat.CountInterval(x+1, 0.95)
		if !(a.Lower < b.Lower && a.Upper < b.Upper) {
			t.Fatalf("limits of %d %+v and %d %+v do not grow", x, a, x+1, b)
		}
		n := rapid.Int64Range(x+1, 2_000_000).Draw(t, "n")
		s, _ := stat.ShareInterval(x, n, 0.95)
		u, _ := stat.ShareInterval(x+1, n, 0.95)
		if !(s.Lower < u.Lower && s.Upper < u.Upper) {
			t.Fatalf("limits of %d and %d of %d do not grow: %+v %+v", x, x+1, n, s, u)
		}
	})
}

func TestAHigherLevelGivesAWiderInterval(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Int64Range(1, 100000).Draw(t, "x")
		level := rapid.Float64Range(0.5, 0.98).Draw(t, "level")
		a, b := stat.CountInterval(x, level), stat.CountInterval(x, level+0.01)
		if !(b.Lower < a.Lower && a.Upper < b.Upper) {
			t.Fatalf("interval of %d at %g %+v is not inside that at %g %+v", x, level, a, level+0.01, b)
		}
	})
}

// poissonTerm returns P(X = k) for X Poisson with the mean.
func poissonTerm(k int64, mean float64) float64 {
	lg, _ := math.Lgamma(float64(k) + 1)
	return math.Exp(float64(k)*math.Log(mean) - mean - lg)
}

func TestTheTailBeyondEachLimitIsHalfOfWhatTheIntervalLeavesOut(t *testing.T) {
	for x := int64(0); x <= 150; x++ {
		iv := stat.CountInterval(x, 0.95)
		below, aboveOrEqual := 0.0, 1.0
		for k := int64(0); k <= x; k++ {
			below += poissonTerm(k, iv.Upper)
			if k < x && x > 0 {
				aboveOrEqual -= poissonTerm(k, iv.Lower)
			}
		}
		if math.Abs(below-0.025) > 1e-10 {
			t.Errorf("P(X ≤ %d) at the upper limit is %.12f, want 0.025", x, below)
		}
		if x > 0 && math.Abs(aboveOrEqual-0.025) > 1e-10 {
			t.Errorf("P(X ≥ %d) at the lower limit is %.12f, want 0.025", x, aboveOrEqual)
		}
	}
}

func TestCountIntervalsCoverAtLeastTheirLevel(t *testing.T) {
	intervals := make([]stat.Interval, 800)
	for x := range intervals {
		intervals[x] = stat.CountInterval(int64(x), 0.95)
	}
	const means = 1200
	for i := range means {
		mean := math.Exp(math.Log(0.01) + (math.Log(500)-math.Log(0.01))*float64(i)/(means-1))
		covered, total := 0.0, 0.0
		for x, iv := range intervals {
			p := poissonTerm(int64(x), mean)
			total += p
			if iv.Lower <= mean && mean <= iv.Upper {
				covered += p
			}
		}
		if total < 1-1e-9 {
			t.Fatalf("the counts up to %d do not exhaust a mean of %g", len(intervals), mean)
		}
		if covered < 0.95-1e-12 {
			t.Errorf("coverage at mean %g is %.6f, want at least 0.95", mean, covered)
		}
	}
}

func TestTheRatiosIntervalAndTheTestAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, y := rapid.Int64Range(0, 400).Draw(t, "x"), rapid.Int64Range(1, 400).Draw(t, "y")
		iv, ok := stat.RatioInterval(x, y, 1, 1, 0.95)
		if !ok {
			t.Fatalf("RatioInterval(%d, %d) gives none", x, y)
		}
		p := stat.ConditionalTest(x, y, 1, 1)
		if covers := iv.Lower <= 1 && 1 <= iv.Upper; covers != (p >= 0.05) && math.Abs(p-0.05) > 1e-9 {
			t.Fatalf("%d against %d: interval %+v, but p = %g", x, y, iv, p)
		}
		if x > 0 {
			back, _ := stat.RatioInterval(y, x, 1, 1, 0.95)
			if math.Abs(back.Lower*iv.Upper-1) > 1e-9 {
				t.Fatalf("%d:%d has the upper limit %g, but %d:%d the lower limit %g", x, y, iv.Upper, y, x, back.Lower)
			}
		}
	})
}
