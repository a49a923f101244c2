package export

import (
	"slices"
	"strings"

	"tallystick/internal/stat"
)

// breaks says, by key, which breaks lie inside the period of an observation or between it and the period before:
// the date, the act and what changed. Figures on both sides of one do not compare.
func breaks(s Sheet) map[string]string {
	out := map[string]string{}
	lines := map[string][]stat.Observation{} // observations that differ only in their period
	for _, o := range s.Observations {
		line := o.Panel + "/" + o.Series
		for _, c := range o.Codes {
			line += "/" + c.Dimension + "=" + c.Code
		}
		lines[line] = append(lines[line], o)
	}
	for _, line := range lines {
		slices.SortStableFunc(line, func(a, b stat.Observation) int { return a.Period.Compare(b.Period) })
		_, series, ok := s.series(line[0])
		if !ok {
			continue
		}
		found := stat.BreaksOf(series, line, s.Definitions)
		for i, o := range line {
			after := o.Period.From
			if i > 0 && line[i-1].Period.To.Compare(after) < 0 {
				after = line[i-1].Period.To
			}
			var said []string
			for _, b := range found {
				if b.Date.Compare(after) > 0 && b.Date.Compare(o.Period.To) <= 0 {
					said = append(said, strings.Join(strings.Fields(b.Date.String()+" "+b.Act+": "+b.Text), " "))
				}
			}
			out[o.Key()] = strings.Join(said, " | ")
		}
	}
	return out
}
