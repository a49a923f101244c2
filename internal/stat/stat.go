// Package stat owns the words and the judgement of tallystick: the domain types (source, data set, feed,
// statute, indicator, observation, release), periods and clocks, exact intervals, ratios, coverage, breaks,
// disclosure control and its audit, comparison of releases, and the kinds of error.
//
// It must never know files, SQL, HTTP or the time of day: every function here is a pure function of its
// arguments, so that a judgement can be repeated by anyone who has the same figures. It imports the standard
// library and gonum, nothing else.
package stat

import "errors"

// The four kinds of error that callers act on. Everything else is a fault of the program.
var (
	// ErrNotFound says that what was named does not exist.
	ErrNotFound = errors.New("not found")
	// ErrInvalid says that what was given (a definition, an export, a release) is refused for its content.
	ErrInvalid = errors.New("invalid")
	// ErrConflict says that the request contradicts what is already there.
	ErrConflict = errors.New("conflict")
	// ErrBusy says that another process holds what is needed; the same request may succeed later.
	ErrBusy = errors.New("busy")
)
