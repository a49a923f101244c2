package ingest

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

const plainExport = "date,place,count\n2016-01-01,a,1\n2016-01-02,\"b, c\",2\n"

func readAll(t *testing.T, export []byte) ([]string, error) {
	t.Helper()
	rows, err := Open(context.Background(), bytes.NewReader(export), caseDefinitions())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all, err := collect(rows)
	return all.records, err
}

func gzipped(t *testing.T, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zipped(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, text := range files {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// newWorkbook makes a workbook of the sheets, each with its rows.
func newWorkbook(t *testing.T, change func(*excelize.File), sheets ...[][]any) []byte {
	t.Helper()
	book := excelize.NewFile()
	for n, rows := range sheets {
		sheet := fmt.Sprintf("Sheet%d", n+1)
		if _, err := book.NewSheet(sheet); err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			cell, err := excelize.CoordinatesToCellName(1, i+1)
			if err != nil {
				t.Fatal(err)
			}
			if err := book.SetSheetRow(sheet, cell, &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	if change != nil {
		change(book)
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var arrestSheet = [][]any{{"Arrests by place"}, {"date", "place", "count"}, {42370, "a", 1}, {"2016-01-02", "b,\nc", 2}}

func TestCompressedExportsAndWorkbooksReadLikePlainOnes(t *testing.T) {
	want := []string{`2: 2016-01-01, "a", 1, reported, exactly`, `3: 2016-01-02, "b, c", 2, reported, exactly`}
	for name, export := range map[string][]byte{
		"plain": []byte(plainExport), "gzip": gzipped(t, []byte(plainExport)),
		"zip": zipped(t, map[string]string{"folder/export.csv": plainExport, "__MACOSX/._export.csv": "x"}),
	} {
		got, err := readAll(t, export)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
	got, err := readAll(t, newWorkbook(t, nil, arrestSheet))
	want = []string{`3: 2016-01-01, "a", 1, reported, exactly`, `4: 2016-01-02, "b, c", 2, reported, exactly`}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("workbook: %v (-want +got):\n%s", err, diff)
	}
}

func TestArchivesThatCannotBeReadAreRefusedInWords(t *testing.T) {
	bomb := gzipped(t, append([]byte("date,place,count\n"), bytes.Repeat([]byte("2016-01-01,a,1\n"), 2_000_000)...))
	for name, c := range map[string]struct {
		export []byte
		want   string
	}{
		"bomb":      {bomb, "expands to more than"},
		"cut off":   {gzipped(t, []byte(plainExport))[:30], "cannot be opened"},
		"two files": {zipped(t, map[string]string{"a.csv": plainExport, "b.csv": plainExport}), "2 files that could be the export"},
		"no zip":    {[]byte("PK\x03\x04 and nothing of an archive"), "cannot be opened"},
	} {
		_, err := readAll(t, c.export)
		var no *Refused
		if !errors.As(err, &no) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want a refusal that says %q", name, err, c.want)
		}
	}
	for what, start := range map[string]string{"an old Excel workbook": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a PDF document": "%PDF-1.7\n",
		"a web page": "\r\n<!DOCTYPE html><table>", "an XML document": "<?xml version=\"1.0\"?>", "a Parquet file": "PAR1", "compressed with bzip2": "BZh91AY"} {
		_, err := readAll(t, []byte(start+"\x00 and more"))
		var no *Refused
		if !errors.As(err, &no) || no.Issues[0].Code != "not-an-export" || !strings.Contains(err.Error(), what) {
			t.Errorf("%q: %v, want a refusal that says it is %s", start, err, what)
		}
	}
	deflate64 := zipped(t, map[string]string{"a.csv": plainExport})
	for _, header := range []string{"PK\x03\x04", "PK\x01\x02"} { // the method stands 8 bytes into the local header, 10 into the central one
		i := bytes.Index(deflate64, []byte(header))
		deflate64[i+8+2*strings.Count(header, "\x01")] = 9
	}
	if _, err := readAll(t, deflate64); err == nil || !strings.Contains(err.Error(), "compressed in a way that only some programs can undo (method 9)") {
		t.Errorf("Deflate64: %v, want a refusal that names the method", err)
	}
	list, err := Members(bytes.NewReader(zipped(t, map[string]string{"x/a.csv": plainExport, "b.csv": plainExport, ".hidden": "x"})), "two.zip")
	if err != nil || len(list) != 2 {
		t.Errorf("Members: %v, %v; want two", list, err)
	}
}

// TestWorkbookIsReadAsItsReaderSeesIt: rows keep their width, the sheet with the columns is found, day numbers follow the
// workbook's calendar, and what cannot be seen is said.
func TestWorkbookIsReadAsItsReaderSeesIt(t *testing.T) {
	notes := [][]any{{"Notes"}, {"Arrests are counted once."}}
	short := [][]any{{"date", "place", "count"}, {42370, "a", 1}, {42371, "b"}, {}, {42372.75, "d", 4}}
	want := []string{`2: 2016-01-01, "a", 1, reported, exactly`, `3: 2016-01-02, "b", –, not-reported, exactly`, `5: 2016-01-03, "d", 4, reported, exactly`}
	got, err := readAll(t, newWorkbook(t, nil, notes, short))
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("second sheet: %v (-want +got):\n%s", err, diff)
	}
	mac := newWorkbook(t, func(book *excelize.File) {
		yes := true
		if err := book.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}); err != nil {
			t.Fatal(err)
		}
	}, [][]any{{"date", "place", "count"}, {40908, "a", 1}})
	got, err = readAll(t, mac)
	if diff := cmp.Diff([]string{`2: 2016-01-01, "a", 1, reported, exactly`}, got); err != nil || diff != "" {
		t.Errorf("days from 1904: %v (-want +got):\n%s", err, diff)
	}
	formula := newWorkbook(t, func(book *excelize.File) {
		if err := book.SetCellFormula("Sheet1", "C4", "SUM(C3:C3)"); err != nil {
			t.Fatal(err)
		}
	}, [][]any{{"date", "place", "count"}, {42370, "a", 1}, {42371, "b", 2}, {42372, "c"}})
	if _, err := readAll(t, formula); err == nil || !strings.Contains(err.Error(), "The cell C4 of the sheet Sheet1 holds a formula that was never calculated.") {
		t.Errorf("a formula without a result: %v, want a refusal that names the cell", err)
	}
	hidden := newWorkbook(t, func(book *excelize.File) {
		if err := book.SetRowVisible("Sheet1", 3, false); err != nil {
			t.Fatal(err)
		}
	}, short)
	rows, err := Open(context.Background(), bytes.NewReader(hidden), caseDefinitions())
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if n := rows.Notices(); len(n) != 1 || n[0].Problem != "The sheet Sheet1 has 1 hidden row. What is hidden was read like the rest." {
		t.Errorf("notices of a workbook with a hidden row: %v", n)
	}
}
