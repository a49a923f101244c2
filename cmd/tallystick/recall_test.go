package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tallystick/internal/release"
)

// TestUrgentReleaseComesBeforeOneThatIsSealedForLater seals a release for a day to come and then has to correct what is
// out: the correction is refused while the other stands, the other is recalled, the correction comes out, and the
// other is sealed again after it, compared with it.
func TestUrgentReleaseComesBeforeOneThatIsSealedForLater(t *testing.T) {
	i := small(t)
	copied := filepath.Join(i.state, "copy")
	i.ingest(t, sections, statement)
	i.must(t, "publish", "-at", "2020-01-01T09:00:00Z")
	i.edit(t, sections, `arrest,3557,`, "arrest,3560,")
	i.ingest(t, sections)
	i.must(t, "publish", "-at", "2100-01-01T09:30:00Z", "-reason", "The figures of the year.")
	i.must(t, "mirror", copied)
	i.edit(t, sections, `arrest,1378,`, "arrest,1379,")
	i.ingest(t, sections)

	i.refused(t, "tallystick recall 2100-01-01", "publish")
	i.refused(t, "no release 2020-01-01 is sealed for later", "recall", "-reason", "Why.", "2020-01-01")
	if out := i.must(t, "recall", "-dry-run", "-reason", "Why.", "2100-01-01"); !strings.Contains(out, "would recall release 2100-01-01") {
		t.Errorf("recall -dry-run: %s", out)
	}
	out := i.must(t, "recall", "-reason", "A correction comes first.", "2100-01-01")
	if want := `tallystick draft -at 2100-01-01T09:30:00Z -reason "The figures of the year."`; !strings.Contains(out, want) {
		t.Errorf("recall: %s\nwant %s", out, want)
	}
	if _, err := os.Stat(filepath.Join(i.state, "releases", "2100-01-01")); !os.IsNotExist(err) {
		t.Errorf("the folder of the recalled release: %v", err)
	}
	i.must(t, "publish", "-reason", "A correction.")
	i.edit(t, sections, `arrest,3560,`, "arrest,3561,")
	i.ingest(t, sections)
	i.must(t, "draft", "-at", "2100-01-01T09:30:00Z", "-reason", "The figures of the year.")
	i.must(t, "publish")
	i.must(t, "mirror", copied)
	for _, dir := range []string{filepath.Join(i.state, "releases"), copied} {
		if out := i.must(t, "verify", dir); !strings.Contains(out, "5 entries") {
			t.Errorf("verify %s: %s", dir, out)
		}
		library, err := release.OpenLibrary(dir)
		if err != nil {
			t.Fatal(err)
		}
		list := library.List(farthest)
		if len(list) != 3 || list[0].ID != "2100-01-01.2" || list[0].Previous.ID != list[1].ID || list[1].Previous.ID != "2020-01-01" {
			t.Errorf("%s holds %+v", dir, list)
		}
		if out := library.List(time.Now()); len(out) != 2 {
			t.Errorf("%s shows %d releases today, want 2", dir, len(out))
		}
	}
}
