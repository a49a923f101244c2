package main

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"tallystick/internal/stat"
)

// writeJSON prints v as indented JSON.
func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// printIssues prints one issue a line, errors and warnings alike.
func printIssues(w io.Writer, issues []stat.Issue) {
	for _, i := range issues {
		if i.Severity == stat.SeverityWarning {
			fmt.Fprintf(w, "warning: %s\n", i)
			continue
		}
		fmt.Fprintln(w, i)
	}
}

// plural writes a count with its noun: 1 row, 2 rows.
func plural(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return stat.FormatCount(n) + " " + many
}

// progress prints what a long step is doing, from its third second on and every two seconds after.
type progress struct {
	mu   sync.Mutex
	text string
	more func(took time.Duration) string // how far it is, instead of text
	done chan struct{}
	over sync.WaitGroup
}

// start begins a step; the returned progress must be stopped.
func (p *program) start(text string) *progress {
	g := &progress{text: text, done: make(chan struct{})}
	began := p.now()
	g.over.Go(func() {
		tick := time.NewTicker(2 * time.Second)
		defer tick.Stop()
		for {
			select {
			case <-g.done:
				return
			case now := <-tick.C:
				g.mu.Lock()
				took, text := now.Sub(began), g.text
				if g.more != nil {
					text = g.more(took)
				}
				fmt.Fprintf(p.stderr, "%s … %s\n", text, took.Round(time.Second))
				g.mu.Unlock()
			}
		}
	})
	return g
}

// say changes what the step says it is doing.
func (g *progress) say(text string) {
	g.mu.Lock()
	g.text = text
	g.mu.Unlock()
}

// measure lets the step say how far the reading of an export of so many bytes is.
func (g *progress) measure(rows interface{ Progress() (int64, int64) }, bytes int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	text := g.text
	g.more = func(took time.Duration) string {
		n, done := rows.Progress()
		if n == 0 || took <= 0 {
			return text
		}
		line := fmt.Sprintf("%s: %s, %s a second", text, plural(n, "row", "rows"), stat.FormatCount(int64(float64(n)/took.Seconds())))
		if left := bytes - done; left > 0 && done > 0 {
			line += fmt.Sprintf(", %s left", (time.Duration(float64(took) * float64(left) / float64(done))).Round(time.Second))
		}
		return line
	}
}

// stop ends the step's lines.
func (g *progress) stop() {
	close(g.done)
	g.over.Wait()
}

// shared is a writer for lines that come from several goroutines: a step's progress and what is said beside it.
type shared struct {
	mu sync.Mutex
	w  io.Writer
}

// Write writes one line at a time.
func (s *shared) Write(line []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(line)
}
