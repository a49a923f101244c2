package catalog

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"tallystick/internal/stat"
)

// guides names the type behind each table of data/README.md.
var guides = map[string]reflect.Type{
	"Site": reflect.TypeFor[stat.Site](), "Source": reflect.TypeFor[stat.Source](),
	"Data set": reflect.TypeFor[stat.Dataset](),
	"Period":   reflect.TypeFor[stat.PeriodFields](), "Citation": reflect.TypeFor[stat.CitationFields](),
	"Field": reflect.TypeFor[stat.Field](), "Acceptance": reflect.TypeFor[stat.Acceptance](), "Sum": reflect.TypeFor[stat.Sum](),
	"Statute": reflect.TypeFor[stat.Statute](), "Statute version": reflect.TypeFor[stat.StatuteVersion](),
	"Indicator": reflect.TypeFor[stat.Indicator](), "Panel": reflect.TypeFor[stat.Panel](),
	"Series": reflect.TypeFor[stat.Series](), "Noun": reflect.TypeFor[stat.Noun](),
	"Measure": reflect.TypeFor[stat.Measure](),
	"Answers": reflect.TypeFor[stat.Answers](), "Decisions": reflect.TypeFor[stat.Decisions](),
	"Expected": reflect.TypeFor[stat.Expected](), "Residents": reflect.TypeFor[stat.Residents](), "Ratio": reflect.TypeFor[stat.Ratio](),
	"Rate":      reflect.TypeFor[stat.Rate](),
	"Breakdown": reflect.TypeFor[stat.Breakdown](), "Roll-up": reflect.TypeFor[stat.Rollup](), "Pairing": reflect.TypeFor[stat.Pairing](),
	"Rule change": reflect.TypeFor[stat.RuleChange](), "Quoted figure": reflect.TypeFor[stat.Quoted](),
	"Feed": reflect.TypeFor[stat.Feed](), "Schedule": reflect.TypeFor[stat.Schedule](),
	"Reading": reflect.TypeFor[stat.Reading](),
	"Mapping": reflect.TypeFor[stat.Mapping](), "Field map": reflect.TypeFor[stat.FieldMap](),
	"Period map": reflect.TypeFor[stat.PeriodMap](), "Row rule": reflect.TypeFor[stat.RowRule](),
	"Long": reflect.TypeFor[stat.Long](), "Numbers": reflect.TypeFor[stat.Numbers](),
	"Mark": reflect.TypeFor[stat.TextMark](), "Variant": reflect.TypeFor[stat.Variant](),
	"Duty": reflect.TypeFor[stat.Duty](), "Duty version": reflect.TypeFor[stat.DutyVersion](),
	"Duty item": reflect.TypeFor[stat.DutyItem](),
	"Claim":     reflect.TypeFor[stat.Claim](), "Assertion": reflect.TypeFor[stat.Assertion](),
	"Reconciliation":                reflect.TypeFor[stat.Reconciliation](),
	"Reconciled figure":             reflect.TypeFor[stat.ReconciledFigure](),
	"Site in another language":      reflect.TypeFor[stat.SiteText](),
	"Indicator in another language": reflect.TypeFor[stat.IndicatorText](),
	"Panel in another language":     reflect.TypeFor[stat.PanelText](),
	"Series in another language":    reflect.TypeFor[stat.SeriesText](),
	"Breakdown in another language": reflect.TypeFor[stat.BreakdownText](),
}

// guideRow is one line of a table of the guide.
type guideRow struct{ key, kind, required string }

// readGuide returns the tables of data/README.md by heading.
func readGuide(t *testing.T) map[string][]guideRow {
	t.Helper()
	data, err := os.ReadFile("../../data/README.md")
	if err != nil {
		t.Fatal(err)
	}
	out, heading := map[string][]guideRow{}, ""
	for line := range strings.Lines(string(data)) {
		if h, ok := strings.CutPrefix(line, "### "); ok {
			heading = strings.TrimSpace(h)
		}
		if strings.HasPrefix(line, "## ") {
			heading = ""
		}
		cells := strings.Split(line, "|")
		if heading == "" || len(cells) < 6 || !strings.HasPrefix(strings.TrimSpace(cells[1]), "`") {
			continue
		}
		row := guideRow{key: strings.Trim(cells[1], " `"), kind: strings.TrimSpace(cells[2]),
			required: strings.TrimSpace(cells[3])}
		out[heading] = append(out[heading], row)
	}
	return out
}

// keysOf returns the YAML keys of a struct with their types in the words of the guide, in the order of the fields.
func keysOf(t reflect.Type) []guideRow {
	var out []guideRow
	for f := range fieldsOf(t) {
		name, option, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == "-" || option == "inline" {
			continue
		}
		out = append(out, guideRow{key: name, kind: kindOf(f.Type)})
	}
	return out
}

func fieldsOf(t reflect.Type) func(yield func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}

func kindOf(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[stat.Date]():
		return "date"
	case t.Kind() == reflect.Pointer:
		return kindOf(t.Elem())
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.String:
		return "list of text"
	case t.Kind() == reflect.Slice:
		return "list of groups"
	case t.Kind() == reflect.String && t.Name() != "string":
		return "word"
	case t.Kind() == reflect.String:
		return "text"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Float64:
		return "number"
	case t.Kind() == reflect.Struct, t.Kind() == reflect.Map:
		return "group"
	default:
		return "whole number"
	}
}

// TestGuideMatchesTheTypes holds that data/README.md explains every key that a definition can have, with its type,
// and no other.
func TestGuideMatchesTheTypes(t *testing.T) {
	guide := readGuide(t)
	for heading, typ := range guides {
		want := keysOf(typ)
		got := guide[heading]
		if len(got) == 0 {
			t.Errorf("data/README.md has no table under ### %s", heading)
			continue
		}
		for _, w := range want {
			if !slices.ContainsFunc(got, func(g guideRow) bool { return g.key == w.key && g.kind == w.kind }) {
				t.Errorf("data/README.md, %s: no row for the key %s of type %q", heading, w.key, w.kind)
			}
		}
		for _, g := range got {
			if !slices.ContainsFunc(want, func(w guideRow) bool { return w.key == g.key }) {
				t.Errorf("data/README.md, %s: the key %s is explained and does not exist", heading, g.key)
			}
		}
	}
	for heading, want := range map[string][]string{
		"Code list": codeColumns, "Events": eventColumns, "Elements": elementColumns, "Filings": filingColumns,
		"Replies": replyColumns,
	} {
		var got []string
		for _, g := range guide[heading] {
			got = append(got, g.key)
		}
		if !slices.Equal(got, want) {
			t.Errorf("data/README.md, %s: columns %v, want %v", heading, got, want)
		}
	}
}

// TestKeysThatTheGuideRequiresAreRequired takes each required key at the top of a definition away and expects an
// issue about that file.
func TestKeysThatTheGuideRequiresAreRequired(t *testing.T) {
	guide := readGuide(t)
	base := parse(t, "testdata/base.txtar")
	tried := 0
	for heading, file := range map[string]string{
		"Site": "site.yaml", "Source": "sources/court.yaml", "Data set": "datasets/cases.yaml",
		"Feed":    "feeds/cases.yaml",
		"Statute": "statutes/53a-82.yaml", "Indicator": "indicators/sellers.yaml",
		"Duty": "duties/report.yaml", "Claim": "claims/ten.yaml", "Reconciliation": "reconciliations/answers.yaml",
	} {
		for _, row := range guide[heading] {
			if row.required != "yes" {
				continue
			}
			tried++
			files := fstest.MapFS{}
			for _, f := range base.Files {
				data := f.Data
				if f.Name == file {
					data = []byte(without(string(data), row.key))
				}
				files[f.Name] = &fstest.MapFile{Data: data}
			}
			_, issues := Load(files)
			if !slices.ContainsFunc(issues, func(i stat.Issue) bool { return i.File == file }) {
				t.Errorf("%s without %s: no issue, and data/README.md says that it is required", file, row.key)
			}
		}
	}
	if tried < 30 {
		t.Errorf("tried %d required keys, want at least 30", tried)
	}
}

// without takes a key of the top level and what belongs to it out of a YAML text.
func without(text, key string) string {
	var out strings.Builder
	skip := false
	for line := range strings.Lines(text) {
		if line[0] != ' ' && line[0] != '-' {
			skip = strings.HasPrefix(line, key+":")
		}
		if !skip {
			out.WriteString(line)
		}
	}
	return out.String()
}
