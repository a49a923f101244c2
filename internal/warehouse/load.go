package warehouse

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

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
	spans, err := replaced(ctx, tx, b, ds, to.name, seq, t.periodList())
	if err != nil {
		return b, err
	}
	return b, insertBatch(ctx, tx, b, seq, parent, replaces, spans)
}

// replacement is what a batch that replaces puts an end to: the records of one period, or of all periods in a span, and
// only those with the same texts in some fields, if there is a scope.
type replacement struct {
	period stat.Period
	whole  bool
	scope  string
}

// replaced lists what the records of the batch that was just inserted replace.
func replaced(ctx context.Context, tx *sql.Tx, b stat.Batch, ds stat.Dataset, view string, seq int, periods []stat.Period) ([]replacement, error) {
	var list []replacement
	whole := !b.Covers.To.IsZero()
	if whole {
		periods = []stat.Period{b.Covers}
	}
	if len(b.Scope) == 0 {
		for _, p := range periods {
			list = append(list, replacement{p, whole, ""})
		}
		return list, nil
	}
	scope, err := scopeText(ds, b.Scope)
	if err != nil {
		return nil, err
	}
	records, err := quoted(view)
	if err != nil {
		return nil, err
	}
	from, to := "CAST(NULL AS DATE)", ds.Period.To
	if ds.Period.Date != "" {
		to = ds.Period.Date
	} else if ds.Period.From != "" {
		if from, err = quoted(ds.Period.From); err != nil {
			return nil, err
		}
	}
	if to, err = quoted(to); err != nil {
		return nil, err
	}
	columns := "DISTINCT " + scope + ", CAST(" + from + " AS VARCHAR), CAST(" + to + " AS VARCHAR)"
	group := ""
	switch {
	case whole:
		columns = "DISTINCT " + scope + ", '', ''"
	case ds.Period.Date != "":
		columns, group = scope+", CAST(min("+to+") AS VARCHAR), CAST(max("+to+") AS VARCHAR)", " GROUP BY 1"
	}
	rows, err := tx.QueryContext(ctx, "SELECT "+columns+" FROM "+records+" r WHERE r.batch = ?"+group+" ORDER BY ALL", seq)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		r := replacement{whole: whole, period: b.Covers}
		var first, last sql.NullString
		if err := rows.Scan(&r.scope, &first, &last); err != nil {
			return nil, err
		}
		if !whole {
			if err := errors.Join(r.period.From.UnmarshalText([]byte(first.String)), r.period.To.UnmarshalText([]byte(last.String))); err != nil {
				return nil, err
			}
		}
		list = append(list, r)
	}
	return list, rows.Err()
}

// scopeText is the expression that puts the texts of the fields of a record r together.
func scopeText(ds stat.Dataset, fields []string) (string, error) {
	var parts []string
	for _, f := range fields {
		if _, ok := ds.Field(f); !ok {
			return "", fmt.Errorf("data set %s has no field %q: %w", ds.ID, f, stat.ErrInvalid)
		}
		column, err := quoted(f)
		if err != nil {
			return "", err
		}
		parts = append(parts, "coalesce(CAST(r."+column+" AS VARCHAR), '')")
	}
	return strings.Join(parts, " || chr(31) || "), nil
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

func insertBatch(ctx context.Context, tx *sql.Tx, b stat.Batch, seq, parent int, replaces bool, spans []replacement) error {
	if b.Header == nil {
		b.Header = []string{}
	}
	header, err := json.Marshal(b.Header)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO batches (seq, id, feed, dataset, file, sha256, bytes, received_at, received_by,
		rows_read, accepted, quarantined, duplicates, set_aside, records, verb, replaces, reason, parent, header, covers_from, covers_to)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS DATE), CAST(? AS DATE))`,
		seq, b.ID, b.Feed, b.Dataset, b.File, b.SHA256, b.Bytes, utc(b.ReceivedAt), b.ReceivedBy,
		b.Rows, b.Accepted, b.Quarantined, b.Duplicates, b.SetAside, b.Records, string(b.Verb), replaces, b.Reason, parent,
		string(header), day(b.Covers.From), day(b.Covers.To))
	if err != nil {
		return err
	}
	for _, r := range spans {
		if _, err := tx.ExecContext(ctx, `INSERT INTO batch_periods (seq, period_from, period_to, whole, scope_fields, scope)
			VALUES (?, CAST(? AS DATE), CAST(? AS DATE), ?, ?, ?)`, seq, day(r.period.From), day(r.period.To), r.whole,
			strings.Join(b.Scope, ","), r.scope); err != nil {
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

// day binds a date, or NULL for one that is not known.
func day(d stat.Date) any {
	if d.IsZero() {
		return nil
	}
	return d.String()
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
