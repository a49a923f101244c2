package publish

import (
	"bytes"
	"context"
	"fmt"

	"tallystick/internal/export"
	"tallystick/internal/release"
	"tallystick/internal/stat"
)

// mostRecords bounds how much of a data set's records is handed out, in bytes of CSV: a release is read and checked
// as whole files.
const mostRecords = 256 << 20

// records writes the public records of a data set into the draft, as CSV and as Parquet.
func records(ctx context.Context, in Input, ds stat.Dataset, files map[string][]byte) error {
	fields := ds.PublicFields()
	if len(fields) == 0 {
		return nil
	}
	var text bytes.Buffer
	lines, err := export.NewRecords(&text, fields)
	if err != nil {
		return err
	}
	columns, err := release.NewRecords(ctx, fields)
	if err != nil {
		return err
	}
	defer columns.Close()
	err = in.Warehouse.Records(ctx, ds, func(record []any) error {
		if err := lines.Write(record); err != nil {
			return err
		}
		if text.Len() > mostRecords {
			return fmt.Errorf("the public records of data set %s have more than %d MiB as CSV; list fewer fields: %w",
				ds.ID, mostRecords>>20, stat.ErrInvalid)
		}
		return columns.Write(record)
	})
	if err != nil {
		return err
	}
	if err := lines.Close(); err != nil {
		return err
	}
	files["records/"+ds.ID+".csv"] = text.Bytes()
	files["records/"+ds.ID+".parquet"], err = columns.Bytes(ctx)
	return err
}
