package web

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"tallystick/internal/lang"
)

// axePath is where "npm ci --prefix .ci/pages" puts the accessibility checker; see .ci/run.
const axePath = "../../.ci/pages/node_modules/axe-core/axe.min.js"

// required reports whether the browser is to be driven, as "make browser" asks; then a missing one is a failure.
func required() bool { return os.Getenv("TALLYSTICK_BROWSER") == "required" }

// watched is what a browser reported while it showed pages.
type watched struct {
	mu       sync.Mutex
	problems []string
	requests []string
}

func (w *watched) add(list *[]string, s string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	*list = append(*list, s)
}

func (w *watched) take() (problems, requests []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	problems, requests = w.problems, w.requests
	w.problems, w.requests = nil, nil
	return problems, requests
}

// browser starts Chromium and watches one of its tabs.
func browser(t *testing.T) (context.Context, *watched) {
	t.Helper()
	if !required() {
		t.Skip("a browser is driven by make browser")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("no chromium, which TALLYSTICK_BROWSER=required asks for")
	}
	opts := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), opts...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(ctx)
	t.Cleanup(closeTab)
	ctx, cancel := context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(cancel)
	w := &watched{}
	err = chromedp.Listen(ctx, func(ev any) {
		switch e := ev.(type) {
		case *log.EventEntryAdded:
			if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
				w.add(&w.problems, fmt.Sprintf("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL))
			}
		case *runtime.EventExceptionThrown:
			w.add(&w.problems, "exception: "+e.ExceptionDetails.Text)
		case *runtime.EventConsoleAPICalled:
			w.add(&w.problems, "console: "+string(e.Type))
		case *network.EventRequestWillBeSent:
			w.add(&w.requests, e.Request.URL)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	return ctx, w
}

// theme sets what the system prefers and how wide the window is.
func theme(t *testing.T, ctx context.Context, scheme string, width int64) {
	t.Helper()
	_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	if err == nil {
		_, err = chromedp.Call(ctx, emulation.SetDeviceMetricsOverride,
			emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// representative is one page of each kind.
var representative = []string{
	"/", "/indicators", "/indicators/sellers-and-buyers", "/indicators/children",
	"/values/sellers-and-buyers/arrested/ratio/2005-2014",
	"/values/children/referred/all/2016", "/releases", "/releases/2026-11-24",
	"/releases/2026-11-24/indicators/sellers-and-buyers",
	"/places", "/laws", "/laws/elements", "/laws/53a-83", "/claims", "/duties", "/sources", "/methods", "/search?q=sex",
	"/about", "/accessibility",
	"/embed/sellers-and-buyers", "/accounts", "/accounts/two-reports",
}

// TestBrowserEveryPage loads every page that can be reached, with and without script, and holds that the browser has
// nothing to report, that nothing is asked of another host, and that nothing scrolls sideways on a small phone.
func TestBrowserEveryPage(t *testing.T) {
	s := world(t)
	pages := everyPage(t, s)
	server := httptest.NewServer(s.Handler())
	defer server.Close()
	ctx, w := browser(t)
	for _, off := range []bool{false, true} {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled,
			emulation.SetScriptExecutionDisabledParams{Value: off})
		if err != nil {
			t.Fatal(err)
		}
		theme(t, ctx, "light", 320)
		for _, address := range pages {
			if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+address)); err != nil {
				t.Fatalf("%s: %v", address, err)
			}
			width, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth`))
			if err != nil {
				t.Fatal(err)
			}
			if width > 320 {
				t.Errorf("%s is %d px wide in a window of 320", address, width)
			}
			problems, requests := w.take()
			for _, p := range problems {
				t.Errorf("%s, script off %v: %s", address, off, p)
			}
			for _, r := range requests {
				if !strings.HasPrefix(r, server.URL+"/") && !strings.HasPrefix(r, "data:") { // a picture of the browser itself
					t.Errorf("%s asks %s", address, r)
				}
			}
		}
	}
}

// TestBrowserShowsTheSameNumbers holds that sentence, drawing, table and file say the same, and that the browser's
// own drawing, put in the place of the sealed one by a click, says it too, without a violation of the policy.
func TestBrowserShowsTheSameNumbers(t *testing.T) {
	s := world(t)
	server := httptest.NewServer(s.Handler())
	defer server.Close()
	ctx, w := browser(t)
	theme(t, ctx, "light", 1280)
	if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+"/indicators/sellers-and-buyers")); err != nil {
		t.Fatal(err)
	}
	read := func(selector string) string {
		text, err := chromedp.Run(ctx, chromedp.Evaluate[string](fmt.Sprintf(
			`Array.from(document.querySelectorAll(%q)).map((e) => e.textContent).join(" ")`, selector)))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	csv := get(t, s, "/indicators/sellers-and-buyers.csv").Body.String()
	for place, text := range map[string]string{
		"sentence": read(".answer"), "wide drawing": read(".drawn-wide svg"), "narrow drawing": read(".drawn-narrow svg"),
		"table": read("table.figures"), "file": strings.ReplaceAll(csv, "3558", "3,558"),
	} {
		if !strings.Contains(text, "3,558") {
			t.Errorf("the %s does not say 3,558: %s", place, text)
		}
	}
	err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(".explore button")), chromedp.WaitVisible(chromedp.CSS(".explored svg")))
	if err != nil {
		t.Fatal(err)
	}
	if text := read(".explored svg"); !strings.Contains(text, "3,558") {
		t.Errorf("the explored chart does not say 3,558: %s", text)
	}
	problems, _ := w.take()
	for _, p := range problems {
		t.Errorf("exploring: %s", p)
	}
}

// TestBrowserShowsTheDrawingThatFits holds that a phone gets the narrow drawing and a desk the wide one.
func TestBrowserShowsTheDrawingThatFits(t *testing.T) {
	server := httptest.NewServer(world(t).Handler())
	defer server.Close()
	ctx, _ := browser(t)
	for width, want := range map[int64]string{360: "narrow", 1280: "wide"} {
		theme(t, ctx, "dark", width)
		if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+"/indicators/sellers-and-buyers")); err != nil {
			t.Fatal(err)
		}
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string](
			`["wide", "narrow"].filter((n) => document.querySelector(".drawn-" + n).getClientRects().length > 0).join()`))
		if err != nil || got != want {
			t.Errorf("at %d px the page shows %q, want %q (%v)", width, got, want, err)
		}
	}
}

// inEveryLanguage are the addresses of the pages in all languages.
func inEveryLanguage(pages []string) []string {
	var out []string
	for _, l := range lang.Languages {
		for _, p := range pages {
			out = append(out, inLanguage(l, p))
		}
	}
	return out
}

// TestBrowserAccessibility runs axe-core with the rules of WCAG 2.2 AA over a page of each kind in both languages, in
// both themes.
func TestBrowserAccessibility(t *testing.T) {
	axe, err := os.ReadFile(axePath)
	if err != nil {
		t.Skip("axe-core is not installed; npm ci --prefix .ci/pages installs it")
	}
	server := httptest.NewServer(world(t).Handler())
	defer server.Close()
	ctx, _ := browser(t)
	for _, look := range []struct {
		scheme string
		width  int64
	}{{"light", 1280}, {"dark", 360}} {
		theme(t, ctx, look.scheme, look.width)
		for _, address := range inEveryLanguage(representative) {
			if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+address)); err != nil {
				t.Fatal(err)
			}
			if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](string(axe)+";0")); err != nil {
				t.Fatal(err)
			}
			found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`axe.run(document, {runOnly: ["wcag2a", "wcag2aa",
					"wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then((r) => r.violations.flatMap((v) =>
					v.nodes.slice(0, 3).map((n) => v.id + ": " + n.html.slice(0, 160) + " — " +
					(n.any[0] || n.all[0] || n.none[0] || {}).message)))`,
				chromedp.EvalAwaitPromise))
			if err != nil {
				t.Fatalf("%s: %v", address, err)
			}
			for _, f := range found {
				t.Errorf("%s %s %d px: %s", address, look.scheme, look.width, f)
			}
		}
	}
}
