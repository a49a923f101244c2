package ingest

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
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

func workbook(t *testing.T) []byte {
	t.Helper()
	book := excelize.NewFile()
	for i, row := range [][]any{{"Arrests by place"}, {"date", "place", "count"}, {42370, "a", 1}, {"2016-01-02", "b,\nc", 2}} {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			t.Fatal(err)
		}
		if err := book.SetSheetRow("Sheet1", cell, &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

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
	got, err := readAll(t, workbook(t))
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
	list, err := Members(bytes.NewReader(zipped(t, map[string]string{"x/a.csv": plainExport, "b.csv": plainExport, ".hidden": "x"})), "two.zip")
	if err != nil || len(list) != 2 {
		t.Errorf("Members: %v, %v; want two", list, err)
	}
}
