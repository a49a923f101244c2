package catalog

import (
	"os"
	"strings"
	"testing"
	"unicode"

	"tallystick/internal/stat"
)

// gradeLimit is the school grade up to which the text that ships should be read without trouble.
const gradeLimit = 9.0

// TestTextsAreInPlainLanguage measures the text of all definitions that readers see: each indicator, statute, source
// and duty as a whole must read at grade 9 or lower by the Flesch–Kincaid formula (Kincaid and others, 1975).
func TestTextsAreInPlainLanguage(t *testing.T) {
	defs, _ := Load(os.DirFS("../../data"))
	texts := map[string][]string{"site": {defs.Site.Title, defs.Site.About, defs.Site.Licence}}
	for _, i := range defs.Indicators {
		list := append([]string{i.Title, i.Question, i.About, i.Alt}, i.Notes...)
		for _, p := range i.Panels {
			list = append(list, p.Note)
			for _, b := range p.Breakdowns {
				list = append(list, b.Note)
			}
		}
		texts["indicator "+i.ID] = list
	}
	for _, s := range defs.Sources {
		texts["source "+s.ID] = []string{s.About}
	}
	for _, d := range defs.Datasets {
		texts["data set "+d.ID] = []string{d.About, d.Rule}
	}
	for _, d := range defs.Duties {
		texts["duty "+d.ID] = []string{d.Title, d.About}
	}
	for _, c := range defs.Claims {
		texts["claim "+c.ID] = []string{c.Title, c.About, c.Unchecked}
	}
	for _, r := range defs.Reconciliations {
		texts["reconciliation "+r.ID] = []string{r.Title, r.Question, r.About, r.Reason}
	}
	for _, e := range defs.Events {
		texts["events"] = append(texts["events"], e.Title, e.Text)
	}
	units, _ := defs.Codelist("counting-units")
	for _, c := range units.Codes {
		texts["counting units"] = append(texts["counting units"], c.About)
	}
	for name, list := range texts {
		if g := grade(list); g > gradeLimit {
			t.Errorf("%s reads at grade %.1f, want %.0f or lower", name, g, gradeLimit)
		}
	}
}

// TestGradeOfKnownTexts holds the formula against a text whose words and syllables are counted by hand.
func TestGradeOfKnownTexts(t *testing.T) {
	// 6 words, 6 syllables, 1 sentence: 0.39·6 + 11.8·1 − 15.59 = −1.45
	if g := grade([]string{"The cat sat on the mat."}); g < -1.46 || g > -1.44 {
		t.Errorf("grade of a nursery sentence = %.2f, want -1.45", g)
	}
	// 6 words, 25 syllables or so: far above any school
	if g := grade([]string{"Jurisdictional considerations necessitate interdepartmental administrative reconciliation."}); g < 30 {
		t.Errorf("grade of bureaucratic prose = %.2f, want above 30", g)
	}
}

// grade is the Flesch–Kincaid grade of texts taken together; each text ends a sentence.
func grade(texts []string) float64 {
	words, syllables, sentences := 0, 0, 0
	for _, text := range texts {
		ended := true
		for _, word := range strings.Fields(text) {
			letters := strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
			if letters == "" {
				continue
			}
			words++
			syllables += syllablesOf(letters)
			ended = strings.ContainsAny(word[len(word)-1:], ".?!:;")
			if ended {
				sentences++
			}
		}
		if !ended {
			sentences++
		}
	}
	if words == 0 {
		return 0
	}
	return 0.39*float64(words)/float64(sentences) + 11.8*float64(syllables)/float64(words) - 15.59
}

// syllablesOf counts groups of vowels, less a silent e; a number counts as one.
func syllablesOf(word string) int {
	n, vowel := 0, false
	lower := strings.ToLower(word)
	for _, r := range lower {
		is := strings.ContainsRune("aeiouy", r)
		if is && !vowel {
			n++
		}
		vowel = is
	}
	if strings.HasSuffix(lower, "e") && !strings.HasSuffix(lower, "le") && n > 1 {
		n--
	}
	return max(n, 1)
}

// TestReadersSeePlainWords refuses words about people that the site does not use: "victims" stands only where a source
// or a definition says how they were identified, "prostitutes" and "johns" only in quotes and search terms.
func TestReadersSeePlainWords(t *testing.T) {
	defs, _ := Load(os.DirFS("../../data"))
	for _, i := range defs.Indicators {
		texts := append([]string{i.Title, i.Short, i.Question}, i.Notes...)
		for _, p := range i.Panels {
			for _, s := range p.Series {
				texts = append(texts, s.Label, s.Noun.One, s.Noun.Many)
			}
		}
		for _, text := range texts {
			for _, word := range []string{"prostitutes", "johns", "pimp", "hooker", "illegal alien"} {
				if strings.Contains(strings.ToLower(text), word) {
					t.Errorf("%s: %q stands in %q", i.ID, word, text)
				}
			}
		}
		if i.Panels[0].Protection == stat.ProtectionProtected && strings.Contains(strings.ToLower(i.Title), "victims") {
			t.Errorf("%s: the title speaks of victims: %q", i.ID, i.Title)
		}
	}
}
