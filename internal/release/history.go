package release

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"tallystick/internal/stat"
)

// Said is a statement with the release that made it.
type Said struct {
	Release     string
	PublishedAt time.Time
	Statement   stat.Statement
}

// Statements lists what was said about published figures, the newest first.
func (p *Issued) Statements() []Said {
	var out []Said
	for _, e := range p.entries {
		for _, s := range e.manifest.Statements {
			out = append(out, Said{e.manifest.ID, e.manifest.PublishedAt, s})
		}
	}
	return out
}

// Vintage is a figure as one release published it.
type Vintage struct {
	Release     string      `json:"release"`
	PublishedAt time.Time   `json:"published_at"`
	Change      stat.Change `json:"change"`
}

// History is how the figures of one indicator were published and revised.
type History struct {
	Vintages map[string][]Vintage // by observation key: first published, then each change of value, oldest first
	Record   stat.RevisionRecord
}

// History reads from the releases how the figures of an indicator came about. It returns stat.ErrNotFound if no
// release has the indicator.
func (p *Issued) History(indicator string) (History, error) {
	h := History{Vintages: map[string][]Vintage{}}
	var all []stat.Difference
	for _, e := range slices.Backward(p.entries) {
		d, err := (&Release{entry: e}).Revisions()
		if errors.Is(err, stat.ErrNotFound) {
			continue
		}
		if err != nil {
			return h, err
		}
		d.Figures = d.Of(indicator)
		all = append(all, d)
		for _, c := range d.Figures {
			if c.Kind != stat.ChangeDetails {
				h.Vintages[c.Key] = append(h.Vintages[c.Key], Vintage{e.manifest.ID, e.manifest.PublishedAt, c})
			}
		}
	}
	if len(h.Vintages) == 0 {
		return h, fmt.Errorf("history of indicator %s: %w", indicator, stat.ErrNotFound)
	}
	h.Record = stat.SummariseRevisions(all, indicator)
	return h, nil
}
