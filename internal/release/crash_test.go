package release

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tallystick/internal/stat"
	"tallystick/internal/testkit"
)

// TestMain lets the test program be the process that is killed: with TALLYSTICK_SEAL_IN set, it seals releases
// into that folder and prints the identifier of each after Seal has returned.
func TestMain(m *testing.M) {
	if dir := os.Getenv("TALLYSTICK_SEAL_IN"); dir != "" {
		sealForEver(dir)
	}
	if dir := os.Getenv("TALLYSTICK_PULL_INTO"); dir != "" {
		if _, err := Pull(context.Background(), Folder(os.Getenv("TALLYSTICK_PULL_FROM")), dir, ""); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// killsAsked is how often to kill.
func killsAsked() int {
	if n, err := strconv.Atoi(os.Getenv("TALLYSTICK_KILLS")); err == nil {
		return n
	}
	return 15
}

func sealForEver(dir string) {
	key, err := LoadKey(filepath.Join(dir, "..", "key"))
	for err == nil {
		d := sample(Next(dir, stat.Date{Year: 2026, Month: 11, Day: 24}), noon)
		d.Key = key
		var m stat.Manifest
		if m, err = Seal(context.Background(), dir, d); err == nil {
			fmt.Println(m.ID)
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// TestKilledSealingLosesNothingAndShowsNothingUnsealed kills a process that seals releases at random moments.
// After each kill, every release that was acknowledged is shown and whole, and so is everything else that is
// shown. TALLYSTICK_KILLS sets how often.
func TestKilledSealingLosesNothingAndShowsNothingUnsealed(t *testing.T) {
	kills := killsAsked()
	state := testkit.Folder(t)
	dir := filepath.Join(state, "releases")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	key, err := CreateKey(rand.NewChaCha8([32]byte{7}), filepath.Join(state, "key"), "example.org")
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	var acknowledged []string
	for i := range kills {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "TALLYSTICK_SEAL_IN="+dir)
		var trouble strings.Builder
		cmd.Stderr = &trouble
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(20+random.IntN(600))*time.Millisecond, func() { cmd.Process.Kill() })
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			acknowledged = append(acknowledged, lines.Text())
		}
		timer.Stop()
		if err := cmd.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
			t.Fatalf("process %d ended by itself: %v: %s", i, err, trouble.String())
		}
		lib, err := OpenLibrary(dir)
		if err != nil {
			t.Fatalf("after kill %d: %v", i, err)
		}
		var shown []string
		for _, m := range lib.List(noon) {
			shown = append(shown, m.ID)
			if issues, _, err := Verify(filepath.Join(dir, m.ID)); err != nil || len(issues) > 0 {
				t.Errorf("after kill %d: release %s is shown: %v, %v", i, m.ID, issues, err)
			}
		}
		for _, id := range acknowledged {
			if !slices.Contains(shown, id) {
				t.Errorf("after kill %d: release %s was acknowledged and is not shown", i, id)
			}
		}
	}
	if _, err := Recover(dir, key); err != nil {
		t.Fatal(err)
	}
	d := sample(Next(dir, stat.Date{Year: 2026, Month: 11, Day: 24}), noon)
	d.Key = key
	seal(t, dir, d)
	issues, l, err := VerifyAll(dir, key.Public())
	if err != nil || len(issues) > 0 {
		t.Errorf("in the end: %v, %v", issues, err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, draftPrefix+"*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if len(acknowledged) < kills/10 {
		t.Errorf("only %d releases were acknowledged in %d runs", len(acknowledged), kills)
	}
	t.Logf("%d kills, %d acknowledged, %d in the log", kills, len(acknowledged), l.Size())
}

// TestKilledCopyingShowsNothingUnverified kills a process that copies releases at random moments. After each kill
// what is shown is whole, and the next copying finishes.
func TestKilledCopyingShowsNothingUnverified(t *testing.T) {
	key := testKey(t, 1)
	from := logged(t, 4, key)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	killed := 0
	for i := range killsAsked() {
		into := testkit.Folder(t)
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "TALLYSTICK_PULL_INTO="+into, "TALLYSTICK_PULL_FROM="+from)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(random.IntN(200))*time.Millisecond, func() { cmd.Process.Kill() })
		if err := cmd.Wait(); err != nil {
			killed++
		}
		timer.Stop()
		if has, err := hasLog(into); err != nil {
			t.Fatal(err)
		} else if has {
			lib, err := OpenLibrary(into, key.Public())
			if err != nil {
				t.Fatalf("copy %d: %v", i, err)
			}
			for _, m := range lib.List(noon) {
				if issues, _, err := Verify(filepath.Join(into, m.ID)); err != nil || len(issues) > 0 {
					t.Errorf("copy %d: release %s is shown: %v, %v", i, m.ID, issues, err)
				}
			}
		}
		if _, err := Pull(t.Context(), Folder(from), into, key.Public()); err != nil {
			t.Fatalf("copy %d could not be finished: %v", i, err)
		}
		if issues, _, err := VerifyAll(into, key.Public()); err != nil || len(issues) > 0 {
			t.Errorf("copy %d in the end: %v, %v", i, issues, err)
		}
	}
	t.Logf("%d of %d killed in the middle", killed, killsAsked())
}
