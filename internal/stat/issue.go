package stat

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Severity tells an issue that stops the work from one that a person should know of.
type Severity string

// The severities of an issue.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// Issue is one thing wrong with one row of an export, one definition or one file of a release, in words that
// its author can act on. Issues are written for people and may be shown to them.
type Issue struct {
	File     string   `json:"file,omitempty"`
	Line     int64    `json:"line,omitempty"`   // physical line in File, from 1; 0 if the issue is about the whole file
	Column   string   `json:"column,omitempty"` // header name of the column or key of the definition
	Value    string   `json:"value,omitempty"`  // the offending text, as it stands in the file
	Code     string   `json:"code"`             // short stable word for the kind of issue, lower case with hyphens
	Problem  string   `json:"problem"`          // a sentence: what is wrong
	Fix      string   `json:"fix,omitempty"`    // a sentence: what to do about it
	Severity Severity `json:"severity"`
}

// String gives the issue on one line: file:line: column: problem fix (code).
func (i Issue) String() string {
	var b strings.Builder
	if i.File != "" {
		b.WriteString(i.File)
		if i.Line > 0 {
			fmt.Fprintf(&b, ":%d", i.Line)
		}
		b.WriteString(": ")
	} else if i.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", i.Line)
	}
	if i.Column != "" {
		b.WriteString(i.Column + ": ")
	}
	b.WriteString(i.Problem)
	if i.Fix != "" {
		b.WriteString(" " + i.Fix)
	}
	if i.Code != "" {
		b.WriteString(" (" + i.Code + ")")
	}
	return b.String()
}

// SortIssues orders issues by file, line, column and code, so that the same input gives the same report.
func SortIssues(issues []Issue) {
	slices.SortStableFunc(issues, func(a, b Issue) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Code, b.Code),
		)
	})
}

// Errors returns the issues whose severity is error.
func Errors(issues []Issue) []Issue {
	var out []Issue
	for _, i := range issues {
		if i.Severity == SeverityError {
			out = append(out, i)
		}
	}
	return out
}
