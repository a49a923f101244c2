package release

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tallystick/internal/stat"
)

// reader reads the files of a log from a folder or from a store, by their paths within the folder of releases.
type reader func(path string, limit int64) ([]byte, error)

// Copied says what a mirroring has done.
type Copied struct {
	Releases []string // identifiers of the releases that were copied, oldest first
	Files    int
	Bytes    int64
	Size     int64 // entries of the log that both have now
}

// Push copies the releases of a folder that a store does not have yet, with the log. Everything is verified
// before it is copied. Files go first and the head of the log last, so that a reader of the store sees a release
// only when all of it is there, and so that a copy that was cut short is finished by the next. It returns
// stat.ErrConflict if the store has another log than the folder, or more of it.
func Push(ctx context.Context, dir string, to Store) (Copied, error) {
	var done Copied
	l, err := ReadLog(dir, "")
	if isMissing(err) {
		return done, fmt.Errorf("the releases in %s have no log, and without one a copy cannot be verified; run tallystick key: %w",
			dir, stat.ErrConflict)
	}
	if err != nil {
		return done, err
	}
	size, err := held(ctx, l, to)
	if err != nil {
		return done, err
	}
	done.Size = l.Size()
	if size < l.Size() {
		if err := push(ctx, dir, l, size, to, &done); err != nil {
			return done, err
		}
	}
	// Each time, in case that it was cut short before.
	for _, e := range l.Entries {
		if id := e.Removed + e.Recalled; id != "" {
			if err := to.Delete(ctx, id); err != nil {
				return done, err
			}
		}
	}
	return done, nil
}

// push copies what the log has more than size entries, the head last.
func push(ctx context.Context, dir string, l *Log, size int64, to Store, done *Copied) error {
	for n := max(size, 0); n < l.Size(); n++ {
		if e := l.Entries[n]; e.Release != "" && !l.gone(e.Release) {
			if err := pushRelease(ctx, dir, e, to, done); err != nil {
				return err
			}
		}
	}
	write := func(path string, text string) error { return to.Write(ctx, path, []byte(text)) }
	if size < 0 {
		if err := errors.Join(write(logFolder+"/"+keyFile, l.Public+"\n"), write(slashCheckpoint(0), l.Checkpoints[0].Signed)); err != nil {
			return err
		}
	}
	for n := max(size, 0); n < l.Size(); n++ {
		if err := errors.Join(write(slashEntry(n), l.Entries[n].text()), write(slashCheckpoint(n+1), l.Checkpoints[n+1].Signed)); err != nil {
			return err
		}
	}
	return write(logFolder+"/"+checkpointFile, l.Head().Signed)
}

// held returns how many entries of the log a store has, -1 for a store without a log.
func held(ctx context.Context, l *Log, at Store) (int64, error) {
	signed, err := at.Read(ctx, logFolder+"/"+checkpointFile, 1<<16)
	if isMissing(err) {
		return -1, nil
	}
	if err != nil {
		return 0, err
	}
	for n, c := range l.Checkpoints {
		if c.Signed == string(signed) {
			return int64(n), nil
		}
	}
	return 0, fmt.Errorf("%s has another log, or more of it, than the folder that is to be copied: %w", at, stat.ErrConflict)
}

func pushRelease(ctx context.Context, dir string, e Entry, to Store, done *Copied) error {
	folder := filepath.Join(dir, e.Release)
	m, manifest, err := readManifest(folder, nil)
	if err != nil {
		return err
	}
	if checksum(manifest) != e.SHA256 {
		return fmt.Errorf("the manifest of release %s has checksum %s, the log says %s: %w", e.Release, checksum(manifest), e.SHA256, stat.ErrInvalid)
	}
	for _, ref := range m.Files {
		data, err := readChecked(folder, ref)
		if err != nil {
			return err
		}
		if err := to.Write(ctx, e.Release+"/"+ref.Path, data); err != nil {
			return err
		}
		done.Files++
		done.Bytes += ref.Bytes
	}
	if err := to.Write(ctx, e.Release+"/"+ManifestFile, manifest); err != nil {
		return err
	}
	done.Files++
	done.Bytes += int64(len(manifest))
	done.Releases = append(done.Releases, e.Release)
	return nil
}

// Pull copies the releases of a store that a folder does not have yet. Nothing that comes is shown before it is
// verified: the log must be whole, begin with the public key (if one is given) and continue the log that the
// folder has; each manifest must be the one in the log, each file the one in its manifest. Then a release is
// renamed into place and the log extended, as when it was sealed here. It returns stat.ErrInvalid, naming the file
// or the entry, for what was tampered with, for a log that is another than the folder's and for one that was set
// back; the folder then shows what it showed before.
func Pull(ctx context.Context, from Store, dir, public string) (Copied, error) {
	var done Copied
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return done, err
	}
	unlock, err := lock(dir)
	if err != nil {
		return done, err
	}
	defer unlock()
	if err := sweep(dir); err != nil {
		return done, err
	}
	var known *Log
	if has, err := hasLog(dir); err != nil {
		return done, err
	} else if has {
		if known, err = ReadLog(dir, public); err != nil {
			return done, err
		}
	}
	l, err := extendLogFrom(func(path string, limit int64) ([]byte, error) { return from.Read(ctx, path, limit) }, from.String(), public, known)
	if isMissing(err) {
		return done, fmt.Errorf("%s holds no releases with a log: %w", from, stat.ErrNotFound)
	}
	if err != nil {
		return done, err
	}
	done.Size = l.Size()
	begin := int64(0)
	if known != nil {
		begin = known.Size()
	}
	for n := begin; n < l.Size(); n++ {
		e := l.Entries[n]
		if e.Release == "" || l.gone(e.Release) {
			continue
		}
		if err := pullRelease(ctx, from, dir, e, &done); err != nil {
			return done, err
		}
	}
	if err := l.write(dir, known); err != nil {
		return done, err
	}
	return done, l.discardGone(dir)
}

// pullRelease fetches one release aside, verifies it and gives it its name.
func pullRelease(ctx context.Context, from Store, dir string, e Entry, done *Copied) error {
	final := filepath.Join(dir, e.Release)
	if _, err := os.Lstat(final); err == nil {
		if _, data, err := readManifest(final, nil); err == nil && checksum(data) == e.SHA256 {
			if issues, _, err := verifyFolder(final); err == nil && len(issues) == 0 {
				return nil // fetched before, when the log was not extended any more
			}
		}
		return fmt.Errorf("%s is there already and is not release %s of %s: %w", final, e.Release, from, stat.ErrConflict)
	}
	manifest, err := from.Read(ctx, e.Release+"/"+ManifestFile, maxManifest)
	if err != nil {
		return err
	}
	if got := checksum(manifest); got != e.SHA256 {
		return fmt.Errorf("%s: the manifest of release %s has checksum %s, the log says %s: %w", from, e.Release, got, e.SHA256, stat.ErrInvalid)
	}
	m, issue := parseManifest(manifest, e.Release+"/"+ManifestFile, e.Release, false)
	if issue != nil {
		return fmt.Errorf("%s: %s: %w", from, issue, stat.ErrInvalid)
	}
	aside, err := os.MkdirTemp(dir, draftPrefix+e.Release+"-")
	if err != nil {
		return err
	}
	err = fetch(ctx, from, aside, m, manifest, done)
	if err == nil {
		err = settle(aside, final)
	}
	if err != nil {
		return errors.Join(err, Discard(aside))
	}
	done.Releases = append(done.Releases, e.Release)
	return nil
}

func fetch(ctx context.Context, from Store, aside string, m stat.Manifest, manifest []byte, done *Copied) error {
	for _, ref := range m.Files {
		data, err := from.Read(ctx, m.ID+"/"+ref.Path, ref.Bytes)
		if err != nil {
			return err
		}
		if got := checksum(data); got != ref.SHA256 {
			return fmt.Errorf("%s: %s/%s has checksum %s, the manifest says %s: %w", from, m.ID, ref.Path, got, ref.SHA256, stat.ErrInvalid)
		}
		full := filepath.Join(aside, filepath.FromSlash(ref.Path))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			return err
		}
		if err := writeSynced(full, data, 0o644); err != nil {
			return err
		}
		done.Files++
		done.Bytes += ref.Bytes
	}
	done.Files++
	done.Bytes += int64(len(manifest))
	return writeSynced(filepath.Join(aside, ManifestFile), manifest, 0o644)
}

// write puts on disk what the log has more than the known one; the head comes last.
func (l *Log) write(dir string, known *Log) error {
	begin := int64(0)
	if known != nil {
		if begin = known.Size(); begin == l.Size() {
			return nil
		}
	} else {
		for _, folder := range []string{logPath(dir, "entries"), logPath(dir, "checkpoints")} {
			if err := os.MkdirAll(folder, 0o755); err != nil {
				return err
			}
		}
		if err := errors.Join(replace(logPath(dir, keyFile), []byte(l.Public+"\n")),
			replace(checkpointPath(dir, 0), []byte(l.Checkpoints[0].Signed))); err != nil {
			return err
		}
	}
	for n := begin; n < l.Size(); n++ {
		if err := replace(entryPath(dir, n), []byte(l.Entries[n].text())); err != nil {
			return err
		}
		if err := replace(checkpointPath(dir, n+1), []byte(l.Checkpoints[n+1].Signed)); err != nil {
			return err
		}
	}
	return replace(logPath(dir, checkpointFile), []byte(l.Head().Signed))
}

// OpenStore opens what an address names: a bucket for s3://bucket/prefix, a folder for anything else.
func OpenStore(address string, o BucketOptions) (Store, error) {
	if strings.HasPrefix(address, "s3://") {
		return OpenBucket(address, o)
	}
	if strings.Contains(address, "://") {
		return nil, fmt.Errorf("%q is neither a folder nor a bucket like s3://bucket/prefix: %w", address, stat.ErrInvalid)
	}
	return Folder(address), nil
}
