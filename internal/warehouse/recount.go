package warehouse

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"tallystick/internal/stat"
)

// Recount runs a statement over a table "records" that holds nothing but the records of the named lines of one data
// set, and returns the one whole number that it gives. So a published figure can be counted anew from the rows that its
// passport names, by the statement that the passport shows. The statement must come from a sealed release.
func (w *Warehouse) Recount(ctx context.Context, dataset string, lines []stat.Lines, statement string) (int64, error) {
	var name string
	err := w.db.QueryRowContext(ctx, "SELECT table_name FROM record_tables WHERE dataset = ? ORDER BY table_name DESC LIMIT 1",
		dataset).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("records of %s: %w", dataset, stat.ErrNotFound)
	}
	if err != nil {
		return 0, fmt.Errorf("records of %s: %w", dataset, err)
	}
	table, err := quoted(name)
	if err != nil {
		return 0, err
	}
	where, err := among(lines)
	if err != nil {
		return 0, err
	}
	var value sql.NullInt64
	query := "WITH records AS (SELECT * FROM " + table + " WHERE " + where + ")\n" + strings.TrimSuffix(statement, ";")
	if err := w.db.QueryRowContext(ctx, query).Scan(&value); err != nil {
		return 0, fmt.Errorf("recounting %s: %w", dataset, err)
	}
	return value.Int64, nil
}

// among is the condition that keeps the records of the lines. Only whole numbers are put into its text.
func among(lines []stat.Lines) (string, error) {
	var any []string
	for _, l := range lines {
		seq, err := strconv.Atoi(strings.TrimLeft(strings.TrimPrefix(l.Batch, "b"), "0"))
		if err != nil || batchID(seq) != l.Batch {
			return "", fmt.Errorf("batch %q: %w", l.Batch, stat.ErrInvalid)
		}
		var spans []string
		for part := range strings.SplitSeq(l.Lines, ",") {
			from, to, ranged := strings.Cut(part, "-")
			if !ranged {
				to = from
			}
			a, err := strconv.ParseInt(from, 10, 64)
			b, err2 := strconv.ParseInt(to, 10, 64)
			if err != nil || err2 != nil {
				return "", fmt.Errorf("lines %q: %w", l.Lines, stat.ErrInvalid)
			}
			spans = append(spans, fmt.Sprintf("line BETWEEN %d AND %d", a, b))
		}
		any = append(any, fmt.Sprintf("batch = %d AND (%s)", seq, strings.Join(spans, " OR ")))
	}
	if len(any) == 0 {
		return "", fmt.Errorf("a figure without rows: %w", stat.ErrInvalid)
	}
	return "(" + strings.Join(any, " OR ") + ")", nil
}
