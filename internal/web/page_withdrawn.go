package web

import (
	"errors"
	"strings"

	"tallystick/internal/lang"
	"tallystick/internal/release"
	"tallystick/internal/stat"
)

// withdrawnPage stands at the address of a question or a figure that was published and withdrawn: with what was said
// about it, and the way to the last release that had it.
type withdrawnPage struct {
	page
	Subject string
	Notice  notice
	Last    link // as it stood in the last release that had it
}

// errWithdrawn says that there was a file at an address, which was withdrawn.
var errWithdrawn = errors.New("it was withdrawn")

// withdrawn answers for the key of a question or a figure that the release that is read does not have. If a statement
// withdrew it, a page says so, and a file is gone in so many words; otherwise the answer is the error.
func (v *visit) withdrawn(key string, file bool, otherwise error) (*representation, error) {
	for _, s := range v.issued.Statements() {
		if s.Statement.Kind != stat.StatementWithdrawal || !s.Statement.Covers(key) {
			continue
		}
		return v.gone(key, s, file)
	}
	return v.dropped(key, file, otherwise)
}

// dropped is withdrawn for a figure that went because its sender took back what it was counted from, which no statement
// says but the list of changes.
func (v *visit) dropped(key string, file bool, otherwise error) (*representation, error) {
	id, _, _ := strings.Cut(key, "/")
	if _, ok := v.rel.Definitions().Indicator(id); !ok || id == key {
		return nil, otherwise
	}
	found, err := v.issued.History(id)
	if err != nil {
		return nil, otherwise
	}
	steps := found.Vintages[key]
	if len(steps) == 0 || steps[len(steps)-1].Change.Kind != stat.ChangeGone {
		return nil, otherwise
	}
	last := steps[len(steps)-1]
	return v.gone(key, release.Said{Release: last.Release, PublishedAt: last.PublishedAt,
		Statement: stat.Statement{Kind: stat.StatementWithdrawal, Reason: last.Change.Why}}, file)
}

// gone is the answer for what a statement withdrew.
func (v *visit) gone(key string, s release.Said, file bool) (*representation, error) {
	if file {
		return nil, problem{kind: errWithdrawn, text: lang.Key("It was withdrawn in release %s: %s"), args: []any{s.Release, s.Statement.Reason}}
	}
	p := withdrawnPage{Subject: key, Notice: v.noticeOf(s)}
	if before := v.before(s.Release); before != "" {
		last, err := v.issued.Release(before)
		if err != nil {
			return nil, err
		}
		if ind, ok := last.Definitions().Indicator(key); ok {
			p.Subject = ind.Question
		}
		p.Last = link{Path: "/releases/" + before + v.live(), Text: before}
	}
	p.page = v.frame(v.l.T("Withdrawn: %s", p.Subject), s.Statement.Reason)
	return v.show("withdrawn", p)
}

// before is the identifier of the release before another one; empty for the first.
func (v *visit) before(id string) string {
	then, err := v.issued.Until(id)
	if err != nil {
		return ""
	}
	if list := then.List(); len(list) > 1 {
		return list[1].ID
	}
	return ""
}
