package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tallystick/internal/release"
	"tallystick/internal/testkit"
)

// fifty publishes the real figures once and seals them fifty times, a day apart, as fifty releases of an
// installation.
func fifty(b *testing.B) string {
	b.Helper()
	first, state := testkit.Folder(b), testkit.Folder(b)
	mustRun(b, first, "ingest", "-bundled")
	mustRun(b, first, "publish", "-at", "2020-01-01T09:00:00Z")
	lib, err := release.OpenLibrary(filepath.Join(first, "releases"))
	if err != nil {
		b.Fatal(err)
	}
	r, err := lib.Latest(time.Now())
	if err != nil {
		b.Fatal(err)
	}
	e := r.Edition()
	files := map[string][]byte{}
	own := []string{release.DefinitionsFile, release.AnswersFile, release.ObservationsFile, release.BlocksFile, release.RevisionsFile}
	for _, f := range e.Manifest.Files {
		if slices.Contains(own, f.Path) {
			continue
		}
		if files[f.Path], _, err = r.File(f.Path); err != nil {
			b.Fatal(err)
		}
	}
	mustRun(b, state, "key")
	key, err := release.LoadKey(filepath.Join(state, "key"))
	if err != nil {
		b.Fatal(err)
	}
	for n := range 50 {
		at := time.Date(2020, 1, 1+n, 9, 0, 0, 0, time.UTC)
		m := e.Manifest
		m.ID, m.PublishedAt, m.Previous, m.Files = at.Format(time.DateOnly), at, nil, nil
		d := release.Draft{Manifest: m, Definitions: e.Definitions, Observations: e.Observations, Answers: e.Answers, Files: files, Key: key}
		if _, err := release.Seal(b.Context(), filepath.Join(state, "releases"), d); err != nil {
			b.Fatal(err)
		}
	}
	return state
}

// BenchmarkStartWithFiftyReleases takes the time from the start of the server's process to the first byte of its
// home page, with fifty signed releases of the real figures.
func BenchmarkStartWithFiftyReleases(b *testing.B) {
	state := fifty(b)
	for b.Loop() {
		began := time.Now()
		cmd := call(b, state, "serve", "-addr", "127.0.0.1:0")
		out, err := cmd.StdoutPipe()
		if err != nil {
			b.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		line, err := bufio.NewReader(out).ReadString('\n')
		if err != nil {
			b.Fatal(err)
		}
		res, err := http.Get(strings.TrimSpace(strings.TrimPrefix(line, "serving ")))
		if err != nil {
			b.Fatal(err)
		}
		var one [1]byte
		if _, err := io.ReadFull(res.Body, one[:]); err != nil || res.StatusCode != http.StatusOK {
			b.Fatal(fmt.Errorf("%s: %w", res.Status, err))
		}
		b.ReportMetric(float64(time.Since(began).Milliseconds()), "ms/start")
		res.Body.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		used := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		b.ReportMetric(float64(used.Milliseconds()), "ms-of-cpu/start")
	}
}
