package release

import (
	"context"
	"database/sql"
	"database/sql/driver"
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	driverduck "github.com/duckdb/duckdb-go/v2"

	"tallystick/internal/duckdb"
	"tallystick/internal/stat"
)

var (
	//go:embed sql/observations.sql
	createObservations string
	//go:embed sql/write.sql
	copyObservations string
	//go:embed sql/read.sql
	selectObservations string
)

// engine opens a DuckDB in memory that can reach the files of one folder and nothing else, on one thread, so
// that equal rows give equal files.
func engine(ctx context.Context, dir string) (*sql.DB, error) {
	return duckdb.Open(ctx, "", duckdb.Options{Threads: 1, Folder: dir})
}

// literal quotes a text for SQL. It is used for paths that this package made, where DuckDB takes no parameter.
func literal(text string) string {
	quoted := make([]byte, 0, len(text)+2)
	quoted = append(quoted, '\'')
	for i := range len(text) {
		if text[i] == '\'' {
			quoted = append(quoted, '\'')
		}
		quoted = append(quoted, text[i])
	}
	return string(append(quoted, '\''))
}

// writeObservations writes observations as Parquet into dir, in the total order of all columns: the same
// observations give the same bytes in whatever order they come. All of them go into one file, and those of each of the
// indicators into a download of its own. It returns the paths of the files and the version of the engine.
func writeObservations(ctx context.Context, dir string, obs []stat.Observation, indicators []string) (files []string, engineVersion string, err error) {
	db, err := engine(ctx, dir)
	if err != nil {
		return nil, "", err
	}
	defer db.Close()
	version, err := duckdb.Version(ctx, db)
	if err != nil {
		return nil, "", err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, "", err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, createObservations); err != nil {
		return nil, "", fmt.Errorf("table of observations: %w", err)
	}
	err = conn.Raw(func(raw any) error {
		appender, err := driverduck.NewAppenderFromConn(raw.(driver.Conn), "", "observations")
		if err != nil {
			return err
		}
		for _, o := range obs {
			row, err := rowOf(o)
			if err == nil {
				err = appender.AppendRow(row...)
			}
			if err != nil {
				appender.Close()
				return fmt.Errorf("observation %s: %w", o.Key(), err)
			}
		}
		return appender.Close()
	})
	if err != nil {
		return nil, "", fmt.Errorf("write observations: %w", err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "downloads"), 0o755); err != nil {
		return nil, "", err
	}
	write := func(file, where string) error {
		path, err := filepath.Abs(filepath.Join(dir, filepath.FromSlash(file)))
		if err != nil {
			return err
		}
		if _, err := conn.ExecContext(ctx, fmt.Sprintf(copyObservations, where, literal(path))); err != nil {
			return fmt.Errorf("write %s: %w", file, err)
		}
		files = append(files, file)
		return nil
	}
	if err := write(ObservationsFile, "true"); err != nil {
		return nil, "", err
	}
	for _, id := range indicators {
		if err := write("downloads/"+id+".parquet", "indicator = "+literal(id)); err != nil {
			return nil, "", err
		}
	}
	return files, "DuckDB " + version, nil
}

// rowOf spreads an observation over the columns of sql/observations.sql.
func rowOf(o stat.Observation) ([]driver.Value, error) {
	if math.IsNaN(o.Value) || math.IsInf(o.Value, 0) {
		return nil, fmt.Errorf("the value is %v: %w", o.Value, stat.ErrInvalid)
	}
	var value, lower, upper, level, method driver.Value
	if o.Status == stat.StatusReported {
		value = o.Value
	} else if o.Value != 0 {
		return nil, fmt.Errorf("status %s with the value %v: %w", o.Status, o.Value, stat.ErrInvalid)
	}
	if o.Interval != nil {
		upper = o.Interval.Upper
		if math.IsInf(o.Interval.Upper, 1) || math.IsNaN(o.Interval.Upper) || math.IsNaN(o.Interval.Lower) {
			return nil, fmt.Errorf("the interval is %v to %v: %w", o.Interval.Lower, o.Interval.Upper, stat.ErrInvalid)
		}
		lower, level, method = o.Interval.Lower, o.Interval.Level, o.Interval.Method
	}
	row := []driver.Value{
		o.Indicator, o.Panel, o.Series, string(o.Kind), dayOf(o.Period.From), dayOf(o.Period.To), o.Period.Stated,
		nil, string(o.Status), value, string(o.Bound), lower, upper, level, method, o.Unit,
		nil, nil, o.Of, o.To, o.Note, nil, nil, int32(o.Ordinal),
	}
	for _, nested := range []struct {
		column int
		empty  bool
		value  any
	}{
		{columnCodes, len(o.Codes) == 0, o.Codes},
		{columnMarks, len(o.Marks) == 0, o.Marks},
		{columnCoverage, emptyCoverage(o.Coverage), o.Coverage},
		{columnCitations, len(o.Citations) == 0, o.Citations},
		{columnRows, len(o.Rows) == 0, o.Rows},
	} {
		if nested.empty {
			continue
		}
		text, err := json.Marshal(nested.value)
		if err != nil {
			return nil, err
		}
		row[nested.column] = string(text)
	}
	return row, nil
}

// Places of the columns that hold JSON text in sql/observations.sql.
const (
	columnCodes     = 7
	columnMarks     = 16
	columnCoverage  = 17
	columnCitations = 21
	columnRows      = 22
)

func emptyCoverage(c stat.Coverage) bool {
	return c.Reported == 0 && c.Expected == 0 && c.Noun == "" && len(c.Missing) == 0 && c.Accounts == 0
}

func dayOf(d stat.Date) driver.Value {
	if d.IsZero() {
		return nil
	}
	return d.Time()
}

// readObservations reads the observations of a release back, in their total order. The file's checksum must
// have been compared with the manifest before.
func readObservations(ctx context.Context, dir string) ([]stat.Observation, error) {
	db, err := engine(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	path, err := filepath.Abs(filepath.Join(dir, ObservationsFile))
	if err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, selectObservations, path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer rows.Close()
	var obs []stat.Observation
	for rows.Next() {
		o, err := scanObservation(rows)
		if err != nil {
			return nil, fmt.Errorf("%s: row %d: %w", path, len(obs)+1, err)
		}
		obs = append(obs, o)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	stat.SortObservations(obs)
	return obs, nil
}

func scanObservation(rows *sql.Rows) (stat.Observation, error) {
	var (
		o                                        stat.Observation
		from, to                                 sql.Null[time.Time]
		value, lower, upper, level               sql.Null[float64]
		method                                   sql.Null[string]
		codes, marks, coverage, citations, lines sql.Null[string]
	)
	err := rows.Scan(&o.Indicator, &o.Panel, &o.Series, &o.Kind, &from, &to, &o.Period.Stated,
		&codes, &o.Status, &value, &o.Bound, &lower, &upper, &level, &method, &o.Unit,
		&marks, &coverage, &o.Of, &o.To, &o.Note, &citations, &lines, &o.Ordinal)
	if err != nil {
		return o, err
	}
	if from.Valid {
		o.Period.From = stat.DateOf(from.V)
	}
	if to.Valid {
		o.Period.To = stat.DateOf(to.V)
	}
	o.Value = value.V
	if lower.Valid {
		o.Interval = &stat.Interval{Lower: lower.V, Upper: upper.V, Level: level.V, Method: method.V}
	}
	for _, nested := range []struct {
		text sql.Null[string]
		into any
	}{{codes, &o.Codes}, {marks, &o.Marks}, {coverage, &o.Coverage}, {citations, &o.Citations}, {lines, &o.Rows}} {
		if !nested.text.Valid {
			continue
		}
		if err := json.Unmarshal([]byte(nested.text.V), nested.into); err != nil {
			return o, err
		}
	}
	return o, nil
}
