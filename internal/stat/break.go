package stat

import (
	"cmp"
	"slices"
)

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
				if !v.Breaks || !inside(v.From, span) {
					continue
				}
				b := Break{Date: v.From, Kind: "statute", Act: v.Act, Text: v.Change}
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
		if inside(b.Date, p) {
			out = append(out, b)
		}
	}
	return out
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
