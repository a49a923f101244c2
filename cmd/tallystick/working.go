package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"

	"tallystick/internal/ingest"
	"tallystick/internal/publish"
	"tallystick/internal/stat"
	"tallystick/internal/warehouse"
)

// working is the warehouse that a command works on: the real one, or for a dry run a copy of it that is thrown away.
type working struct {
	*warehouse.Warehouse
	real *warehouse.Warehouse // behind a copy; nil without one, or where there is no warehouse yet
	temp string
}

func (p *program) warehouse(ctx context.Context, dry bool) (*working, error) {
	if !dry {
		w, err := warehouse.Open(ctx, p.state)
		if err != nil {
			return nil, err
		}
		return &working{Warehouse: w}, nil
	}
	w := &working{}
	var err error
	if w.temp, err = os.MkdirTemp("", "tallystick-dry-run-"); err != nil {
		return nil, fmt.Errorf("a folder for the dry run: %w", err)
	}
	_, err = os.Stat(filepath.Join(p.state, "warehouse.duckdb"))
	if err == nil {
		if w.real, err = warehouse.Open(ctx, p.state); err == nil {
			err = w.real.CopyTo(ctx, w.temp)
		}
	} else if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err == nil {
		w.Warehouse, err = warehouse.Open(ctx, w.temp)
	}
	if err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

func (w *working) close() {
	for _, open := range []*warehouse.Warehouse{w.Warehouse, w.real} {
		if open != nil {
			open.Close()
		}
	}
	if w.temp != "" {
		os.RemoveAll(w.temp)
	}
}

// open opens the bytes of a batch: those of earlier batches stand beside the real warehouse.
func (w *working) open(b stat.Batch) (*os.File, error) {
	f, err := w.OpenExport(b)
	if errors.Is(err, stat.ErrNotFound) && w.real != nil {
		return w.real.OpenExport(b)
	}
	return f, err
}

// fixes reads the repaired rows of a batch out of its fixes, the earliest first: a row that was given back again takes
// its newest form.
func (w *working) fixes(ctx context.Context, files []stat.Batch, root stat.Batch) (ingest.Fixes, []stat.Issue, error) {
	all := ingest.Fixes{}
	var notices []stat.Issue
	source := root
	for _, b := range files {
		rejects, err := w.Quarantine(ctx, source.ID)
		if err != nil {
			return nil, nil, err
		}
		f, err := w.open(b)
		if err != nil {
			return nil, nil, err
		}
		fixes, found, err := ingest.ReadFixes(f, b.File, root.Header, rejects)
		f.Close()
		if err != nil {
			return nil, nil, err
		}
		for line, cells := range fixes {
			all[line] = cells
		}
		notices, source = found, b
	}
	return all, notices, nil
}

// effect prints which figures would move, old and new.
func (p *program) effect(ctx context.Context, defs stat.Definitions, w *working, asJSON bool, results []taken) error {
	before := w.real
	if before == nil {
		empty, err := os.MkdirTemp("", "tallystick-dry-run-")
		if err != nil {
			return fmt.Errorf("a folder for the dry run: %w", err)
		}
		defer os.RemoveAll(empty)
		if before, err = warehouse.Open(ctx, empty); err != nil {
			return err
		}
		defer before.Close()
	}
	moved, err := publish.Effect(ctx, defs, before, w.Warehouse)
	if err != nil {
		return err
	}
	past, err := ended(ctx, defs, before, w.Warehouse)
	if err != nil {
		return err
	}
	if asJSON {
		return writeJSON(p.stdout, struct {
			Exports []taken         `json:"exports,omitempty"`
			Ended   []endedRecords  `json:"ended"`
			Moved   []publish.Moved `json:"moved"`
		}{results, past, moved})
	}
	for _, e := range past {
		fmt.Fprintf(p.stdout, "of batch %s (%s), %s of %s would no longer count\n", e.Batch, e.File, stat.FormatCount(e.Ended),
			plural(e.Of, "record", "records"))
	}
	if len(moved) == 0 {
		fmt.Fprintln(p.stdout, "no figure would move")
		return nil
	}
	fmt.Fprintf(p.stdout, "%s would move:\n", plural(int64(len(moved)), "figure", "figures"))
	for _, m := range moved {
		was, now := m.Old, m.New
		if was == "" {
			was = "none"
		}
		if now == "" {
			now = "none"
		}
		fmt.Fprintf(p.stdout, "  %s: %s → %s\n", m.Key, was, now)
	}
	return nil
}

// endedRecords are records of an earlier batch that would no longer be current.
type endedRecords struct {
	Batch string `json:"batch"`
	File  string `json:"file"`
	Ended int64  `json:"ended"`
	Of    int64  `json:"of"` // that were current
}

// ended lists the batches of which records would no longer be current.
func ended(ctx context.Context, defs stat.Definitions, before, after *warehouse.Warehouse) ([]endedRecords, error) {
	batches, err := before.Batches(ctx)
	if err != nil {
		return nil, err
	}
	was, is := map[string]int64{}, map[string]int64{}
	for _, ds := range defs.Datasets {
		for w, into := range map[*warehouse.Warehouse]map[string]int64{before: was, after: is} {
			current, err := w.Current(ctx, ds)
			if err != nil {
				return nil, err
			}
			maps.Copy(into, current)
		}
	}
	var list []endedRecords
	for _, b := range batches {
		if n := was[b.ID] - is[b.ID]; n > 0 {
			list = append(list, endedRecords{b.ID, b.File, n, was[b.ID]})
		}
	}
	return list, nil
}
