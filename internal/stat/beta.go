package stat

import "math"

// logTerm is the logarithm of Γ(a+b)/(Γ(a)Γ(b)) · p^a · q^b for q = 1 − p, by the saddle-point expansion of Loader (2000,
// "Fast and accurate computation of binomial probabilities"), which is R's. The difference of three logarithms of the
// gamma function would lose a digit for every factor of ten in a + b.
func logTerm(a, b, p, q float64) float64 {
	n := a + b
	above := a - n*p // from the smaller probability, of which all digits are known
	if q < p {
		above = n*q - b
	}
	deviance := apart(a, n*p, above) + apart(b, n*q, -above)
	return stirling(n) - stirling(a) - stirling(b) - deviance + 0.5*math.Log(a*b/(2*math.Pi*n))
}

// stirling is the error of Stirling's formula for log n!, for n of 1 and more.
func stirling(n float64) float64 {
	if n < 16 {
		v, _ := math.Lgamma(n + 1)
		return v - (n+0.5)*math.Log(n) + n - 0.5*math.Log(2*math.Pi)
	}
	s := n * n
	return (1.0/12 - (1.0/360-(1.0/1260-(1.0/1680-1.0/1188/s)/s)/s)/s) / n
}

// apart is x·log(x/m) − d for d = x − m, without the loss of digits where x is near m.
func apart(x, m, d float64) float64 {
	if math.Abs(d) >= 0.1*(x+m) {
		return x*math.Log(x/m) - d
	}
	v := d / (x + m)
	sum, term := d*v, 2*x*v
	for j := 3.0; j < 1000; j += 2 {
		term *= v * v
		next := sum + term/j
		if next == sum {
			break
		}
		sum = next
	}
	return sum
}

// betaBelow is the probability that a beta variable of the shapes a and b, both at least 1, is at most p, by the continued
// fraction of the incomplete beta function (NIST Handbook 8.17.22) in the form of Lentz.
func betaBelow(p, a, b float64) float64 {
	q := 1 - p
	switch {
	case p <= 0:
		return 0
	case q <= 0:
		return 1
	case p > (a+1)/(a+b+2):
		return 1 - betaFraction(q, p, b, a)
	default:
		return betaFraction(p, q, a, b)
	}
}

// betaFraction is betaBelow where p is not above the mean, near which the fraction needs about √(a+b) steps.
func betaFraction(p, q, a, b float64) float64 {
	c, d := 1.0, 1/(1-(a+b)*p/(a+1))
	h := d
	for m := 1.0; m < 100+20*math.Sqrt(a+b); m++ {
		x := m * (b - m) * p / ((a + 2*m - 1) * (a + 2*m))
		d, c = 1/(1+x*d), 1+x/c
		h *= d * c
		x = -(a + m) * (a + b + m) * p / ((a + 2*m) * (a + 2*m + 1))
		d, c = 1/(1+x*d), 1+x/c
		h *= d * c
		if math.Abs(d*c-1) < 1e-16 {
			break
		}
	}
	return math.Exp(logTerm(a, b, p, q)) * h / a
}
