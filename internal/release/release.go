// Package release owns what was published: sealing a release into a read-only folder, listing and verifying
// sealed folders, and reading them back.
//
// It must never know where figures come from. It has no way to the warehouse, to records or to the definitions
// in data/: a release holds frozen definitions, observations after disclosure control, rule-written answers and
// finished files, and this package hands out exactly those, each checked against its checksum first.
package release

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"tallystick/internal/stat"
)

// Names of the files that every release has beside its downloads and figures.
const (
	ManifestFile     = "manifest.json"
	DefinitionsFile  = "definitions.json"
	AnswersFile      = "answers.json"
	ObservationsFile = "observations.parquet"
	RevisionsFile    = "revisions.json" // every figure that the release changes, with its reason
	BlocksFile       = "blocks.json"    // short checksums of parts of files, by which a fault is located
)

// Release is one sealed release, open for reading. It never changes: a page that takes everything from one
// Release cannot mix two. It stays usable when the library that gave it has moved on.
type Release struct {
	entry   *entry
	content *content
	log     *Log // nil for a folder without a log
}

// content is what was read from a release's folder and checked against its manifest.
type content struct {
	definitions  stat.Definitions
	answers      map[string]stat.Answer
	observations map[string][]stat.Observation // by indicator, in total order
	bytes        int64                         // about how much memory this takes
	spoken       sync.Map                      // definitions by language, made when they are first asked for
}

// ID is the identifier of the release: 2026-11-24, or 2026-11-24.2 for the second of a day.
func (r *Release) ID() string { return r.entry.manifest.ID }

// Manifest says what the release holds and from what it was made.
func (r *Release) Manifest() stat.Manifest { return r.entry.manifest }

// SHA256 is the checksum of the manifest's bytes, in hexadecimal: the fingerprint of the whole release.
func (r *Release) SHA256() string { return r.entry.sha256 }

// Checkpoint is the signed head of the log as it was when the release was entered, and the public key that
// verifies it; both are empty for a release without a log.
func (r *Release) Checkpoint() (signed, public string) {
	if r.log == nil {
		return "", ""
	}
	n := r.log.release(r.ID()) + 1
	return r.log.Checkpoints[n].Signed, r.log.keys[n]
}

// PublishedAt is the moment from which the release is public, in UTC.
func (r *Release) PublishedAt() time.Time { return r.entry.manifest.PublishedAt }

// Definitions are the definitions under which the release was made. The caller must not change them.
func (r *Release) Definitions() stat.Definitions { return r.content.definitions }

// In are the definitions with their text in a language. The caller must not change them.
func (r *Release) In(language string) stat.Definitions {
	if language == "en" || language == "" {
		return r.content.definitions
	}
	if defs, ok := r.content.spoken.Load(language); ok {
		return defs.(stat.Definitions)
	}
	defs, _ := r.content.spoken.LoadOrStore(language, r.content.definitions.In(language))
	return defs.(stat.Definitions)
}

// Speaks reports whether the release was sealed with its words in the language. English is what all are in.
func (r *Release) Speaks(language string) bool {
	if language == "en" || language == "" {
		return true
	}
	for _, a := range r.content.answers {
		if _, ok := a.Text[language]; !ok {
			return false
		}
	}
	return true
}

// Observations returns the observations of an indicator in their total order; none if the release does not
// have the indicator. The caller must not change them.
func (r *Release) Observations(indicator string) []stat.Observation {
	return r.content.observations[indicator]
}

// AllObservations returns every observation of the release in its total order, as a new list.
func (r *Release) AllObservations() []stat.Observation {
	var all []stat.Observation
	for _, list := range r.content.observations {
		all = append(all, list...)
	}
	stat.SortObservations(all)
	return all
}

// Answer returns what the rules wrote about an indicator. It returns stat.ErrNotFound if the release does not
// have the indicator.
func (r *Release) Answer(indicator string) (stat.Answer, error) {
	a, ok := r.content.answers[indicator]
	if !ok {
		return stat.Answer{}, fmt.Errorf("answer to %s in release %s: %w", indicator, r.ID(), stat.ErrNotFound)
	}
	return a, nil
}

// Edition is all of the release that releases are compared by.
func (r *Release) Edition() stat.Edition {
	answers := make([]stat.Answer, 0, len(r.content.answers))
	for _, id := range slices.Sorted(maps.Keys(r.content.answers)) {
		answers = append(answers, r.content.answers[id])
	}
	return stat.Edition{Manifest: r.Manifest(), Definitions: r.Definitions(), Observations: r.AllObservations(), Answers: answers}
}

// Compare finds everything that differs between the release and an earlier one.
func (r *Release) Compare(earlier *Release) stat.Difference {
	before := earlier.Edition()
	return stat.CompareReleases(&before, r.Edition())
}

// Revisions lists every figure that the release changed when it was made, with its reason. It returns
// stat.ErrNotFound for a release that was made before such lists were.
func (r *Release) Revisions() (stat.Difference, error) {
	data, _, err := r.File(RevisionsFile)
	if err != nil {
		return stat.Difference{}, err
	}
	var d stat.Difference
	if err := json.Unmarshal(data, &d); err != nil {
		return stat.Difference{}, fmt.Errorf("%s of release %s: %w", RevisionsFile, r.ID(), err)
	}
	return d, nil
}

// Ref returns the entry of the manifest for a path, and stat.ErrNotFound if the release does not have the file.
func (r *Release) Ref(path string) (stat.FileRef, error) {
	files := r.entry.manifest.Files
	i, ok := slices.BinarySearchFunc(files, path, func(f stat.FileRef, p string) int {
		switch {
		case f.Path < p:
			return -1
		case f.Path > p:
			return 1
		}
		return 0
	})
	if !ok {
		return stat.FileRef{}, fmt.Errorf("file %s in release %s: %w", path, r.ID(), stat.ErrNotFound)
	}
	return files[i], nil
}

// File reads one file of the release and checks it before it hands it out. It returns stat.ErrNotFound for a
// file that the manifest does not name, and stat.ErrInvalid, with both checksums, for one that was altered.
func (r *Release) File(path string) ([]byte, stat.FileRef, error) {
	ref, err := r.Ref(path)
	if err != nil {
		return nil, stat.FileRef{}, err
	}
	data, err := readChecked(r.entry.dir, ref)
	if err != nil {
		return nil, stat.FileRef{}, err
	}
	return data, ref, nil
}
