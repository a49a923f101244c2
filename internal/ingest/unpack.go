package ingest

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/xuri/excelize/v2"

	"tallystick/internal/stat"
)

// What a compressed export may expand to: a few kilobytes can be made to fill a disk.
const (
	maxExpanded = 8 << 30 // bytes
	maxRatio    = 250     // times its compressed size, from the first 16 MiB on
	freeOfRatio = 16 << 20
)

// unpacked gives the text of an export that came compressed or as a workbook, and everything else as it is. A workbook
// becomes one line of comma-separated cells for each of its rows, so that lines are its row numbers. The returned
// function ends the reading.
func unpacked(r io.Reader, name string, read stat.Reading) (text io.Reader, workbook bool, end func(), err error) {
	end = func() {}
	file, ok := r.(interface {
		io.ReaderAt
		io.Seeker
	})
	if !ok {
		return r, false, end, nil
	}
	magic := make([]byte, 4)
	if n, err := file.ReadAt(magic, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, false, end, fmt.Errorf("reading %s: %w", name, err)
	} else if n < len(magic) {
		return r, false, end, nil
	}
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		size, err := sizeOf(file)
		if err != nil {
			return nil, false, end, fmt.Errorf("reading %s: %w", name, err)
		}
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, false, end, damaged(name, err)
		}
		return &expanding{r: z, name: name, packed: size}, false, end, nil
	case bytes.Equal(magic, []byte("PK\x03\x04")):
		size, err := sizeOf(file)
		if err != nil {
			return nil, false, end, fmt.Errorf("reading %s: %w", name, err)
		}
		z, err := zip.NewReader(file, size)
		if err != nil {
			return nil, false, end, damaged(name, err)
		}
		for _, f := range z.File {
			if f.Name == "xl/workbook.xml" {
				text, end, err := workbookText(io.NewSectionReader(file, 0, size), name, read.Sheet)
				return text, true, end, err
			}
		}
		text, err := member(z, name, read.Member)
		return text, false, end, err
	}
	return r, false, end, nil
}

func sizeOf(s io.Seeker) (int64, error) {
	size, err := s.Seek(0, io.SeekEnd)
	if err != nil {
		return 0, err
	}
	_, err = s.Seek(0, io.SeekStart)
	return size, err
}

func damaged(name string, err error) error {
	return refused(name, 0, "", "damaged-archive", fmt.Sprintf("The file is compressed, but it cannot be opened (%v).", err),
		"Send it again, or send the export itself.")
}

// expanding ends a compressed export that grows beyond all measure.
type expanding struct {
	r      io.Reader
	name   string
	packed int64
	out    int64
}

func (e *expanding) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	e.out += int64(n)
	if e.out > maxExpanded || e.out > freeOfRatio && e.out/maxRatio > e.packed {
		return 0, refused(e.name, 0, "", "expands-too-much", fmt.Sprintf("The compressed file expands to more than %d MB.", e.out>>20),
			"Send the export itself, or in parts.")
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = damaged(e.name, err)
	}
	return n, err
}

// Members lists the exports in a zip archive, so that each can be received on its own, or none for any other file. Names
// lose their folders; folders, hidden files and macOS's shadows are left out.
func Members(f interface {
	io.ReaderAt
	io.Seeker
}, name string) ([]Member, error) {
	magic := make([]byte, 4)
	if _, err := f.ReadAt(magic, 0); err != nil || !bytes.Equal(magic, []byte("PK\x03\x04")) {
		return nil, nil // too short for an archive, or none; what is wrong with it is found when it is read
	}
	size, err := sizeOf(f)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	z, err := zip.NewReader(f, size)
	if err != nil {
		return nil, damaged(name, err)
	}
	var list []Member
	for _, m := range z.File {
		if m.Name == "xl/workbook.xml" {
			return nil, nil
		}
		if isExport(m) {
			list = append(list, Member{Name: path.Base(m.Name), file: m, archive: name})
		}
	}
	return list, nil
}

// Member is one file of a zip archive.
type Member struct {
	Name    string
	file    *zip.File
	archive string
}

// Open gives the bytes of the member, within the limits of what an archive may expand to.
func (m Member) Open() (io.ReadCloser, error) {
	r, err := m.file.Open()
	if err != nil {
		return nil, damaged(m.archive, err)
	}
	return struct {
		io.Reader
		io.Closer
	}{&expanding{r: r, name: m.archive, packed: int64(m.file.CompressedSize64)}, r}, nil
}

func isExport(m *zip.File) bool {
	base := path.Base(m.Name)
	return !m.FileInfo().IsDir() && m.Mode().IsRegular() && !strings.HasPrefix(base, ".") && !strings.HasPrefix(m.Name, "__MACOSX/")
}

// member opens the one file of an archive that is the export.
func member(z *zip.Reader, name, pattern string) (io.Reader, error) {
	var fitting []*zip.File
	var names []string
	for _, m := range z.File {
		if !isExport(m) {
			continue
		}
		if pattern != "" {
			if ok, err := path.Match(pattern, path.Base(m.Name)); err != nil || !ok {
				continue
			}
		}
		fitting = append(fitting, m)
		names = append(names, m.Name)
	}
	if len(fitting) != 1 {
		return nil, refused(name, 0, "", "archive", fmt.Sprintf("The archive holds %s that could be the export: %s.", plural(len(fitting), "file", "files"), wordList(names)),
			"Send one file, or name it under member in the feed.")
	}
	r, err := fitting[0].Open()
	if err != nil {
		return nil, damaged(name, err)
	}
	return &expanding{r: r, name: name, packed: int64(fitting[0].CompressedSize64)}, nil
}

// workbookText reads a sheet row by row and writes it as text. Dates are Excel's day numbers.
func workbookText(r io.Reader, name, sheet string) (io.Reader, func(), error) {
	end := func() {}
	book, err := excelize.OpenReader(r, excelize.Options{RawCellValue: true, UnzipSizeLimit: maxExpanded, UnzipXMLSizeLimit: freeOfRatio})
	if err != nil {
		return nil, end, damaged(name, err)
	}
	if sheet == "" {
		sheet = book.GetSheetName(0)
	}
	rows, err := book.Rows(sheet)
	if err != nil {
		book.Close()
		return nil, end, refused(name, 0, "", "sheet", fmt.Sprintf("The workbook has no sheet %q; it has %s.", sheet, wordList(book.GetSheetList())),
			"Name the sheet in the feed.")
	}
	out, in := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		in.CloseWithError(writeRows(in, rows, name))
		rows.Close()
		book.Close()
	}()
	return out, func() { out.Close(); <-done }, nil
}

func writeRows(w io.Writer, rows *excelize.Rows, name string) error {
	p := &plan{comma: ',', quote: '"'}
	var line []byte
	for rows.Next() {
		cells, err := rows.Columns()
		if err != nil {
			return damaged(name, err)
		}
		line = line[:0]
		for i, c := range cells {
			if i > 0 {
				line = append(line, ',')
			}
			line = append(line, p.quoted(strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ").Replace(c))...)
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
