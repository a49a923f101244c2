package testkit_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"tallystick/internal/ingest"
	"tallystick/internal/stat"
	"tallystick/internal/testkit"
	"tallystick/internal/warehouse"
)

// TestMain lets this program be its own victim: with TALLYSTICK_VICTIM set it ingests in the named folder until it is
// killed, instead of testing; with TALLYSTICK_LOADER it is one of the processes that BenchmarkLoad measures.
func TestMain(m *testing.M) {
	if how := os.Getenv("TALLYSTICK_LOADER"); how != "" {
		if err := loader(how, os.Getenv("TALLYSTICK_LOADER_FILE"), os.Getenv("TALLYSTICK_LOADER_FOLDER")); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		return
	}
	dir := os.Getenv("TALLYSTICK_VICTIM")
	if dir == "" {
		os.Exit(m.Run())
	}
	if limit := os.Getenv("TALLYSTICK_FILE_LIMIT"); limit != "" {
		var bytes uint64
		if _, err := fmt.Sscan(limit, &bytes); err != nil {
			panic(err)
		}
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bytes, Max: bytes}); err != nil {
			panic(err)
		}
	}
	if err := victim(dir, os.Getenv("TALLYSTICK_FILE_LIMIT") != ""); err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

// victim ingests one export after the other and says so after each: "done b0001".
func victim(dir string, once bool) error {
	ctx := context.Background()
	w, err := warehouse.Open(ctx, dir)
	if err != nil {
		return err
	}
	defer w.Close()
	defs := testkit.Arrests()
	fmt.Println("open")
	for seed := uint64(time.Now().UnixNano()); ; seed++ {
		var text bytes.Buffer
		if err := testkit.WriteArrests(&text, 20_000, seed, 0.01); err != nil {
			return err
		}
		b, err := w.Receive(ctx, defs.Feeds[0], "arrests.csv", "", time.Now(), &text)
		if err != nil {
			return err
		}
		f, err := w.OpenExport(b)
		if err != nil {
			return err
		}
		rows, err := ingest.Open(ctx, f, ingest.Input{Name: "arrests.csv", Feed: defs.Feeds[0], Definitions: defs})
		if err != nil {
			return err
		}
		b, err = w.Load(ctx, b, defs.Datasets[0], rows)
		rows.Close()
		f.Close()
		if err != nil {
			return err
		}
		fmt.Println("done", b.ID)
		if once {
			return nil
		}
	}
}

func startVictim(t *testing.T, dir string, env ...string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), "TALLYSTICK_VICTIM="+dir), env...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

// whole checks that the warehouse holds whole batches: the current records and the quarantine are exactly those of the
// last batch, which covers the period of all of them.
func whole(t *testing.T, dir string, acknowledged int) int {
	t.Helper()
	ctx := context.Background()
	w, err := warehouse.Open(ctx, dir)
	if err != nil {
		t.Fatalf("the warehouse does not open after a crash: %v", err)
	}
	defer w.Close()
	list, err := w.Batches(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < acknowledged {
		t.Fatalf("%d batches after a crash, but %d had been acknowledged", len(list), acknowledged)
	}
	if len(list) == 0 {
		return 0
	}
	last := list[len(list)-1]
	counted, err := w.Count(ctx, warehouse.Query{Dataset: testkit.Arrests().Datasets[0], Measure: stat.Measure{Count: "records"}, AsOf: last.ReceivedAt})
	if err != nil {
		t.Fatal(err)
	}
	var records int64
	for _, c := range counted {
		records += c.Records
	}
	rejects, err := w.Quarantine(ctx, last.ID)
	if err != nil {
		t.Fatal(err)
	}
	if records < last.Records || int64(len(rejects)) != last.Quarantined || !last.Balanced() {
		t.Fatalf("batch %s says %d records and %d quarantined rows; there are %d and %d", last.ID, last.Records, last.Quarantined, records, len(rejects))
	}
	if issues, err := w.Check(ctx); err != nil || len(issues) > 0 {
		t.Fatalf("kept bytes after a crash: %v %v", issues, err)
	}
	return len(list)
}

// TestKilledAtAnyMomentItHoldsWholeBatches kills an ingesting process with signal 9 at random moments, 25 of them or as
// many as TALLYSTICK_KILLS says, and opens the warehouse after each.
func TestKilledAtAnyMomentItHoldsWholeBatches(t *testing.T) {
	kills := 25
	if text := os.Getenv("TALLYSTICK_KILLS"); text != "" {
		kills = atoi(t, text)
	}
	dir := filepath.Join(t.TempDir(), "var")
	batches := 0
	for i := range kills {
		cmd, out := startVictim(t, dir)
		var kill *time.Timer
		after := func(most int) {
			kill = time.AfterFunc(time.Duration(rand.IntN(most))*time.Millisecond, func() { cmd.Process.Kill() })
		}
		if i%4 == 0 { // while it opens, and recovers from the kill before
			after(100)
		}
		done := batches
		for out.Scan() {
			switch line := out.Text(); {
			case line == "open" && kill == nil:
				after(700)
			case strings.HasPrefix(line, "done"):
				done++
			case strings.HasPrefix(line, "error"):
				t.Fatal(line)
			}
		}
		if kill != nil {
			kill.Stop()
		}
		cmd.Process.Kill()
		cmd.Wait() // says that it was killed
		batches = whole(t, dir, done)
	}
	t.Logf("%d batches after %d kills", batches, kills)
}

// run lets a victim ingest one export under a limit on the size of its files, which has the effect of a full disk, and
// returns what it said last.
func runVictim(t *testing.T, dir, limit string) string {
	t.Helper()
	cmd, out := startVictim(t, dir, "TALLYSTICK_FILE_LIMIT="+limit)
	var last string
	for out.Scan() {
		last = out.Text()
	}
	if err := cmd.Wait(); (err == nil) != strings.HasPrefix(last, "done") {
		t.Errorf("limit %s: it ended with %v and said %q", limit, err, last)
	}
	return last
}

func TestDiskFullLeavesTheStateAsItWas(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "var")
	for _, limit := range []string{"1000", "300000", "1300000"} { // while the database is made; while bytes are received
		last := runVictim(t, dir, limit)
		if !strings.Contains(last, "the disk is full") {
			t.Errorf("limit %s: it said %q, want that the disk is full", limit, last)
		}
		if n := whole(t, dir, 0); n != 0 {
			t.Errorf("limit %s: %d batches after a failed ingest, want none", limit, n)
		}
	}
	batches := 0
	for info := int64(0); info < 3_500_000; batches++ {
		if last := runVictim(t, dir, "1000000000"); !strings.HasPrefix(last, "done") {
			t.Fatal(last)
		}
		f, err := os.Stat(filepath.Join(dir, "warehouse.duckdb"))
		if err != nil {
			t.Fatal(err)
		}
		info = f.Size()
	}
	for _, limit := range []string{"2500000", "3300000", "3600000"} { // while records are written
		last := runVictim(t, dir, limit)
		n := whole(t, dir, batches)
		switch {
		case strings.HasPrefix(last, "done"):
			batches++
		case !strings.Contains(last, "the disk is full"):
			t.Errorf("limit %s: it said %q, want that the disk is full", limit, last)
		}
		if n != batches {
			t.Errorf("limit %s: %d batches, want %d; it said %q", limit, n, batches, last)
		}
	}
}

func TestSecondProcessIsTurnedAway(t *testing.T) {
	dir := t.TempDir()
	w, err := warehouse.Open(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	cmd, out := startVictim(t, dir)
	var last string
	for out.Scan() {
		last = out.Text()
	}
	if err := cmd.Wait(); err == nil || !strings.Contains(last, "another tallystick is working on") || !strings.Contains(last, "busy") {
		t.Errorf("a second process: %v, %q; want it to say that another one is at work", err, last)
	}
}

func TestFileThatChangesWhileItIsReadIsRefused(t *testing.T) {
	ctx := context.Background()
	w, err := warehouse.Open(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	path := filepath.Join(t.TempDir(), "export.csv")
	if err := os.WriteFile(path, bytes.Repeat([]byte("2016-01-01,a,1\n"), 100_000), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	shrinking := &shrinks{File: f, path: path}
	if _, err := w.Receive(ctx, stat.Feed{ID: "x", Dataset: "x"}, "export.csv", "", time.Now(), shrinking); !errors.Is(err, stat.ErrBusy) {
		t.Errorf("Receive of a shrinking file: %v, want ErrBusy", err)
	}
	list, err := filepath.Glob(filepath.Join(w.Dir(), "exports", "*", "*"))
	if err != nil || len(list) > 0 {
		t.Errorf("something of it was kept: %v %v", list, err)
	}
}

// shrinks cuts its file in half after the first read.
type shrinks struct {
	*os.File
	path string
	cut  bool
}

func (s *shrinks) Read(p []byte) (int, error) {
	n, err := s.File.Read(p)
	if !s.cut {
		s.cut = true
		if err := os.Truncate(s.path, 500_000); err != nil {
			return 0, err
		}
	}
	return n, err
}
