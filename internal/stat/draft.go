package stat

import (
	"fmt"
	"time"
)

// Approval is a person's word that a draft may be published. It names the draft by its checksum: an edited draft
// has another one, and no approval.
type Approval struct {
	Draft string    `json:"draft"` // checksum of the draft
	By    string    `json:"by"`
	At    time.Time `json:"at"`
	Note  string    `json:"note,omitempty"`
}

// Approve makes an approval, or says why it cannot be: ErrConflict if the approver is the draft's last editor
// or has approved it already, ErrInvalid without a name.
func Approve(draft, editor, by, remark string, at time.Time, before []Approval) (Approval, error) {
	if by == "" || draft == "" {
		return Approval{}, fmt.Errorf("an approval needs the name of its approver and the checksum of the draft: %w", ErrInvalid)
	}
	if by == editor {
		return Approval{}, fmt.Errorf("%s edited the draft last and cannot approve it: %w", by, ErrConflict)
	}
	for _, a := range before {
		if a.Draft == draft && a.By == by {
			return Approval{}, fmt.Errorf("%s has approved this draft already: %w", by, ErrConflict)
		}
	}
	return Approval{Draft: draft, By: by, At: at.UTC().Truncate(time.Second), Note: remark}, nil
}

// Approved reports whether approvals are enough for a draft: so many different people, none of them the last
// editor, all for just this checksum.
func Approved(draft, editor string, approvals []Approval, needed int) bool {
	people := map[string]bool{}
	for _, a := range approvals {
		if a.Draft == draft && a.By != editor && a.By != "" {
			people[a.By] = true
		}
	}
	return len(people) >= needed
}
