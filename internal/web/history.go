package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tallystick/internal/release"
	"tallystick/internal/stat"
)

// historyExt ends the address of an indicator's history for programs.
const historyExt = ".history.json"

// historyFile serves GET /indicators/ID.history.json: every figure of the indicator as it was first published and after
// each change, how it was revised, and what was said about it. It stands for a withdrawn indicator too.
func (v *visit) historyFile(id string) (*representation, error) {
	found, err := v.issued.History(id)
	if errors.Is(err, stat.ErrNotFound) {
		return nil, err
	}
	if err != nil {
		return nil, fmt.Errorf("history of %s: %v", clip(id), err)
	}
	type statement struct {
		Release     string    `json:"release"`
		PublishedAt time.Time `json:"published_at"`
		stat.Statement
	}
	out := struct {
		Indicator  string                       `json:"indicator"`
		Release    string                       `json:"release"` // the newest that it tells of
		Withdrawn  bool                         `json:"withdrawn"`
		Record     stat.RevisionRecord          `json:"record"`
		Statements []statement                  `json:"statements"`
		Figures    map[string][]release.Vintage `json:"figures"`
	}{Indicator: id, Release: v.rel.ID(), Record: found.Record, Statements: []statement{}, Figures: found.Vintages}
	_, has := v.rel.Definitions().Indicator(id)
	out.Withdrawn = !has
	for _, s := range v.issued.Statements() {
		if v.about(s.Statement, id) {
			out.Statements = append(out.Statements, statement{s.Release, s.PublishedAt, s.Statement})
		}
	}
	return v.jsonFile(out)
}

// listFile serves GET /releases.json: every release with its checksum, why it was made and what it says about
// published figures, newest first.
func (s *Server) listFile(v *visit) (*representation, error) {
	type entry struct {
		ID          string           `json:"id"`
		PublishedAt time.Time        `json:"published_at"`
		Title       string           `json:"title"`
		Reason      string           `json:"reason,omitempty"`
		SHA256      string           `json:"manifest_sha256"`
		Address     string           `json:"address"`
		Statements  []stat.Statement `json:"statements"`
	}
	list := []entry{}
	for _, m := range v.issued.List() {
		e := entry{m.ID, m.PublishedAt, m.Title, m.Reason, v.issued.SHA256(m.ID), v.base() + "/releases/" + m.ID, m.Statements}
		if e.Statements == nil {
			e.Statements = []stat.Statement{}
		}
		list = append(list, e)
	}
	return v.jsonFile(struct {
		Releases []entry `json:"releases"`
	}{list})
}

// jsonFile hands out a value as JSON.
func (v *visit) jsonFile(value any) (*representation, error) {
	body, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return nil, err
	}
	rep := represent(append(body, '\n'), "application/json", v.caching())
	rep.open, rep.policy = true, filePolicy
	return rep, nil
}
