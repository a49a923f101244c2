package warehouse

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tallystick/internal/stat"
)

// Withdraw takes a batch out of the current records from the moment on, with whatever was fixed in it. What was counted
// as of an earlier moment stays as it was. A batch that is withdrawn already is stat.ErrConflict.
func (w *Warehouse) Withdraw(ctx context.Context, id, by, reason string, at time.Time) error {
	if strings.TrimSpace(reason) == "" {
		return fmt.Errorf("a withdrawal needs a reason: %w", stat.ErrInvalid)
	}
	b, err := w.Batch(ctx, id)
	if err != nil {
		return err
	}
	if !b.Withdrawn.IsZero() {
		return fmt.Errorf("batch %s was withdrawn on %s already: %w", id, b.Withdrawn.Format(time.DateOnly), stat.ErrConflict)
	}
	return w.event(ctx, id, "withdrawn", by, reason, at)
}

// Erase deletes the received bytes of a batch, those of the repaired rows that came for it, and the text of their
// quarantined rows, as a law on erased records may demand. The batches, their checksums, their numbers and their records
// stay: they hold codes and counts, and what was published from them stays published. Files that are open elsewhere and
// copies in backups are not reached.
func (w *Warehouse) Erase(ctx context.Context, id, by, reason string, at time.Time) error {
	if strings.TrimSpace(reason) == "" {
		return fmt.Errorf("an erasure needs a reason: %w", stat.ErrInvalid)
	}
	b, err := w.Batch(ctx, id)
	if err != nil {
		return err
	}
	if !b.ErasedAt.IsZero() {
		return fmt.Errorf("the bytes of batch %s were erased on %s already: %w", id, b.ErasedAt.Format(time.DateOnly), stat.ErrConflict)
	}
	seq, err := w.seqOf(ctx, id)
	if err != nil {
		return err
	}
	family, err := w.batches(ctx, "WHERE b.seq = ? OR b.parent = ?", []any{seq, seq}) // the repaired rows are about the same people
	if err != nil {
		return err
	}
	for _, b := range family {
		if b.ErasedAt.IsZero() { // first the record of it, then the act: both can be repeated
			if err := w.event(ctx, b.ID, "erased", by, reason, at); err != nil {
				return err
			}
		}
		if err := os.Remove(w.exportPath(b.SHA256)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("erasing the bytes of batch %s: %w", b.ID, err)
		}
	}
	return nil
}

func (w *Warehouse) event(ctx context.Context, id, kind, by, reason string, at time.Time) error {
	seq, err := w.seqOf(ctx, id)
	if err != nil {
		return err
	}
	tx, err := w.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("batch %s: %w", id, err)
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "INSERT INTO batch_events (seq, kind, happened_at, done_by, reason) VALUES (?, ?, ?, ?, ?)",
		seq, kind, utc(at), by, reason); err != nil {
		return fmt.Errorf("batch %s: %w", id, err)
	}
	if kind == "erased" {
		if _, err := tx.ExecContext(ctx, "UPDATE quarantine SET cells = '[]' WHERE seq = ?", seq); err != nil {
			return fmt.Errorf("batch %s: %w", id, err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("batch %s: %w", id, err)
	}
	if _, err := w.db.ExecContext(ctx, "CHECKPOINT"); err != nil {
		return fmt.Errorf("batch %s: %w", id, err)
	}
	return nil
}

// Family returns the batch that was first received, and the fixes of it in their order, for any of them. Withdrawn fixes
// are left out.
func (w *Warehouse) Family(ctx context.Context, id string) (root stat.Batch, fixes []stat.Batch, err error) {
	var parent int
	err = w.db.QueryRowContext(ctx, "SELECT parent FROM batches WHERE id = ?", id).Scan(&parent)
	if errors.Is(err, sql.ErrNoRows) {
		return root, nil, fmt.Errorf("there is no batch %s: %w", id, stat.ErrNotFound)
	}
	if err != nil {
		return root, nil, fmt.Errorf("batch %s: %w", id, err)
	}
	list, err := w.batches(ctx, "WHERE b.parent = ?", []any{parent})
	if err != nil {
		return root, nil, err
	}
	for _, b := range list[1:] {
		if b.Withdrawn.IsZero() {
			fixes = append(fixes, b)
		}
	}
	return list[0], fixes, nil
}

// Check compares the kept bytes of every batch with its checksum. Bytes that were erased by law are no issue.
func (w *Warehouse) Check(ctx context.Context) ([]stat.Issue, error) {
	list, err := w.Batches(ctx)
	if err != nil {
		return nil, err
	}
	var issues []stat.Issue
	for _, b := range list {
		if !b.ErasedAt.IsZero() {
			continue
		}
		issue := func(code, problem string) {
			issues = append(issues, stat.Issue{File: filepath.Join("exports", b.SHA256[:2], b.SHA256), Code: code, Problem: problem,
				Fix: "Take it back from a backup.", Severity: stat.SeverityError})
		}
		f, err := w.OpenExport(b)
		if errors.Is(err, stat.ErrNotFound) {
			issue("bytes-missing", fmt.Sprintf("The bytes of batch %s (%s) are gone.", b.ID, b.File))
			continue
		}
		if err != nil {
			return nil, err
		}
		hash := sha256.New()
		_, err = io.Copy(hash, contextReader{ctx, f})
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("export of batch %s: %w", b.ID, err)
		}
		if hex.EncodeToString(hash.Sum(nil)) != b.SHA256 {
			issue("bytes-changed", fmt.Sprintf("The bytes of batch %s (%s) are not those that were received.", b.ID, b.File))
		}
	}
	return issues, nil
}

// CopyTo copies the database, without the received bytes, into another folder, where a batch can be tried out.
func (w *Warehouse) CopyTo(ctx context.Context, dir string) error {
	if _, err := w.db.ExecContext(ctx, "CHECKPOINT"); err != nil {
		return fmt.Errorf("copying the warehouse: %w", err)
	}
	from, err := os.Open(filepath.Join(w.dir, "warehouse.duckdb"))
	if err != nil {
		return fmt.Errorf("copying the warehouse: %w", err)
	}
	defer from.Close()
	to, err := os.OpenFile(filepath.Join(dir, "warehouse.duckdb"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("copying the warehouse: %w", err)
	}
	if _, err := io.Copy(to, contextReader{ctx, from}); err != nil {
		to.Close()
		return fmt.Errorf("copying the warehouse: %w", err)
	}
	if err := to.Close(); err != nil {
		return fmt.Errorf("copying the warehouse: %w", err)
	}
	return nil
}

// checkVerb compares the records of a batch that is being loaded with the current ones: what is added must not have a
// key that is there already, and what is corrected must have one.
func (w *Warehouse) checkVerb(ctx context.Context, tx *sql.Tx, b stat.Batch, ds stat.Dataset, name string, seq int) error {
	if b.Verb != stat.VerbAdd && b.Verb != stat.VerbCorrect || len(ds.Key) == 0 || ds.Duplicates == "keep" {
		return nil
	}
	s, err := newSelection(Query{Dataset: ds, Measure: stat.Measure{Count: "records"}}, name)
	if err != nil {
		return err
	}
	s.corrected = true
	if s.scopes, err = w.scopes(ctx, ds); err != nil {
		return err
	}
	with, where, args := s.current()
	var same []string
	for _, k := range ds.Key {
		column, err := quoted(k)
		if err != nil {
			return err
		}
		same = append(same, "r."+column+" IS NOT DISTINCT FROM x."+column)
	}
	not, problem := "", "is there already; to put the new record in its place, replace its period or correct it"
	if b.Verb == stat.VerbCorrect {
		not, problem = "NOT ", "is not there, so that there is nothing to correct"
	}
	var n, line int64
	err = tx.QueryRowContext(ctx, with+" SELECT CAST(count(*) AS BIGINT), CAST(coalesce(min(x.line), 0) AS BIGINT) FROM "+s.table+" x WHERE x.batch = ? AND "+
		not+"EXISTS (SELECT 1 FROM "+s.table+" r WHERE "+where+" AND "+strings.Join(same, " AND ")+")", append(args[:len(args):len(args)], seq)...).Scan(&n, &line)
	if err != nil {
		return err
	}
	if n > 0 {
		return fmt.Errorf("the record of row %d, one of %d, %s: %w", line, n, problem, stat.ErrConflict)
	}
	return nil
}
