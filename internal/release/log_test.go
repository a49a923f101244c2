package release

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tallystick/internal/stat"
	"tallystick/internal/testkit"
)

// testKey is a key that is the same in every run.
func testKey(t testing.TB, seed byte) *Key {
	t.Helper()
	secret, public, err := GenerateKey(rand.NewChaCha8([32]byte{seed}), "example.org")
	if err != nil {
		t.Fatal(err)
	}
	k, err := ParseKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	if k.Public() != public || k.Name() != "example.org" {
		t.Fatalf("ParseKey(…).Public() = %s, want %s", k.Public(), public)
	}
	return k
}

// logged seals n releases into one folder with a log and lets the test write to it.
func logged(t *testing.T, n int, key *Key) string {
	t.Helper()
	dir := testkit.Folder(t)
	for i := range n {
		d := sample(Next(dir, stat.Date{Year: 2026, Month: 11, Day: 24}), noon)
		d.Observations[0].Value = float64(3557 + i)
		d.Key = key
		seal(t, dir, d)
	}
	return dir
}

// thaw makes a folder writable, as it is for a forger.
func thaw(t *testing.T, dir string) {
	t.Helper()
	for path := range tree(t, dir) {
		full := filepath.Join(dir, path)
		if err := errors.Join(os.Chmod(filepath.Dir(full), 0o755), os.Chmod(full, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestEverySealedReleaseIsInTheLog(t *testing.T) {
	key := testKey(t, 1)
	dir := logged(t, 3, key)
	issues, l, err := VerifyAll(dir, key.Public())
	if err != nil || len(issues) > 0 || l.Size() != 3 || l.Head().Origin != "example.org" {
		t.Fatalf("VerifyAll = %v, %v, %v", issues, l, err)
	}
	lib, err := OpenLibrary(dir, key.Public())
	if err != nil {
		t.Fatal(err)
	}
	r, err := lib.Release("2026-11-24.2", noon)
	if err != nil {
		t.Fatal(err)
	}
	if e := l.Entries[1]; e.Release != r.ID() || e.SHA256 != r.SHA256() {
		t.Errorf("entry 1 = %+v, want release %s with %s", e, r.ID(), r.SHA256())
	}
	signed, public := r.Checkpoint()
	if c, err := ParseCheckpoint(signed, public); err != nil || c.Size != 2 {
		t.Errorf("Checkpoint() = %q, %v; want the one of two entries", signed, err)
	}
	if signed, _ := lib.Checkpoint(); strings.Count(signed, "\n") != 5 || !strings.HasPrefix(signed, "example.org\n3\n") {
		t.Errorf("Library.Checkpoint() = %q", signed)
	}
}

// TestTreeIsThatOfTheRFC compares the roots with hashes made by the recursive definition of RFC 6962, section
// 2.1, written here again, for logs of 1 to 17 entries, and every proof with the rule of section 2.1.1.
func TestTreeIsThatOfTheRFC(t *testing.T) {
	leaf := func(d string) []byte { h := sha256.Sum256(append([]byte{0}, d...)); return h[:] }
	node := func(a, b []byte) []byte { h := sha256.Sum256(slices.Concat([]byte{1}, a, b)); return h[:] }
	split := func(n int) int {
		k := 1
		for k*2 < n {
			k *= 2
		}
		return k
	}
	var mth func(d []string) []byte
	mth = func(d []string) []byte {
		if len(d) == 1 {
			return leaf(d[0])
		}
		k := split(len(d))
		return node(mth(d[:k]), mth(d[k:]))
	}
	var path func(m int, d []string) [][]byte
	path = func(m int, d []string) [][]byte {
		if len(d) == 1 {
			return nil
		}
		k := split(len(d))
		if m < k {
			return append(path(m, d[:k]), mth(d[k:]))
		}
		return append(path(m-k, d[k:]), mth(d[:k]))
	}
	key := testKey(t, 1)
	l := &Log{Public: key.Public(), keys: []string{key.Public()}}
	var texts []string
	for n := 1; n <= 17; n++ {
		e := Entry{Release: fmt.Sprintf("2026-11-%02d", n), PublishedAt: noon, SHA256: checksum([]byte{byte(n)})}
		if err := l.add(e); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, e.text())
		root, err := l.root(int64(n))
		if err != nil || !bytes.Equal(root[:], mth(texts)) {
			t.Fatalf("root of %d entries = %s, %v; want %s", n, root, err, base64.StdEncoding.EncodeToString(mth(texts)))
		}
		for m := range n {
			got, err := tlog.ProveRecord(int64(n), int64(m), l.hashes())
			if err != nil {
				t.Fatal(err)
			}
			want := path(m, texts)
			if len(got) != len(want) {
				t.Fatalf("proof of entry %d of %d has %d hashes, want %d", m, n, len(got), len(want))
			}
			for i := range got {
				if !bytes.Equal(got[i][:], want[i]) {
					t.Errorf("proof of entry %d of %d: hash %d differs", m, n, i)
				}
			}
		}
	}
}

func TestKeyPassesTheLogOn(t *testing.T) {
	old, next := testKey(t, 1), testKey(t, 2)
	dir := logged(t, 2, old)
	if err := Rotate(dir, old, next); err != nil {
		t.Fatal(err)
	}
	d := sample("2026-11-25", noon.Add(24*time.Hour))
	d.Key = old
	if _, err := Seal(t.Context(), dir, d); !errors.Is(err, stat.ErrConflict) {
		t.Errorf("Seal with the old key: %v, want ErrConflict", err)
	}
	d.Key = next
	seal(t, dir, d)
	issues, l, err := VerifyAll(dir, old.Public())
	if err != nil || len(issues) > 0 || l.Size() != 4 || l.key() != next.Public() {
		t.Fatalf("VerifyAll from the first key = %v, %v", issues, err)
	}
	root, _ := l.root(4)
	forged, err := signCheckpoint(4, root, old)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{checkpointPath(dir, 4), logPath(dir, checkpointFile)} {
		if err := replace(path, []byte(forged.Signed)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := ReadLog(dir, old.Public()); !errors.Is(err, stat.ErrInvalid) {
		t.Errorf("ReadLog of a checkpoint by the old key: %v, want ErrInvalid", err)
	}
}

// TestNoTamperingWithTheLogPasses alters a log in thousands of ways. Each must be refused, by a reader who knows
// the public key and one checkpoint of the last day.
func TestNoTamperingWithTheLogPasses(t *testing.T) {
	old, next := testKey(t, 1), testKey(t, 2)
	dir := logged(t, 3, old)
	if err := Rotate(dir, old, next); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		d := sample(Next(dir, stat.Date{Year: 2026, Month: 11, Day: 25}), noon.Add(24*time.Hour))
		d.Key = next
		seal(t, dir, d)
	}
	thaw(t, dir)
	whole, err := ReadLog(dir, old.Public())
	if err != nil {
		t.Fatal(err)
	}
	kept := whole.Head().Signed
	files := tree(t, logPath(dir))
	write := func(path, text string) {
		if err := os.WriteFile(logPath(dir, path), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	restore := func() {
		for path, text := range files {
			write(path, text)
		}
	}
	cases := 0
	refused := func(what string, args ...any) {
		t.Helper()
		cases++
		l, err := ReadLog(dir, old.Public())
		if err == nil {
			err = l.Holds(kept)
		}
		if err == nil {
			t.Errorf("not noticed: "+what, args...)
		} else if !errors.Is(err, stat.ErrInvalid) {
			t.Errorf(what+": %v, want ErrInvalid", append(args, err)...)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for path, text := range files {
		for i := range len(text) {
			for _, bit := range []int{0, random.IntN(7) + 1} {
				forged := []byte(text)
				forged[i] ^= 1 << bit
				write(path, string(forged))
				refused("%s: bit %d of byte %d flipped", path, bit, i)
			}
		}
		for i := 0; i < len(text); i += 1 + len(text)/25 {
			write(path, text[:i])
			refused("%s cut off at byte %d", path, i)
			write(path, text[:i]+text[i+1:])
			refused("%s without byte %d", path, i)
			write(path, text[:i]+"\n"+text[i:])
			refused("%s with a line feed at byte %d", path, i)
		}
		write(path, text+"\n")
		refused("%s with a line more", path)
		write(path, text)
	}
	entry := func(n int) string { return fmt.Sprintf("entries/%06d", n) }
	point := func(n int) string { return fmt.Sprintf("checkpoints/%06d", n) }
	n := int(whole.Size())
	for i := range n {
		for j := range n {
			if i == j {
				continue
			}
			write(entry(i), files[entry(j)])
			refused("entry %d replayed as entry %d", j, i)
			write(entry(j), files[entry(i)])
			refused("entries %d and %d in each other's place", i, j)
			restore()
			write(point(i), files[point(j)])
			refused("checkpoint %d replayed as %d", j, i)
			restore()
		}
		for k := i; k+1 < n; k++ {
			write(entry(k), files[entry(k+1)])
		}
		if err := os.Remove(logPath(dir, entry(n-1))); err != nil {
			t.Fatal(err)
		}
		refused("entry %d dropped", i)
		restore()
		write(checkpointFile, files[point(i)])
		refused("log set back to %d entries", i)
		restore()
	}
	for path := range files {
		if err := os.Remove(logPath(dir, path)); err != nil {
			t.Fatal(err)
		}
		cases++
		if _, err := ReadLog(dir, old.Public()); err == nil {
			t.Errorf("not noticed: %s removed", path)
		}
		restore()
	}
	if issues, _, err := VerifyAll(dir, old.Public(), kept); err != nil || len(issues) > 0 {
		t.Errorf("the restored log: %v, %v", issues, err)
	}
	if cases < 5000 {
		t.Errorf("only %d cases", cases)
	}
	t.Logf("%d cases", cases)
}

func TestForkAndForeignLogAreRefused(t *testing.T) {
	key := testKey(t, 1)
	one, two := logged(t, 2, key), logged(t, 1, key)
	d := sample("2026-11-24.2", noon)
	d.Key = key
	d.Manifest.Reason = "Another story."
	seal(t, two, d)
	a, err := ReadLog(one, key.Public())
	if err != nil {
		t.Fatal(err)
	}
	b, err := ReadLog(two, key.Public())
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Holds(b.Head().Signed); !errors.Is(err, stat.ErrInvalid) || !strings.Contains(err.Error(), "not a continuation") {
		t.Errorf("Holds of a fork: %v", err)
	}
	if err := a.Holds(b.Checkpoints[1].Signed); err != nil {
		t.Errorf("Holds of what both have in common: %v", err)
	}
	foreign := logged(t, 2, testKey(t, 9))
	if _, err := ReadLog(foreign, key.Public()); !errors.Is(err, stat.ErrInvalid) {
		t.Errorf("ReadLog of a log under another key: %v, want ErrInvalid", err)
	}
	if _, err := OpenLibrary(foreign, key.Public()); !errors.Is(err, stat.ErrInvalid) {
		t.Errorf("OpenLibrary of a log under another key: %v, want ErrInvalid", err)
	}
}

func TestLibraryRefusesALogThatWasSetBack(t *testing.T) {
	key := testKey(t, 1)
	dir := logged(t, 2, key)
	lib, err := OpenLibrary(dir, key.Public())
	if err != nil {
		t.Fatal(err)
	}
	older, err := os.ReadFile(checkpointPath(dir, 1))
	if err != nil {
		t.Fatal(err)
	}
	if err := replace(logPath(dir, checkpointFile), older); err != nil {
		t.Fatal(err)
	}
	if _, _, err := lib.Refresh(); !errors.Is(err, stat.ErrInvalid) {
		t.Errorf("Refresh: %v, want ErrInvalid", err)
	}
	if r, err := lib.Latest(noon); err != nil || r.ID() != "2026-11-24.2" {
		t.Errorf("Latest = %v, %v; want what was shown before", r, err)
	}
}

func TestEveryFlippedByteOfALoggedManifestIsNoticed(t *testing.T) {
	dir := logged(t, 1, testKey(t, 1))
	thaw(t, dir)
	folder := filepath.Join(dir, "2026-11-24")
	path := filepath.Join(folder, ManifestFile)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range text {
		forged := slices.Clone(text)
		forged[i] ^= 1 << (i % 7)
		if err := os.WriteFile(path, forged, 0o644); err != nil {
			t.Fatal(err)
		}
		if issues, _, err := Verify(folder); err == nil && len(issues) == 0 {
			t.Errorf("flipped byte %d was not noticed", i)
		}
		lib, err := OpenLibrary(dir)
		if err != nil {
			t.Fatal(err)
		}
		if len(lib.List(noon)) > 0 {
			t.Errorf("with byte %d flipped the release is shown", i)
		}
	}
	if len(text) < 1000 {
		t.Errorf("only %d cases", len(text))
	}
}

func TestVerifyTellsTheBytes(t *testing.T) {
	dir := testkit.Folder(t)
	d := sample("2026-11-24", noon)
	d.Files["downloads/long.csv"] = bytes.Repeat([]byte("0123456789abcdef"), 1000)
	seal(t, dir, d)
	thaw(t, dir)
	folder := filepath.Join(dir, "2026-11-24")
	long := filepath.Join(folder, "downloads/long.csv")
	for _, c := range []struct {
		edit func(b []byte) []byte
		want string
	}{
		{func(b []byte) []byte { b[5000] = 'x'; return b }, "between byte 4096 and byte 8192."},
		{func(b []byte) []byte { b[0], b[15999] = 'x', 'x'; return b }, "between byte 0 and byte 16000."},
		{func(b []byte) []byte { return b[:8192] }, "cut off at byte 8192."},
	} {
		if err := os.WriteFile(long, c.edit(bytes.Clone(d.Files["downloads/long.csv"])), 0o644); err != nil {
			t.Fatal(err)
		}
		issues, _, err := Verify(folder)
		if err != nil || len(issues) != 1 || !strings.Contains(issues[0].Problem, c.want) {
			t.Errorf("Verify = %v, %v; want %q", issues, err, c.want)
		}
	}
}

func TestKitVerifiesAndNoTamperingWithItPasses(t *testing.T) {
	key := testKey(t, 1)
	dir := logged(t, 3, key)
	kit := func() []byte {
		lib, err := OpenLibrary(dir)
		if err != nil {
			t.Fatal(err)
		}
		r, err := lib.Release("2026-11-24.2", noon)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := r.Kit(&b); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	whole := kit()
	d := sample("2026-11-24.4", noon)
	d.Key = key
	seal(t, dir, d)
	if !bytes.Equal(whole, kit()) {
		t.Error("the kit of a release changed when another was sealed")
	}
	file := filepath.Join(t.TempDir(), "kit.zip")
	verify := func(data []byte, public string) []stat.Issue {
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
		issues, _, err := VerifyKit(file, public)
		if err != nil {
			t.Fatal(err)
		}
		return issues
	}
	if issues := verify(whole, key.Public()); len(issues) > 0 {
		t.Fatalf("VerifyKit = %v", issues)
	}
	if issues := verify(whole, testKey(t, 2).Public()); len(issues) != 1 || issues[0].Code != "kit-key" {
		t.Errorf("VerifyKit with another key = %v", issues)
	}
	cases := 0
	for i := 0; i < len(whole); i += 1 + len(whole)/2500 {
		forged := bytes.Clone(whole)
		forged[i] ^= 1 << (i % 8)
		if len(verify(forged, key.Public())) == 0 {
			t.Errorf("flipped byte %d of %d was not noticed", i, len(whole))
		}
		cases++
	}
	for i := 0; i < len(whole); i += 1 + len(whole)/100 {
		if len(verify(whole[:i], key.Public())) == 0 {
			t.Errorf("kit cut off at byte %d was not noticed", i)
		}
		cases++
	}
	if len(verify(append(bytes.Clone(whole), 0), key.Public())) == 0 {
		t.Error("a byte more was not noticed")
	}
	if cases < 2000 {
		t.Errorf("only %d cases", cases)
	}
}

func TestKitWithAFileTooManyIsRefused(t *testing.T) {
	dir := logged(t, 1, testKey(t, 1))
	lib, err := OpenLibrary(dir)
	if err != nil {
		t.Fatal(err)
	}
	r, err := lib.Latest(noon)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := r.Kit(&b); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"read-me-first.txt", "2026-11-24/downloads/more.csv", "proof/more"} {
		files, err := unpack(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		files[name] = []byte("x")
		file := filepath.Join(t.TempDir(), "kit.zip")
		var more bytes.Buffer
		if err := writeKit(&more, r.ID(), r.PublishedAt(), files); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, more.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		if issues, _, err := VerifyKit(file, ""); err != nil || len(issues) != 1 || issues[0].Code != "file-extra" {
			t.Errorf("VerifyKit with %s = %v, %v", name, issues, err)
		}
	}
}

func TestRemovedReleaseStaysInTheLog(t *testing.T) {
	key := testKey(t, 1)
	dir := logged(t, 2, key)
	if err := Remove(dir, "2026-11-24.2", "By order of a court.", key); err != nil {
		t.Fatal(err)
	}
	issues, l, err := VerifyAll(dir, key.Public())
	if err != nil || len(issues) > 0 || l.Size() != 3 || l.Entries[2].Reason != "By order of a court." {
		t.Fatalf("VerifyAll = %v, %+v, %v", issues, l, err)
	}
	d := sample("2026-11-24.2", noon)
	d.Key = key
	if _, err := Seal(t.Context(), dir, d); !errors.Is(err, stat.ErrConflict) {
		t.Errorf("Seal under the identifier of a removed release: %v, want ErrConflict", err)
	}
	d.Manifest.ID = "2026-11-24.3"
	if m := seal(t, dir, d); m.Previous.ID != "2026-11-24.2" {
		t.Errorf("Previous = %v, want the removed release", m.Previous)
	}
	if issues, _, err := VerifyAll(dir, key.Public()); err != nil || len(issues) > 0 {
		t.Errorf("VerifyAll after the next release = %v, %v", issues, err)
	}
}

// TestRecalledReleaseMakesRoom takes back two releases that are sealed for later, seals one that comes out before them,
// and holds that the log verifies, that nothing of what was taken back is shown, that a copy follows, and that an
// identifier is never given twice.
func TestRecalledReleaseMakesRoom(t *testing.T) {
	key, copied := testKey(t, 1), testkit.Folder(t)
	dir := logged(t, 1, key)
	for n, id := range []string{"2026-12-01", "2026-12-02"} {
		d := sample(id, noon.AddDate(0, 0, 7+n))
		d.Key = key
		seal(t, dir, d)
	}
	if _, err := Push(t.Context(), dir, Folder(copied)); err != nil {
		t.Fatal(err)
	}
	urgent := sample("2026-11-25", noon.AddDate(0, 0, 1))
	urgent.Key, urgent.Manifest.Previous = key, nil
	if _, err := Seal(t.Context(), dir, urgent); !errors.Is(err, stat.ErrConflict) {
		t.Errorf("Seal before a release that is sealed for later: %v, want ErrConflict", err)
	}
	if _, err := Recall(dir, "2026-11-24", "It is out.", noon, key); !errors.Is(err, stat.ErrConflict) {
		t.Errorf("Recall of a release that is out: %v, want ErrConflict", err)
	}
	if _, err := Recall(dir, "2026-12-24", "It is not there.", noon, key); !errors.Is(err, stat.ErrNotFound) {
		t.Errorf("Recall of no release: %v, want ErrNotFound", err)
	}
	lib, err := OpenLibrary(dir, key.Public())
	if err != nil {
		t.Fatal(err)
	}
	done, err := Recall(dir, "2026-12-01", "A correction comes first.", noon, key)
	if err != nil || !slices.Equal(done, []string{"2026-12-02", "2026-12-01"}) {
		t.Fatalf("Recall = %v, %v", done, err)
	}
	if _, _, err := lib.Refresh(); err != nil {
		t.Errorf("Refresh after a recall: %v", err)
	}
	if list := lib.List(noon.AddDate(1, 0, 0)); len(list) != 1 {
		t.Errorf("%d releases are shown after a recall, want 1", len(list))
	}
	if id := Next(dir, stat.Date{Year: 2026, Month: 12, Day: 1}); id != "2026-12-01.2" {
		t.Errorf("Next = %s, want 2026-12-01.2", id)
	}
	if m := seal(t, dir, urgent); m.Previous.ID != "2026-11-24" {
		t.Errorf("Previous = %v, want 2026-11-24", m.Previous)
	}
	again := sample("2026-12-01.2", noon.AddDate(0, 0, 7))
	again.Key = key
	if m := seal(t, dir, again); m.Previous.ID != "2026-11-25" {
		t.Errorf("Previous = %v, want 2026-11-25", m.Previous)
	}
	if _, err := Push(t.Context(), dir, Folder(copied)); err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{dir, copied} {
		issues, l, err := VerifyAll(at, key.Public())
		if err != nil || len(issues) > 0 || l.Size() != 7 {
			t.Errorf("VerifyAll(%s) = %v, %v, %v", at, issues, l, err)
		}
	}
	// A log that takes back what is out, or what is not the last one, is refused whoever signed it.
	for _, e := range []Entry{
		{Recalled: "2026-12-01.2", At: noon.AddDate(0, 0, 7), Reason: "It is out."},
		{Recalled: "2026-11-25", At: noon, Reason: "Another follows it."},
		{Recalled: "2026-12-02", At: noon, Reason: "It was taken back before."},
	} {
		l, err := ReadLog(dir, key.Public())
		if err != nil {
			t.Fatal(err)
		}
		if err := l.add(e); !errors.Is(err, stat.ErrInvalid) {
			t.Errorf("add(%+v) = %v, want ErrInvalid", e, err)
		}
	}
}

// TestCutShortRecallIsFinished leaves the folder of a recalled release behind, as a kill between the log and the folder
// does: nobody is shown it, and the next command deletes it.
func TestCutShortRecallIsFinished(t *testing.T) {
	key := testKey(t, 1)
	dir := logged(t, 1, key)
	later := sample("2026-12-01", noon.AddDate(0, 0, 7))
	later.Key = key
	seal(t, dir, later)
	l, err := openLog(dir, key)
	if err == nil {
		err = l.append(dir, Entry{Recalled: "2026-12-01", At: noon, Reason: "A trial."}, key)
	}
	if err != nil {
		t.Fatal(err)
	}
	lib, err := OpenLibrary(dir, key.Public())
	if err != nil || len(lib.List(noon.AddDate(1, 0, 0))) != 1 {
		t.Errorf("a recalled release is shown: %v, %v", lib.List(noon.AddDate(1, 0, 0)), err)
	}
	if _, err := Recover(dir, key); err != nil {
		t.Fatal(err)
	}
	if issues, _, err := VerifyAll(dir, key.Public()); err != nil || len(issues) > 0 {
		t.Errorf("VerifyAll after Recover = %v, %v", issues, err)
	}
}

func TestVerifyAllNamesAMissingReleaseAndABrokenChain(t *testing.T) {
	key := testKey(t, 1)
	dir := logged(t, 2, key)
	if err := Discard(filepath.Join(dir, "2026-11-24")); err != nil {
		t.Fatal(err)
	}
	issues, _, err := VerifyAll(dir, key.Public())
	if err != nil || len(issues) != 1 || issues[0].Code != "release-missing" || !strings.Contains(issues[0].Problem, "entry 0") {
		t.Errorf("VerifyAll = %v, %v", issues, err)
	}
	unsigned := testkit.Folder(t)
	seal(t, unsigned, sample("2026-11-24", noon))
	seal(t, unsigned, sample("2026-11-24.2", noon))
	if err := Discard(filepath.Join(unsigned, "2026-11-24")); err != nil {
		t.Fatal(err)
	}
	issues, _, err = VerifyAll(unsigned, "")
	if err != nil || len(issues) != 1 || issues[0].Code != "chain-broken" {
		t.Errorf("VerifyAll without a log = %v, %v", issues, err)
	}
}

func TestFolderWithALogNeedsAKey(t *testing.T) {
	dir := logged(t, 1, testKey(t, 1))
	if _, err := Seal(t.Context(), dir, sample("2026-11-25", noon)); !errors.Is(err, stat.ErrConflict) {
		t.Errorf("Seal without a key: %v, want ErrConflict", err)
	}
	d := sample("2026-11-25", noon)
	d.Key = testKey(t, 2)
	if _, err := Seal(t.Context(), dir, d); !errors.Is(err, stat.ErrConflict) {
		t.Errorf("Seal with another key: %v, want ErrConflict", err)
	}
}

func TestUnsignedReleasesEnterTheLogWithTheFirstKey(t *testing.T) {
	dir := testkit.Folder(t)
	seal(t, dir, sample("2026-11-24", noon))
	key := testKey(t, 1)
	d := sample("2026-11-24.2", noon)
	d.Key = key
	seal(t, dir, d)
	issues, l, err := VerifyAll(dir, key.Public())
	if err != nil || len(issues) > 0 || l.Size() != 2 || l.Entries[0].Release != "2026-11-24" {
		t.Errorf("VerifyAll = %v, %v, %v", issues, l, err)
	}
}

// TestKeysReadBack reads keys whose text holds a + of its own, among others.
func TestKeysReadBack(t *testing.T) {
	plus := 0
	for seed := range 64 {
		secret, public, err := GenerateKey(rand.NewChaCha8([32]byte{byte(seed)}), "example.org")
		if err != nil {
			t.Fatal(err)
		}
		k, err := ParseKey(secret + "\n")
		if err != nil || k.Public() != public {
			t.Errorf("ParseKey(%s) = %v, %v", secret, k, err)
		}
		if strings.Count(secret, "+") > 4 {
			plus++
		}
	}
	if plus == 0 {
		t.Error("no key with a + in its data")
	}
	for _, text := range []string{"", "PRIVATE+KEY+a+00000000+", "a+b+c+d+e", "PRIVATE+KEY"} {
		if _, err := ParseKey(text); !errors.Is(err, stat.ErrInvalid) {
			t.Errorf("ParseKey(%q): %v, want ErrInvalid", text, err)
		}
	}
}

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	made, err := CreateKey(rand.NewChaCha8([32]byte{5}), path, "example.org")
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := LoadKey(path)
	if err != nil || loaded.Public() != made.Public() {
		t.Errorf("LoadKey = %v, %v", loaded, err)
	}
	if _, err := CreateKey(rand.NewChaCha8([32]byte{6}), path, "example.org"); !errors.Is(err, stat.ErrConflict) {
		t.Errorf("CreateKey over a key: %v, want ErrConflict", err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadKey(path); !errors.Is(err, stat.ErrInvalid) {
		t.Errorf("LoadKey of a key that all can read: %v, want ErrInvalid", err)
	}
	for _, name := range []string{"", "two words", "a+b", "../x"} {
		if _, _, err := GenerateKey(rand.NewChaCha8([32]byte{}), name); !errors.Is(err, stat.ErrInvalid) {
			t.Errorf("GenerateKey(%q): %v, want ErrInvalid", name, err)
		}
	}
}
