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
	"strings"

	"tallystick/internal/stat"
)

// spool keeps rejected rows in a temporary file while the accepted ones stream into their table: a transaction
// runs one statement at a time, and an export may be rejected in every row. The file has no name on disk, so
// nothing is left of it after a crash.
type spool struct {
	of  *Warehouse
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
		f, err := os.CreateTemp(filepath.Join(s.of.dir, "exports"), ".rejected-*")
		if err != nil {
			return fmt.Errorf("setting rejected rows aside: %w", err)
		}
		if err := os.Remove(f.Name()); err != nil {
			f.Close()
			return fmt.Errorf("setting rejected rows aside: %w", err)
		}
		s.f, s.w = f, bufio.NewWriterSize(f, 1<<20)
	}
	for i := range rejects {
		r := &rejects[i]
		s.buf = binary.AppendVarint(s.buf[:0], r.Line)
		for _, part := range []string{r.Text, packCells(r.Cells), packIssues(r)} {
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

// Rejected rows are packed, because an export may be rejected as a whole and writing them is most of the cost: what
// each is made of is joined by control characters, which hardly any cell holds; one that does is kept as JSON.
const (
	between = "\x1f" // cells; the parts of an issue
	after   = "\x1e" // issues
)

func packCells(cells []string) string {
	for _, c := range cells {
		if strings.ContainsAny(c, between+after) {
			return packJSON(cells)
		}
	}
	return between + strings.Join(cells, between)
}

func unpackCells(text string) ([]string, error) {
	if rest, ok := strings.CutPrefix(text, between); ok {
		return strings.Split(rest, between), nil
	}
	var cells []string
	err := json.Unmarshal([]byte(text), &cells)
	return cells, err
}

// packIssues leaves out what the row and its batch say already: the file, the line, and that these are errors.
func packIssues(r *stat.Reject) string {
	var b strings.Builder
	for i := range r.Issues {
		x := &r.Issues[i]
		parts := [...]string{x.Column, x.Value, x.Code, x.Problem, x.Fix}
		if x.Line != r.Line || x.Severity != stat.SeverityError {
			return packJSON(r.Issues)
		}
		b.WriteString(after)
		for j, p := range parts {
			if strings.ContainsAny(p, between+after) {
				return packJSON(r.Issues)
			}
			if j > 0 {
				b.WriteString(between)
			}
			b.WriteString(p)
		}
	}
	return b.String()
}

func unpackIssues(text, file string, line int64) ([]stat.Issue, error) {
	var issues []stat.Issue
	if !strings.HasPrefix(text, after) {
		err := json.Unmarshal([]byte(text), &issues)
		return issues, err
	}
	for packed := range strings.SplitSeq(text[len(after):], after) {
		parts := strings.Split(packed, between)
		if len(parts) != 5 {
			return nil, fmt.Errorf("an issue has %d parts", len(parts))
		}
		issues = append(issues, stat.Issue{File: file, Line: line, Column: parts[0], Value: parts[1], Code: parts[2], Problem: parts[3],
			Fix: parts[4], Severity: stat.SeverityError})
	}
	return issues, nil
}

func packJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // lists of texts and of issues are always JSON
	}
	return string(b)
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
	src := s.of.newSource(ctx, stat.Layout{Columns: []stat.LayoutColumn{text, text, text}}, &unspool{r: bufio.NewReaderSize(s.f, 1<<20)})
	if err := register(conn, src); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO quarantine (seq, line, text, cells, issues) SELECT ?, line, c0, c1, c2 FROM "+src.name+"()", seq)
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
	var file string
	if err := w.db.QueryRowContext(ctx, "SELECT r.file FROM batches b JOIN batches r ON r.seq = b.parent WHERE b.seq = ?", seq).Scan(&file); err != nil {
		return nil, fmt.Errorf("quarantine of batch %s: %w", id, err)
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
		if r.Cells, err = unpackCells(cells); err == nil {
			r.Issues, err = unpackIssues(issues, file, r.Line)
		}
		if err != nil {
			return nil, fmt.Errorf("quarantine of batch %s, line %d: %w", id, r.Line, err)
		}
		list = append(list, r)
	}
	return list, rows.Err()
}
