package warehouse

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"tallystick/internal/stat"
)

// spool keeps rejected rows in a temporary file while the accepted ones stream into their table: a transaction
// runs one statement at a time, and an export may be rejected in every row. The file has no name on disk, so
// nothing is left of it after a crash.
type spool struct {
	dir string
	f   *os.File
	w   *bufio.Writer
	n   int64
	buf []byte
}

func (s *spool) add(rejects []stat.Reject) error {
	if len(rejects) == 0 {
		return nil
	}
	if s.f == nil {
		f, err := os.CreateTemp(filepath.Join(s.dir, "exports"), ".rejected-*")
		if err != nil {
			return fmt.Errorf("setting rejected rows aside: %w", err)
		}
		if err := os.Remove(f.Name()); err != nil {
			f.Close()
			return fmt.Errorf("setting rejected rows aside: %w", err)
		}
		s.f, s.w = f, bufio.NewWriterSize(f, 1<<20)
	}
	for _, r := range rejects {
		cells, err := json.Marshal(r.Cells)
		if err != nil {
			return err
		}
		issues, err := json.Marshal(r.Issues)
		if err != nil {
			return err
		}
		s.buf = binary.AppendVarint(s.buf[:0], r.Line)
		for _, part := range [][]byte{[]byte(r.Text), cells, issues} {
			s.buf = binary.AppendUvarint(s.buf, uint64(len(part)))
			s.buf = append(s.buf, part...)
		}
		if _, err := s.w.Write(s.buf); err != nil {
			return fmt.Errorf("setting rejected rows aside: %w", err)
		}
		s.n++
	}
	return nil
}

func (s *spool) close() {
	if s.f != nil {
		s.f.Close()
	}
}

// insert moves the rejected rows into the table quarantine.
func (s *spool) insert(ctx context.Context, conn *sql.Conn, tx *sql.Tx, seq int) error {
	if s.n == 0 {
		return nil
	}
	if err := s.w.Flush(); err != nil {
		return fmt.Errorf("setting rejected rows aside: %w", err)
	}
	if _, err := s.f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	text := stat.LayoutColumn{Type: stat.FieldText}
	src, err := newSource(ctx, stat.Layout{Columns: []stat.LayoutColumn{text, text, text}}, &unspool{r: bufio.NewReaderSize(s.f, 1<<20)}, s.dir)
	if err != nil {
		return err
	}
	name := "rejected_" + batchID(seq)
	if err := register(conn, name, src); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO quarantine (seq, line, text, cells, issues) SELECT ?, line, c0, c1, c2 FROM "+name+"()", seq)
	if src.err != nil {
		return src.err
	}
	return err
}

// unspool reads a spool's file back in chunks of three text columns.
type unspool struct{ r *bufio.Reader }

func (*unspool) Layout() stat.Layout { return stat.Layout{} }

func (*unspool) Header() []string { return nil }

func (u *unspool) Next(ctx context.Context) (*stat.Chunk, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c := &stat.Chunk{Vectors: make([]stat.Vector, 3)}
	for size := 0; size < 1<<20; {
		line, err := binary.ReadVarint(u.r)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		c.Lines = append(c.Lines, line)
		for i := range c.Vectors {
			n, err := binary.ReadUvarint(u.r)
			if err != nil {
				return nil, err
			}
			v := &c.Vectors[i]
			at := len(v.Text)
			v.Text = append(v.Text, make([]byte, n)...)
			if _, err := io.ReadFull(u.r, v.Text[at:]); err != nil {
				return nil, err
			}
			v.Ends, v.Null = append(v.Ends, len(v.Text)), append(v.Null, false)
			size += int(n)
		}
	}
	if len(c.Lines) == 0 {
		return nil, io.EOF
	}
	return c, nil
}

// Quarantine lists the rejected rows of a batch in the order of its export.
func (w *Warehouse) Quarantine(ctx context.Context, id string) ([]stat.Reject, error) {
	seq, err := w.seqOf(ctx, id)
	if err != nil {
		return nil, err
	}
	rows, err := w.db.QueryContext(ctx, "SELECT line, text, cells, issues FROM quarantine WHERE seq = ? ORDER BY line, text", seq)
	if err != nil {
		return nil, fmt.Errorf("quarantine of batch %s: %w", id, err)
	}
	defer rows.Close()
	var list []stat.Reject
	for rows.Next() {
		var r stat.Reject
		var cells, issues string
		if err := rows.Scan(&r.Line, &r.Text, &cells, &issues); err != nil {
			return nil, fmt.Errorf("quarantine of batch %s: %w", id, err)
		}
		if err := json.Unmarshal([]byte(cells), &r.Cells); err != nil {
			return nil, fmt.Errorf("quarantine of batch %s, line %d: %w", id, r.Line, err)
		}
		if err := json.Unmarshal([]byte(issues), &r.Issues); err != nil {
			return nil, fmt.Errorf("quarantine of batch %s, line %d: %w", id, r.Line, err)
		}
		list = append(list, r)
	}
	return list, rows.Err()
}
