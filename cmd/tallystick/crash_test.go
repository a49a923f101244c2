package main

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"tallystick/internal/release"
	"tallystick/internal/testkit"
)

// call runs this test program as tallystick itself: with TALLYSTICK_CALL set, TestMain runs main.
func call(t testing.TB, state string, args ...string) *exec.Cmd {
	t.Helper()
	data, err := filepath.Abs("../../data")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), "TALLYSTICK_CALL=1", "TALLYSTICK_DATA="+data, "TALLYSTICK_STATE="+state, "TALLYSTICK_USER=ann")
	return cmd
}

// mustRun carries out one command to its end and wants exit code 0.
func mustRun(t testing.TB, state string, args ...string) string {
	t.Helper()
	out, err := call(t, state, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("tallystick %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestKilledCommandsLoseNothingAcknowledged kills the program at random moments of ingest, draft, publish and
// mirror. After each kill the installation verifies, every release that was reported as published is there, and
// the command succeeds when it is given again. TALLYSTICK_KILLS sets how often; without it the test is skipped,
// since it takes seconds for each.
func TestKilledCommandsLoseNothingAcknowledged(t *testing.T) {
	kills, err := strconv.Atoi(os.Getenv("TALLYSTICK_KILLS"))
	if err != nil {
		t.Skip("TALLYSTICK_KILLS does not say how often to kill")
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	home := testkit.Folder(t)
	state, copied := filepath.Join(home, "var"), filepath.Join(home, "copy")
	mustRun(t, state, "key")
	statements := filepath.Join(home, "statements.json")
	steps := [][]string{
		{"ingest", "-bundled"},
		{"draft", "-statements", statements, "-reason", "A trial."},
		{"publish"},
		{"mirror", copied},
	}
	published, killed := 0, 0
	for i := 0; killed < kills; i++ {
		step := steps[i%len(steps)]
		if step[0] == "draft" {
			// Each round says something new, so that there is something to publish.
			text := `[{"id": "r` + strconv.Itoa(i) + `", "kind": "revision", "keys": ["none"], "reason": "Round ` + strconv.Itoa(i) + `."}]`
			if err := os.WriteFile(statements, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		cmd := call(t, state, step...)
		var out strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		longest := map[string]int{"ingest": 1500, "draft": 4000, "publish": 12000, "mirror": 400}[step[0]]
		timer := time.AfterFunc(time.Duration(random.IntN(longest))*time.Millisecond, func() { cmd.Process.Kill() })
		err := cmd.Wait()
		timer.Stop()
		switch {
		case err == nil:
		case strings.Contains(err.Error(), "killed"):
			killed++
			t.Logf("kill %d, of %s", killed, step[0])
		default:
			t.Fatalf("tallystick %s after %d kills: %v\n%s", step[0], killed, err, out.String())
		}
		if step[0] == "publish" && err == nil {
			published++
		}
		check(t, state, published)
		if step[0] == "publish" && err != nil {
			// What was killed may have been finished by the look of the next command; otherwise it is done now.
			if _, err := os.Stat(filepath.Join(state, "draft.json")); err == nil {
				again, err := call(t, state, step...).CombinedOutput()
				if err != nil && !strings.Contains(string(again), "not the draft any more") {
					t.Fatalf("tallystick publish after a kill: %v\n%s", err, again)
				}
				if err != nil {
					mustRun(t, state, "draft", "drop")
				} else {
					published++
				}
			}
		} else if err != nil {
			mustRun(t, state, step...)
		}
		check(t, state, published)
	}
	mustRun(t, state, "mirror", copied)
	if out := mustRun(t, state, "verify", copied); !strings.Contains(out, "verified the log") {
		t.Errorf("verify of the copy: %s", out)
	}
	t.Logf("%d kills, %d publications acknowledged", killed, published)
}

// check wants every release that is shown to be whole, and no fewer of them than were acknowledged.
func check(t *testing.T, state string, published int) {
	t.Helper()
	dir := filepath.Join(state, "releases")
	if _, err := os.Stat(dir); err != nil {
		if published > 0 {
			t.Fatal(err)
		}
		return
	}
	lib, err := release.OpenLibrary(dir)
	if err != nil {
		t.Fatal(err)
	}
	shown := lib.List(time.Now().Add(time.Hour))
	if len(shown) < published {
		t.Errorf("%d releases are shown, %d were acknowledged", len(shown), published)
	}
	for _, m := range shown {
		if issues, _, err := release.Verify(filepath.Join(dir, m.ID)); err != nil || len(issues) > 0 {
			t.Errorf("release %s is shown: %v, %v", m.ID, issues, err)
		}
	}
}
