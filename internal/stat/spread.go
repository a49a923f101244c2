package stat

// Spread says how far the figures of a reconciliation lie apart.
type Spread struct {
	Least, Most *Observation // of those that are reported; both nil if none is, the same one if a single one is
	Reported    int          // how many are
	Alike       bool         // all of them count the same unit over the same days, so that one may be taken from another
	Gap         float64      // the most minus the least, where Told
	Factor      float64      // the most divided by the least, where Told; 0 where the least is zero
	Bound       Bound        // how exactly gap and factor are known, where Told
	Told        bool         // whether a gap can be stated: two or more figures, alike, with bounds that leave one
}

// SpreadOf measures the figures that Find returned. Figures of unlike units or unlike windows are set in order, so that
// a page can say from where to where they reach, but never subtracted or divided: the gap between a count of arrests
// and one of convictions is the gap of nothing.
func SpreadOf(found []*Observation) Spread {
	s := Spread{Alike: true}
	var first *Observation
	for _, o := range found {
		if o == nil || o.Status != StatusReported {
			continue
		}
		s.Reported++
		if first == nil {
			first, s.Least, s.Most = o, o, o
		}
		s.Alike = s.Alike && o.Unit == first.Unit && o.Kind == first.Kind && o.Period.Same(first.Period)
		if o.Value < s.Least.Value {
			s.Least = o
		}
		if o.Value > s.Most.Value {
			s.Most = o
		}
	}
	if s.Reported < 2 || !s.Alike {
		return s
	}
	if s.Bound, s.Told = gapBound(s.Most.Bound, s.Least.Bound); s.Told {
		s.Gap = s.Most.Value - s.Least.Value
		s.Factor, _ = Widest(found)
	}
	return s
}

// gapBound is the bound of the difference, and of the ratio, of two figures with the bounds given; false where they
// leave nothing to say, as when both are at least something.
func gapBound(most, least Bound) (Bound, bool) {
	switch least {
	case BoundAtLeast:
		least = BoundAtMost // what is taken away may be more, so that less is left
	case BoundAtMost:
		least = BoundAtLeast
	}
	most, least = orExactly(most), orExactly(least)
	switch {
	case most == least, least == BoundExactly:
		return most, true
	case most == BoundExactly:
		return least, true
	default:
		return "", false
	}
}

func orExactly(b Bound) Bound {
	if b == "" {
		return BoundExactly
	}
	return b
}
