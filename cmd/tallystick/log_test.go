package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestTheLogIsGathered holds that lines are written together, whole and in their order, none later than the moment
// allowed, and that an error waits for nobody.
func TestTheLogIsGathered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		g := &gathered{w: &out}
		log := slog.New(slog.NewJSONHandler(g, nil))
		log.Info("one")
		log.Info("two")
		if out.Len() > 0 {
			t.Errorf("written at once: %s", out.String())
		}
		time.Sleep(gatherFor)
		synctest.Wait()
		if got := strings.Count(out.String(), "\n"); got != 2 {
			t.Errorf("after %v %d lines are written, want 2: %s", gatherFor, got, out.String())
		}
		log.Info("three")
		log.Error("four")
		if got := out.String(); strings.Count(got, "\n") != 4 || strings.Index(got, "three") > strings.Index(got, "four") {
			t.Errorf("an error is not written at once behind what came before it: %s", got)
		}
		log.Info("five")
		if err := g.flush(); err != nil || !strings.Contains(out.String(), "five") {
			t.Errorf("flush: %v, %s", err, out.String())
		}
		before := out.Len()
		for out.Len() == before {
			log.Info(strings.Repeat("x", 1000))
		}
		if wrote := out.Len() - before; wrote < gatherBytes || wrote > gatherBytes+2000 {
			t.Errorf("%d bytes were gathered, want about %d", wrote, gatherBytes)
		}
	})
}

func TestTheLogIsGatheredFromManySides(t *testing.T) {
	var out bytes.Buffer
	g := &gathered{w: &out}
	log := slog.New(slog.NewJSONHandler(g, nil))
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for n := range 200 {
				log.Info(fmt.Sprintf("side %d line %d.", i, n))
			}
		})
	}
	group.Wait()
	if err := g.flush(); err != nil {
		t.Fatal(err)
	}
	for i := range 8 {
		at := -1
		for n := range 200 {
			next := strings.Index(out.String(), fmt.Sprintf(`"side %d line %d."`, i, n))
			if next <= at {
				t.Fatalf("line %d of side %d stands at %d, the one before at %d", n, i, next, at)
			}
			at = next
		}
	}
	if got := strings.Count(out.String(), "\n"); got != 1600 {
		t.Errorf("%d lines, want 1600", got)
	}
}
