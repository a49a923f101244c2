package web

import (
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

var (
	sentenceEnd = regexp.MustCompile(`[.!?:](?:\s|$)`)
	vowels      = regexp.MustCompile(`[aeiouy]+`)
	letters     = regexp.MustCompile(`[A-Za-z]+`)
)

// grade is the Flesch-Kincaid grade of a text: the school year in which it can be read. Kincaid and others,
// Derivation of new readability formulas, 1975. Syllables are counted by groups of vowels, a silent e left out.
func grade(text string) float64 {
	words := letters.FindAllString(text, -1)
	sentences := max(1, len(sentenceEnd.FindAllString(text, -1)))
	syllables := 0
	for _, w := range words {
		w = strings.ToLower(w)
		n := len(vowels.FindAllString(w, -1))
		if n > 1 && strings.HasSuffix(w, "e") && !strings.HasSuffix(w, "le") {
			n--
		}
		syllables += max(1, n)
	}
	if len(words) == 0 {
		return 0
	}
	return 0.39*float64(len(words))/float64(sentences) + 11.8*float64(syllables)/float64(len(words)) - 15.59
}

func TestGradeOfKnownTexts(t *testing.T) {
	for _, c := range []struct {
		text     string
		from, to float64
	}{
		{"The cat sat on the mat. It was a fat cat.", -3, 2},
		{"Notwithstanding considerable methodological heterogeneity, administrative jurisdictions " +
			"demonstrated statistically indistinguishable distributions.", 20, 60},
	} {
		if got := grade(c.text); got < c.from || got > c.to {
			t.Errorf("grade(%q) = %.1f, want %v to %v", c.text, got, c.from, c.to)
		}
	}
}

// TestPagesCanBeReadByMany holds that what the templates themselves say can be read after nine years of school.
func TestPagesCanBeReadByMany(t *testing.T) {
	s := world(t)
	for _, address := range []string{"/methods", "/about", "/accessibility", "/duties", "/places", "/releases",
		"/releases/2026-12-08", "/search?q=zzz"} {
		doc, err := goquery.NewDocumentFromReader(get(t, s, address).Body)
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		doc.Find("main p, main li, main dd").Each(func(_ int, el *goquery.Selection) {
			if line := strings.TrimSpace(el.Text()); strings.HasSuffix(line, ".") {
				text.WriteString(line + " ")
			}
		})
		if g := grade(text.String()); g > 9 || text.Len() == 0 {
			t.Errorf("%s reads at grade %.1f (%d letters), want at most 9", address, g, text.Len())
		}
	}
}
