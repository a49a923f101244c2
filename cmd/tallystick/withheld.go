package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tallystick/internal/release"
	"tallystick/internal/stat"
)

// The true values of what a release withholds are kept beside the warehouse, for the audit of later releases:
// readable by their owner alone, and never part of a release.

func (p *program) withheldFile(id string) string {
	return filepath.Join(p.state, "withheld", id+".json")
}

// keepWithheld stores the values for a release that is about to be sealed.
func (p *program) keepWithheld(id string, values map[string]float64) error {
	return p.keep(p.withheldFile(id), values)
}

// keep writes a private file, whole or not at all.
func (p *program) keep(file string, content any) error {
	text, err := json.MarshalIndent(content, "", "  ")
	if err != nil {
		return fmt.Errorf("withheld values: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("withheld values: %w", err)
	}
	if err := os.WriteFile(file+".new", text, 0o600); err != nil {
		return fmt.Errorf("withheld values: %w", err)
	}
	return os.Rename(file+".new", file)
}

// secret is what keys the checksum over the inputs, made when it is first needed.
func (p *program) secret() ([]byte, error) {
	file := filepath.Join(p.state, "withheld", "secret")
	text, err := os.ReadFile(file)
	if err == nil && len(text) != 32 {
		return nil, fmt.Errorf("%s has %d bytes, not 32; restore it from a backup: %w", file, len(text), stat.ErrInvalid)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return text, err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, err
	}
	text = make([]byte, 32)
	rand.Read(text) // never fails
	if err := os.WriteFile(file+".new", text, 0o600); err != nil {
		return nil, err
	}
	return text, os.Rename(file+".new", file)
}

// publishedFile is what a release that was removed had published: for the audit alone, since whoever read the release
// may have kept a copy of it.
func (p *program) publishedFile(id string) string {
	return filepath.Join(p.state, "withheld", id+".published.json")
}

// keepPublished stores what a release published before its files are deleted.
func (p *program) keepPublished(r *release.Release) error {
	return p.keep(p.publishedFile(r.ID()),
		stat.Former{Release: r.ID(), Definitions: r.Definitions(), Observations: r.AllObservations()})
}

// farthest is a moment at which everything that is sealed is out.
var farthest = time.Unix(1<<40, 0)

// former lists every release that was ever sealed, oldest first, as an attacker may have kept it, with what
// each withheld where that is known. Releases whose files were removed come first: nothing is held as they had it. It
// is a rejection if one was removed and what it published is not here: an audit without it would prove too little.
func (p *program) former(library *release.Library) ([]stat.Former, error) {
	var out []stat.Former
	log, err := release.ReadLog(p.releases(), "")
	switch {
	case errors.Is(err, stat.ErrNotFound):
		log = &release.Log{}
	case err != nil:
		return nil, err
	}
	for _, e := range log.Entries {
		if e.Removed == "" {
			continue
		}
		text, err := os.ReadFile(p.publishedFile(e.Removed))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, rejected{fmt.Sprintf("release %s was removed, and what it published is not in %s: without it nobody "+
				"can say what a new release would give away; restore the file from a backup", e.Removed,
				filepath.Base(p.publishedFile(e.Removed)))}
		}
		if err != nil {
			return nil, fmt.Errorf("what %s published: %w", e.Removed, err)
		}
		var f stat.Former
		if err := json.Unmarshal(text, &f); err != nil {
			return nil, fmt.Errorf("what %s published: %w", e.Removed, err)
		}
		if f.Withheld, err = p.readWithheld(e.Removed); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	for _, m := range slices.Backward(library.List(farthest)) {
		r, err := library.Release(m.ID, farthest)
		if err != nil {
			return nil, err
		}
		f := stat.Former{Release: m.ID, Definitions: r.Definitions(), Observations: r.AllObservations()}
		if f.Withheld, err = p.readWithheld(m.ID); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// readWithheld gives the true values of what a release withheld, and none where they were not kept.
func (p *program) readWithheld(id string) (map[string]float64, error) {
	var values map[string]float64
	text, err := os.ReadFile(p.withheldFile(id))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("withheld values of %s: %w", id, err)
	}
	if err := json.Unmarshal(text, &values); err != nil {
		return nil, fmt.Errorf("withheld values of %s: %w", id, err)
	}
	return values, nil
}
