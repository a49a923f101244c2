package stat

import (
	"strings"
	"testing"
)

// TestLintCatchesEachForbiddenWord, in either case and beside punctuation, and not as a part of another word.
func TestLintCatchesEachForbiddenWord(t *testing.T) {
	n := 0
	for why, list := range forbidden {
		for _, w := range list {
			n++
			for _, text := range []string{"Police made arrests " + w + " that year.", strings.ToUpper(w[:1]) + w[1:] + ", police made arrests.",
				"Arrests (" + strings.ToUpper(w) + ") by police."} {
				found := false
				for _, problem := range LintText(text) {
					found = found || strings.Contains(problem, `"`+w+`"`) && strings.Contains(problem, why)
				}
				if !found {
					t.Errorf("LintText(%q) = %q, want %q, which %s", text, LintText(text), w, why)
				}
			}
			for _, problem := range LintText("Police made arrests x" + w + "x that year.") {
				if strings.HasPrefix(problem, `"`+w+`"`) {
					t.Errorf("LintText finds %q inside another word", w)
				}
			}
			panel := Panel{Series: []Series{{ID: "arrests"}}, Sentence: "Police made {arrests} " + w + " that year."}
			if len(LintSentence(panel)) == 0 {
				t.Errorf("LintSentence(%q): no problem, want one", panel.Sentence)
			}
		}
	}
	if n < 150 {
		t.Errorf("%d forbidden words, want at least 150", n)
	}
}
