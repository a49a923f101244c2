package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
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
	"tallystick/internal/stat"
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
		checkCommitments(t, p, public)
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
	checkCommitments(t, p, public)
	return public, former[0].Withheld
}

// checkCommitments holds that what two worlds may differ in, since it is masked as a checksum, is a commitment under a
// random secret of 32 bytes, and that neither the secret nor a salt stands anywhere in public. The commitments are computed
// here once more, from their definition.
func checkCommitments(t *testing.T, p *program, public map[string][]byte) {
	t.Helper()
	secret, err := os.ReadFile(filepath.Join(p.state, "withheld", "secret"))
	if err != nil || len(secret) != 32 {
		t.Fatalf("the secret has %d bytes (%v), want 32", len(secret), err)
	}
	hash := func(key []byte, text string) []byte {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(text))
		return mac.Sum(nil)
	}
	private := [][]byte{secret}
	latest := newest(t, p.releases())
	found := 0
	for _, b := range latest.Manifest().Batches {
		if (b.Commitment == "") == (b.SHA256 == "") {
			t.Errorf("batch %s has the checksum %q and the commitment %q, want one of them", b.ID, b.SHA256, b.Commitment)
		}
		if b.Commitment == "" {
			continue
		}
		found++
		text, err := os.ReadFile(filepath.Join(p.data, "exports", b.File))
		if err != nil {
			t.Fatal(err)
		}
		sum := fmt.Sprintf("%x", sha256.Sum256(text))
		salt := hash(secret, "the salt of "+b.ID+" "+sum)
		private = append(private, salt)
		if want := fmt.Sprintf("%x", hash(salt, sum)); b.Commitment != want {
			t.Errorf("the commitment of batch %s is %s, want %s: nothing else is sure to tell nothing", b.ID, b.Commitment, want)
		}
	}
	if found == 0 {
		t.Error("no batch has a commitment; the test tests nothing")
	}
	for name, body := range public {
		for _, key := range private {
			for _, written := range []string{string(key), hex.EncodeToString(key), base64.StdEncoding.EncodeToString(key)} {
				if bytes.Contains(body, []byte(written)) {
					t.Errorf("%s holds what opens a commitment", name)
				}
			}
		}
	}
}

// TestAnAuditorIsShownWhatAReleaseWasMadeFrom opens the commitment to an export with withheld counts and checks it
// against the sealed release, with nothing but the opening, the export and the release. Another export, another opening
// and a release that was touched are refused; publishing again finds nothing new; another installation commits otherwise.
func TestAnAuditorIsShownWhatAReleaseWasMadeFrom(t *testing.T) {
	commitments := map[string]bool{}
	for range 2 {
		var out bytes.Buffer
		root, state := testkit.FixtureWorld(t), testkit.Folder(t)
		p := &program{getenv: func(string) string { return "" }, stdout: &out, stderr: io.Discard,
			now: func() time.Time { return testkit.Day }, data: root, state: state}
		ctx := t.Context()
		if err := p.ingest(ctx, intake{bundled: true, by: "test"}, nil); err != nil {
			t.Fatal(err)
		}
		if err := p.publish(ctx, publication{at: testkit.Day, reason: "Made up."}); err != nil {
			t.Fatal(err)
		}
		out.Reset()
		if err := p.publish(ctx, publication{at: testkit.Day, reason: "Made up."}); err != nil || !strings.Contains(out.String(), "nothing new") {
			t.Errorf("publishing unchanged inputs: %v, %s", err, out.String())
		}
		latest := newest(t, p.releases())
		batches := latest.Manifest().Batches
		at := slices.IndexFunc(batches, func(b stat.Batch) bool { return b.Dataset == "made-up-children" })
		if at < 0 || commitments[batches[at].Commitment] {
			t.Fatalf("commitments %v; want another in each installation, found %+v", commitments, batches)
		}
		commitments[batches[at].Commitment] = true
		out.Reset()
		if err := p.dispatch(ctx, []string{"commitment", "-state", state, "open", batches[at].ID}); err != nil {
			t.Fatal(err)
		}
		opening := filepath.Join(t.TempDir(), "opening.json")
		wrong := filepath.Join(t.TempDir(), "wrong.json")
		export := filepath.Join(root, "exports", "made-up-children.csv")
		other := filepath.Join("..", "..", "internal", "testkit", "testdata", "world", "other", "made-up-children.csv")
		sealed := filepath.Join(state, "releases", latest.ID())
		for name, text := range map[string][]byte{opening: out.Bytes(),
			wrong: regexp.MustCompile(`"salt": "..`).ReplaceAll(out.Bytes(), []byte(`"salt": "zz`))} {
			if err := os.WriteFile(name, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		check := func(args ...string) error { return p.dispatch(ctx, append([]string{"commitment", "check"}, args...)) }
		if err := check(opening, export, sealed); err != nil {
			t.Errorf("commitment check of the export: %v", err)
		}
		if err := check(opening, other, sealed); !errors.Is(err, stat.ErrInvalid) {
			t.Errorf("commitment check of another export: %v, want a rejection", err)
		}
		if err := check(wrong, export, sealed); !errors.Is(err, stat.ErrInvalid) {
			t.Errorf("commitment check with another salt: %v, want a rejection", err)
		}
		manifest := filepath.Join(sealed, release.ManifestFile)
		text, err := os.ReadFile(manifest)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(manifest, bytes.Replace(text, []byte("Made up."), []byte("Made up!"), 1), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := check(opening, export, sealed); err == nil {
			t.Error("commitment check accepts a release that was touched")
		}
	}
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

// newest opens the newest release of a folder.
func newest(t *testing.T, dir string) *release.Release {
	t.Helper()
	library, err := release.OpenLibrary(dir)
	if err != nil {
		t.Fatal(err)
	}
	latest, err := library.Latest(farthest)
	if err != nil {
		t.Fatal(err)
	}
	return latest
}
