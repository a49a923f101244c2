package main

import (
	"encoding/csv"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/chromedp/chromedp"
)

// keysOf are the keys of the counts that the answer to an address of CSV holds.
func keysOf(t *testing.T, address string) []string {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	rows, err := csv.NewReader(resp.Body).ReadAll()
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s answers %d (%v)", address, resp.StatusCode, err)
	}
	at := slices.Index(rows[0], "key")
	var keys []string
	for _, row := range rows[1:] {
		keys = append(keys, row[at])
	}
	slices.Sort(keys)
	return keys
}

// TestAViewHasTheSameFiguresOnThePageAndInItsFiles holds that the choices of the form mean the same for readers and for
// programs, and that the page leads to the file of exactly what it shows.
func TestAViewHasTheSameFiguresOnThePageAndInItsFiles(t *testing.T) {
	server := site(t)
	const page = "/indicators/prostitution-arrests"
	for _, choices := range []string{
		"?place=county.hartford", "?by=county", "?as=map&by=county", "?by=county&measure=rate", "?place=town.hartford",
		"?place=agency.hartford&from=2012&to=2014", "?place=town.groton",
	} {
		doc := fetched(t, server, page+choices)
		var shown []string
		doc.Find("#view [data-figure]").Each(func(_ int, s *goquery.Selection) {
			shown = append(shown, s.AttrOr("data-figure", ""))
		})
		slices.Sort(shown)
		shown = slices.Compact(shown)
		file := doc.Find(`#view a[href*=".csv?"]`).AttrOr("href", "")
		if file == "" {
			t.Errorf("%s leads to no file of what it shows", choices)
			continue
		}
		if got := keysOf(t, server.URL+file); len(got) == 0 || !slices.Equal(got, shown) {
			t.Errorf("%s: the file %s has %d figures and the page %d:\n%v\n%v", choices, file, len(got), len(shown), got, shown)
		}
	}
}

// TestTheMapOfCountiesSaysWhatItShows holds that the map of real counts draws discs and shades no ground, says where police
// act, shows a county of which some agencies did not report as an open disc with how many did, and is there in Spanish.
func TestTheMapOfCountiesSaysWhatItShows(t *testing.T) {
	server := site(t)
	for _, c := range []struct{ path, want, partial string }{
		{"/indicators/prostitution-arrests?as=map&by=county&to=2014", "Arrests show where police act", "30 of 32"},
		{"/es/indicators/prostitution-arrests?as=map&by=county&to=2014", "dónde actúa la policía", "30 de 32"},
	} {
		doc := fetched(t, server, c.path)
		drawing := doc.Find("#view svg")
		text := strings.Join(strings.Fields(drawing.Text()), " ")
		for _, want := range []string{c.want, c.partial, "≥ 187", "Fairfield", "New London", "2014"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the map lacks %q:\n%s", c.path, want, text)
			}
		}
	}
}

// TestPlacesLeadToOneAnother holds that each town leads to its county and its planning region, and each of those back to
// its towns, with the years in which it was in use.
func TestPlacesLeadToOneAnother(t *testing.T) {
	server := site(t)
	town := fetched(t, server, "/places/hartford")
	for _, path := range []string{"/counties/hartford", "/planning-regions/capitol"} {
		if town.Find(`a[href="`+path+`"]`).Length() == 0 {
			t.Errorf("/places/hartford does not lead to %s", path)
		}
		doc := fetched(t, server, path)
		if doc.Find(`a[href="/places/hartford"]`).Length() == 0 {
			t.Errorf("%s does not lead to its town", path)
		}
		if text := doc.Find("dl.facts").Text(); !strings.Contains(text, "in use") {
			t.Errorf("%s does not say in which years it was in use: %s", path, text)
		}
	}
	for path, want := range map[string]int{"/counties/hartford": 6, "/planning-regions/capitol": 0} {
		if got := fetched(t, server, path).Find(`table [data-figure*="/arrests/"]`).Length(); got != want {
			t.Errorf("%s shows %d counts of arrests, want %d", path, got, want)
		}
	}
	for _, path := range []string{"/counties/not-placed", "/counties/nowhere", "/planning-regions/hartford"} {
		resp, err := http.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s answers %d, want 404", path, resp.StatusCode)
		}
	}
}

// TestBrowserMyTownIsOneSelect drives the form as a reader on a phone does: one choice changes the figure, the table and the
// address.
func TestBrowserMyTownIsOneSelect(t *testing.T) {
	ctx := browser(t)
	server := site(t)
	if err := chromedp.Do(ctx,
		chromedp.EmulateViewport(360, 740),
		chromedp.Navigate(server.URL+"/indicators/prostitution-arrests"),
		chromedp.WaitReady(chromedp.CSS(`select[name="place"]`)),
	); err != nil {
		t.Fatal(err)
	}
	said, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`(async () => {
		const s = document.querySelector('select[name="place"]');
		s.value = "town.waterbury";
		s.dispatchEvent(new Event("change", {bubbles: true}));
		for (let i = 0; i < 200 && !document.querySelector("#h-view"); i++) await new Promise((done) => setTimeout(done, 50));
		return [document.querySelector("#h-view").textContent, location.search, document.querySelector("#view table").textContent,
			String(document.documentElement.scrollWidth)];
	})()`, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	title, search, table, width := said[0], said[1], said[2], said[3]
	if !strings.Contains(title, "Waterbury") || !strings.Contains(table, "2013") || search != "?place=town.waterbury" {
		t.Errorf("after one choice the page shows %q at %q:\n%s", title, search, table)
	}
	if width != "360" {
		t.Errorf("the page is %s pixels wide on a phone of 360", width)
	}
}
