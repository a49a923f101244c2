package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"path"

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

// problemDetails tells a program what happened at the address of a JSON file, after RFC 9457.
type problemDetails struct {
	Type      string   `json:"type"` // about:blank: the status says what kind of problem it is
	Title     string   `json:"title"`
	Status    int      `json:"status"`
	Detail    string   `json:"detail"`
	Instance  string   `json:"instance"`            // path of the address that was asked for, without language
	Code      string   `json:"code"`                // a word of ours that never changes
	Parameter string   `json:"parameter,omitempty"` // that is to blame
	Allowed   []string `json:"allowed,omitempty"`   // what might stand in its place; none where nothing may
	Reference string   `json:"reference,omitempty"`
}

// problemCodes are the words for programs, by status.
var problemCodes = map[int]string{
	http.StatusBadRequest: "invalid", http.StatusNotFound: "not-found", http.StatusMethodNotAllowed: "read-only",
	http.StatusGone: "withdrawn", http.StatusInternalServerError: "fault", http.StatusServiceUnavailable: "busy",
}

func newProblemDetails(p errorPage, path string, written problem) problemDetails {
	return problemDetails{
		Type: "about:blank", Title: p.Heading, Status: p.Status, Detail: p.Text, Instance: path, Code: problemCodes[p.Status],
		Parameter: written.parameter, Allowed: written.allowed, Reference: p.Reference,
	}
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
	h.Del("Link")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Language", l.Code())
	contentType := htmlType
	if path.Ext(c.Request().URL.Path) == ".json" {
		if described, err := json.Marshal(newProblemDetails(p, c.Request().URL.Path, written)); err == nil {
			body, contentType = described, "application/problem+json"
			h.Set("Access-Control-Allow-Origin", "*")
			h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		}
	}
	h.Set("Content-Security-Policy", pagePolicy)
	if c.Request().Method == http.MethodHead {
		h.Set(echo.HeaderContentType, contentType)
		c.Response().WriteHeader(p.Status)
		return
	}
	if err := c.Blob(p.Status, contentType, body); err != nil {
		s.log.Info("an error page could not be sent", "problem", err)
	}
}
