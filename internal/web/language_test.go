package web

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"tallystick/internal/lang"
	"tallystick/internal/release"
	"tallystick/internal/stat"
)

// speakSpanish gives a draft of the fixture world its words in Spanish: marked English for everything that comes from
// definitions, so that what the program itself says can be told from it.
func speakSpanish(d release.Draft) release.Draft {
	es := func(text string) string {
		if text == "" {
			return ""
		}
		return "«" + text + "»"
	}
	texts := map[string]string{}
	for _, text := range d.Definitions.Texts() {
		texts[text] = es(text)
	}
	for _, list := range d.Definitions.Codelists {
		for _, c := range list.Codes {
			for _, text := range []string{c.Label, c.Plural, c.About} {
				texts[text] = es(text)
			}
		}
	}
	texts[d.Definitions.Site.Publisher] = es(d.Definitions.Site.Publisher)
	d.Definitions.Text = map[string]map[string]string{"es": texts}
	site := d.Definitions.Site
	d.Definitions.Site.Text = map[string]stat.SiteText{"es": {Title: es(site.Title), Contact: es(site.Contact),
		About: es(site.About), Licence: es(site.Licence)}}
	d.Definitions.Indicators = slices.Clone(d.Definitions.Indicators)
	for i, ind := range d.Definitions.Indicators {
		text := stat.IndicatorText{Title: es(ind.Title), Short: es(ind.Short), Question: es(ind.Question), About: es(ind.About),
			Alt: es(ind.Alt)}
		for _, term := range ind.Terms {
			text.Terms = append(text.Terms, es(term))
		}
		for _, n := range ind.Notes {
			text.Notes = append(text.Notes, es(n))
		}
		for _, p := range ind.Panels {
			panel := stat.PanelText{ID: p.ID, Title: es(p.Title), Sentence: es(p.Sentence), Note: es(p.Note), Why: es(p.Why)}
			if p.Ratio != nil {
				panel.Ratio = es(p.Ratio.Label)
			}
			if p.Rate != nil {
				panel.Rate = es(p.Rate.Label)
			}
			for _, s := range p.Series {
				panel.Series = append(panel.Series, stat.SeriesText{ID: s.ID, Label: es(s.Label), Noun: stat.Noun{One: es(s.Noun.One), Many: es(s.Noun.Many)}})
			}
			for _, b := range p.Breakdowns {
				panel.Breakdowns = append(panel.Breakdowns, stat.BreakdownText{ID: b.ID, Title: es(b.Title), Note: es(b.Note)})
			}
			text.Panels = append(text.Panels, panel)
		}
		d.Definitions.Indicators[i].Text = map[string]stat.IndicatorText{"es": text}
	}
	sentence := func(s stat.Sentence) stat.Sentence {
		parts := slices.Clone(s.Parts)
		for i := range parts {
			if parts[i].Key == "" {
				parts[i].Text = es(parts[i].Text)
			}
		}
		return stat.Sentence{Parts: parts}
	}
	for i, a := range d.Answers {
		text := stat.AnswerText{Alt: es(a.Alt), Breaks: slices.Clone(a.Breaks)}
		for k := range text.Breaks {
			text.Breaks[k].Text = es(text.Breaks[k].Text)
		}
		for _, s := range a.Sentences {
			text.Sentences = append(text.Sentences, sentence(s))
		}
		for _, s := range a.Panels {
			text.Panels = append(text.Panels, stat.Spoken{Panel: s.Panel, Sentence: sentence(s.Sentence)})
		}
		for _, c := range a.Cautions {
			text.Cautions = append(text.Cautions, es(c))
		}
		d.Answers[i].Text = map[string]stat.AnswerText{"es": text}
	}
	for name, data := range d.Files {
		if drawing, ok := strings.CutPrefix(name, "figures/"); ok {
			d.Files["figures/es/"+drawing] = data
		}
	}
	return d
}

// wordsOnPage lists the texts of a page that are in the language of the page: what stands in text, labels and titles,
// and is not marked as English, a name, an address or a file.
func wordsOnPage(doc *goquery.Document) []string {
	var out []string
	add := func(text string) {
		if text = strings.Join(strings.Fields(text), " "); text != "" {
			out = append(out, text)
		}
	}
	foreign := func(el *goquery.Selection) bool {
		return el.Closest(`body [lang="en"], code, pre, script, svg`).Length() > 0
	}
	doc.Find("title, body *").Each(func(_ int, el *goquery.Selection) {
		if foreign(el) {
			return
		}
		for _, name := range []string{"aria-label", "title", "placeholder", "alt", "label"} {
			add(el.AttrOr(name, ""))
		}
		el.Contents().Each(func(_ int, node *goquery.Selection) {
			if goquery.NodeName(node) == "#text" {
				add(node.Text())
			}
		})
	})
	for _, name := range []string{"description", "og:title", "og:description"} {
		add(doc.Find(`meta[name="`+name+`"], meta[property="`+name+`"]`).AttrOr("content", ""))
	}
	return out
}

var lettered = regexp.MustCompile(`\p{L}{3,}`)

// sameInBoth are texts that are the same in both languages: names, formats and signs.
var sameInBoth = regexp.MustCompile(`^(Tallystick|Connecticut|Provisional|curl|Python|DuckDB|Stata|Tallystick Connecticut|CSV|JSON|Excel|BibTeX|RIS|CSL-JSON|SHA-256|HTML|XLSX|` +
	`Parquet|UTC|Error \d+|tallystick test\.|[A-Z]{2,4} \d[\w-]*(, .*)?|/ CGS .*|.*\.(csv|json|xlsx|svg|parquet|txt|es)|sections.csv|` +
	`.*Review of state law.*|.*Commission.*|.*script.*|page 12|.*Nobody.*|https://.*|example\.org|(/ )?(Children|Demand)|hartford\.|test, DuckDB.*|Every row is accounted for|.*Human trafficking laws.*|\W+)$`)

// TestNoEnglishIsLeftOnSpanishPages compares every Spanish page with its English one: a text that is the same in both,
// has words and is neither a name nor marked as English was never translated.
func TestNoEnglishIsLeftOnSpanishPages(t *testing.T) {
	s := world(t)
	english := map[string]map[string]bool{}
	reported := map[string]bool{}
	compared := 0
	for _, address := range everyPage(t, s) {
		if !strings.HasPrefix(address, "/es") || strings.HasPrefix(address, "/es/releases/2026-11-24") ||
			strings.HasPrefix(address, "/es/newer/2026-11-24") {
			continue // the first release has no Spanish
		}
		other := strings.TrimPrefix(address, "/es")
		if other == "" {
			other = "/"
		}
		texts := english[other]
		if texts == nil {
			texts = map[string]bool{}
			doc, err := goquery.NewDocumentFromReader(get(t, s, other).Body)
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range wordsOnPage(doc) {
				texts[text] = true
			}
			english[other] = texts
		}
		doc, err := goquery.NewDocumentFromReader(get(t, s, address).Body)
		if err != nil {
			t.Fatal(err)
		}
		if got := doc.Find("html").AttrOr("lang", ""); got != "es" {
			t.Errorf("GET %s has lang=%q, want es", address, got)
		}
		for _, text := range wordsOnPage(doc) {
			compared++
			if texts[text] && lettered.MatchString(text) && !sameInBoth.MatchString(text) && !reported[text] {
				reported[text] = true
				t.Errorf("GET %s says %q, as the English page does", address, text)
			}
		}
	}
	if compared < 1000 {
		t.Errorf("only %d texts were compared", compared)
	}
}

// TestLinksStayInTheLanguage follows every link of every Spanish page: but for the switch of language, sealed files and
// other sites, all of them lead to Spanish pages.
func TestLinksStayInTheLanguage(t *testing.T) {
	s := world(t)
	for _, address := range everyPage(t, s) {
		l, prefix := lang.English, ""
		if strings.HasPrefix(address, "/es") {
			l, prefix = lang.Spanish, "/es"
		}
		w := get(t, s, address)
		doc, err := goquery.NewDocumentFromReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		doc.Find("a[href], form[action], iframe[src]").Each(func(_ int, el *goquery.Selection) {
			to := el.AttrOr("href", el.AttrOr("action", el.AttrOr("src", "")))
			path, _, _ := strings.Cut(to, "#")
			if !strings.HasPrefix(path, "/") || wordless(path) {
				return
			}
			switched := el.AttrOr("hreflang", "") != ""
			if in := strings.HasPrefix(path, "/es/") || path == "/es" || strings.HasPrefix(path, "/es?"); in == (l == lang.English) != switched {
				t.Errorf("GET %s (%s) leads to %s", address, prefix, to)
			}
		})
		if embed := strings.Contains(address, "/embed/") || strings.Contains(address, "/newer/"); embed {
			continue
		}
		if n := doc.Find(`link[rel="alternate"][hreflang]`).Length(); n != 3 {
			t.Errorf("GET %s has %d links to its languages, want en, es and x-default", address, n)
		}
		if n := doc.Find(`a[hreflang]`).Length(); n != 1 {
			t.Errorf("GET %s has %d switches of language, want 1", address, n)
		}
		want := "en"
		if l == lang.Spanish && !strings.HasPrefix(address, "/es/releases/2026-11-24") {
			want = "es"
		}
		if got := w.Header().Get("Content-Language"); got != want || doc.Find("html").AttrOr("lang", "") != want {
			t.Errorf("GET %s: Content-Language %q, html lang %q, want %q", address, got, doc.Find("html").AttrOr("lang", ""), want)
		}
	}
}

// TestALanguageNeedsWords: a release that was sealed without Spanish is shown in English under /es, says so in Spanish,
// and leads on in Spanish.
func TestALanguageNeedsWords(t *testing.T) {
	s := world(t)
	doc, err := goquery.NewDocumentFromReader(get(t, s, "/es/releases/2026-11-24/indicators/sellers-and-buyers").Body)
	if err != nil {
		t.Fatal(err)
	}
	notice := doc.Find(`aside[lang="es"]`)
	if doc.Find("html").AttrOr("lang", "") != "en" || !strings.Contains(notice.Text(), "Están en inglés") {
		t.Errorf("lang %q, notice %q: want English with a notice in Spanish", doc.Find("html").AttrOr("lang", ""), notice.Text())
	}
	if to := doc.Find("nav.wide a").First().AttrOr("href", ""); to != "/es/releases/2026-11-24/indicators" {
		t.Errorf("the page leads to %q, want the Spanish address of the same release", to)
	}
}

// TestSwitchingKeepsTheView: the switch of language leads to the same view of the same page.
func TestSwitchingKeepsTheView(t *testing.T) {
	s := world(t)
	for address, want := range map[string]string{
		"/": "/es", "/es": "/", "/methods": "/es/methods", "/es/search?q=hartford": "/search?q=hartford",
		"/indicators/children?from=2014&panel=referred":    "/es/indicators/children?from=2014&panel=referred",
		"/es/indicators/children?from=2014&panel=referred": "/indicators/children?from=2014&panel=referred",
		"/es/releases/2026-12-08/places/hartford":          "/releases/2026-12-08/places/hartford",
	} {
		doc, err := goquery.NewDocumentFromReader(get(t, s, address).Body)
		if err != nil {
			t.Fatal(err)
		}
		if got := doc.Find("a[hreflang]").AttrOr("href", ""); got != want {
			t.Errorf("GET %s: the switch leads to %q, want %q", address, got, want)
		}
	}
}

// TestAddressesOfLanguages: what has no words has one address; a form's redirects stay in the language.
func TestAddressesOfLanguages(t *testing.T) {
	s := world(t)
	for address, want := range map[string]int{
		"/es/": http.StatusMovedPermanently, "/es": http.StatusOK, "/es/robots.txt": http.StatusNotFound,
		"/es/sitemap.xml": http.StatusNotFound, "/es/healthz": http.StatusNotFound, "/es/es": http.StatusNotFound,
		"/es/releases/2026-12-08/files/manifest.json": http.StatusNotFound, "/es/feed.atom": http.StatusOK,
		"/es/nothing": http.StatusNotFound, "/español": http.StatusNotFound,
	} {
		if w := get(t, s, address); w.Code != want {
			t.Errorf("GET %s: %d, want %d", address, w.Code, want)
		}
	}
	for address, want := range map[string]string{
		"/es/indicators/children?panel=&from=2014": "/es/indicators/children?from=2014",
		"/es/indicators/children?known=2026-12-01": "/es/releases/2026-11-24/indicators/children",
		"/es/methods/": "/es/methods",
	} {
		if got := get(t, s, address).Header().Get("Location"); got != want {
			t.Errorf("GET %s leads to %q, want %q", address, got, want)
		}
	}
	for _, address := range []string{"/es/nothing", "/es/indicators/children?from=x"} {
		body := get(t, s, address).Body.String()
		if !strings.Contains(body, `<html lang="es">`) || !strings.Contains(body, `href="/es/indicators"`) {
			t.Errorf("GET %s: the page of the error is not in Spanish", address)
		}
	}
}

// TestSearchKnowsBothLanguages: a Spanish page finds what is written without accents, and what is asked for in English.
func TestSearchKnowsBothLanguages(t *testing.T) {
	if got := strings.Join(wordsOf("Víctimas identificadas, años"), " "); got != "victima identificada anos" {
		t.Errorf("wordsOf = %q, want the words without accents", got)
	}
	s := world(t)
	for _, address := range []string{"/es/search?q=soliciting", "/search?q=soliciting", "/es/search?q=informado", "/search?q=informado"} {
		if body := get(t, s, address).Body.String(); !strings.Contains(body, `<ol class="hits"><li>`) {
			t.Errorf("GET %s finds nothing", address)
		}
	}
}
