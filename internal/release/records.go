package release

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	driverduck "github.com/duckdb/duckdb-go/v2"

	"tallystick/internal/stat"
)

// Records writes records that are handed out as Parquet. Equal records give equal bytes in whatever order they come.
type Records struct {
	dir      string
	db       *sql.DB
	conn     *sql.Conn
	appender *driverduck.Appender
}

// columnTypes are the types of the columns of a file of records.
var columnTypes = map[stat.FieldType]string{
	stat.FieldText: "VARCHAR", stat.FieldCode: "VARCHAR", stat.FieldInteger: "BIGINT", stat.FieldDate: "DATE",
}

// NewRecords begins a file of records. Close must be called, whatever comes.
func NewRecords(ctx context.Context, fields []stat.Field) (*Records, error) {
	dir, err := os.MkdirTemp("", "tallystick-records-")
	if err != nil {
		return nil, err
	}
	r := &Records{dir: dir}
	if err := r.begin(ctx, fields); err != nil {
		r.Close()
		return nil, fmt.Errorf("file of records: %w", err)
	}
	return r, nil
}

func (r *Records) begin(ctx context.Context, fields []stat.Field) (err error) {
	columns := make([]string, len(fields))
	for i, f := range fields {
		kind, ok := columnTypes[f.Type]
		if !ok || strings.ContainsAny(f.Name, "\"\x00") {
			return fmt.Errorf("the field %q of the type %s cannot be handed out: %w", f.Name, f.Type, stat.ErrInvalid)
		}
		columns[i] = `"` + f.Name + `" ` + kind
	}
	if r.db, err = engine(ctx, r.dir); err != nil {
		return err
	}
	if r.conn, err = r.db.Conn(ctx); err != nil {
		return err
	}
	if _, err := r.conn.ExecContext(ctx, "CREATE TABLE records ("+strings.Join(columns, ", ")+")"); err != nil {
		return err
	}
	return r.conn.Raw(func(raw any) error {
		r.appender, err = driverduck.NewAppenderFromConn(raw.(driver.Conn), "", "records")
		return err
	})
}

// Write adds a record, whose values are nil, a string, an int64 or a stat.Date.
func (r *Records) Write(record []any) error {
	row := make([]driver.Value, len(record))
	for i, v := range record {
		if d, ok := v.(stat.Date); ok {
			v = dayOf(d)
		}
		row[i] = v
	}
	return r.appender.AppendRow(row...)
}

// Bytes ends the file and returns it.
func (r *Records) Bytes(ctx context.Context) ([]byte, error) {
	if err := r.appender.Close(); err != nil {
		return nil, err
	}
	r.appender = nil
	path := filepath.Join(r.dir, "records.parquet")
	if _, err := r.conn.ExecContext(ctx, "COPY (SELECT * FROM records ORDER BY ALL) TO "+literal(path)+" (FORMAT parquet, COMPRESSION zstd)"); err != nil {
		return nil, fmt.Errorf("file of records: %w", err)
	}
	return os.ReadFile(path)
}

// Close gives back what the writing took.
func (r *Records) Close() error {
	if r.appender != nil {
		_ = r.appender.Close() // of a file that nobody wants any more
	}
	if r.conn != nil {
		_ = r.conn.Close()
	}
	if r.db != nil {
		_ = r.db.Close()
	}
	return os.RemoveAll(r.dir)
}
