package stat

import (
	"fmt"
	"slices"
)

// LintPanel lists what a panel must not do with what it counts, apart from its sentence (LintSentence): give a rate of
// people who must be protected (it would be read as a risk, and a detection rate is none) or pool counts of them, set
// a series against another one in a ratio across data sets, or pool over a window that is not one of Windows, as
// columns by year, or beside a rate by year. Each problem is a sentence without a full stop.
func LintPanel(panel Panel) []string {
	var out []string
	if panel.Rate != nil && panel.Protection == ProtectionProtected {
		out = append(out, "a rate of a protected measure would be read as a risk, but such counts say what was found, "+
			"not how much there is")
	}
	if r := panel.Ratio; r != nil {
		of, found := find(panel.Series, r.Of, func(s Series) string { return s.ID })
		to, found2 := find(panel.Series, r.To, func(s Series) string { return s.ID })
		if found && found2 && of.Dataset != to.Dataset {
			out = append(out, fmt.Sprintf("the ratio sets %s against %s, which come from different data sets: the same people "+
				"may be in both or in neither", r.Of, r.To))
		}
	}
	if panel.Window > 0 && panel.Protection == ProtectionProtected {
		out = append(out, "pooled windows of a protected measure overlap, so that their differences tell of single years; "+
			"give periods that do not overlap")
	}
	switch {
	case panel.Window == 0:
	case panel.Clock == ClockOnDay:
		out = append(out, "what there was on several days is not added up: the same cases are in each")
	case !slices.Contains(Windows, panel.Window):
		out = append(out, fmt.Sprintf("a window of %d periods is not offered, only 2, 3 and 5", panel.Window))
	case panel.Form != FormSpans:
		out = append(out, "pooled windows overlap, so they are drawn as spans")
	case panel.Rate != nil || len(panel.Breakdowns) > 0:
		out = append(out, "pooled counts stand alone: rates and breakdowns are by year")
	}
	return out
}
