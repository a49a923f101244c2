package web

import (
	"bytes"
	"compress/gzip"
	"container/list"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"
)

const htmlType = "text/html; charset=utf-8"

// How long a response may be kept.
const (
	forEver    = "public, max-age=31536000, immutable" // the address names the content
	revalidate = "public, no-cache"                    // may be kept, but asked about each time
)

// representation is a response ready to be sent: compressed once, with its checksum as its tag.
type representation struct {
	contentType string
	caching     string
	filename    string // offered to whoever saves it; empty for pages
	attachment  bool   // saved and not shown
	open        bool   // may be read by pages of other sites: files, never pages
	framed      bool   // may be shown in a frame of another site
	policy      string // content security policy, if not the pages' own
	body        []byte
	gzipped     []byte // nil where compression gains nothing
	tag         string
}

// represent prepares a body for sending.
func represent(body []byte, contentType, caching string) *representation {
	sum := sha256.Sum256(body)
	r := &representation{contentType: contentType, caching: caching, body: body, tag: hex.EncodeToString(sum[:12])}
	if len(body) < 200 || packed(contentType) {
		return r
	}
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return r
	}
	if _, err := w.Write(body); err != nil {
		return r
	}
	if err := w.Close(); err == nil && b.Len() < len(body) {
		r.gzipped = b.Bytes()
	}
	return r
}

// packed reports whether a media type is compressed already.
func packed(contentType string) bool {
	return strings.HasPrefix(contentType, "font/") || strings.HasPrefix(contentType, "application/vnd.") ||
		strings.HasPrefix(contentType, "image/") && contentType != "image/svg+xml"
}

// size is the memory that the representation takes, near enough to keep a store within its bound.
func (r *representation) size() int { return len(r.body) + len(r.gzipped) + 512 }

// write sends the representation: whole, compressed, or only the news that the reader's copy still holds.
func (r *representation) write(c echo.Context) error {
	h := c.Response().Header()
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", r.caching)
	if r.policy != "" {
		h.Set("Content-Security-Policy", r.policy)
	}
	if r.framed {
		h.Del("Cross-Origin-Opener-Policy")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	}
	if r.open {
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	}
	body, tag := r.body, `"`+r.tag+`"`
	if r.gzipped != nil && acceptsGzip(c.Request().Header.Get("Accept-Encoding")) {
		body, tag = r.gzipped, `"`+r.tag+`-gzip"`
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("ETag", tag)
	if holds(c.Request().Header.Get("If-None-Match"), tag) {
		h.Del("Content-Encoding")
		c.Response().WriteHeader(http.StatusNotModified)
		return nil
	}
	if r.filename != "" {
		disposition := "inline"
		if r.attachment {
			disposition = "attachment"
		}
		h.Set("Content-Disposition", disposition+`; filename="`+r.filename+`"`)
	}
	h.Set("Content-Type", r.contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	c.Response().WriteHeader(http.StatusOK)
	if c.Request().Method == http.MethodHead {
		return nil
	}
	_, err := c.Response().Write(body)
	return err
}

// holds reports whether a condition names the tag, a weak tag or any tag.
func holds(condition, tag string) bool {
	for part := range strings.SplitSeq(condition, ",") {
		part = strings.TrimPrefix(strings.TrimSpace(part), "W/")
		if part == tag || part == "*" {
			return true
		}
	}
	return false
}

// acceptsGzip reports whether gzip is named and not refused by a quality of zero.
func acceptsGzip(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		name, quality, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name != "gzip" && name != "*" {
			continue
		}
		q, given := strings.CutPrefix(strings.ReplaceAll(quality, " ", ""), "q=")
		if f, err := strconv.ParseFloat(q, 64); given && (err != nil || f == 0) {
			return false
		}
		return true
	}
	return false
}

// storeBytes bounds the memory of stored pages and files.
const storeBytes = 64 << 20

// store keeps representations by canonical address; what was not asked for the longest goes first.
type store struct {
	mu    sync.Mutex
	limit int
	held  int
	order *list.List // of stored, most recently asked first
	byKey map[string]*list.Element
}

type entry struct {
	key string
	rep *representation
}

func newStore(limit int) *store {
	return &store{limit: limit, order: list.New(), byKey: map[string]*list.Element{}}
}

func (s *store) get(key string) (*representation, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	el, ok := s.byKey[key]
	if !ok {
		return nil, false
	}
	s.order.MoveToFront(el)
	return el.Value.(entry).rep, true
}

// put keeps a representation, unless it alone would take more than a quarter of the store.
func (s *store) put(key string, rep *representation) {
	if rep.size() > s.limit/4 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.byKey[key]; ok {
		return
	}
	s.byKey[key] = s.order.PushFront(entry{key, rep})
	s.held += rep.size()
	for s.held > s.limit {
		last := s.order.Back()
		old := s.order.Remove(last).(entry)
		delete(s.byKey, old.key)
		s.held -= old.rep.size()
	}
}
