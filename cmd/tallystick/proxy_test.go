package main

import (
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestTheReverseProxyOfTheManual runs nginx with the text of internal/README.md before two servers: what may be kept is
// answered from the cache, when one server is killed and when both are; everything else is asked about with its ETag; and
// both servers answer the same.
func TestTheReverseProxyOfTheManual(t *testing.T) {
	nginx, err := exec.LookPath("nginx")
	if err != nil {
		t.Skip("nginx is not installed")
	}
	i := small(t)
	i.ingest(t, sections, statement)
	i.must(t, "publish", "-at", "2020-01-01T09:00:00Z")
	serve := func() *running {
		return launch(t, i.call("serve", "-addr", "127.0.0.1:0", "-site", "https://statistics.example.org"))
	}
	a, b := serve(), serve()
	proxy := "http://" + reverseProxy(t, nginx, strings.TrimPrefix(a.address, "http://"), strings.TrimPrefix(b.address, "http://"))
	ask := func(path, tag string) *http.Response {
		t.Helper()
		req, err := http.NewRequest(http.MethodGet, proxy+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept-Encoding", "gzip, deflate, br")
		if tag != "" {
			req.Header.Set("If-None-Match", tag)
		}
		var res *http.Response
		for range 100 { // nginx takes a moment to listen
			if res, err = http.DefaultTransport.RoundTrip(req); err == nil {
				res.Body.Close()
				return res
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Fatal(err)
		return nil
	}
	const live, pinned = "/indicators/sellers-and-buyers", "/releases/2020-01-01/indicators/sellers-and-buyers"
	tag := ask(live, "").Header.Get("ETag")
	for range 4 { // the servers take turns
		if res := ask(live, tag); tag == "" || res.StatusCode != http.StatusNotModified {
			t.Errorf("GET %s with its ETag %q = %s, want 304", live, tag, res.Status)
		}
	}
	if res := ask(pinned, ""); res.StatusCode != http.StatusOK || res.Header.Get("Content-Encoding") != "br" {
		t.Errorf("GET %s = %s, %v", pinned, res.Status, res.Header)
	}
	a.kill()
	if res := ask(live, ""); res.StatusCode != http.StatusOK {
		t.Errorf("GET %s with one of two servers = %s", live, res.Status)
	}
	b.kill()
	if res := ask(pinned, ""); res.StatusCode != http.StatusOK {
		t.Errorf("GET %s without a server = %s, want it from the cache", pinned, res.Status)
	}
	if res := ask(live, ""); res.StatusCode != http.StatusBadGateway {
		t.Errorf("GET %s without a server = %s, want 502: it must not come from a cache", live, res.Status)
	}
}

// reverseProxy starts nginx with the text of the manual before two servers and returns where it listens.
func reverseProxy(t *testing.T, nginx, a, b string) string {
	t.Helper()
	manual, err := os.ReadFile("../../internal/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(manual), "```nginx\n")
	text, _, found := strings.Cut(text, "```")
	if !found {
		t.Fatal("internal/README.md has no text for nginx")
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	dir := t.TempDir()
	text = regexp.MustCompile(`(?m)^ *ssl_.*\n`).ReplaceAllString(text, "")
	text = regexp.MustCompile(`listen [^;]*;`).ReplaceAllString(text, "listen "+address+";")
	text = strings.NewReplacer("/var/cache/nginx/tallystick", filepath.Join(dir, "cache"), "127.0.0.1:8080", a, "127.0.0.1:8081", b).Replace(text)
	whole := "daemon off;\nmaster_process off;\npid " + dir + "/pid;\nerror_log " + dir + "/errors;\nevents {}\nhttp {\naccess_log off;\n"
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		whole += kind + "_temp_path " + filepath.Join(dir, kind) + ";\n"
	}
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(whole+text+"}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, nginx, "-e", filepath.Join(dir, "errors"), "-c", file)
	if err := cmd.Start(); err != nil {
		stop()
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(); _ = cmd.Wait() })
	return address
}
