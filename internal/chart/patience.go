//go:build !race

package chart

// patience is how many times longer than usual a drawing may take.
const patience = 1
