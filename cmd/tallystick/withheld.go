package main

import (
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
	text, err := json.MarshalIndent(values, "", "  ")
	if err != nil {
		return fmt.Errorf("withheld values: %w", err)
	}
	file := p.withheldFile(id)
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("withheld values: %w", err)
	}
	if err := os.WriteFile(file+".new", text, 0o600); err != nil {
		return fmt.Errorf("withheld values: %w", err)
	}
	return os.Rename(file+".new", file)
}

// former lists every release that was ever sealed, oldest first, as an attacker may have kept it, with what
// each withheld where that is known.
func (p *program) former(library *release.Library) ([]stat.Former, error) {
	farthest := time.Unix(1<<40, 0)
	var out []stat.Former
	for _, m := range slices.Backward(library.List(farthest)) {
		r, err := library.Release(m.ID, farthest)
		if err != nil {
			return nil, err
		}
		f := stat.Former{Release: m.ID, Definitions: r.Definitions(), Observations: r.AllObservations()}
		text, err := os.ReadFile(p.withheldFile(m.ID))
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return nil, fmt.Errorf("withheld values of %s: %w", m.ID, err)
		default:
			if err := json.Unmarshal(text, &f.Withheld); err != nil {
				return nil, fmt.Errorf("withheld values of %s: %w", m.ID, err)
			}
		}
		out = append(out, f)
	}
	return out, nil
}
