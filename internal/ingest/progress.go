package ingest

import (
	"io"
	"sync/atomic"
)

// file is what an export is read from when it is not a stream: packed exports are read here and there.
type file interface {
	io.Reader
	io.ReaderAt
	io.Seeker
}

// followed is a file that knows where it is being read.
type followed struct {
	file
	next int64        // where Read goes on
	at   atomic.Int64 // where the last reading ended
}

func (f *followed) Read(p []byte) (int, error) {
	n, err := f.file.Read(p)
	f.next += int64(n)
	f.at.Store(f.next)
	return n, err
}

func (f *followed) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.file.ReadAt(p, off)
	f.at.Store(off + int64(n))
	return n, err
}

func (f *followed) Seek(offset int64, whence int) (int64, error) {
	at, err := f.file.Seek(offset, whence)
	f.next = at
	f.at.Store(at)
	return at, err
}

// progress is how far the reading of an export is.
type progress struct {
	file   *followed    // nil for a stream
	rows   atomic.Int64 // handed on
	text   atomic.Int64 // bytes of text that were handed on
	ahead  atomic.Int64 // bytes of text that were read
	before atomic.Int64 // where the file was when so much had been read
}

// read notes that a run of text has been read.
func (p *progress) read(text int) {
	p.ahead.Add(int64(text))
	if p.file != nil {
		p.before.Store(p.file.at.Load())
	}
}

// Progress tells how many rows have been handed on so far, and how many bytes of the file that stands for, packed and
// encoded as they came. It may be called at any time.
func (r *Rows) Progress() (rows, bytes int64) {
	rows, text, ahead := r.progress.rows.Load(), r.progress.text.Load(), r.progress.ahead.Load()
	if r.progress.file == nil || ahead == 0 {
		return rows, text
	}
	return rows, int64(float64(r.progress.before.Load()) * float64(text) / float64(ahead))
}
