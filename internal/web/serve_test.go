package web

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
)

func TestServeLetsRequestsUnderWayFinish(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	entered, release := make(chan struct{}), make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		ended <- Serve(ctx, ln, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			close(entered)
			<-release
			io.WriteString(w, "whole")
		}))
	}()
	got := make(chan string, 1)
	go func() {
		res, err := http.Get("http://" + ln.Addr().String())
		if err != nil {
			got <- err.Error()
			return
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(res.Body)
		got <- string(body)
	}()
	<-entered
	stop()
	close(release)
	if body := <-got; body != "whole" {
		t.Errorf("the request under way got %q", body)
	}
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

// TestAnswersLeaveWhole asks for bodies of many lengths one after the other over one connection, all requests sent
// before the first answer is read, and wants every answer whole, in its order and with nothing after it.
func TestAnswersLeaveWhole(t *testing.T) {
	lengths := []int{0, 1, 199, 200, 1500, 2047, 2048, 2049, 3000, 3500, 4000, 4096, 4097, 5000, 8191, 8192, 8193, 20_000, 300_000}
	reps := map[string]*representation{}
	for _, n := range lengths {
		reps[fmt.Sprint(n)] = represent(bytes.Repeat([]byte{'a' + byte(n%26)}, n), "font/woff2", forEver)
	}
	e := echo.New()
	answer := func(c echo.Context) error { return reps[c.Param("n")].write(c) }
	e.GET("/:n", answer)
	e.HEAD("/:n", answer)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, ln, e) }()
	conn, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	var requests strings.Builder
	for _, n := range lengths {
		fmt.Fprintf(&requests, "GET /%d HTTP/1.1\r\nHost: x\r\n\r\nHEAD /%[1]d HTTP/1.1\r\nHost: x\r\n\r\n", n)
	}
	if _, err := io.WriteString(conn, requests.String()); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(conn)
	for _, n := range lengths {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			res, err := http.ReadResponse(r, &http.Request{Method: method})
			if err != nil {
				t.Fatalf("%s of %d bytes: %v", method, n, err)
			}
			body, err := io.ReadAll(res.Body)
			want := reps[fmt.Sprint(n)].body
			if method == http.MethodHead {
				want = nil
			}
			if err != nil || !bytes.Equal(body, want) || res.ContentLength != int64(n) {
				t.Errorf("%s of %d bytes: got %d, %d announced, %v", method, n, len(body), res.ContentLength, err)
			}
		}
	}
	conn.Close()
	stop()
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v", err)
	}
}
