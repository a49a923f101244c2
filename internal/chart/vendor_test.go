package chart

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"

	"tallystick/static"
)

// TestVendoredFilesAreWhatWasCopied compares every vendored file with SHA256SUMS, and holds that each folder has its
// licence.
func TestVendoredFilesAreWhatWasCopied(t *testing.T) {
	sums, err := static.FS.ReadFile("vendor/SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]string{}
	for lines := bufio.NewScanner(bytes.NewReader(sums)); lines.Scan(); {
		sum, file, _ := strings.Cut(lines.Text(), "  ")
		listed[file] = sum
	}
	found, licensed, folders := 0, map[string]bool{}, []string{}
	err = fs.WalkDir(static.FS, "vendor", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		folder := path.Base(path.Dir(name))
		if d.IsDir() {
			if name != "vendor" {
				folders = append(folders, path.Base(name))
			}
			return nil
		}
		if folder == "vendor" {
			return nil // how the copies are made
		}
		licensed[folder] = licensed[folder] || strings.HasPrefix(path.Base(name), "LICENSE")
		data, err := static.FS.ReadFile(name)
		if err != nil {
			return err
		}
		found++
		sum := sha256.Sum256(data)
		if file := strings.TrimPrefix(name, "vendor/"); listed[file] != hex.EncodeToString(sum[:]) {
			t.Errorf("%s is not the file that SHA256SUMS lists", file)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found != len(listed) {
		t.Errorf("%d files, SHA256SUMS lists %d", found, len(listed))
	}
	slices.Sort(folders)
	for _, folder := range folders {
		if !licensed[folder] {
			t.Errorf("%s has no licence", folder)
		}
	}
}
