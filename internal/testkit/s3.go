package testkit

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// The credentials of the server that S3 starts.
const (
	S3User     = "user"
	S3Password = "password"
)

// S3 starts an S3 server with one empty bucket, public, and returns its address and a function that kills it. The
// server is a versitygw, whose path TALLYSTICK_S3_SERVER names; without it the test is skipped.
func S3(t testing.TB) (endpoint string, kill func()) {
	t.Helper()
	program := os.Getenv("TALLYSTICK_S3_SERVER")
	if program == "" {
		t.Skip("TALLYSTICK_S3_SERVER does not name a versitygw")
	}
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, "public"), 0o755); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	cmd := exec.Command(program, "--access", S3User, "--secret", S3Password, "--port", addr, "posix", "--nometa", home)
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	t.Cleanup(func() {
		kill()
		if t.Failed() {
			t.Logf("the S3 server said:\n%s", log.String())
		}
	})
	for range 200 {
		if c, err := net.Dial("tcp", addr); err == nil {
			c.Close()
			return "http://" + addr, kill
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("the S3 server at %s does not answer", addr)
	return "", nil
}
