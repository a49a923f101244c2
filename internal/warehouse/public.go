package warehouse

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tallystick/internal/stat"
)

// Records hands over the current records of a data set that are public, with their public fields only, in total
// order. A value is nil, a string, an int64 or a stat.Date. A data set without public records, or without any record,
// gives none.
func (w *Warehouse) Records(ctx context.Context, ds stat.Dataset, do func(record []any) error) error {
	fields := ds.PublicFields()
	if len(fields) == 0 {
		return nil
	}
	s, err := w.selection(ctx, Query{Dataset: ds, Measure: stat.Measure{Count: "records"}})
	if err != nil || s == nil {
		return err
	}
	with, where, args := s.current()
	columns := make([]string, len(fields))
	for i, f := range fields {
		name, err := quoted(f.Name)
		if err != nil {
			return fmt.Errorf("records of %s: %w", ds.ID, err)
		}
		columns[i] = "r." + name
	}
	rows, err := w.db.QueryContext(ctx, with+"\nSELECT "+strings.Join(columns, ", ")+" FROM "+s.table+" r WHERE "+where+" ORDER BY ALL", args...)
	if err != nil {
		return fmt.Errorf("records of %s: %w", ds.ID, err)
	}
	defer rows.Close()
	for rows.Next() {
		record := make([]any, len(fields))
		into := make([]any, len(fields))
		for i := range record {
			into[i] = &record[i]
		}
		if err := rows.Scan(into...); err != nil {
			return fmt.Errorf("records of %s: %w", ds.ID, err)
		}
		for i, v := range record {
			if t, ok := v.(time.Time); ok {
				record[i] = stat.DateOf(t)
			}
		}
		if err := do(record); err != nil {
			return err
		}
	}
	return rows.Err()
}
