package warehouse

import (
	"context"
	"errors"
	"fmt"
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

func TestRejectedRowsOfALongExportComeInItsOrder(t *testing.T) {
	ctx := context.Background()
	w, err := Open(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	export := exportOf([]string{"theft"}, 2001, "theft")
	want := []int64{2, rejectLines + 1, rejectLines + 2, 5*rejectLines + 2, 5*rejectLines + 3}
	for _, i := range []int{3, 0, 4, 1, 2} {
		c := export.chunks[0]
		c.Rows++
		c.Rejects = append(c.Rejects, stat.Reject{Line: want[i], Cells: []string{"x", fmt.Sprint(want[i])},
			Issues: []stat.Issue{{File: "f.csv", Line: want[i], Code: "date", Problem: "No date.", Severity: stat.SeverityError}}})
	}
	b, err := w.Load(ctx, batchOf(""), arrests, export)
	if err != nil {
		t.Fatal(err)
	}
	var got []int64
	for r, err := range w.Rejects(ctx, b.ID) {
		if err != nil {
			t.Fatal(err)
		}
		if r.Cells[1] != fmt.Sprint(r.Line) || r.Issues[0].Line != r.Line {
			t.Errorf("row %d has cells %q and issues %v", r.Line, r.Cells, r.Issues)
		}
		got = append(got, r.Line)
	}
	if !slices.Equal(got, want) {
		t.Errorf("rejected rows of lines %d, want %d", got, want)
	}
	for r, err := range w.Rejects(ctx, "b0009") {
		if !errors.Is(err, stat.ErrNotFound) {
			t.Errorf("rejected rows of a batch that is not there: %v, %v, want stat.ErrNotFound", r, err)
		}
	}
}
