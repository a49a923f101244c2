package stat

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// LikeForLikeTolerance is by how many percentage points the change for all reporters may differ from the change for
// those that reported in both periods before the second is the one to speak of.
const LikeForLikeTolerance = 10.0

// CoverageTolerance is by how much the share of reporters may move from one period to the next (0.1 is ten in a
// hundred) before totals are no longer compared.
const CoverageTolerance = 0.1

// LikeForLike sets a change for all reporters beside the change for those that reported in both periods.
type LikeForLike struct {
	All       Comparison `json:"all"`
	Same      Comparison `json:"same"`      // its Why is set where there are too few of the same reporters
	Reporters int        `json:"reporters"` // how many reported in both periods
	Noun      string     `json:"noun"`
	Earlier   float64    `json:"earlier"` // their sum in the earlier period
	Later     float64    `json:"later"`
	Prefer    bool       `json:"prefer"` // the two differ so much that only Same may be spoken of
}

// CompareReporters compares two totals twice: as they stand, and summed over the reporters that have a value in both
// periods. Breaks by coverage among the options are not held against the same reporters, and keep the totals from being
// spoken of if the reporters differ. The parts are the observations of the same two periods by one dimension, each with one code; those of
// other periods and with other codes are passed over. Prefer is set where the reporters differ and the two verdicts
// differ, or the two changes differ by more than LikeForLikeTolerance, or no change for the same reporters can be
// had; then Same is what may be said, and its refusal says why nothing may. The same reporters must be at least half of
// those who are expected.
func CompareReporters(
	earlier, later Observation, parts []Observation, dimension string, opt CompareOptions,
) LikeForLike {
	if later.Period.Compare(earlier.Period) < 0 {
		earlier, later = later, earlier
	}
	// A change in who reports is no break for those who reported both times; for all the others it is.
	coverage := func(b Break) bool { return b.Kind == BreakCoverage }
	broken := slices.ContainsFunc(Crossed(earlier.Period, later.Period, opt.Breaks), coverage)
	opt.Breaks = slices.DeleteFunc(slices.Clone(opt.Breaks), coverage)
	out := LikeForLike{All: ComparePeriods(earlier, later, opt), Noun: later.Coverage.Noun}
	before, after := reporters(parts, earlier, dimension), reporters(parts, later, dimension)
	a, b := earlier, later
	a.Value, b.Value = 0, 0
	a.Marks, b.Marks = nil, nil
	withheld := false
	for code, x := range before {
		y, ok := after[code]
		if !ok {
			continue
		}
		withheld = withheld || x.Status == StatusWithheld || y.Status == StatusWithheld
		if x.Status != StatusReported || y.Status != StatusReported {
			continue
		}
		out.Reporters++
		a.Value, b.Value = a.Value+x.Value, b.Value+y.Value
	}
	if !differ(earlier.Coverage, later.Coverage) {
		out.Same = out.All
		return out
	}
	out.Prefer = true
	switch {
	case withheld:
		out.Same = refusedComparison(earlier, later, RefusedWithheld)
		out.Reporters = 0
		return out
	case out.Reporters == 0, 2*out.Reporters < min(earlier.Coverage.Expected, later.Coverage.Expected):
		out.Reporters = 0 // a few of many do not speak for all
		out.Same = refusedComparison(earlier, later, RefusedCoverage)
		return out
	}
	out.Earlier, out.Later = a.Value, b.Value
	out.Same = ComparePeriods(a, b, opt)
	out.Prefer = broken && !opt.IgnoreBreaks || out.Same.Verdict != out.All.Verdict ||
		math.Abs(relative(earlier.Value, later.Value)-relative(a.Value, b.Value)) > LikeForLikeTolerance
	return out
}

func refusedComparison(a, b Observation, why Refusal) Comparison {
	return Comparison{Earlier: a.Key(), Later: b.Key(), Verdict: VerdictRefused, Why: why, P: 1}
}

// reporters returns the observations of the total's period by code.
func reporters(parts []Observation, total Observation, dimension string) map[string]Observation {
	out := map[string]Observation{}
	for i := range parts {
		if p := &parts[i]; p.Series == total.Series && p.Panel == total.Panel && p.Period.Same(total.Period) && len(p.Codes) == 1 &&
			p.Codes[0].Dimension == dimension && p.Codes[0].Code != "all" {
			out[p.Codes[0].Code] = *p
		}
	}
	return out
}

// differ reports whether other reporters stand behind one total than behind the other. A total that comes from
// elsewhere than the reporters shown (Accounts is set) is whole, whoever is shown.
func differ(a, b Coverage) bool {
	if a.Accounts > 0 || b.Accounts > 0 {
		return false
	}
	return a.Known() != b.Known() || a.Expected != b.Expected || a.Reported != b.Reported ||
		!slices.Equal(a.Missing, b.Missing)
}

// relative is the change in percent of the earlier value; from zero it is infinite or none.
func relative(earlier, later float64) float64 {
	if earlier == later {
		return 0
	}
	return 100 * (later - earlier) / earlier
}

// CoverageBreaks returns a break wherever, from one period of a series to the next, the share of the expected reporters
// that reported moved by more than CoverageTolerance. Obs are the totals of one series; they need not be sorted.
// Periods of which no coverage is known, or whose total comes from elsewhere than the reporters shown, make no break.
func CoverageBreaks(obs []Observation) []Break {
	var known []Observation
	for _, o := range obs {
		if o.Coverage.Known() && o.Coverage.Accounts == 0 && o.Status == StatusReported {
			known = append(known, o)
		}
	}
	slices.SortStableFunc(known, func(a, b Observation) int { return a.Period.Compare(b.Period) })
	var out []Break
	for i := 1; i < len(known); i++ {
		a, b := known[i-1], known[i]
		before, _ := a.Coverage.Share()
		after, _ := b.Coverage.Share()
		if math.Abs(after-before) <= CoverageTolerance || b.Period.From.IsZero() {
			continue
		}
		out = append(out, Break{Date: b.Period.From, Kind: BreakCoverage, Text: fmt.Sprintf(
			"The total comes from %d of %d %s; before, from %d of %d.",
			b.Coverage.Reported, b.Coverage.Expected, b.Coverage.Noun, a.Coverage.Reported, a.Coverage.Expected)})
	}
	return out
}

// SameReporters is the dimension of a figure that counts only the reporters of two periods; its code names both.
const SameReporters = "same_reporters"

// SameReportersCode names two periods as a code of SameReporters: 2011-and-2015.
func SameReportersCode(earlier, later Period) string { return earlier.Key() + "-and-" + later.Key() }

// LikeFigures returns, for each period of a series, the two sums that a change against the first period that compares
// with it must be read from: over the reporters that have a value in both. They are there only where other reporters
// stand behind the two totals, so that the totals do not compare as they stand. Totals are the observations of the
// series without codes, one for each period; parts those by the reporters' dimension. Both are taken as they are
// published: where a part is withheld there is no sum, and what is summed can be read in the breakdown by anybody.
func LikeFigures(series Series, totals, parts []Observation, breaks []Break) []Observation {
	if series.Expected == nil {
		return nil
	}
	reported := slices.DeleteFunc(slices.Clone(totals), func(o Observation) bool { return o.Status != StatusReported })
	slices.SortStableFunc(reported, func(a, b Observation) int { return a.Period.Compare(b.Period) })
	lasting := slices.DeleteFunc(slices.Clone(breaks), func(b Break) bool { return b.Kind == BreakCoverage })
	byPeriod := map[Period][]Observation{}
	for i := range parts {
		at := Period{From: parts[i].Period.From, To: parts[i].Period.To}
		byPeriod[at] = append(byPeriod[at], parts[i])
	}
	of := func(o Observation) []Observation { return byPeriod[Period{From: o.Period.From, To: o.Period.To}] }
	var out []Observation
	for i, later := range reported {
		for _, earlier := range reported[:i] {
			if !differ(earlier.Coverage, later.Coverage) && ComparePeriods(earlier, later, CompareOptions{Breaks: lasting}).Verdict != VerdictRefused {
				break // the totals compare as they stand
			}
			both := slices.Concat(of(earlier), of(later))
			l := CompareReporters(earlier, later, both, series.Expected.Dimension, CompareOptions{Breaks: breaks})
			if l.said().Verdict == VerdictRefused {
				continue
			}
			if l.Reporters > 0 && differ(earlier.Coverage, later.Coverage) {
				noun := cmp.Or(series.Expected.Noun.Many, later.Coverage.Noun, "reporters")
				out = append(out, l.figure(earlier, earlier, later, both, series.Expected.Dimension, noun),
					l.figure(later, earlier, later, both, series.Expected.Dimension, noun))
			}
			break
		}
	}
	return out
}

// said is the comparison that may be spoken of.
func (l LikeForLike) said() Comparison {
	if l.Prefer {
		return l.Same
	}
	return l.All
}

// figure is the sum of one of the two periods as an observation with all that belongs to it.
func (l LikeForLike) figure(of, earlier, later Observation, parts []Observation, dimension, noun string) Observation {
	o := derived(of, of.Series, KindLike)
	o.Unit, o.Citations = of.Unit, of.Citations
	o.Codes = []DimensionCode{{SameReporters, SameReportersCode(earlier.Period, later.Period)}}
	o.Coverage = Coverage{Reported: l.Reporters, Expected: l.Reporters, Noun: noun}
	o.Value = l.Later
	if of.Period.Same(earlier.Period) {
		o.Value = l.Earlier
	}
	before, after := reporters(parts, earlier, dimension), reporters(parts, later, dimension)
	var codes []string
	for code, x := range before {
		if y, ok := after[code]; ok && x.Status == StatusReported && y.Status == StatusReported {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	own := after
	if of.Period.Same(earlier.Period) {
		own = before
	}
	o.Marks = marksOf(StableFrom, of)
	for _, code := range codes {
		o.Rows = append(o.Rows, own[code].Rows...)
		if own[code].Has(MarkPartial) {
			o.Marks = append(o.Marks, MarkPartial)
		}
	}
	slices.Sort(o.Marks)
	o.Marks = slices.DeleteFunc(slices.Compact(o.Marks), func(m Mark) bool { return m == MarkSummed || m == MarkContested })
	iv := CountInterval(int64(o.Value), Level95)
	o.Interval = &iv
	o.Note = fmt.Sprintf("Counts only the %s %s that have a figure for both %s and %s.", FormatCount(int64(l.Reporters)), noun,
		earlier.Period.Label(""), later.Period.Label(""))
	return o
}
