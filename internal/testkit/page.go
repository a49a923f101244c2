package testkit

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"tallystick/internal/stat"
)

// Parts are the kinds of parts that a page is made of: each element, with its attributes and whether it has text, in
// each place, which is the chain of elements around it. Two pages with the same parts are laid out and spoken by the
// same rules, whatever their words and numbers are; what depends on those is held by Faults on every page. A drawing
// is one part: to a screen reader it is one picture.
func Parts(doc *goquery.Document) []string {
	seen := map[string]bool{}
	var walk func(n *html.Node, place string)
	walk = func(n *html.Node, place string) {
		var b strings.Builder
		b.WriteString(n.Data)
		attrs := make([]string, 0, len(n.Attr))
		for _, a := range n.Attr {
			switch a.Key {
			case "class", "role", "scope", "type", "lang", "tabindex", "hidden", "open", "hreflang", "rel":
				attrs = append(attrs, a.Key+"="+a.Val)
			default:
				attrs = append(attrs, a.Key)
			}
		}
		slices.Sort(attrs)
		if len(attrs) > 0 {
			fmt.Fprintf(&b, "[%s]", strings.Join(attrs, " "))
		}
		here := place + ">" + b.String()
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.TextNode && strings.TrimSpace(c.Data) != "" {
				here += "+"
				break
			}
		}
		seen[here] = true
		if n.Data == "svg" {
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.ElementNode {
				walk(c, place+">"+b.String())
			}
		}
	}
	walk(doc.Find("html").Nodes[0], "")
	out := make([]string, 0, len(seen))
	for p := range seen {
		out = append(out, p)
	}
	slices.Sort(out)
	return out
}

// Cover picks pages so that each part of each page is on a picked one: first the page with the most parts that are on
// none so far, and so on. Pages and parts are numbered by the caller.
func Cover(pages [][]int) []int {
	has := map[int][]int{} // the pages that have a part
	fresh := make([]int, len(pages))
	for i, parts := range pages {
		fresh[i] = len(parts)
		for _, p := range parts {
			has[p] = append(has[p], i)
		}
	}
	var picked []int
	for {
		best := -1
		for i, n := range fresh {
			if n > 0 && (best < 0 || n > fresh[best]) {
				best = i
			}
		}
		if best < 0 {
			slices.Sort(picked)
			return picked
		}
		picked = append(picked, best)
		for _, p := range pages[best] {
			for _, i := range has[p] {
				fresh[i]--
			}
			delete(has, p)
		}
	}
}

// Faults are what is wrong with a page for somebody who hears it or goes through it with keys, so far as that depends on
// its words, numbers and addresses: names that are missing or twice the same, references that lead nowhere, headings out
// of order, tables without headings.
func Faults(doc *goquery.Document) []string {
	var out []string
	wrong := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	one := func(el *goquery.Selection) string {
		text, _ := goquery.OuterHtml(el)
		return text[:min(len(text), 120)]
	}
	named := func(el *goquery.Selection) string {
		for _, id := range strings.Fields(el.AttrOr("aria-labelledby", "")) {
			return strings.TrimSpace(doc.Find(`[id="` + id + `"]`).Text())
		}
		return strings.TrimSpace(el.AttrOr("aria-label", ""))
	}
	framed := doc.Find("body.embedded, body.since").Length() > 0
	if title := strings.TrimSpace(doc.Find("head > title").Text()); title == "" || len(title) > 200 {
		wrong("title %q", title)
	}
	if lang := doc.Find("html").AttrOr("lang", ""); lang != "en" && lang != "es" {
		wrong("language %q", lang)
	}
	for _, name := range []string{"h1", "main"} {
		if n := doc.Find(name).Length(); n != 1 {
			wrong("%d %s", n, name)
		}
	}
	if !framed {
		for _, landmark := range []string{"header", "nav", "footer", "[role=search]"} {
			if doc.Find(landmark).Length() == 0 {
				wrong("no %s", landmark)
			}
		}
		if first := doc.Find("a[href], button, input, select, summary").First(); !first.Is("a.skip[href='#main']") {
			wrong("the first stop does not skip to the content: %s", one(first))
		}
	}
	ids := map[string]int{}
	doc.Find("[id]").Each(func(_ int, el *goquery.Selection) { ids[el.AttrOr("id", "")]++ })
	for id, n := range ids {
		if n > 1 || id == "" || strings.ContainsAny(id, " \t\n") {
			wrong("id %q stands %d times", id, n)
		}
	}
	for _, name := range []string{"for", "aria-labelledby", "aria-describedby", "aria-controls", "href"} {
		doc.Find("[" + name + "]").Each(func(_ int, el *goquery.Selection) {
			value := el.AttrOr(name, "")
			if name == "href" {
				fragment, inPage := strings.CutPrefix(value, "#")
				if !inPage {
					return
				}
				value = fragment
			}
			for _, id := range strings.Fields(value) {
				if ids[id] == 0 {
					wrong("%s leads to no #%s", name, id)
				}
			}
		})
	}
	level := 1
	doc.Find("h1, h2, h3, h4, h5, h6").Each(func(_ int, h *goquery.Selection) {
		n := int(goquery.NodeName(h)[1] - '0')
		if text := strings.TrimSpace(h.Text()); text == "" || n > level+1 {
			wrong("heading of level %d after %d: %q", n, level, text)
		}
		level = n
	})
	landmarks := map[string]int{}
	doc.Find("nav, aside, section, form, header, footer, main, [role=region], [role=search]").Each(func(_ int, el *goquery.Selection) {
		role, name := el.AttrOr("role", goquery.NodeName(el)), named(el)
		if role == "section" || role == "form" {
			if name == "" {
				return // no landmark
			}
			role = "region"
		}
		if landmarks[role+" “"+name+"”"]++; landmarks[role+" “"+name+"”"] == 2 {
			wrong("two landmarks %s “%s”", role, name)
		}
	})
	doc.Find("a[href], button, summary").Each(func(_ int, el *goquery.Selection) {
		text, label := strings.Join(strings.Fields(el.Text()), " "), named(el)
		if text == "" && label == "" {
			wrong("no name: %s", one(el))
		}
		if label != "" && !strings.Contains(strings.ToLower(label), strings.ToLower(text)) {
			wrong("the name %q does not hold the words %q", label, text)
		}
		if el.ParentsFiltered("a[href], button, summary").Length() > 0 {
			wrong("one stop inside another: %s", one(el))
		}
	})
	doc.Find("input:not([type=hidden]), select, textarea").Each(func(_ int, el *goquery.Selection) {
		label := el.Closest("label")
		if id, ok := el.Attr("id"); ok && label.Length() == 0 {
			label = doc.Find(`label[for="` + id + `"]`)
		}
		if strings.TrimSpace(label.Text()) == "" {
			wrong("a field without a label: %s", one(el))
		}
	})
	doc.Find("img:not([alt]), iframe:not([title]), iframe[title=''], [tabindex]:not([tabindex='0']):not([tabindex='-1']), " +
		"[accesskey], [autofocus], abbr:not([title]), abbr[title=''], meta[http-equiv=refresh]").Each(func(_ int, el *goquery.Selection) {
		wrong("not allowed: %s", one(el))
	})
	doc.Find("li").Each(func(_ int, el *goquery.Selection) {
		if !el.Parent().Is("ul, ol") {
			wrong("an entry of no list: %s", one(el))
		}
	})
	doc.Find("table").Each(func(_ int, table *goquery.Selection) {
		caption := strings.TrimSpace(table.Find("caption").Text())
		if caption == "" {
			wrong("a table without a caption: %s", one(table))
		}
		columns := 0
		table.Find("thead th").Each(func(_ int, th *goquery.Selection) {
			columns++
			if th.AttrOr("scope", "") != "col" || strings.TrimSpace(th.Text()) == "" {
				wrong("%s: a heading without words or scope: %s", caption, one(th))
			}
		})
		if columns == 0 {
			wrong("%s: no headings of columns", caption)
		}
		table.Find("tbody tr").Each(func(_ int, row *goquery.Selection) {
			first := row.Children().First()
			if scope := first.AttrOr("scope", ""); !first.Is("th") || scope != "row" && scope != "rowgroup" || strings.TrimSpace(first.Text()) == "" {
				wrong("%s: a row without a heading: %s", caption, one(row))
			}
		})
	})
	doc.Find("figure.chart .drawing, figure.map .drawing").Each(func(_ int, drawing *goquery.Selection) {
		if name := named(drawing); drawing.AttrOr("role", "") != "img" || !strings.HasSuffix(name, ".") || drawing.Find("a, [tabindex]").Length() > 0 {
			wrong("a figure is not one picture with a name: %q", name)
		}
	})
	slices.Sort(out)
	return slices.Compact(out)
}

// Tongues tells English from Spanish by the words of the texts that ship in both: those that stand only in texts of one.
type Tongues struct{ only map[string]string }

var lowered = regexp.MustCompile(`\p{L}[\p{L}’']*`)

// NewTongues reads the texts of the program and of the bundled definitions.
func NewTongues(t testing.TB) *Tongues {
	t.Helper()
	root := filepath.Join("..", "..")
	data, err := os.ReadFile(filepath.Join(root, "internal", "lang", "es.json"))
	if err != nil {
		t.Fatal(err)
	}
	var texts map[string]string
	if err := json.Unmarshal(data, &texts); err != nil {
		t.Fatal(err)
	}
	in := map[string]map[string]bool{"en": {}, "es": {}}
	learn := func(lang, text string) {
		for _, w := range lowered.FindAllString(strings.ToLower(text), -1) {
			in[lang][w] = true
		}
	}
	for english, spanish := range texts {
		learn("en", english)
		learn("es", spanish)
	}
	english := Definitions(t)
	for text, spanish := range english.Text["es"] {
		learn("en", text)
		learn("es", spanish)
	}
	for lang, defs := range map[string]stat.Definitions{"en": english, "es": english.In("es")} {
		for _, ind := range defs.Indicators {
			learn(lang, strings.Join(slices.Concat(ind.Notes, []string{ind.Title, ind.Question, ind.About, ind.Alt}), " "))
			for _, p := range ind.Panels {
				learn(lang, p.Title+" "+p.Note)
				for _, s := range p.Series {
					learn(lang, s.Label+" "+s.Noun.One+" "+s.Noun.Many)
				}
			}
		}
		for _, list := range defs.Codelists {
			for _, c := range list.Codes {
				learn(lang, c.Label+" "+c.Plural+" "+c.About)
			}
		}
	}
	// Words of names that may stand in a text of either language say nothing.
	out := &Tongues{only: map[string]string{}}
	for lang, words := range in {
		other := in["en"]
		if lang == "en" {
			other = in["es"]
		}
		for w := range words {
			if !other[w] && len([]rune(w)) > 1 {
				out.only[w] = lang
			}
		}
	}
	return out
}

// Of is the language of a text, "en" or "es", or "" where it has no word that tells: a name, a number, a code.
func (l *Tongues) Of(text string) string {
	n := map[string]int{}
	for _, w := range lowered.FindAllString(strings.ToLower(text), -1) {
		n[l.only[w]]++
	}
	switch {
	case n["en"] > n["es"]:
		return "en"
	case n["es"] > n["en"] && n["es"] > 1: // one word may be a name
		return "es"
	default:
		return ""
	}
}

// unspoken is what has no language: addresses, names of files, and the words of a source that a label of a period quotes.
var unspoken = regexp.MustCompile(`https?://\S+|[\w./-]+\.(csv|json|svg|png|xlsx|parquet|es)\b|“(to about 2012|the last two years)”`)

// Misspoken are the texts of a page that are in another language than the element that holds them says: a screen reader
// would speak them with the wrong voice, and a reader would meet a text that nobody translated. Addresses, code, names of
// files, periods in the words of a source, and what is inside drawings, which are one picture with a name, are left out.
func (l *Tongues) Misspoken(doc *goquery.Document) []string {
	var out []string
	other := map[string]string{"en": "es", "es": "en"}
	check := func(where, lang, text string) {
		text = unspoken.ReplaceAllString(strings.Join(strings.Fields(text), " "), "")
		if strings.IndexFunc(text, unicode.IsLetter) >= 0 && l.Of(text) == other[lang] {
			out = append(out, fmt.Sprintf("%s in %s: %q", where, lang, text[:min(len(text), 200)]))
		}
	}
	var walk func(n *html.Node, lang string)
	walk = func(n *html.Node, lang string) {
		switch n.Type {
		case html.TextNode:
			check("text", lang, n.Data)
		case html.ElementNode:
			switch n.Data {
			case "script", "style", "code", "pre", "svg":
				return
			}
			values := map[string]string{}
			for _, a := range n.Attr {
				values[a.Key] = a.Val
			}
			if values["lang"] != "" {
				lang = values["lang"]
			}
			for _, name := range []string{"title", "aria-label", "alt", "placeholder", "label", "data-said"} {
				check(name, lang, values[name])
			}
			if n.Data == "meta" && slices.Contains([]string{"description", "og:title", "og:description"}, values["name"]+values["property"]) {
				check("meta", lang, values["content"])
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, lang)
		}
	}
	walk(doc.Nodes[0], "")
	return out
}
