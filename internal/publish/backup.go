package publish

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tallystick/internal/release"
	"tallystick/internal/stat"
	"tallystick/internal/warehouse"
)

// sumsFile lists the checksum of every file of a backup, in the form of sha256sum.
const sumsFile = "SHA256SUMS"

// backedUp says which parts of an installation's folder a backup holds: all but the signing key, which is kept
// elsewhere, and what can be made again.
func backedUp(path string) bool {
	top, _, _ := strings.Cut(path, "/")
	switch {
	case top == "warehouse.duckdb" || top == "warehouse.duckdb.wal" || top == "draft.json":
		return true
	case top == "exports", top == "withheld", top == "recalled":
		return true
	case top == "releases":
		return !strings.HasPrefix(path, "releases/.") && !strings.HasSuffix(path, ".new")
	}
	return false
}

// Backup copies an installation into a new folder: what was received, the warehouse, withheld values, the releases
// and their log, with the checksum of every file. It returns stat.ErrConflict if the folder is there already, and stat.ErrBusy
// if somebody is working on the installation. A backup that was cut short has another name and is no backup.
func Backup(ctx context.Context, state, to string) (files int, err error) {
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("%s is there already; a backup gets a folder of its own: %w", to, stat.ErrConflict)
	}
	wh, err := warehouse.Open(ctx, state) // replays what a crash may have left, and finds out who else is working
	if err != nil {
		return 0, err
	}
	if err := wh.Close(); err != nil {
		return 0, err
	}
	unlock, err := release.Hold(filepath.Join(state, "releases"))
	if err != nil {
		return 0, err
	}
	defer unlock()
	aside := to + ".part"
	if err := release.Discard(aside); err != nil {
		return 0, err
	}
	sums, err := copyTree(ctx, state, aside, backedUp)
	if err != nil {
		return 0, err
	}
	for path, sum := range sums {
		if !strings.HasPrefix(path, "warehouse.duckdb") {
			continue
		}
		if now, err := sumOf(filepath.Join(state, path)); err != nil || now != sum {
			return 0, fmt.Errorf("the warehouse changed while it was copied: %w", stat.ErrBusy)
		}
	}
	if err := writeSums(aside, sums); err != nil {
		return 0, err
	}
	return len(sums), errors.Join(os.Rename(aside, to), syncFolder(filepath.Dir(to)))
}

// Restore makes an installation from a backup: every file is compared with its checksum before anything is
// written, and the restored releases are verified as a whole. All of it is written aside and gets the installation's
// name last, so that a restoring that was cut short leaves nothing that could be taken for an installation; it is
// begun again. It returns stat.ErrConflict if the installation's folder holds anything but the signing key already,
// and stat.ErrInvalid, naming the file, for a backup that is damaged.
func Restore(ctx context.Context, from, state string) (files int, err error) {
	sums, err := readSums(from)
	if err != nil {
		return 0, err
	}
	if err := checkSums(from, sums); err != nil {
		return 0, err
	}
	aside := filepath.Clean(state) + ".restoring"
	if err := putKeyBack(aside, state); err != nil {
		return 0, err
	}
	if err := release.Discard(aside); err != nil {
		return 0, err
	}
	entries, err := os.ReadDir(state)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	for _, e := range entries {
		if e.Name() != signingKey {
			return 0, fmt.Errorf("%s is not empty: it holds %s; restore into a new folder: %w", state, e.Name(), stat.ErrConflict)
		}
	}
	copied, err := copyTree(ctx, from, aside, func(path string) bool { return path != sumsFile })
	if err != nil {
		return 0, err
	}
	for path, sum := range sums {
		if copied[path] != sum {
			return 0, fmt.Errorf("%s changed while it was restored: %w", path, stat.ErrInvalid)
		}
	}
	releases := filepath.Join(aside, "releases")
	if _, err := os.Stat(releases); err == nil {
		issues, _, err := release.VerifyAll(releases, "")
		if err != nil {
			return 0, err
		}
		if len(issues) > 0 {
			return 0, fmt.Errorf("the restored releases are not whole: %s: %w", issues[0], stat.ErrInvalid)
		}
	}
	if len(entries) > 0 {
		if err := os.Rename(filepath.Join(state, signingKey), filepath.Join(aside, signingKey)); err != nil {
			return 0, err
		}
	}
	if err := os.Remove(state); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	if err := os.Rename(aside, state); err != nil {
		return 0, err
	}
	return len(copied), syncFolder(filepath.Dir(filepath.Clean(state)))
}

// signingKey is the file of an installation that no backup holds.
const signingKey = "key"

// putKeyBack gives the signing key back to an installation's folder if a restoring was cut short just after it took it.
func putKeyBack(aside, state string) error {
	if _, err := os.Lstat(filepath.Join(aside, signingKey)); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := os.MkdirAll(state, 0o755); err != nil {
		return err
	}
	return os.Rename(filepath.Join(aside, signingKey), filepath.Join(state, signingKey))
}

// copyTree copies the regular files below a folder that are wanted, with their modes, forces them to disk and
// returns the checksum of each by its slash-separated path.
func copyTree(ctx context.Context, from, to string, wanted func(string) bool) (map[string]string, error) {
	sums := map[string]string{}
	var folders []string
	modes := map[string]fs.FileMode{}
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		full := filepath.Join(to, rel)
		info, err := d.Info()
		if err != nil {
			return err
		}
		switch {
		case d.IsDir():
			if rel != "." && !wanted(rel+"/") {
				return fs.SkipDir
			}
			folders = append(folders, full)
			modes[full] = info.Mode().Perm()
			return os.MkdirAll(full, 0o755)
		case !wanted(rel):
			return nil
		case !d.Type().IsRegular():
			return fmt.Errorf("%s is not a regular file: %w", path, stat.ErrInvalid)
		}
		sums[rel], err = copyFile(path, full, info.Mode().Perm())
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, folder := range slices.Backward(folders) {
		if err := errors.Join(syncFolder(folder), os.Chmod(folder, modes[folder])); err != nil {
			return nil, err
		}
	}
	return sums, nil
}

func copyFile(from, to string, mode fs.FileMode) (string, error) {
	in, err := os.Open(from)
	if err != nil {
		return "", err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(io.MultiWriter(out, h), in)
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return "", fmt.Errorf("copy of %s: %w", from, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func sumOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func writeSums(dir string, sums map[string]string) error {
	var lines []string
	for path, sum := range sums {
		lines = append(lines, sum+"  "+path+"\n")
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[66:], b[66:]) })
	f, err := os.OpenFile(filepath.Join(dir, sumsFile), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o444)
	if err != nil {
		return err
	}
	_, err = f.WriteString(strings.Join(lines, ""))
	return errors.Join(err, f.Sync(), f.Close(), syncFolder(dir))
}

func readSums(dir string) (map[string]string, error) {
	path := filepath.Join(dir, sumsFile)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is not a backup, it has no %s: %w", dir, sumsFile, stat.ErrInvalid)
	}
	if err != nil {
		return nil, err
	}
	sums := map[string]string{}
	for i, line := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		sum, name, ok := strings.Cut(line, "  ")
		if !ok || len(sum) != 64 || !fs.ValidPath(name) {
			return nil, fmt.Errorf("%s:%d: %q is not a checksum and a path: %w", path, i+1, line, stat.ErrInvalid)
		}
		sums[name] = sum
	}
	return sums, nil
}

// checkSums compares every file of a backup with its checksum, and finds files that have none.
func checkSums(dir string, sums map[string]string) error {
	seen := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if rel == sumsFile {
			return nil
		}
		want, ok := sums[rel]
		if !ok {
			return fmt.Errorf("the backup holds %s, which is not in %s: %w", rel, sumsFile, stat.ErrInvalid)
		}
		got, err := sumOf(path)
		if err != nil {
			return err
		}
		if got != want {
			return fmt.Errorf("the backup is damaged: %s has checksum %s, %s says %s: %w", rel, got, sumsFile, want, stat.ErrInvalid)
		}
		seen++
		return nil
	})
	if err == nil && seen != len(sums) {
		return fmt.Errorf("the backup is damaged: %d files of %d are there: %w", seen, len(sums), stat.ErrInvalid)
	}
	return err
}
