package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// TestRecordsAreChosenByColumn holds that each facet says how many records its link shows, that those have the code in
// that column, and that the facets of a column come to all records but those without a code.
func TestRecordsAreChosenByColumn(t *testing.T) {
	server := site(t)
	const page = "/datasets/bjs-federal"
	doc := fetched(t, server, page)
	facets := 0
	doc.Find("#preview p.small a").Each(func(_ int, a *goquery.Selection) {
		facets++
		to := a.AttrOr("href", "")
		n := strings.Trim(strings.TrimSpace(a.Nodes[0].NextSibling.Data), "() ·\n")
		chosen := fetched(t, server, to)
		if got := chosen.Find("#preview").Text(); !strings.Contains(got, " of "+n+" records. No row limit on downloads.") {
			t.Errorf("%s does not say that it shows of %s records", to, n)
		}
		column, code := chosen.Find("#preview select option[selected]").Text(), chosen.Find("#preview input[name=is]").AttrOr("value", "")
		at := slices.Index(chosen.Find("#preview thead th").Map(func(_ int, th *goquery.Selection) string { return th.Text() }), column)
		rows := chosen.Find("#preview tbody tr")
		if at < 0 || rows.Length() == 0 {
			t.Fatalf("%s shows %d records by the column %q", to, rows.Length(), column)
		}
		rows.Each(func(_ int, row *goquery.Selection) {
			if got := row.Children().Eq(at).Text(); got != code {
				t.Errorf("%s shows a record with %q, want %q", to, got, code)
			}
		})
		if chosen.Find(`#preview a[aria-current]`).Length() != 1 {
			t.Errorf("%s does not mark the facet that is chosen", to)
		}
	})
	if facets < 10 {
		t.Errorf("%s has %d facets", page, facets)
	}
}

// TestMistakesOfProgramsAreDescribed holds what a program is told: the kind of mistake, the parameter, what is allowed.
func TestMistakesOfProgramsAreDescribed(t *testing.T) {
	server := site(t)
	for _, c := range []struct {
		path            string
		status          int
		code, parameter string
		allowed         string // one of them
	}{
		{"/indicators/never-there.json", 404, "not-found", "", ""},
		{"/indicators/sellers-and-buyers.json?form=wide", 400, "invalid", "form", "from"},
		{"/values/sellers-and-buyers/arrested/selling/1999.json", 404, "not-found", "", ""},
	} {
		resp, err := http.Get(server.URL + c.path)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Title, Detail, Instance, Code, Parameter string
			Status                                   int
			Allowed                                  []string
		}
		err = json.NewDecoder(resp.Body).Decode(&got)
		resp.Body.Close()
		if kind := resp.Header.Get("Content-Type"); err != nil || kind != "application/problem+json" || resp.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("GET %s answers %s (%v)", c.path, kind, err)
			continue
		}
		if resp.StatusCode != c.status || got.Status != c.status || got.Code != c.code || got.Parameter != c.parameter ||
			got.Title == "" || got.Detail == "" || got.Instance != strings.SplitN(c.path, "?", 2)[0] ||
			c.allowed != "" && !slices.Contains(got.Allowed, c.allowed) {
			t.Errorf("GET %s: %d %+v, want %d %s %q with %q allowed", c.path, resp.StatusCode, got, c.status, c.code, c.parameter, c.allowed)
		}
	}
}

// TestAZeroLeadsToTheLaw holds that the page that shows no state conviction has the elements of both laws in place, and
// that a question about no trafficker does not.
func TestAZeroLeadsToTheLaw(t *testing.T) {
	server := site(t)
	law := fetched(t, server, "/laws/elements").Find("table.elements tbody tr").Length()
	if got := fetched(t, server, "/indicators/state-and-federal").Find("#elements table tbody tr").Length(); got != law || law == 0 {
		t.Errorf("the page of the zero has %d elements of the law, and the page of the law %d", got, law)
	}
	if n := fetched(t, server, "/indicators/prostitution-arrests").Find("#elements").Length(); n != 0 {
		t.Errorf("the page of arrests for prostitution compares the laws on trafficking")
	}
}

// TestAClaimLeadsToWhatWasKnown holds that every claim says what was published here on its day.
func TestAClaimLeadsToWhatWasKnown(t *testing.T) {
	page := fetched(t, site(t), "/claims").Find("main").Text()
	if n := strings.Count(page, "On the day of the statement nothing had been published here"); n < 5 {
		t.Errorf("%d claims of 2016 say that nothing was published here then, want at least 5", n)
	}
}
