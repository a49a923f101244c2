package ingest

import (
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"

	"tallystick/internal/stat"
)

// Check makes every feed ready for a file with all the columns that it speaks of, and says which cannot be: a pattern that
// is none, a field that the data set does not have, a date format without a year. What a file has to bring is not checked.
func Check(defs stat.Definitions) []stat.Issue {
	var issues []stat.Issue
	for _, f := range defs.Feeds {
		ds, ok := defs.Dataset(f.Dataset)
		if !ok {
			continue // the definitions say so themselves
		}
		tried := map[string]bool{}
		for n := -1; n < len(f.Variants); n++ {
			one := f
			one.Variants = nil
			if n >= 0 {
				v := f.Variants[n]
				v.File, v.Has, v.Lacks = "", nil, nil
				one.Variants = []stat.Variant{v}
			}
			in := Input{Name: "export.csv", Feed: one, Definitions: defs}
			if len(f.Files) > 0 {
				in.Name = sampleName(f.Files[0])
			}
			_, _, err := dialect(one.Read, []byte("a,b\n"))
			if err == nil {
				_, err = newPlan(in, ds, spokenOf(in), nil)
			}
			var no *Refused
			if err == nil || errors.As(err, &no) || tried[err.Error()] {
				continue
			}
			tried[err.Error()] = true
			issues = append(issues, stat.Issue{File: path.Join("feeds", f.ID+".yaml"), Code: "feed-wrong", Severity: stat.SeverityError,
				Problem: fmt.Sprintf("The feed cannot be used: %s.", strings.TrimSuffix(strings.TrimSuffix(err.Error(), ": "+stat.ErrInvalid.Error()), ".")),
				Fix:     "data/README.md explains every key of a feed."})
		}
	}
	return issues
}

// spokenOf makes a header of all columns that a feed speaks of.
func spokenOf(in Input) []string {
	header := wanted(in)
	m := mapping(in, header)
	for _, l := range m.Long {
		for n := 1; n <= l.Repeat; n++ {
			for _, f := range l.Fields {
				for _, name := range append(append([]string{f.Column}, f.Columns...), f.Join...) {
					header = append(header, strings.ReplaceAll(name, "{n}", strconv.Itoa(n)))
				}
			}
		}
	}
	return header
}
