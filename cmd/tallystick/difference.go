package main

import (
	"fmt"
	"io"
	"strings"

	"tallystick/internal/stat"
)

// printDifference prints what differs between two releases, one figure or definition a line.
func printDifference(w io.Writer, d stat.Difference) {
	for _, c := range d.Figures {
		switch c.Kind {
		case stat.ChangeAdded:
			fmt.Fprintf(w, "added    %s: %s (%s: %s)\n", c.Key, c.New, c.Reason, c.Why)
		case stat.ChangeGone:
			fmt.Fprintf(w, "gone     %s: was %s (%s: %s)\n", c.Key, c.Old, c.Reason, c.Why)
		case stat.ChangeValue:
			fmt.Fprintf(w, "changed  %s: %s → %s (%s: %s)\n", c.Key, c.Old, c.New, c.Reason, c.Why)
		case stat.ChangeDetails:
			fmt.Fprintf(w, "details  %s: %s (%s: %s)\n", c.Key, strings.Join(c.Details, ", "), c.Reason, c.Why)
		}
		if len(c.Coverage) == 2 {
			fmt.Fprintf(w, "coverage %s: %s → %s\n", c.Key, orNone(c.Coverage[0]), orNone(c.Coverage[1]))
		}
	}
	for _, list := range [][]stat.DefinitionChange{d.Indicators, d.Definitions} {
		for _, c := range list {
			what := string(c.Change)
			if c.Change == stat.ChangeDetails {
				what = "changed (" + strings.Join(c.Fields, ", ") + ")"
			}
			fmt.Fprintf(w, "defined  %s %s: %s\n", c.Kind, c.ID, what)
		}
	}
	for _, b := range d.Breaks {
		fmt.Fprintf(w, "break    %s: %s, %s %s\n", b.Indicator, b.Change, b.Break.Date, b.Break.Text)
	}
	for _, s := range d.Statements {
		fmt.Fprintf(w, "said     %s %s: %s\n", s.Kind, s.ID, s.Reason)
	}
}

// printSummary prints in one line how much differs.
func printSummary(w io.Writer, d stat.Difference) {
	more, fewer := d.Masked()
	fmt.Fprintf(w, "in all: %s new, %s changed, %s gone; %s newly withheld, %s no longer\n", plural(int64(d.Count(stat.ChangeAdded)), "figure", "figures"),
		stat.FormatCount(int64(d.Count(stat.ChangeValue))), stat.FormatCount(int64(d.Count(stat.ChangeGone))),
		stat.FormatCount(int64(more)), stat.FormatCount(int64(fewer)))
}

// printGates prints how the gates stand, with what each has found.
func printGates(w io.Writer, gates []stat.Gate) {
	for _, g := range gates {
		verdict := "passed"
		if !g.Passed {
			verdict = "FAILED"
		}
		fmt.Fprintf(w, "%s  %s\n", verdict, g.Title)
		for _, i := range g.Issues {
			fmt.Fprintf(w, "        %s\n", i)
		}
	}
}
