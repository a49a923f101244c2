package web

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	"tallystick/internal/release"
	"tallystick/internal/stat"
	"tallystick/internal/testkit"
)

// TestTheCommandOfAPassportGivesItsValue runs the line that a passport offers, as a reader would.
func TestTheCommandOfAPassportGivesItsValue(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("there is no curl on this machine")
	}
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	defer server.Close()
	d := draft("2026-11-24", first, 3557)
	d.Definitions.Site.Address = server.URL
	dir := testkit.Folder(t)
	if _, err := release.Seal(t.Context(), dir, d); err != nil {
		t.Fatal(err)
	}
	lib, err := release.OpenLibrary(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := New(Config{Library: lib, Log: slog.New(slog.DiscardHandler), Clock: func() time.Time { return now }})
	handler = s.Handler()
	line := document(t, s, "/values/sellers-and-buyers/arrested/selling/2005-2014").Find("[aria-labelledby='h-quote'] pre code").Text()
	args := strings.Fields(line)
	if len(args) < 2 || args[0] != "curl" {
		t.Fatalf("the passport offers %q, want one line of curl", line)
	}
	out, err := exec.CommandContext(t.Context(), curl, args[1:]...).Output()
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	var got passport
	if err := json.Unmarshal(out, &got); err != nil || got.Observation.Value != 3557 || got.Release != "2026-11-24" {
		t.Errorf("%s gives %v in release %q (%v), want 3557 in 2026-11-24", line, got.Observation.Value, got.Release, err)
	}
}

// TestATotalSaysThatNobodySaidWhoReported holds that silence about reporters is said, on the page and in the passport.
func TestATotalSaysThatNobodySaidWhoReported(t *testing.T) {
	dir := testkit.Folder(t)
	if _, err := release.Seal(t.Context(), dir, draft("2026-11-24", first, 3557)); err != nil {
		t.Fatal(err)
	}
	lib, err := release.OpenLibrary(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := New(Config{Library: lib, Log: slog.New(slog.DiscardHandler), Clock: func() time.Time { return now }})
	if got, want := document(t, s, "/indicators/sellers-and-buyers").Find(".trust").Text(), "Number of reporting agencies not stated"; !strings.Contains(got, want) {
		t.Errorf("the trust line says %q, want %q in it", got, want)
	}
	if got, want := document(t, s, "/values/sellers-and-buyers/arrested/selling/2005-2014").Find("dl").Text(), "does not say how many agencies reported"; !strings.Contains(got, want) {
		t.Errorf("the passport says %q, want %q in it", got, want)
	}
}

// TestNumbersInNotesLeadToTheirFigures holds that a number leads to the figure that the definition binds it to, that
// words before it tell two figures apart, and that no part of another number does.
func TestNumbersInNotesLeadToTheirFigures(t *testing.T) {
	v := &visit{}
	quoted := []stat.Quoted{{Says: "348", Figure: "a/b/c/2014"}, {Says: "about 80", Figure: "a/b/c/2014/1"}, {Says: "than 80", Figure: "a/b/c/2015"}}
	for text, want := range map[string]string{
		"The total is 348; the rest 330.":         "The total is |348=a/b/c/2014|; the rest 330.",
		"1,348 and 348.5 and 3480 and 0.348 are":  "1,348 and 348.5 and 3480 and 0.348 are",
		"348, 348.":                               "|348=a/b/c/2014|, |348=a/b/c/2014|.",
		"More than 80 came, or about 80, not 80.": "More than |80=a/b/c/2015| came, or about |80=a/b/c/2014/1|, not 80.",
		"": "",
	} {
		var got strings.Builder
		for _, r := range v.quote([]string{text}, quoted)[0] {
			if r.Key != "" {
				got.WriteString("|" + r.Text + "=" + r.Key + "|")
			} else {
				got.WriteString(r.Text)
			}
		}
		if got.String() != want {
			t.Errorf("quote(%q) = %q, want %q", text, got.String(), want)
		}
	}
}

// TestADefinitionSaysWhichReleaseChangedIt seals a second release whose definition has another note.
func TestADefinitionSaysWhichReleaseChangedIt(t *testing.T) {
	dir := testkit.Folder(t)
	before, after := draft("2026-11-24", first, 3557), draft("2026-12-08", second, 3557)
	for i, ind := range after.Definitions.Indicators {
		if ind.ID == "sellers-and-buyers" {
			after.Definitions.Indicators[i].Notes = []string{"Arrests measure what police do."}
		}
	}
	for _, d := range []release.Draft{before, after} {
		if _, err := release.Seal(t.Context(), dir, d); err != nil {
			t.Fatal(err)
		}
	}
	lib, err := release.OpenLibrary(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := New(Config{Library: lib, Log: slog.New(slog.DiscardHandler), Clock: func() time.Time { return now }})
	for address, want := range map[string]string{
		"/indicators/sellers-and-buyers":                     "Its wording or its panels changed in release 2026-12-08.",
		"/releases/2026-11-24/indicators/sellers-and-buyers": "No release has changed it.",
	} {
		if text := document(t, s, address).Find("#definition").Text(); !strings.Contains(text, want) {
			t.Errorf("GET %s: the definition does not say %q: %s", address, want, text)
		}
	}
}
