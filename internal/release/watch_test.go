package release

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tallystick/internal/stat"
	"tallystick/internal/testkit"
)

// stamped is a draft in which every part carries the number n.
func stamped(n int, key *Key) Draft {
	d := sample(fmt.Sprintf("2026-11-%02d", n), noon.Add(time.Duration(n)*time.Hour))
	mark := fmt.Sprint(n)
	d.Key = key
	d.Manifest.Title = mark
	d.Definitions.Site.Name = mark
	d.Observations[0].Value = float64(n)
	d.Answers[0].Alt = mark
	d.Files = map[string][]byte{"downloads/sellers.csv": []byte(mark)}
	return d
}

// consistent returns the number that every part of a release carries, or an error if they differ.
func consistent(r *Release) (string, error) {
	file, _, err := r.File("downloads/sellers.csv")
	if err != nil {
		return "", err
	}
	a, err := r.Answer("sellers")
	if err != nil {
		return "", err
	}
	value := fmt.Sprint(r.Observations("sellers")[1].Value)
	mark := r.Manifest().Title
	for _, got := range []string{r.Definitions().Site.Name, a.Alt, string(file), value} {
		if got != mark {
			return "", fmt.Errorf("release %s carries %s and %s", r.ID(), mark, got)
		}
	}
	return mark, nil
}

// TestReadersSeeOneReleaseAtATimeWhileTenArePublished reads as fast as it can while releases are sealed and the
// library watches, with room for hardly one of them in memory.
func TestReadersSeeOneReleaseAtATimeWhileTenArePublished(t *testing.T) {
	dir, key := testkit.Folder(t), testKey(t, 1)
	seal(t, dir, stamped(1, key))
	lib, err := OpenLibrary(dir, key.Public())
	if err != nil {
		t.Fatal(err)
	}
	lib.SetBound(10 << 10)
	ctx, stop := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() {
		lib.Watch(ctx, 2*time.Millisecond, func(_ bool, _ []stat.Issue, err error) {
			if err != nil {
				t.Errorf("Watch: %v", err)
			}
		})
	})
	var reads atomic.Int64
	for range 4 {
		group.Go(func() {
			last := 0
			for ctx.Err() == nil {
				r, err := lib.Latest(noon.Add(1000 * time.Hour))
				if err != nil {
					t.Errorf("Latest: %v", err)
					return
				}
				mark, err := consistent(r)
				if err != nil {
					t.Error(err)
					return
				}
				var n int
				fmt.Sscan(mark, &n)
				if n < last {
					t.Errorf("release %d after %d", n, last)
				}
				last = n
				reads.Add(1)
			}
		})
	}
	for n := 2; n <= 11; n++ {
		seal(t, dir, stamped(n, key))
	}
	deadline := time.After(30 * time.Second)
	for len(lib.List(noon.Add(1000*time.Hour))) < 11 {
		select {
		case <-deadline:
			t.Fatal("the library did not notice all releases")
		case <-time.After(time.Millisecond):
		}
	}
	stop()
	group.Wait()
	if reads.Load() < 100 {
		t.Errorf("only %d reads", reads.Load())
	}
	t.Logf("%d reads", reads.Load())
}

func TestWatchReportsTroubleOnceAndGoesOn(t *testing.T) {
	dir := testkit.Folder(t)
	seal(t, dir, stamped(1, nil))
	lib, err := OpenLibrary(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	reports := make(chan []stat.Issue, 100)
	go lib.Watch(ctx, time.Millisecond, func(_ bool, issues []stat.Issue, _ error) { reports <- issues })
	if err := os.MkdirAll(filepath.Join(dir, "2026-12-01"), 0o755); err != nil {
		t.Fatal(err)
	}
	if got := <-reports; len(got) != 1 || got[0].Code != "release-unreadable" {
		t.Errorf("report = %v", got)
	}
	select {
	case got := <-reports:
		t.Errorf("the same trouble was reported again: %v", got)
	case <-time.After(50 * time.Millisecond):
	}
	seal(t, dir, stamped(2, nil))
	<-reports
	if r, err := lib.Latest(noon.Add(1000 * time.Hour)); err != nil || r.Manifest().Title != "2" {
		t.Errorf("Latest = %v, %v", r, err)
	}
}

// BenchmarkOpenFifty opens a folder of fifty signed releases and reads the newest, as a server does at its start.
func BenchmarkOpenFifty(b *testing.B) {
	dir, key := testkit.Folder(b), testKey(b, 1)
	for n := range 50 {
		d := stamped(1, key)
		d.Manifest.ID = Next(dir, stat.Date{Year: 2026, Month: 11, Day: 1})
		for i := range 60 {
			d.Files[fmt.Sprintf("figures/figure-%d.svg", i)] = []byte(fmt.Sprint(n, i))
		}
		base := d.Observations[0]
		for year := range 2000 {
			o := base
			o.Period = stat.CalendarYear(3000 + year)
			d.Observations = append(d.Observations, o)
		}
		if _, err := Seal(b.Context(), dir, d); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		lib, err := OpenLibrary(dir, key.Public())
		if err != nil {
			b.Fatal(err)
		}
		if _, err := lib.Latest(noon.Add(1000 * time.Hour)); err != nil {
			b.Fatal(err)
		}
	}
}
