package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
)

// TestAtMostTwoFiguresAreDrawnAtOnce asks for more new figures than can wait while those that are drawn do not come to
// an end. Two are drawn, as many as may wait wait, the others are told at once to come back, stored pages and pages
// that are only written are answered meanwhile, and everybody who waited gets an answer.
func TestAtMostTwoFiguresAreDrawnAtOnce(t *testing.T) {
	s := world(t)
	get(t, s, "/")
	var drawing, most atomic.Int64
	release := make(chan struct{})
	slow := s.stored(func(v *visit) (*representation, error) {
		if n := drawing.Add(1); n > most.Load() {
			most.Store(n)
		}
		defer drawing.Add(-1)
		<-release
		return represent([]byte(v.path), "text/plain; charset=utf-8", revalidate), nil
	})
	e := echo.New()
	e.HTTPErrorHandler = s.serveError
	e.GET("/cards/:id", slow)
	const beyond = 20
	total := makersAtOnce + makersWaiting + beyond
	answers := make(chan *httptest.ResponseRecorder, total)
	var group sync.WaitGroup
	for i := range total {
		group.Go(func() {
			w := httptest.NewRecorder()
			e.ServeHTTP(w, httptest.NewRequest(http.MethodGet, fmt.Sprintf("/cards/%d", i), nil))
			answers <- w
		})
	}
	// A request that is drawn stood in the queue for a moment, so that up to two more than wait may have got in.
	for range beyond {
		select {
		case w := <-answers:
			if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || w.Header().Get("Cache-Control") != "no-store" {
				t.Fatalf("an answer came while all turns were taken: %d %v", w.Code, w.Header())
			}
		case <-time.After(longestWait - time.Second):
			t.Fatal("who came too late is not told at once")
		}
	}
	for _, address := range []string{"/", "/methods"} {
		if w := get(t, s, address); w.Code != http.StatusOK {
			t.Errorf("GET %s while figures are drawn: %d", address, w.Code)
		}
	}
	close(release)
	group.Wait()
	close(answers)
	served := 0
	for w := range answers {
		if w.Code != http.StatusOK {
			t.Errorf("somebody who waited got %d", w.Code)
		}
		served++
	}
	if served != makersAtOnce+makersWaiting || most.Load() != makersAtOnce {
		t.Errorf("%d were served and %d drawn at once, want %d and %d", served, most.Load(), makersAtOnce+makersWaiting, makersAtOnce)
	}
}
