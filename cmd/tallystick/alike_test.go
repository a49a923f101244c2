package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tallystick/internal/release"
	"tallystick/internal/testkit"
	"tallystick/internal/web"
)

// sums are checksums, signatures and proofs: they differ between any two releases that were made from other bytes.
var sums = regexp.MustCompile(`[0-9a-f]{12,}|[A-Za-z0-9+/_-]{40,}={0,2}`)

// published publishes the made-up world and returns everything that anybody can read of it: every file of the release,
// what is in the archives among them, every page and file that the server answers, what the commands print and log.
func published(t *testing.T, whole bool, variants ...string) (public map[string][]byte, withheld map[string]float64) {
	t.Helper()
	ctx := context.Background()
	var said, logged bytes.Buffer
	p := &program{getenv: func(string) string { return "" }, stdout: &said, stderr: io.Discard,
		now: func() time.Time { return testkit.Day }, data: testkit.FixtureWorld(t, variants...), state: testkit.Folder(t)}
	if err := p.ingest(ctx, intake{bundled: true, by: "test"}, nil); err != nil {
		t.Fatal(err)
	}
	said.Reset() // what is printed at ingestion is for the staff that sent the export
	if err := p.publish(ctx, publication{at: testkit.Day, reason: "Made up.", dry: true}); err != nil {
		t.Fatal(err)
	}
	if err := p.publish(ctx, publication{at: testkit.Day, reason: "Made up."}); err != nil {
		t.Fatal(err)
	}
	public = map[string][]byte{"what the commands say": said.Bytes()}
	err := filepath.WalkDir(p.releases(), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := os.ReadFile(name)
		path, _ := filepath.Rel(p.releases(), name)
		public["file "+path] = body
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	library, err := release.OpenLibrary(p.releases())
	if err != nil {
		t.Fatal(err)
	}
	former, err := p.former(library)
	if err != nil || len(former) != 1 {
		t.Fatalf("%d releases (%v), want 1", len(former), err)
	}
	if !whole {
		return public, former[0].Withheld
	}
	server := web.New(web.Config{Library: library, Log: slog.New(slog.NewTextHandler(&logged, nil)),
		Clock: func() time.Time { return testkit.Day.Add(time.Hour) }, Version: "test", Address: "http://localhost"})
	maps.Copy(public, everyAnswer(t, server.Handler()))
	var questions []string
	for _, o := range former[0].Observations {
		if o.Indicator == "made-up-children" {
			questions = append(questions, "/values/"+o.Key(), "/values/"+o.Key()+".json", "/es/values/"+o.Key())
		}
	}
	for _, question := range append(questions, "/search?q=3", "/search?q=7", "/search?q=children", "/indicators/made-up-children?view=by-year.county.map",
		"/indicators/made-up-children?view=by-year.county.bars", "/indicators/made-up-children?view=by-year.county.multiples",
		"/indicators/made-up-children?from=2024&to=2024", "/indicators/made-up-children?window=2", "/es/indicators/made-up-children",
		"/indicators/made-up-children?view=by-year.ratio", "/places/litchfield", "/methods") {
		answer := httptest.NewRecorder()
		server.Handler().ServeHTTP(answer, httptest.NewRequest("GET", question, nil))
		public[question] = append(answer.Body.Bytes(), fmt.Sprint(answer.Code)...)
	}
	return public, former[0].Withheld
}

// TestWorldsThatDifferOnlyInWithheldCountsLookAlike publishes two made-up worlds that differ in nothing but counts which
// are withheld in both, and compares every public byte: tables, sentences, ratios, drawings with the lengths of their
// bars and the order of their rows, alternative texts, maps, cards, files of every format, the index of the search,
// revisions, records of the audit, what the commands print. Nothing may differ but checksums: whoever cannot tell the
// two worlds apart has learned nothing. That the comparison finds a difference is shown by a third world, in which one
// published count differs.
func TestWorldsThatDifferOnlyInWithheldCountsLookAlike(t *testing.T) {
	if testing.Short() {
		t.Skip("publishes three times and reads the whole site")
	}
	one, hiddenOne := published(t, true)
	other, hiddenOther := published(t, true, "made-up-children.csv")
	differ := 0
	for key, v := range hiddenOne {
		w, ok := hiddenOther[key]
		if !ok {
			t.Errorf("%s is withheld in one world alone", key)
		}
		if v != w {
			differ++
		}
	}
	if differ < 8 || len(hiddenOne) != len(hiddenOther) {
		t.Fatalf("%d of %d withheld values differ; the test tests too little", differ, len(hiddenOne))
	}
	for _, name := range unlike(one, other) {
		a, b := masked(one[name]), masked(other[name])
		at := 0
		for at < min(len(a), len(b)) && a[at] == b[at] {
			at++
		}
		t.Errorf("%s tells the worlds apart at byte %d: %q and %q", name, at, around(a, at), around(b, at))
	}
	for _, world := range []map[string][]byte{one, other} {
		for _, export := range []string{"exports", "other"} {
			text, err := os.ReadFile(filepath.Join("..", "..", "internal", "testkit", "testdata", "world", export, "made-up-children.csv"))
			if err != nil {
				t.Fatal(err)
			}
			sum := fmt.Sprintf("%x", sha256.Sum256(text))
			for name, body := range world {
				if bytes.Contains(body, []byte(sum[:12])) {
					t.Errorf("%s holds the checksum of an export with withheld counts: the few there can be could be tried against it", name)
				}
			}
		}
	}
	t.Logf("%d withheld values differ, and %d public files and pages do not", differ, len(one))
	third, _ := published(t, false, "made-up-answers.csv")
	for name := range one {
		if !strings.HasPrefix(name, "file ") {
			delete(one, name)
		}
	}
	if found := unlike(one, third); len(found) < 5 {
		t.Errorf("a published count differs, and the comparison finds it in %q alone", found)
	}
}

func unlike(one, other map[string][]byte) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(one)) {
		if proof(name) {
			continue
		}
		b, ok := other[name]
		if !ok || !bytes.Equal(masked(one[name]), masked(b)) {
			out = append(out, name)
		}
	}
	for name := range other {
		if _, ok := one[name]; !ok && !proof(name) {
			out = append(out, name)
		}
	}
	return out
}

// proof reports whether a file holds nothing but checksums and signatures, in binary or with times of its own.
func proof(name string) bool {
	return strings.HasPrefix(name, "file log/") || strings.Contains(name, "tallystick-checkpoint") || strings.Contains(name, "/log/") ||
		strings.HasSuffix(name, "blocks.json") || strings.HasSuffix(name, ".kit") || strings.Contains(name, "/kit")
}

func masked(text []byte) []byte {
	return sums.ReplaceAll(bytes.ReplaceAll(text, []byte("&#43;"), []byte("+")), []byte("#"))
}

func around(text []byte, at int) string { return string(text[max(0, at-60):min(len(text), at+60)]) }
