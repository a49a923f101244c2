package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"tallystick/internal/release"
	"tallystick/internal/stat"
	"tallystick/internal/web"
)

// bundled does the main job with the bundled exports, once for all tests, in the folder bundledIn, which TestMain
// removes.
var bundledIn string

var bundled = sync.OnceValues(func() (state string, err error) {
	if state, err = os.MkdirTemp("", "tallystick-site-"); err != nil {
		return "", err
	}
	bundledIn = state
	env := func(name string) string {
		return map[string]string{"TALLYSTICK_STATE": state, "TALLYSTICK_DATA": filepath.Join("..", "..", "data")}[name]
	}
	for _, args := range [][]string{{"ingest", "-bundled"}, {"publish"}} {
		var errs bytes.Buffer
		if code := run(context.Background(), args, env, io.Discard, &errs); code != exitOK {
			return state, fmt.Errorf("tallystick %s exited with %d: %s", strings.Join(args, " "), code, errs.String())
		}
	}
	return state, nil
})

// bundledSite answers with the release of the bundled exports, for a site at an address.
func bundledSite(t testing.TB, address string) http.Handler {
	t.Helper()
	state, err := bundled()
	if err != nil {
		t.Fatal(err)
	}
	library, err := release.OpenLibrary(filepath.Join(state, "releases"))
	if err != nil {
		t.Fatal(err)
	}
	return web.New(web.Config{
		Library: library, Log: slog.New(slog.DiscardHandler), Clock: time.Now, Version: "test", Address: address,
	}).Handler()
}

// site serves the release of the bundled exports, as the program serves it.
func site(t testing.TB) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	server.URL = "http://" + server.Listener.Addr().String()
	handler := bundledSite(t, server.URL)
	go func() { ended <- web.Serve(ctx, server.Listener, handler) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return server
}

// browser starts Chromium, if TALLYSTICK_BROWSER is "required", as "make browser" says it; else the test is skipped.
func browser(t testing.TB) context.Context {
	t.Helper()
	if os.Getenv("TALLYSTICK_BROWSER") != "required" {
		t.Skip("a browser is driven by make browser")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("there is no chromium on this machine")
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 15*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// crawl follows every link from the home page and returns the paths of all HTML pages, in the order found.
// Whatever is linked must be there. Of each kind of page it follows at most so many, if most is not 0.
func crawl(t *testing.T, server *httptest.Server, most int) []string {
	t.Helper()
	var pages []string
	queue, seen, count := []string{"/"}, map[string]bool{"/": true}, map[string]int{}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		resp, err := http.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s is linked and answers %d", path, resp.StatusCode)
			continue
		}
		if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
			continue
		}
		pages = append(pages, path)
		doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		base, err := url.Parse(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		doc.Find("a[href], link[href], script[src], img[src]").Each(func(_ int, s *goquery.Selection) {
			target, err := base.Parse(s.AttrOr("href", s.AttrOr("src", "")))
			if err != nil {
				t.Errorf("%s links to %q: %v", path, s.AttrOr("href", ""), err)
				return
			}
			if target.Host != base.Host {
				return
			}
			target.Fragment = ""
			next := target.RequestURI()
			if seen[next] || most > 0 && count[kindOf(next)] >= most {
				return
			}
			seen[next] = true
			count[kindOf(next)]++
			queue = append(queue, next)
		})
	}
	return pages
}

// kindOf is what kind of page or file an address leads to: its language, the first part of its path, the one after the
// name of a release, whether it names one thing of its kind, and its format.
func kindOf(address string) string {
	path, query, _ := strings.Cut(address, "?")
	parts := strings.Split(strings.Trim(path, "/"), "/")
	kind := ""
	for len(parts) > 1 && (parts[0] == "es" || parts[0] == "releases" && len(parts) > 2) {
		kind, parts = kind+parts[0]+" ", parts[1:]
		if strings.HasSuffix(kind, "releases ") {
			parts = parts[1:]
		}
	}
	return fmt.Sprint(kind, parts[0], len(parts) > 1, filepath.Ext(path), query != "")
}

// TestEveryLinkLeadsSomewhere asks for every page and file that can be reached from the home page.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	pages := crawl(t, site(t), 0)
	t.Logf("%d pages", len(pages))
	for _, want := range []string{"/indicators", "/indicators/sellers-and-buyers", "/indicators/state-and-federal",
		"/indicators/children-identified", "/indicators/prostitution-arrests", "/indicators/trafficking-offences",
		"/indicators/federal-prosecutions", "/releases", "/sources", "/methods", "/about"} {
		if !slices.Contains(pages, want) {
			t.Errorf("%s cannot be reached from the home page", want)
		}
	}
}

// TestBrowserEveryPage opens pages of every kind with script and without, in both themes and on a phone, and
// wants no error on the console, no violation of the policy, no request to another host, nothing that scrolls
// sideways.
func TestBrowserEveryPage(t *testing.T) {
	ctx := browser(t)
	server := site(t)
	pages := append(crawl(t, server, 8), "/nothing-here")
	t.Logf("%d pages", len(pages))
	complaints := watch(t, ctx, server.URL)
	for _, mode := range []struct {
		name   string
		width  int64
		script bool
		theme  string
	}{
		{"phone, no script, light", 320, false, "light"},
		{"desk, script, dark", 1280, true, "dark"},
	} {
		t.Run(mode.name, func(t *testing.T) {
			setUp(t, ctx, mode.width, mode.script, mode.theme)
			for _, page := range pages {
				if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+page)); err != nil {
					t.Fatalf("%s: %v", page, err)
				}
				wide, err := chromedp.Run(ctx, chromedp.Evaluate[int64]("document.documentElement.scrollWidth"))
				if err != nil {
					t.Fatalf("%s: %v", page, err)
				}
				if wide > mode.width {
					t.Errorf("%s is %d px wide on a screen of %d", page, wide, mode.width)
				}
				for _, c := range complaints() {
					if page == "/nothing-here" && strings.Contains(c, "404") {
						continue
					}
					t.Errorf("%s: %s", page, c)
				}
			}
		})
	}
}

// TestBrowserExplore clicks on every figure's button and wants ECharts in its place, without a complaint.
func TestBrowserExplore(t *testing.T) {
	ctx := browser(t)
	server := site(t)
	complaints := watch(t, ctx, server.URL)
	setUp(t, ctx, 1280, true, "light")
	for _, id := range indicatorIDs {
		if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+"/indicators/"+id)); err != nil {
			t.Fatal(err)
		}
		wait, cancel := context.WithTimeout(ctx, 30*time.Second)
		err := chromedp.Do(wait,
			chromedp.Click(chromedp.CSS("figure.chart button")),
			chromedp.WaitVisible(chromedp.CSS("figure.chart .explored svg")))
		cancel()
		if err != nil {
			t.Errorf("%s: the figure cannot be explored: %v", id, err)
		}
		for _, c := range complaints() {
			t.Errorf("%s: %s", id, c)
		}
	}
}

var indicatorIDs = []string{"sellers-and-buyers", "state-and-federal", "children-identified", "prostitution-arrests",
	"trafficking-offences", "federal-prosecutions"}

var number = regexp.MustCompile(`\d[\d,]*(\.\d+)?`)

// TestBrowserSameNumbers wants every figure of the answer and every value on the chart in the table of the same
// page, and every value of the table in the CSV.
func TestBrowserSameNumbers(t *testing.T) {
	ctx := browser(t)
	server := site(t)
	setUp(t, ctx, 1280, true, "light")
	for _, id := range indicatorIDs {
		t.Run(id, func(t *testing.T) {
			if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+"/indicators/"+id)); err != nil {
				t.Fatal(err)
			}
			table := numbers(texts(t, ctx, "#figures table.figures td, #figures table.figures th small"))
			if len(table) == 0 {
				t.Fatal("the page has no table with numbers")
			}
			answer := texts(t, ctx, ".answer [data-figure]")
			if len(answer) == 0 {
				t.Error("the answer has no figure")
			}
			for _, n := range numbers(answer) {
				if !slices.Contains(table, n) {
					t.Errorf("%s stands in the answer and not in the table", n)
				}
			}
			values := keyed(t, ctx, "#figures table.figures a.value")
			drawn := numbers(texts(t, ctx, "figure.chart .drawn-wide svg text"))
			for key, text := range values {
				if n := number.FindString(text); n != "" && strings.Count(key, "=") == 0 && !slices.Contains(drawn, n) &&
					!strings.Contains(key, "/rate/") && !strings.Contains(key, "/population/") {
					t.Errorf("%s is %s in the table and not on the chart", key, n)
				}
			}
			file := download(t, server.URL+"/indicators/"+id+".csv")
			for key, text := range values {
				want := number.FindString(text)
				got, ok := file[key]
				switch {
				case !ok:
					t.Errorf("%s stands in the table and not in the CSV", key)
				case want == "" && got != "":
					t.Errorf("%s has no value in the table and %s in the CSV", key, got)
				case want != "" && got != want:
					t.Errorf("%s is %s in the table and %s in the CSV", key, want, got)
				}
			}
		})
	}
}

// download reads the values of a CSV twin, written as a table writes them, by key.
func download(t *testing.T, address string) map[string]string {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	rows, err := csv.NewReader(resp.Body).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	column := func(name string) int {
		at := slices.Index(rows[0], name)
		if at < 0 {
			t.Fatalf("%s has no column %s", address, name)
		}
		return at
	}
	key, value, statistic := column("key"), column("value"), column("statistic")
	out := map[string]string{}
	for _, row := range rows[1:] {
		var v float64
		text := ""
		if row[value] != "" {
			if _, err := fmt.Sscanf(row[value], "%g", &v); err != nil {
				t.Fatalf("%s: value %q: %v", address, row[value], err)
			}
			decimals := 0
			if row[statistic] == "ratio" || row[statistic] == "rate" {
				decimals = 1
			}
			text = stat.FormatNumber(v, decimals)
		}
		out[row[key]] = text
	}
	return out
}

func texts(t *testing.T, ctx context.Context, selector string) []string {
	t.Helper()
	out, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](fmt.Sprintf(
		"[...document.querySelectorAll(%q)].map(e => e.textContent)", selector)))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func keyed(t *testing.T, ctx context.Context, selector string) map[string]string {
	t.Helper()
	out, err := chromedp.Run(ctx, chromedp.Evaluate[map[string]string](fmt.Sprintf(
		"Object.fromEntries([...document.querySelectorAll(%q)].map(e => [e.dataset.figure, e.textContent]))", selector)))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func numbers(texts []string) []string {
	var out []string
	for _, s := range texts {
		out = append(out, number.FindAllString(s, -1)...)
	}
	return out
}

func setUp(t testing.TB, ctx context.Context, width int64, script bool, theme string) {
	t.Helper()
	err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900), func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !script})
		if err != nil {
			return chromedp.Void{}, err
		}
		_, err = cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}},
		})
		return chromedp.Void{}, err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// watch collects what the browser complains of, and requests that leave the server. The function returned
// hands out what came since it was last called.
func watch(t *testing.T, ctx context.Context, home string) func() []string {
	t.Helper()
	if err := chromedp.Do(ctx, func(ctx context.Context, target *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, target, log.Enable, cdp.Empty{})
		return chromedp.Void{}, err
	}); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var list []string
	add := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		list = append(list, fmt.Sprintf(format, args...))
	}
	entries := chromedp.Events(ctx, log.EntryAdded)
	console := chromedp.Events(ctx, runtime.ConsoleAPICalled)
	exceptions := chromedp.Events(ctx, runtime.ExceptionThrown)
	requests := chromedp.Events(ctx, network.RequestWillBeSent)
	go func() {
		for e, err := range entries {
			if err != nil {
				return
			}
			if e.Entry.Level == log.EntryLevelError || strings.Contains(e.Entry.Text, "Content Security Policy") {
				add("log: %s %s", e.Entry.Text, e.Entry.URL)
			}
		}
	}()
	go func() {
		for e, err := range console {
			if err != nil {
				return
			}
			if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning {
				add("console %s", e.Type)
			}
		}
	}()
	go func() {
		for e, err := range exceptions {
			if err != nil {
				return
			}
			add("exception: %s", e.ExceptionDetails.Text)
		}
	}()
	go func() {
		for e, err := range requests {
			if err != nil {
				return
			}
			if !strings.HasPrefix(e.Request.URL, home) && !strings.HasPrefix(e.Request.URL, "data:") {
				add("request to another host: %s", e.Request.URL)
			}
		}
	}()
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		out := list
		list = nil
		return out
	}
}
