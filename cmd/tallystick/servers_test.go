package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tallystick/internal/testkit"
)

// running is a server process.
type running struct {
	cmd     *exec.Cmd
	address string
}

// start starts tallystick serve from a bucket and waits until it listens.
func start(t *testing.T, state, endpoint string) *running {
	t.Helper()
	return launch(t, withBucket(call(t, state, "serve", "-addr", "127.0.0.1:0", "-releases", "s3://public/site", "-poll", "100ms"), endpoint))
}

// launch starts a server process and waits until it listens.
func launch(t *testing.T, cmd *exec.Cmd) *running {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := &running{cmd: cmd}
	t.Cleanup(r.kill)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if address, ok := strings.CutPrefix(lines.Text(), "serving "); ok {
			r.address = address
			go io.Copy(io.Discard, out)
			return r
		}
	}
	t.Fatalf("the server ended: %s", log.String())
	return nil
}

func withBucket(cmd *exec.Cmd, endpoint string) *exec.Cmd {
	cmd.Env = append(cmd.Env, "TALLYSTICK_S3_ENDPOINT="+endpoint, "AWS_ACCESS_KEY_ID="+testkit.S3User,
		"AWS_SECRET_ACCESS_KEY="+testkit.S3Password)
	return cmd
}

func (r *running) kill() {
	_ = r.cmd.Process.Kill()
	_ = r.cmd.Wait()
}

// shows waits until the server answers an address with 200.
func (r *running) shows(t *testing.T, path string) {
	t.Helper()
	last := ""
	for range 150 {
		res, err := http.Get(r.address + path)
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
			last = res.Status
		} else {
			last = err.Error()
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("%s%s: %s", r.address, path, last)
}

// TestTwoServersFromOneBucket publishes into a bucket of a real S3 server from which two server processes serve.
// Both show a new release without a restart; one is killed and started again; the bucket goes away, and both go
// on, the one that is started anew included.
func TestTwoServersFromOneBucket(t *testing.T) {
	endpoint, killBucket := testkit.S3(t)
	home := testkit.Folder(t)
	publisher, one, two := filepath.Join(home, "publisher"), filepath.Join(home, "one"), filepath.Join(home, "two")
	mirror := func() {
		t.Helper()
		if out, err := withBucket(call(t, publisher, "mirror", "s3://public/site"), endpoint).CombinedOutput(); err != nil {
			t.Fatalf("mirror: %v\n%s", err, out)
		}
	}
	mustRun(t, publisher, "ingest", "-bundled")
	mustRun(t, publisher, "publish", "-at", "2026-01-01T09:00:00Z")
	mirror()
	a, b := start(t, one, endpoint), start(t, two, endpoint)
	for _, s := range []*running{a, b} {
		s.shows(t, "/")
		s.shows(t, "/releases/2026-01-01")
	}
	statements := filepath.Join(home, "statements.json")
	says := `[{"id": "r1", "kind": "revision", "keys": ["none"], "reason": "A second release."}]`
	if err := os.WriteFile(statements, []byte(says), 0o644); err != nil {
		t.Fatal(err)
	}
	mustRun(t, publisher, "publish", "-at", "2026-01-02T09:00:00Z", "-statements", statements)
	mirror()
	a.shows(t, "/releases/2026-01-02")
	b.shows(t, "/releases/2026-01-02")
	a.kill()
	b.shows(t, "/")
	a = start(t, one, endpoint)
	a.shows(t, "/releases/2026-01-02")
	killBucket()
	time.Sleep(300 * time.Millisecond)
	b.shows(t, "/")
	a.kill()
	a = start(t, one, endpoint)
	a.shows(t, "/releases/2026-01-02")
	for _, cache := range []string{one, two} {
		if out := mustRun(t, cache, "verify", filepath.Join(cache, "cache")); !strings.Contains(out, "2 entries") {
			t.Errorf("verify of the cache: %s", out)
		}
	}
}
