package stat

import (
	"fmt"
	"slices"
	"strings"
)

// StatementKind is what a publisher says about figures that are out already.
type StatementKind string

// The kinds of statement. A revision and a correction are different things: a revision is better data for the
// same question, a correction repairs an error of ours or of a source.
const (
	StatementCorrection   StatementKind = "correction"
	StatementRevision     StatementKind = "revision"
	StatementWithdrawal   StatementKind = "withdrawal"   // figures, or a whole release, that nobody should use
	StatementAnnouncement StatementKind = "announcement" // a definition that changes
)

// StatementKinds lists every kind.
var StatementKinds = []StatementKind{StatementCorrection, StatementRevision, StatementWithdrawal, StatementAnnouncement}

// Statement says in the open what is different about published figures. It stands in the manifest of the
// release that makes it and holds for the earlier releases that it names; a sealed folder is never edited.
type Statement struct {
	ID         string        `json:"id"` // unique within its release: c1, w1
	Kind       StatementKind `json:"kind"`
	Keys       []string      `json:"keys,omitempty"`       // observation keys, or their beginnings: an indicator, a panel, a series
	Releases   []string      `json:"releases,omitempty"`   // earlier releases that are affected; a withdrawal without keys withdraws them whole
	Definition string        `json:"definition,omitempty"` // of an announcement: indicator or data set
	Wrong      string        `json:"wrong,omitempty"`      // what was wrong, in a sentence
	Now        string        `json:"now,omitempty"`        // what it is now
	Affected   string        `json:"affected,omitempty"`   // who is affected, and what they should do
	Reason     string        `json:"reason"`               // why, in a sentence
	Cause      string        `json:"cause,omitempty"`      // of a correction: source, definition, program, publication
}

// Covers reports whether the statement is about the observation with the key. A key that is given covers itself
// and everything below it.
func (s Statement) Covers(key string) bool {
	return slices.ContainsFunc(s.Keys, func(k string) bool { return k == key || strings.HasPrefix(key, k+"/") })
}

// Check returns what is wrong with a statement, as sentences; none if it can be published.
func (s Statement) Check() []string {
	var out []string
	add := func(wrong bool, format string, args ...any) {
		if wrong {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	add(s.ID == "", "The statement has no id.")
	add(!slices.Contains(StatementKinds, s.Kind), "The kind %q is none of %v.", s.Kind, StatementKinds)
	add(s.Reason == "", "Statement %s does not say why.", s.ID)
	switch s.Kind {
	case StatementCorrection:
		add(len(s.Keys) == 0, "Correction %s names no figure.", s.ID)
		add(s.Wrong == "" || s.Now == "" || s.Affected == "",
			"Correction %s must say what was wrong, what it is now and who is affected.", s.ID)
	case StatementRevision:
		add(len(s.Keys) == 0, "Revision %s names no figure.", s.ID)
	case StatementWithdrawal:
		add(len(s.Keys) == 0 && len(s.Releases) == 0, "Withdrawal %s names neither a figure nor a release.", s.ID)
	case StatementAnnouncement:
		add(s.Definition == "", "Announcement %s names no definition.", s.ID)
	}
	return out
}
