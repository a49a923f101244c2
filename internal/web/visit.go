package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"tallystick/internal/lang"
	"tallystick/internal/release"
	"tallystick/internal/stat"
)

// visit is one request, parsed: the release that it reads, and what the address says.
type visit struct {
	*Server
	wanted lang.Language    // of the address
	l      lang.Language    // of the answer: the one asked for, or English where the release has no words in it
	defs   stat.Definitions // of the release, in the language of the answer
	out    *release.Issued  // all that is out
	issued *release.Issued  // the same; for a pinned address, what was out when its release was the newest
	rel    *release.Release // the newest of issued
	at     time.Time        // which releases are out is decided once for a request
	path   string           // without the language
	param  func(name string) string
	query  url.Values
	pinned bool // the address names its release
}

// maker makes the answer to a visit: parse, ask, show.
type maker func(v *visit) (*representation, error)

// stored answers from memory what was asked before, and makes each answer once however many ask for it at the
// same time. An answer is kept under the release it shows, the head of the log, its canonical address and, where it
// shows the newest release, the day.
func (s *Server) stored(answer maker, parameters ...string) echo.HandlerFunc {
	return s.visited(parameters, func(c echo.Context, v *visit) error {
		head, _ := v.issued.Checkpoint()
		key := v.rel.SHA256() + " " + head + " " + v.here(v.path) + "?" + v.query.Encode()
		if !v.pinned {
			key += " " + v.today().String()
		}
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
	})
}

// made answers what readers put in their own words, which is not worth keeping.
func (s *Server) made(answer maker, parameters ...string) echo.HandlerFunc {
	return s.visited(parameters, func(c echo.Context, v *visit) error {
		rep, err := s.inTurn(v, answer)
		if err != nil {
			return err
		}
		return rep.write(c)
	})
}

// visited parses a request and sends it on where it leaves a field of a form empty or asks what was known on a day.
func (s *Server) visited(parameters []string, serve func(echo.Context, *visit) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		v, err := s.visit(c, parameters)
		if err != nil {
			return err
		}
		if to, ok := withoutBlanks(v.path, v.query); ok {
			c.Response().Header().Set("Cache-Control", revalidate)
			return c.Redirect(http.StatusFound, v.here(to))
		}
		if v.query.Has("known") {
			return v.known(c)
		}
		if v.pinned {
			// The answer never changes, and neither does the address of what is the newest.
			latest := url.URL{Path: v.here(v.live()), RawQuery: v.query.Encode()}
			c.Response().Header().Set("Link", "<"+latest.String()+`>; rel="latest-version"`)
		}
		err = serve(c, v)
		var written problem
		if v.pinned && errors.Is(err, stat.ErrNotFound) && !errors.As(err, &written) {
			return problem{kind: err, text: lang.Key("Release %s of %s has nothing at this address. It may have come with a later release."),
				args: []any{v.rel.ID(), stat.DateOf(v.rel.PublishedAt().UTC())}}
		}
		return err
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
	return strings.HasSuffix(v.path, ".png") || strings.Contains(v.path, "/cards/") || strings.Contains(v.path, "/agencies/") ||
		slices.ContainsFunc(viewParameters, v.query.Has)
}

// visit finds the release that a request reads: the one its path names, or the newest.
func (s *Server) visit(c echo.Context, parameters []string) (*visit, error) {
	query := c.QueryParams()
	if err := allowOnly(query, parameters...); err != nil {
		return nil, err
	}
	v := &visit{Server: s, wanted: languageOf(c), at: s.clock(), path: c.Request().URL.Path, param: c.Param, query: query}
	v.out = s.library.Issued(v.at)
	v.issued = v.out
	var err error
	if id := c.Param("release"); id != "" {
		if v.issued, err = v.issued.Until(id); err != nil {
			return nil, problem{kind: err, text: lang.Key("There is no release with the name in this address, or it is not out yet.")}
		}
		v.pinned = true
	}
	if v.rel, err = v.issued.Latest(); err != nil {
		return nil, err
	}
	if v.rel.Speaks(v.wanted.Code()) {
		v.l = v.wanted
	}
	v.defs = v.rel.In(v.l.Code())
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
	asked := v.query.Get("known")
	day, err := stat.ParseDate(asked)
	if err != nil {
		return invalid("“%s” is not a date like 2026-11-24.", clip(asked))
	}
	if day.Compare(v.today()) > 0 {
		return problem{kind: stat.ErrNotFound, text: lang.Key("What will be known on %s cannot be said yet: days are counted in UTC, and today is %s."),
			args: []any{day, v.today()}}
	}
	rel, err := v.out.KnownOn(day)
	if errors.Is(err, stat.ErrNotFound) {
		list := v.out.List()
		return problem{kind: err, text: lang.Key("Nothing had been published by %s. The first release is of %s."),
			args: []any{day, stat.DateOf(list[len(list)-1].PublishedAt.UTC())}}
	}
	if err != nil {
		return err
	}
	to := url.URL{Path: v.in(rel.ID())}
	rest := url.Values{}
	for name, values := range v.query {
		if name != "known" {
			rest[name] = values
		}
	}
	to.RawQuery = rest.Encode()
	c.Response().Header().Set("Cache-Control", revalidate)
	return c.Redirect(http.StatusFound, v.here(to.String()))
}

// homeIn is the name of the start page within a release, since the address of the release itself is its own page.
const homeIn = "/home"

// in is the address of the page that is visited as it stands in a release.
func (v *visit) in(id string) string {
	switch {
	case v.pinned:
		return "/releases/" + id + strings.TrimPrefix(v.path, "/releases/"+v.rel.ID())
	case v.path == "/":
		return "/releases/" + id + homeIn
	default:
		return "/releases/" + id + v.path
	}
}

// live is the address of the page that is visited in whatever release is the newest.
func (v *visit) live() string {
	if !v.pinned {
		return v.path
	}
	switch rest := strings.TrimPrefix(v.path, "/releases/"+v.rel.ID()); rest {
	case homeIn:
		return "/"
	case "":
		return "/releases"
	default:
		return rest
	}
}

// caching says how long the answer may be kept: what an address pins down, for ever.
func (v *visit) caching() string {
	if v.pinned {
		return forEver
	}
	return revalidate
}

// today is the day of the visit, in UTC.
func (v *visit) today() stat.Date { return stat.DateOf(v.at.UTC()) }

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
