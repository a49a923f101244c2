package lang

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

// readableFrom is where the INFLESZ scale calls a Spanish text "normal": 55 and more. Below lie texts for study and
// science; popular press and the last years of compulsory school lie at 55 to 65, as grade 8 to 9 does in English.
// (Barrio-Cantalejo and others, "Validación de la Escala INFLESZ", Anales del Sistema Sanitario de Navarra 31, 2008.)
const readableFrom = 55

// perspicuity is how readable a Spanish text is after Szigriszt Pazos ("Sistemas predictivos de legibilidad del mensaje
// escrito: fórmula de perspicuidad", Madrid 1993): 206.835 − 62.3 · syllables/words − words/sentences.
func perspicuity(text string) float64 {
	words, syllables, sentences := 0, 0, 0
	open := false
	for _, field := range strings.Fields(text) {
		letters := strings.TrimFunc(field, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		if letters == "" {
			continue
		}
		words++
		syllables += syllablesOf(letters)
		open = !strings.ContainsAny(field[len(field)-1:], ".?!:;")
		if !open {
			sentences++
		}
	}
	if open {
		sentences++
	}
	if words == 0 {
		return 100
	}
	return 206.835 - 62.3*float64(syllables)/float64(words) - float64(words)/float64(sentences)
}

// syllablesOf counts the syllables of a Spanish word: groups of vowels, where two strong vowels, and a strong one beside
// a stressed weak one, are two (ca-os, dí-a), and the u of que, qui, gue and gui is none. Anything else counts one.
func syllablesOf(word string) int {
	letters := []rune(strings.ToLower(word))
	strong := func(r rune) bool { return strings.ContainsRune("aeoáéó", r) }
	stressed := func(r rune) bool { return strings.ContainsRune("íú", r) }
	vowel := func(i int) bool {
		r := letters[i]
		if r == 'u' && i > 0 && i+1 < len(letters) && strings.ContainsRune("qg", letters[i-1]) &&
			strings.ContainsRune("eiéí", letters[i+1]) {
			return false
		}
		return strings.ContainsRune("aeiouáéíóúü", r) || r == 'y' && (i == len(letters)-1 || len(letters) == 1)
	}
	n, last := 0, rune(0) // the vowel before, if the letter before was one
	for i, r := range letters {
		if !vowel(i) {
			last = 0
			continue
		}
		if last == 0 || strong(last) && (strong(r) || stressed(r)) || stressed(last) && strong(r) {
			n++
		}
		last = r
	}
	return max(n, 1)
}

func TestSyllablesOfSpanishWords(t *testing.T) {
	for word, want := range map[string]int{
		"sol": 1, "casa": 2, "caos": 2, "día": 2, "ciudad": 2, "publicación": 4, "que": 1, "guerra": 2, "pingüino": 3, "ley": 1, "leyes": 2,
		"y": 1, "oír": 2, "policía": 4, "trata": 2, "período": 4, "estadística": 5, "2016": 1, "arrestos": 3, "víctimas": 3,
	} {
		if got := syllablesOf(word); got != want {
			t.Errorf("syllablesOf(%q) = %d, want %d", word, got, want)
		}
	}
}

func TestPerspicuityOfKnownTexts(t *testing.T) {
	// 6 words, 11 syllables, 1 sentence: 206.835 − 62.3 · 11/6 − 6 = 86.618
	if got := perspicuity("La gata toma leche cada tarde."); got < 86.6 || got > 86.7 {
		t.Errorf("perspicuity of a nursery sentence = %.2f, want 86.62", got)
	}
	if got := perspicuity("Consideraciones jurisdiccionales interdepartamentales necesitan reconciliación administrativa."); got > 0 {
		t.Errorf("perspicuity of bureaucratic prose = %.1f, want below 0", got)
	}
}

// TestSpanishIsReadable measures the Spanish text that ships: what the program itself says, as a whole, and each list of
// translated definitions and each sentence corpus as a whole.
func TestSpanishIsReadable(t *testing.T) {
	texts := map[string]*strings.Builder{}
	add := func(name, text string) {
		if texts[name] == nil {
			texts[name] = &strings.Builder{}
		}
		texts[name].WriteString(strings.TrimRight(text, " ") + "\n")
	}
	for _, text := range messages() {
		if strings.HasSuffix(text, ".") && len(strings.Fields(text)) > 4 {
			add("es.json", text)
		}
	}
	files, err := filepath.Glob("../../data/indicators/*.es.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no Spanish indicators: %v", err)
	}
	for _, file := range append(files, "../../data/texts.es.csv", "../../data/notes.es.csv", "../report/testdata/situations.es.txt") {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			line = strings.TrimSpace(line)
			switch filepath.Ext(file) {
			case ".csv":
				if _, spanish, found := strings.Cut(line, ".,"); found { // the sentences: English, then Spanish
					add(file, strings.Trim(spanish, `"`))
				}
			case ".yaml":
				if _, text, found := strings.Cut(line, ": "); found && !strings.HasPrefix(line, "-") {
					line = strings.Trim(text, `">- `)
				}
				if len(strings.Fields(line)) > 3 && !strings.Contains(line, "{") {
					texts[file] = plus(texts[file], line+" ")
				}
			default:
				if text, found := strings.CutPrefix(line, "> "); found {
					add(file, text)
				}
			}
		}
	}
	for name, b := range texts {
		got := perspicuity(b.String())
		t.Logf("%s: %.1f over %d words", name, got, len(strings.Fields(b.String())))
		if got < readableFrom {
			t.Errorf("%s reads at %.1f after Szigriszt Pazos, want %d or more", name, got, readableFrom)
		}
	}
}

func plus(b *strings.Builder, text string) *strings.Builder {
	if b == nil {
		b = &strings.Builder{}
	}
	b.WriteString(text)
	return b
}
