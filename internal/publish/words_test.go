package publish_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"tallystick/internal/chart"
	"tallystick/internal/publish"
	"tallystick/internal/stat"
)

// testEveryNumberInASentenceStandsInItsRow holds that each number that a sentence gives with a key is written in the
// table's row of that key: the value, or a limit.
func testEveryNumberInASentenceStandsInItsRow(t *testing.T, d publish.Drafted) {
	numbers := 0
	for _, a := range d.Answers {
		ind, _ := d.Definitions.Indicator(a.Indicator)
		var own []stat.Observation
		for _, o := range d.Observations {
			if o.Indicator == ind.ID {
				own = append(own, o)
			}
		}
		rows := map[string]string{}
		for _, table := range chart.NewTable(ind, own, d.Definitions) {
			for _, g := range table.Groups {
				for _, r := range g.Rows {
					for _, c := range r.Cells {
						rows[r.Key] += " " + c.Text + " " + c.Sub + " "
					}
				}
			}
		}
		for _, spoken := range a.Panels {
			for _, p := range spoken.Sentence.Parts {
				if p.Key == "" {
					continue
				}
				numbers++
				want := p.Text
				if slices.Contains([]string{"no", "No", "none", "None"}, want) {
					want = "0"
				}
				if !strings.Contains(rows[p.Key], " "+want+" ") {
					t.Errorf("%s, panel %s: the sentence says %q of %s, whose row is %q", a.Indicator, spoken.Panel, p.Text, p.Key, rows[p.Key])
				}
			}
		}
	}
	if numbers < 30 {
		t.Errorf("found %d numbers in the sentences, want at least 30", numbers)
	}
}

// testNoSentenceSaysMoreThanCounts holds that no sentence over the bundled figures claims a cause or judges.
func testNoSentenceSaysMoreThanCounts(t *testing.T, d publish.Drafted) {
	for _, a := range d.Answers {
		for _, spoken := range a.Panels {
			for _, problem := range stat.LintText(spoken.Sentence.String()) {
				if strings.Contains(problem, "cause") || strings.Contains(problem, "judges") {
					t.Errorf("%s: %q: %s", a.Indicator, spoken.Sentence.String(), problem)
				}
			}
		}
	}
}

var (
	ends   = regexp.MustCompile(`[.?!](\s|$)`)
	word   = regexp.MustCompile(`[A-Za-z]+`)
	vowels = regexp.MustCompile(`[aeiouy]+`)
)

// grade is the Flesch–Kincaid grade of a text: school years needed to read it. Syllables are groups of vowels, less a
// silent e at the end.
func grade(text string) float64 {
	var sentences, words, syllables float64
	for _, s := range ends.Split(text, -1) {
		if strings.TrimSpace(s) != "" {
			sentences++
		}
	}
	for _, w := range word.FindAllString(strings.ToLower(text), -1) {
		n := len(vowels.FindAllString(w, -1))
		if strings.HasSuffix(w, "e") && !strings.HasSuffix(w, "le") && n > 1 {
			n--
		}
		words++
		syllables += float64(max(n, 1))
	}
	return 0.39*words/sentences + 11.8*syllables/words - 15.59
}

// testTheWordsOfEachIndicatorReadAtGradeNine measures the answer and the cautions of each indicator.
func testTheWordsOfEachIndicatorReadAtGradeNine(t *testing.T, d publish.Drafted) {
	for _, a := range d.Answers {
		var text strings.Builder
		for _, s := range a.Sentences {
			text.WriteString(s.String() + " ")
		}
		answer := grade(text.String())
		for _, c := range a.Cautions {
			text.WriteString(c + " ")
		}
		all := grade(text.String())
		t.Logf("%s: answer %.1f, with cautions %.1f", a.Indicator, answer, all)
		if all > 9 {
			t.Errorf("%s reads at grade %.1f, want 9 or lower", a.Indicator, all)
		}
	}
}
