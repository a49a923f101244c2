package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"tallystick/internal/release"
	"tallystick/internal/stat"
)

// visit is one request, parsed: the release that it reads, and what the address says.
type visit struct {
	*Server
	rel    *release.Release
	newest *release.Release
	at     time.Time // which releases are out is decided once for a request
	path   string
	param  func(name string) string
	query  url.Values
	pinned bool // the address names its release
}

// maker makes the answer to a visit: parse, ask, show.
type maker func(v *visit) (*representation, error)

// stored answers from memory what was asked before, and makes each answer once however many ask for it at the
// same time. An answer is kept under the release it shows, the newest one, the day, and its canonical address.
func (s *Server) stored(answer maker, parameters ...string) echo.HandlerFunc {
	return func(c echo.Context) error {
		v, err := s.visit(c, parameters)
		if err != nil {
			return err
		}
		if to, ok := withoutBlanks(v.path, v.query); ok {
			c.Response().Header().Set("Cache-Control", revalidate)
			return c.Redirect(http.StatusFound, to)
		}
		if v.query.Get("known") != "" {
			return v.known(c)
		}
		key := v.newest.SHA256() + " " + v.rel.SHA256() + " " + v.today().String() + " " + v.path + "?" + v.query.Encode()
		if rep, ok := s.store.get(key); ok {
			return rep.write(c)
		}
		made, err, _ := s.flights.Do(key, func() (any, error) { return s.inTurn(v, answer) })
		if err != nil {
			return err
		}
		rep := made.(*representation)
		s.store.put(key, rep)
		return rep.write(c)
	}
}

// made answers what readers put in their own words, which is not worth keeping.
func (s *Server) made(answer maker, parameters ...string) echo.HandlerFunc {
	return func(c echo.Context) error {
		v, err := s.visit(c, parameters)
		if err != nil {
			return err
		}
		rep, err := s.inTurn(v, answer)
		if err != nil {
			return err
		}
		return rep.write(c)
	}
}

func (s *Server) inTurn(v *visit, answer maker) (*representation, error) {
	turns := s.turns
	if v.draws() {
		turns = s.drawing
	}
	if err := turns.take(); err != nil {
		return nil, err
	}
	defer turns.give()
	return answer(v)
}

// draws reports whether the answer needs a figure that nobody sealed. That takes long, so such answers wait for one
// another and not with the pages that are only written.
func (v *visit) draws() bool {
	return strings.HasSuffix(v.path, ".png") || strings.Contains(v.path, "/cards/") ||
		v.query.Has("view") || v.query.Has("from") || v.query.Has("to") || v.query.Has("window")
}

// visit finds the release that a request reads: the one its path names, or the newest.
func (s *Server) visit(c echo.Context, parameters []string) (*visit, error) {
	query := c.QueryParams()
	if err := allowOnly(query, parameters...); err != nil {
		return nil, err
	}
	v := &visit{Server: s, at: s.clock(), path: c.Request().URL.Path, param: c.Param, query: query}
	newest, err := s.library.Latest(v.at)
	if err != nil {
		return nil, err
	}
	v.newest, v.rel = newest, newest
	if id := c.Param("release"); id != "" {
		if v.rel, err = s.library.Release(id, v.at); err != nil {
			return nil, err
		}
		v.pinned = true
	}
	return v, nil
}

// withoutBlanks gives the address without the fields of a form that were left empty, if there are any, so that one
// view has one address.
func withoutBlanks(path string, query url.Values) (string, bool) {
	rest := url.Values{}
	for name, values := range query {
		if values[0] != "" {
			rest[name] = values
		}
	}
	to := url.URL{Path: path, RawQuery: rest.Encode()}
	return to.String(), len(rest) < len(query)
}

// known sends a reader who asks what was known on a day to the same page in the release that was the newest then.
func (v *visit) known(c echo.Context) error {
	day, err := stat.ParseDate(v.query.Get("known"))
	if err != nil {
		return invalid("“%s” is not a date like 2026-11-24.", clip(v.query.Get("known")))
	}
	rel, err := v.library.KnownOn(day, v.at)
	if err != nil {
		return problem{err, "Nothing had been published by " + day.Long() + "."}
	}
	to := url.URL{Path: "/releases/" + rel.ID()}
	if path := strings.TrimPrefix(v.path, "/releases/"+v.rel.ID()); path != "/" && path != "/indicators" {
		to.Path += path
	}
	rest := url.Values{}
	for name, values := range v.query {
		if name != "known" {
			rest[name] = values
		}
	}
	to.RawQuery = rest.Encode()
	c.Response().Header().Set("Cache-Control", revalidate)
	return c.Redirect(http.StatusFound, to.String())
}

// turns bounds how many answers are made at once and how many wait, so that a crowd that asks for what was never
// asked before cannot slow down those who ask for stored pages.
type turns struct {
	waiting chan struct{}
	working chan struct{}
}

const (
	makersAtOnce  = 2
	makersWaiting = 64
	longestWait   = 5 * time.Second
)

func newTurns() turns {
	return turns{waiting: make(chan struct{}, makersWaiting), working: make(chan struct{}, makersAtOnce)}
}

// take waits for a turn. It returns ErrBusy where too many wait already or the wait grows too long.
func (t turns) take() error {
	select {
	case t.waiting <- struct{}{}:
	default:
		return fmt.Errorf("%d requests wait to be answered: %w", makersWaiting, stat.ErrBusy)
	}
	defer func() { <-t.waiting }()
	timer := time.NewTimer(longestWait)
	defer timer.Stop()
	select {
	case t.working <- struct{}{}:
		return nil
	case <-timer.C:
		return fmt.Errorf("waited %s for a turn: %w", longestWait, stat.ErrBusy)
	}
}

func (t turns) give() { <-t.working }
