package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tallystick/internal/stat"
)

// mostDoubts is how many unusual figures, and how many wrong sums, are told one by one.
const mostDoubts = 10

// doubts asks the sender about figures of a batch that do not look right: parts that do not add up to their total, and
// counts unlike those of the source's own past. They are warnings: the source may well be right.
func doubts(ctx context.Context, wh *working, defs stat.Definitions, ds stat.Dataset, b stat.Batch) ([]stat.Issue, error) {
	var sums, unusual []stat.Issue
	for _, sum := range ds.Sums {
		list, err := wh.Additions(ctx, ds, sum, b.ID)
		if err != nil {
			return nil, err
		}
		for _, a := range list {
			if !a.Wrong(sum) {
				continue
			}
			problem, fix := a.Sentence(sum, codeWords(defs, ds, a.Codes))
			sums = append(sums, stat.Issue{File: b.File, Line: a.Line, Value: stat.FormatCount(a.Total), Code: "sum", Problem: problem, Fix: fix,
				Severity: stat.SeverityWarning})
		}
	}
	by, ok := seriesOf(ds)
	if ok {
		points, err := wh.Points(ctx, ds, by, b.ID)
		if err != nil {
			return nil, err
		}
		for _, u := range stat.Implausible(points) {
			series := codeWords(defs, ds, u.Codes)
			if series != "" {
				series = "for " + series
			}
			problem, fix := u.Sentence(nounOf(defs, ds), series)
			unusual = append(unusual, stat.Issue{File: b.File, Value: stat.FormatCount(u.Value), Code: "unusual", Problem: problem, Fix: fix,
				Severity: stat.SeverityWarning})
		}
	}
	return append(first(sums, b.File, "sum", "sums are wrong as well"), first(unusual, b.File, "unusual", "figures look unusual as well")...), nil
}

// first keeps the first of the issues and says how many more there are.
func first(list []stat.Issue, file, code, more string) []stat.Issue {
	if n := len(list) - mostDoubts; n > 0 {
		list = append(list[:mostDoubts:mostDoubts], stat.Issue{File: file, Code: code, Severity: stat.SeverityWarning,
			Problem: fmt.Sprintf("%d more %s.", n, more)})
	}
	return list
}

// seriesOf gives the fields that tell apart the series of a data set which have a history each. Figures as sources stated
// them have none: two of them are two statements.
func seriesOf(ds stat.Dataset) (by []string, ok bool) {
	if len(ds.History) > 0 {
		return ds.History, true
	}
	if ds.Period.Date != "" {
		return nil, ds.Value == "" || len(ds.Key) > 0
	}
	for _, k := range ds.Key {
		f, _ := ds.Field(k)
		switch {
		case f.Type == stat.FieldCode:
			by = append(by, k)
		case f.Type == stat.FieldText && k != ds.Period.Stated:
			return nil, false
		}
	}
	return by, true
}

// codeWords names a series or a group by the labels of its codes, without those that say that nothing is told apart.
func codeWords(defs stat.Definitions, ds stat.Dataset, codes []stat.DimensionCode) string {
	var words []string
	for _, c := range codes {
		if c.Code == "" || c.Code == "all" || c.Dimension == "level" {
			continue
		}
		f, _ := ds.Field(c.Dimension)
		list, _ := defs.Codelist(f.Codelist)
		words = append(words, list.Label(c.Code))
	}
	return strings.Join(words, ", ")
}

// nounOf names what a data set counts, if it is one thing.
func nounOf(defs stat.Definitions, ds stat.Dataset) stat.Noun {
	list, _ := defs.Codelist("counting-units")
	i := slices.IndexFunc(list.Codes, func(c stat.Code) bool { return c.Code == ds.Unit })
	if i < 0 {
		return stat.Noun{}
	}
	c := list.Codes[i]
	noun := stat.Noun{One: strings.ToLower(c.Label), Many: strings.ToLower(c.Plural)}
	if noun.Many == "" {
		noun.Many = noun.One
	}
	return noun
}
