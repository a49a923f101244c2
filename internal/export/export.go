// Package export owns the files that we hand out: an indicator's observations as CSV, JSON and XLSX, each
// complete without the site, each saying from which release it comes.
//
// It must never compute. What it writes stands in the observations and the definitions of one release; a value
// and its status are in separate columns, and the same sheet gives the same bytes.
package export

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"tallystick/internal/stat"
)

// Format is a kind of file.
type Format string

// The formats. Parquet is written when a release is sealed.
const (
	CSV  Format = "csv"
	JSON Format = "json"
	XLSX Format = "xlsx"
)

// Formats lists every format in the order in which downloads are offered.
var Formats = []Format{CSV, XLSX, JSON}

// Sheet is one indicator of one release, as it is handed out.
type Sheet struct {
	Indicator    stat.Indicator
	Observations []stat.Observation
	Definitions  stat.Definitions
	Release      string // identifier of the release
	PublishedAt  time.Time
	Answer       stat.Answer

	breaks map[string]string // filled in by Write
}

// Fabricated is what a file says of figures that were made up, wherever it shows them.
const Fabricated = "FABRICATED FIGURES: made up to show how the site works. Do not quote them."

// Write writes the sheet in the format. It returns stat.ErrInvalid for a format that it does not know.
func Write(w io.Writer, f Format, sheet Sheet) error {
	sheet.Observations = slices.Clone(sheet.Observations)
	stat.SortObservations(sheet.Observations)
	sheet.breaks = breaks(sheet)
	var err error
	switch f {
	case CSV:
		err = writeCSV(w, sheet)
	case JSON:
		err = writeJSON(w, sheet)
	case XLSX:
		err = writeXLSX(w, sheet)
	default:
		return fmt.Errorf("format %q: %w", f, stat.ErrInvalid)
	}
	if err != nil {
		return fmt.Errorf("%s of %s: %w", f, sheet.Indicator.ID, err)
	}
	return nil
}

// series returns the definition of the series an observation belongs to; a ratio or a rate belongs to the one
// it is of. The second result is false where the definition has no such series.
func (s Sheet) series(o stat.Observation) (stat.Panel, stat.Series, bool) {
	for _, p := range s.Indicator.Panels {
		if p.ID != o.Panel {
			continue
		}
		id := o.Series
		if o.Kind == stat.KindRatio && p.Ratio != nil {
			id = p.Ratio.Of
		}
		if o.Kind == stat.KindRate && p.Rate != nil {
			id = p.Rate.Of
		}
		for _, series := range p.Series {
			if series.ID == id {
				return p, series, true
			}
		}
		if p.Rate != nil && o.Kind == stat.KindPopulation {
			return p, p.Rate.Population, true
		}
		return p, stat.Series{}, false
	}
	return stat.Panel{}, stat.Series{}, false
}

// panel returns the definition of the panel an observation belongs to.
func (s Sheet) panel(o stat.Observation) stat.Panel {
	p, _, _ := s.series(o)
	return p
}

// label is what a reader calls the values of an observation's series.
func (s Sheet) label(o stat.Observation) string {
	p, series, ok := s.series(o)
	switch {
	case o.Kind == stat.KindRatio && p.Ratio != nil:
		return p.Ratio.Label
	case o.Kind == stat.KindRate && p.Rate != nil:
		return p.Rate.Label
	case ok && series.Label != "":
		return series.Label
	default:
		return o.Series
	}
}

// clock is the clock of an observation's period: the panel's, or its data set's.
func (s Sheet) clock(o stat.Observation) stat.Clock {
	p, series, ok := s.series(o)
	if p.Clock != "" || !ok {
		return p.Clock
	}
	d, _ := s.Definitions.Dataset(series.Dataset)
	return d.Clock
}

// codelist is the list that holds the codes of a dimension for an observation's data set.
func (s Sheet) codelist(o stat.Observation, dimension string) stat.Codelist {
	_, series, ok := s.series(o)
	if !ok {
		return stat.Codelist{}
	}
	list, _ := s.Definitions.Codelist(s.Definitions.DimensionList(series.Dataset, dimension))
	return list
}

// unit is the counting unit in words.
func (s Sheet) unit(code string) string {
	list, _ := s.Definitions.Codelist("counting-units")
	return list.Label(code)
}

// fabricated reports whether an observation was counted from made-up records.
func (s Sheet) fabricated(o stat.Observation) bool {
	_, series, _ := s.series(o)
	d, _ := s.Definitions.Dataset(series.Dataset)
	return d.Fabricated
}

// anyFabricated reports whether any data set behind the indicator is made up.
func (s Sheet) anyFabricated() bool {
	for _, p := range s.Indicator.Panels {
		for _, series := range p.Series {
			if d, _ := s.Definitions.Dataset(series.Dataset); d.Fabricated {
				return true
			}
		}
	}
	return slices.ContainsFunc(s.Observations, s.fabricated)
}

// dimensions are the dimensions by which any of the observations is broken down, sorted.
func dimensions(obs []stat.Observation) []string {
	var names []string
	for _, o := range obs {
		for _, c := range o.Codes {
			names = append(names, c.Dimension)
		}
	}
	slices.SortFunc(names, cmp.Compare)
	return slices.Compact(names)
}

// number writes a value without grouping and without an exponent: 3557, 2.5812772133526850.
func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// joined puts the same field of several citations side by side, equal ones once, so that the first source of
// every column is the same source unless they agree.
func joined(citations []stat.Citation, field func(stat.Citation) string) string {
	var parts []string
	for _, c := range citations {
		parts = append(parts, field(c))
	}
	if len(parts) > 0 && !slices.ContainsFunc(parts, func(p string) bool { return p != parts[0] }) {
		return parts[0]
	}
	return strings.Join(parts, " | ")
}

// words joins marks for a reader of a table.
func words(marks []stat.Mark) string {
	parts := make([]string, len(marks))
	for i, m := range marks {
		parts[i] = string(m)
	}
	return strings.Join(parts, " ")
}
