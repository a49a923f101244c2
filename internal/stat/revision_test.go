package stat

import (
	"strings"
	"testing"
	"time"
)

// edition is a small release that the cases below edit.
func edition(id string) Edition {
	count := func(year int, v float64) Observation {
		return Observation{Indicator: "arrests", Panel: "by-year", Series: "all", Kind: KindCount, Period: CalendarYear(year),
			Status: StatusReported, Value: v, Bound: BoundExactly, Unit: "arrests"}
	}
	return Edition{
		Manifest: Manifest{ID: id, Program: "1.0", Batches: []Batch{{ID: "b0001", Dataset: "ucr", SHA256: "aa"}}},
		Definitions: Definitions{
			Datasets:  []Dataset{{ID: "ucr", Rule: "each arrest once", Fields: []Field{{Name: "sex", Codelist: "sex"}}}, {ID: "other"}},
			Codelists: []Codelist{{ID: "sex", Codes: []Code{{Code: "f"}}}},
			Indicators: []Indicator{{ID: "arrests", Panels: []Panel{{ID: "by-year", Title: "By year",
				Series: []Series{{ID: "all", Dataset: "ucr"}}}}}},
		},
		Observations: []Observation{count(2013, 380), count(2014, 348), count(2015, 267)},
		Answers:      []Answer{{Indicator: "arrests", Breaks: []Break{{Kind: "statute", Text: "The class changed."}}}},
	}
}

func TestEveryChangeHasItsReason(t *testing.T) {
	for _, c := range []struct {
		name   string
		edit   func(e *Edition)
		kind   ChangeKind
		reason ChangeReason
		why    string
		shows  string // old → new
	}{
		{"a value that changed with nothing behind it", func(e *Edition) { e.Observations[1].Value = 349 },
			ChangeValue, ReasonNone, "Nothing in the inputs", "348 → 349"},
		{"a figure that has gone with nothing behind it", func(e *Edition) { e.Observations = e.Observations[:2] },
			ChangeGone, ReasonNone, "Nothing in the inputs", "267 → "},
		{"a figure that has gone is not excused by new data", func(e *Edition) {
			e.Observations = e.Observations[:2]
			e.Manifest.Batches = append(e.Manifest.Batches, Batch{ID: "b0002", Dataset: "ucr"})
		}, ChangeGone, ReasonNone, "Nothing in the inputs", "267 → "},
		{"better data", func(e *Edition) {
			e.Observations[1].Value = 349
			e.Manifest.Batches = append(e.Manifest.Batches, Batch{ID: "b0002", Dataset: "ucr", Verb: VerbReplace})
		}, ChangeValue, ReasonRevision, "newer data: batch b0002", "348 → 349"},
		{"new data of another data set explain nothing", func(e *Edition) {
			e.Observations[1].Value = 349
			e.Manifest.Batches = append(e.Manifest.Batches, Batch{ID: "b0002", Dataset: "other"})
		}, ChangeValue, ReasonNone, "Nothing in the inputs", "348 → 349"},
		{"a correction by the source", func(e *Edition) {
			e.Observations[1].Value = 349
			e.Manifest.Batches = append(e.Manifest.Batches, Batch{ID: "b0002", Dataset: "ucr", Verb: VerbCorrect, Reason: "One town was missed."})
		}, ChangeValue, ReasonCorrection, "One town was missed.", "348 → 349"},
		{"a batch that was withdrawn", func(e *Edition) {
			e.Observations = e.Observations[:2]
			e.Manifest.Batches[0].Withdrawn = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
		}, ChangeGone, ReasonWithdrawn, "Batch b0001 was withdrawn.", "267 → "},
		{"a statement of a correction comes before all", func(e *Edition) {
			e.Observations[1].Value = 349
			e.Definitions.Datasets[0].Rule = "other"
			e.Manifest.Statements = []Statement{{ID: "c1", Kind: StatementCorrection, Keys: []string{"arrests/by-year"}, Reason: "We had misread a row."}}
		}, ChangeValue, ReasonCorrection, "We had misread a row.", "348 → 349"},
		{"a statement about another figure explains nothing", func(e *Edition) {
			e.Observations[1].Value = 349
			e.Manifest.Statements = []Statement{{ID: "c1", Kind: StatementCorrection, Keys: []string{"arrests/by"}, Reason: "x"}}
		}, ChangeValue, ReasonNone, "Nothing in the inputs", "348 → 349"},
		{"a withdrawal", func(e *Edition) {
			e.Observations = e.Observations[:2]
			e.Manifest.Statements = []Statement{{ID: "w1", Kind: StatementWithdrawal, Keys: []string{"arrests"}, Reason: "Not ours."}}
		}, ChangeGone, ReasonWithdrawn, "Not ours.", "267 → "},
		{"withheld", func(e *Edition) { e.Observations[1].Value, e.Observations[1].Status = 0, StatusWithheld },
			ChangeValue, ReasonWithheld, "withheld now", "348 → withheld to protect people"},
		{"another rule of counting", func(e *Edition) {
			e.Observations[1].Value = 300
			e.Definitions.Datasets[0].Rule = "each person once"
		}, ChangeValue, ReasonDefinition, "definition", "348 → 300"},
		{"another code list", func(e *Edition) {
			e.Observations[1].Value = 300
			e.Definitions.Codelists[0].Codes = append(e.Definitions.Codelists[0].Codes, Code{Code: "m"})
		}, ChangeValue, ReasonDefinition, "definition", "348 → 300"},
		{"a title is no reason for another value", func(e *Edition) {
			e.Observations[1].Value = 300
			e.Definitions.Indicators[0].Panels[0].Title = "Each year"
		}, ChangeValue, ReasonNone, "Nothing in the inputs", "348 → 300"},
		{"another program", func(e *Edition) { e.Observations[1].Value, e.Manifest.Program = 349, "1.1" },
			ChangeValue, ReasonMethod, "1.1 after 1.0", "348 → 349"},
		{"a bound that changed", func(e *Edition) {
			e.Observations[1].Bound = BoundAtLeast
			e.Manifest.Batches[0].SHA256 = "bb"
		}, ChangeValue, ReasonRevision, "b0001", "348 → at least 348"},
		{"a zero is not the same as no report", func(e *Edition) { e.Observations[1].Value, e.Observations[1].Status = 0, StatusNotReported },
			ChangeValue, ReasonNone, "Nothing", "348 → not reported"},
		{"marks alone are details", func(e *Edition) {
			e.Observations[1].Marks = []Mark{MarkPartial}
			e.Manifest.Program = "1.1"
		}, ChangeDetails, ReasonMethod, "1.1", "348 → 348"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, after := edition("2026-11-24"), edition("2026-11-25")
			c.edit(&after)
			d := CompareReleases(&before, after)
			if len(d.Figures) != 1 {
				t.Fatalf("%d figures differ, want 1: %+v", len(d.Figures), d.Figures)
			}
			got := d.Figures[0]
			shows := ""
			if got.Old != nil {
				shows += got.Old.String()
			}
			shows += " → "
			if got.New != nil {
				shows += got.New.String()
			}
			if got.Kind != c.kind || got.Reason != c.reason || !strings.Contains(got.Why, c.why) || shows != c.shows {
				t.Errorf("got %s, %s, %q, %q; want %s, %s, %q, %q", got.Kind, got.Reason, got.Why, shows, c.kind, c.reason, c.why, c.shows)
			}
			if blocked := len(d.Unexplained()) > 0; blocked != (c.reason == ReasonNone) {
				t.Errorf("Unexplained() blocks: %v", blocked)
			}
		})
	}
}

func TestEqualEditionsHaveNoDifference(t *testing.T) {
	before, after := edition("2026-11-24"), edition("2026-11-25")
	after.Definitions.Indicators[0].Terms = []string{} // as a release reads it back: not there
	after.Observations[0].Marks = []Mark{}
	d := CompareReleases(&before, after)
	if len(d.Figures)+len(d.Indicators)+len(d.Definitions)+len(d.Breaks)+len(d.Batches) > 0 {
		t.Errorf("CompareReleases = %+v", d)
	}
}

func TestFirstReleaseIsAllNew(t *testing.T) {
	d := CompareReleases(nil, edition("2026-11-24"))
	if len(d.Figures) != 3 || d.Count(ChangeAdded) != 3 || d.From != "" || len(d.Unexplained()) > 0 || len(d.Indicators) != 1 {
		t.Errorf("CompareReleases = %+v", d)
	}
}

func TestChangedDefinitionsAndBreaksAreListed(t *testing.T) {
	before, after := edition("2026-11-24"), edition("2026-11-25")
	after.Definitions.Indicators[0].Question = "Who?"
	after.Definitions.Indicators = append(after.Definitions.Indicators, Indicator{ID: "more"})
	after.Definitions.Datasets = after.Definitions.Datasets[:1]
	after.Answers[0].Breaks[0].Text = "The age changed."
	d := CompareReleases(&before, after)
	if len(d.Indicators) != 2 || d.Indicators[0].Fields[0] != "question" || d.Indicators[1].Change != ChangeAdded {
		t.Errorf("Indicators = %+v", d.Indicators)
	}
	if len(d.Definitions) != 1 || d.Definitions[0].ID != "other" || d.Definitions[0].Change != ChangeGone {
		t.Errorf("Definitions = %+v", d.Definitions)
	}
	if len(d.Breaks) != 2 || d.Breaks[0].Change != ChangeAdded || d.Breaks[1].Change != ChangeGone {
		t.Errorf("Breaks = %+v", d.Breaks)
	}
}

func TestRevisionRecordCountsSizeAndDirection(t *testing.T) {
	one, two, three := edition("1"), edition("2"), edition("3")
	two.Manifest.Batches = append(two.Manifest.Batches, Batch{ID: "b0002", Dataset: "ucr"})
	two.Observations[0].Value, two.Observations[1].Value = 399, 174 // + 5 %, − 50 %
	three.Manifest.Batches = append(two.Manifest.Batches, Batch{ID: "b0003", Dataset: "ucr", Verb: VerbCorrect})
	three.Observations[0].Value, three.Observations[1].Value = 399, 174
	three.Observations[2].Value = 534 // + 100 %
	r := SummariseRevisions([]Difference{CompareReleases(nil, one), CompareReleases(&one, two), CompareReleases(&two, three)}, "arrests")
	if r.Releases != 3 || r.Revisions != 2 || r.Corrections != 1 || r.Up != 2 || r.Down != 1 {
		t.Errorf("SummariseRevisions = %+v", r)
	}
	if *r.Mean != 55.0/3 || *r.MeanSize != 155.0/3 || r.Largest.Key != "arrests/by-year/all/2015" {
		t.Errorf("mean %v, absolute %v, largest %v", *r.Mean, *r.MeanSize, r.Largest)
	}
}

func TestChangedDefinitionsMustBeAnnounced(t *testing.T) {
	for _, c := range []struct {
		name string
		says []Statement
		want int
	}{
		{"nothing is said", nil, 1},
		{"the indicator is announced", []Statement{{Kind: StatementAnnouncement, Definition: "arrests"}}, 0},
		{"the data set is announced", []Statement{{Kind: StatementAnnouncement, Definition: "ucr"}}, 0},
		{"another definition is announced", []Statement{{Kind: StatementAnnouncement, Definition: "other"}}, 1},
		{"a revision is no announcement", []Statement{{Kind: StatementRevision, Definition: "ucr"}}, 1},
	} {
		before, after := edition("2026-11-24"), edition("2026-11-25")
		after.Observations[1].Value = 300
		after.Definitions.Datasets[0].Rule = "each person once"
		after.Manifest.Statements = c.says
		if got := CompareReleases(&before, after).Unannounced(); len(got) != c.want {
			t.Errorf("%s: Unannounced() = %+v, want %d", c.name, got, c.want)
		}
	}
}

func TestStatementsAreChecked(t *testing.T) {
	for _, c := range []struct {
		s    Statement
		want string
	}{
		{Statement{ID: "c1", Kind: StatementCorrection, Keys: []string{"a"}, Reason: "r", Wrong: "w", Now: "n", Affected: "all"}, ""},
		{Statement{ID: "c1", Kind: StatementCorrection, Reason: "r", Wrong: "w", Now: "n", Affected: "all"}, "names no figure"},
		{Statement{ID: "c1", Kind: StatementCorrection, Keys: []string{"a"}, Reason: "r", Now: "n", Affected: "all"}, "what was wrong"},
		{Statement{ID: "w1", Kind: StatementWithdrawal, Reason: "r"}, "neither a figure nor a release"},
		{Statement{ID: "w1", Kind: StatementWithdrawal, Releases: []string{"2026-11-24"}, Reason: "r"}, ""},
		{Statement{ID: "a1", Kind: StatementAnnouncement, Reason: "r"}, "names no definition"},
		{Statement{ID: "x", Kind: "gossip", Reason: "r"}, "is none of"},
		{Statement{Kind: StatementRevision, Keys: []string{"a"}, Reason: "r"}, "no id"},
		{Statement{ID: "r1", Kind: StatementRevision, Keys: []string{"a"}}, "does not say why"},
	} {
		got := strings.Join(c.s.Check(), " ")
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%+v.Check() = %q, want %q", c.s, got, c.want)
		}
	}
}

func TestLastEditorCannotApprove(t *testing.T) {
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	if _, err := Approve("d1", "ann", "ann", "", at, nil); err == nil {
		t.Error("the last editor approved her own draft")
	}
	a, err := Approve("d1", "ann", "ben", "checked", at, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Approve("d1", "ann", "ben", "", at, []Approval{a}); err == nil {
		t.Error("one person approved twice")
	}
	for _, c := range []struct {
		draft, editor string
		needed        int
		want          bool
	}{
		{"d1", "ann", 1, true}, {"d1", "ann", 2, false}, {"d2", "ann", 1, false}, {"d1", "ben", 1, false}, {"d2", "ann", 0, true},
	} {
		if got := Approved(c.draft, c.editor, []Approval{a, a}, c.needed); got != c.want {
			t.Errorf("Approved(%s by %s, needed %d) = %v, want %v", c.draft, c.editor, c.needed, got, c.want)
		}
	}
}
