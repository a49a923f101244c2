package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// indicatorPages are the pages of all indicators in both languages.
func indicatorPages(t testing.TB, home string) []string {
	t.Helper()
	var pages []string
	for _, list := range []string{"/indicators", "/es/indicators"} {
		resp, err := http.Get(home + list)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := goquery.NewDocumentFromReader(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		doc.Find("main a[href^='" + list + "/']").Each(func(_ int, s *goquery.Selection) {
			if path, _, _ := strings.Cut(s.AttrOr("href", ""), "#"); !seen[path] && filepath.Ext(path) == "" {
				seen[path] = true
				pages = append(pages, path)
			}
		})
	}
	if len(pages) < 2*len(indicatorIDs) {
		t.Fatalf("%d pages of indicators, want at least %d: %q", len(pages), 2*len(indicatorIDs), pages)
	}
	return pages
}

// The budgets of an indicator's page, in bytes transferred: everything it needs without script, and with the font.
const (
	budget         = 60_000
	budgetWithFont = 100_000
	headerBytes    = 900 // of one answer; the longest of ours is 780
)

// TestIndicatorPagesStayLight holds what an indicator's page costs a reader whose browser knows gzip and nothing
// better: page, style sheet, script, worker and icon, and then the font. Nothing else is loaded.
func TestIndicatorPagesStayLight(t *testing.T) {
	server := site(t)
	length := func(address string) (int, []byte) {
		req, err := http.NewRequest(http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept-Encoding", "gzip")
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s, %v", address, resp.Status, err)
		}
		return len(body) + headerBytes, body
	}
	for _, path := range indicatorPages(t, server.URL) {
		resp, err := http.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := goquery.NewDocumentFromReader(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		total, _ := length(server.URL + path)
		page, font := total, 0
		worker, _ := length(server.URL + "/sw.js") // asked for when the page stands
		total += worker
		doc.Find("link[rel=stylesheet], link[rel=icon], script[src], img, iframe, link[rel=preload]").Each(func(_ int, s *goquery.Selection) {
			n, _ := length(server.URL + s.AttrOr("href", s.AttrOr("src", "")))
			if s.AttrOr("as", "") == "font" {
				font += n
				return
			}
			total += n
		})
		t.Logf("%s: %d bytes of page, %d with all but the font, %d with it", path, page, total, total+font)
		if total >= budget || total+font >= budgetWithFont {
			t.Errorf("%s takes %d bytes before the font and %d with it, want less than %d and %d", path, total, total+font, budget, budgetWithFont)
		}
	}
}

// traffic is what a browser transferred.
type traffic struct {
	mu    sync.Mutex
	paths map[network.RequestID]string
	bytes map[string]float64
}

func (tr *traffic) take() map[string]float64 {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	out := tr.bytes
	tr.bytes = map[string]float64{}
	return out
}

// transfers collects how many bytes come over the network for each address, headers and all.
func transfers(t *testing.T, ctx context.Context) *traffic {
	t.Helper()
	tr := &traffic{paths: map[network.RequestID]string{}, bytes: map[string]float64{}}
	err := chromedp.Listen(ctx, func(ev any) {
		tr.mu.Lock()
		defer tr.mu.Unlock()
		switch e := ev.(type) {
		case *network.EventRequestWillBeSent:
			tr.paths[e.RequestID] = e.Request.URL
		case *network.EventLoadingFinished:
			tr.bytes[tr.paths[e.RequestID]] += e.EncodedDataLength
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	return tr
}

// shifts gives how far the parts of a page moved while it loaded, once it has been quiet for a moment, and what moved.
const shifts = `new Promise((done) => {
	let sum = 0, what = [];
	new PerformanceObserver((list) => {
		for (const e of list.getEntries()) {
			if (e.hadRecentInput) continue;
			sum += e.value;
			what.push(...e.sources.map((s) => s.node?.outerHTML?.slice(0, 80)));
		}
	}).observe({type: "layout-shift", buffered: true});
	setTimeout(() => done(sum > 0 ? sum.toFixed(4) + " " + what.join(" ") : ""), 300);
})`

// TestBrowserBudgets holds, for all indicators in both languages, what a browser transfers for a page, that its first
// paint waits for the page and one style sheet, that nothing moves while it loads, and that a second visit transfers no
// body: what a server of HTTP says with 304 is a few hundred bytes of headers.
func TestBrowserBudgets(t *testing.T) {
	ctx := browser(t)
	server := site(t)
	tr := transfers(t, ctx)
	for i, path := range indicatorPages(t, server.URL) {
		width := []int64{360, 1280}[i%2]
		setUp(t, ctx, width, true, "light")
		if _, err := chromedp.Call(ctx, network.ClearBrowserCache, cdp.Empty{}); err != nil {
			t.Fatal(err)
		}
		visit := func() (moved string, blocking []string) {
			if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
				t.Fatal(err)
			}
			tr.take()
			err := chromedp.Do(ctx, chromedp.Navigate(server.URL+path))
			if err == nil {
				moved, err = chromedp.Run(ctx, chromedp.Evaluate[string](shifts, chromedp.EvalAwaitPromise))
			}
			if err == nil {
				blocking, err = chromedp.Run(ctx, chromedp.Evaluate[[]string](
					`performance.getEntriesByType("resource").filter((r) => r.renderBlockingStatus === "blocking").map((r) => r.name)`))
			}
			if err != nil {
				t.Fatal(err)
			}
			return moved, blocking
		}
		moved, blocking := visit()
		if moved != "" {
			t.Errorf("%s moves while it loads at %d px: %s", path, width, moved)
		}
		if len(blocking) != 1 || !strings.HasSuffix(blocking[0], "/site.css") {
			t.Errorf("the first paint of %s waits for %q, want the style sheet alone", path, blocking)
		}
		total, font := 0.0, 0.0
		for address, n := range tr.take() {
			if total += n; strings.HasSuffix(address, ".woff2") {
				font += n
			}
		}
		if total-font >= budget || total >= budgetWithFont || total-font < 5000 {
			t.Errorf("%s transfers %.0f bytes before the font and %.0f with it, want less than %d and %d", path, total-font, total, budget, budgetWithFont)
		}
		if moved, _ := visit(); moved != "" {
			t.Errorf("%s moves while it loads again at %d px: %s", path, width, moved)
		}
		for address, n := range tr.take() {
			if n > headerBytes {
				t.Errorf("a second visit to %s transfers %.0f bytes of %s, want headers alone", path, n, address)
			}
		}
	}
}

// pagesPath is where "npm ci --prefix .ci/pages" puts the checkers; see .ci/run.
const pagesPath = "../../.ci/pages/node_modules"

// checker finds a file of a checker, or skips the test, saying so.
func checker(t *testing.T, parts ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{pagesPath}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("%s is not installed; npm ci --prefix .ci/pages installs it", parts[0])
	}
	return path
}

// TestBrowserAccessibility runs axe-core with the rules of WCAG 2.2 AA over all indicators, and over pages on which every
// part stands that any page of the site is made of, in both languages and both themes, on a desk and on a phone.
func TestBrowserAccessibility(t *testing.T) {
	axe, err := os.ReadFile(checker(t, "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	ctx := browser(t)
	server := site(t)
	pages := unique(append(wholeOf(t).cover(), indicatorPages(t, server.URL)...))
	t.Logf("%d pages", len(pages))
	for _, look := range []struct {
		scheme string
		width  int64
	}{{"light", 1280}, {"dark", 360}} {
		setUp(t, ctx, look.width, true, look.scheme)
		for _, path := range pages {
			if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+path), chromedp.Evaluate[chromedp.Void](string(axe)+";0")); err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`axe.run(document, {runOnly: ["wcag2a", "wcag2aa",
					"wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"]}).then((r) => r.violations.flatMap((v) =>
					v.nodes.slice(0, 3).map((n) => v.id + ": " + n.html.slice(0, 160) + " — " +
					(n.any[0] || n.all[0] || n.none[0] || {}).message)))`,
				chromedp.EvalAwaitPromise))
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			for _, f := range found {
				t.Errorf("%s %s %d px: %s", path, look.scheme, look.width, f)
			}
		}
	}
}

func unique(list []string) []string {
	seen, out := map[string]bool{}, []string(nil)
	for _, s := range list {
		if !seen[s] {
			seen[s], out = true, append(out, s)
		}
	}
	return out
}

func newestID(t testing.TB, home string) string {
	t.Helper()
	resp, err := http.Get(home + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var health struct{ Release string }
	if err := json.NewDecoder(resp.Body).Decode(&health); err != nil || health.Release == "" {
		t.Fatalf("/healthz names no release: %v", err)
	}
	return health.Release
}

// read is what a page must have for somebody who hears it or goes through it with keys, after the journey of a reader
// with a screen reader: what is wrong with it, in words.
const read = `(() => {
	const wrong = [], all = (s, root) => [...(root || document).querySelectorAll(s)];
	const shown = (e) => e.getClientRects().length > 0;
	const madeWhenAsked = (file) => /\.png$|\/agencies\//.test(file.querySelector("a").getAttribute("href"));
	const framed = document.body.matches(".embedded, .since");
	if (all("h1").length !== 1) wrong.push(all("h1").length + " h1");
	if (all("main").length !== 1) wrong.push(all("main").length + " main");
	if (!/^(en|es)$/.test(document.documentElement.lang)) wrong.push("language " + document.documentElement.lang);
	if (!document.title || document.title.length > 160) wrong.push("title “" + document.title + "”");
	if (!framed) {
		for (const landmark of ["header", "nav", "footer", "[role=search]"]) if (!all(landmark).length) wrong.push("no " + landmark);
		if (!all("a[href], button, input, select, summary")[0].matches("a.skip[href='#main']")) wrong.push("the first link does not skip");
	}
	let level = 1;
	for (const h of all("h1, h2, h3, h4, h5")) {
		const n = Number(h.tagName[1]);
		if (n > level + 1) wrong.push("heading “" + h.textContent.slice(0, 40) + "” of level " + n + " after " + level);
		level = n;
	}
	for (const table of all("table")) {
		const name = table.caption?.textContent.trim();
		if (!name) wrong.push("table without a caption: " + table.outerHTML.slice(0, 80));
		for (const cell of all("thead th", table)) if (cell.scope !== "col") wrong.push(name + ": heading without scope: " + cell.textContent);
		for (const row of all("tbody tr", table)) {
			const first = row.cells[0];
			if (first?.tagName !== "TH" || !/^row(group)?$/.test(first.scope)) wrong.push(name + ": row without heading: " + row.textContent.slice(0, 60));
		}
		for (const mark of all("td abbr", table)) if (!/[a-z]{3}/.test(mark.title)) wrong.push(name + ": status without words: " + mark.outerHTML);
	}
	for (const figure of all("figure.chart")) {
		const drawing = figure.querySelector(".drawing");
		const name = document.getElementById(drawing.getAttribute("aria-labelledby"))?.textContent.trim() || "";
		if (drawing.getAttribute("role") !== "img") wrong.push("a figure is no single picture");
		if (!/(Table follows|Sigue la tabla|Its table is on the page of the question|Su tabla está en la página de la pregunta)\.$/.test(name)) wrong.push("a figure does not end with where its table is: " + name.slice(-60));
		if (all("a, [tabindex]", drawing).length) wrong.push("a figure has more than one stop");
		if (!framed && !(drawing.compareDocumentPosition(all("table")[0] || document.body) & Node.DOCUMENT_POSITION_FOLLOWING) && all("table").length)
			wrong.push("the table stands before its figure");
	}
	const answer = document.querySelector(".answer"), figure = document.querySelector("figure");
	if (answer && figure && !(answer.compareDocumentPosition(figure) & Node.DOCUMENT_POSITION_FOLLOWING)) wrong.push("the figure comes before the answer");
	for (const field of all("input, select")) if (!field.labels.length) wrong.push("field without a label: " + field.name);
	for (const file of all("#download li")) {
		if (!/(CSV|Excel|JSON|PNG|SVG|Parquet|imagen|Picture|image)/i.test(file.textContent)) wrong.push("download without a format: " + file.textContent);
		if (!/\d (bytes|kB|MB)/.test(file.textContent) && !madeWhenAsked(file)) wrong.push("download without a size: " + file.textContent.trim());
	}
	for (const image of all("img")) if (!image.hasAttribute("alt")) wrong.push("image without alt");
	if (document.cookie) wrong.push("a cookie: " + document.cookie);
	return wrong.slice(0, 12);
})()`

// TestBrowserReadingAloud holds over pages of each kind what a reader with a screen reader must find.
func TestBrowserReadingAloud(t *testing.T) {
	ctx := browser(t)
	server := site(t)
	setUp(t, ctx, 1280, true, "light")
	for _, path := range unique(append(crawl(t, server, 3), indicatorPages(t, server.URL)...)) {
		if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+path)); err != nil {
			t.Fatal(err)
		}
		wrong, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](read))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for _, w := range wrong {
			t.Errorf("%s: %s", path, w)
		}
	}
}

// TestBrowserKeys goes through a page with the Tab key: the first stop skips to the content, every stop can be seen and
// has a frame round it, and the order is that of the page.
func TestBrowserKeys(t *testing.T) {
	ctx := browser(t)
	server := site(t)
	for _, width := range []int64{320, 1280} {
		setUp(t, ctx, width, true, "dark")
		if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+"/indicators/sellers-and-buyers")); err != nil {
			t.Fatal(err)
		}
		last := ""
		for n := range 40 {
			if err := chromedp.Do(ctx, chromedp.KeyEvent(kb.Tab)); err != nil {
				t.Fatal(err)
			}
			stop, err := chromedp.Run(ctx, chromedp.Evaluate[string](`(() => {
				const e = document.activeElement, style = getComputedStyle(e), at = e.getBoundingClientRect();
				const behind = window.lastStop && lastStop !== e && !(lastStop.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING);
				window.lastStop = e;
				return [e.className, style.outlineStyle === "none" ? "no outline" : "", at.width < 1 || at.height < 1 || at.right < 1 || at.bottom < 1 ||
					at.top > innerHeight || at.left > innerWidth ? "out of sight" : "", behind ? "before the stop before it" : ""].filter(Boolean).join(", ") + " " + e.outerHTML.slice(0, 70);
			})()`))
			if err != nil {
				t.Fatal(err)
			}
			if n == 0 && !strings.HasPrefix(stop, "skip ") {
				t.Errorf("at %d px the first stop is %s", width, stop)
			}
			for _, fault := range []string{"no outline", "out of sight", "before the stop"} {
				if strings.Contains(stop, fault) {
					t.Errorf("at %d px stop %d: %s (after %s)", width, n+1, stop, last)
				}
			}
			last = stop
		}
		if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+"/indicators/sellers-and-buyers"), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Enter),
			chromedp.KeyEvent(kb.Tab)); err != nil {
			t.Fatal(err)
		}
		inside, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.getElementById("main").contains(document.activeElement)`))
		if err != nil || !inside {
			t.Errorf("at %d px the stop after skipping is not in the content (%v)", width, err)
		}
	}
}

// TestBrowserOnAPhone holds what a legislator on a phone must find: the answer on the first screen, text of the figure
// that can be read without pinching, and nothing lost where text is four times as large.
func TestBrowserOnAPhone(t *testing.T) {
	ctx := browser(t)
	server := site(t)
	for _, path := range indicatorPages(t, server.URL) {
		for _, screen := range []struct {
			width, height int64
			smallest      float64 // of the texts of the figure, in CSS pixels
		}{{320, 568, 11.2}, {360, 640, 12}, {390, 844, 12}} {
			setUp(t, ctx, screen.width, true, "light")
			if err := chromedp.Do(ctx, chromedp.EmulateViewport(screen.width, screen.height), chromedp.Navigate(server.URL+path)); err != nil {
				t.Fatal(err)
			}
			got, err := chromedp.Run(ctx, chromedp.Evaluate[[]float64](`(() => {
				const svg = document.querySelector(".drawn-narrow svg"), scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
				const sizes = [...svg.querySelectorAll("text")].map((e) => parseFloat(getComputedStyle(e).fontSize) * scale);
				const answer = document.querySelector(".answer").getBoundingClientRect();
				return [answer.top, Math.min(...sizes), document.documentElement.scrollWidth];
			})()`))
			if err != nil {
				t.Fatal(err)
			}
			if lines := 3 * 28.0; got[0] > float64(screen.height)-lines {
				t.Errorf("%s on a screen of %d × %d: the answer begins at %.0f, so that its first lines are not seen", path, screen.width, screen.height, got[0])
			}
			if got[1] < screen.smallest-0.05 {
				t.Errorf("%s on a screen of %d: text of %.1f px in the figure, want at least %.1f", path, screen.width, got[1], screen.smallest)
			}
			if got[2] > float64(screen.width) {
				t.Errorf("%s on a screen of %d is %.0f wide", path, screen.width, got[2])
			}
		}
	}
}

// TestCheckerLighthouse wants the full score of Lighthouse for accessibility, best practices and search engines.
func TestCheckerLighthouse(t *testing.T) {
	if os.Getenv("TALLYSTICK_BROWSER") != "required" {
		t.Skip("Lighthouse is run by make browser")
	}
	cli := checker(t, "lighthouse", "cli", "index.js")
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("there is no chromium on this machine")
	}
	server := site(t)
	pages := []string{"/", "/es/indicators/prostitution-arrests", "/values/sellers-and-buyers/arrested/ratio/2005-2014", "/releases/" + newestID(t, server.URL)}
	for i, path := range pages {
		scheme := i % 2 // 0 is dark to Chromium, 1 is light
		cmd := exec.Command("node", cli, server.URL+path, "--quiet", "--output=json", "--only-categories=accessibility,best-practices,seo",
			fmt.Sprintf("--chrome-flags=--headless --no-sandbox --disable-gpu --disable-background-networking --blink-settings=preferredColorScheme=%d", scheme))
		cmd.Env = append(os.Environ(), "CHROME_PATH="+chromium)
		out, err := cmd.Output()
		if err != nil {
			var exit *exec.ExitError
			errors.As(err, &exit)
			t.Fatalf("lighthouse %s: %v\n%s", path, err, exit.Stderr)
		}
		var result struct {
			Categories map[string]struct{ Score *float64 }
			Audits     map[string]struct {
				ID, Title, ScoreDisplayMode string
				Score                       *float64
				Details                     json.RawMessage
			}
		}
		if err := json.Unmarshal(out, &result); err != nil || len(result.Categories) != 3 {
			t.Fatalf("lighthouse %s: %d categories, %v", path, len(result.Categories), err)
		}
		for name, category := range result.Categories {
			if category.Score == nil || *category.Score < 1 {
				t.Errorf("%s: %s is not at 100", path, name)
			}
		}
		for _, a := range result.Audits {
			if a.ScoreDisplayMode == "binary" && a.Score != nil && *a.Score < 1 {
				t.Logf("%s: %s: %s %.400s", path, a.ID, a.Title, a.Details)
			}
		}
	}
}

// TestCheckerNu wants no error of the Nu HTML checker in pages on which every part stands that any page of the site is
// made of, in the drawings and in the style sheet.
func TestCheckerNu(t *testing.T) {
	if os.Getenv("TALLYSTICK_BROWSER") != "required" {
		t.Skip("the Nu HTML checker is run by make browser")
	}
	jar := checker(t, "vnu-jar", "build", "dist", "vnu.jar")
	if _, err := exec.LookPath("java"); err != nil {
		t.Skip("there is no Java, in which the Nu HTML checker is written")
	}
	server := site(t)
	pages := unique(append(wholeOf(t).cover(), indicatorPages(t, server.URL)...))
	dir := t.TempDir()
	var files []string
	names := map[string]string{}
	save := func(path, ext string) {
		resp, err := http.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, fmt.Sprint(len(files))+ext)
		if err := os.WriteFile(file, body, 0o644); err != nil {
			t.Fatal(err)
		}
		files, names[filepath.Base(file)] = append(files, file), path
	}
	for _, path := range pages {
		save(path, ".html")
	}
	for _, path := range indicatorPages(t, server.URL) {
		save(path+".svg", ".svg")
	}
	save("/static/any/site.css", ".css")
	save("/static/any/icon.svg", ".svg")
	out, err := exec.Command("java", append([]string{"-jar", jar, "--also-check-css", "--also-check-svg", "--errors-only", "--exit-zero-always",
		"--format", "json", "--stdout"}, files...)...).Output()
	if err != nil {
		t.Fatalf("vnu: %v", err)
	}
	var result struct {
		Messages []struct {
			Type, URL, Message, Extract string
			LastLine                    int
		}
	}
	if err := json.Unmarshal(out, &result); err != nil {
		t.Fatalf("vnu: %v\n%.500s", err, out)
	}
	t.Logf("%d files", len(files))
	for _, m := range result.Messages {
		t.Errorf("%s, line %d: %s: %.160s", names[filepath.Base(m.URL)], m.LastLine, m.Message, m.Extract)
	}
}
