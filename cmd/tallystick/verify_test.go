package main

import (
	"bytes"
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tallystick/internal/release"
	"tallystick/internal/stat"
	"tallystick/internal/testkit"
)

// TestVerifyFetchesTheKitOfAnAddress verifies a release from the address of its page, whole and with one byte
// changed on the way.
func TestVerifyFetchesTheKitOfAnAddress(t *testing.T) {
	state := testkit.Folder(t)
	key, err := release.CreateKey(rand.Reader, filepath.Join(state, "key"), "example.org")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	dir := filepath.Join(state, "releases")
	d := release.Draft{Manifest: stat.Manifest{ID: "2026-11-24", PublishedAt: at}, Key: key}
	if _, err := release.Seal(t.Context(), dir, d); err != nil {
		t.Fatal(err)
	}
	lib, err := release.OpenLibrary(dir)
	if err != nil {
		t.Fatal(err)
	}
	r, err := lib.Latest(at)
	if err != nil {
		t.Fatal(err)
	}
	var kit bytes.Buffer
	if err := r.Kit(&kit); err != nil {
		t.Fatal(err)
	}
	served := kit.Bytes()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Path != "/releases/2026-11-24/kit.zip" {
			http.NotFound(w, req)
			return
		}
		_, _ = w.Write(served)
	}))
	defer site.Close()
	verify := func(args ...string) (int, string) {
		var out strings.Builder
		code := run(t.Context(), append([]string{"verify"}, args...), func(string) string { return "" }, &out, &out)
		return code, out.String()
	}
	page := site.URL + "/releases/2026-11-24"
	if code, out := verify("-key", key.Public(), page); code != exitOK || !strings.Contains(out, "are as sealed") {
		t.Errorf("verify of a whole kit: %d, %s", code, out)
	}
	if code, out := verify(site.URL + "/releases/2026-11-25"); code != exitFailed || !strings.Contains(out, "404") {
		t.Errorf("verify of nothing: %d, %s", code, out)
	}
	served = bytes.Clone(served)
	served[len(served)/2] ^= 1
	if code, out := verify(page); code != exitRejected || !strings.Contains(out, "1 fault found") {
		t.Errorf("verify of an altered kit: %d, %s", code, out)
	}
}
