package stat_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tallystick/internal/stat"
)

func panelSaying(sentence string) stat.Panel {
	return stat.Panel{
		Series: []stat.Series{{ID: "selling"}, {ID: "buying", Expected: &stat.Expected{}}},
		Ratio:  &stat.Ratio{Of: "selling", To: "buying"}, Sentence: sentence,
	}
}

func TestSplitSentence(t *testing.T) {
	got, err := stat.SplitSentence("In {period}, {selling}, {change:selling}: {ratio}.")
	if err != nil {
		t.Fatal(err)
	}
	want := []stat.Segment{{Text: "In "}, {Slot: "period"}, {Text: ", "}, {Slot: "count", Series: "selling"}, {Text: ", "},
		{Slot: "change", Series: "selling"}, {Text: ": "}, {Slot: "ratio"}, {Text: "."}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, bad := range []string{"a { b", "a } b", "{}", "{{selling}}", "{sell ing}", "{selling"} {
		if _, err := stat.SplitSentence(bad); !errors.Is(err, stat.ErrInvalid) {
			t.Errorf("SplitSentence(%q): %v, want ErrInvalid", bad, err)
		}
	}
}

func TestLintSentenceAcceptsPlainSentences(t *testing.T) {
	for _, s := range []string{
		"In {period}, police made {selling} and {buying}: {ratio}.",
		"Police made {latest:selling}, {change:selling}, {coverage}.",
		"The sources state {list:selling}.",
		"The speaker said that “287 were prosecuted because of it”; the court counted {selling}.",
	} {
		if got := stat.LintSentence(panelSaying(s)); len(got) > 0 {
			t.Errorf("%q: %v", s, got)
		}
	}
}

func TestLintSentenceRefusesWhatTheRulesCannotVouchFor(t *testing.T) {
	for s, want := range map[string]string{
		"":                               "empty",
		"Police made {selling}":          "full stop",
		"Police made arrests.":           "no figure",
		"In 2015 police made {selling}.": "digit",
		"Police made {selling}, {buying} percent.":           `"percent"`,
		"Police made {selling}, 5 % {buying}.":               "percent sign",
		"Police made {selling} because of {buying}.":         `"because" claims a cause`,
		"Thanks  to a new law, {selling}.":                   `"thanks to" claims a cause`,
		"Arrests Rose to {selling}.":                         `"rose" states a direction`,
		"Only {selling}.":                                    `"only" judges`,
		"Police made {selling}, twice {buying}.":             `"twice" states a quantity`,
		"Police made more than {selling}.":                   `"more than" states a quantity`,
		"Police made {sellers}.":                             `no series "sellers"`,
		"Police made {newest:selling}.":                      `no slot "newest"`,
		"Police made {selling} ({rate}).":                    "no rate",
		"Police made {selling.":                              "brace",
		"The court counted {selling}; “because, they said {": "brace",
		"The court counted {selling} “because.":              `"because" claims a cause`,
	} {
		got := stat.LintSentence(panelSaying(s))
		if !strings.Contains(strings.Join(got, "; "), want) {
			t.Errorf("LintSentence(%q) = %q, want it to say %q", s, got, want)
		}
	}
}

func TestLintMatchesWholeWords(t *testing.T) {
	if got := stat.LintText("The prosecutor's office, a household, evenings and thoroughly fallow."); len(got) > 0 {
		t.Errorf("got %q", got)
	}
}

func FuzzLintSentence(f *testing.F) {
	f.Add("In {period}, police made {selling}: {ratio}.")
	f.Add("“{")
	f.Fuzz(func(t *testing.T, s string) {
		stat.LintSentence(panelSaying(s))
		if segments, err := stat.SplitSentence(s); err == nil {
			var b strings.Builder
			for _, x := range segments {
				if x.Text != "" == (x.Slot != "") {
					t.Fatalf("%q: a segment is both or neither: %+v", s, x)
				}
				b.WriteString(x.Text)
			}
			if strings.ContainsAny(b.String(), "{}") {
				t.Fatalf("%q: a brace is left in the text", s)
			}
		}
	})
}
