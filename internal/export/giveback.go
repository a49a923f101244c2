package export

import (
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"

	"tallystick/internal/stat"
)

// The columns that a give-back file has after the sender's own.
const (
	GivebackRow     = "row"
	GivebackProblem = "problem"
	GivebackFix     = "fix"
)

// WriteGiveback writes the rejected rows of a batch in the sender's own columns, then the row number, what is wrong and
// what to do about it. The sender corrects the cells and sends the file back; the row number takes each row to its
// place. A row shorter or longer than the header keeps its cells.
//
// For a spreadsheet, a cell that would be taken for a formula gets an apostrophe in front, which is taken off again when
// the file comes back. Without it the cells are written as they are.
func WriteGiveback(w io.Writer, header []string, rejects iter.Seq2[stat.Reject, error], spreadsheet bool) error {
	out := csv.NewWriter(w)
	out.UseCRLF = spreadsheet
	if spreadsheet {
		if _, err := io.WriteString(w, "\ufeff"); err != nil { // Excel reads UTF-8 as such only with a mark
			return fmt.Errorf("writing the give-back file: %w", err)
		}
	}
	safe := func(s string) string {
		if spreadsheet {
			return NeutralCell(s)
		}
		return s
	}
	record := make([]string, 0, len(header)+3)
	for _, h := range header {
		record = append(record, safe(h))
	}
	if err := out.Write(append(record, GivebackRow, GivebackProblem, GivebackFix)); err != nil {
		return fmt.Errorf("writing the give-back file: %w", err)
	}
	for r, err := range rejects {
		if err != nil {
			return err
		}
		record = record[:0]
		for i := range max(len(header), len(r.Cells)) {
			cell := ""
			if i < len(r.Cells) {
				cell = r.Cells[i]
			}
			if i >= len(header) { // cells beyond the header stay with the last column, so that nothing is lost
				record[len(record)-1] += "," + safe(cell)
				continue
			}
			record = append(record, safe(cell))
		}
		problems, fixes := make([]string, 0, len(r.Issues)), make([]string, 0, len(r.Issues))
		for _, i := range r.Issues {
			problems = append(problems, i.Problem)
			if i.Fix != "" {
				fixes = append(fixes, i.Fix)
			}
		}
		record = append(record, strconv.FormatInt(r.Line, 10), safe(strings.Join(problems, " ")), strings.Join(fixes, " "))
		if err := out.Write(record); err != nil {
			return fmt.Errorf("writing the give-back file: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("writing the give-back file: %w", err)
	}
	return nil
}

// NeutralCell puts an apostrophe in front of a text that a spreadsheet would run as a formula: one that begins with
// = + - @, their full-width forms, a tab or a carriage return. A plain number keeps its sign.
func NeutralCell(s string) string {
	if s == "" || !strings.ContainsRune("=+-@＝＋－＠\t\r", []rune(s)[0]) {
		return s
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil && s[0] == '-' {
		return s
	}
	return "'" + s
}
