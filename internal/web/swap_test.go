package web

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tallystick/internal/release"
	"tallystick/internal/stat"
	"tallystick/internal/testkit"
)

func signingKey(t testing.TB) *release.Key {
	t.Helper()
	secret, _, err := release.GenerateKey(rand.NewChaCha8([32]byte{1}), "figures.example.org")
	if err != nil {
		t.Fatal(err)
	}
	key, err := release.ParseKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sealSigned(t testing.TB, dir, id string, key *release.Key, selling float64) {
	t.Helper()
	d := draft(id, second, selling)
	d.Key = key
	if _, err := release.Seal(t.Context(), dir, d); err != nil {
		t.Fatalf("Seal(%s): %v", id, err)
	}
}

var pastRevisions = regexp.MustCompile(`(?s)<section id="revisions".*?</section>`)

var oneOfOurs = regexp.MustCompile(`\b(7,?0\d\d)\b`)

// TestTenReleasesArePublishedUnderLoad seals ten releases while 200 requests a second come to a real listener, each at
// its time whether the ones before it were answered or not; readers who have a page ask whether it still holds, as
// browsers do, and every fourth asks for all of it. No answer is an error and none mixes two releases: the figure that
// each release has of its own is the only one of its kind in a page or a file. The rate that was reached is reported
// and not held, since it is the machine's.
func TestTenReleasesArePublishedUnderLoad(t *testing.T) {
	const perSecond = 200
	dir, key := testkit.Folder(t), signingKey(t)
	sealSigned(t, dir, "2026-12-08", key, 7001)
	lib, err := release.OpenLibrary(dir, key.Public())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(New(Config{Library: lib, Log: slog.New(slog.DiscardHandler), Clock: func() time.Time { return now }, Version: "test"}).Handler())
	defer server.Close()
	ctx, stop := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() {
		lib.Watch(ctx, 5*time.Millisecond, func(_ bool, _ []stat.Issue, err error) {
			if err != nil {
				t.Errorf("Watch: %v", err)
			}
		})
	})
	addresses := []string{"/indicators/sellers-and-buyers", "/indicators/sellers-and-buyers.csv", "/indicators/sellers-and-buyers.json", "/", "/releases"}
	var next, late atomic.Int64
	var whole, held atomic.Int64 // answers
	seen := sync.Map{}
	began := time.Now()
	done := make(chan struct{})
	reader := func() {
		client := &http.Client{Transport: &http.Transport{}}
		tags := map[string]string{}
		for {
			n := next.Add(1) - 1
			due := began.Add(time.Duration(n) * time.Second / perSecond)
			select {
			case <-done:
				return
			case <-time.After(time.Until(due)):
			}
			if time.Since(due) > 100*time.Millisecond {
				late.Add(1)
			}
			address := addresses[n%int64(len(addresses))]
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+address, nil)
			if err != nil {
				t.Error(err)
				return
			}
			if n%4 != 0 && tags[address] != "" {
				req.Header.Set("If-None-Match", tags[address])
			}
			res, err := client.Do(req)
			if err != nil {
				t.Errorf("%s: %v", address, err)
				continue
			}
			body, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err == nil && res.StatusCode == http.StatusNotModified {
				held.Add(1)
				continue
			}
			if err != nil || res.StatusCode != http.StatusOK {
				t.Errorf("%s: %s, %v", address, res.Status, err)
				continue
			}
			whole.Add(1)
			tags[address] = res.Header.Get("ETag")
			if address == "/" || address == "/releases" {
				continue
			}
			figures := map[string]bool{}
			now := pastRevisions.ReplaceAll(body, nil) // which shows the figures of former releases
			for _, m := range oneOfOurs.FindAll(now, -1) {
				figures[strings.ReplaceAll(string(m), ",", "")] = true
			}
			if len(figures) != 1 {
				t.Errorf("%s shows the figures of %d releases: %v", address, len(figures), figures)
			}
			for f := range figures {
				seen.Store(f, true)
				id := strings.TrimSuffix("2026-12-08."+strings.TrimPrefix(strings.TrimPrefix(f, "70"), "0"), ".1")
				if address == addresses[0] && !strings.Contains(string(body), `">Release `+id+`</a>`) {
					t.Errorf("%s shows the figure %s, but not of release %s", address, f, id)
				}
			}
		}
	}
	for range 16 {
		group.Go(reader)
	}
	for i := 2; i <= 11; i++ {
		sealSigned(t, dir, fmt.Sprintf("2026-12-08.%d", i), key, float64(7000+i))
	}
	time.Sleep(100 * time.Millisecond)
	close(done)
	took := time.Since(began)
	stop()
	group.Wait()
	shown := 0
	seen.Range(func(any, any) bool { shown++; return true })
	total := whole.Load() + held.Load()
	t.Logf("%d answers in %v, %.0f a second (%d were asked for): %d whole, %d that still held; %d came late; %d of 11 releases seen",
		total, took.Round(time.Millisecond), float64(total)/took.Seconds(), perSecond, whole.Load(), held.Load(), late.Load(), shown)
	if shown < 5 {
		t.Errorf("only %d releases were seen", shown)
	}
}

func TestProofsAreHandedOut(t *testing.T) {
	dir, key := testkit.Folder(t), signingKey(t)
	sealSigned(t, dir, "2026-12-08", key, 3557)
	sealSigned(t, dir, "2026-12-08.2", key, 3558)
	lib, err := release.OpenLibrary(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := New(Config{Library: lib, Log: slog.New(slog.DiscardHandler), Clock: func() time.Time { return now }, Version: "test"})
	if got := get(t, s, "/.well-known/tallystick-key").Body.String(); got != key.Public()+"\n" {
		t.Errorf("key = %q, want %q", got, key.Public())
	}
	signed := get(t, s, "/.well-known/tallystick-checkpoint").Body.String()
	if c, err := release.ParseCheckpoint(signed, key.Public()); err != nil || c.Size != 2 {
		t.Errorf("checkpoint = %q, %v", signed, err)
	}
	kit := get(t, s, "/releases/2026-12-08/kit.zip")
	file := filepath.Join(t.TempDir(), "kit.zip")
	if err := os.WriteFile(file, kit.Body.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	issues, m, err := release.VerifyKit(file, key.Public())
	if err != nil || len(issues) > 0 || m.ID != "2026-12-08" {
		t.Errorf("VerifyKit of what was handed out = %v, %s, %v", issues, m.ID, err)
	}
	if again := get(t, s, "/releases/2026-12-08/kit.zip"); !bytes.Equal(again.Body.Bytes(), kit.Body.Bytes()) {
		t.Error("the kit changed from one request to the next")
	}
	page := html.UnescapeString(get(t, s, "/releases/2026-12-08").Body.String())
	r, err := lib.Release("2026-12-08", now)
	if err != nil {
		t.Fatal(err)
	}
	if signed, _ := r.Checkpoint(); !strings.Contains(page, strings.Split(signed, "\n")[2]) || !strings.Contains(page, "kit.zip") {
		t.Errorf("the page of the release does not show its checkpoint %q", signed)
	}
}

func TestUnsignedReleasesHaveNoProof(t *testing.T) {
	s := world(t)
	for _, address := range []string{"/.well-known/tallystick-key", "/.well-known/tallystick-checkpoint", "/releases/2026-11-24/kit.zip"} {
		if got := get(t, s, address).Code; got != http.StatusNotFound {
			t.Errorf("GET %s = %d, want 404", address, got)
		}
	}
}

func TestIndicatorShowsHowItsFiguresWereRevised(t *testing.T) {
	s := world(t)
	page := get(t, s, "/indicators/sellers-and-buyers").Body.String()
	section := pastRevisions.FindString(page)
	for _, want := range []string{"1 correction of an error", "first 3,557", "3,558", "corrected in", "/releases/2026-11-24", "A row was misread."} {
		if !strings.Contains(section, want) {
			t.Errorf("the section on revisions lacks %q:\n%s", want, section)
		}
	}
	section = pastRevisions.FindString(get(t, s, "/releases/2026-11-24/indicators/sellers-and-buyers").Body.String())
	if !strings.Contains(section, "No published figure") || strings.Contains(section, "3,558") {
		t.Errorf("the page of the first release tells of later ones:\n%s", section)
	}
}
