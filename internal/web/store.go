package web

import (
	"bytes"
	"compress/gzip"
	"container/list"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/labstack/echo/v4"
)

const htmlType = "text/html; charset=utf-8"

// How long a response may be kept.
const (
	forEver    = "public, max-age=31536000, immutable" // the address names the content
	revalidate = "public, no-cache"                    // may be kept, but asked about each time
)

// representation is a response ready to be sent: its checksum is its tag, and each coding in which it is asked for is
// made once, by whoever asks first. Its fields are set before it is written for the first time, and not after.
type representation struct {
	contentType string
	caching     string
	filename    string // offered to whoever saves it; empty for pages
	attachment  bool   // saved and not shown
	open        bool   // may be read by pages of other sites: files, never pages
	language    string // code of the language of its words; empty where it has none
	framed      bool   // may be shown in a frame of another site
	policy      string // content security policy, if not the pages' own
	body        []byte
	tag         string
	codings     [codings]coded
}

// The codings in which a body travels, the best last.
const (
	identity = iota
	gzipped
	brotlied
	codings
)

// codingNames are the codings' names in Accept-Encoding and Content-Encoding, and at the end of a tag.
var codingNames = [codings]string{"", "gzip", "br"}

// brotliLevel packs the largest page a fifth smaller than gzip at its best, in a third of the time. The levels above
// gain a hundredth and take twice as long.
const brotliLevel = 5

// coded is a body in one coding with the headers that go with it.
type coded struct {
	once   sync.Once
	body   []byte // nil where the coding gains nothing
	tag    string
	header http.Header
}

// represent prepares a body for sending.
func represent(body []byte, contentType, caching string) *representation {
	sum := sha256.Sum256(body)
	return &representation{contentType: contentType, caching: caching, body: body, tag: hex.EncodeToString(sum[:12])}
}

// in gives the body in a coding, or as it is where that coding gains nothing.
func (r *representation) in(coding int) *coded {
	c := &r.codings[coding]
	c.once.Do(func() {
		c.body = r.body
		if coding != identity {
			c.body = r.compressed(coding)
		}
		if c.body != nil {
			c.tag, c.header = r.headers(coding, len(c.body))
		}
	})
	if c.body == nil && coding != identity {
		return r.in(identity)
	}
	return c
}

// compressed is the body in a coding, nil if that is no shorter.
func (r *representation) compressed(coding int) []byte {
	if len(r.body) < 200 || packed(r.contentType) {
		return nil
	}
	var b bytes.Buffer
	var w io.WriteCloser = brotli.NewWriterLevel(&b, brotliLevel)
	if coding == gzipped {
		var err error
		if w, err = gzip.NewWriterLevel(&b, gzip.BestCompression); err != nil {
			return nil
		}
	}
	if _, err := w.Write(r.body); err != nil {
		return nil
	}
	if err := w.Close(); err != nil || b.Len() >= len(r.body) {
		return nil
	}
	return bytes.Clone(b.Bytes())
}

// headers are what the body travels with in a coding.
func (r *representation) headers(coding, length int) (tag string, h http.Header) {
	h = http.Header{}
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", r.caching)
	h.Set("Content-Type", r.contentType)
	h.Set("Content-Length", strconv.Itoa(length))
	if r.policy != "" {
		h.Set("Content-Security-Policy", r.policy)
	}
	if r.framed || r.open {
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	}
	if r.open {
		h.Set("Access-Control-Allow-Origin", "*")
	}
	if r.language != "" {
		h.Set("Content-Language", r.language)
	}
	if r.filename != "" {
		disposition := "inline"
		if r.attachment {
			disposition = "attachment"
		}
		h.Set("Content-Disposition", disposition+`; filename="`+r.filename+`"`)
	}
	tag = `"` + r.tag + `"`
	if coding != identity {
		tag = `"` + r.tag + "-" + codingNames[coding] + `"`
		h.Set("Content-Encoding", codingNames[coding])
	}
	h["Etag"] = []string{tag}
	return tag, h
}

// packed reports whether a media type is compressed already.
func packed(contentType string) bool {
	return strings.HasPrefix(contentType, "font/") || strings.HasPrefix(contentType, "application/vnd.") ||
		strings.HasPrefix(contentType, "image/") && contentType != "image/svg+xml"
}

// size is the memory that the representation takes, near enough to keep a store within its bound. Pages and files of
// text are packed to less than a quarter of their length.
func (r *representation) size() int {
	if packed(r.contentType) {
		return len(r.body) + 1024
	}
	return len(r.body) + len(r.body)/2 + 1024
}

// write sends the representation: whole, compressed, or only the news that the reader's copy still holds.
func (r *representation) write(c echo.Context) error {
	req := c.Request()
	sent := r.in(negotiate(req.Header.Get("Accept-Encoding")))
	h := c.Response().Header()
	maps.Copy(h, sent.header)
	if r.framed {
		delete(h, "Cross-Origin-Opener-Policy")
	}
	if holds(req.Header.Get("If-None-Match"), sent.tag) {
		delete(h, "Content-Encoding")
		delete(h, "Content-Type")
		delete(h, "Content-Length")
		delete(h, "Content-Disposition")
		c.Response().WriteHeader(http.StatusNotModified)
		return nil
	}
	c.Response().WriteHeader(http.StatusOK)
	if req.Method == http.MethodHead {
		return nil
	}
	return together(c, sent.body)
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

// negotiate chooses the coding of an answer from what a client accepts: the one it likes best, and of those it likes
// equally the one that is shortest. Whatever is not named, or refused by a quality of zero, is not used.
func negotiate(accept string) int {
	best, liked, rest := identity, 0.0, -1.0 // rest: the quality of all that is not named
	var named [codings]bool
	for part := range strings.SplitSeq(accept, ",") {
		name, parameters, _ := strings.Cut(part, ";")
		quality := 1.0
		if q, given := strings.CutPrefix(strings.TrimSpace(parameters), "q="); given {
			f, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
			if err != nil {
				f = 0
			}
			quality = f
		}
		switch name = strings.TrimSpace(name); {
		case name == "*":
			rest = quality
		case name == codingNames[gzipped] || name == "x-gzip":
			named[gzipped] = true
			if quality > liked {
				best, liked = gzipped, quality
			}
		case name == codingNames[brotlied]:
			named[brotlied] = true
			if quality > 0 && quality >= liked {
				best, liked = brotlied, quality
			}
		}
	}
	// "*" names no coding; gzip is what everybody who accepts anything can read.
	if !named[gzipped] && rest > liked {
		return gzipped
	}
	return best
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
