package release

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tallystick/internal/stat"
	"tallystick/internal/testkit"
)

// writable seals a sample and lets the test write to it, as a forger would.
func writable(t *testing.T) string {
	t.Helper()
	dir := testkit.Folder(t)
	seal(t, dir, sample("2026-11-24", noon))
	folder := filepath.Join(dir, "2026-11-24")
	for _, path := range []string{".", "downloads", "figures", "figures/deep"} {
		if err := os.Chmod(filepath.Join(folder, path), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for path := range tree(t, folder) {
		if err := os.Chmod(filepath.Join(folder, path), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestVerifyAcceptsWhatWasSealed(t *testing.T) {
	folder := writable(t)
	issues, m, err := Verify(folder)
	if err != nil || len(issues) > 0 || m.ID != "2026-11-24" {
		t.Errorf("Verify = %v, %s, %v; want no issue", issues, m.ID, err)
	}
}

func TestVerifyNamesWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		name, code, in string
		forge          func(folder string) error
	}{
		{"an altered file with both checksums", "file-altered", checksum([]byte("a,b\r\n1,3\r\n")), func(f string) error {
			return os.WriteFile(filepath.Join(f, "downloads/sellers.csv"), []byte("a,b\r\n1,3\r\n"), 0o644)
		}},
		{"a longer file with its length", "file-altered", "11 bytes", func(f string) error {
			return os.WriteFile(filepath.Join(f, "downloads/sellers.csv"), []byte("a,b\r\n1,2\r\n\n"), 0o644)
		}},
		{"a missing file", "file-missing", "observations.parquet", func(f string) error {
			return os.Remove(filepath.Join(f, ObservationsFile))
		}},
		{"a file too many", "file-extra", checksum([]byte("x")), func(f string) error {
			return os.WriteFile(filepath.Join(f, "figures/x.svg"), []byte("x"), 0o644)
		}},
		{"a folder too many", "folder-extra", "records", func(f string) error {
			return os.MkdirAll(filepath.Join(f, "records/deep"), 0o755)
		}},
		{"a link in a file's place", "file-unreadable", "symbolic link", func(f string) error {
			path := filepath.Join(f, "figures/sellers-wide.svg")
			if err := os.Rename(path, filepath.Join(filepath.Dir(f), "elsewhere")); err != nil {
				return err
			}
			return os.Symlink("../../elsewhere", path)
		}},
		{"a manifest that is cut short, with the line", "manifest-corrupt", "manifest.json:3", func(f string) error {
			return os.WriteFile(filepath.Join(f, ManifestFile), []byte("{\n  \"batches\": [\n    {"), 0o644)
		}},
		{"a manifest in another form, with the line", "manifest-not-canonical", "manifest.json:2:", func(f string) error {
			data, err := os.ReadFile(filepath.Join(f, ManifestFile))
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(f, ManifestFile), []byte(strings.Replace(string(data), "{\n", "{\n\n", 1)), 0o644)
		}},
		{"a manifest of another release", "manifest-identity", "2026-11-25", func(f string) error {
			data, err := os.ReadFile(filepath.Join(f, ManifestFile))
			if err != nil {
				return err
			}
			text := strings.Replace(string(data), `"id": "2026-11-24"`, `"id": "2026-11-25"`, 1)
			return os.WriteFile(filepath.Join(f, ManifestFile), []byte(text), 0o644)
		}},
		{"a manifest that lists a path outside", "manifest-path", "../sellers.csv", func(f string) error {
			data, err := os.ReadFile(filepath.Join(f, ManifestFile))
			if err != nil {
				return err
			}
			text := strings.Replace(string(data), `downloads/sellers.csv`, `../sellers.csv`, 1)
			return os.WriteFile(filepath.Join(f, ManifestFile), []byte(text), 0o644)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := writable(t)
			if err := c.forge(folder); err != nil {
				t.Fatal(err)
			}
			issues, _, err := Verify(folder)
			if err != nil || len(issues) != 1 {
				t.Fatalf("Verify = %v, %v; want one issue", issues, err)
			}
			if got := issues[0].String(); issues[0].Code != c.code || !strings.Contains(got, c.in) {
				t.Errorf("Verify = %s\nwant code %s and %q in it", got, c.code, c.in)
			}
		})
	}
}

// TestVerifyNoticesEveryFlippedByte flips one bit of every byte of every file in turn. The manifest's own bytes
// are covered by its successor and by the log; here, all others.
func TestVerifyNoticesEveryFlippedByte(t *testing.T) {
	folder := writable(t)
	cases := 0
	for path, text := range tree(t, folder) {
		if path == ManifestFile {
			continue
		}
		full := filepath.Join(folder, path)
		step := 1
		if len(text) > 600 {
			step = len(text) / 300
		}
		for i := 0; i < len(text); i += step {
			forged := []byte(text)
			forged[i] ^= 1 << (i % 8)
			ref := stat.FileRef{Path: path, Bytes: int64(len(text)), SHA256: checksum([]byte(text))}
			if err := os.WriteFile(full, forged, 0o644); err != nil {
				t.Fatal(err)
			}
			if verifyFile(folder, ref, nil) == nil {
				t.Errorf("%s: flipped byte %d was not noticed", path, i)
			}
			cases++
		}
		if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if cases < 300 {
		t.Errorf("only %d cases", cases)
	}
	if issues, _, err := Verify(folder); err != nil || len(issues) > 0 {
		t.Errorf("Verify of the restored release = %v, %v", issues, err)
	}
}
