package stat

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// The kinds of break.
const (
	BreakStatute    = "statute"    // an act changed what the section covers
	BreakDefinition = "definition" // what is counted, or its code, changed
	BreakCoverage   = "coverage"   // who reports changed
)

// BreaksOf returns all breaks of a series over its own observations (totals, any order): those of the law, of changed
// definitions and of changed coverage.
func BreaksOf(series Series, obs []Observation, defs Definitions) []Break {
	var span Period
	for i, o := range obs {
		if i == 0 {
			span = Period{From: o.Period.From, To: o.Period.To}
		}
		span = hull(span, o.Period)
	}
	if len(obs) == 0 {
		return nil
	}
	out := Breaks(series, defs.Statutes, span)
	out = append(out, DefinitionBreaks(series, obs, defs)...)
	return SortBreaks(append(out, CoverageBreaks(obs)...))
}

// DefinitionBreaks returns the dates at which what a series counts changed although its definition stands: where the
// counting unit of its observations changes from one period to the next, where a code that it selects came into or went
// out of use inside the span of its observations, and where a rule of its data set changed.
func DefinitionBreaks(series Series, obs []Observation, defs Definitions) []Break {
	var out []Break
	sorted := slices.Clone(obs)
	slices.SortStableFunc(sorted, func(a, b Observation) int { return a.Period.Compare(b.Period) })
	var span Period
	for i, o := range sorted {
		if i == 0 {
			span = Period{From: o.Period.From, To: o.Period.To}
			continue
		}
		span = hull(span, o.Period)
		if before := sorted[i-1].Unit; before != o.Unit && !o.Period.From.IsZero() {
			out = append(out, Break{Date: o.Period.From, Kind: BreakDefinition,
				Text: "The counting unit changed from " + before + " to " + o.Unit + "."})
		}
	}
	if len(obs) > 0 {
		out = append(out, RuleBreaks(obs[0].Indicator, series, defs, span)...)
	}
	ds, _ := defs.Dataset(series.Dataset)
	for field, codes := range series.Where {
		f, _ := ds.Field(field)
		list, ok := defs.Codelist(f.Codelist)
		if !ok {
			continue
		}
		for _, c := range list.Codes {
			if !slices.Contains(codes, c.Code) {
				continue
			}
			if inside(c.ValidFrom, span) {
				out = append(out, Break{Date: c.ValidFrom, Kind: BreakDefinition, Text: c.Label + " came into use as a code."})
			}
			if after := c.ValidTo.AddDays(1); !c.ValidTo.IsZero() && inside(after, span) {
				out = append(out, Break{Date: after, Kind: BreakDefinition, Text: c.Label + " went out of use as a code."})
			}
		}
	}
	return SortBreaks(out)
}

// Breaks returns the dates inside the span at which an act changed a section that the series counts in such a
// way that counts before and after do not compare: every statute version with Breaks set that took force after
// the span's first day. A span whose start is not known reaches back for ever. The result is ordered by date.
func Breaks(series Series, statutes []Statute, span Period) []Break {
	var out []Break
	for _, id := range series.Statutes {
		for _, s := range statutes {
			if s.ID != id {
				continue
			}
			for _, v := range s.Versions {
				b := Break{Date: v.From, Kind: BreakStatute, Act: v.Act, Text: v.Change, Precision: v.Precision}
				if !v.Breaks || v.From.IsZero() || !b.within(span) {
					continue
				}
				if len(v.Sources) > 0 {
					b.Source = v.Sources[0]
				}
				out = append(out, b)
			}
		}
	}
	return SortBreaks(out)
}

// SortBreaks orders breaks by date, act and text and drops those that say the same.
func SortBreaks(list []Break) []Break {
	slices.SortStableFunc(list, func(a, b Break) int {
		return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.Act, b.Act), cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.Text, b.Text))
	})
	return slices.CompactFunc(list, func(a, b Break) bool {
		return a.Date == b.Date && a.Act == b.Act && a.Kind == b.Kind && a.Text == b.Text
	})
}

// Mixed returns the breaks that fall inside the period, so that the period holds days before and after: an act
// in force from its first day does not mix it, one in force from its last day does.
func Mixed(p Period, breaks []Break) []Break {
	var out []Break
	for _, b := range breaks {
		if b.within(p) {
			out = append(out, b)
		}
	}
	return out
}

// Words names the day, month or year of the break, as exactly as it is known: "on 1 October 2010", "in 2013".
func (b Break) Words() string {
	switch b.Precision {
	case "year":
		return fmt.Sprintf("in %d", b.Date.Year)
	case "month":
		return "in " + monthOf(b.Date)
	default:
		return "on " + b.Date.Long()
	}
}

// within reports whether the break can have fallen inside the period: on its day, or, if only the month or the year
// is known, on any day of that.
func (b Break) within(p Period) bool {
	first, last := b.Date, b.Date
	switch b.Precision {
	case "year":
		first, last = Date{b.Date.Year, time.January, 1}, Date{b.Date.Year, time.December, 31}
	case "month":
		first.Day = 1
		last = DateOf(time.Date(b.Date.Year, b.Date.Month+1, 0, 0, 0, 0, 0, time.UTC))
	}
	if inside(first, p) || inside(last, p) {
		return true
	}
	return !p.From.IsZero() && first.Compare(p.From) <= 0 && last.Compare(p.To) >= 0 && first != last
}

// Crossed returns the breaks that keep the two periods from being compared: those after the first day of the
// earlier one and not after the last day of the later one.
func Crossed(a, b Period, breaks []Break) []Break {
	return Mixed(hull(a, b), breaks)
}

// hull is the shortest period that holds both; its start is unknown if either start is.
func hull(a, b Period) Period {
	out := Period{From: a.From, To: a.To}
	if b.From.IsZero() || (!a.From.IsZero() && b.From.Compare(a.From) < 0) {
		out.From = b.From
	}
	if b.To.Compare(out.To) > 0 {
		out.To = b.To
	}
	return out
}

// inside reports whether the day is after the first and not after the last day of the period.
func inside(d Date, p Period) bool {
	if d.IsZero() || d.Compare(p.To) > 0 {
		return false
	}
	return p.From.IsZero() || d.Compare(p.From) > 0
}
