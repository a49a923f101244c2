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
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

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

// BenchmarkStoredBesideDrawn asks a stored page of the running program, alone and while sixteen readers ask for views that
// nobody has asked for, and reports the median and the slowest of a hundred in both, in milliseconds, the median of the
// new views that were drawn, and how many were told to come back.
func BenchmarkStoredBesideDrawn(b *testing.B) {
	state := testkit.Folder(b)
	mustRun(b, state, "ingest", "-bundled")
	mustRun(b, state, "publish")
	home := serving(b, state)
	time.Sleep(warmAfter + 5*time.Second) // what a server makes ready after its start
	ask := func(address string) (time.Duration, int) {
		began := time.Now()
		resp, err := http.Get(home + address)
		if err != nil {
			b.Error(err)
			return 0, 0
		}
		defer resp.Body.Close()
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			b.Error(err)
		}
		return time.Since(began), resp.StatusCode
	}
	var fresh []string
	for _, path := range indicatorPages(b, home) {
		for _, from := range yearsOf(b, home+path) {
			for _, to := range yearsOf(b, home+path) {
				if from <= to {
					fresh = append(fresh, fmt.Sprintf("%s?from=%s&to=%s", path, from, to))
				}
			}
		}
	}
	stored := func(pause time.Duration) (median, slowest float64) {
		var took []time.Duration
		for range 300 {
			d, code := ask("/indicators/sellers-and-buyers")
			if code != http.StatusOK {
				b.Errorf("a stored page answers %d", code)
			}
			took = append(took, d)
			time.Sleep(pause)
		}
		slices.Sort(took)
		return milliseconds(took[len(took)/2]), milliseconds(took[len(took)*99/100])
	}
	stored(0)
	for b.Loop() {
		median, slow := stored(5 * time.Millisecond)
		b.ReportMetric(median, "ms-alone-p50")
		b.ReportMetric(slow, "ms-alone-p99")
		var alone []time.Duration
		for _, address := range fresh[:20] {
			d, _ := ask(address)
			alone = append(alone, d)
		}
		slices.Sort(alone)
		b.ReportMetric(milliseconds(alone[len(alone)/2]), "ms-new-p50")
		rest := make(chan string, len(fresh))
		for _, address := range fresh[20:] {
			rest <- address
		}
		close(rest)
		var refused, drawn atomic.Int64
		stop := make(chan struct{})
		var group sync.WaitGroup
		for range 16 {
			group.Go(func() {
				for address := range rest {
					select {
					case <-stop:
						return
					default:
					}
					switch _, code := ask(address); code {
					case http.StatusOK:
						drawn.Add(1)
					case http.StatusServiceUnavailable:
						refused.Add(1)
					default:
						b.Errorf("%s answers %d", address, code)
					}
				}
			})
		}
		median, slow = stored(5 * time.Millisecond)
		close(stop)
		group.Wait()
		b.ReportMetric(median, "ms-beside-p50")
		b.ReportMetric(slow, "ms-beside-p99")
		b.ReportMetric(float64(drawn.Load()), "drawn")
		b.ReportMetric(float64(refused.Load()), "refused")
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// yearsOf are the years that the form of an indicator's page offers.
func yearsOf(t testing.TB, address string) []string {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	doc, err := goquery.NewDocumentFromReader(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return doc.Find("select[name=from] option:not([value=''])").Map(func(_ int, s *goquery.Selection) string { return s.Text() })
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
