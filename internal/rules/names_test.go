package rules

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// unnamed are the SHA-256 sums of surnames, in lower case, of people whose cases the sources tell of. They are kept as
// sums so that this file does not name them either.
var unnamed = []string{
	"c51fb1bb6d4c40dd4a4bdb0b97858a1ccc2aa1491270bf02fb5790814d0c9e42", // the conviction of 2019 that was reversed in 2021
}

// TestNobodyIsNamed holds that no defendant's name stands in any text of the repository: definitions, bundled figures,
// addresses of sources, templates, code.
func TestNobodyIsNamed(t *testing.T) {
	files := 0
	err := filepath.WalkDir(root(t), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if slices.Contains([]string{".git", "vendor", "bin", "var", "node_modules"}, entry.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil || bytes.IndexByte(text, 0) >= 0 || !utf8.Valid(text) {
			return err
		}
		files++
		seen := map[string]bool{}
		for _, word := range strings.FieldsFunc(strings.ToLower(string(text)), func(r rune) bool { return !unicode.IsLetter(r) }) {
			if seen[word] {
				continue
			}
			seen[word] = true
			sum := sha256.Sum256([]byte(word))
			if slices.Contains(unnamed, hex.EncodeToString(sum[:])) {
				t.Errorf("%s names a person whom no page may name", path)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 100 {
		t.Errorf("looked into %d files, want at least 100", files)
	}
}
