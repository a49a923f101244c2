package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"tallystick/internal/stat"
)

// TestOnlyWholeRegularFilesAreOpened: no pipe, no folder, no link that leads out, no file that is not complete.
func TestOnlyWholeRegularFilesAreOpened(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, path := range []string{at("export.csv"), at("half.csv.part"), at("written.csv"), filepath.Join(elsewhere, "secret.csv")} {
		if err := os.WriteFile(path, []byte("a,b\n1,2\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	err := errors.Join(os.Symlink("export.csv", at("inside.csv")), os.Symlink(filepath.Join(elsewhere, "secret.csv"), at("out.csv")),
		os.Symlink(filepath.Join("..", filepath.Base(elsewhere), "secret.csv"), at("up.csv")), syscall.Mkfifo(at("pipe.csv"), 0o600),
		os.Symlink("pipe.csv", at("to-pipe.csv")))
	if err != nil {
		t.Fatal(err)
	}
	writer, err := os.OpenFile(at("written.csv"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	for name, want := range map[string]string{
		"export.csv": "", "inside.csv": "", "out.csv": "leads out of its folder", "up.csv": "leads out of its folder", "pipe.csv": "not a regular file",
		"to-pipe.csv": "not a regular file", ".": "not a regular file", "half.csv.part": "not complete", "none.csv": "no such file",
		"nowhere/export.csv": "no such folder", "written.csv": "still writing it",
	} {
		if name == "written.csv" && runtime.GOOS != "linux" {
			continue
		}
		f, err := openRegular(at(name))
		if err == nil {
			f.Close()
		}
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("openRegular(%s): %v, want %q", name, err, want)
		}
		if name == "written.csv" && !errors.Is(err, stat.ErrBusy) {
			t.Errorf("openRegular(%s): %v, want ErrBusy", name, err)
		}
	}
	writer.Close()
	if f, err := openRegular(at("written.csv")); err != nil {
		t.Errorf("openRegular of a file that is complete now: %v", err)
	} else {
		f.Close()
	}
}
