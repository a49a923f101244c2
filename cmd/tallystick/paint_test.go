package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"
)

// line is a network as the browser emulates it. The slow one is Lighthouse's "slow 4G", which the reference measurements
// of the peers use as well.
type line struct {
	name     string
	latency  float64 // of each request, in milliseconds
	down, up float64 // bytes a second; -1: no limit
}

var (
	slowLine = line{"slow-4g", 150, 200_000, 93_750}
	fastLine = line{"unthrottled", 0, -1, -1}
)

// painting is put into every page before anything of it is read. It looks at each frame whether as many figures as it is
// told have come whole and each shows a drawing with an area; a task that begins after that frame was painted notes
// the time. It also adds up what shifts, and notes the first paint.
const painting = `{
  const seen = window.__seen = { charts: 0, first: 0, shift: 0, shifts: [] };
  const drawn = (figure) => {
    let last = figure;
    while (last && !last.nextSibling) last = last.parentElement;
    if (!last && document.readyState === "loading") return false; // its end has not come
    return [...figure.querySelectorAll("svg")].some((svg) => {
      const box = svg.getBoundingClientRect();
      return box.width > 0 && box.height > 0;
    });
  };
  const look = () => {
    const figures = [...document.querySelectorAll("figure.chart")];
    if (figures.length < FIGURES || !figures.every(drawn)) return requestAnimationFrame(look);
    const after = new MessageChannel();
    after.port1.onmessage = () => { seen.charts = performance.now(); };
    after.port2.postMessage(0);
  };
  if (FIGURES > 0) requestAnimationFrame(look);
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (entry.name === "first-paint") seen.first = entry.startTime;
  }).observe({ type: "paint", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      seen.shift += entry.value;
      seen.shifts.push(...entry.sources.map((s) => (s.node?.className || s.node?.nodeName || "?") + ""));
    }
  }).observe({ type: "layout-shift", buffered: true });
}`

// painted is what a reader with an empty cache saw of a page, in milliseconds from the request.
type painted struct {
	First  float64 `json:"first"`
	Charts float64 `json:"charts"` // all figures whole and painted
	Shift  float64 `json:"shift"`  // cumulative layout shift
	Shifts []string
	Work   float64 // of the main thread until two tenths of a second after the page was loaded
	Bytes  float64 // transferred, headers included
}

// ask sends the browser's page a command of the protocol.
func ask[P, R any](t testing.TB, ctx context.Context, command cdp.Command[P, R], params P) R {
	t.Helper()
	out, err := chromedp.Run(ctx, func(ctx context.Context, target *chromedp.Target) (R, error) {
		return cdp.Call(ctx, target, command, params)
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// over sets the network of the browser's page.
func over(t testing.TB, ctx context.Context, l line) {
	t.Helper()
	ask(t, ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{{Latency: l.latency, DownloadThroughput: l.down, UploadThroughput: l.up}},
	})
}

// workOf is how long the main thread of the browser's page has worked, in milliseconds.
func workOf(t testing.TB, ctx context.Context) float64 {
	t.Helper()
	for _, m := range ask(t, ctx, performance.GetMetrics, cdp.Empty{}).Metrics {
		if m.Name == "TaskDuration" {
			return m.Value * 1000
		}
	}
	t.Fatal("the browser does not tell how long its main thread worked")
	return 0
}

// paint opens a page of so many figures with an empty cache, and waits until it has come to rest.
func paint(t testing.TB, ctx context.Context, address string, figures int) painted {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	ask(t, ctx, network.ClearBrowserCache, cdp.Empty{})
	script := ask(t, ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: strings.ReplaceAll(painting, "FIGURES", fmt.Sprint(figures)),
	})
	before := workOf(t, ctx)
	if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
		t.Fatal(err)
	}
	out, err := chromedp.Run(ctx, chromedp.Evaluate[painted](fmt.Sprintf(`(async () => {
		for (let n = 0; n < 100 && (!__seen.first || %d && !__seen.charts); n++) await new Promise((r) => setTimeout(r, 50));
		await new Promise((r) => setTimeout(r, 200));
		const sent = performance.getEntriesByType("resource").concat(performance.getEntriesByType("navigation"));
		return { ...__seen, bytes: sent.reduce((sum, r) => sum + r.transferSize, 0) };
	})()`, figures), chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	after := workOf(t, ctx)
	if before < after {
		out.Work = after - before
	} else {
		out.Work = after // the page was given a process of its own
	}
	ask(t, ctx, page.RemoveScriptToEvaluateOnNewDocument, page.RemoveScriptToEvaluateOnNewDocumentParams(script))
	if out.First == 0 || figures > 0 && out.Charts == 0 {
		t.Fatalf("%s: nothing was painted within five seconds, or not its %d figures: %+v", address, figures, out)
	}
	out.Charts = max(out.Charts, out.First) // the task after a frame begins while it is on its way to the screen
	return out
}

// plainPage is what every page is compared with: nothing but one drawing of ours in a page of its own.
func plainPage(t testing.TB, home string) *httptest.Server {
	t.Helper()
	drawing := regexp.MustCompile(`(?s)<svg.*?</svg>`).FindString(body(t, home+"/indicators/sellers-and-buyers"))
	if drawing == "" {
		t.Fatal("the page of the first indicator holds no drawing")
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	fmt.Fprintf(w, "<!doctype html><html lang=en><title>One drawing</title><figure class=chart>%s</figure><p>End.", drawing)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed.Bytes())
	}))
	t.Cleanup(server.Close)
	return server
}

func body(t testing.TB, address string) string {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	out, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s answers %d: %v", address, resp.StatusCode, err)
	}
	return string(out)
}

// agencyWithFigure is the page of an agency that shows a figure.
func agencyWithFigure(t testing.TB, home string) string {
	t.Helper()
	for _, m := range regexp.MustCompile(`href="(/agencies/[a-z0-9-]+)"`).FindAllStringSubmatch(body(t, home+"/agencies"), -1) {
		if strings.Contains(body(t, home+m[1]), "<figure") {
			return m[1]
		}
	}
	t.Fatal("no agency has a figure")
	return ""
}

// BenchmarkPaint opens pages with an empty cache over a slow and over a fast line, in turns with a page that is nothing
// but one drawing, and reports the least and the median of what it took: until the first paint, until all figures were
// painted, and how long the main thread worked; and what shifted, which must be nothing.
func BenchmarkPaint(b *testing.B) {
	const loads = 9
	ctx := browser(b)
	home := site(b).URL
	plain := plainPage(b, home).URL
	setUp(b, ctx, 1280, true, "light")
	ask(b, ctx, performance.Enable, performance.EnableParams{})
	pages := append([]string{"/"}, indicatorPages(b, home)...)
	pages = append(pages, agencyWithFigure(b, home))
	for _, l := range []line{slowLine, fastLine} {
		b.Run(l.name, func(b *testing.B) {
			over(b, ctx, l)
			for _, path := range pages {
				b.Run(strings.Trim(strings.ReplaceAll(path, "/", "-"), "-"), func(b *testing.B) {
					figures := strings.Count(body(b, home+path), "<figure class=\"chart\"")
					var ours, theirs []painted
					for b.Loop() {
						ours, theirs = nil, nil
						for range loads {
							theirs = append(theirs, paint(b, ctx, plain, 1))
							ours = append(ours, paint(b, ctx, home+path, figures))
						}
					}
					report := func(name string, of func(painted) float64) {
						mine, bare := sorted(ours, of), sorted(theirs, of)
						b.ReportMetric(mine[0], "ms-"+name+"-min")
						b.ReportMetric(mine[loads/2], "ms-"+name)
						b.ReportMetric(mine[loads/2]/bare[loads/2], "plain-"+name)
					}
					report("first", func(p painted) float64 { return p.First })
					report("charts", func(p painted) float64 { return p.Charts })
					report("work", func(p painted) float64 { return p.Work })
					b.ReportMetric(ours[0].Bytes/1000, "kB")
					shifts := sorted(ours, func(p painted) float64 { return p.Shift })
					b.ReportMetric(shifts[loads-1], "shift")
					b.ReportMetric(0, "ns/op")
				})
			}
		})
	}
}

func sorted(list []painted, of func(painted) float64) []float64 {
	var out []float64
	for _, p := range list {
		out = append(out, of(p))
	}
	slices.Sort(out)
	return out
}
