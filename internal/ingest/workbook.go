package ingest

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/xuri/excelize/v2"

	"tallystick/internal/stat"
)

// workbook is what there is to know about a workbook beside the text of its sheet.
type workbook struct {
	Sheet    string
	Sheets   []string
	from1904 bool // its day numbers count from 1 January 1904
	notices  []stat.Issue
}

// workbookText reads a sheet row by row and writes it as text. Dates are Excel's day numbers; rows are as long as the
// longest above them, since a workbook leaves out empty cells at the end of a row.
func workbookText(r io.Reader, z *zip.Reader, name, sheet string, want []string) (io.Reader, *workbook, func(), error) {
	end := func() {}
	book, err := excelize.OpenReader(r, excelize.Options{RawCellValue: true, UnzipSizeLimit: maxExpanded, UnzipXMLSizeLimit: freeOfRatio})
	if err != nil {
		return nil, nil, end, damaged(name, err)
	}
	of := &workbook{Sheets: book.GetSheetList()}
	if props, err := book.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		of.from1904 = *props.Date1904
	}
	of.Sheet = pickSheet(book, of.Sheets, sheet, want)
	if of.Sheet == "" {
		book.Close()
		return nil, nil, end, refused(name, 0, "", "sheet", fmt.Sprintf("The workbook has no sheet %q; it has %s.", sheet, wordList(of.Sheets)),
			"Name the sheet in the feed.")
	}
	hidden, uncalculated, err := lookInto(z, of.Sheet)
	switch {
	case err != nil:
		book.Close()
		return nil, nil, end, damaged(name, err)
	case uncalculated != "":
		book.Close()
		return nil, nil, end, refused(name, 0, uncalculated, "formula", fmt.Sprintf("The cell %s of the sheet %s holds a formula that was never calculated.",
			uncalculated, of.Sheet), "Open the workbook in Excel, save it there, and send it again.")
	case hidden > 0:
		of.notices = append(of.notices, stat.Issue{File: name, Code: "hidden-rows", Severity: stat.SeverityWarning,
			Problem: fmt.Sprintf("The sheet %s has %s. What is hidden was read like the rest.", of.Sheet, plural(hidden, "hidden row", "hidden rows")),
			Fix:     "If they do not belong to the export, delete them."})
	}
	rows, err := book.Rows(of.Sheet)
	if err != nil {
		book.Close()
		return nil, nil, end, damaged(name, err)
	}
	out, in := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		in.CloseWithError(writeRows(in, rows, name))
		rows.Close()
		book.Close()
	}()
	return out, of, func() { out.Close(); <-done }, nil
}

// pickSheet gives the first sheet that the pattern fits, or without a pattern the one that has most of the wanted columns
// in its first rows, or else the first that looks like a table.
func pickSheet(book *excelize.File, sheets []string, pattern string, want []string) string {
	best, bestScore := "", -1
	for _, sheet := range sheets {
		if pattern != "" {
			if ok, err := path.Match(pattern, sheet); sheet == pattern || err == nil && ok {
				return sheet
			}
			continue
		}
		score := 0
		if len(sheets) > 1 {
			score = scoreSheet(book, sheet, want)
		}
		if score > bestScore {
			best, bestScore = sheet, score
		}
	}
	return best
}

// scoreSheet tells how many of the wanted columns one of the first rows of the sheet has, and less than that if several
// rows fill several cells.
func scoreSheet(book *excelize.File, sheet string, want []string) int {
	rows, err := book.Rows(sheet)
	if err != nil {
		return 0
	}
	defer rows.Close()
	full, hits := 0, 0
	for n := 0; n < headerSearch && rows.Next(); n++ {
		cells, err := rows.Columns()
		if err != nil {
			return 0
		}
		if filledCells(cells) >= 2 {
			full++
		}
		found := 0
		for _, name := range want {
			if findColumn(cells, name) >= 0 {
				found++
			}
		}
		hits = max(hits, found)
	}
	score := hits * 4
	switch {
	case full >= 10:
		score += 2
	case full >= 2:
		score++
	}
	return score
}

func writeRows(w io.Writer, rows *excelize.Rows, name string) error {
	p := &plan{comma: ',', quote: '"'}
	var line []byte
	width := 0
	for rows.Next() {
		cells, err := rows.Columns()
		if err != nil {
			return damaged(name, err)
		}
		width = max(width, len(cells))
		line = line[:0]
		for i := range width {
			if i > 0 {
				line = append(line, ',')
			}
			if i < len(cells) {
				line = append(line, p.quoted(strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ").Replace(cells[i]))...)
			}
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	if err := rows.Error(); err != nil {
		return damaged(name, err)
	}
	return nil
}

// lookInto counts the hidden rows of a sheet and finds the first cell whose formula has no result: such a cell would be
// read as empty, which it is not.
func lookInto(z *zip.Reader, sheet string) (hidden int, uncalculated string, err error) {
	file, err := sheetFile(z, sheet)
	if err != nil || file == nil {
		return 0, "", err
	}
	r, err := file.Open()
	if err != nil {
		return 0, "", err
	}
	defer r.Close()
	tags := bufio.NewReaderSize(&expanding{r: r, name: file.Name, packed: int64(file.CompressedSize64)}, 1<<16)
	var cell string
	formula, value := false, false
	for {
		if _, err := skipTo(tags, '<', nil); err != nil {
			if errors.Is(err, io.EOF) {
				return hidden, "", nil
			}
			return 0, "", err
		}
		tag, err := skipTo(tags, '>', make([]byte, 0, 64))
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, "", err
		}
		word, attributes, _ := bytes.Cut(bytes.TrimSuffix(tag, []byte("/")), []byte(" "))
		if i := bytes.IndexByte(word, ':'); i >= 0 {
			word = append(bytes.TrimSuffix(word[:i], []byte("x")), word[i+1:]...) // <x:c> is <c>
		}
		switch string(word) {
		case "row":
			if bytes.Contains(attributes, []byte(`hidden="1"`)) || bytes.Contains(attributes, []byte(`hidden="true"`)) {
				hidden++
			}
		case "c":
			cell, formula, value = attribute(attributes, "r"), false, false
		case "f":
			formula = true
		case "v", "is":
			value = true
		case "/c":
			if formula && !value {
				return hidden, cell, nil
			}
		}
	}
}

// skipTo reads up to the byte and gives what stood before it, added to kept, of which at most 4 KiB are kept; without
// kept it gives nothing.
func skipTo(r *bufio.Reader, stop byte, kept []byte) ([]byte, error) {
	for {
		part, err := r.ReadSlice(stop)
		if kept != nil && len(kept) < 4<<10 {
			kept = append(kept, bytes.TrimSuffix(part, []byte{stop})...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return kept, err
		}
	}
}

func attribute(text []byte, name string) string {
	_, rest, ok := bytes.Cut(append([]byte(" "), text...), []byte(" "+name+`="`))
	value, _, closed := bytes.Cut(rest, []byte(`"`))
	if !ok || !closed {
		return ""
	}
	return string(value)
}

// sheetFile finds the part of the archive that holds the sheet, or nil.
func sheetFile(z *zip.Reader, sheet string) (*zip.File, error) {
	var book struct {
		Sheets []struct {
			Name string `xml:"name,attr"`
			ID   string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	var links struct {
		All []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	files := map[string]*zip.File{}
	for _, f := range z.File {
		files[f.Name] = f
	}
	for name, into := range map[string]any{"xl/workbook.xml": &book, "xl/_rels/workbook.xml.rels": &links} {
		f := files[name]
		if f == nil {
			return nil, nil
		}
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		err = xml.NewDecoder(io.LimitReader(r, freeOfRatio)).Decode(into)
		r.Close()
		if err != nil {
			return nil, err
		}
	}
	for _, s := range book.Sheets {
		if s.Name != sheet {
			continue
		}
		for _, l := range links.All {
			if l.ID != s.ID {
				continue
			}
			if rest, absolute := strings.CutPrefix(l.Target, "/"); absolute {
				return files[rest], nil
			}
			return files[path.Join("xl", l.Target)], nil
		}
	}
	return nil, nil
}
