package web

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// The limits of a connection. A request has no body, so that reading is short; writing allows for a slow phone.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 15 * time.Second
	writeTimeout      = 60 * time.Second
	idleTimeout       = 90 * time.Second
	shutdownTimeout   = 10 * time.Second
	maxHeaderBytes    = 16 << 10
)

// Serve answers requests on the listener until the context ends, then lets the requests under way finish for at
// most ten seconds. It returns nil after an orderly end.
func Serve(ctx context.Context, ln net.Listener, h http.Handler) error {
	server := &http.Server{
		Handler:           h,
		ConnContext:       func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, joinedKey{}, c) },
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(joining{ln}) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	if err := server.Shutdown(stopping); err != nil {
		return err
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// joining is a listener whose connections can send the parts of an answer together.
type joining struct{ net.Listener }

func (l joining) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &joined{Conn: c}, nil
}

// joined is a connection that holds back the first write of an answer until the second comes, and sends both in one
// call to the system. The server of net/http writes what fills its 4 kB and then the rest: for a stored page that is
// two calls, two packets and two wake-ups of the reader, which cost as much as everything else about the answer.
type joined struct {
	net.Conn
	holding bool
	held    []byte
}

type joinedKey struct{}

func (j *joined) Write(p []byte) (int, error) {
	if j.holding && len(j.held) == 0 {
		j.held = append(j.held, p...)
		return len(p), nil
	}
	if len(j.held) == 0 {
		return j.Conn.Write(p)
	}
	before := len(j.held)
	parts := net.Buffers{j.held, p}
	n, err := parts.WriteTo(j.Conn)
	j.held = j.held[:0]
	return max(int(n)-before, 0), err
}

// release sends what is still held back.
func (j *joined) release() error {
	j.holding = false
	if len(j.held) == 0 {
		return nil
	}
	_, err := j.Conn.Write(j.held)
	j.held = j.held[:0]
	return err
}

// together writes a body so that it leaves with its headers, where the connection can do that.
func together(c echo.Context, body []byte) error {
	w := c.Response()
	j, ok := c.Request().Context().Value(joinedKey{}).(*joined)
	if !ok {
		_, err := w.Write(body)
		return err
	}
	j.holding = true
	_, err := w.Write(body)
	if err == nil {
		err = http.NewResponseController(w).Flush()
	}
	return cmp.Or(err, j.release())
}
