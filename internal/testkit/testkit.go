// Package testkit holds what tests of several packages share, and the tests that need several packages at once. No
// program imports it.
package testkit
