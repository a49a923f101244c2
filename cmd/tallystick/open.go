package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"tallystick/internal/stat"
)

// unfinished are the endings by which programs name a file that they have not completed.
var unfinished = []string{".part", ".tmp", ".crdownload", ".filepart"}

func isUnfinished(name string) bool {
	return slices.Contains(unfinished, strings.ToLower(filepath.Ext(name)))
}

// openRegular opens a file that somebody named. It must be a regular file that is complete: a pipe or a device could hold
// the program for ever, a link could lead to something that nobody meant to hand in, and half of an export is a wrong one.
func openRegular(name string) (*os.File, error) {
	root, err := os.OpenRoot(filepath.Dir(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no such folder; check the path: %w", stat.ErrNotFound)
	}
	if err != nil {
		return nil, err
	}
	defer root.Close()
	if isUnfinished(name) {
		return nil, usageError(fmt.Sprintf("%s is named like a file that is not complete; wait until it is, or rename it", name))
	}
	f, err := openExport(root, filepath.Base(name), true)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no such file; check the path: %w", stat.ErrNotFound)
	case errors.Is(err, errNotRegular):
		return nil, usageError(name + " is not a regular file")
	case err != nil && strings.Contains(err.Error(), "escapes from parent"): // os.Root has no error value for it
		return nil, usageError(name + " is a link that leads out of its folder; name the file itself")
	}
	return f, err
}

var errNotRegular = errors.New("it is not a regular file")

// openExport opens a regular file of a folder without waiting for a pipe and without leaving the folder. A link is followed
// inside the folder, or not at all. A file that another program is writing is stat.ErrBusy, where the system can tell.
func openExport(root *os.Root, name string, follow bool) (*os.File, error) {
	look, flags := root.Lstat, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOFOLLOW
	if follow {
		look, flags = root.Stat, os.O_RDONLY|syscall.O_NONBLOCK
	}
	before, err := look(name)
	if err != nil {
		return nil, err
	}
	if !before.Mode().IsRegular() {
		return nil, errNotRegular
	}
	f, err := root.OpenFile(name, flags, 0)
	if err != nil {
		return nil, err
	}
	after, err := f.Stat()
	switch {
	case err != nil || !after.Mode().IsRegular() || !os.SameFile(before, after):
		f.Close()
		return nil, fmt.Errorf("it changed while it was opened: %w", stat.ErrBusy)
	case isWritten(f):
		f.Close()
		return nil, fmt.Errorf("another program is still writing it; wait until it is complete and send it again: %w", stat.ErrBusy)
	}
	return f, nil
}
