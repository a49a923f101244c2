package main

import (
	"context"
	"errors"
	"fmt"

	"tallystick/internal/ingest"
	"tallystick/internal/stat"
	"tallystick/internal/warehouse"
)

// reload loads the records of a data set again from the exports that were kept, as its feeds read them now.
func (p *program) reload(ctx context.Context, id string) error {
	defs, err := p.definitions()
	if err != nil {
		return err
	}
	ds, ok := defs.Dataset(id)
	if !ok {
		return usageError(fmt.Sprintf("there is no data set %q in the definitions", id))
	}
	wh, err := p.warehouse(ctx, false)
	if err != nil {
		return err
	}
	defer wh.close()
	step := p.start("reloading " + id)
	defer step.stop()
	open := func(b stat.Batch) (warehouse.Rows, func() error, error) {
		step.say("reloading batch " + b.ID)
		return p.reopen(ctx, wh, defs, b)
	}
	if err := wh.Reload(ctx, ds, ingest.Layout(ds, defs), open); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "data set %s: its records were loaded again\n", id)
	return nil
}

// reopen gives the rows of a batch that was loaded before, with the repaired rows in their places if it is a fix.
func (p *program) reopen(ctx context.Context, wh *working, defs stat.Definitions, b stat.Batch) (warehouse.Rows, func() error, error) {
	feed, ok := defs.Feed(b.Feed)
	if !ok {
		return nil, nil, fmt.Errorf("feed %q: %w", b.Feed, stat.ErrNotFound)
	}
	root, fixes, err := wh.Family(ctx, b.ID)
	if err != nil {
		return nil, nil, err
	}
	in := ingest.Input{Name: root.File, Feed: feed, Definitions: defs, Today: stat.DateOf(b.ReceivedAt)}
	if b.Verb == stat.VerbFix {
		var until []stat.Batch
		for _, f := range fixes {
			if until = append(until, f); f.ID == b.ID {
				break
			}
		}
		if in.Fixes, _, err = wh.fixes(ctx, until, root); err != nil {
			return nil, nil, err
		}
	}
	f, err := wh.open(root)
	if err != nil {
		return nil, nil, err
	}
	rows, err := ingest.Open(ctx, f, in)
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return rows, func() error { return errors.Join(rows.Close(), f.Close()) }, nil
}
