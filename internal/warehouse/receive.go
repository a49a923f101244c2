package warehouse

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"tallystick/internal/stat"
)

// Receive stores the bytes of an export, read-only and named by their SHA-256, and returns the batch that Load
// will fill. A file that changes while it is read is stat.ErrBusy. These bytes twice are stat.ErrConflict, and the error names the batch that has them. Nothing is
// written into the database: bytes without a batch mean nothing and are found again when they come again.
func (w *Warehouse) Receive(ctx context.Context, feed stat.Feed, file, by string, at time.Time, r io.Reader) (stat.Batch, error) {
	b := stat.Batch{Feed: feed.ID, Dataset: feed.Dataset, File: filepath.Base(file), ReceivedAt: utc(at), ReceivedBy: by,
		Verb: stat.VerbReplace}
	folder := filepath.Join(w.dir, "exports")
	tmp, err := os.CreateTemp(folder, ".receiving-*")
	if err != nil {
		return b, fmt.Errorf("storing %s: %w", b.File, plainly(err))
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	before, err := statOf(r)
	if err != nil {
		return b, fmt.Errorf("storing %s: %w", b.File, plainly(err))
	}
	sum := sha256.New()
	if b.Bytes, err = copyHashed(tmp, sum, contextReader{ctx, r}); err != nil {
		return b, fmt.Errorf("storing %s: %w", b.File, plainly(err))
	}
	if after, err := statOf(r); err != nil || before != nil && (b.Bytes != before.Size() || after.Size() != before.Size() ||
		!after.ModTime().Equal(before.ModTime())) {
		return b, fmt.Errorf("%s changed while it was read; wait until it is complete and send it again: %w", b.File, stat.ErrBusy)
	}
	b.SHA256 = hex.EncodeToString(sum.Sum(nil))
	var known string
	err = w.db.QueryRowContext(ctx, "SELECT id FROM batches WHERE sha256 = ? ORDER BY seq LIMIT 1", b.SHA256).Scan(&known)
	if err == nil {
		return b, fmt.Errorf("%s was received before, byte for byte, as batch %s: %w",
			b.File, known, stat.ErrConflict)
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return b, fmt.Errorf("looking for %s: %w", b.SHA256, err)
	}
	if err := tmp.Chmod(0o444); err != nil {
		return b, fmt.Errorf("storing %s: %w", b.File, plainly(err))
	}
	if err := tmp.Sync(); err != nil {
		return b, fmt.Errorf("storing %s: %w", b.File, plainly(err))
	}
	path := w.exportPath(b.SHA256)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return b, fmt.Errorf("storing %s: %w", b.File, plainly(err))
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return b, fmt.Errorf("storing %s: %w", b.File, plainly(err))
	}
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return b, fmt.Errorf("storing %s: %w", b.File, plainly(err))
	}
	seq, err := w.nextSeq(ctx)
	b.ID = batchID(seq)
	return b, err
}

// copyHashed copies all of r to both, the second beside the first: the checksum of a large export takes as long as its
// writing.
func copyHashed(to io.Writer, sum hash.Hash, r io.Reader) (int64, error) {
	buf := make([]byte, 1<<20)
	var total int64
	for {
		n, end := io.ReadFull(r, buf)
		var summing sync.WaitGroup
		summing.Go(func() { sum.Write(buf[:n]) })
		_, err := to.Write(buf[:n])
		summing.Wait()
		total += int64(n)
		switch {
		case err != nil:
			return total, err
		case errors.Is(end, io.EOF) || errors.Is(end, io.ErrUnexpectedEOF):
			return total, nil
		case end != nil:
			return total, end
		}
	}
}

// plainly says in front of an error of the operating system or the database that the disk is full, if it is.
func plainly(err error) error {
	text := err.Error()
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EFBIG) || strings.Contains(text, "No space left") || strings.Contains(text, "File too large") {
		return fmt.Errorf("the disk is full, nothing was kept; free some space and try again: %w", err)
	}
	return err
}

// statOf gives the size and the time of a file, or nil for a reader that is none.
func statOf(r io.Reader) (fs.FileInfo, error) {
	f, ok := r.(interface{ Stat() (fs.FileInfo, error) })
	if !ok {
		return nil, nil
	}
	return f.Stat()
}

func (w *Warehouse) exportPath(sum string) string {
	return filepath.Join(w.dir, "exports", sum[:2], sum)
}

func (w *Warehouse) nextSeq(ctx context.Context) (int, error) {
	var seq int
	if err := w.db.QueryRowContext(ctx, "SELECT CAST(coalesce(max(seq), 0) + 1 AS INTEGER) FROM batches").Scan(&seq); err != nil {
		return 0, fmt.Errorf("number of the next batch: %w", err)
	}
	return seq, nil
}

// OpenExport opens the bytes of a batch. Erased bytes are stat.ErrNotFound.
func (w *Warehouse) OpenExport(b stat.Batch) (*os.File, error) {
	if len(b.SHA256) != 2*sha256.Size {
		return nil, fmt.Errorf("batch %s has no checksum: %w", b.ID, stat.ErrInvalid)
	}
	f, err := os.Open(w.exportPath(b.SHA256))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("the bytes of batch %s are not kept any more: %w", b.ID, stat.ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("export of batch %s: %w", b.ID, err)
	}
	return f, nil
}

// syncFolder makes a rename in the folder outlive a loss of power.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// contextReader ends a long copy when its context ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
