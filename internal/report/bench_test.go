package report_test

import (
	"fmt"
	"testing"

	"tallystick/internal/report"
	"tallystick/internal/stat"
)

// BenchmarkJudge judges and words a release with 200 indicators: each has two panels of two series over twenty years
// and ten agencies (176,000 observations), with a ratio, a rate and sums over the same reporters, one act inside the span, and agencies that drop
// out.
func BenchmarkJudge(b *testing.B) {
	const indicators, agencies = 200, 10
	defs := stat.Definitions{Statutes: []stat.Statute{{ID: "s", Versions: []stat.StatuteVersion{
		{To: day(2009, 12, 31)}, {From: day(2010, 1, 1), Breaks: true, Act: "PA 10-115", Change: "Only from age 16."}}}}}
	var list []stat.Indicator
	for i := range indicators {
		ind := stat.Indicator{ID: fmt.Sprintf("i%03d", i), Alt: "Columns by year.", Answer: []string{"p0", "p1"}}
		for p := range 2 {
			panel := pair("Police made {latest:selling}, {change:selling}; in {period}, {selling} and {buying}: {ratio}; {rate}.").Panels[0]
			panel.ID, panel.Rate = fmt.Sprintf("p%d", p), &stat.Rate{Of: "selling", Per: 100000, Label: "for each 100,000 residents", Decimals: 1}
			for s := range panel.Series {
				panel.Series[s].Statutes = []string{"s"}
				panel.Series[s].Expected = &stat.Expected{Dimension: "agency", Noun: stat.Noun{One: "agency", Many: "agencies"}}
			}
			ind.Panels = append(ind.Panels, panel)
		}
		list = append(list, ind)
	}
	b.ReportAllocs()
	for b.Loop() {
		sentences, judged := 0, 0
		for i, ind := range list {
			obs := judge(ind, i, agencies)
			judged += len(obs)
			answer, issues := report.Write(ind, obs, defs)
			if n := len(stat.Errors(issues)); n > 0 {
				b.Fatalf("%s: %v", ind.ID, issues)
			}
			sentences += len(answer.Panels)
		}
		if sentences != 2*indicators || judged < indicators*2*20*(2*agencies+2) {
			b.Fatalf("%d sentences from %d observations", sentences, judged)
		}
	}
}

// judge makes the observations of an indicator from synthetic counts, each with its interval, and what is computed
// from them.
func judge(ind stat.Indicator, seed, agencies int) []stat.Observation {
	var out []stat.Observation
	for _, p := range ind.Panels {
		for y := 2001; y <= 2020; y++ {
			var totals []stat.Observation
			for k, s := range p.Series {
				total := reported(s.ID, stat.CalendarYear(y), 0)
				total.Indicator, total.Panel = ind.ID, p.ID
				total.Coverage = stat.Coverage{Expected: agencies, Noun: "agencies"}
				for a := range agencies {
					o := reported(s.ID, stat.CalendarYear(y), float64((seed*31+a*17+y*7+k*3)%60))
					o.Indicator, o.Panel = ind.ID, p.ID
					o.Codes = []stat.DimensionCode{{Dimension: "agency", Code: fmt.Sprintf("a%02d", a)}}
					if a == y%agencies {
						o = without(o, stat.StatusNotReported)
						total.Coverage.Missing = append(total.Coverage.Missing, o.Codes[0].Code)
					} else {
						total.Coverage.Reported++
						total.Value += o.Value
					}
					out = append(out, o)
				}
				iv := stat.CountInterval(int64(total.Value), stat.Level95)
				total.Interval = &iv
				totals = append(totals, total)
			}
			people := reported("population", stat.CalendarYear(y), 3_500_000)
			people.Indicator, people.Panel, people.Kind = ind.ID, p.ID, stat.KindPopulation
			ratio, _ := stat.RatioOf(totals[0], totals[1], stat.Level95)
			rate, _ := stat.RateOf(totals[0], people, 100000, stat.Level95)
			out = append(append(out, totals...), people, ratio, rate)
		}
		for _, s := range p.Series {
			var totals, parts []stat.Observation
			for _, o := range out {
				switch {
				case o.Panel != p.ID || o.Series != s.ID:
				case len(o.Codes) == 0:
					totals = append(totals, o)
				default:
					parts = append(parts, o)
				}
			}
			out = append(out, stat.LikeFigures(s, totals, parts, nil)...)
		}
	}
	return out
}
