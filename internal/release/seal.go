package release

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tallystick/internal/stat"
)

// draftPrefix begins the names of folders in which a release is being written. Nothing reads them.
const draftPrefix = ".draft-"

// Draft is everything that a release will hold.
type Draft struct {
	Manifest     stat.Manifest // without Format, Engine and Files, which sealing fills in; Previous and Inputs if empty
	Definitions  stat.Definitions
	Observations []stat.Observation
	Answers      []stat.Answer
	Files        map[string][]byte // by slash-separated path: downloads/ID.csv, figures/ID-wide.svg …
	Key          *Key              // signs the log; nil only for a folder that has no log
}

// Seal writes a release into dir/ID and returns its finished manifest.
//
// The folder is written aside, every file and folder is forced to disk and made read-only, and then it is
// renamed into place: a reader sees all of it or nothing. A path is never used twice; stat.ErrConflict says
// that the identifier is taken, that the draft follows another release than the last one, or that it would be
// published before the last one. stat.ErrBusy says that another process is sealing, stat.ErrInvalid that the
// draft itself is wrong. The same draft after the same release gives the same bytes.
//
// With a key, the release is then entered in the folder's log, and that is the moment from which readers see
// it. Releases that are in the folder but not in its log yet are entered before it.
func Seal(ctx context.Context, dir string, d Draft) (stat.Manifest, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return stat.Manifest{}, err
	}
	unlock, err := lock(dir)
	if err != nil {
		return stat.Manifest{}, err
	}
	defer unlock()
	if err := sweep(dir); err != nil {
		return stat.Manifest{}, err
	}
	l, err := logOf(dir, d.Key)
	if err != nil {
		return stat.Manifest{}, err
	}
	m, err := prepare(dir, d, l)
	if err != nil {
		return stat.Manifest{}, err
	}
	before, err := editionOf(dir, m.Previous, l)
	if err != nil {
		return stat.Manifest{}, err
	}
	aside, err := os.MkdirTemp(dir, draftPrefix+m.ID+"-")
	if err != nil {
		return stat.Manifest{}, err
	}
	if m, err = writeFolder(ctx, aside, m, d, before); err == nil {
		err = settle(aside, filepath.Join(dir, m.ID))
	}
	if err != nil {
		return stat.Manifest{}, errors.Join(err, Discard(aside))
	}
	if l == nil {
		return m, nil
	}
	manifest, err := Canonical(m)
	if err != nil {
		return stat.Manifest{}, err
	}
	if err := l.append(dir, entryOf(m, checksum(manifest)), d.Key); err != nil {
		return stat.Manifest{}, fmt.Errorf("release %s is sealed, but not in the log: %w", m.ID, err)
	}
	return m, nil
}

// logOf opens the log for a sealing and brings it up to date; it is nil for a folder without a log and without
// a key. The lock must be held.
func logOf(dir string, key *Key) (*Log, error) {
	if key == nil {
		has, err := hasLog(dir)
		if err == nil && has {
			err = fmt.Errorf("the releases in %s have a signed log, and no key was given: %w", dir, stat.ErrConflict)
		}
		return nil, err
	}
	l, err := openLog(dir, key)
	if err != nil {
		return nil, err
	}
	if _, err := l.adopt(dir, key); err != nil {
		return nil, err
	}
	return l, nil
}

// settle makes a finished folder read-only, forces it to disk and gives it its name.
func settle(aside, final string) error {
	if err := freeze(aside); err != nil {
		return err
	}
	if err := os.Rename(aside, final); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(final))
}

// sweep removes what a sealing that was cut short has left behind. The lock must be held.
func sweep(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), draftPrefix) {
			if err := Discard(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

// prepare checks a draft against what is in dir and completes its manifest as far as that is possible before
// the files are written.
func prepare(dir string, d Draft, l *Log) (stat.Manifest, error) {
	m := d.Manifest
	if !ValidID(m.ID) {
		return m, fmt.Errorf("%q is not the identifier of a release, like 2026-11-24 or 2026-11-24.2: %w", m.ID, stat.ErrInvalid)
	}
	if m.PublishedAt.IsZero() {
		return m, fmt.Errorf("release %s has no time of publication: %w", m.ID, stat.ErrInvalid)
	}
	if err := checkDraft(d); err != nil {
		return m, err
	}
	if _, err := os.Lstat(filepath.Join(dir, m.ID)); !errors.Is(err, fs.ErrNotExist) {
		if err != nil {
			return m, err
		}
		return m, fmt.Errorf("there is a release %s in %s: %w", m.ID, dir, stat.ErrConflict)
	}
	m.Format = Format
	m.PublishedAt = m.PublishedAt.UTC().Truncate(time.Second)
	if l != nil && l.release(m.ID) >= 0 {
		return m, fmt.Errorf("there was a release %s in %s: %w", m.ID, dir, stat.ErrConflict)
	}
	ref, published, err := lastOf(dir, l)
	if err != nil {
		return m, err
	}
	switch {
	case ref == nil && m.Previous != nil:
		return m, fmt.Errorf("release %s was drafted after %s, which is not in %s: %w", m.ID, m.Previous.ID, dir, stat.ErrConflict)
	case ref != nil && m.Previous != nil && *m.Previous != *ref:
		return m, fmt.Errorf("release %s was drafted after %s, but the last one is %s: %w", m.ID, m.Previous.ID, ref.ID, stat.ErrConflict)
	case ref != nil && m.PublishedAt.Before(published):
		return m, fmt.Errorf("release %s would be published at %s, before release %s at %s: %w", m.ID,
			m.PublishedAt.Format(time.RFC3339), ref.ID, published.Format(time.RFC3339), stat.ErrConflict)
	}
	m.Previous = ref
	m.Batches = slices.Clone(m.Batches)
	slices.SortFunc(m.Batches, func(a, b stat.Batch) int { return cmp.Compare(a.ID, b.ID) })
	if m.Inputs == "" {
		if m.Inputs, err = Inputs(d.Definitions, m.Batches); err != nil {
			return m, err
		}
	}
	return m, nil
}

// lastOf returns the release that the next one follows, and when it is published; nil for the first one.
func lastOf(dir string, l *Log) (*stat.Ref, time.Time, error) {
	if l != nil {
		standing := l.standing()
		if len(standing) == 0 {
			return nil, time.Time{}, nil
		}
		last := standing[len(standing)-1]
		return &stat.Ref{ID: last.Release, SHA256: last.SHA256}, last.PublishedAt, nil
	}
	entries, _, err := scan(dir, nil, nil)
	if err != nil || len(entries) == 0 {
		return nil, time.Time{}, err
	}
	last := entries[0]
	return &stat.Ref{ID: last.manifest.ID, SHA256: last.sha256}, last.manifest.PublishedAt, nil
}

// checkDraft refuses paths that leave the folder or take the place of our own files, and observations that
// could not be told apart.
func checkDraft(d Draft) error {
	reserved := []string{ManifestFile, DefinitionsFile, AnswersFile, ObservationsFile, BlocksFile, RevisionsFile}
	for _, path := range slices.Sorted(maps.Keys(d.Files)) {
		download, parquet := strings.CutSuffix(path, ".parquet")
		if !fs.ValidPath(path) || path == "." || strings.Contains(path, "\\") || slices.Contains(reserved, path) ||
			parquet && strings.HasPrefix(download, "downloads/") {
			return fmt.Errorf("the path %q cannot be in a release: %w", path, stat.ErrInvalid)
		}
	}
	seen := map[string]bool{}
	for _, o := range d.Observations {
		key := o.Key()
		if seen[key] {
			return fmt.Errorf("two observations have the key %s: %w", key, stat.ErrInvalid)
		}
		seen[key] = true
	}
	statements := map[string]bool{}
	for _, s := range d.Manifest.Statements {
		if wrong := s.Check(); len(wrong) > 0 {
			return fmt.Errorf("%s: %w", strings.Join(wrong, " "), stat.ErrInvalid)
		}
		if statements[s.ID] {
			return fmt.Errorf("two statements have the id %s: %w", s.ID, stat.ErrInvalid)
		}
		statements[s.ID] = true
	}
	answered := map[string]bool{}
	for _, a := range d.Answers {
		if !fs.ValidPath(a.Indicator) || strings.ContainsAny(a.Indicator, `/\`) {
			return fmt.Errorf("the indicator %q cannot be the name of a file: %w", a.Indicator, stat.ErrInvalid)
		}
		if answered[a.Indicator] {
			return fmt.Errorf("two answers are of the indicator %s: %w", a.Indicator, stat.ErrInvalid)
		}
		answered[a.Indicator] = true
	}
	return nil
}

// editionOf reads the release that the next one follows, to compare it with; nil for the first release and
// after one whose files were removed.
func editionOf(dir string, ref *stat.Ref, l *Log) (*stat.Edition, error) {
	if ref == nil {
		return nil, nil
	}
	e := &entry{dir: filepath.Join(dir, ref.ID), sha256: ref.SHA256}
	var data []byte
	var err error
	e.manifest, data, err = readManifest(e.dir, l)
	switch {
	case errors.Is(err, stat.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	case checksum(data) != ref.SHA256:
		return nil, fmt.Errorf("the manifest of release %s has checksum %s, not %s: %w", ref.ID, checksum(data), ref.SHA256, stat.ErrInvalid)
	}
	c, err := readContent(e)
	if err != nil {
		return nil, fmt.Errorf("release %s: %w", ref.ID, err)
	}
	edition := (&Release{entry: e, content: c}).Edition()
	return &edition, nil
}

// revisions is the list of every figure that the release changes, with its reason.
func (d Draft) revisions(m stat.Manifest, before *stat.Edition) ([]byte, error) {
	text, err := Canonical(stat.CompareReleases(before, d.edition(m)))
	if err != nil {
		return nil, fmt.Errorf("revisions: %w", err)
	}
	return text, nil
}

func (d Draft) edition(m stat.Manifest) stat.Edition {
	obs := slices.Clone(d.Observations)
	stat.SortObservations(obs)
	return stat.Edition{Manifest: m, Definitions: d.Definitions, Observations: obs, Answers: d.Answers}
}

// writeFolder writes every file of a release into aside, the manifest last, and returns the finished manifest.
func writeFolder(ctx context.Context, aside string, m stat.Manifest, d Draft, before *stat.Edition) (stat.Manifest, error) {
	definitions, err := Canonical(d.Definitions)
	if err != nil {
		return m, fmt.Errorf("definitions: %w", err)
	}
	sorted := slices.Clone(d.Answers)
	slices.SortFunc(sorted, func(a, b stat.Answer) int { return cmp.Compare(a.Indicator, b.Indicator) })
	answers, err := Canonical(sorted)
	if err != nil {
		return m, fmt.Errorf("answers: %w", err)
	}
	files := maps.Clone(d.Files)
	if files == nil {
		files = map[string][]byte{}
	}
	files[DefinitionsFile], files[AnswersFile] = definitions, answers
	if files[RevisionsFile], err = d.revisions(m, before); err != nil {
		return m, err
	}
	indicators := make([]string, len(sorted))
	for i, a := range sorted {
		indicators[i] = a.Indicator
	}
	written, engine, err := writeObservations(ctx, aside, d.Observations, indicators)
	if err != nil {
		return m, err
	}
	m.Engine = engine
	for _, path := range written {
		full := filepath.Join(aside, filepath.FromSlash(path))
		if files[path], err = os.ReadFile(full); err != nil {
			return m, err
		}
		if err := syncFile(full); err != nil {
			return m, err
		}
	}
	if files[BlocksFile], err = blocksOf(files); err != nil {
		return m, err
	}
	for _, path := range slices.Sorted(maps.Keys(files)) {
		m.Files = append(m.Files, stat.FileRef{Path: path, Bytes: int64(len(files[path])), SHA256: checksum(files[path])})
		if slices.Contains(written, path) {
			continue
		}
		full := filepath.Join(aside, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			return m, err
		}
		if err := writeSynced(full, files[path], 0o644); err != nil {
			return m, err
		}
	}
	manifest, err := Canonical(m)
	if err != nil {
		return m, fmt.Errorf("manifest: %w", err)
	}
	return m, writeSynced(filepath.Join(aside, ManifestFile), manifest, 0o644)
}

// syncFile forces a file to disk that another library has written.
func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
