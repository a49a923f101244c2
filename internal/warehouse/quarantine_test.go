package warehouse

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tallystick/internal/stat"
)

// TestPackedRowsComeBackAsTheyWere packs rejected rows of any text, control characters included.
func TestPackedRowsComeBackAsTheyWere(t *testing.T) {
	text := rapid.StringOf(rapid.SampledFrom([]rune("a[\"é,\x1e\x1f\n")))
	rapid.Check(t, func(t *rapid.T) {
		cells := rapid.SliceOfN(text, 1, 5).Draw(t, "cells")
		got, err := unpackCells(string(packCells(nil, cells)))
		if err != nil || !slices.Equal(got, cells) {
			t.Fatalf("cells %q came back as %q (%v)", cells, got, err)
		}
		r := stat.Reject{Line: 7}
		for range rapid.IntRange(1, 3).Draw(t, "issues") {
			r.Issues = append(r.Issues, stat.Issue{File: "export.csv", Line: 7, Column: text.Draw(t, "column"), Value: text.Draw(t, "value"),
				Code: "date", Problem: text.Draw(t, "problem"), Fix: text.Draw(t, "fix"), Severity: stat.SeverityError})
		}
		issues, err := unpackIssues(string(packIssues(nil, &r)), "export.csv", 7)
		if diff := cmp.Diff(r.Issues, issues); err != nil || diff != "" {
			t.Fatalf("issues (-want +got, %v):\n%s", err, diff)
		}
	})
}
