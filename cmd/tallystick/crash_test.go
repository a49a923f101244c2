package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"tallystick/internal/release"
	"tallystick/internal/stat"
)

// call runs the program on the real definitions.
func call(t testing.TB, state string, args ...string) *exec.Cmd {
	t.Helper()
	data, err := filepath.Abs("../../data")
	if err != nil {
		t.Fatal(err)
	}
	return installation{data, state}.call(args...)
}

// mustRun carries out one command on the real definitions to its end and wants exit code 0.
func mustRun(t testing.TB, state string, args ...string) string {
	t.Helper()
	out, err := call(t, state, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("tallystick %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestKilledCommandsLoseNothingAcknowledged kills the program at random moments of ingest, draft, publish, mirror there
// and back and restore, and a server while releases are put before it. After each kill every batch and every release
// that was acknowledged is there, everything that is shown is whole and in the log, and the command succeeds when it
// is given again. Each round sends a new export, so that each release changes a figure. TALLYSTICK_KILLS sets how
// often; without it the test is skipped, since it takes about a second for each.
func TestKilledCommandsLoseNothingAcknowledged(t *testing.T) {
	kills, err := strconv.Atoi(os.Getenv("TALLYSTICK_KILLS"))
	if err != nil {
		t.Skip("TALLYSTICK_KILLS does not say how often to kill")
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	c := &crashing{installation: small(t), t: t, random: rand.New(rand.NewPCG(seed, 0)), longest: map[string]time.Duration{}, killed: map[string]int{}, whole: map[string]bool{}}
	home := filepath.Dir(c.state)
	c.copied, c.other = filepath.Join(home, "copy"), installation{c.data, filepath.Join(home, "other")}
	c.must(t, "key")
	c.ingest(t, sections, statement)
	c.batches = 2
	for round := 0; c.kills() < kills; round++ {
		c.edit(t, sections, `arrest,\d+,`, fmt.Sprintf("arrest,%d,", 3600+round))
		c.step("ingest", c.installation, "ingest", filepath.Join(c.data, sections))
		c.batches++
		c.step("draft", c.installation, "draft", "-reason", fmt.Sprintf("Round %d.", round))
		c.swap(round)
		c.step("mirror", c.installation, "mirror", c.copied)
		c.step("mirror back", c.other, "mirror", "-back", c.copied)
		if out := c.other.must(t, "verify"); !strings.Contains(out, "verified the log") {
			t.Errorf("verify of what was copied there and back: %s", out)
		}
		if round%5 == 4 {
			c.restore(round)
		}
	}
	c.must(t, "batches", "-check")
	t.Logf("killed %v; %d batches and %d publications acknowledged, none lost", c.killed, c.batches, c.published)
}

// crashing is an installation whose commands are killed.
type crashing struct {
	installation
	t                  *testing.T
	random             *rand.Rand
	longest            map[string]time.Duration // that each step took so far when nobody killed it
	killed             map[string]int
	copied             string          // a folder to which the releases are mirrored
	other              installation    // that has them from there
	batches, published int             // acknowledged
	whole              map[string]bool // releases in their folders that were verified before
}

// inARow is how often a step is killed before it is let go to its end.
const inARow = 3

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func (c *crashing) kills() int {
	n := 0
	for _, k := range c.killed {
		n += k
	}
	return n
}

// attempt runs a command, kills it at a random moment of the time that it takes, or a little after, and reports whether
// it was killed. Its first run is let go to its end, to know how long it takes.
func (c *crashing) attempt(name string, i installation, args ...string) (killed bool) {
	c.t.Helper()
	cmd := i.call(args...)
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	began := time.Now()
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	if known := c.longest[name]; known > 0 {
		timer := time.AfterFunc(time.Duration(c.random.Int64N(int64(known+known/8))), func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
	}
	err := cmd.Wait()
	switch {
	case err == nil:
		c.longest[name] = max(c.longest[name], time.Since(began))
	case strings.Contains(err.Error(), "killed"):
		c.killed[name]++
		return true
	case strings.Contains(out.String(), "not the draft any more"):
		// It was killed after it was sealed; the look of this command has finished that, and what would be published
		// now is nothing new.
		c.must(c.t, "draft", "drop")
	default:
		c.t.Fatalf("tallystick %s after the kills %v: %v\n%s", strings.Join(args, " "), c.killed, err, out.String())
	}
	return false
}

// step runs a command and kills it; what was acknowledged is looked at after each time.
func (c *crashing) step(name string, i installation, args ...string) {
	c.t.Helper()
	for range inARow {
		if !c.attempt(name, i, args...) {
			c.check()
			return
		}
		c.check()
	}
	i.must(c.t, args...)
	c.check()
}

// swap publishes while a server serves, and kills now the one and now the other. A server that is killed is started
// again and shows at once what was acknowledged; one that lives shows it without a restart.
func (c *crashing) swap(round int) {
	c.t.Helper()
	serving := c.published > 0
	var server *running
	if serving {
		server = c.serve()
		defer func() { server.kill() }()
	}
	if serving && round%2 == 1 {
		at := time.Duration(c.random.Int64N(int64(c.longest["publish"])))
		gone := make(chan struct{})
		go func() { defer close(gone); time.Sleep(at); server.kill() }()
		c.must(c.t, "publish")
		<-gone
		c.killed["serve"]++
		server = c.serve()
	} else {
		for n := 0; n <= inARow && exists(filepath.Join(c.state, "draft.json")); n++ {
			if n == inARow {
				delete(c.longest, "publish") // it is let go
			}
			c.attempt("publish", c.installation, "publish")
			c.check()
		}
	}
	c.published++
	c.check()
	if server != nil {
		server.shows(c.t, "/releases/"+c.newest())
	}
}

// serve starts a server of the installation.
func (c *crashing) serve() *running { return launch(c.t, c.call("serve", "-addr", "127.0.0.1:0")) }

// restore makes a backup and an installation from it, both killed until they are whole. There is nothing under the name
// of either before; then it verifies as the installation does.
func (c *crashing) restore(round int) {
	c.t.Helper()
	folder := filepath.Join(filepath.Dir(c.state), fmt.Sprintf("backup-%d", round))
	again := installation{c.data, filepath.Join(filepath.Dir(c.state), fmt.Sprintf("restored-%d", round))}
	for _, s := range []struct {
		i    installation
		name string
		made string
	}{{c.installation, "backup", folder}, {again, "restore", again.state}} {
		for range inARow {
			if c.attempt(s.name, s.i, s.name, folder); exists(s.made) {
				break // it was killed when all was done, or not at all
			}
		}
		if !exists(s.made) {
			s.i.must(c.t, s.name, folder)
		}
	}
	again.must(c.t, "verify")
	again.must(c.t, "batches", "-check")
}

// newest is the identifier of the newest release.
func (c *crashing) newest() string {
	c.t.Helper()
	lib, err := release.OpenLibrary(filepath.Join(c.state, "releases"))
	if err != nil {
		c.t.Fatal(err)
	}
	return lib.List(farthest)[0].ID
}

// check wants every release that is shown, here and in the copies, to be whole, and no fewer of them and no fewer
// batches than were acknowledged.
func (c *crashing) check() {
	c.t.Helper()
	for _, dir := range []string{filepath.Join(c.state, "releases"), c.copied, filepath.Join(c.other.state, "releases")} {
		lib, err := release.OpenLibrary(dir)
		if errors.Is(err, stat.ErrNotFound) {
			continue
		}
		if err != nil {
			c.t.Fatal(err)
		}
		shown := lib.List(farthest)
		if here := dir == filepath.Join(c.state, "releases"); here && len(shown) < c.published {
			c.t.Fatalf("%d releases are shown, %d were acknowledged", len(shown), c.published)
		}
		for _, m := range shown {
			if c.whole[dir+m.ID] {
				continue
			}
			if issues, _, err := release.Verify(filepath.Join(dir, m.ID)); err != nil || len(issues) > 0 {
				c.t.Fatalf("release %s in %s is shown: %v, %v", m.ID, dir, issues, err)
			}
			c.whole[dir+m.ID] = true
		}
	}
	var batches []stat.Batch
	if out, err := c.call("batches", "-json").Output(); err != nil || json.Unmarshal(out, &batches) != nil || len(batches) < c.batches {
		c.t.Fatalf("%d batches are there (%v), %d were acknowledged", len(batches), err, c.batches)
	}
}
