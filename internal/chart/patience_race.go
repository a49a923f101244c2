//go:build race

package chart

// patience is how many times longer than usual a drawing may take: the race detector makes the JavaScript engine
// about ten times slower.
const patience = 20
