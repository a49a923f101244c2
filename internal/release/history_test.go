package release

import (
	"errors"
	"strings"
	"testing"
	"time"

	"tallystick/internal/stat"
	"tallystick/internal/testkit"
)

const sellingKey = "sellers/arrested/selling/2005-2014"

// revised seals three releases: a first, better data, a correction that also withdraws the first release.
func revised(t *testing.T) string {
	t.Helper()
	dir := testkit.Folder(t)
	define := func(d *Draft) {
		d.Definitions.Datasets = []stat.Dataset{{ID: "sections"}}
		d.Definitions.Indicators[1].Panels = []stat.Panel{{ID: "arrested", Series: []stat.Series{{ID: "selling", Dataset: "sections"}}}}
	}
	first := sample("2026-11-24", noon)
	define(&first)
	seal(t, dir, first)
	second := sample("2026-11-25", noon.Add(24*time.Hour))
	define(&second)
	second.Manifest.Batches = append(second.Manifest.Batches, stat.Batch{ID: "b0003", Dataset: "sections"})
	second.Observations[0].Value = 3560
	seal(t, dir, second)
	third := sample("2026-11-26", noon.Add(48*time.Hour))
	define(&third)
	third.Manifest.Batches = second.Manifest.Batches
	third.Observations[0].Value = 3500
	third.Manifest.Statements = []stat.Statement{
		{ID: "c1", Kind: stat.StatementCorrection, Keys: []string{sellingKey}, Wrong: "Sixty arrests were counted twice.", Now: "3,500",
			Affected: "Who quoted 3,560.", Reason: "A row was repeated.", Releases: []string{"2026-11-25"}},
		{ID: "w1", Kind: stat.StatementWithdrawal, Releases: []string{"2026-11-24"}, Reason: "It was a trial."},
	}
	seal(t, dir, third)
	return dir
}

func TestEachReleaseListsWhatItChanges(t *testing.T) {
	lib, err := OpenLibrary(revised(t))
	if err != nil {
		t.Fatal(err)
	}
	at := noon.Add(100 * time.Hour)
	for _, c := range []struct {
		id, old, new string
		reason       stat.ChangeReason
		changes      int
	}{
		{"2026-11-24", "", "3,557", stat.ReasonNewData, 4},
		{"2026-11-25", "3,557", "3,560", stat.ReasonRevision, 1},
		{"2026-11-26", "3,560", "3,500", stat.ReasonCorrection, 1},
	} {
		r, err := lib.Release(c.id, at)
		if err != nil {
			t.Fatal(err)
		}
		d, err := r.Revisions()
		if err != nil || len(d.Figures) != c.changes {
			t.Errorf("Revisions of %s = %+v, %v; want %d changes", c.id, d.Figures, err, c.changes)
			continue
		}
		for _, got := range d.Figures {
			if got.Key != sellingKey {
				continue
			}
			old := ""
			if got.Old != nil {
				old = got.Old.String()
			}
			if old != c.old || got.New.String() != c.new || got.Reason != c.reason {
				t.Errorf("Revisions of %s: %q → %q, %s; want %q → %q, %s", c.id, old, got.New, got.Reason, c.old, c.new, c.reason)
			}
		}
	}
	first, err := lib.Release("2026-11-24", at)
	if err != nil {
		t.Fatal(err)
	}
	last, err := lib.Latest(at)
	if err != nil {
		t.Fatal(err)
	}
	if d := last.Compare(first); len(d.Figures) != 1 || d.Figures[0].Old.String() != "3,557" || d.Figures[0].New.String() != "3,500" {
		t.Errorf("Compare of the last with the first = %+v", d.Figures)
	}
}

func TestHistoryOfAnIndicator(t *testing.T) {
	lib, err := OpenLibrary(revised(t))
	if err != nil {
		t.Fatal(err)
	}
	h, err := lib.Issued(noon.Add(100 * time.Hour)).History("sellers")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range h.Vintages[sellingKey] {
		got = append(got, v.Release+" "+v.Change.New.String())
	}
	if want := "2026-11-24 3,557, 2026-11-25 3,560, 2026-11-26 3,500"; strings.Join(got, ", ") != want {
		t.Errorf("Vintages = %q, want %q", got, want)
	}
	if h.Record.Releases != 3 || h.Record.Revisions != 1 || h.Record.Corrections != 1 || h.Record.Up != 1 || h.Record.Down != 1 {
		t.Errorf("Record = %+v", h.Record)
	}
	h, err = lib.Issued(noon).History("sellers")
	if err != nil || len(h.Vintages[sellingKey]) != 1 {
		t.Errorf("History on the first day = %+v, %v; want what was public then", h.Vintages[sellingKey], err)
	}
	if _, err := lib.Issued(noon).History("nothing"); !errors.Is(err, stat.ErrNotFound) {
		t.Errorf("History of an unknown indicator: %v, want ErrNotFound", err)
	}
}

func TestLaterStatementsReachEarlierReleases(t *testing.T) {
	lib, err := OpenLibrary(revised(t))
	if err != nil {
		t.Fatal(err)
	}
	before, after := noon.Add(30*time.Hour), noon.Add(48*time.Hour)
	if got := lib.Issued(before).Statements(); len(got) > 0 {
		t.Errorf("Statements before they were made = %+v", got)
	}
	got := lib.Issued(after).Statements()
	if len(got) != 2 || got[1].Statement.Kind != stat.StatementWithdrawal || got[1].Release != "2026-11-26" ||
		got[1].Statement.Releases[0] != "2026-11-24" {
		t.Errorf("Statements = %+v, want the correction and the withdrawal of the first release", got)
	}
	if r, err := lib.Release("2026-11-24", after); err != nil || r.ID() != "2026-11-24" {
		t.Errorf("the withdrawn release has no address any more: %v", err)
	}
}
