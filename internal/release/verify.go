package release

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"tallystick/internal/stat"
)

// verifyFolder checks one sealed folder without a network: that its manifest can be read and is canonical, that every
// file it names is there with its length and checksum, and that nothing else is. Every fault is an issue with
// the expected and the actual checksum; none means that the folder is what was sealed. An error is only for a
// folder that cannot be read at all; it is stat.ErrNotFound if there is no manifest.
func verifyFolder(dir string) ([]stat.Issue, stat.Manifest, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, stat.Manifest{}, err
	}
	path := filepath.Join(dir, ManifestFile)
	data, err := readRegular(path, maxManifest)
	if err != nil {
		return nil, stat.Manifest{}, err
	}
	m, issue := parseManifest(data, path, filepath.Base(dir), false)
	if issue != nil {
		return []stat.Issue{*issue}, stat.Manifest{}, nil
	}
	issues, err := extra(dir, m)
	if err != nil {
		return nil, m, err
	}
	located := readBlocks(dir, m)
	for _, f := range m.Files {
		if issue := verifyFile(dir, f, located); issue != nil {
			issues = append(issues, *issue)
		}
	}
	slices.SortStableFunc(issues, func(a, b stat.Issue) int { return cmp.Compare(a.File, b.File) })
	return issues, m, nil
}

// Verify checks one sealed folder without a network: that its manifest can be read and is canonical, that every
// file it names is there with its length and checksum, and that nothing else is; and, if the folder beside has
// a log, that the log is whole and holds this manifest. Every fault is an issue that names the file, the
// expected and the actual checksum and, as far as it can be told, the bytes; none means that the folder is what
// was sealed. An error is only for a folder that cannot be read at all; it is stat.ErrNotFound if there is no
// manifest.
func Verify(dir string) ([]stat.Issue, stat.Manifest, error) {
	issues, m, err := verifyFolder(dir)
	if err != nil || m.ID == "" {
		return issues, m, err
	}
	home := filepath.Dir(filepath.Clean(dir))
	has, err := hasLog(home)
	if err != nil || !has {
		return issues, m, err
	}
	l, err := ReadLog(home, "")
	switch {
	case errors.Is(err, stat.ErrInvalid):
		return append(issues, logIssue(home, err)), m, nil
	case err != nil:
		return issues, m, err
	}
	manifest, err := readRegular(filepath.Join(dir, ManifestFile), maxManifest)
	if err != nil {
		return issues, m, err
	}
	_, unlogged := l.keep([]*entry{{dir: dir, manifest: m, sha256: checksum(manifest)}})
	return append(issues, unlogged...), m, nil
}

func logIssue(dir string, err error) stat.Issue {
	return stat.Issue{
		File: logPath(dir), Code: "log-invalid", Severity: stat.SeverityError,
		Problem: "The log cannot be trusted: " + strings.TrimSuffix(err.Error(), ": "+stat.ErrInvalid.Error()) + ".",
		Fix:     "Fetch the log again from its publisher, and compare its checkpoint with one that was printed elsewhere.",
	}
}

// VerifyAll checks a folder of releases: its log from the first entry to the last, with every checkpoint and
// signature; every release as Verify does; that no release of the log is missing but those that it says are
// gone; and that each manifest names the one before it. public is the key that the log must begin with, or
// empty to take its own. Each checkpoint in kept, printed or saved on an earlier day, must be one of the log's.
func VerifyAll(dir, public string, kept ...string) ([]stat.Issue, *Log, error) {
	has, err := hasLog(dir)
	if err != nil {
		return nil, nil, err
	}
	var l *Log
	var issues []stat.Issue
	if has {
		if l, err = ReadLog(dir, public); errors.Is(err, stat.ErrInvalid) {
			issues = append(issues, logIssue(dir, err))
		} else if err != nil {
			return nil, nil, err
		}
	} else if public != "" || len(kept) > 0 {
		issues = append(issues, logIssue(dir, fmt.Errorf("there is none: %w", stat.ErrInvalid)))
	}
	if l != nil {
		for _, signed := range kept {
			if err := l.Holds(signed); err != nil {
				issues = append(issues, logIssue(dir, err))
			}
		}
		extra, err := l.extraFiles(dir)
		if err != nil {
			return nil, nil, err
		}
		issues = append(issues, extra...)
	}
	entries, unreadable, err := scan(dir, nil, nil)
	if err != nil {
		return nil, nil, err
	}
	issues = append(issues, unreadable...)
	if l != nil {
		_, unlogged := l.keep(entries)
		issues = append(issues, unlogged...)
		for i, e := range l.Entries {
			present := slices.ContainsFunc(entries, func(have *entry) bool { return have.manifest.ID == e.Release })
			if e.Release != "" && !present && !l.gone(e.Release) {
				issues = append(issues, stat.Issue{
					File: filepath.Join(dir, e.Release), Code: "release-missing", Severity: stat.SeverityError,
					Problem: fmt.Sprintf("The release is entry %d of the log, but there is no such release in the folder.", i),
					Fix:     "Fetch the release again from its publisher.",
				})
			}
		}
	}
	issues = append(issues, chain(entries, l)...)
	for _, e := range entries {
		more, _, err := verifyFolder(e.dir)
		if err != nil {
			return nil, nil, err
		}
		issues = append(issues, more...)
	}
	return issues, l, nil
}

// chain checks that each manifest names the one before it. Where the log says that a release was removed, the
// log's checksum of it counts.
func chain(entries []*entry, l *Log) []stat.Issue {
	type link struct {
		ref      stat.Ref
		manifest *stat.Manifest
		dir      string
	}
	var links []link
	for _, e := range slices.Backward(entries) {
		links = append(links, link{stat.Ref{ID: e.manifest.ID, SHA256: e.sha256}, &e.manifest, e.dir})
	}
	if l != nil {
		var logged []link
		for _, e := range l.standing() {
			at := link{ref: stat.Ref{ID: e.Release, SHA256: e.SHA256}}
			if i := slices.IndexFunc(links, func(have link) bool { return have.ref.ID == e.Release }); i >= 0 {
				at.manifest, at.dir = links[i].manifest, links[i].dir
			}
			logged = append(logged, at)
		}
		links = logged
	}
	var issues []stat.Issue
	var before *stat.Ref
	for _, at := range links {
		if at.manifest != nil {
			named := at.manifest.Previous
			if (named == nil) != (before == nil) || named != nil && *named != *before {
				issues = append(issues, stat.Issue{
					File: filepath.Join(at.dir, ManifestFile), Code: "chain-broken", Severity: stat.SeverityError,
					Problem: fmt.Sprintf("The manifest names %s as the release before it; it should be %s.", refWords(named), refWords(before)),
					Fix:     "Fetch both releases again from their publisher.",
				})
			}
		}
		before = &at.ref
	}
	return issues
}

func refWords(r *stat.Ref) string {
	if r == nil {
		return "none"
	}
	return r.ID + " with checksum " + r.SHA256
}

// extraFiles finds what lies in the folder of the log without being part of it.
func (l *Log) extraFiles(dir string) ([]stat.Issue, error) {
	known := map[string]bool{logPath(dir, keyFile): true, logPath(dir, checkpointFile): true, checkpointPath(dir, 0): true}
	for n := range l.Size() {
		known[entryPath(dir, n)], known[checkpointPath(dir, n+1)] = true, true
	}
	var issues []stat.Issue
	err := filepath.WalkDir(logPath(dir), func(path string, d fs.DirEntry, err error) error {
		if err != nil || known[path] || d.IsDir() {
			return err
		}
		issues = append(issues, stat.Issue{
			File: path, Code: "log-file-extra", Severity: stat.SeverityError,
			Problem: fmt.Sprintf("The file is not part of the log, whose checkpoint covers %d entries.", l.Size()),
			Fix:     "If no sealing is under way, remove it.",
		})
		return nil
	})
	return issues, err
}

// verifyFile compares one file with its entry in the manifest.
func verifyFile(dir string, ref stat.FileRef, located blocks) *stat.Issue {
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
		issue.Problem = fmt.Sprintf("The file has %d bytes with checksum %s; the manifest expects %d bytes with checksum %s.%s",
			len(data), checksum(data), ref.Bytes, ref.SHA256, located.where(ref.Path, data))
	case checksum(data) != ref.SHA256:
		issue.Code = "file-altered"
		issue.Problem = fmt.Sprintf("The file has checksum %s; the manifest expects %s.%s", checksum(data), ref.SHA256,
			located.where(ref.Path, data))
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
