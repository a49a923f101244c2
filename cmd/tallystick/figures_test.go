package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
)

// notFigures are the numbers in running text that no passport belongs to: days and years, the names of laws, releases,
// files and codes, ages in the words of a law, and the constants of the methods. What they leave over is a figure.
var notFigures = regexp.MustCompile(strings.Join([]string{
	`\b\d{4}-\d{2}-\d{2}(\.\d+)?\b`, // days and releases
	`\b\d{1,2} (January|February|March|April|May|June|July|August|September|October|November|December|Oct)( \d{4})?`,
	`\b(SB|HB|SA|PA|R|RFC|SHA)[- ]?\d+(-\d+)?`,                  // acts, bills, standards
	`\b(19|20)\d{2}s?([–-](19|20)?\d{2})?\b`,                    // years and spans of them
	`\b\d{1,2}[a-z]?-\d+[a-z]*\b(\([a-z0-9]+\))*`,               // 53a-82, 51-286h(a)
	`\b\d+ (USC|U\.S\.C\.) \d+[a-z]*`,                           // 18 USC 1591
	`\b(under|age|of) 1[0-9]\b`, `\b1[67]-( and 17-)?year-olds`, // ages in a law
	`95 % limits`, `\bper 100,000\b`, `\bin \d+ releases?\b`, `\bcode \d{10}\b|\b9\d{8}\b`, // constants, releases, census codes
	`\bgap of \d+\b|\blie (about )?[\d,.]+ apart|[\d,.]+ times the smallest`, // between figures that are linked beside it
	`^\d+ figures are quoted`,
	`“[^”]*”|"[^"]*"`,      // words of others
	`\bhttps?://[^ ]+`,     // addresses
	`\bpp?\. [\d-]+\b`,     // pages
	`\b\d+(st|nd|rd|th)\b`, // editions
}, "|"))

// elsewhere are the parts of a page whose numbers are no figures of ours, each with the reason.
var elsewhere = strings.Join([]string{
	"[data-figure], a[href*='/values/']", // marked, or on the way to the passport
	"svg, pre, code, select, script, time, h2 small, summary small",
	".unseen", // the drawing in words: the same figures as in the table that follows it
	".citation, .sources, .source, .read, blockquote, [aria-labelledby='h-read'], [aria-labelledby='h-rows'], .accounts td span", // words and places of sources
	".trust, .files, .gates, .batches",             // sizes and counts of sources, files and rows
	"td:nth-child(3), .limits",                     // limits, beside the value that leads to its passport
	"td small, dd small, li small, tr.group small", // remarks of a source on a figure
	".timeline, .versions, .elements, .break",      // what a law says, and events that name their own source
	".grid th, .symbols",                           // age groups, and what symbols mean
	"#files, [aria-labelledby='take'], tr.gap",     // files received, what a release holds, gaps between linked figures
	".states, .state",                              // obligations, which the table of the duty lists one by one
}, ", ")

// counted are the pages that count files, rows, obligations, cells and versions of laws and no figures, by their roots.
var counted = []string{"/duties", "/methods", "/releases", "/sources", "/laws", "/search", "/about", "/accessibility", "/newer", "/glossary",
	"/datasets"}

// unbound are the numbers in notes that are no figure of this site, with what they are.
var unbound = map[string]string{
	"led to 27 arrests and no buyers": "an event, which names its own source",
	"In 2015 there were 37 in the count, in 2019 there were 45 and in 2020 there were 47": "states that took part, a remark of the source",
	"calendar year, 45 states":             "states that took part, a remark of the source",
	"In fiscal 2022 only 203 of the 1,070": "charged in district court, which no indicator shows",
}

// TestEveryFigureInTextHasItsPassport looks at a few pages of each kind for numbers in the main text that are not
// marked as figures, and holds that the marked ones are many.
func TestEveryFigureInTextHasItsPassport(t *testing.T) {
	server := site(t)
	found := 0
	eachKind(t, server, func(page string, doc *goquery.Document) {
		root := "/" + strings.Split(page, "/")[1]
		main := doc.Find("main")
		found += main.Find("[data-figure]").Length()
		for _, one := range counted {
			if root == one {
				main = main.Find("nothing")
			}
		}
		main.Find(elsewhere).Remove()
		for _, n := range main.Nodes {
			eachText(n, func(text string) {
				for words := range unbound {
					text = strings.ReplaceAll(text, words, "")
				}
				if rest := notFigures.ReplaceAllString(text, ""); strings.ContainsAny(rest, "0123456789") {
					t.Errorf("%s says %q without a way to the passport of its figure", page, text)
				}
			})
		}
	})
	if found < 1000 {
		t.Errorf("%d numbers are marked as figures, want at least 1,000", found)
	}
}

// TestEveryTableWithSymbolsHasItsKeyAbove: whoever meets [x] in a table finds what it means between that table and the one
// before it.
func TestEveryTableWithSymbolsHasItsKeyAbove(t *testing.T) {
	server := site(t)
	symbol := regexp.MustCompile(`\[[a-z]\]`)
	tables := 0
	look := func(page string, doc *goquery.Document) {
		key := ""
		doc.Find("main dl.symbols, main table").Each(func(_ int, e *goquery.Selection) {
			if e.Is("dl") {
				key += e.Text()
				return
			}
			for _, s := range symbol.FindAllString(e.Text(), -1) {
				tables++
				if !strings.Contains(key, s) && page != "/methods" { // where a table is the key
					t.Errorf("%s: %q has %s in a cell and no key above", page, e.Find("caption").Text(), s)
				}
			}
			key = ""
		})
	}
	eachKind(t, server, look)
	for _, page := range []string{"/places/groton", "/es/places/groton", "/agencies/wcsu", "/places/danbury"} {
		look(page, fetched(t, server, page))
	}
	if tables < 10 {
		t.Errorf("%d symbols were met in tables, want at least 10", tables)
	}
}

// eachKind opens up to eight pages of each kind that can be reached from the home page, in English and in the newest
// release.
func eachKind(t *testing.T, server *httptest.Server, do func(page string, doc *goquery.Document)) {
	t.Helper()
	const most = 8
	queue, seen, count := []string{"/"}, map[string]bool{"/": true}, map[string]int{}
	for len(queue) > 0 {
		page := queue[0]
		queue = queue[1:]
		doc := fetched(t, server, page)
		doc.Find("a[href^='/']").Each(func(_ int, a *goquery.Selection) {
			to, err := url.Parse(a.AttrOr("href", ""))
			if err != nil {
				t.Fatal(err)
			}
			root := strings.Split(to.Path, "/")[1]
			if seen[to.Path] || root == "es" || root == "releases" || path.Ext(to.Path) != "" && root != "values" || count[root] == most {
				return
			}
			seen[to.Path] = true
			count[root]++
			queue = append(queue, to.Path)
		})
		do(page, doc)
	}
}

func fetched(t *testing.T, server *httptest.Server, page string) *goquery.Document {
	t.Helper()
	resp, err := http.Get(server.URL + page)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	doc, err := goquery.NewDocumentFromReader(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %d (%v)", page, resp.StatusCode, err)
	}
	return doc
}

// eachText calls do with each run of text below a node.
func eachText(n *html.Node, do func(string)) {
	if n.Type == html.TextNode {
		do(strings.TrimSpace(n.Data))
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		eachText(c, do)
	}
}
