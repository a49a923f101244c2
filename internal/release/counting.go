package release

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"tallystick/internal/stat"
)

// CountingSQL is the statement that counts a reported figure anew: over a table "records" that holds the records of
// the lines which the figure names, in the columns of its data set. It is shown to readers and run by the command
// recount. It returns "" for what was not reported and what is made of other figures.
func CountingSQL(o stat.Observation, defs stat.Definitions) string {
	c, ok := stat.CountingOf(o, defs)
	if !ok || o.Status != stat.StatusReported {
		return ""
	}
	ds := c.Dataset
	value := "count(*)"
	var where []string
	if ds.Value != "" {
		where = append(where, column(cmp.Or(ds.Status, stat.StatusColumn))+" = 'reported'")
	}
	if c.Measure.Sum != "" {
		value = "CAST(sum(" + column(c.Measure.Sum) + ") AS BIGINT)"
	}
	from := "records"
	switch p := ds.Period; {
	case c.Measure.Standing != "" && ds.Decisions != nil:
		where = append(where, column(cmp.Or(p.Date, p.To))+" <= "+day(c.Period.To))
	case p.Date != "":
		where = append(where, column(p.Date)+" BETWEEN "+day(c.Period.From)+" AND "+day(c.Period.To))
	case c.Within && p.From != "":
		where = append(where, column(p.From)+" >= "+day(c.Period.From), column(p.To)+" <= "+day(c.Period.To))
	default:
		if p.From != "" && c.Period.From.IsZero() {
			where = append(where, column(p.From)+" IS NULL")
		} else if p.From != "" {
			where = append(where, column(p.From)+" = "+day(c.Period.From))
		}
		where = append(where, column(p.To)+" = "+day(c.Period.To))
	}
	for _, name := range slices.Sorted(maps.Keys(c.Where)) {
		codes := make([]string, len(c.Where[name]))
		for i, code := range c.Where[name] {
			codes[i] = text(code)
		}
		where = append(where, column(name)+" IN ("+strings.Join(codes, ", ")+")")
	}
	if d := ds.Decisions; d != nil && c.Measure.Standing != "" {
		value = standing(ds, c.Measure.Standing)
		if c.Measure.Standing == stat.StandingCases {
			keys := column(d.Case)
			if d.Section != "" {
				keys += ", " + column(d.Section)
			}
			from := "(SELECT " + keys + " FROM records\n  WHERE " + strings.Join(where, "\n    AND ") + "\n  GROUP BY " + keys +
				" HAVING " + standing(ds, stat.StandingCounts) + " > 0)"
			return "SELECT count(DISTINCT " + column(d.Case) + ") AS value\nFROM " + from + ";"
		}
	}
	return "SELECT " + value + " AS value\nFROM " + from + "\nWHERE " + strings.Join(where, "\n  AND ") + ";"
}

// standing is the sum of what was entered, less what was taken away if it is the counts that stood.
func standing(ds stat.Dataset, which stat.StandingCount) string {
	away := "0"
	if which == stat.StandingCounts {
		away = "-" + column(ds.Value)
	}
	return "CAST(sum(CASE WHEN " + column(ds.Decisions.Outcome) + " = 'convicted' THEN " + column(ds.Value) + "\n  WHEN " +
		column(ds.Decisions.Outcome) + " IN ('reversed', 'vacated', 'erased') THEN " + away + " ELSE 0 END) AS BIGINT)"
}

// column, day and text write a name, a date and a text so that nothing in them can end it.
func column(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
func day(d stat.Date) string    { return "DATE '" + d.String() + "'" }
func text(s string) string      { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
