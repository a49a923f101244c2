package web

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// reads reads a text from the page.
func reads(t *testing.T, ctx context.Context, expression string) string {
	t.Helper()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](expression))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return text
}

// becomes waits until an expression of the page gives the text.
func becomes(t *testing.T, ctx context.Context, expression, want string) {
	t.Helper()
	got := ""
	for began := time.Now(); time.Since(began) < 20*time.Second; time.Sleep(50 * time.Millisecond) {
		if got = reads(t, ctx, expression); got == want {
			return
		}
	}
	t.Errorf("%s is %q, want %q", expression, got, want)
}

// choose sets a field of the form as a reader does who stays in it.
func choose(t *testing.T, ctx context.Context, name, value string) {
	t.Helper()
	err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`{
		const field = document.querySelector(".controls [name=%s]");
		field.focus();
		field.value = %q;
		field.dispatchEvent(new Event("change", {bubbles: true}));
	}`, name, value)))
	if err != nil {
		t.Fatal(err)
	}
}

// clean wants that the browser had nothing to complain of.
func clean(t *testing.T, w *watched) {
	t.Helper()
	if problems, _ := w.take(); len(problems) > 0 {
		t.Errorf("the browser complains: %q", problems)
	}
}

// TestBrowserChangesTheViewInPlace holds that a change in the form shows at once, is announced once in a region that
// was there before, leaves the focus where it was and puts the whole state into the address; that going back and
// forward shows what was shown; that sending the form leads to the heading of what it asks for; and that a day is not
// sent while it is being typed.
func TestBrowserChangesTheViewInPlace(t *testing.T) {
	server := httptest.NewServer(world(t).Handler())
	defer server.Close()
	ctx, w := browser(t)
	theme(t, ctx, "light", 1280)
	if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+"/indicators/children"), chromedp.Evaluate[chromedp.Void](`
		window.announced = [];
		window.kept = document.querySelector(".controls [role=status]");
		new MutationObserver(() => announced.push(kept.textContent)).observe(kept, {childList: true, characterData: true});`)); err != nil {
		t.Fatal(err)
	}
	const state = `[document.activeElement.name, location.search, document.querySelector(".controls [name=from]").value,
		announced.join("/")].join("|")`
	choose(t, ctx, "from", "2014")
	becomes(t, ctx, state, "from|?from=2014|2014|Chart and table updated: 2 points, 2 gaps")
	choose(t, ctx, "to", "2014")
	becomes(t, ctx, state, "to|?from=2014&to=2014|2014|Chart and table updated: 2 points, 2 gaps/Chart and table updated: 2 points, 0 gaps")
	title := reads(t, ctx, `document.querySelector("#view h2").textContent`)
	for _, step := range []struct{ way, want string }{
		{"back", "?from=2014|2014|"}, {"back", "||"}, {"forward", "?from=2014|2014|"}, {"forward", "?from=2014&to=2014|2014|2014"},
	} {
		if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void]("history."+step.way+"()")); err != nil {
			t.Fatal(err)
		}
		becomes(t, ctx, `[location.search, ...["from", "to"].map((n) => document.querySelector(".controls [name=" + n + "]").value)].join("|")`,
			step.want)
	}
	becomes(t, ctx, `String(document.querySelector("#view h2")?.textContent)`, title)

	if err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(".controls button"))); err != nil {
		t.Fatal(err)
	}
	becomes(t, ctx, `document.activeElement.id + " " + document.getElementById(document.activeElement.getAttribute("aria-describedby"))?.textContent`,
		"h-view Chart and table show 2 values and 0 gaps.")
	choose(t, ctx, "known", "2026-11-30")
	becomes(t, ctx, `location.pathname + document.activeElement.name`, "/indicators/childrenknown")
	if err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(".controls button"))); err != nil {
		t.Fatal(err)
	}
	becomes(t, ctx, `location.pathname + location.search`, "/releases/2026-11-24/indicators/children?from=2014&to=2014")
	clean(t, w)
}

// TestBrowserStepsThroughAFigure holds that the figure, once explored, is one stop with a name; that the arrow keys,
// Home and End step through values, gaps and breaks; that each is spoken one at a time; and that the place is marked.
func TestBrowserStepsThroughAFigure(t *testing.T) {
	server := httptest.NewServer(world(t).Handler())
	defer server.Close()
	ctx, w := browser(t)
	for _, look := range []struct {
		scheme string
		width  int64
	}{{"light", 1280}, {"dark", 360}} {
		theme(t, ctx, look.scheme, look.width)
		if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+"/indicators/children"), chromedp.Click(chromedp.CSS(".explore button")),
			chromedp.WaitVisible(chromedp.CSS(".explored svg"))); err != nil {
			t.Fatal(err)
		}
		becomes(t, ctx, `[document.activeElement.className, document.activeElement.role, document.querySelectorAll("figure.chart [tabindex]").length,
			document.getElementById(document.activeElement.getAttribute("aria-labelledby")).textContent.endsWith("Table follows.")].join("|")`,
			"explored|application|1|true")
		var heard []string
		press := func(key string) string {
			if err := chromedp.Do(ctx, chromedp.KeyEvent(key)); err != nil {
				t.Fatal(err)
			}
			heard = append(heard, reads(t, ctx, `document.querySelector(".explore-said").textContent`))
			return heard[len(heard)-1]
		}
		last := press(kb.End)
		for text := press(kb.Home); text != last && len(heard) < 30; text = press(kb.ArrowRight) {
		}
		all := strings.Join(heard, "\n")
		heard = slices.Compact(heard)
		for _, want := range []string{"not reported", "Referred. 2", "1 of ", "withheld to protect people"} {
			if !strings.Contains(all, want) {
				t.Errorf("%s: stepping through the figure says no %q:\n%s", look.scheme, want, all)
			}
		}
		if got, want := press(kb.ArrowLeft), heard[len(heard)-3]; got != want {
			t.Errorf("one back from the last stop is %q, want %q", got, want)
		}
		becomes(t, ctx, `{
			const ring = document.querySelector(".ring").getBoundingClientRect(), place = document.querySelector(".explored").getBoundingClientRect();
			String(ring.width > 0 && ring.left >= place.left - 12 && ring.right <= place.right + 12 && ring.top >= place.top - 12)
		}`, "true")
		clean(t, w)
	}
}

// TestBrowserSortsTables holds that each heading of a table is a button; that a column sorts up and down, with breaks
// behind the values and what has no value last both times; that the first column brings back the order of the page;
// and that sorting is announced.
func TestBrowserSortsTables(t *testing.T) {
	server := httptest.NewServer(world(t).Handler())
	defer server.Close()
	ctx, w := browser(t)
	theme(t, ctx, "light", 1280)
	if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+"/indicators/children")); err != nil {
		t.Fatal(err)
	}
	const rows = `[...document.querySelectorAll("#figures table.figures tbody tr:not(.group)")].map((r) =>
		r.className === "break" ? "break" : r.cells[1].firstChild.textContent).join(" ")`
	const order = `[...document.querySelectorAll("#figures table.figures th")].map((h) => h.getAttribute("aria-sort") || "").join("|").replace(/\|+$/, "")`
	press := func(column int) {
		t.Helper()
		if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(
			`document.querySelectorAll("#figures table.figures thead th button")[%d].click()`, column))); err != nil {
			t.Fatal(err)
		}
	}
	// a break, as the pages of other indicators have them
	if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](`{
		const row = document.querySelector("#figures table.figures tbody").insertRow(2);
		row.className = "break";
		row.append(document.createElement("th"), Object.assign(document.createElement("td"), {colSpan: 5, textContent: "2016 is not like 2015."}));
	}`)); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		column      int
		order, rows string
	}{
		{1, "|descending", "94 about 80 0 break [x] [c]"},
		{1, "|ascending", "0 about 80 94 break [x] [c]"},
		{0, "ascending", "0 break 94 about 80 [x] [c]"},
		{0, "descending", "[c] [x] about 80 94 break 0"},
		{1, "|descending", "94 about 80 0 break [x] [c]"},
	} {
		press(step.column)
		becomes(t, ctx, order, step.order)
		becomes(t, ctx, rows, step.rows)
	}
	becomes(t, ctx, `document.querySelector("#figures .frame + [role=status]").textContent`, "Sorted by Value, largest first.")
	clean(t, w)
}

// TestBrowserFrameTellsItsHeight shows figures in frames of another site, of which one is pinned to a release, with the
// script that the pages offer: each frame grows to its figure, asks nothing of a third host and sets no cookie, says
// where its table is, and the pinned one says that a newer release is out.
func TestBrowserFrameTellsItsHeight(t *testing.T) {
	server := httptest.NewServer(world(t).Handler())
	defer server.Close()
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		frame := `<iframe src="%s" title="A figure" width="100%%" height="100"></iframe>`
		fmt.Fprintf(w, `<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>A newspaper</title><script>%s</script>`+frame+frame,
			embedScript, server.URL+"/embed/sellers-and-buyers", server.URL+"/releases/2026-11-24/embed/sellers-and-buyers")
	}))
	defer other.Close()
	ctx, w := browser(t)
	for _, width := range []int64{360, 1280} {
		theme(t, ctx, "light", width)
		if err := chromedp.Do(ctx, chromedp.Navigate(other.URL)); err != nil {
			t.Fatal(err)
		}
		becomes(t, ctx, `String([...document.querySelectorAll("iframe")].every((f) => f.clientHeight > 300))`, "true")
	}
	_, requests := w.take()
	for _, r := range requests {
		if !strings.HasPrefix(r, server.URL) && !strings.HasPrefix(r, other.URL) && !strings.HasPrefix(r, "data:") {
			t.Errorf("a frame asks %s", r)
		}
	}
	for _, address := range []string{"/embed/sellers-and-buyers", "/releases/2026-11-24/embed/sellers-and-buyers"} {
		if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+address)); err != nil {
			t.Fatal(err)
		}
		becomes(t, ctx, `[document.title.length > 0, document.cookie, document.getElementById(document.querySelector(".drawing").getAttribute("aria-labelledby"))
			.textContent.endsWith("Its table is on the page of the question.")].join("|")`, "true||true")
	}
	becomes(t, ctx, `String(document.querySelector("iframe.newer").contentDocument.body.textContent.includes("2026-12-08"))`, "true")
}

// TestBrowserForcedColours holds that a figure is seen where the system chooses all colours, as in Windows' contrast
// themes: no text or mark has the colour of the ground, and the marks of two series differ.
func TestBrowserForcedColours(t *testing.T) {
	server := httptest.NewServer(world(t).Handler())
	defer server.Close()
	ctx, _ := browser(t)
	for _, scheme := range []string{"light", "dark"} {
		theme(t, ctx, scheme, 1280)
		if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}, {Name: "prefers-color-scheme", Value: scheme}},
		}); err != nil {
			t.Fatal(err)
		}
		if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+"/indicators/sellers-and-buyers")); err != nil {
			t.Fatal(err)
		}
		becomes(t, ctx, `{
			const ground = getComputedStyle(document.body).backgroundColor, seen = new Set();
			let lost = 0;
			for (const e of document.querySelectorAll(".drawn-wide svg :is(text, path)")) {
				const style = getComputedStyle(e);
				if (style.fill === ground && style.stroke === "none") lost += 1;
				if (e.tagName === "path" && style.fill !== "none") seen.add(style.fill);
			}
			lost + " " + (seen.size > 1)
		}`, "0 true")
	}
}

// TestBrowserOnPaper holds that a sheet of paper has the drawing for wide screens, no control that cannot be pressed, and
// the release at its foot, which the browser repeats on every sheet.
func TestBrowserOnPaper(t *testing.T) {
	server := httptest.NewServer(world(t).Handler())
	defer server.Close()
	ctx, _ := browser(t)
	theme(t, ctx, "light", 640)
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+"/indicators/sellers-and-buyers")); err != nil {
		t.Fatal(err)
	}
	becomes(t, ctx, `{
		const shown = (s) => [...document.querySelectorAll(s)].map((e) => getComputedStyle(e).display);
		const hidden = [".drawn-narrow", ".controls", ".explore", "#embed", ".find", ".languages"];
		[shown(".drawn-wide").join(), hidden.filter((s) => shown(s).some((d) => d !== "none")).join(), shown(".foot").join(),
			document.querySelector(".foot").innerText.includes("2026-"), shown("table.figures").join()].join(" | ")
	}`, "block |  | table-footer-group | true | table")
}
