package stat

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// gammaBelow is the probability that a gamma variable of the shape is at most x, by a road that shares nothing with
// gonum: both the part below x and the whole are integrated numerically, with t = exp(u) so that the integrand is
// smooth, by the double exponential rule of Takahasi and Mori (1974) for the part and by the trapezoidal rule, which is
// exact to rounding for such an integrand, for the whole. Its error is below 1e-13 for shapes from 0.5 to 10,000.
func gammaBelow(shape, x float64) float64 {
	peak := math.Log(shape)
	density := func(u float64) float64 { return math.Exp(shape*(u-peak) - (math.Exp(u) - shape)) }
	whole, part := 0.0, 0.0
	width := 1 / math.Sqrt(shape)
	h := width / 24
	for u := peak - 40*math.Max(width, 1/shape) - 40/shape; u < peak+40*width; u += h {
		whole += h * density(u)
	}
	end := math.Log(x)
	const step = 1.0 / 256
	for v := -6.0; v < 9; v += step {
		s := width * math.Exp(v-math.Exp(-v))
		ds := s * (1 + math.Exp(-v))
		part += step * ds * density(end-s)
	}
	return part / whole
}

// gammaQuantile finds the quantile of gammaBelow by bisection.
func gammaQuantile(shape, p float64) float64 {
	low, high := 0.0, 10*shape+100
	for range 70 {
		middle := (low + high) / 2
		if gammaBelow(shape, middle) < p {
			low = middle
		} else {
			high = middle
		}
	}
	return (low + high) / 2
}

// TestTheOracleOfGammaQuantilesIsRight: for whole shapes the tail is a sum of Poisson terms, which is added up here in
// 300 bits.
func TestTheOracleOfGammaQuantilesIsRight(t *testing.T) {
	for _, shape := range []int64{1, 2, 5, 25, 133} {
		for _, x := range []float64{0.3 * float64(shape), float64(shape), 1.4 * float64(shape)} {
			// P(X ≤ x) = 1 − e^(−x) Σ_{k<shape} x^k/k!, with e^(−x) = 1/Σ x^k/k!.
			exact := func(v float64) *big.Float { return new(big.Float).SetPrec(300).SetFloat64(v) }
			sum, all, term := exact(0), exact(0), exact(1)
			for k := int64(0); k < 2000; k++ {
				if k < shape {
					sum.Add(sum, term)
				}
				all.Add(all, term)
				term.Mul(term, exact(x)).Quo(term, exact(float64(k+1)))
			}
			below, _ := new(big.Float).Sub(exact(1), sum.Quo(sum, all)).Float64()
			if got := gammaBelow(float64(shape), x); math.Abs(got-below) > 1e-12 {
				t.Errorf("gammaBelow(%d, %g) = %.15f, want %.15f", shape, x, got, below)
			}
		}
	}
}

// TestFayFeuerAgreesWithAnIndependentComputation: R prints ten digits of these limits at most, so the formula of Fay and
// Feuer (1997), which is R's as well, is computed a second time by numerical integration and the two agree to 1e-9 of a
// rate per 100,000. The first case is the one whose R values are in TestFayFeuerAgreesWithR.
func TestFayFeuerAgreesWithAnIndependentComputation(t *testing.T) {
	cases := [][]Stratum{
		{{4, 20000, .2}, {8, 31000, .25}, {1, 15000, .15}, {0, 9000, .1}, {12, 42000, .3}},
		{{1, 1_000_000, 1}},
		{{0, 9000, .5}, {1, 15000, .5}},
		{{133, 780_000, 1}},
		{{1, 10, .01}, {900, 1_000_000, .99}}, // one stratum dominates the upper limit
		{{2, 50_000, 0}, {3, 50_000, 1}},      // a weight of 0
	}
	random := rand.New(rand.NewPCG(1997, 4))
	for range 20 {
		var s []Stratum
		for range 1 + random.IntN(6) {
			s = append(s, Stratum{random.Int64N(40), 1000 + random.Int64N(100_000), 0.05 + random.Float64()})
		}
		cases = append(cases, s)
	}
	for _, strata := range cases {
		var mean, variance, largest float64
		for _, s := range strata {
			w := s.Weight / float64(s.Population)
			mean, variance = mean+w*float64(s.Count), variance+w*w*float64(s.Count)
			largest = math.Max(largest, w)
		}
		const per = 100_000
		lower, m, v := 0.0, mean+largest, variance+largest*largest
		if mean > 0 {
			lower = per * variance / mean * gammaQuantile(mean*mean/variance, 0.025)
		}
		upper := per * v / m * gammaQuantile(m*m/v, 0.975)
		rate, got, ok := FayFeuer(strata, per, Level95)
		if !ok || math.Abs(rate-per*mean) > 1e-9 || math.Abs(got.Lower-lower) > 1e-9*math.Max(1, lower) ||
			math.Abs(got.Upper-upper) > 1e-9*math.Max(1, upper) {
			t.Errorf("FayFeuer(%v) = %v [%.12f, %.12f] %t, want %v [%.12f, %.12f]", strata, rate, got.Lower, got.Upper, ok,
				per*mean, lower, upper)
		}
	}
}

// TestLimitsAgreeWithTailsInWholeNumbers: at each limit of Clopper and Pearson and of the ratio of two counts, the tail of
// the binomial distribution, added up in 300 bits, is 0.025 to 1e-9; so is that of the Poisson distribution at Garwood's.
func TestLimitsAgreeWithTailsInWholeNumbers(t *testing.T) {
	exact := func(v float64) *big.Float { return new(big.Float).SetPrec(300).SetFloat64(v) }
	atMost := func(k, n int64, p float64) float64 {
		one, q := exact(1), exact(0)
		q.Sub(one, exact(p))
		term, sum := exact(1), exact(0)
		for range n {
			term.Mul(term, q)
		}
		for i := int64(0); i <= k; i++ {
			sum.Add(sum, term)
			term.Mul(term, exact(float64(n-i))).Quo(term, exact(float64(i+1)))
			term.Mul(term, exact(p)).Quo(term, q)
		}
		out, _ := sum.Float64()
		return out
	}
	for _, c := range [][2]int64{{1, 10}, {5, 10}, {9, 10}, {130, 133}, {53, 340}, {28, 48}, {287, 340}, {1841, 2110}} {
		x, n := c[0], c[1]
		iv, ok := ShareInterval(x, n, Level95)
		if !ok {
			t.Fatalf("ShareInterval(%d, %d): none", x, n)
		}
		if below, above := atMost(x, n, iv.Upper), 1-atMost(x-1, n, iv.Lower); math.Abs(below-.025) > 1e-9 || math.Abs(above-.025) > 1e-9 {
			t.Errorf("ShareInterval(%d, %d) = [%v, %v]: tails %.12f and %.12f, want 0.025", x, n, iv.Lower, iv.Upper, above, below)
		}
		ratio, ok := RatioInterval(x, n-x, 1, 1, Level95)
		if share := ratio.Upper / (1 + ratio.Upper); !ok || math.Abs(atMost(x, n, share)-.025) > 1e-9 {
			t.Errorf("RatioInterval(%d, %d) = %+v: tail %.12f, want 0.025", x, n-x, ratio, atMost(x, n, share))
		}
	}
	for _, x := range []int64{1, 3, 10, 28, 133, 1378} {
		iv := CountInterval(x, Level95)
		for _, limit := range []struct {
			name         string
			shape, limit float64
			p            float64
		}{{"lower", float64(x), iv.Lower, .025}, {"upper", float64(x) + 1, iv.Upper, .975}} {
			if got := gammaBelow(limit.shape, limit.limit); math.Abs(got-limit.p) > 1e-9 {
				t.Errorf("CountInterval(%d): %.12f lies below the %s limit, want %g", x, got, limit.name, limit.p)
			}
		}
	}
}
