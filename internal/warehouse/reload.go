package warehouse

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"tallystick/internal/stat"
)

// Reload makes the table of a data set anew for its present fields, and loads the records of all of its batches again
// from the kept bytes, in one transaction. The batches stay as they are: it is stat.ErrConflict if one of them would
// have other numbers now, or if its bytes were erased. open gives the rows of a batch.
func (w *Warehouse) Reload(ctx context.Context, ds stat.Dataset, layout stat.Layout, open func(stat.Batch) (Rows, func() error, error)) error {
	all, err := w.batches(ctx, "WHERE b.dataset = ?", []any{ds.ID})
	if err != nil {
		return err
	}
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("reloading %s: %w", ds.ID, err)
	}
	defer conn.Close()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("reloading %s: %w", ds.ID, err)
	}
	defer tx.Rollback()
	if err := w.reload(ctx, conn, tx, ds, layout, all, open); err != nil {
		return fmt.Errorf("reloading %s: %w", ds.ID, plainly(err))
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("reloading %s: %w", ds.ID, plainly(err))
	}
	_, _ = conn.ExecContext(ctx, "CHECKPOINT") // see Load
	return nil
}

func (w *Warehouse) reload(ctx context.Context, conn *sql.Conn, tx *sql.Tx, ds stat.Dataset, layout stat.Layout, all []stat.Batch,
	open func(stat.Batch) (Rows, func() error, error)) error {
	var tables int
	if err := tx.QueryRowContext(ctx, "SELECT CAST(count(*) AS INTEGER) FROM record_tables WHERE dataset = ?", ds.ID).Scan(&tables); err != nil {
		return err
	}
	to, err := makeRecords(ctx, tx, ds, layout, fmt.Sprintf("%s_v%04d", strings.ReplaceAll(ds.ID, "-", "_"), tables+1))
	if err != nil {
		return err
	}
	for _, b := range all {
		var seq int
		if err := tx.QueryRowContext(ctx, "SELECT seq FROM batches WHERE id = ?", b.ID).Scan(&seq); err != nil {
			return err
		}
		rows, end, err := open(b)
		if err != nil {
			return fmt.Errorf("batch %s: %w", b.ID, err)
		}
		source := w.newSource(ctx, rows.Layout(), rows)
		err = source.insert(ctx, conn, tx, to, seq)
		source.rejects.close()
		if closing := end(); err == nil {
			err = closing
		}
		if err != nil {
			return fmt.Errorf("batch %s: %w", b.ID, err)
		}
		if t := source.total; t.records != b.Records || t.accepted != b.Accepted || source.rejects.n != b.Quarantined {
			return fmt.Errorf("batch %s would have %d records and %d quarantined rows, and has %d and %d: %w", b.ID, t.records, source.rejects.n,
				b.Records, b.Quarantined, stat.ErrConflict)
		}
	}
	return nil
}
