package web

import (
	"slices"
	"strconv"
	"strings"

	"tallystick/internal/stat"
)

// windowLevel is the level of the exact limits of pooled counts.
const windowLevel = 0.95

// windows are the lengths in years that a reader can choose for the indicator: none unless it has open counts by
// year. Years of a protected measure are not added up, since the differences would tell of single years.
func windows(ind stat.Indicator, obs []stat.Observation) []int {
	if slices.ContainsFunc(obs, func(o stat.Observation) bool { return poolable(ind, o) }) {
		return stat.Windows
	}
	return nil
}

func poolable(ind stat.Indicator, o stat.Observation) bool {
	i := slices.IndexFunc(ind.Panels, func(p stat.Panel) bool { return p.ID == o.Panel })
	if i < 0 || o.Kind != stat.KindCount || o.Ordinal > 0 || len(o.Codes) > 0 {
		return false
	}
	p := ind.Panels[i]
	return p.Protection == stat.ProtectionOpen && p.Window == 0 && p.Clock != stat.ClockOnDay && (p.Form == stat.FormColumns || p.Form == stat.FormLine)
}

// window reads the length of a window from the address; it must be one that the indicator offers.
func (v *visit) window(offered []int) (int, error) {
	text := v.query.Get("window")
	if text == "" || text == "1" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || !slices.Contains(offered, n) {
		return 0, invalid("“%s” is not a number of years that this page can add up.", clip(text))
	}
	return n, nil
}

// pooled adds up the totals of every n years in a row, series by series. Windows with a missing year or a break
// inside have no value and say why. The panels are then spans, since windows overlap.
func (v *visit) pooled(ind stat.Indicator, obs []stat.Observation, n int, defs stat.Definitions) (stat.Indicator, []stat.Observation) {
	shown := ind
	shown.Panels = nil
	var out []stat.Observation
	for _, p := range ind.Panels {
		before := len(out)
		for _, s := range p.Series {
			years := slices.DeleteFunc(slices.Clone(obs), func(o stat.Observation) bool {
				return !poolable(ind, o) || o.Panel != p.ID || o.Series != s.ID
			})
			for _, w := range stat.Pool(years, n, stat.BreaksOf(s, years, defs), windowLevel) {
				out = append(out, w.Observation)
			}
		}
		if len(out) > before {
			p.Form, p.Ratio, p.Rate, p.Breakdowns = stat.FormSpans, nil, nil, nil
			p.Note = strings.TrimSpace(v.l.T("Windows overlap: do not add them.") + " " + p.Note)
			shown.Panels = append(shown.Panels, p)
		}
	}
	return shown, out
}

// lead makes the rows of a table that was set out as if of totals lead to the passports of one place.
func (t *table) lead(code string) {
	for g := range t.Groups {
		for r := range t.Groups[g].Rows {
			if row := &t.Groups[g].Rows[r]; row.Key != "" {
				row.Key += code
			}
		}
	}
}

// unlink takes the keys out of a table of figures that were computed for this view: no passport is sealed for them.
func (t *table) unlink() {
	for g := range t.Groups {
		for r := range t.Groups[g].Rows {
			t.Groups[g].Rows[r].Key = ""
		}
	}
}
