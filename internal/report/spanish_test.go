package report_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tallystick/internal/report"
	"tallystick/internal/stat"
)

// inSpanish are the texts of the corpus in Spanish, as an author of definitions would write them.
var inSpanish = map[string]string{
	"In {period}, police made {selling} and {buying}.":                   "En {period}, la policía hizo {selling} y {buying}.",
	"In {period}, police made {selling} and {buying}: {ratio}.":          "En {period}, la policía hizo {selling} y {buying}: {ratio}.",
	"In {period}, police made {selling} because of {buying}.":            "En {period}, la policía hizo {selling} debido a {buying}.",
	"In {period}, police made {selling}.":                                "En {period}, la policía hizo {selling}.",
	"In {period}, police made {selling}: {rate}.":                        "En {period}, la policía hizo {selling}: {rate}.",
	"In {period}, the sources state {selling} and {buying}.":             "En {period}, las fuentes dan {selling} y {buying}.",
	"In {period}, the sources state {selling} and {buying}: {ratio}.":    "En {period}, las fuentes dan {selling} y {buying}: {ratio}.",
	"In {period}, the sources state {selling}.":                          "En {period}, las fuentes dan {selling}.",
	"In {period}, the state prosecuted {selling} and {buying}: {ratio}.": "En {period}, el estado procesó {selling} y {buying}: {ratio}.",
	"Police made {latest:selling}, {change:selling}.":                    "La policía hizo {latest:selling}, {change:selling}.",
	"Police made {latest:selling}, {coverage}.":                          "La policía hizo {latest:selling}; {coverage}.",
	"Police made {latest:selling}.":                                      "La policía hizo {latest:selling}.",
	"Police made {selling} and {buying}.":                                "La policía hizo {selling} y {buying}.",
	"Prosecutors opened {latest:selling}, {change:selling}.":             "La fiscalía abrió {latest:selling}, {change:selling}.",
	"The sources state {latest:selling}, {change:selling}.":              "Las fuentes dan {latest:selling}, {change:selling}.",
	"The sources state {list:selling}.":                                  "Las fuentes dan {list:selling}.",
	"{selling} and {buying} were recorded {period}.":                     "{selling} y {buying} constan en {period}.",
	"One counts cases, the other people in them.":                        "Una cuenta casos, la otra personas en ellos.",
	"Another note.": "Otra nota.",
	"Arrests show what police do, not how much of it happens.": "Los arrestos muestran lo que hace la policía, no cuánto ocurre.",
	"Only people of sixteen and older can be charged.":         "Solo se puede acusar a personas de dieciséis años o más.",
	"Only people of eighteen and older can be charged.":        "Solo se puede acusar a personas de dieciocho años o más.",
	"Proof of coercion is no longer needed for a minor.":       "Ya no hace falta probar coacción si es un menor.",
	"A pair of bars.":            "Un par de barras.",
	"Arrested":                   "Arrestos",
	"selling sex":                "vender sexo",
	"buying sex":                 "comprar sexo",
	"arrest for selling sex":     "arresto por vender sexo",
	"arrests for selling sex":    "arrestos por vender sexo",
	"arrest for buying sex":      "arresto por comprar sexo",
	"arrests for buying sex":     "arrestos por comprar sexo",
	"sellers for each buyer":     "vendedores por cada comprador",
	"for each 100,000 residents": "por cada 100,000 habitantes",
	"agency":                     "cuerpo policial",
	"agencies":                   "cuerpos policiales",
}

// speakSpanish says the situation in Spanish, from the same figures.
func (s *situation) speakSpanish(t *testing.T) {
	t.Helper()
	es := func(text string) string {
		if text == "" {
			return ""
		}
		translated, ok := inSpanish[text]
		if !ok {
			t.Errorf("%s: no Spanish for %q in spanish_test.go", s.name, text)
		}
		return translated
	}
	ind := s.ind
	ind.Alt = es(ind.Alt)
	ind.Notes = slices.Clone(ind.Notes)
	for i := range ind.Notes {
		ind.Notes[i] = es(ind.Notes[i])
	}
	p := ind.Panels[0]
	p.Title, p.Sentence, p.Why = es(p.Title), es(p.Sentence), es(p.Why)
	p.Series = slices.Clone(p.Series)
	for i, x := range p.Series {
		p.Series[i].Label, p.Series[i].Noun = es(x.Label), stat.Noun{One: es(x.Noun.One), Many: es(x.Noun.Many)}
		if x.Expected != nil {
			e := *x.Expected
			e.Noun = stat.Noun{One: es(e.Noun.One), Many: es(e.Noun.Many)}
			p.Series[i].Expected = &e
		}
	}
	if p.Ratio != nil {
		r := *p.Ratio
		r.Label = es(r.Label)
		p.Ratio = &r
	}
	if p.Rate != nil {
		r := *p.Rate
		r.Label = es(r.Label)
		p.Rate = &r
	}
	ind.Panels = []stat.Panel{p}
	defs := s.defs
	defs.Language = "es"
	defs.Statutes = slices.Clone(defs.Statutes)
	for i := range defs.Statutes {
		defs.Statutes[i].Versions = slices.Clone(defs.Statutes[i].Versions)
		for k := range defs.Statutes[i].Versions {
			defs.Statutes[i].Versions[k].Change = es(defs.Statutes[i].Versions[k].Change)
		}
	}
	s.ind, s.defs = ind, defs
	s.answer, s.issues = report.Write(ind, s.obs, defs)
	s.results = []string{"> " + s.answer.Sentences[0].String()}
	for _, c := range s.answer.Cautions {
		s.results = append(s.results, "! "+c)
	}
	s.results = append(s.results, "= "+s.answer.Alt)
}

func spanishSituations(t *testing.T) []*situation {
	t.Helper()
	list := situations(t)
	for _, s := range list {
		s.speakSpanish(t)
	}
	return list
}

// TestSituationsAreSaidInSpanish holds the same situations as situations.txt in Spanish, read by somebody who speaks it.
func TestSituationsAreSaidInSpanish(t *testing.T) {
	var b strings.Builder
	b.WriteString("The situations of situations.txt in Spanish. A line that begins with > is the sentence, one with ! a caution,\n" +
		"one with = the alternative text.\n")
	list := spanishSituations(t)
	for _, s := range list {
		fmt.Fprintf(&b, "\n== %s\n%s\n", s.name, strings.Join(s.results, "\n"))
		for _, i := range stat.Errors(s.issues) {
			if !strings.Contains(s.name, "is an error") {
				t.Errorf("%s: %s", s.name, i)
			}
		}
	}
	path := filepath.Join("testdata", "situations.es.txt")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(b.String(), "\n\n")
	for i, section := range strings.Split(string(want), "\n\n") {
		if i >= len(got) || strings.TrimSpace(got[i]) != strings.TrimSpace(section) {
			t.Errorf("situations.es.txt differs:\ngot\n%s\nwant\n%s", got[min(i, len(got)-1)], section)
		}
	}
}

// TestSpanishHoldsTheSameFigures holds that a Spanish sentence carries the same figures under the same keys as the
// English one, and no number that the English one does not have.
func TestSpanishHoldsTheSameFigures(t *testing.T) {
	english := situations(t)
	for i, s := range spanishSituations(t) {
		for k, spoken := range s.answer.Panels {
			figures := func(a stat.Answer) map[string]int {
				out := map[string]int{}
				for _, p := range a.Panels[k].Sentence.Parts {
					switch {
					case p.Key != "":
						text := strings.ToLower(p.Text)
						if text == "no" || text == "none" || text == "cero" {
							text = "0"
						}
						out[p.Key+" "+text]++
					default:
						for _, n := range numberText.FindAllString(p.Text, -1) {
							out[n]++
						}
					}
				}
				return out
			}
			want, got := figures(english[i].answer), figures(s.answer)
			if !maps.Equal(want, got) {
				t.Errorf("%s: %q has the figures %v, the English sentence %v", s.name, spoken.Sentence.String(), got, want)
			}
		}
	}
}

var spanishDirection = regexp.MustCompile(`\b(más|menos) que\b`)

// TestSpanishNamesADirectionWhereEnglishDoes holds that Spanish says "más que" and "menos que" where the rules allow
// English "up from" and "down from", and nowhere else; and that it claims no cause and judges nothing.
func TestSpanishNamesADirectionWhereEnglishDoes(t *testing.T) {
	english := situations(t)
	for i, s := range spanishSituations(t) {
		one, other := english[i].answer.Sentences[0].String(), s.answer.Sentences[0].String()
		want := strings.HasPrefix(direction.FindString(one), "up")
		if direction.MatchString(one) != spanishDirection.MatchString(other) || want != strings.Contains(other, "más que") {
			t.Errorf("%s: English %q, Spanish %q", s.name, one, other)
		}
		for _, problem := range stat.LintTextIn("es", other) {
			if strings.Contains(problem, "cause") || strings.Contains(problem, "judges") || strings.Contains(problem, "direction") {
				t.Errorf("%s: %q: %s", s.name, other, problem)
			}
		}
		for _, word := range regexp.MustCompile(`(?i)\b(the|and|of|from|withheld|reported|figures?|does|not)\b`).FindAllString(other, -1) {
			if !strings.Contains(other, "“") {
				t.Errorf("%s: the English word %q in %q", s.name, word, other)
			}
		}
	}
}
