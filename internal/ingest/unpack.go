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

	"tallystick/internal/stat"
)

// What a compressed export may expand to: a few kilobytes can be made to fill a disk.
const (
	maxExpanded = 8 << 30 // bytes
	maxRatio    = 250     // times its compressed size, from the first 16 MiB on
	freeOfRatio = 16 << 20
)

// unpacked gives the text of an export that came compressed or as a workbook, and everything else as it is. A workbook
// becomes one line of comma-separated cells for each of its rows, so that lines are its row numbers; of several sheets,
// where the feed names none, the one is taken that has most of the wanted columns. The returned function ends the
// reading. What is no export in any form is *Refused, in words that say what it is.
func unpacked(r io.Reader, name string, read stat.Reading, want []string) (text io.Reader, of *workbook, end func(), err error) {
	end = func() {}
	file, ok := r.(interface {
		io.ReaderAt
		io.Seeker
	})
	if !ok {
		return r, nil, end, nil
	}
	magic := make([]byte, 512)
	n, err := file.ReadAt(magic, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, end, fmt.Errorf("reading %s: %w", name, err)
	}
	magic = magic[:n]
	if err := foreign(magic, name); err != nil {
		return nil, nil, end, err
	}
	zipped := bytes.HasPrefix(magic, []byte("PK\x03\x04"))
	if !zipped && !bytes.HasPrefix(magic, []byte{0x1f, 0x8b}) {
		return r, nil, end, nil
	}
	size, err := sizeOf(file)
	if err != nil {
		return nil, nil, end, fmt.Errorf("reading %s: %w", name, err)
	}
	if !zipped {
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, nil, end, damaged(name, err)
		}
		return &expanding{r: z, name: name, packed: size}, nil, end, nil
	}
	z, err := zip.NewReader(file, size)
	if err != nil {
		return nil, nil, end, damaged(name, err)
	}
	for _, f := range z.File {
		switch f.Name {
		case "xl/workbook.xml":
			text, of, end, err := workbookText(io.NewSectionReader(file, 0, size), z, name, read.Sheet, want)
			return text, of, end, err
		case "xl/workbook.bin":
			return nil, nil, end, notAnExport(name, "a binary Excel workbook (.xlsb)")
		case "content.xml":
			return nil, nil, end, notAnExport(name, "an OpenDocument spreadsheet (.ods)")
		}
	}
	text, err = member(z, name, read.Member)
	return text, nil, end, err
}

// foreign refuses files of kinds that are often sent in the place of an export.
func foreign(head []byte, name string) error {
	for _, kind := range []struct{ magic, what string }{
		{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls) or another file of old Office programs"},
		{"%PDF-", "a PDF document"}, {"{\\rtf", "a text document (.rtf)"}, {"PAR1", "a Parquet file"}, {"SQLite format 3\x00", "a SQLite database"},
		{"BZh", "compressed with bzip2"}, {"\xfd7zXZ\x00", "compressed with xz"}, {"\x28\xb5\x2f\xfd", "compressed with zstd"},
		{"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"}, {"Rar!\x1a\x07", "a RAR archive"}, {"\x89PNG", "a picture"}, {"\xff\xd8\xff", "a picture"},
	} {
		if bytes.HasPrefix(head, []byte(kind.magic)) {
			return notAnExport(name, kind.what)
		}
	}
	start := strings.ToLower(string(bytes.TrimSpace(bytes.TrimPrefix(head, byteOrderMark8))))
	for _, kind := range []struct{ magic, what string }{
		{"<!doctype html", "a web page, even if it is named like a spreadsheet"}, {"<html", "a web page, even if it is named like a spreadsheet"},
		{"<table", "a web page, even if it is named like a spreadsheet"}, {"<?xml", "an XML document"},
	} {
		if strings.HasPrefix(start, kind.magic) {
			return notAnExport(name, kind.what)
		}
	}
	return nil
}

func notAnExport(name, what string) error {
	return refused(name, 0, "", "not-an-export", fmt.Sprintf("The file is %s.", what), "Save it as CSV or as an Excel workbook (.xlsx), and send that.")
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
	r, err := openPacked(m.file, m.archive)
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{&expanding{r: r, name: m.archive, packed: int64(m.file.CompressedSize64)}, r}, nil
}

// openPacked opens a member of an archive. What cannot be unpacked is refused with its reason.
func openPacked(m *zip.File, archive string) (io.ReadCloser, error) {
	switch {
	case m.Flags&1 != 0:
		return nil, refused(archive, 0, "", "password", fmt.Sprintf("The file %s in the archive is protected by a password.", path.Base(m.Name)),
			"Send it without a password.")
	case m.Method != zip.Store && m.Method != zip.Deflate:
		return nil, refused(archive, 0, "", "compression", fmt.Sprintf("The file %s in the archive is compressed in a way that only some programs can undo (method %d).",
			path.Base(m.Name), m.Method), "Unpack it and send the file itself, or pack it again.")
	}
	r, err := m.Open()
	if err != nil {
		return nil, damaged(archive, err)
	}
	return r, nil
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
	r, err := openPacked(fitting[0], name)
	if err != nil {
		return nil, err
	}
	return &expanding{r: r, name: name, packed: int64(fitting[0].CompressedSize64)}, nil
}
