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
	done chan struct{}
}

// start begins a step; the returned progress must be stopped.
func (p *program) start(text string) *progress {
	g := &progress{text: text, done: make(chan struct{})}
	began := p.now()
	go func() {
		tick := time.NewTicker(2 * time.Second)
		defer tick.Stop()
		for {
			select {
			case <-g.done:
				return
			case now := <-tick.C:
				g.mu.Lock()
				fmt.Fprintf(p.stderr, "%s … %s\n", g.text, now.Sub(began).Round(time.Second))
				g.mu.Unlock()
			}
		}
	}()
	return g
}

// say changes what the step says it is doing.
func (g *progress) say(text string) {
	g.mu.Lock()
	g.text = text
	g.mu.Unlock()
}

// stop ends the step's lines.
func (g *progress) stop() { close(g.done) }
