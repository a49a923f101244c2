package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"tallystick/internal/stat"
)

// Fit is a feed that can read the file.
type Fit struct {
	Feed        string `json:"feed"`
	Title       string `json:"title"`
	Named       bool   `json:"named"`       // it claims the file's name
	Found       int    `json:"found"`       // how many of the columns it speaks of are there
	Rows        int64  `json:"rows"`        // of the rows tried
	Quarantined int64  `json:"quarantined"` // could not be used
}

// Misfit is a feed that cannot read the file.
type Misfit struct {
	Feed  string `json:"feed"`
	Title string `json:"title"`
	Named bool   `json:"named"`
	Found int    `json:"found"`
	Why   string `json:"why"`
}

// try has every feed read the beginning of the file, which is given as text.
func (s *Sniffed) try(defs stat.Definitions, sample []byte, workbook bool) {
	for _, f := range defs.Feeds {
		fit := Fit{Feed: f.ID, Title: f.Title}
		for _, p := range f.Files {
			if ok, err := path.Match(p, s.File); err == nil && ok {
				fit.Named = true
			}
		}
		why := s.tryOne(&fit, f, defs, sample, workbook)
		if why == "" {
			s.Fits = append(s.Fits, fit)
		} else {
			s.Misfits = append(s.Misfits, Misfit{f.ID, f.Title, fit.Named, fit.Found, why})
		}
	}
	nearer := func(named, other bool, found, otherFound int) int {
		if named != other {
			if named {
				return -1
			}
			return 1
		}
		return otherFound - found
	}
	slices.SortStableFunc(s.Fits, func(a, b Fit) int { return nearer(a.Named, b.Named, a.Found, b.Found) })
	slices.SortStableFunc(s.Misfits, func(a, b Misfit) int { return nearer(a.Named, b.Named, a.Found, b.Found) })
}

// tryOne reads the sample with one feed, and returns why it does not fit, or "".
func (s *Sniffed) tryOne(fit *Fit, f stat.Feed, defs stat.Definitions, sample []byte, workbook bool) string {
	f.Read.Encoding, f.Read.Footer = encodingUTF8, nil // the sample is decoded, and may not be the whole file
	if workbook {
		f.Read.Delimiter, f.Read.Quote = ",", ""
	}
	in := Input{Name: s.File, Feed: f, Definitions: defs, Workers: 1, dayNumbers: workbook}
	if f.Name != "" && !fit.Named && len(f.Files) > 0 {
		in.Name = sampleName(f.Files[0]) // the file may have been renamed; its columns still decide
	}
	for _, h := range wanted(in) {
		if findColumn(s.Header, h) >= 0 {
			fit.Found++
		}
	}
	rows, err := Open(context.Background(), bytes.NewReader(sample), in)
	var no *Refused
	if errors.As(err, &no) {
		switch i := no.Issues[0]; i.Code {
		case "file-name":
			return i.Problem
		case "header":
			if i.Column == "" {
				return i.Problem
			}
			const most = 4
			names := strings.Split(i.Column, ", ")
			if n := len(names) - most; n > 1 {
				return fmt.Sprintf("The file has no %s and %d more.", strings.Join(names[:most], ", "), n)
			}
			list := strings.Join(names, ", ")
			if i := strings.LastIndex(list, ", "); i > 0 {
				list = list[:i] + " or" + list[i+1:]
			}
			return fmt.Sprintf("The file has no %s.", list)
		default:
			return i.Problem
		}
	}
	if err != nil {
		return "The feed itself has a fault: " + err.Error()
	}
	defer rows.Close()
	first := ""
	for {
		c, err := rows.Next(context.Background())
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "Its beginning cannot be read."
		}
		fit.Rows += c.Rows
		fit.Quarantined += int64(len(c.Rejects))
		if first == "" && len(c.Rejects) > 0 {
			first = Sentence(c.Rejects[0].Issues[0])
		}
	}
	if fit.Quarantined*2 > fit.Rows {
		return fmt.Sprintf("It has the columns, but of the first %s %d cannot be used. %s", plural(int(fit.Rows), "row", "rows"), fit.Quarantined, first)
	}
	return ""
}

// sampleName makes a file name that fits a pattern.
func sampleName(pattern string) string { return strings.ReplaceAll(pattern, "*", "2015") }
