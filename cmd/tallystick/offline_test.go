package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// fickle serves the release of the bundled exports and can stop answering, as a network does, or answer with a status.
type fickle struct {
	*httptest.Server
	lost   atomic.Bool  // every connection breaks
	status atomic.Int64 // what every address answers with, if not 0
	asked  atomic.Int64 // how many requests came
}

func fickleSite(t *testing.T) *fickle {
	t.Helper()
	f := &fickle{}
	f.Server = httptest.NewUnstartedServer(nil)
	site := bundledSite(t, "http://"+f.Listener.Addr().String())
	f.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.asked.Add(1)
		switch status := int(f.status.Load()); {
		case f.lost.Load():
			panic(http.ErrAbortHandler)
		case status != 0:
			http.Error(w, http.StatusText(status), status)
		default:
			site.ServeHTTP(w, r)
		}
	})
	f.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	f.Start()
	t.Cleanup(f.Close)
	return f
}

// lose takes the connection away, or gives it back.
func (f *fickle) lose(t *testing.T, ctx context.Context, lost bool) {
	t.Helper()
	f.lost.Store(lost)
	state := network.OverrideNetworkStateParams{Offline: lost, DownloadThroughput: -1, UploadThroughput: -1}
	if _, err := chromedp.Call(ctx, network.OverrideNetworkState, state); err != nil {
		t.Fatal(err)
	}
}

// evaluate gives what a script gives, a promise included.
func evaluate[T any](t *testing.T, ctx context.Context, script string) T {
	t.Helper()
	out, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return out
}

func visit(t *testing.T, ctx context.Context, address string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
}

// until waits until a script gives true.
func until(t *testing.T, ctx context.Context, script string) {
	t.Helper()
	for range 100 {
		if evaluate[bool](t, ctx, script) {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("%s does not become true", script)
}

const keptPages = `(async () => (await (await caches.open("read")).keys()).map((r) => new URL(r.url).pathname + new URL(r.url).search))()`

func keptHas(path string) string {
	return strings.Replace(keptPages, ")()", `)().then((l) => l.includes("`+path+`"))`, 1)
}

// TestBrowserReadsWithoutConnection reads pages, takes the connection away and wants the same pages again, on reload,
// back and by their address, with a strip that says when they were read; pages that were never read are named as such,
// and a form does not lead away. With a connection, what the site answers is what is shown, and nothing is fetched that
// nobody asked for.
func TestBrowserReadsWithoutConnection(t *testing.T) {
	ctx := browser(t)
	site := fickleSite(t)
	setUp(t, ctx, 360, true, "light")
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	const strip = `getComputedStyle(document.getElementById("unconnected")).display === "none" ? "" : document.getElementById("unconnected").textContent.trim()`
	newest := "/releases/" + newestID(t, site.URL)
	visit(t, ctx, site.URL+"/indicators/state-and-federal") // before there is a worker
	until(t, ctx, keptHas("/indicators/state-and-federal"))
	before := site.asked.Load()
	time.Sleep(time.Second)
	if after := site.asked.Load(); after != before {
		t.Errorf("%d requests came while a page was read: want none", after-before)
	}
	read := []string{"/indicators/state-and-federal", "/indicators/sellers-and-buyers?from=2014&panel=arrested", "/es/indicators/state-and-federal",
		newest + "/indicators/state-and-federal"}
	text := map[string]string{}
	const words = `document.querySelector("main").innerText`
	for _, path := range read {
		visit(t, ctx, site.URL+path)
		if got := evaluate[string](t, ctx, strip); got != "" {
			t.Errorf("GET %s with a connection shows the strip %q", path, got)
		}
		until(t, ctx, keptHas(path))
		text[path] = evaluate[string](t, ctx, words)
	}

	site.lose(t, ctx, true)
	for _, path := range read {
		visit(t, ctx, site.URL+path)
		want := "No connection: this is the page as you read it on " + time.Now().Format("2 January 2006")
		if strings.HasPrefix(path, "/es") {
			want = "Sin conexión: esta es la página como la leyó el "
		}
		if strings.HasPrefix(path, newest) {
			want = "" // it never changes, so that the browser need not ask
		}
		if got := evaluate[string](t, ctx, strip); !strings.HasPrefix(got, want) || want == "" && got != "" || strings.Contains(got, "…") {
			t.Errorf("GET %s without a connection shows the strip %q, want %q", path, got, want)
		}
		if got := evaluate[string](t, ctx, words); got != text[path] {
			t.Errorf("GET %s without a connection shows another text:\n%.300s\nwant\n%.300s", path, got, text[path])
		}
		if !evaluate[bool](t, ctx, `getComputedStyle(document.querySelector("h1")).fontFamily.includes("Public Sans") && document.fonts.check("16px 'Public Sans'")`) {
			t.Errorf("GET %s without a connection comes without its style", path)
		}
	}
	if err := chromedp.Do(ctx, chromedp.Reload()); err != nil {
		t.Fatal(err)
	}
	if got := evaluate[string](t, ctx, words); got != text[read[3]] {
		t.Errorf("reloading %s without a connection shows another text", read[3])
	}
	evaluate[bool](t, ctx, `history.go(-1), true`)
	until(t, ctx, `location.pathname === "/es/indicators/state-and-federal" && document.readyState === "complete"`)
	if got := evaluate[string](t, ctx, words); got != text[read[2]] {
		t.Errorf("going back to %s without a connection shows another text", read[2])
	}

	visit(t, ctx, site.URL+read[1])
	evaluate[bool](t, ctx, `(() => { const s = document.querySelector(".controls select[name=from]"); s.value = "2015"; s.dispatchEvent(new Event("change", {bubbles: true})); return true; })()`)
	until(t, ctx, `document.querySelector(".controls .notice-line")?.textContent === "No connection: the page stays as it was."`)

	visit(t, ctx, site.URL+"/laws")
	if got := evaluate[string](t, ctx, `document.body.innerText`); !strings.Contains(got, "This page has not been read on this device") ||
		!strings.Contains(got, "Sin conexión") {
		t.Errorf("a page that was never read shows without a connection %q", got)
	}
	if n := evaluate[int](t, ctx, `document.querySelectorAll("main a").length`); n != len(read) {
		t.Errorf("%d pages that were read are listed, want %d", n, len(read))
	}

	site.lose(t, ctx, false)
	site.status.Store(http.StatusServiceUnavailable)
	visit(t, ctx, site.URL+read[0])
	if got := evaluate[string](t, ctx, `document.body.innerText`); !strings.Contains(got, "Service Unavailable") {
		t.Errorf("a site that answers 503 is shown as %q", got)
	}
	if !evaluate[bool](t, ctx, keptHas(read[0])) {
		t.Errorf("%s is no longer kept after a 503", read[0])
	}
	site.status.Store(0)
	visit(t, ctx, site.URL+read[0])
	if got := evaluate[string](t, ctx, strip); got != "" {
		t.Errorf("with a connection again %s shows the strip %q", read[0], got)
	}
}

// TestBrowserLetsGoOfWhatIsGone holds that a page that the site no longer has is deleted from the device when its address
// is next seen, and with it every page of a release that was removed; that no more than 30 pages are kept; and that a
// reader can have all of them deleted.
func TestBrowserLetsGoOfWhatIsGone(t *testing.T) {
	ctx := browser(t)
	site := fickleSite(t)
	setUp(t, ctx, 1280, true, "dark")
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	visit(t, ctx, site.URL+"/about")
	until(t, ctx, `navigator.serviceWorker.controller !== null`)
	newest := "/releases/" + newestID(t, site.URL)
	for _, path := range []string{newest + "/indicators/state-and-federal", newest + "/methods", "/methods", "/laws"} {
		visit(t, ctx, site.URL+path)
		until(t, ctx, keptHas(path))
	}
	site.status.Store(http.StatusGone)
	for _, path := range []string{newest + "/indicators", "/laws"} {
		visit(t, ctx, site.URL+path)
	}
	site.status.Store(0)
	until(t, ctx, keptHas("/methods"))
	for _, path := range []string{newest + "/indicators/state-and-federal", newest + "/methods", "/laws"} {
		until(t, ctx, keptHas(path)+".then((has) => !has)")
	}
	for _, page := range crawl(t, site.Server, 2) {
		visit(t, ctx, site.URL+page)
		if n := len(evaluate[[]string](t, ctx, keptPages)); n >= 30 {
			break
		}
	}
	for _, path := range []string{"/glossary", "/timeline", "/about"} {
		visit(t, ctx, site.URL+path)
		until(t, ctx, keptHas(path))
	}
	if n := len(evaluate[[]string](t, ctx, keptPages)); n != 30 {
		t.Errorf("%d pages are kept, want 30", n)
	}
	if err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS("#kept button"))); err != nil {
		t.Fatal(err)
	}
	until(t, ctx, `document.querySelector("#kept [role=status]").textContent === "They are deleted."`)
	if left := evaluate[[]string](t, ctx, keptPages); len(left) > 0 {
		t.Errorf("after deletion these are kept: %q", left)
	}
}
