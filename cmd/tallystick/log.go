package main

import (
	"bytes"
	"io"
	"sync"
	"time"
)

// How long lines of the log may be gathered, and how many bytes of them, before they are written.
const (
	gatherFor   = 200 * time.Millisecond
	gatherBytes = 64 << 10
)

// gathered writes the lines of a log together: one call to the system for many answers instead of one for each. What
// is not a matter of course is written at once, with all that came before it.
type gathered struct {
	mu    sync.Mutex
	w     io.Writer
	lines bytes.Buffer
	timer *time.Timer // nil while nothing waits
}

// Write takes one line, as slog's JSON handler writes it.
func (g *gathered) Write(line []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lines.Write(line)
	if !bytes.Contains(line, []byte(`"level":"INFO"`)) || g.lines.Len() >= gatherBytes {
		return len(line), g.write()
	}
	if g.timer == nil {
		g.timer = time.AfterFunc(gatherFor, func() { _ = g.flush() }) // a log that cannot be written has nobody to tell
	}
	return len(line), nil
}

// flush writes what waits.
func (g *gathered) flush() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.write()
}

func (g *gathered) write() error {
	if g.timer != nil {
		g.timer.Stop()
		g.timer = nil
	}
	_, err := g.w.Write(g.lines.Bytes())
	g.lines.Reset()
	return err
}
