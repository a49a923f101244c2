package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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
		switch req.URL.Path {
		case "/releases.json":
			_, _ = w.Write([]byte(`{"releases": [{"id": "2026-11-24"}]}`))
		case "/releases/2026-11-24/kit.zip", "/releases/2026-11-23/kit.zip":
			_, _ = w.Write(served)
		default:
			http.NotFound(w, req)
		}
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
	if code, out := verify("-key", key.Public(), site.URL+"/"); code != exitOK || !strings.Contains(out, "/releases/2026-11-24/kit.zip: the manifest") {
		t.Errorf("verify of a site: %d, %s", code, out)
	}
	if code, out := verify(site.URL + "/releases/2026-11-23"); code != exitRejected || !strings.Contains(out, "It is the kit of release 2026-11-24") {
		t.Errorf("verify of a kit in the place of another: %d, %s", code, out)
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

// TestErasedBytesAreGoneAndTheRestStays: after bytes were erased by law, those of the repaired rows too, the batches, their
// checksums and the counts stay, and verify says what is gone without calling it a fault. Bytes that changed are one.
func TestErasedBytesAreGoneAndTheRestStays(t *testing.T) {
	state, in := testkit.Folder(t), t.TempDir()
	tallystick := func(want int, args ...string) string {
		t.Helper()
		var out strings.Builder
		env := map[string]string{"TALLYSTICK_DATA": filepath.Join("..", "..", "data"), "TALLYSTICK_STATE": state, "TALLYSTICK_USER": "ann"}
		if code := run(t.Context(), args, func(name string) string { return env[name] }, &out, &out); code != want {
			t.Fatalf("tallystick %s: exit code %d, want %d: %s", strings.Join(args, " "), code, want, out.String())
		}
		return out.String()
	}
	sealed := release.Draft{Manifest: stat.Manifest{ID: "2026-11-24", PublishedAt: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)},
		Files: map[string][]byte{"downloads/x.csv": []byte("x\n")}}
	if _, err := release.Seal(t.Context(), filepath.Join(state, "releases"), sealed); err != nil {
		t.Fatal(err)
	}
	bytesOf, err := os.ReadFile(filepath.Join("..", "..", "data", "exports", "bjs-federal.csv"))
	if err != nil {
		t.Fatal(err)
	}
	export, fix := filepath.Join(in, "bjs-federal.csv"), filepath.Join(in, "to-fix.csv")
	broken := strings.Replace(string(bytesOf), ",1360,", ",136o,", 1)
	if broken == string(bytesOf) {
		t.Fatal("the export has no 1360")
	}
	if err := os.WriteFile(export, []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	tallystick(exitOK, "ingest", export)
	tallystick(exitOK, "giveback", "-o", fix, "b0001")
	given, err := os.ReadFile(fix)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(fix, bytes.Replace(given, []byte(",136o,"), []byte(",1360,"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := tallystick(exitOK, "ingest", "-fixes", "b0001", fix); !strings.Contains(out, "0 quarantined") {
		t.Fatalf("the repaired row: %s", out)
	}
	tallystick(exitOK, "ingest", filepath.Join("..", "..", "data", "exports", "trac-prosecutions.csv"))
	before := tallystick(exitOK, "batches", "-json")
	if out := tallystick(exitOK, "verify"); !strings.Contains(out, "verified 3 kept exports") {
		t.Errorf("verify before: %s", out)
	}
	tallystick(exitOK, "erase", "-reason", "Erased under the Clean Slate law.", "b0001")
	out := tallystick(exitOK, "verify")
	for _, want := range []string{"batch b0001: its bytes were erased on ", "batch b0002: its bytes were erased on ", "verified 1 kept export:"} {
		if !strings.Contains(out, want) {
			t.Errorf("verify after an erasure does not say %q: %s", want, out)
		}
	}
	var was, is []stat.Batch
	if err := errors.Join(json.Unmarshal([]byte(before), &was), json.Unmarshal([]byte(tallystick(exitOK, "batches", "-json")), &is)); err != nil {
		t.Fatal(err)
	}
	for i := range is {
		is[i].ErasedAt = time.Time{}
	}
	if diff := cmp.Diff(was, is); diff != "" {
		t.Errorf("an erasure changed the batches (-before +after):\n%s", diff)
	}
	if out := tallystick(exitOK, "ingest", export); !strings.Contains(out, "nothing changed") {
		t.Errorf("the erased bytes once more: %s", out)
	}
	kept := is[2].SHA256
	path := filepath.Join(state, "exports", kept[:2], kept)
	if err := errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, []byte("changed"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if out := tallystick(exitRejected, "verify"); !strings.Contains(out, "The bytes of batch b0003 (trac-prosecutions.csv) are not those that were received.") {
		t.Errorf("verify of changed bytes: %s", out)
	}
}
