package warehouse

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"tallystick/internal/stat"
)

// Rows is an export as ingest yields it.
type Rows interface {
	// Layout says what the vectors of the chunks are.
	Layout() stat.Layout
	// Header gives the sender's own columns.
	Header() []string
	// Next returns the next chunk, or io.EOF.
	Next(ctx context.Context) (*stat.Chunk, error)
}

// Load writes the batch, its records and its quarantine in one transaction, so that after a crash at any moment
// the whole batch is there or nothing of it. It returns the batch with its numbers.
func (w *Warehouse) Load(ctx context.Context, b stat.Batch, ds stat.Dataset, rows Rows) (stat.Batch, error) {
	if b.Verb == "" {
		b.Verb = stat.VerbReplace
	}
	if b.Verb == stat.VerbCorrect && b.Reason == "" {
		return b, fmt.Errorf("a correction needs a reason: %w", stat.ErrInvalid)
	}
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return b, fmt.Errorf("loading %s: %w", b.File, err)
	}
	defer conn.Close()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return b, fmt.Errorf("loading %s: %w", b.File, err)
	}
	defer tx.Rollback()
	b, err = w.load(ctx, conn, tx, b, ds, rows)
	if err != nil {
		return b, fmt.Errorf("loading %s: %w", b.File, plainly(err))
	}
	if err := tx.Commit(); err != nil {
		return b, fmt.Errorf("loading %s: %w", b.File, plainly(err))
	}
	// The batch is committed now. If moving it from the log into the file does not work, that is done when the database
	// is opened next, and is no failure of this batch.
	_, _ = conn.ExecContext(ctx, "CHECKPOINT")
	return b, nil
}

func (w *Warehouse) load(ctx context.Context, conn *sql.Conn, tx *sql.Tx, b stat.Batch, ds stat.Dataset, rows Rows) (stat.Batch, error) {
	var seq int
	if err := tx.QueryRowContext(ctx, "SELECT CAST(coalesce(max(seq), 0) + 1 AS INTEGER) FROM batches").Scan(&seq); err != nil {
		return b, err
	}
	b.ID = batchID(seq)
	parent, replaces, err := parentOf(ctx, tx, b, seq)
	if err != nil {
		return b, err
	}
	layout := rows.Layout()
	to, err := recordsOf(ctx, tx, ds, layout)
	if err != nil {
		return b, err
	}
	source := w.newSource(ctx, layout, rows)
	defer source.rejects.close()
	if err := source.insert(ctx, conn, tx, to, seq); err != nil {
		return b, err
	}
	if err := w.checkVerb(ctx, tx, b, ds, to.name, seq); err != nil {
		return b, err
	}
	if err := source.rejects.insert(ctx, conn, tx, seq); err != nil {
		return b, err
	}
	t := source.total
	b.Rows, b.Accepted, b.Duplicates, b.Records = t.rows, t.accepted, t.duplicates, t.records
	b.Quarantined, b.Header, b.Asides = source.rejects.n, rows.Header(), t.asides
	for _, a := range t.asides {
		b.SetAside += a.Rows
	}
	if !b.Balanced() {
		return b, fmt.Errorf("%d rows are not %d accepted + %d quarantined + %d duplicates + %d set aside",
			b.Rows, b.Accepted, b.Quarantined, b.Duplicates, b.SetAside)
	}
	return b, insertBatch(ctx, tx, b, seq, parent, replaces, t.periodList())
}

// parentOf returns the number of the batch that a fix belongs to, or its own for every other batch, and whether
// the batch replaces earlier records of its periods: a fix does what its parent did.
func parentOf(ctx context.Context, tx *sql.Tx, b stat.Batch, seq int) (int, bool, error) {
	if b.Verb != stat.VerbFix {
		return seq, b.Verb == stat.VerbReplace, nil
	}
	var parent int
	var replaces bool
	err := tx.QueryRowContext(ctx, "SELECT parent, replaces FROM batches WHERE id = ?", b.Fixes).Scan(&parent, &replaces)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, fmt.Errorf("there is no batch %q to fix: %w", b.Fixes, stat.ErrNotFound)
	}
	return parent, replaces, err
}

func insertBatch(ctx context.Context, tx *sql.Tx, b stat.Batch, seq, parent int, replaces bool, periods []stat.Period) error {
	if b.Header == nil {
		b.Header = []string{}
	}
	header, err := json.Marshal(b.Header)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO batches (seq, id, feed, dataset, file, sha256, bytes, received_at, received_by,
		rows_read, accepted, quarantined, duplicates, set_aside, records, verb, replaces, reason, parent, header)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		seq, b.ID, b.Feed, b.Dataset, b.File, b.SHA256, b.Bytes, utc(b.ReceivedAt), b.ReceivedBy,
		b.Rows, b.Accepted, b.Quarantined, b.Duplicates, b.SetAside, b.Records, string(b.Verb), replaces, b.Reason, parent,
		string(header))
	if err != nil {
		return err
	}
	for _, p := range periods {
		var from any
		if !p.From.IsZero() {
			from = p.From.String()
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO batch_periods (seq, period_from, period_to) VALUES (?, CAST(? AS DATE), CAST(? AS DATE))",
			seq, from, p.To.String()); err != nil {
			return err
		}
	}
	for _, a := range b.Asides {
		if _, err := tx.ExecContext(ctx, "INSERT INTO batch_asides (seq, reason, n) VALUES (?, ?, ?)", seq, a.Reason, a.Rows); err != nil {
			return err
		}
	}
	return nil
}

// totals adds up the chunks of an export.
type totals struct {
	rows, accepted, duplicates, records int64
	asides                              []stat.Aside
	periods                             map[stat.Period]bool
	dated                               bool
}

func (t *totals) add(c *stat.Chunk) {
	t.rows += c.Rows
	t.accepted += c.Accepted
	t.duplicates += c.Duplicates
	t.records += int64(len(c.Lines))
	for _, a := range c.SetAside {
		t.asides = addAside(t.asides, a)
	}
	for _, p := range c.Periods {
		t.periods[p] = true
	}
}

func addAside(list []stat.Aside, a stat.Aside) []stat.Aside {
	for i := range list {
		if list[i].Reason == a.Reason {
			list[i].Rows += a.Rows
			return list
		}
	}
	return append(list, a)
}

// periodList gives the periods that the batch covers: each stated period, or for records with one date the span
// from the first day to the last.
func (t *totals) periodList() []stat.Period {
	var list []stat.Period
	for p := range t.periods {
		list = append(list, p)
	}
	sortPeriods(list)
	if t.dated && len(list) > 0 {
		span := list[0]
		for _, p := range list {
			if p.From.Compare(span.From) < 0 {
				span.From = p.From
			}
			if p.To.Compare(span.To) > 0 {
				span.To = p.To
			}
		}
		return []stat.Period{span}
	}
	return list
}
