package export

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"time"

	"tallystick/internal/stat"
)

// column is one column of the CSV file.
type column struct {
	name string
	cell func(Sheet, stat.Observation) string
}

// leading and trailing are the columns that every file has, on both sides of the indicator's dimensions. Their
// names are a promise: columns are added, never renamed.
var leading = []column{
	{"indicator", func(_ Sheet, o stat.Observation) string { return o.Indicator }},
	{"panel", func(_ Sheet, o stat.Observation) string { return o.Panel }},
	{"series", func(_ Sheet, o stat.Observation) string { return o.Series }},
	{"series_label", func(s Sheet, o stat.Observation) string { return s.label(o) }},
	{"statistic", func(_ Sheet, o stat.Observation) string { return string(o.Kind) }},
	{"period", func(s Sheet, o stat.Observation) string { return o.Period.Label(s.clock(o)) }},
	{"period_from", func(_ Sheet, o stat.Observation) string { return o.Period.From.String() }},
	{"period_to", func(_ Sheet, o stat.Observation) string { return o.Period.To.String() }},
	{"period_stated", func(_ Sheet, o stat.Observation) string { return o.Period.Stated }},
	{"clock", func(s Sheet, o stat.Observation) string { return string(s.clock(o)) }},
}

var trailing = []column{
	{"value", func(_ Sheet, o stat.Observation) string { return value(o) }},
	{"status", func(_ Sheet, o stat.Observation) string { return string(o.Status) }},
	{"bound", func(_ Sheet, o stat.Observation) string { return string(o.Bound) }},
	{"lower_limit", func(_ Sheet, o stat.Observation) string {
		return limit(o, func(i stat.Interval) float64 { return i.Lower })
	}},
	{"upper_limit", func(_ Sheet, o stat.Observation) string {
		return limit(o, func(i stat.Interval) float64 { return i.Upper })
	}},
	{"confidence_level", func(_ Sheet, o stat.Observation) string {
		return limit(o, func(i stat.Interval) float64 { return i.Level })
	}},
	{"interval_method", func(_ Sheet, o stat.Observation) string {
		if o.Interval == nil {
			return ""
		}
		return o.Interval.Method
	}},
	{"unit", func(_ Sheet, o stat.Observation) string { return o.Unit }},
	{"numerator", func(_ Sheet, o stat.Observation) string { return part(o, o.Of) }},
	{"denominator", func(_ Sheet, o stat.Observation) string { return part(o, o.To) }},
	{"reporters", func(_ Sheet, o stat.Observation) string { return reporters(o, o.Coverage.Reported) }},
	{"reporters_expected", func(_ Sheet, o stat.Observation) string { return reporters(o, o.Coverage.Expected) }},
	{"coverage_accounts", func(_ Sheet, o stat.Observation) string {
		if o.Coverage.Accounts == 0 {
			return ""
		}
		return strconv.FormatInt(o.Coverage.Accounts, 10)
	}},
	{"marks", func(_ Sheet, o stat.Observation) string { return words(o.Marks) }},
	{"break", func(s Sheet, o stat.Observation) string { return s.breaks[o.Key()] }},
	{"note", func(_ Sheet, o stat.Observation) string { return o.Note }},
	source("source_title", func(c stat.Citation) string { return c.Title }),
	source("source_publisher", func(c stat.Citation) string { return c.Publisher }),
	source("source_year", func(c stat.Citation) string { return c.Year }),
	source("source_address", func(c stat.Citation) string { return c.Address }),
	source("source_locator", func(c stat.Citation) string { return c.Locator }),
	source("source_confidence", func(c stat.Citation) string { return c.Confidence }),
	{"fabricated", func(s Sheet, o stat.Observation) string { return strconv.FormatBool(s.fabricated(o)) }},
	{"key", func(_ Sheet, o stat.Observation) string { return o.Key() }},
	{"release", func(s Sheet, _ stat.Observation) string { return s.Release }},
	{"published_at", func(s Sheet, _ stat.Observation) string { return s.PublishedAt.UTC().Format(time.RFC3339) }},
}

func source(name string, field func(stat.Citation) string) column {
	return column{name, func(_ Sheet, o stat.Observation) string { return joined(o.Citations, field) }}
}

// value is empty unless it is reported; a reported zero is 0.
func value(o stat.Observation) string {
	if o.Status != stat.StatusReported {
		return ""
	}
	return number(o.Value)
}

func limit(o stat.Observation, of func(stat.Interval) float64) string {
	if o.Interval == nil {
		return ""
	}
	return number(of(*o.Interval))
}

// part is a numerator or denominator, for the ratios and rates that have one.
func part(o stat.Observation, v float64) string {
	if o.Kind != stat.KindRatio && o.Kind != stat.KindRate || o.Status != stat.StatusReported {
		return ""
	}
	return number(v)
}

func reporters(o stat.Observation, n int) string {
	if o.Coverage.Expected == 0 && o.Coverage.Reported == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// writeCSV writes RFC 4180: a header, CRLF, UTF-8 without a byte order mark, as many fields in each row. Each
// dimension has a column of codes and one of labels; a total has the code all.
func writeCSV(w io.Writer, s Sheet) error {
	return writeRows(w, columnsOf(s.Observations), []Sheet{s})
}

// columnsOf are the columns of a file of the observations.
func columnsOf(obs []stat.Observation) []column {
	columns := slices.Clone(leading)
	for _, d := range dimensions(obs) {
		name := d
		if taken(name) || taken(name+"_label") {
			name = "by_" + d
		}
		columns = append(columns,
			column{name, func(_ Sheet, o stat.Observation) string { return codeOr(o, d, "all") }},
			column{name + "_label", func(s Sheet, o stat.Observation) string {
				return s.codelist(o, d).Label(codeOr(o, d, "all"))
			}})
	}
	return append(columns, trailing...)
}

func writeRows(w io.Writer, columns []column, sheets []Sheet) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	row := make([]string, len(columns))
	for i, c := range columns {
		row[i] = c.name
	}
	if err := out.Write(row); err != nil {
		return err
	}
	for _, s := range sheets {
		for _, o := range s.Observations {
			for i, c := range columns {
				row[i] = c.cell(s, o)
			}
			if err := out.Write(row); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

// taken reports whether a fixed column has the name.
func taken(name string) bool {
	has := func(c column) bool { return c.name == name }
	return slices.ContainsFunc(leading, has) || slices.ContainsFunc(trailing, has)
}

// codeOr is the observation's code on a dimension, or otherwise where it is not broken down by it.
func codeOr(o stat.Observation, dimension, otherwise string) string {
	if code := o.Code(dimension); code != "" {
		return code
	}
	return otherwise
}

// WriteTogether writes the observations of several indicators into one CSV file, in the order of the sheets, with a
// column of codes and one of labels for every dimension that any of them has.
func WriteTogether(w io.Writer, sheets []Sheet) error {
	var all []stat.Observation
	for i := range sheets {
		sheets[i].Observations = slices.Clone(sheets[i].Observations)
		stat.SortObservations(sheets[i].Observations)
		sheets[i].breaks = breaks(sheets[i])
		all = append(all, sheets[i].Observations...)
	}
	return writeRows(w, columnsOf(all), sheets)
}
