package web

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"tallystick/internal/release"
)

// TestPinnedAddressesNeverChange asks for every address of the first release on the day it came out, and again when
// two more are out: each answer is the same to the byte and may be kept for a year, and each page names the strip
// that says what is new, which is asked about every time.
func TestPinnedAddressesNeverChange(t *testing.T) {
	dir := seal(t)
	at := func(moment time.Time) *Server {
		lib, err := release.OpenLibrary(dir)
		if err != nil {
			t.Fatal(err)
		}
		return New(Config{Library: lib, Log: slog.New(slog.DiscardHandler), Clock: func() time.Time { return moment }, Version: "test"})
	}
	then, later := at(first.Add(time.Minute)), at(third.AddDate(1, 0, 0))
	var pinned []string
	for _, address := range everyPage(t, then) {
		if strings.HasPrefix(address, "/releases/2026-11-24") {
			pinned = append(pinned, address)
		}
	}
	if len(pinned) < 20 {
		t.Fatalf("only %d pinned pages can be reached from the start: %v", len(pinned), pinned)
	}
	pages := len(pinned)
	for _, ext := range []string{".csv", ".json", ".xlsx", ".svg", ".bib"} {
		pinned = append(pinned, "/releases/2026-11-24/indicators/children"+ext)
	}
	pinned = append(pinned, "/releases/2026-11-24/values/children/referred/all/2014.json", "/releases/2026-11-24/feed.atom",
		"/releases/2026-11-24/sitemap.xml", "/releases/2026-11-24/search?q=children",
		"/releases/2026-11-24/indicators/children?panel=referred&from=2014", "/releases/2026-11-24/embed/children")
	for i, address := range pinned {
		a, b := get(t, then, address), get(t, later, address)
		if a.Code != 200 || !bytes.Equal(a.Body.Bytes(), b.Body.Bytes()) {
			t.Errorf("GET %s = %d, %d bytes; later %d, %d bytes: want the same", address, a.Code, a.Body.Len(), b.Code, b.Body.Len())
		}
		for _, w := range []string{a.Header().Get("Cache-Control"), b.Header().Get("Cache-Control")} {
			if w != forEver {
				t.Errorf("GET %s: Cache-Control %q, want %q", address, w, forEver)
			}
		}
		if i >= pages {
			continue
		}
		_, rest, _ := strings.Cut(a.Body.String(), `<iframe class="newer" src="`)
		strip, _, _ := strings.Cut(rest, `"`)
		if strip != "/newer/"+strings.TrimPrefix(address, "/releases/") {
			t.Errorf("GET %s names the strip %q", address, strip)
			continue
		}
		for _, c := range []struct {
			s    *Server
			want string
		}{{then, "It is the newest release."}, {later, "A newer release is out"}} {
			w := get(t, c.s, strip)
			if w.Header().Get("Cache-Control") != revalidate || !strings.Contains(w.Body.String(), c.want) {
				t.Errorf("GET %s: Cache-Control %q, body lacks %q", strip, w.Header().Get("Cache-Control"), c.want)
			}
		}
	}
}
