package warehouse

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/duckdb/duckdb-go/v2"

	"tallystick/internal/stat"
)

// source hands the chunks of an export to DuckDB as a table function, which its threads call side by side: so
// reading and checking in Go and writing in DuckDB run at the same time, and no row is moved on its own.
type source struct {
	ctx     context.Context
	name    string // of the table function
	layout  stat.Layout
	places  [][]int32 // of codes: see records
	rows    Rows
	mu      sync.Mutex // guards rows, total, rejects, err, done
	total   totals
	rejects *spool
	err     error
	done    bool
}

func (w *Warehouse) newSource(ctx context.Context, layout stat.Layout, rows Rows) *source {
	return &source{ctx: ctx, name: fmt.Sprintf("rows_%d", w.functions.Add(1)), layout: layout, rows: rows, rejects: &spool{of: w},
		total: totals{periods: map[stat.Period]bool{}, dated: layout.Dated}}
}

// next returns the next chunk that has records, or nil at the end.
func (s *source) next() (*stat.Chunk, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for !s.done && s.err == nil {
		c, err := s.rows.Next(s.ctx)
		if errors.Is(err, io.EOF) {
			s.done = true
			break
		}
		if err == nil {
			s.total.add(c)
			err = s.rejects.add(c.Rejects)
		}
		if err != nil {
			s.err = err
			break
		}
		if len(c.Lines) > 0 {
			return c, nil
		}
	}
	return nil, s.err
}

// insert moves all records to where they are kept. The error of the rows, if there is one, comes back as it was.
func (s *source) insert(ctx context.Context, conn *sql.Conn, tx *sql.Tx, to records, seq int) error {
	s.places = to.places
	if err := register(conn, s); err != nil {
		return err
	}
	table, err := quoted(to.table)
	if err != nil {
		return err
	}
	columns, values := []string{"batch", "line"}, []string{fmt.Sprint(seq), "line"}
	for i, c := range s.layout.Columns {
		column, err := quoted(c.Name)
		if err != nil {
			return err
		}
		columns = append(columns, column)
		switch c.Type {
		case stat.FieldDate:
			values = append(values, fmt.Sprintf("DATE '1970-01-01' + nullif(c%d, %d)", i, noDay))
		case stat.FieldInteger:
			values = append(values, fmt.Sprintf("nullif(c%d, %d)", i, noInt))
		default:
			values = append(values, fmt.Sprintf("c%d", i))
		}
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO "+table+" ("+strings.Join(columns, ", ")+") SELECT "+
		strings.Join(values, ", ")+" FROM "+s.name+"()")
	if s.err != nil {
		return s.err
	}
	return err
}

// register makes a table function of the source. The function belongs to the database as long as it is open, so
// its name is used once.
func register(conn *sql.Conn, s *source) error {
	return duckdb.RegisterTableUDF(conn, s.name, duckdb.ParallelChunkTableFunction{
		Config:        duckdb.TableFunctionConfig{},
		BindArguments: func(map[string]any, ...any) (duckdb.ParallelChunkTableSource, error) { return s, nil },
	})
}

// ColumnInfos is part of duckdb.ParallelChunkTableSource: line, then the columns of the layout as c0, c1 …
func (s *source) ColumnInfos() []duckdb.ColumnInfo {
	infos := []duckdb.ColumnInfo{{Name: "line", T: mustType(duckdb.TYPE_BIGINT)}}
	for i, c := range s.layout.Columns {
		infos = append(infos, duckdb.ColumnInfo{Name: fmt.Sprintf("c%d", i), T: mustType(vectorTypes[c.Type])})
	}
	return infos
}

// vectorTypes are the types in which vectors cross over. A date crosses as its day number, a code as its place in
// the list of the records.
var vectorTypes = map[stat.FieldType]duckdb.Type{
	stat.FieldText:    duckdb.TYPE_VARCHAR,
	stat.FieldCode:    duckdb.TYPE_INTEGER,
	stat.FieldInteger: duckdb.TYPE_BIGINT,
	stat.FieldDecimal: duckdb.TYPE_DOUBLE,
	stat.FieldDate:    duckdb.TYPE_INTEGER,
}

func mustType(t duckdb.Type) duckdb.TypeInfo {
	info, err := duckdb.NewTypeInfo(t)
	if err != nil {
		panic(err) // a primitive type always has its info
	}
	return info
}

// Cardinality is part of duckdb.ParallelChunkTableSource: how many rows will come is not known.
func (s *source) Cardinality() *duckdb.CardinalityInfo { return nil }

// Init is part of duckdb.ParallelChunkTableSource: DuckDB uses as many threads as its own setting says, which is never
// more than there are processors. Nothing said would be one thread, beside which the others wait in a busy loop.
func (s *source) Init() duckdb.ParallelTableSourceInfo {
	return duckdb.ParallelTableSourceInfo{MaxThreads: runtime.NumCPU()}
}

// cursor is what one thread of DuckDB is working on.
type cursor struct {
	chunk *stat.Chunk
	at    int
}

// NewLocalState is part of duckdb.ParallelChunkTableSource.
func (s *source) NewLocalState() any { return &cursor{} }

// FillChunk is part of duckdb.ParallelChunkTableSource: it copies the next records into DuckDB's vectors.
func (s *source) FillChunk(state any, out duckdb.DataChunk) error {
	cur := state.(*cursor)
	if cur.chunk == nil || cur.at >= len(cur.chunk.Lines) {
		c, err := s.next()
		if err != nil {
			return err
		}
		if c == nil {
			return out.SetSize(0)
		}
		cur.chunk, cur.at = c, 0
	}
	n := min(duckdb.GetDataChunkCapacity(), len(cur.chunk.Lines)-cur.at)
	if err := fillInts(out, 0, cur.chunk.Lines[cur.at:cur.at+n], nil); err != nil {
		return err
	}
	for i := range s.layout.Columns {
		if err := s.fill(out, i, &cur.chunk.Vectors[i], cur.at, n); err != nil {
			return fmt.Errorf("column %s: %w", s.layout.Columns[i].Name, err)
		}
	}
	cur.at += n
	return out.SetSize(n)
}

// noInt and noDay stand for a missing integer and a missing date on the way into DuckDB, which turns them into NULL:
// marking a cell as NULL from here is a call into C for each. No export can
// hold either number: the grammar of integers ends at twelve digits and that of dates at the year 9999.
const (
	noInt = math.MinInt64
	noDay = math.MinInt32
)

// fill copies n cells of column i of the layout, from the one at the place at on.
func (s *source) fill(out duckdb.DataChunk, i int, v *stat.Vector, at, n int) error {
	null, column := v.Null[at:at+n], i+1
	switch s.layout.Columns[i].Type {
	case stat.FieldInteger:
		return fillInts(out, column, v.Ints[at:at+n], null)
	case stat.FieldCode:
		places := s.places[i]
		for i, x := range v.Ints[at : at+n] {
			var place int32
			if !null[i] {
				place = places[x]
			}
			if err := duckdb.SetChunkValue(out, column, i, place); err != nil {
				return err
			}
		}
	case stat.FieldDate:
		for i, x := range v.Ints[at : at+n] {
			if null[i] {
				x = noDay
			}
			if err := duckdb.SetChunkValue(out, column, i, int32(x)); err != nil {
				return err
			}
		}
	case stat.FieldDecimal:
		for i, x := range v.Floats[at : at+n] {
			if null[i] {
				if err := duckdb.SetChunkValue[any](out, column, i, nil); err != nil {
					return err
				}
				continue
			}
			if err := duckdb.SetChunkValue(out, column, i, x); err != nil {
				return err
			}
		}
	default:
		for i := range n {
			if null[i] {
				if err := duckdb.SetChunkValue[any](out, column, i, nil); err != nil {
					return err
				}
				continue
			}
			if err := duckdb.SetChunkValue(out, column, i, v.At(at+i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func fillInts(out duckdb.DataChunk, column int, values []int64, null []bool) error {
	for i, x := range values {
		if null != nil && null[i] {
			x = noInt
		}
		if err := duckdb.SetChunkValue(out, column, i, x); err != nil {
			return err
		}
	}
	return nil
}

func sortPeriods(list []stat.Period) { slices.SortFunc(list, stat.Period.Compare) }
