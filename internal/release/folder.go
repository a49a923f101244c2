package release

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"tallystick/internal/stat"
)

// readRegular reads a whole file that must be a regular one of at most limit bytes. Symbolic links are refused,
// so that a release cannot show what lies outside its folder.
func readRegular(path string, limit int64) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: %w", path, stat.ErrNotFound)
	case errors.Is(err, syscall.ELOOP):
		return nil, fmt.Errorf("%s is a symbolic link: %w", path, stat.ErrInvalid)
	case err != nil:
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file: %w", path, stat.ErrInvalid)
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("%s has %d bytes, more than %d: %w", path, info.Size(), limit, stat.ErrInvalid)
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%s grew beyond %d bytes: %w", path, limit, stat.ErrInvalid)
	}
	return data, nil
}

// readChecked reads a file of a release and compares it with its entry in the manifest.
func readChecked(dir string, ref stat.FileRef) ([]byte, error) {
	path := filepath.Join(dir, filepath.FromSlash(ref.Path))
	data, err := readRegular(path, ref.Bytes)
	if errors.Is(err, stat.ErrNotFound) {
		return nil, fmt.Errorf("%s is in the manifest but not in the folder: %w", path, stat.ErrInvalid)
	}
	if err != nil {
		return nil, err
	}
	if got := checksum(data); got != ref.SHA256 {
		return nil, fmt.Errorf("%s has checksum %s, the manifest says %s: %w", path, got, ref.SHA256, stat.ErrInvalid)
	}
	return data, nil
}

// writeSynced writes a new file and forces it to disk. It never replaces one.
func writeSynced(path string, data []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		f.Close()
		return err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// syncFolder forces the entries of a folder to disk.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// freeze takes the right to write from every file and folder below dir and forces each to disk, deepest first.
func freeze(dir string) error {
	var folders []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			folders = append(folders, path)
			return nil
		}
		return os.Chmod(path, 0o444)
	})
	if err != nil {
		return err
	}
	for i := len(folders) - 1; i >= 0; i-- {
		if err := os.Chmod(folders[i], 0o555); err != nil {
			return err
		}
		if err := syncFolder(folders[i]); err != nil {
			return err
		}
	}
	return nil
}

// Discard removes a folder whose files and folders may be read-only.
func Discard(dir string) error {
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.Chmod(path, 0o755)
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return os.RemoveAll(dir)
}

// lock takes the right to add to a folder of releases, and returns the function that gives it back. It returns
// stat.ErrBusy when another process has it; the right ends with the process, however that ends.
func lock(dir string) (func(), error) {
	f, err := os.OpenFile(filepath.Join(dir, ".lock"), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("another process is sealing a release in %s: %w", dir, stat.ErrBusy)
		}
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	return func() { f.Close() }, nil
}

// Hold takes the right to add to a folder of releases, as Seal does, so that it can be copied as it stands. The
// returned function gives it back. It returns stat.ErrBusy when another process has it.
func Hold(dir string) (func(), error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	return lock(dir)
}
