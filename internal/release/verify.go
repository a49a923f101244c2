package release

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"tallystick/internal/stat"
)

// Verify checks one sealed folder without a network: that its manifest can be read and is canonical, that every
// file it names is there with its length and checksum, and that nothing else is. Every fault is an issue with
// the expected and the actual checksum; none means that the folder is what was sealed. An error is only for a
// folder that cannot be read at all; it is stat.ErrNotFound if there is no manifest.
func Verify(dir string) ([]stat.Issue, stat.Manifest, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, stat.Manifest{}, err
	}
	path := filepath.Join(dir, ManifestFile)
	data, err := readRegular(path, maxManifest)
	if err != nil {
		return nil, stat.Manifest{}, err
	}
	m, issue := parseManifest(data, path, filepath.Base(dir))
	if issue != nil {
		return []stat.Issue{*issue}, stat.Manifest{}, nil
	}
	issues, err := extra(dir, m)
	if err != nil {
		return nil, m, err
	}
	for _, f := range m.Files {
		if issue := verifyFile(dir, f); issue != nil {
			issues = append(issues, *issue)
		}
	}
	slices.SortStableFunc(issues, func(a, b stat.Issue) int { return cmp.Compare(a.File, b.File) })
	return issues, m, nil
}

// verifyFile compares one file with its entry in the manifest.
func verifyFile(dir string, ref stat.FileRef) *stat.Issue {
	issue := &stat.Issue{
		File: filepath.Join(dir, filepath.FromSlash(ref.Path)), Severity: stat.SeverityError,
		Fix: "Fetch the release again from its publisher.",
	}
	data, err := readRegular(issue.File, max(ref.Bytes*2, maxManifest))
	switch {
	case errors.Is(err, stat.ErrNotFound):
		issue.Code = "file-missing"
		issue.Problem = fmt.Sprintf("The file is missing; the manifest expects %d bytes with checksum %s.", ref.Bytes, ref.SHA256)
	case err != nil:
		issue.Code = "file-unreadable"
		issue.Problem = fmt.Sprintf("The file cannot be read: %v.", err)
	case int64(len(data)) != ref.Bytes:
		issue.Code = "file-altered"
		issue.Problem = fmt.Sprintf("The file has %d bytes with checksum %s; the manifest expects %d bytes with checksum %s.",
			len(data), checksum(data), ref.Bytes, ref.SHA256)
	case checksum(data) != ref.SHA256:
		issue.Code = "file-altered"
		issue.Problem = fmt.Sprintf("The file has checksum %s; the manifest expects %s.", checksum(data), ref.SHA256)
	default:
		return nil
	}
	return issue
}

// extra finds what is in the folder but not in the manifest, symbolic links and devices among it.
func extra(dir string, m stat.Manifest) ([]stat.Issue, error) {
	listed := map[string]bool{ManifestFile: true}
	folders := map[string]bool{".": true}
	for _, f := range m.Files {
		listed[f.Path] = true
		for i, c := range f.Path {
			if c == '/' {
				folders[f.Path[:i]] = true
			}
		}
	}
	var issues []stat.Issue
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() && folders[rel] || !d.IsDir() && listed[rel] {
			return nil
		}
		what := "file"
		if d.IsDir() {
			what = "folder"
		}
		problem := fmt.Sprintf("The %s is in the folder, but not in the manifest", what)
		if d.Type().IsRegular() {
			if data, err := readRegular(path, 1<<30); err == nil {
				problem += "; its checksum is " + checksum(data)
			}
		}
		issues = append(issues, stat.Issue{
			File: path, Code: what + "-extra", Problem: problem + ".",
			Fix: "Remove it, or fetch the release again.", Severity: stat.SeverityError,
		})
		if d.IsDir() {
			return fs.SkipDir
		}
		return nil
	})
	return issues, err
}
