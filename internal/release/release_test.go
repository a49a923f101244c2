package release

import (
	"errors"
	"io/fs"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tallystick/internal/stat"
	"tallystick/internal/testkit"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// sample is a draft with one observation of every kind that has a way of its own through the files.
func sample(id string, at time.Time) Draft {
	period := stat.Period{From: stat.Date{Year: 2005, Month: 1, Day: 1}, To: stat.Date{Year: 2014, Month: 12, Day: 31}}
	citation := stat.Citation{Title: "Selling and buying", Publisher: "Office of Legislative Research", Year: "2015",
		Address: "https://example.org/report?a=1&b=2", Locator: "table 1, \"arrests\"", Confidence: "high"}
	obs := []stat.Observation{
		{
			Indicator: "sellers", Panel: "arrested", Series: "selling", Kind: stat.KindCount, Period: period,
			Status: stat.StatusReported, Value: 3557, Bound: stat.BoundExactly, Unit: "arrests",
			Interval:  &stat.Interval{Lower: 3441, Upper: 3675.9, Level: 0.95, Method: "garwood"},
			Marks:     []stat.Mark{stat.MarkMixed, stat.MarkSummed},
			Citations: []stat.Citation{citation}, Rows: []stat.Lines{{Batch: "b0001", Lines: "2-4,9"}},
			Coverage: stat.Coverage{Reported: 90, Expected: 93, Noun: "agencies", Missing: []string{"a", "b", "c"}},
		},
		{
			Indicator: "sellers", Panel: "arrested", Series: "ratio", Kind: stat.KindRatio, Period: period,
			Status: stat.StatusReported, Value: 3557.0 / 1378, Of: 3557, To: 1378, Unit: "ratio", Bound: stat.BoundExactly,
		},
		{
			Indicator: "children", Panel: "referred", Series: "children", Kind: stat.KindCount,
			Period: stat.Period{To: stat.Date{Year: 2012, Month: 12, Day: 31}, Stated: "to about 2012"},
			Status: stat.StatusReported, Value: 0, Bound: stat.BoundAtLeast, Unit: "children", Ordinal: 1,
		},
		{
			Indicator: "children", Panel: "referred", Series: "children", Kind: stat.KindCount, Period: stat.CalendarYear(2015),
			Codes:  []stat.DimensionCode{{Dimension: "county", Code: "tolland"}, {Dimension: "sex", Code: "all"}},
			Status: stat.StatusWithheld, Unit: "children", Note: "= small, <b>withheld</b>",
		},
	}
	return Draft{
		Manifest: stat.Manifest{
			ID: id, PublishedAt: at, Title: "First figures", Reason: "The first release.", Program: "test",
			Batches: []stat.Batch{{ID: "b0002", Feed: "f"}, {ID: "b0001", Feed: "f", Rows: 3, Accepted: 3}},
		},
		Definitions: stat.Definitions{
			Site:       stat.Site{Name: "Tallystick", Place: "Connecticut"},
			Indicators: []stat.Indicator{{ID: "children", Question: "How many <children>?"}, {ID: "sellers"}},
		},
		Observations: obs,
		Answers:      []stat.Answer{{Indicator: "sellers", Alt: "Bars."}, {Indicator: "children"}},
		Files: map[string][]byte{
			"downloads/sellers.csv":    []byte("a,b\r\n1,2\r\n"),
			"figures/sellers-wide.svg": []byte("<svg/>"),
			"figures/deep/empty.json":  {},
		},
	}
}

func seal(t *testing.T, dir string, d Draft) stat.Manifest {
	t.Helper()
	m, err := Seal(t.Context(), dir, d)
	if err != nil {
		t.Fatalf("Seal(%s): %v", d.Manifest.ID, err)
	}
	return m
}

// tree reads every file of a folder.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		files[rel] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestSealedReleaseReadsBackAsItWas(t *testing.T) {
	dir := testkit.Folder(t)
	d := sample("2026-11-24", noon)
	seal(t, dir, d)
	lib, err := OpenLibrary(dir)
	if err != nil {
		t.Fatal(err)
	}
	r, err := lib.Latest(noon)
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Clone(d.Observations)
	stat.SortObservations(want)
	if diff := cmp.Diff(want, r.AllObservations()); diff != "" {
		t.Errorf("AllObservations() (-want +got):\n%s", diff)
	}
	if got := len(r.Observations("children")); got != 2 {
		t.Errorf("Observations(children): %d, want 2", got)
	}
	if diff := cmp.Diff(d.Definitions, r.Definitions()); diff != "" {
		t.Errorf("Definitions() (-want +got):\n%s", diff)
	}
	a, err := r.Answer("sellers")
	if err != nil || a.Alt != "Bars." {
		t.Errorf("Answer(sellers) = %+v, %v", a, err)
	}
	if _, err := r.Answer("nothing"); !errors.Is(err, stat.ErrNotFound) {
		t.Errorf("Answer(nothing): %v, want ErrNotFound", err)
	}
	data, ref, err := r.File("downloads/sellers.csv")
	if err != nil || string(data) != "a,b\r\n1,2\r\n" || ref.Bytes != int64(len(data)) {
		t.Errorf("File(downloads/sellers.csv) = %q, %+v, %v", data, ref, err)
	}
	for _, path := range []string{"manifest.json", "../2026-11-24/answers.json", "/etc/passwd", "", "downloads"} {
		if _, _, err := r.File(path); !errors.Is(err, stat.ErrNotFound) {
			t.Errorf("File(%q): %v, want ErrNotFound", path, err)
		}
	}
	if m := r.Manifest(); !strings.HasPrefix(m.Engine, "DuckDB v") || len(m.Inputs) != 64 || m.Batches[0].ID != "b0001" {
		t.Errorf("Manifest() = engine %q, inputs %q, batches %v", m.Engine, m.Inputs, m.Batches)
	}
}

func TestSameInputsGiveTheSameBytes(t *testing.T) {
	one, two := testkit.Folder(t), testkit.Folder(t)
	d := sample("2026-11-24", noon)
	seal(t, one, d)
	rand.Shuffle(len(d.Observations), func(i, j int) {
		d.Observations[i], d.Observations[j] = d.Observations[j], d.Observations[i]
	})
	slices.Reverse(d.Answers)
	slices.Reverse(d.Manifest.Batches)
	seal(t, two, d)
	a, b := tree(t, filepath.Join(one, "2026-11-24")), tree(t, filepath.Join(two, "2026-11-24"))
	if len(a) != 11 {
		t.Errorf("%d files in the release, want 11", len(a))
	}
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("the second build differs:\n%s", diff)
	}
}

func TestSealedFolderIsReadOnlyAndLeavesNothingBeside(t *testing.T) {
	dir := testkit.Folder(t)
	if err := os.Mkdir(filepath.Join(dir, ".draft-2026-11-23-1"), 0o555); err != nil {
		t.Fatal(err)
	}
	seal(t, dir, sample("2026-11-24", noon))
	err := filepath.WalkDir(filepath.Join(dir, "2026-11-24"), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode()&0o222 != 0 {
			t.Errorf("%s has mode %v, want read-only", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	names, _ := filepath.Glob(filepath.Join(dir, ".draft-*"))
	if len(names) > 0 {
		t.Errorf("left behind: %v", names)
	}
}

func TestSealRefuses(t *testing.T) {
	dir := testkit.Folder(t)
	seal(t, dir, sample("2026-11-24", noon))
	for _, c := range []struct {
		name string
		edit func(*Draft)
		want error
	}{
		{"an identifier that is taken", func(d *Draft) { d.Manifest.ID = "2026-11-24" }, stat.ErrConflict},
		{"an identifier that is no day", func(d *Draft) { d.Manifest.ID = "2026-13-40" }, stat.ErrInvalid},
		{"an identifier that leaves the folder", func(d *Draft) { d.Manifest.ID = "../2026-11-25" }, stat.ErrInvalid},
		{"no time of publication", func(d *Draft) { d.Manifest.PublishedAt = time.Time{} }, stat.ErrInvalid},
		{"publication before the last release", func(d *Draft) { d.Manifest.PublishedAt = noon.Add(-time.Hour) }, stat.ErrConflict},
		{"another predecessor than the last release", func(d *Draft) {
			d.Manifest.Previous = &stat.Ref{ID: "2026-11-24", SHA256: strings.Repeat("0", 64)}
		}, stat.ErrConflict},
		{"a path that leaves the folder", func(d *Draft) { d.Files["../x"] = nil }, stat.ErrInvalid},
		{"a file in the manifest's place", func(d *Draft) { d.Files["manifest.json"] = nil }, stat.ErrInvalid},
		{"two observations with one key", func(d *Draft) { d.Observations = append(d.Observations, d.Observations[0]) }, stat.ErrInvalid},
		{"a withheld observation with its value", func(d *Draft) { d.Observations[3].Value = 4 }, stat.ErrInvalid},
		{"a correction that does not say what was wrong", func(d *Draft) {
			d.Manifest.Statements = []stat.Statement{{ID: "c1", Kind: stat.StatementCorrection, Keys: []string{"sellers"}, Reason: "r"}}
		}, stat.ErrInvalid},
		{"two answers to one question", func(d *Draft) { d.Answers = append(d.Answers, d.Answers[0]) }, stat.ErrInvalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := tree(t, dir)
			d := sample("2026-11-24.2", noon)
			c.edit(&d)
			if _, err := Seal(t.Context(), dir, d); !errors.Is(err, c.want) {
				t.Errorf("Seal: %v, want %v", err, c.want)
			}
			if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
				t.Errorf("the folder changed:\n%s", diff)
			}
		})
	}
}

func TestSealIsBusyWhileAnotherSeals(t *testing.T) {
	dir := testkit.Folder(t)
	unlock, err := lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Seal(t.Context(), dir, sample("2026-11-24", noon)); !errors.Is(err, stat.ErrBusy) {
		t.Errorf("Seal beside another: %v, want ErrBusy", err)
	}
	unlock()
	seal(t, dir, sample("2026-11-24", noon))
}

func TestNextNumbersTheReleasesOfADay(t *testing.T) {
	dir := t.TempDir()
	day := stat.Date{Year: 2026, Month: 11, Day: 24}
	for _, want := range []string{"2026-11-24", "2026-11-24.2", "2026-11-24.3"} {
		got := Next(dir, day)
		if got != want || !ValidID(got) {
			t.Errorf("Next = %s, want %s", got, want)
		}
		if err := os.Mkdir(filepath.Join(dir, got), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if CompareIDs("2026-11-24.10", "2026-11-24.9") <= 0 || CompareIDs("2026-11-24", "2026-11-24.2") >= 0 {
		t.Error("CompareIDs does not count")
	}
}

func TestEmbargoedReleaseIsNotThereBeforeItsMinute(t *testing.T) {
	dir := testkit.Folder(t)
	seal(t, dir, sample("2026-11-24", noon))
	later := noon.Add(48 * time.Hour)
	m := seal(t, dir, sample("2026-11-26", later))
	if m.Previous == nil || m.Previous.ID != "2026-11-24" {
		t.Fatalf("Previous = %v, want 2026-11-24", m.Previous)
	}
	lib, err := OpenLibrary(dir)
	if err != nil {
		t.Fatal(err)
	}
	ids := func(at time.Time) string {
		var out []string
		for _, m := range lib.List(at) {
			out = append(out, m.ID)
		}
		return strings.Join(out, " ")
	}
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{noon.Add(-time.Second), ""},
		{noon, "2026-11-24"},
		{later.Add(-time.Second), "2026-11-24"},
		{later, "2026-11-26 2026-11-24"},
	} {
		if got := ids(c.at); got != c.want {
			t.Errorf("List(%v) = %q, want %q", c.at, got, c.want)
		}
	}
	if _, err := lib.Release("2026-11-26", later.Add(-time.Second)); !errors.Is(err, stat.ErrNotFound) {
		t.Errorf("Release before its minute: %v, want ErrNotFound", err)
	}
	if _, err := lib.Latest(noon.Add(-time.Second)); !errors.Is(err, stat.ErrNotFound) {
		t.Errorf("Latest before the first: %v, want ErrNotFound", err)
	}
	for _, c := range []struct{ day, want string }{
		{"2026-11-23", ""}, {"2026-11-24", "2026-11-24"}, {"2026-11-25", "2026-11-24"}, {"2026-11-26", "2026-11-26"}, {"2030-01-01", "2026-11-26"},
	} {
		day, _ := stat.ParseDate(c.day)
		r, err := lib.Issued(later).KnownOn(day)
		got := ""
		if err == nil {
			got = r.ID()
		} else if !errors.Is(err, stat.ErrNotFound) {
			t.Fatal(err)
		}
		if got != c.want {
			t.Errorf("KnownOn(%s) = %q, want %q", c.day, got, c.want)
		}
	}
}

func TestRefreshFindsNewReleasesAndKeepsOpenOnes(t *testing.T) {
	dir := testkit.Folder(t)
	seal(t, dir, sample("2026-11-24", noon))
	lib, err := OpenLibrary(dir)
	if err != nil {
		t.Fatal(err)
	}
	old, err := lib.Latest(noon)
	if err != nil {
		t.Fatal(err)
	}
	if changed, issues, err := lib.Refresh(); changed || len(issues) > 0 || err != nil {
		t.Errorf("Refresh of an unchanged folder = %v, %v, %v", changed, issues, err)
	}
	d := sample("2026-11-24.2", noon)
	d.Observations[0].Value = 3558
	seal(t, dir, d)
	if err := os.MkdirAll(filepath.Join(dir, "2026-11-25"), 0o755); err != nil {
		t.Fatal(err)
	}
	changed, issues, err := lib.Refresh()
	if !changed || err != nil || len(issues) != 1 || issues[0].Code != "release-unreadable" {
		t.Errorf("Refresh = %v, %v, %v; want a change and the empty folder as an issue", changed, issues, err)
	}
	r, err := lib.Latest(noon)
	if err != nil || r.ID() != "2026-11-24.2" || r.Observations("sellers")[1].Value != 3558 {
		t.Errorf("Latest after Refresh = %v, %v", r, err)
	}
	if old.Observations("sellers")[1].Value != 3557 {
		t.Error("the release that was open changed")
	}
}

func TestLibraryKeepsWhatItOpensWithinItsBound(t *testing.T) {
	dir := testkit.Folder(t)
	ids := []string{"2026-11-24", "2026-11-24.2", "2026-11-24.3"}
	for _, id := range ids {
		seal(t, dir, sample(id, noon))
	}
	lib, err := OpenLibrary(dir)
	if err != nil {
		t.Fatal(err)
	}
	lib.SetBound(1)
	for _, id := range append(ids, ids...) {
		if _, err := lib.Release(id, noon); err != nil {
			t.Fatal(err)
		}
		if len(lib.kept) != 1 || len(lib.used) != 1 {
			t.Errorf("after %s: %d kept, want only the last", id, len(lib.kept))
		}
	}
	lib.SetBound(DefaultBound)
	for _, id := range ids {
		if _, err := lib.Release(id, noon); err != nil {
			t.Fatal(err)
		}
	}
	if len(lib.kept) != 3 {
		t.Errorf("%d kept, want 3 within the default bound", len(lib.kept))
	}
}

func TestOpenLibraryOfNoFolder(t *testing.T) {
	if _, err := OpenLibrary(filepath.Join(t.TempDir(), "none")); !errors.Is(err, stat.ErrNotFound) {
		t.Errorf("OpenLibrary: %v, want ErrNotFound", err)
	}
}
