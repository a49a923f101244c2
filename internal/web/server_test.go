package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/andybalholm/brotli"

	"tallystick/internal/release"
	"tallystick/internal/stat"
	"tallystick/static"
)

// TestPageScripts runs testdata/*.txt: a line GET or HEAD with an address, then lines of what must hold: "code ==",
// "type ==", "body contains", "body lacks", "header NAME contains".
func TestPageScripts(t *testing.T) {
	s := world(t)
	names, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(names) == 0 {
		t.Fatalf("no page scripts: %v", err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var asked, body string
		var code int
		var header http.Header
		checks := 0
		for i, line := range strings.Split(string(data), "\n") {
			line = strings.TrimSpace(line)
			at := func(format string, args ...any) {
				t.Helper()
				t.Errorf("%s:%d: %s: "+format, append([]any{name, i + 1, asked}, args...)...)
			}
			verb, rest, _ := strings.Cut(line, " ")
			switch verb {
			case "", "#":
			case "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS":
				asked = line
				w := ask(s, verb, rest)
				code, body, header = w.Code, w.Body.String(), w.Header()
			case "code":
				if want := strings.TrimPrefix(rest, "== "); want != strconv.Itoa(code) {
					at("code %d, want %s", code, want)
				}
				checks++
			case "type":
				if want := strings.TrimPrefix(rest, "== "); header.Get("Content-Type") != want {
					at("type %q, want %q", header.Get("Content-Type"), want)
				}
				checks++
			case "body":
				how, want, _ := strings.Cut(rest, " ")
				if strings.Contains(body, want) != (how == "contains") {
					at("body does not hold: %s", line)
				}
				checks++
			case "header":
				field, want, _ := strings.Cut(rest, " contains ")
				if !strings.Contains(header.Get(field), want) {
					at("header %s is %q, want it to contain %q", field, header.Get(field), want)
				}
				checks++
			default:
				at("unknown line %q", line)
			}
		}
		if checks == 0 {
			t.Errorf("%s checks nothing", name)
		}
	}
}

// everyPage is every address that the fixture world answers, by following links from the start. The world is the same
// at every moment, so that one test follows the links for all.
func everyPage(t *testing.T, s *Server) []string {
	t.Helper()
	if found, ok := crawled.Load(s.clock()); ok {
		return found.([]string)
	}
	pages := crawl(t, s)
	crawled.Store(s.clock(), pages)
	return pages
}

var crawled sync.Map

func crawl(t *testing.T, s *Server) []string {
	t.Helper()
	seen := map[string]bool{"/": true}
	queue := []string{"/"}
	var pages []string
	for len(queue) > 0 {
		address := queue[0]
		queue = queue[1:]
		w := get(t, s, address)
		if w.Code != http.StatusOK {
			t.Errorf("GET %s: %d", address, w.Code)
			continue
		}
		if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			continue
		}
		pages = append(pages, address)
		doc, err := goquery.NewDocumentFromReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		doc.Find("[href], [src], [data-options], [data-engine]").Each(func(_ int, el *goquery.Selection) {
			for _, name := range []string{"href", "src", "data-options", "data-engine"} {
				to, ok := el.Attr(name)
				path, fragment, _ := strings.Cut(to, "#")
				if !ok || !strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "#") {
					continue
				}
				if path == "" && doc.Find(`[id="`+fragment+`"]`).Length() == 0 {
					t.Errorf("%s links to #%s, which the page does not have", address, fragment)
				}
				if path != "" && !seen[path] {
					seen[path] = true
					queue = append(queue, path)
				}
			}
		})
	}
	return pages
}

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	pages := everyPage(t, world(t))
	if len(pages) < 12 {
		t.Errorf("only %d pages can be reached from the start: %v", len(pages), pages)
	}
}

func TestPagesNeverTrustText(t *testing.T) {
	s := world(t)
	for _, address := range everyPage(t, s) {
		body := get(t, s, address).Body.String()
		for _, bad := range []string{"<script>alert", "onerror=alert(2)>", `href="javascript:`} {
			if strings.Contains(body, bad) {
				t.Errorf("GET %s holds %q unescaped", address, bad)
			}
		}
	}
	w := get(t, s, "/?"+"%3Cscript%3Ealert(1)=1")
	if w.Code != http.StatusBadRequest || strings.Contains(w.Body.String(), "<script>alert") {
		t.Errorf("a hostile parameter: code %d, body %s", w.Code, w.Body)
	}
}

// TestPagesNeedNothingInline holds what the content security policy asks: no inline script, style or handler, and
// nothing from another host.
func TestPagesNeedNothingInline(t *testing.T) {
	s := world(t)
	for _, address := range everyPage(t, s) {
		w := get(t, s, address)
		policy := w.Header().Get("Content-Security-Policy")
		if strings.Contains(policy, "unsafe") || !strings.HasPrefix(policy, "default-src 'none'") {
			t.Errorf("GET %s: policy %q", address, policy)
		}
		if w.Header().Get("Set-Cookie") != "" {
			t.Errorf("GET %s sets a cookie", address)
		}
		doc, err := goquery.NewDocumentFromReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		if n := doc.Find("style, script:not([src]):not([type]), [style], [onclick], [onload]").Length(); n > 0 {
			t.Errorf("GET %s has %d inline scripts or styles", address, n)
		}
		doc.Find("script[src], link[rel=stylesheet], img[src], iframe").Each(func(_ int, el *goquery.Selection) {
			src := el.AttrOr("src", el.AttrOr("href", ""))
			if !strings.HasPrefix(src, "/static/") && !(el.Is("iframe") && strings.HasPrefix(strings.TrimPrefix(src, "/es"), "/newer/")) {
				t.Errorf("GET %s loads %q", address, src)
			}
		})
		if n := doc.Find("h1").Length(); n != 1 {
			t.Errorf("GET %s has %d h1, want 1", address, n)
		}
		ids := map[string]bool{}
		doc.Find("[id]").Each(func(_ int, el *goquery.Selection) {
			if id := el.AttrOr("id", ""); ids[id] {
				t.Errorf("GET %s has the id %q twice", address, id)
			} else {
				ids[id] = true
			}
		})
	}
}

func TestReleasesNotOutYetCannotBeTold(t *testing.T) {
	s := world(t)
	for _, address := range []string{"/releases/2027-12-01", "/releases/2027-12-01/files/manifest.json",
		"/releases/1999-01-01"} {
		if w := get(t, s, address); w.Code != http.StatusNotFound {
			t.Errorf("GET %s: %d, want 404", address, w.Code)
		}
	}
	if body := get(t, s, "/releases").Body.String(); strings.Contains(body, "2027-12-01") {
		t.Error("/releases names a release that is not out")
	}
	s.clock = func() time.Time { return third }
	if w := get(t, s, "/indicators/sellers-and-buyers"); !strings.Contains(w.Body.String(), "9,999") {
		t.Error("the page does not change at the moment at which the release comes out")
	}
}

func TestCompressionSaysTheSame(t *testing.T) {
	s := world(t)
	readers := map[string]func(io.Reader) (io.Reader, error){
		"gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		"br":   func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
	}
	for _, address := range []string{"/", "/indicators/sellers-and-buyers.csv", "/static/" + s.assets.hash + "/site.css"} {
		raw := get(t, s, address)
		tags := map[string]string{raw.Header().Get("ETag"): ""}
		for coding, reader := range readers {
			sent := get(t, s, address, "Accept-Encoding", coding)
			if sent.Header().Get("Content-Encoding") != coding || sent.Header().Get("Vary") != "Accept-Encoding" {
				t.Fatalf("GET %s accepting %s: %v", address, coding, sent.Header())
			}
			if got := sent.Header().Get("Content-Length"); got != strconv.Itoa(sent.Body.Len()) || sent.Body.Len() >= raw.Body.Len() {
				t.Errorf("GET %s in %s: %d bytes, %s announced, %d as it is", address, coding, sent.Body.Len(), got, raw.Body.Len())
			}
			r, err := reader(sent.Body)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(r)
			if err != nil || !bytes.Equal(body, raw.Body.Bytes()) {
				t.Errorf("GET %s in %s: the body differs: %v", address, coding, err)
			}
			tags[sent.Header().Get("ETag")] = coding
		}
		if len(tags) != 3 {
			t.Errorf("GET %s has one tag for two codings: %v", address, tags)
		}
		for tag, coding := range tags {
			again := get(t, s, address, "Accept-Encoding", coding, "If-None-Match", tag)
			if again.Code != http.StatusNotModified || again.Body.Len() > 0 || again.Header().Get("Content-Length") != "" ||
				again.Header().Get("ETag") != tag || again.Header().Get("Cache-Control") == "" || again.Header().Get("Vary") == "" {
				t.Errorf("GET %s with its tag %s: %d, %d bytes, %v; want 304 and none", address, tag, again.Code, again.Body.Len(), again.Header())
			}
			for _, other := range []string{"gzip", "br"} {
				if other != coding && get(t, s, address, "Accept-Encoding", other, "If-None-Match", tag).Code != http.StatusOK {
					t.Errorf("GET %s: the tag of %q holds for %q", address, coding, other)
				}
			}
		}
	}
}

func TestNegotiate(t *testing.T) {
	for accept, want := range map[string]string{
		"": "", "identity": "", "deflate": "", "zstd": "", "gzip": "gzip", "x-gzip": "gzip", "br": "br", "gzip, deflate, br, zstd": "br",
		"br, gzip": "br", "br;q=0.5, gzip": "gzip", "gzip;q=0.5,br;q=0.5": "br", "gzip;q=0": "", "br;q=0, gzip;q=0": "",
		"br;q=0, gzip": "gzip", "br;q=0,gzip;q=0.1": "gzip", "gzip; q=0.000": "", "br;q=x": "", "*": "gzip", "*;q=0": "",
		"gzip;q=0, *": "", "br;q=0, *": "gzip", "identity;q=1, *;q=0": "", " gzip ;q=1 , br ; q=0 ": "gzip", "br, *": "br",
		"gzipped": "", ",,,": "", ";q=1": "",
	} {
		if got := codingNames[negotiate(accept)]; got != want {
			t.Errorf("negotiate(%q) = %q, want %q", accept, got, want)
		}
	}
}

func FuzzNegotiate(f *testing.F) {
	f.Add("gzip, deflate, br;q=0.9, *;q=0")
	f.Fuzz(func(t *testing.T, accept string) {
		got := codingNames[negotiate(accept)]
		if got != "" && !strings.Contains(accept, got) && !strings.Contains(accept, "*") {
			t.Errorf("negotiate(%q) = %q, which is not accepted", accept, got)
		}
	})
}

func TestHeadHasTheHeadersOfGet(t *testing.T) {
	s := world(t)
	for _, address := range []string{"/", "/indicators/children.json", "/nowhere", "/healthz"} {
		g, h := get(t, s, address), ask(s, http.MethodHead, address)
		if g.Code != h.Code || h.Body.Len() > 0 || g.Header().Get("ETag") != h.Header().Get("ETag") {
			t.Errorf("HEAD %s: %d, %d bytes; GET: %d", address, h.Code, h.Body.Len(), g.Code)
		}
	}
}

func TestNumbersAreTheSameInSentenceAndFiles(t *testing.T) {
	s := world(t)
	page := get(t, s, "/indicators/sellers-and-buyers").Body.String()
	csv := get(t, s, "/indicators/sellers-and-buyers.csv").Body.String()
	if !strings.Contains(page, "<strong>3,558</strong>") || !strings.Contains(csv, "3558") {
		t.Errorf("the newest count is not in sentence and CSV")
	}
	old := get(t, s, "/releases/2026-11-24/indicators/sellers-and-buyers").Body.String()
	if !strings.Contains(old, "<strong>3,557</strong>") || strings.Contains(old, "3,558") {
		t.Error("the pinned page does not show the figures of its release")
	}
}

// TestEveryNumberLeadsToItself collects every number that is marked as a figure on any page, follows it, and holds
// that its passport shows the same number and the value that the release holds.
func TestEveryNumberLeadsToItself(t *testing.T) {
	s := world(t)
	rel, err := s.library.Latest(now)
	if err != nil {
		t.Fatal(err)
	}
	held := map[string]stat.Observation{}
	for _, o := range rel.AllObservations() {
		held[o.Key()] = o
	}
	followed := map[string]bool{}
	for _, address := range everyPage(t, s) {
		if strings.HasPrefix(strings.TrimPrefix(address, "/es"), "/releases/2026-11-24") {
			continue // the release before: its numbers lead to its own passports
		}
		doc, err := goquery.NewDocumentFromReader(get(t, s, address).Body)
		if err != nil {
			t.Fatal(err)
		}
		doc.Find("a[data-figure]").Each(func(_ int, el *goquery.Selection) {
			key, to, text := el.AttrOr("data-figure", ""), el.AttrOr("href", ""), strings.TrimSpace(el.Text())
			o, ok := held[key]
			if !ok {
				t.Errorf("%s marks %q as %s, which the release does not hold", address, text, key)
				return
			}
			followed[key] = true
			passport, err := goquery.NewDocumentFromReader(get(t, s, to).Body)
			if err != nil {
				t.Fatal(err)
			}
			number := passport.Find("h1 data")
			want := ""
			if o.Status == stat.StatusReported {
				want = strconv.FormatFloat(o.Value, 'g', -1, 64)
			}
			if got, ok := number.Attr("value"); !ok || got != want {
				t.Errorf("%s: %s leads to %s with the value %q, want %q", address, text, to, got, want)
			}
			if shown := number.Text(); o.Status == stat.StatusReported && !strings.Contains(passport.Text(), text) {
				t.Errorf("%s: %q leads to %s, which shows %q", address, text, to, shown)
			}
		})
	}
	if len(followed) != len(held) {
		t.Errorf("%d of %d observations are shown on a page with a way to their passport", len(followed), len(held))
	}
}

// TestStyleSheetNamesOnlyWhatShips holds that every file the style sheet asks for is embedded.
func TestStyleSheetNamesOnlyWhatShips(t *testing.T) {
	a := loadAssets(static.FS)
	css := string(a.files["site.css"].body)
	found := regexp.MustCompile(`url\("([^"]+)"\)`).FindAllStringSubmatch(css, -1)
	if len(found) == 0 {
		t.Fatal("no url() in site.css")
	}
	for _, m := range found {
		if _, ok := a.files[m[1]]; !ok {
			t.Errorf("site.css names %q, which does not ship", m[1])
		}
	}
}

func TestAssetsChangeTheirAddressWithTheirContent(t *testing.T) {
	one := loadAssets(fstest.MapFS{"site.css": {Data: []byte("a{}")}, "static.go": {Data: []byte("package static")}})
	two := loadAssets(fstest.MapFS{"site.css": {Data: []byte("b{}")}})
	if one.hash == two.hash || len(one.files) != 1 {
		t.Errorf("hashes %s and %s, files %d", one.hash, two.hash, len(one.files))
	}
	if _, err := one.address("missing.css"); err == nil {
		t.Error("address of a missing file: no error")
	}
}

func TestStoreStaysWithinItsBound(t *testing.T) {
	st := newStore(10_000)
	for i := range 100 {
		st.put(strconv.Itoa(i), represent(bytes.Repeat([]byte{byte(i)}, 100), "font/woff2", forEver))
	}
	if st.held > st.limit || len(st.byKey) != st.order.Len() {
		t.Errorf("held %d of %d, %d keys, %d entries", st.held, st.limit, len(st.byKey), st.order.Len())
	}
	if _, ok := st.get("99"); !ok {
		t.Error("the newest entry is gone")
	}
	if _, ok := st.get("0"); ok {
		t.Error("the oldest entry is still there")
	}
	st.put("huge", represent(make([]byte, 9000), "font/woff2", forEver))
	if _, ok := st.get("huge"); ok {
		t.Error("one entry may take the whole store")
	}
}

func TestAnAlteredFileIsAFaultOfOurs(t *testing.T) {
	dir := seal(t)
	name := filepath.Join(dir, "2026-12-08", "downloads", "children.csv")
	if err := os.Chmod(name, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte("altered"), 0o644); err != nil {
		t.Fatal(err)
	}
	lib, err := release.OpenLibrary(dir)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	s := New(Config{Library: lib, Log: slog.New(slog.NewJSONHandler(&log, nil)), Clock: func() time.Time { return now }})
	w := get(t, s, "/indicators/children.csv")
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), dir) ||
		strings.Contains(w.Body.String(), "altered") {
		t.Errorf("altered file: code %d, body %s", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), `"status":500`) || !strings.Contains(log.String(), "children.csv") {
		t.Errorf("the log does not tell of it: %s", log.String())
	}
}

func TestAnEmptyLibrarySaysSo(t *testing.T) {
	lib, err := release.OpenLibrary(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := New(Config{Library: lib, Log: slog.New(slog.DiscardHandler), Clock: func() time.Time { return now }})
	for _, address := range []string{"/", "/healthz"} {
		if w := get(t, s, address); w.Code != http.StatusNotFound {
			t.Errorf("GET %s: %d", address, w.Code)
		}
	}
}

func TestAPanicBecomesAPage(t *testing.T) {
	s := world(t)
	s.echo.GET("/panic", s.stored(func(*visit) (*representation, error) { panic("at the disco") }))
	w := get(t, s, "/panic")
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "disco") {
		t.Errorf("panic: code %d, body %s", w.Code, w.Body)
	}
}

// TestAForgedHeaderDoesNotChangeTheAddress holds that the log names the connection, not what a client claims.
func TestAForgedHeaderDoesNotChangeTheAddress(t *testing.T) {
	var log bytes.Buffer
	s := New(Config{Library: library(t), Log: slog.New(slog.NewJSONHandler(&log, nil)), Clock: func() time.Time { return now }})
	get(t, s, "/", "X-Forwarded-For", "203.0.113.9", "X-Real-Ip", "203.0.113.9")
	if strings.Contains(log.String(), "203.0.113.9") || !strings.Contains(log.String(), `"from":"192.0.2.1"`) {
		t.Errorf("log: %s", log.String())
	}
}
