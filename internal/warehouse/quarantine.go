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
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tallystick/internal/stat"
)

// spool keeps rejected rows in a temporary file while the accepted ones stream into their table: a transaction
// runs one statement at a time, and an export may be rejected in every row. The file has no name on disk, so
// nothing is left of it after a crash.
type spool struct {
	of *Warehouse
	f  *os.File
	w  *bufio.Writer
	n  int64

	head, cells, issues []byte // of the row that is being written
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
		s.head = binary.AppendVarint(s.head[:0], r.Line)
		s.cells = packCells(s.cells[:0], r.Cells)
		s.issues = packIssues(s.issues[:0], r)
		for _, part := range [][]byte{s.cells, s.issues} {
			s.head = binary.AppendUvarint(s.head, uint64(len(part)))
		}
		for _, part := range [][]byte{s.head, s.cells, s.issues} {
			if _, err := s.w.Write(part); err != nil {
				return fmt.Errorf("setting rejected rows aside: %w", err)
			}
		}
		s.n++
	}
	return nil
}

// Rejected rows are packed, because an export may be rejected as a whole and writing them is most of the cost: what
// each is made of is joined by control characters, which hardly any cell holds; one that does is kept as JSON.
const (
	between = '\x1f' // cells; the parts of an issue
	after   = '\x1e' // issues
)

// packs appends the text and reports whether it holds nothing that separates texts.
func packs(to []byte, text string) ([]byte, bool) {
	return append(to, text...), strings.IndexByte(text, between) < 0 && strings.IndexByte(text, after) < 0
}

func packCells(to []byte, cells []string) []byte {
	start := len(to)
	for _, c := range cells {
		var ok bool
		if to, ok = packs(append(to, between), c); !ok {
			return append(to[:start], packJSON(cells)...)
		}
	}
	if len(cells) == 0 {
		to = append(to, between)
	}
	return to
}

func unpackCells(text string) ([]string, error) {
	if rest, ok := strings.CutPrefix(text, string(between)); ok {
		return strings.Split(rest, string(between)), nil
	}
	var cells []string
	err := json.Unmarshal([]byte(text), &cells)
	return cells, err
}

// packIssues leaves out what the row and its batch say already: the file, the line, and that these are errors.
func packIssues(to []byte, r *stat.Reject) []byte {
	start := len(to)
	for i := range r.Issues {
		x := &r.Issues[i]
		ok := x.Line == r.Line && x.Severity == stat.SeverityError
		for j, part := range [...]string{x.Column, x.Value, x.Code, x.Problem, x.Fix} {
			separator := byte(between)
			if j == 0 {
				separator = after
			}
			var plain bool
			to, plain = packs(append(to, separator), part)
			ok = ok && plain
		}
		if !ok {
			return append(to[:start], packJSON(r.Issues)...)
		}
	}
	return to
}

func unpackIssues(text, file string, line int64) ([]stat.Issue, error) {
	var issues []stat.Issue
	if !strings.HasPrefix(text, string(after)) {
		err := json.Unmarshal([]byte(text), &issues)
		return issues, err
	}
	for packed := range strings.SplitSeq(text[1:], string(after)) {
		parts := strings.Split(packed, string(between))
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
	src := s.of.newSource(ctx, stat.Layout{Columns: []stat.LayoutColumn{text, text}}, &unspool{r: bufio.NewReaderSize(s.f, 1<<20)})
	if err := register(conn, src); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO quarantine (seq, line, cells, issues) SELECT ?, line, c0, c1 FROM "+src.name+"()", seq)
	if src.err != nil {
		return src.err
	}
	return err
}

// unspool reads a spool's file back in chunks of two text columns.
type unspool struct {
	r     *bufio.Reader
	sizes [2]int // of the texts of the last chunk
}

func (*unspool) Layout() stat.Layout { return stat.Layout{} }

func (*unspool) Header() []string { return nil }

func (u *unspool) Next(ctx context.Context) (*stat.Chunk, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c := &stat.Chunk{Vectors: make([]stat.Vector, 2)}
	for i := range c.Vectors {
		c.Vectors[i].Text = make([]byte, 0, u.sizes[i]+u.sizes[i]/8)
	}
	for size := 0; size < 1<<20; {
		line, err := binary.ReadVarint(u.r)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		c.Lines = append(c.Lines, line)
		var sizes [2]uint64
		for i := range sizes {
			if sizes[i], err = binary.ReadUvarint(u.r); err != nil {
				return nil, err
			}
		}
		for i, n := range sizes {
			v := &c.Vectors[i]
			at := len(v.Text)
			v.Text = slices.Grow(v.Text, int(n))[:at+int(n)]
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
	u.sizes = [2]int{len(c.Vectors[0].Text), len(c.Vectors[1].Text)}
	return c, nil
}

// Quarantine lists the rejected rows of a batch in the order of its export.
func (w *Warehouse) Quarantine(ctx context.Context, id string) ([]stat.Reject, error) {
	var list []stat.Reject
	for r, err := range w.Rejects(ctx, id) {
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, nil
}

// rejectLines is how many lines of an export are looked at together for rejected rows, so that they are never all in
// memory.
const rejectLines = 20_000

// Rejects gives the rejected rows of a batch one by one, in the order of its export. An error is the last.
func (w *Warehouse) Rejects(ctx context.Context, id string) iter.Seq2[stat.Reject, error] {
	return func(yield func(stat.Reject, error) bool) {
		if err := w.eachReject(ctx, id, func(r stat.Reject) bool { return yield(r, nil) }); err != nil {
			yield(stat.Reject{}, fmt.Errorf("quarantine of batch %s: %w", id, err))
		}
	}
}

func (w *Warehouse) eachReject(ctx context.Context, id string, do func(stat.Reject) bool) error {
	seq, err := w.seqOf(ctx, id)
	if err != nil {
		return err
	}
	var file string
	if err := w.db.QueryRowContext(ctx, "SELECT r.file FROM batches b JOIN batches r ON r.seq = b.parent WHERE b.seq = ?",
		seq).Scan(&file); err != nil {
		return err
	}
	var first, last int64
	if err := w.db.QueryRowContext(ctx, "SELECT coalesce(min(line), 1), coalesce(max(line), 0) FROM quarantine WHERE seq = ?",
		seq).Scan(&first, &last); err != nil {
		return err
	}
	for ; first <= last; first += rejectLines {
		list, err := w.rejects(ctx, seq, file, first, first+rejectLines)
		if err != nil {
			return err
		}
		for _, r := range list {
			if !do(r) {
				return nil
			}
		}
	}
	return nil
}

// rejects gives the rejected rows from one line on and before another.
func (w *Warehouse) rejects(ctx context.Context, seq int, file string, from, before int64) ([]stat.Reject, error) {
	rows, err := w.db.QueryContext(ctx, "SELECT line, cells, issues FROM quarantine WHERE seq = ? AND line >= ? AND line < ? "+
		"ORDER BY line, cells, issues", seq, from, before)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []stat.Reject
	for rows.Next() {
		var r stat.Reject
		var cells, issues string
		if err := rows.Scan(&r.Line, &cells, &issues); err != nil {
			return nil, err
		}
		if r.Cells, err = unpackCells(cells); err == nil {
			r.Issues, err = unpackIssues(issues, file, r.Line)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", r.Line, err)
		}
		list = append(list, r)
	}
	return list, rows.Err()
}
