package stat

import (
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// Level95 is the confidence level of every published interval.
const Level95 = 0.95

// The methods of an interval, as Interval.Method names them.
const (
	MethodGarwood       = "garwood"
	MethodClopper       = "clopper-pearson"
	MethodConditional   = "conditional-binomial"
	MethodFayFeuer      = "fay-feuer"
	MethodGarwoodScaled = "garwood-rate"
	MethodStated        = "stated-by-source" // no confidence interval: what the source says of a figure that it does not give
)

// CountInterval returns the exact limits of the mean of a Poisson process that gave the count x (Garwood 1936, in
// the chi-square form of Ulm 1990). The lower limit of a zero count is 0. A negative x, or a level that is not
// between 0 and 1, gives the zero Interval, whose Method is empty.
func CountInterval(x int64, level float64) Interval {
	alpha, ok := tails(level)
	if !ok || x < 0 {
		return Interval{}
	}
	n := float64(x)
	iv := Interval{Level: level, Method: MethodGarwood}
	if x > 0 {
		iv.Lower = math.Min(mathext.GammaIncRegInv(n, alpha), n)
	}
	iv.Upper = math.Max(mathext.GammaIncRegCompInv(n+1, alpha), n)
	return iv
}

// largestTrials is the largest number of trials for which the limits agree with R's to 1e-9. No count of people comes
// near it.
const largestTrials = 200_000_000

// ShareInterval returns the exact limits of the probability behind x of n (Clopper and Pearson 1934), both
// between 0 and 1. It gives none for n = 0, x < 0, x > n, n above 200 million or an impossible level.
func ShareInterval(x, n int64, level float64) (Interval, bool) {
	alpha, ok := tails(level)
	if !ok || n <= 0 || n > largestTrials || x < 0 || x > n {
		return Interval{}, false
	}
	share := float64(x) / float64(n)
	iv := Interval{Lower: 0, Upper: 1, Level: level, Method: MethodClopper}
	switch { // at the ends the quantiles have a closed form
	case x == n:
		iv.Lower = math.Exp(math.Log(alpha) / float64(n))
	case x > 0:
		iv.Lower = math.Min(betaQuantile(alpha, float64(x), float64(n-x)+1), share)
	}
	switch {
	case x == 0:
		iv.Upper = -math.Expm1(math.Log(alpha) / float64(n))
	case x < n:
		iv.Upper = math.Max(betaQuantile(1-alpha, float64(x)+1, float64(n-x)), share)
	}
	return iv, true
}

// RateInterval returns the limits of a rate per so many persons: the limits of the count, times per, divided by
// the population, which is taken as known without error. It gives none for a population of 0 or less.
func RateInterval(x int64, population int64, per int64, level float64) (Interval, bool) {
	if _, ok := tails(level); !ok || x < 0 || population <= 0 || per <= 0 {
		return Interval{}, false
	}
	iv := CountInterval(x, level)
	scale := float64(per) / float64(population)
	iv.Lower, iv.Upper, iv.Method = iv.Lower*scale, iv.Upper*scale, MethodGarwoodScaled
	return iv, true
}

// Stratum is one part of a directly standardised rate: its count, its population, and the share of the standard
// population that it stands for.
type Stratum struct {
	Count      int64
	Population int64
	Weight     float64
}

// FayFeuer returns the directly standardised rate per so many persons and its gamma limits (Fay and Feuer 1997,
// the method of NCHS and SEER). Weights are used as given; they should add up to 1. It gives none for no
// strata, a population of 0 or less, a negative count or weight, or weights that are all 0.
func FayFeuer(strata []Stratum, per int64, level float64) (rate float64, iv Interval, ok bool) {
	alpha, ok := tails(level)
	if !ok || per <= 0 || len(strata) == 0 {
		return 0, Interval{}, false
	}
	var mean, variance, largest float64
	for _, s := range strata {
		if s.Population <= 0 || s.Count < 0 || s.Weight < 0 || math.IsNaN(s.Weight) || math.IsInf(s.Weight, 0) {
			return 0, Interval{}, false
		}
		w := s.Weight / float64(s.Population)
		mean += w * float64(s.Count)
		variance += w * w * float64(s.Count)
		largest = math.Max(largest, w)
	}
	if largest == 0 {
		return 0, Interval{}, false
	}
	scale := float64(per)
	iv = Interval{Level: level, Method: MethodFayFeuer}
	if mean > 0 {
		iv.Lower = scale * variance / mean * mathext.GammaIncRegInv(mean*mean/variance, alpha)
	}
	m, v := mean+largest, variance+largest*largest
	iv.Upper = scale * v / m * mathext.GammaIncRegCompInv(m*m/v, alpha)
	return scale * mean, iv, true
}

// tails returns the probability of each tail outside an interval of the level.
func tails(level float64) (float64, bool) {
	if !(level > 0 && level < 1) {
		return 0, false
	}
	return (1 - level) / 2, true
}

// betaQuantile returns the p-quantile of the beta distribution with the shapes a and b, both at least 1: that of gonum,
// which is exact to 1e-9 for up to about a million trials, put right by Newton's method on betaBelow.
func betaQuantile(p, a, b float64) float64 {
	x := distuv.Beta{Alpha: a, Beta: b}.Quantile(p)
	for range 8 {
		step := (p - betaBelow(x, a, b)) * x * (1 - x) / math.Exp(logTerm(a, b, x, 1-x))
		next := x + step
		if !(next > 0 && next < 1) {
			break
		}
		x = next
		if math.Abs(step) <= 1e-14*x {
			break
		}
	}
	return x
}
