// Package testkit holds what tests of several packages share: folders that can be removed although they hold
// sealed releases.
//
// It must never be imported by code that is not a test.
package testkit

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Folder returns a new empty folder that is removed after the test, read-only releases in it included.
func Folder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	t.Cleanup(func() {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.IsDir() {
				return err
			}
			return os.Chmod(path, 0o755)
		})
		if err != nil {
			t.Errorf("make %s removable: %v", dir, err)
		}
	})
	return dir
}
