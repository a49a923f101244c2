package web

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// sink throws a response away, so that only the server is measured.
type sink struct {
	header http.Header
	code   int
	bytes  int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(code int)        { s.code = code }
func (s *sink) Write(b []byte) (int, error) { s.bytes += len(b); return len(b), nil }

// BenchmarkPage measures one answer: kept from an earlier visit, made anew, and with a drawing of its own.
func BenchmarkPage(b *testing.B) {
	s := world(b)
	ask := func(address string) {
		w := &sink{header: http.Header{}}
		r := httptest.NewRequest(http.MethodGet, address, nil)
		r.Header.Set("Accept-Encoding", "gzip")
		s.Handler().ServeHTTP(w, r)
		if w.code != http.StatusOK || w.bytes == 0 {
			b.Fatalf("GET %s: %d, %d bytes", address, w.code, w.bytes)
		}
	}
	for _, c := range []struct {
		name, address string
		anew          bool
	}{
		{"stored", "/indicators/sellers-and-buyers", false},
		{"made", "/indicators/sellers-and-buyers", true},
		{"drawn", "/indicators/children?from=2014", true},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if c.anew {
					s.store = newStore(storeBytes)
				}
				ask(c.address)
			}
		})
	}
}
