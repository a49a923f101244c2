package web

import (
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"tallystick/internal/lang"
	"tallystick/internal/stat"
)

// errorPage tells a reader in plain words what happened and what to do next.
type errorPage struct {
	page
	Status    int
	Heading   string
	Text      string
	Reference string // the request's name in the log, for faults of ours
}

// serveError is the one place that knows which status and which words belong to an error. It never shows the
// text of an error, but for a problem, which is written for readers.
func (s *Server) serveError(err error, c echo.Context) {
	if c.Response().Committed || errors.Is(err, context.Canceled) {
		return
	}
	p := errorPage{
		Status:    http.StatusInternalServerError,
		Heading:   lang.Key("Something went wrong on our side"),
		Text:      lang.Key("The page could not be made. The fault has been noted; trying again in a minute may help."),
		Reference: c.Response().Header().Get(requestID),
	}
	l := languageOf(c)
	var written problem
	var routed *echo.HTTPError
	switch {
	case errors.As(err, &routed) && routed.Code == http.StatusNotFound, errors.Is(err, stat.ErrNotFound):
		p.Status, p.Reference = http.StatusNotFound, ""
		p.Heading = lang.Key("There is no page at this address")
		p.Text = lang.Key("The address may be mistyped, or it may name something that was never published. " +
			"Nothing that was published is taken away.")
	case errors.Is(err, errMethod), errors.As(err, &routed) && routed.Code == http.StatusMethodNotAllowed:
		p.Status, p.Reference = http.StatusMethodNotAllowed, ""
		p.Heading = lang.Key("This site can only be read")
		p.Text = lang.Key("It answers requests to read a page or a file, and no others.")
	case errors.Is(err, errWithdrawn):
		p.Status, p.Reference = http.StatusGone, ""
		p.Heading = lang.Key("There was a file at this address")
	case errors.As(err, &written) && written.kind == stat.ErrInvalid:
		p.Status, p.Reference = http.StatusBadRequest, ""
		p.Heading = lang.Key("This address asks for something the page cannot show")
	case errors.Is(err, stat.ErrBusy), errors.Is(err, context.DeadlineExceeded):
		p.Status, p.Reference = http.StatusServiceUnavailable, ""
		p.Heading = lang.Key("Too many people are asking at once")
		p.Text = lang.Key("Pages that others have read before you still open at once. Please try this one again in a few seconds.")
		c.Response().Header().Set("Retry-After", "5")
	}
	p.Text = l.T(p.Text)
	if errors.As(err, &written) {
		p.Text = written.in(l)
	}
	p.Heading = l.T(p.Heading)
	p.page = s.bare(l, c.Request().URL, p.Heading)
	body, err := s.pages[l].render("error", p)
	if err != nil {
		s.log.Error("the error page could not be made", "problem", err)
		body = []byte("Something went wrong on our side.")
	}
	body = localised(body, l)
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Language", l.Code())
	h.Set("Content-Security-Policy", pagePolicy)
	if c.Request().Method == http.MethodHead {
		h.Set(echo.HeaderContentType, htmlType)
		c.Response().WriteHeader(p.Status)
		return
	}
	if err := c.Blob(p.Status, htmlType, body); err != nil {
		s.log.Info("an error page could not be sent", "problem", err)
	}
}
