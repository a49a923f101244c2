package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"tallystick/internal/testkit"
)

// nginxConf is nginx at its fastest: no log, files sent by the kernel, connections kept. It runs as a child in the
// foreground, with everything it writes in the folder of the benchmark.
const nginxConf = `%[3]s daemon off; worker_processes auto; pid %[1]s/pid; error_log stderr crit;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; open_file_cache max=100;
  client_body_temp_path %[1]s/b; proxy_temp_path %[1]s/p; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u;
  scgi_temp_path %[1]s/s;
  server {
    listen %[2]s; root %[1]s/html;
    location / { default_type "text/html; charset=utf-8"; add_header Content-Encoding gzip; }
  }
}
`

// BenchmarkStoredAgainstNginx asks stored pages of the running program, with its log written to a file, and the same
// bytes of nginx, with no log, in turns and in the same run, over 16 connections kept open. It reports requests a
// second of both and their ratio, each the best of its rounds: the other load of a machine only ever takes away.
func BenchmarkStoredAgainstNginx(b *testing.B) {
	for _, name := range []string{"nginx", "wrk"} {
		if _, err := exec.LookPath(name); err != nil {
			b.Skipf("%s is not installed: the comparison with nginx is skipped", name)
		}
	}
	state := testkit.Folder(b)
	mustRun(b, state, "ingest", "-bundled")
	mustRun(b, state, "publish")
	ours := serving(b, state)
	dir := b.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "html"), 0o755); err != nil {
		b.Fatal(err)
	}
	theirs, user := freeAddress(b), ""
	if os.Getuid() == 0 {
		user = "user root;" // else its workers run as somebody who cannot read the folder of the test
	}
	conf := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(conf, fmt.Appendf(nil, nginxConf, dir, theirs, user), 0o644); err != nil {
		b.Fatal(err)
	}
	var said bytes.Buffer
	nginx := exec.Command("nginx", "-p", dir, "-c", conf)
	nginx.Stderr = &said
	if err := nginx.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() { _ = nginx.Process.Signal(os.Interrupt); _ = nginx.Wait() }()
	for _, c := range []struct{ name, path string }{
		{"home", "/"},
		{"indicator", "/indicators/sellers-and-buyers"},
		{"longest", "/indicators/prostitution-arrests"},
	} {
		b.Run(c.name, func(b *testing.B) {
			page := eventually(b, ours+c.path, &said)
			if err := os.WriteFile(filepath.Join(dir, "html", c.name), page, 0o644); err != nil {
				b.Fatal(err)
			}
			theirPage := "http://" + theirs + "/" + c.name
			if got := eventually(b, theirPage, &said); !bytes.Equal(got, page) {
				b.Fatalf("nginx gives %d bytes of %s, want the %d of the stored page", len(got), c.path, len(page))
			}
			b.SetBytes(int64(len(page)))
			for b.Loop() {
				var our, their float64
				for range 3 {
					our = max(our, perSecond(b, ours+c.path))
					their = max(their, perSecond(b, theirPage))
				}
				b.ReportMetric(our, "ours/s")
				b.ReportMetric(their, "nginx/s")
				b.ReportMetric(our/their, "ratio")
			}
		})
	}
}

// serving starts the program as a process of its own, with its log in a file, and gives its address.
func serving(b *testing.B, state string) string {
	b.Helper()
	cmd := call(b, state, "serve", "-addr", "127.0.0.1:0")
	log, err := os.Create(filepath.Join(b.TempDir(), "requests.log"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { log.Close() })
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = cmd.Process.Signal(os.Interrupt); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(strings.TrimPrefix(line, "serving "))
}

// freeAddress is an address of this machine on which nothing listens.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// eventually reads the compressed body at an address, waiting for a server that is about to listen.
func eventually(t testing.TB, address string, said *bytes.Buffer) []byte {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "gzip")
	for try := 0; ; try++ {
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			if try == 50 {
				t.Fatalf("%v %s", err, said)
			}
			time.Sleep(100 * time.Millisecond)
			continue
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
}

var rate = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)

// perSecond is how many requests a second wrk gets answered at an address. An answer that is an error ends it.
func perSecond(t testing.TB, address string) float64 {
	t.Helper()
	out, err := exec.Command("wrk", "-t1", "-c16", "-d3s", "-H", "Accept-Encoding: gzip", address).CombinedOutput()
	m := rate.FindSubmatch(out)
	if err != nil || m == nil || bytes.Contains(out, []byte("Non-2xx")) || bytes.Contains(out, []byte("Socket errors")) {
		t.Fatalf("wrk %s: %v\n%s", address, err, out)
	}
	f, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
