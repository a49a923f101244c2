package stat

import (
	"maps"
	"slices"
)

// Counting is how an observation was counted: what of which data set, over which records.
type Counting struct {
	Dataset Dataset
	Measure Measure
	Where   Where // the fields that pick the records, the code of a breakdown included
	Period  Period
	Within  bool // the records of all periods inside Period, for a sum over a window
}

// CountingOf says how an observation was counted. It returns false for ratios and rates, which are made of two
// counts, and where the definitions do not hold the series.
func CountingOf(o Observation, defs Definitions) (Counting, bool) {
	ind, ok := defs.Indicator(o.Indicator)
	if !ok {
		return Counting{}, false
	}
	i := slices.IndexFunc(ind.Panels, func(p Panel) bool { return p.ID == o.Panel })
	if i < 0 || len(o.Codes) > 1 {
		return Counting{}, false
	}
	p := ind.Panels[i]
	var s Series
	var where, otherwise Where
	field, codes := "", []string(nil) // of the breakdown
	if len(o.Codes) == 1 {
		field, codes = o.Codes[0].Dimension, []string{o.Codes[0].Code}
	}
	switch {
	case o.Kind == KindPopulation && len(o.Codes) == 0 && p.Rate != nil:
		s = p.Rate.Population
		where, otherwise = s.Where, s.Otherwise
	case o.Kind == KindPopulation && len(o.Codes) == 1:
		rolled := slices.IndexFunc(p.Breakdowns, func(b Breakdown) bool { return b.Rollup != nil && b.Rollup.As == field })
		at := slices.IndexFunc(p.Series, func(s Series) bool {
			return s.Expected != nil && s.Expected.Residents != nil && (rolled >= 0 || s.Expected.Residents.By == field)
		})
		if at < 0 {
			return Counting{}, false
		}
		r := p.Series[at].Expected.Residents
		s, where = Series{Dataset: r.Dataset, Measure: r.Measure}, r.Where
		if rolled >= 0 {
			up := *p.Breakdowns[rolled].Rollup
			field, codes = r.By, defs.Members(up, o.Codes[0].Code, o.Period.To, up.Through...)
		}
	case o.Kind == KindCount:
		at := slices.IndexFunc(p.Series, func(s Series) bool { return s.ID == o.Series })
		if at < 0 {
			return Counting{}, false
		}
		s = p.Series[at]
		where, otherwise = s.Where, s.Otherwise
		if len(o.Codes) == 0 {
			break
		}
		b := slices.IndexFunc(p.Breakdowns, func(b Breakdown) bool {
			return b.Dimension() == field && (len(b.Series) == 0 || slices.Contains(b.Series, s.ID))
		})
		if b < 0 {
			return Counting{}, false
		}
		if p.Breakdowns[b].Where != nil {
			where, otherwise = p.Breakdowns[b].Where, p.Breakdowns[b].Otherwise
		}
		if up := p.Breakdowns[b].Rollup; up != nil {
			field = p.Breakdowns[b].By
			codes = defs.Members(*up, o.Codes[0].Code, o.Period.To, up.Lists(defs.DimensionList(s.Dataset, field))...)
		}
	default:
		return Counting{}, false
	}
	ds, ok := defs.Dataset(s.Dataset)
	if !ok {
		return Counting{}, false
	}
	if otherwise != nil && o.Has(MarkSummed) {
		where = otherwise
	}
	where = maps.Clone(where)
	if len(o.Codes) == 1 {
		if where == nil {
			where = Where{}
		}
		where[field] = codes
	}
	return Counting{
		Dataset: ds, Measure: s.Measure, Where: where, Period: o.Period, Within: p.Window > 0 && o.Kind == KindCount && len(o.Codes) == 0,
	}, true
}

// PerOf is what the quotient of a ratio or a rate is multiplied by: the number of residents a rate is given for, or one.
func PerOf(o Observation, defs Definitions) float64 {
	ind, _ := defs.Indicator(o.Indicator)
	for _, p := range ind.Panels {
		if p.ID == o.Panel && p.Rate != nil && o.Kind == KindRate {
			return float64(p.Rate.Per)
		}
	}
	return 1
}
