package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"tallystick/internal/testkit"
)

// seen is what was found out about a page of the site.
type seen struct {
	path      string
	lang      string
	parts     []int    // the kinds of parts that it is made of, by number; its language is one of them
	faults    []string // of testkit.Faults
	misspoken []string // of testkit.Tongues.Misspoken
}

// wholeSite is every page of the site with the bundled exports, in the order of their addresses: all that can be reached
// from the home page in both languages, and those that nothing links to. Of the copies under /releases/ID, which say the
// same below a notice, it has some of each kind.
type wholeSite struct {
	pages []seen
	parts []string // by number
}

var (
	wholeOnce sync.Once
	wholeRead *wholeSite
)

// unlinked are pages that no link leads to: where the address is wrong, the form is not filled in as it wants, or a frame
// of somebody else asks.
func unlinked(newest string) []string {
	var out []string
	for _, path := range []string{"/nothing-here", "/indicators/nothing-here", "/newer/" + newest, "/search?q=trafficking",
		"/search?q=zzzzzz", "/search", "/indicators/prostitution-arrests?from=2012&to=2011",
		"/indicators/prostitution-arrests?from=x", "/indicators/prostitution-arrests?from=2012",
		"/indicators/prostitution-arrests?by=age", "/indicators/prostitution-arrests?place=hartford",
		"/embed/prostitution-arrests", "/releases/" + newest + "/embed/prostitution-arrests"} {
		out = append(out, path, "/es"+path)
	}
	return out
}

// wholeOf reads every page once for all tests, in two hands, since the machine may have two cores.
func wholeOf(t *testing.T) *wholeSite {
	t.Helper()
	server := site(t)
	tongues := testkit.NewTongues(t)
	wholeOnce.Do(func() {
		w := &wholeSite{}
		newest := newestID(t, server.URL)
		numbers := map[string]int{}
		var mu sync.Mutex
		var waiting sync.WaitGroup
		known, copies := map[string]bool{}, map[string]int{}
		queue := make(chan string, 1<<17)
		ask := func(path string) {
			mu.Lock()
			defer mu.Unlock()
			if !known[path] {
				known[path] = true
				if strings.HasPrefix(strings.TrimPrefix(path, "/es"), "/releases/"+newest+"/") {
					if copies[kindOf(path)]++; copies[kindOf(path)] > 6 {
						return
					}
				}
				waiting.Add(1)
				queue <- path
			}
		}
		ask("/")
		for _, path := range unlinked(newest) {
			ask(path)
		}
		for range 2 {
			go func() {
				for path := range queue {
					page, parts, links, err := look(server, tongues, path)
					if err != nil {
						t.Errorf("%s: %v", path, err)
					}
					for _, to := range links {
						ask(to)
					}
					if page != nil {
						mu.Lock()
						for _, part := range parts {
							n, ok := numbers[part]
							if !ok {
								n = len(w.parts)
								numbers[part] = n
								w.parts = append(w.parts, part)
							}
							page.parts = append(page.parts, n)
						}
						w.pages = append(w.pages, *page)
						mu.Unlock()
					}
					waiting.Done()
				}
			}()
		}
		waiting.Wait()
		close(queue)
		slices.SortFunc(w.pages, func(a, b seen) int { return strings.Compare(a.path, b.path) })
		wholeRead = w
	})
	if wholeRead == nil {
		t.Fatal("the site could not be read")
	}
	return wholeRead
}

// cover are pages on which every kind of part of every page stands: what a checker that judges parts by how they are made
// finds on none of these, it would find on no other.
func (w *wholeSite) cover() []string {
	parts := make([][]int, len(w.pages))
	for i, p := range w.pages {
		parts[i] = p.parts
	}
	var out []string
	for _, i := range testkit.Cover(parts) {
		out = append(out, w.pages[i].path)
	}
	return out
}

// look asks for an address. A page comes back with its parts and its links; a file only has to be there.
func look(server *httptest.Server, tongues *testkit.Tongues, path string) (*seen, []string, []string, error) {
	resp, err := http.Get(server.URL + path)
	if err != nil {
		return nil, nil, nil, err
	}
	defer resp.Body.Close()
	if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		if resp.StatusCode != http.StatusOK {
			return nil, nil, nil, fmt.Errorf("is linked and answers %d", resp.StatusCode)
		}
		_, err := io.Copy(io.Discard, resp.Body)
		return nil, nil, nil, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, nil, nil, err
	}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	if err != nil {
		return nil, nil, nil, err
	}
	page := &seen{path: path, lang: doc.Find("html").AttrOr("lang", ""),
		faults: testkit.Faults(doc), misspoken: tongues.Misspoken(doc)}
	base, err := url.Parse(server.URL + path)
	if err != nil {
		return nil, nil, nil, err
	}
	var links []string
	doc.Find("a[href], link[href], script[src], img[src], iframe[src]").Each(func(_ int, s *goquery.Selection) {
		target, err := base.Parse(s.AttrOr("href", s.AttrOr("src", "")))
		if err == nil && target.Host == base.Host {
			target.Fragment = ""
			links = append(links, target.RequestURI())
		}
	})
	return page, testkit.Parts(doc), links, nil
}

// TestEveryPageIsWhatItSays reads every page of the site: each is there, has no fault that a reader with a screen reader
// or with keys would meet, and speaks the language that it says it does.
func TestEveryPageIsWhatItSays(t *testing.T) {
	w := wholeOf(t)
	inLanguage := map[string]int{}
	said := map[string]int{}
	for _, p := range w.pages {
		inLanguage[p.lang]++
		for _, fault := range append(slices.Clone(p.faults), p.misspoken...) {
			if said[fault]++; said[fault] == 1 {
				t.Errorf("%s: %s", p.path, fault)
			}
		}
	}
	t.Logf("%d pages in English, %d in Spanish, made of %d kinds of parts, all on %d pages", inLanguage["en"], inLanguage["es"],
		len(w.parts), len(w.cover()))
	if inLanguage["en"] < 1000 || inLanguage["es"] < 1000 {
		t.Errorf("%v pages, want at least 1,000 in each language", inLanguage)
	}
}
