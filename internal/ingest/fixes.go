package ingest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"tallystick/internal/stat"
)

// Fixes are rows that a sender repaired: the cells in the columns of the original export, by the physical line of the
// row in it.
type Fixes map[int64][]string

// IsGiveback reports whether the columns are those of a give-back file for an export with the given header.
func IsGiveback(columns, header []string) bool {
	return len(columns) > len(header) && findColumn(columns, "row") >= len(header) && slices.EqualFunc(columns[:len(header)], header, sameHeading)
}

func sameHeading(a, b string) bool {
	return strings.EqualFold(strings.TrimSpace(strings.TrimPrefix(a, "'")), strings.TrimSpace(b))
}

// ReadFixes reads a give-back file that its sender has repaired. The rows must be rows that were given back. What a
// spreadsheet does to cells on its own is undone and noticed: leading zeros that it dropped, and the apostrophe before
// a formula. A file that is no give-back file for this batch is *Refused.
func ReadFixes(r io.Reader, name string, header []string, rejects []stat.Reject) (Fixes, []stat.Issue, error) {
	plainText, _, end, err := unpacked(r, name, stat.Reading{}, append(slices.Clone(header), "row"))
	if err != nil {
		return nil, nil, err
	}
	defer end()
	text, _, err := decoded(plainText, "")
	if err != nil {
		return nil, nil, fmt.Errorf("reading %s: %w", name, err)
	}
	buffered := bufio.NewReaderSize(text, peekSize)
	sample, err := buffered.Peek(peekSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, fmt.Errorf("reading %s: %w", name, err)
	}
	s := newSplitter(buffered, detectDelimiter(sample[:lastLine(sample)], '"'), '"')
	columns, _, err := s.head()
	if errors.Is(err, io.EOF) {
		return nil, nil, refused(name, 0, "", "empty-file", "The file is empty.", "Send the give-back file with its rows.")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("reading %s: %w", name, err)
	}
	if !IsGiveback(columns, header) {
		return nil, nil, refused(name, 1, "", "header", fmt.Sprintf("This is not a give-back file of this batch: its columns are %s.", wordList(columns)),
			"Keep the columns of the give-back file as they are, the column row with them.")
	}
	at := findColumn(columns, "row")
	given := map[int64]stat.Reject{}
	for _, r := range rejects {
		given[r.Line] = r
	}
	fixes := Fixes{}
	var notices, faults []stat.Issue
	for {
		record, line, err := s.head()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, fmt.Errorf("reading %s: %w", name, err)
		}
		if strings.TrimSpace(strings.Join(record, "")) == "" {
			continue
		}
		fault := func(value, problem, fix string) {
			faults = append(faults, stat.Issue{File: name, Line: line, Column: "row", Value: value, Code: "row", Problem: problem, Fix: fix,
				Severity: stat.SeverityError})
		}
		if at >= len(record) {
			fault("", "The row has no row number.", "Take the number from the file as it was given back.")
			continue
		}
		number := strings.TrimSpace(record[at])
		row, err := strconv.ParseInt(number, 10, 64)
		was, ok := given[row]
		switch {
		case err != nil || !ok:
			fault(number, fmt.Sprintf("Row %s was not given back.", number), "Take the row numbers from the file as it was given back.")
			continue
		case fixes[row] != nil:
			fault(number, fmt.Sprintf("Row %s stands here twice.", number), "Keep one of the two.")
			continue
		}
		cells := slices.Clone(record[:len(header)])
		for i := range cells {
			var issue *stat.Issue
			if cells[i], issue = repaired(cells[i], header[i], was, i); issue != nil {
				issue.File, issue.Line = name, line
				notices = append(notices, *issue)
			}
		}
		fixes[row] = cells
	}
	if len(faults) > 0 {
		return nil, nil, &Refused{faults}
	}
	return fixes, notices, nil
}

// repaired undoes what a spreadsheet does to a cell that its sender had no reason to touch.
func repaired(cell, heading string, was stat.Reject, i int) (string, *stat.Issue) {
	if i >= len(was.Cells) {
		return cell, nil
	}
	before, row := was.Cells[i], was.Line
	if cell == "'"+before || lineEnds.Replace(cell) == lineEnds.Replace(before) {
		return before, nil
	}
	touched := slices.ContainsFunc(was.Issues, func(x stat.Issue) bool { return x.Column == heading })
	if !touched && cell != before && len(before) > len(cell) && cell != "" && (strings.TrimLeft(before, "0") == cell || cell == "0" && strings.Trim(before, "0") == "") {
		return before, &stat.Issue{Column: heading, Value: cell, Code: "leading-zeros", Severity: stat.SeverityWarning,
			Problem: fmt.Sprintf("Row %d: a spreadsheet seems to have dropped the leading zeros of %s; it is kept as %s.", row, heading, before)}
	}
	if was, ok := dayIn(before); !touched && ok && cell != before {
		if is, ok := dayIn(cell); ok && is == was {
			return before, &stat.Issue{Column: heading, Value: cell, Code: "rewritten-date", Severity: stat.SeverityWarning,
				Problem: fmt.Sprintf("Row %d: a spreadsheet seems to have rewritten the date in %s; it is kept as %s.", row, heading, before)}
		}
	}
	return cell, nil
}

// lineEnds writes the line ends in a cell as one, as spreadsheets rewrite them.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// dayIn reads a date as exports or American spreadsheets write it.
func dayIn(text string) (int64, bool) {
	for _, format := range []string{"YYYY-MM-DD", "MM/DD/YYYY", "DD-MON-YY", "DD-MON-YYYY", "MM/DD/YY"} {
		if f, err := newDateFormat(format); err == nil {
			if day, ok := f.parse([]byte(text), 0); ok {
				return day, true
			}
		}
	}
	return 0, false
}
