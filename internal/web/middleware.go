package web

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"tallystick/internal/lang"
	"tallystick/internal/stat"
)

// The policies that say what a page may load. Nothing comes from another host, and nothing inline runs or styles.
const (
	pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
		"connect-src 'self'; frame-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; " +
		"frame-ancestors 'none'; object-src 'none'"
	// filePolicy is for what is handed out and not shown as a page; a drawing opened by itself runs nothing.
	filePolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

// always is what every response carries, unless what it answers with says otherwise.
var always = http.Header{
	"Content-Security-Policy":    {pagePolicy},
	"X-Content-Type-Options":     {"nosniff"},
	"Referrer-Policy":            {"same-origin"},
	"Cross-Origin-Opener-Policy": {"same-origin"},
	"Permissions-Policy":         {"camera=(), geolocation=(), microphone=()"},
}

// The longest address and parameter that are read. The longest that the site itself writes is under 300 bytes.
const (
	longestAddress   = 2048
	longestParameter = 200
)

// requestID is the name under which a request is logged and told to a reader whose page failed.
const requestID = "X-Request-Id"

// headers sets what every response carries, errors included.
func (s *Server) headers(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		maps.Copy(c.Response().Header(), always)
		return next(c)
	}
}

// recovered turns a panic into an error, logged with its stack, so that the reader gets a page.
func (s *Server) recovered(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			r := recover()
			if r == nil {
				return
			}
			if r == http.ErrAbortHandler {
				panic(r)
			}
			s.log.Error("panic", "problem", fmt.Sprint(r), "path", c.Request().URL.Path, "stack", string(debug.Stack()))
			s.serveError(fmt.Errorf("panic: %v", r), c)
		}()
		return next(c)
	}
}

// logged writes one line for each request, after the answer. It names the address of the connection and never a
// header that a client can invent.
func (s *Server) logged(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start, path := s.clock(), c.Request().URL.Path
		id := make([]byte, 8)
		rand.Read(id)
		c.Response().Header().Set(requestID, hex.EncodeToString(id))
		err := next(c)
		if err != nil {
			c.Error(err)
		}
		level := slog.LevelInfo
		attrs := []slog.Attr{
			slog.String("id", hex.EncodeToString(id)),
			slog.String("method", c.Request().Method),
			slog.String("path", path),
			slog.Int("status", c.Response().Status),
			slog.Int64("bytes", c.Response().Size),
			slog.Duration("took", s.clock().Sub(start)),
			slog.String("from", c.RealIP()),
		}
		if err != nil {
			attrs = append(attrs, slog.String("error", err.Error()))
			if c.Response().Status >= http.StatusInternalServerError {
				level = slog.LevelError
			}
		}
		s.log.LogAttrs(c.Request().Context(), level, "request", attrs...)
		return nil
	}
}

// errMethod says that a request wanted to do more than read.
var errMethod = errors.New("only GET and HEAD are answered")

// onlyRead refuses every method but GET and HEAD, on every address.
func onlyRead(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if m := c.Request().Method; m != http.MethodGet && m != http.MethodHead {
			c.Response().Header().Set("Allow", "GET, HEAD")
			return fmt.Errorf("%s: %w", m, errMethod)
		}
		return next(c)
	}
}

// oneAddress refuses addresses that are too long and sends an address with a slash at its end to the one without.
func oneAddress(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		u := c.Request().URL
		if len(u.Path)+len(u.RawQuery) > longestAddress {
			return invalid("The address is longer than %s characters.", stat.FormatCount(longestAddress))
		}
		if strings.Contains(u.Path, "//") {
			return fmt.Errorf("%q: %w", u.Path, stat.ErrNotFound)
		}
		if u.Path != "/" && strings.HasSuffix(u.Path, "/") {
			to := url.URL{Path: strings.TrimRight(u.Path, "/"), RawQuery: u.RawQuery}
			return c.Redirect(http.StatusMovedPermanently, to.String())
		}
		return next(c)
	}
}

// problem is an error whose words are written for the reader.
type problem struct {
	kind error
	text string // with slots for the arguments
	args []any

	parameter string   // that the address has and should not, or whose value is not one of the allowed
	allowed   []string // names of parameters, or values of the one that is named
}

func (p problem) Error() string { return p.in(lang.English) }

// in is the text in a language; a date among the arguments is written as the language writes it.
func (p problem) in(l lang.Language) string {
	args := slices.Clone(p.args)
	for i := range args {
		if day, ok := args[i].(stat.Date); ok {
			args[i] = l.Date(day)
		}
	}
	return l.T(p.text, args...)
}

func (p problem) Unwrap() error { return p.kind }

// invalid is a problem of the reader's own making, such as a parameter that the page does not have.
func invalid(format string, args ...any) error {
	return problem{kind: stat.ErrInvalid, text: format, args: args}
}

// allowOnly refuses parameters that the page does not have, that come twice or that are too long. What is left
// has one canonical address, so that no made-up parameter can fill or poison a cache.
func allowOnly(query url.Values, allowed ...string) error {
	for _, name := range slices.Sorted(maps.Keys(query)) {
		values := query[name]
		switch {
		case !slices.Contains(allowed, name):
			return problem{kind: stat.ErrInvalid, text: lang.Key("This page has no parameter “%s”."), args: []any{clip(name)},
				parameter: clip(name), allowed: slices.Sorted(slices.Values(allowed))}
		case len(values) > 1:
			return invalid("The parameter “%s” is given %d times; it may be given once.", name, len(values))
		case len(values[0]) > longestParameter:
			return invalid("The parameter “%s” is longer than %d characters.", name, longestParameter)
		}
	}
	return nil
}

// clip shortens text that a stranger wrote before it is shown again.
func clip(s string) string {
	const longest = 40
	if r := []rune(s); len(r) > longest {
		return string(r[:longest]) + "…"
	}
	return s
}
