package export

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"tallystick/internal/stat"
)

// Records writes records that are handed out as CSV, one line each under the names of their fields. An empty cell is
// a value that the record does not have.
type Records struct {
	w     *csv.Writer
	cells []string
}

// NewRecords begins a file of records with its header.
func NewRecords(w io.Writer, fields []stat.Field) (*Records, error) {
	r := &Records{w: csv.NewWriter(w), cells: make([]string, len(fields))}
	for i, f := range fields {
		r.cells[i] = f.Name
	}
	return r, r.w.Write(r.cells)
}

// Write adds a record, whose values are nil, a string, an int64 or a stat.Date.
func (r *Records) Write(record []any) error {
	for i, v := range record {
		switch v := v.(type) {
		case nil:
			r.cells[i] = ""
		case string:
			r.cells[i] = v
		case int64:
			r.cells[i] = strconv.FormatInt(v, 10)
		case stat.Date:
			r.cells[i] = v.String()
		default:
			return fmt.Errorf("a record holds %T: %w", v, stat.ErrInvalid)
		}
	}
	return r.w.Write(r.cells)
}

// Close ends the file.
func (r *Records) Close() error {
	r.w.Flush()
	return r.w.Error()
}
