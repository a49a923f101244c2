package publish

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tallystick/internal/release"
	"tallystick/internal/stat"
)

// Record is what is kept of a draft until it is published: what was asked for, what it would change, how its
// gates stood, who made it and who approved it. The draft itself is computed again when it is published, and
// must have the same checksum then.
type Record struct {
	Checksum   string           `json:"checksum"`
	Editor     string           `json:"editor"`
	MadeAt     time.Time        `json:"made_at"`
	At         time.Time        `json:"at,omitzero"` // moment of publication; zero: when it is published
	Reason     string           `json:"reason"`
	Statements []stat.Statement `json:"statements,omitempty"`
	Difference stat.Difference  `json:"difference"`
	Gates      []stat.Gate      `json:"gates"`
	Approvals  []stat.Approval  `json:"approvals,omitempty"`
}

// Checksum is the checksum of all that a draft would publish, but for its identifier and the minute at which it
// is published, unless that was asked for. at is that moment or zero.
func (d Drafted) Checksum(at time.Time) (string, error) {
	obs := slices.Clone(d.Observations)
	stat.SortObservations(obs)
	text, err := release.Canonical(struct {
		At           time.Time          `json:"at,omitzero"`
		Reason       string             `json:"reason"`
		Statements   []stat.Statement   `json:"statements,omitempty"`
		Previous     *stat.Ref          `json:"previous"`
		Program      string             `json:"program"`
		Inputs       string             `json:"inputs"`
		Definitions  stat.Definitions   `json:"definitions"`
		Observations []stat.Observation `json:"observations"`
		Answers      []stat.Answer      `json:"answers"`
	}{at.UTC(), d.Manifest.Reason, d.Manifest.Statements, d.Manifest.Previous, d.Manifest.Program, d.Manifest.Inputs,
		d.Definitions, obs, d.Answers})
	if err != nil {
		return "", fmt.Errorf("checksum of the draft: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// ReadRecord reads the record of the draft in a file. It returns stat.ErrNotFound if there is none.
func ReadRecord(path string) (Record, error) {
	var r Record
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return r, fmt.Errorf("there is no draft; run tallystick draft: %w", stat.ErrNotFound)
	}
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(data, &r); err != nil || r.Checksum == "" {
		return r, fmt.Errorf("%s is not the record of a draft; run tallystick draft again: %w", path, stat.ErrInvalid)
	}
	return r, nil
}

// Write writes the record into a file, whole or not at all.
func (r Record) Write(path string) error {
	text, err := release.Canonical(r)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".draft-*")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
