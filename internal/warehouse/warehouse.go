// Package warehouse owns what we received: exports by checksum, batches, records and quarantine, and the counting
// of records. Nothing in it is ever updated or deleted; the current records are a view over the batches.
//
// It must never know how an export is read (that is ingest), what a count means (stat) or what was published
// (release). It is opened for one operation and closed again: DuckDB lets one process write, or many read.
package warehouse

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"tallystick/internal/duckdb"
	"tallystick/internal/stat"
)

//go:embed sql/*.sql
var files embed.FS

// Warehouse is an open warehouse. It is safe for use by several goroutines, but loads exclude each other.
type Warehouse struct {
	db        *sql.DB
	dir       string
	functions atomic.Int64 // table functions made so far, for their names
}

// Open opens the warehouse in the folder, making both if they are absent: dir/warehouse.duckdb and dir/exports.
// It returns stat.ErrBusy if another process has it open.
func Open(ctx context.Context, dir string) (*Warehouse, error) {
	if err := os.MkdirAll(filepath.Join(dir, "exports"), 0o755); err != nil {
		return nil, fmt.Errorf("folder of the warehouse: %w", err)
	}
	path := filepath.Join(dir, "warehouse.duckdb")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := create(ctx, dir, path); err != nil {
			return nil, err
		}
	}
	db, err := openFile(ctx, path)
	if err != nil {
		return nil, err
	}
	return &Warehouse{db: db, dir: dir}, nil
}

// create makes an empty database aside and puts it into its place when it is whole: a database file that was cut off
// while it was made could not be opened again.
func create(ctx context.Context, dir, path string) error {
	aside, err := os.MkdirTemp(dir, ".new-*")
	if err != nil {
		return fmt.Errorf("making the warehouse: %w", err)
	}
	defer os.RemoveAll(aside)
	db, err := openFile(ctx, filepath.Join(aside, "warehouse.duckdb"))
	if err != nil {
		return plainly(err)
	}
	if err := db.Close(); err != nil {
		return fmt.Errorf("making the warehouse: %w", err)
	}
	err = os.Link(filepath.Join(aside, "warehouse.duckdb"), path)
	if err != nil && !errors.Is(err, fs.ErrExist) { // another process may have been first
		return fmt.Errorf("making the warehouse: %w", err)
	}
	return syncFolder(dir)
}

func openFile(ctx context.Context, path string) (*sql.DB, error) {
	db, err := duckdb.Open(ctx, path, duckdb.Options{MemoryMB: 384})
	if err != nil {
		return nil, err
	}
	migrations, err := fs.Sub(files, "sql")
	if err == nil {
		err = duckdb.Migrate(ctx, db, migrations)
	}
	if err == nil {
		_, err = db.ExecContext(ctx, "CHECKPOINT")
	}
	if err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

// Close closes the database.
func (w *Warehouse) Close() error { return w.db.Close() }

// Dir returns the folder that the warehouse is in.
func (w *Warehouse) Dir() string { return w.dir }

// Version returns the version of the database engine.
func (w *Warehouse) Version(ctx context.Context) (string, error) { return duckdb.Version(ctx, w.db) }

const batchColumns = `b.seq, b.id, b.feed, b.dataset, b.file, b.sha256, b.bytes, b.received_at, b.received_by,
	b.rows_read, b.accepted, b.quarantined, b.duplicates, b.set_aside, b.records, b.verb, b.reason, b.header,
	coalesce((SELECT p.id FROM batches p WHERE p.seq = b.parent AND b.parent <> b.seq), '') AS fixes,
	coalesce(CAST(b.covers_from AS VARCHAR), '') AS covers_from, coalesce(CAST(b.covers_to AS VARCHAR), '') AS covers_to,
	coalesce((SELECT min(p.scope_fields) FROM batch_periods p WHERE p.seq = b.seq), '') AS scope,
	(SELECT max(e.happened_at) FROM batch_events e WHERE e.seq = b.seq AND e.kind = 'withdrawn') AS withdrawn,
	(SELECT max(e.happened_at) FROM batch_events e WHERE e.seq = b.seq AND e.kind = 'erased') AS erased`

// Batches lists every batch in the order of receipt, withdrawn ones included.
func (w *Warehouse) Batches(ctx context.Context) ([]stat.Batch, error) {
	return w.batches(ctx, "", nil)
}

// Batch returns the batch with the identifier, or stat.ErrNotFound.
func (w *Warehouse) Batch(ctx context.Context, id string) (stat.Batch, error) {
	list, err := w.batches(ctx, "WHERE b.id = ?", []any{id})
	if err != nil {
		return stat.Batch{}, err
	}
	if len(list) == 0 {
		return stat.Batch{}, fmt.Errorf("there is no batch %s: %w", id, stat.ErrNotFound)
	}
	return list[0], nil
}

func (w *Warehouse) batches(ctx context.Context, where string, args []any) ([]stat.Batch, error) {
	asides, err := w.asides(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := w.db.QueryContext(ctx, "SELECT "+batchColumns+" FROM batches b "+where+" ORDER BY b.seq", args...)
	if err != nil {
		return nil, fmt.Errorf("list of batches: %w", err)
	}
	defer rows.Close()
	var list []stat.Batch
	for rows.Next() {
		var b stat.Batch
		var seq int
		var header, from, to, scope string
		var withdrawn, erased sql.NullTime
		if err := rows.Scan(&seq, &b.ID, &b.Feed, &b.Dataset, &b.File, &b.SHA256, &b.Bytes, &b.ReceivedAt, &b.ReceivedBy,
			&b.Rows, &b.Accepted, &b.Quarantined, &b.Duplicates, &b.SetAside, &b.Records, &b.Verb, &b.Reason, &header,
			&b.Fixes, &from, &to, &scope, &withdrawn, &erased); err != nil {
			return nil, fmt.Errorf("list of batches: %w", err)
		}
		if err := errors.Join(b.Covers.From.UnmarshalText([]byte(from)), b.Covers.To.UnmarshalText([]byte(to))); err != nil {
			return nil, fmt.Errorf("batch %s: %w", b.ID, err)
		}
		if scope != "" {
			b.Scope = strings.Split(scope, ",")
		}
		b.ReceivedAt = b.ReceivedAt.UTC()
		if withdrawn.Valid {
			b.Withdrawn = withdrawn.Time.UTC()
		}
		if erased.Valid {
			b.ErasedAt = erased.Time.UTC()
		}
		if err := json.Unmarshal([]byte(header), &b.Header); err != nil {
			return nil, fmt.Errorf("header of batch %s: %w", b.ID, err)
		}
		b.Asides = asides[seq]
		list = append(list, b)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("list of batches: %w", err)
	}
	return list, nil
}

func (w *Warehouse) asides(ctx context.Context) (map[int][]stat.Aside, error) {
	rows, err := w.db.QueryContext(ctx, "SELECT seq, reason, n FROM batch_asides ORDER BY seq, reason")
	if err != nil {
		return nil, fmt.Errorf("rows set aside: %w", err)
	}
	defer rows.Close()
	out := map[int][]stat.Aside{}
	for rows.Next() {
		var seq int
		var a stat.Aside
		if err := rows.Scan(&seq, &a.Reason, &a.Rows); err != nil {
			return nil, fmt.Errorf("rows set aside: %w", err)
		}
		out[seq] = append(out[seq], a)
	}
	return out, rows.Err()
}

// seqOf returns the number of the batch with the identifier, or stat.ErrNotFound.
func (w *Warehouse) seqOf(ctx context.Context, id string) (int, error) {
	var seq int
	err := w.db.QueryRowContext(ctx, "SELECT seq FROM batches WHERE id = ?", id).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("there is no batch %s: %w", id, stat.ErrNotFound)
	}
	if err != nil {
		return 0, fmt.Errorf("batch %s: %w", id, err)
	}
	return seq, nil
}

var identifier = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,59}$`)

// quoted writes an identifier from a checked definition for use in SQL.
func quoted(name string) (string, error) {
	if !identifier.MatchString(name) {
		return "", fmt.Errorf("%q cannot be the name of a column or a table: %w", name, stat.ErrInvalid)
	}
	return `"` + name + `"`, nil
}

func batchID(seq int) string { return fmt.Sprintf("b%04d", seq) }

func utc(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
