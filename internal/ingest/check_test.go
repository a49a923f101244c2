package ingest

import (
	"strings"
	"testing"

	"tallystick/internal/stat"
)

func TestFeedThatCannotBeUsedIsFoundBeforeItsFirstFile(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*stat.Feed)
		want   string
	}{
		"as it should be":        {func(*stat.Feed) {}, ""},
		"an unknown field":       {func(f *stat.Feed) { f.Mapping.Fields = map[string]stat.FieldMap{"town": {Column: "Town"}} }, "not a field of data set"},
		"a pattern that is none": {func(f *stat.Feed) { f.Mapping.Fields = map[string]stat.FieldMap{"place": {Column: "P", Pattern: "("}} }, "pattern"},
		"a step that is none": {func(f *stat.Feed) {
			f.Mapping.Fields = map[string]stat.FieldMap{"place": {Column: "P", Steps: []string{"shout"}}}
		}, "step"},
		"a date without a year": {func(f *stat.Feed) { f.Mapping.Dates = []string{"MM/DD"} }, "no year"},
		"a wrong variant": {func(f *stat.Feed) {
			f.Variants = []stat.Variant{{File: "*_2015.csv", Mapping: stat.Mapping{Dates: []string{"MM/DD"}}}}
		}, "no year"},
		"a quote that is two":          {func(f *stat.Feed) { f.Read.Quote = "''" }, "quote"},
		"rows set aside for no reason": {func(f *stat.Feed) { f.Mapping.Aside = []stat.RowRule{{Column: "P", Is: []string{"x"}}} }, "without a reason"},
		"a mark with an unknown limit": {func(f *stat.Feed) {
			f.Mapping.Marks = []stat.TextMark{{Match: "(?P<most>5)", Status: stat.StatusWithheld}}
		}, "most"},
		"groups": {func(f *stat.Feed) {
			f.Mapping.Long = []stat.Long{{Repeat: 2, Fields: map[string]stat.FieldMap{"place": {Column: "P {n}"}, "count": {Value: "1"}}}}
		}, ""},
	} {
		in := caseDefinitions()
		in.Feed.Files = []string{"case_*.csv"}
		c.change(&in.Feed)
		in.Definitions.Feeds = []stat.Feed{in.Feed}
		got := Check(in.Definitions)
		if len(got) == 0 != (c.want == "") || len(got) > 0 && !strings.Contains(got[0].Problem, c.want) {
			t.Errorf("%s: Check gives %v, want one issue with %q", name, got, c.want)
		}
	}
}
