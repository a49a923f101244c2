package ingest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"pgregory.net/rapid"

	"tallystick/internal/stat"
)

// records splits the whole text and gives its records as cells.
func records(text []byte, comma byte) (list [][]string, lines int64) {
	s := newSplitter(bytes.NewReader(text), comma, '"')
	lines = 1
	for {
		record, line, err := s.head()
		if err != nil {
			return list, lines
		}
		list, lines = append(list, record), line
	}
}

// TestDialectsOfCSVSpectrum reads the twelve files of csv-spectrum and compares them with the answers that come with it.
func TestDialectsOfCSVSpectrum(t *testing.T) {
	shared := os.Getenv("TALLYSTICK_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	files, err := filepath.Glob(filepath.Join(shared, "exports", "csv-spectrum", "csvs", "*.csv"))
	if err != nil || len(files) == 0 {
		t.Skip("csv-spectrum is not here")
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".csv")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := os.ReadFile(filepath.Join(filepath.Dir(file), "..", "json", name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			var want []map[string]string
			if answer = bytes.TrimSpace(answer); answer[0] == '{' { // one of the answers is an object without a list
				answer = append(append([]byte{'['}, answer...), ']')
			}
			if err := json.Unmarshal(answer, &want); err != nil {
				t.Fatal(err)
			}
			r, _, err := decoded(bytes.NewReader(text), "")
			if err != nil {
				t.Fatal(err)
			}
			text, err = io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			list, _ := records(text, ',')
			var rows [][]string
			for _, r := range list[1:] {
				if strings.Join(r, "") != "" || len(r) > 1 {
					rows = append(rows, r)
				}
			}
			if len(rows) != len(want) {
				t.Fatalf("%d rows, want %d: %q", len(rows), len(want), rows)
			}
			for i, row := range rows {
				for j, h := range list[0] {
					if name == "location_coordinates" && j < 2 {
						continue // the answer has another telephone number, and its degree signs are no text in any encoding
					}
					if row[j] != want[i][h] {
						t.Errorf("row %d, column %s: got %q, want %q", i+1, h, row[j], want[i][h])
					}
				}
			}
		})
	}
}

// TestSplittingIsTheInverseOfWriting writes cells of every kind as CSV in several dialects and reads them back.
func TestSplittingIsTheInverseOfWriting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		comma := rapid.SampledFrom([]byte{',', ';', '\t', '|'}).Draw(t, "comma")
		end := rapid.SampledFrom([]string{"\n", "\r\n", "\r"}).Draw(t, "line end")
		width := rapid.IntRange(2, 6).Draw(t, "width")
		cell := rapid.StringOf(rapid.SampledFrom([]rune("ab,;|\t\"\r\n é1")))
		want := rapid.SliceOfN(rapid.SliceOfN(cell, width, width), 1, 30).Draw(t, "cells")
		var text strings.Builder
		p := &plan{comma: comma, quote: '"'}
		for _, r := range want {
			for i, c := range r {
				if i > 0 {
					text.WriteByte(comma)
				}
				text.WriteString(p.quoted(c))
			}
			text.WriteString(end)
		}
		got, _ := records([]byte(text.String()), comma)
		if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			t.Fatalf("%q\ngot  %q\nwant %q", text.String(), got, want)
		}
	})
}

// mutated is an export with something done to it: other dialects and encodings, a title above, two header records, ragged,
// repeated and empty rows, the header again, notes below, lost bytes.
func mutated(t *rapid.T) []byte {
	comma := rapid.SampledFrom([]string{",", ";", "\t", "|"}).Draw(t, "comma")
	end := rapid.SampledFrom([]string{"\n", "\r\n", "\r"}).Draw(t, "line end")
	header := strings.Join([]string{"date", "place", "count"}, comma) + end
	text := rapid.SampledFrom([]string{"", "", "A title" + end, "A title" + comma + comma + end + end, "sep=" + comma + end}).Draw(t, "above") + header
	n := rapid.IntRange(0, 60).Draw(t, "rows")
	for i := range n {
		cells := []string{fmt.Sprintf("2016-01-%02d", i%35), fmt.Sprintf("p%d", i%7), fmt.Sprint(i)}
		switch rapid.IntRange(0, 16).Draw(t, "fault") {
		case 0:
			cells = cells[:2]
		case 1:
			cells = append(cells, "more")
		case 2:
			cells[1] = `"a` + end + `b"`
		case 3:
			cells[1] = `"never closed`
		case 4:
			cells = []string{"", "", ""}
		case 5:
			cells[2] = "\x00"
		case 6:
			cells[1] = "\xff\xfe"
		case 7:
			cells[1] = "Südstadt é"
		case 8:
			cells = []string{"date", "place", "count"}
		case 9:
			cells[0] = "\ufeff" + cells[0]
		case 10:
			cells = []string{"", cells[1], cells[2]}
		case 11:
			cells = append(cells, "", "")
		}
		text += strings.Join(cells, comma) + end
	}
	text += rapid.SampledFrom([]string{"", "", end + "Source: made up" + end, "* a note", end + end}).Draw(t, "below")
	if rapid.Bool().Draw(t, "cut off") && len(text) > 20 {
		text = text[:rapid.IntRange(20, len(text)).Draw(t, "length")]
	}
	export := []byte(text)
	name := rapid.SampledFrom([]string{encodingUTF8, encodingUTF8, encodingUTF16LE, encodingUTF16BE, encoding1252}).Draw(t, "encoding")
	if d, ok := decoders[name]; ok {
		if encoded, err := d.NewEncoder().Bytes(export); err == nil { // a text that the encoding cannot hold stays UTF-8
			export = encoded
		}
	}
	marks := map[string]string{encodingUTF8: "\xef\xbb\xbf", encodingUTF16LE: "\xff\xfe", encodingUTF16BE: "\xfe\xff"}
	if rapid.Bool().Draw(t, "byte-order mark") && name != encoding1252 {
		export = append([]byte(marks[name]), export...)
	}
	return export
}

func caseDefinitions() Input {
	zero := int64(0)
	return Input{Name: "export.csv", Today: today, Feed: stat.Feed{ID: "case", Dataset: "case"}, Definitions: stat.Definitions{Datasets: []stat.Dataset{{
		ID: "case", Period: stat.PeriodFields{Date: "date"}, Value: "count", Key: []string{"date", "place"}, Duplicates: "refuse",
		Fields: []stat.Field{{Name: "date", Type: stat.FieldDate, Required: true}, {Name: "place", Type: stat.FieldText, Required: true},
			{Name: "count", Type: stat.FieldInteger, Minimum: &zero}}}}}}
}

// balance reads an export and reports how its rows do not add up, if they do not.
func balance(export []byte, workers int) error {
	in := caseDefinitions()
	in.Workers = workers
	return balanceOf(in, export)
}

func balanceOf(in Input, export []byte) error {
	rows, err := Open(context.Background(), bytes.NewReader(export), in)
	if err != nil {
		var no *Refused
		if errors.As(err, &no) {
			return nil
		}
		return err
	}
	defer rows.Close()
	all, err := collect(rows)
	if err != nil {
		return err
	}
	total := all.Accepted + int64(len(all.Rejects)) + all.Duplicates
	for _, a := range all.SetAside {
		total += a.Rows
	}
	if total != all.Rows {
		return fmt.Errorf("%d rows, but %d accepted + %d quarantined + %d duplicates + set aside %v", all.Rows, all.Accepted, len(all.Rejects), all.Duplicates, all.SetAside)
	}
	if int64(len(all.records)) < all.Accepted || len(in.Feed.Mapping.Long) == 0 && int64(len(all.records)) != all.Accepted {
		return fmt.Errorf("%d accepted rows made %d records", all.Accepted, len(all.records))
	}
	last := int64(0)
	for _, r := range all.Rejects {
		if r.Line <= last || len(r.Issues) == 0 {
			return fmt.Errorf("line %d is rejected after %d, with %d issues", r.Line, last, len(r.Issues))
		}
		last = r.Line
	}
	return nil
}

// TestEveryRecordIsARow counts the records of mutated exports without any feed, and wants as many rows: none is lost on the
// way to the balance either.
func TestEveryRecordIsARow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		export := mutated(t)
		in := caseDefinitions()
		rows, err := Open(context.Background(), bytes.NewReader(export), in)
		if err != nil {
			return
		}
		defer rows.Close()
		all, err := collect(rows)
		if err != nil {
			t.Fatal(err)
		}
		text, _, err := decoded(bytes.NewReader(export), "")
		if err != nil {
			t.Fatal(err)
		}
		plain, err := io.ReadAll(text)
		if err != nil {
			t.Fatal(err)
		}
		_, length := separatorLine(plain)
		plain = plain[length:]
		_, comma, err := dialect(in.Feed.Read, plain)
		if err != nil {
			t.Fatal(err)
		}
		list, _ := records(plain, comma)
		above := 0
		for i, r := range list {
			if findColumn(r, "date") >= 0 && findColumn(r, "count") >= 0 {
				above = i
				break
			}
		}
		if want := int64(len(list) - above - 1); all.Rows != want {
			t.Fatalf("%q: %d rows, want %d records but the header and what is above it", export, all.Rows, want)
		}
	})
}

// TestNoRowIsLost holds the balance over exports with all kinds of faults.
func TestNoRowIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		export := mutated(t)
		if err := balance(export, rapid.IntRange(1, 3).Draw(t, "workers")); err != nil {
			t.Fatalf("%q: %v", export, err)
		}
	})
}

// TestRowsKeepTheirLinesAcrossBlocks reads an export of several blocks with many workers: line numbers, duplicates and
// rejects do not depend on how the work is cut.
func TestRowsKeepTheirLinesAcrossBlocks(t *testing.T) {
	var text strings.Builder
	text.WriteString("date,place,count\n")
	const n = 120_000
	for i := range n {
		switch {
		case i%1000 == 0:
			fmt.Fprintf(&text, "2016-01-01,\"p\n%d\",%d\n", i, i)
		case i%1001 == 0:
			fmt.Fprintf(&text, "2016-01-01,p%d,x\n", i)
		default:
			fmt.Fprintf(&text, "2016-01-01,p%d,%d\n", i, i)
		}
	}
	var first string
	for _, workers := range []int{1, 4} {
		in := caseDefinitions()
		in.Workers = workers
		rows, err := Open(context.Background(), strings.NewReader(text.String()), in)
		if err != nil {
			t.Fatal(err)
		}
		all, err := collect(rows)
		rows.Close()
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprint(all.records, all.Rejects)
		if first == "" {
			first = got
		} else if got != first {
			t.Error("the result depends on the number of workers")
		}
		want := fmt.Sprintf("%d: 2016-01-01, \"p119999\", 119999, reported, exactly", n+1+n/1000)
		if all.records[len(all.records)-1] != want {
			t.Errorf("last record: got %s, want %s", all.records[len(all.records)-1], want)
		}
	}
}

func FuzzRows(f *testing.F) {
	f.Add([]byte("date,place,count\n2016-01-01,a,1\n"))
	f.Add([]byte("date;place;count\r\n2016-01-01;\"a\nb\";1\r\n\x00"))
	f.Add([]byte("\xff\xfed\x00a\x00t\x00e\x00,\x00"))
	f.Add([]byte("date,place,count\r2016-01-01,\"a,1\r2016-01-02,\"\"\"b\",2"))
	f.Add([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"))
	f.Add([]byte("PK\x03\x04\x14\x00"))
	f.Fuzz(func(t *testing.T, export []byte) {
		if err := balance(export, 1); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzFeeds reads anything with a feed that fills, unfolds, splits and joins.
func FuzzFeeds(f *testing.F) {
	f.Add([]byte("Town,Year,Month,2015,2016,S\nA,2015,1,1,2,x|y\n,2015,2,3,4,\nB,,,,,\n"))
	f.Add([]byte("Town;Year;Month;2015;2016;S\r\n\xef\xbb\xbfTown;Year;Month;2015;2016;S\r\n"))
	f.Fuzz(func(t *testing.T, export []byte) {
		in := caseDefinitions()
		in.Definitions.Datasets[0].Duplicates = "keep"
		in.Feed.Mapping = stat.Mapping{Fill: []string{"Town"}, Section: &stat.RowRule{Column: "Town"}, Numbers: &stat.Numbers{Thousands: ","},
			Marks: []stat.TextMark{{Match: `^<= ?(?P<high>[0-9]+)$`, Status: stat.StatusWithheld}}, Dates: []string{"YYYY MM", "YYYY"},
			Fields: map[string]stat.FieldMap{"date": {Join: []string{"Year", "Month"}}, "place": {Column: "Town"}},
			Long: []stat.Long{{Match: "^[0-9]{4}$"}, {Repeat: 2, Skip: "empty",
				Fields: map[string]stat.FieldMap{"place": {Column: "S", Split: "|"}, "count": {Value: "1"}}}}}
		if err := balanceOf(in, export); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzPeriod reads anything as a period of any kind: it ends where it begins or later, in the years 1 to 9999.
func FuzzPeriod(f *testing.F) {
	for _, text := range []string{"2015", "FY 2014-15", "3Q15", "Jan-16", "07/01/2010 - 06/30/2011", "SFY15", "0001"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		formats, err := dateFormats([]string{"MM/DD/YYYY", "MON-YY", "YYYY-MM-DD"})
		if err != nil {
			t.Fatal(err)
		}
		for _, as := range periodForms {
			s := &span{as: as, separators: []string{" - ", "-", " to "}, formats: formats}
			from, to, ok := s.read(text, 0)
			if ok && as != "range" && (from > to || dateOf(from).Year < 0 || dateOf(to).Year > 9999) {
				t.Fatalf("%q as %s: %s to %s", text, as, dateOf(from), dateOf(to))
			}
		}
	})
}

// FuzzStatute looks for sections in anything: what is found stands in the text, digit for digit.
func FuzzStatute(f *testing.F) {
	for _, text := range []string{"53A-83(c)(1)", "18:1591A.F", "181591A1", "18 U.S.C. § 1591(a)", "53a-83a"} {
		f.Add(text)
	}
	c, err := newChange(stat.FieldMap{Statute: true}, []stat.Code{{Code: "53a-83"}, {Code: "53a-82"}, {Code: "18-usc-1591"}, {Code: "18-usc-2421a"}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		code, ok := c.statute(text)
		if !ok {
			return
		}
		_, number, _ := strings.Cut(strings.Replace(code, "-usc-", "-", 1), "-")
		if !strings.Contains(strings.ToLower(text), number) {
			t.Fatalf("%q is said to hold %s", text, code)
		}
	})
}

// FuzzPerson judges anything as cells of a column, and as one text.
func FuzzPerson(f *testing.F) {
	f.Add("Smith, John\nDoe, Jane\n123-45-6789")
	f.Fuzz(func(t *testing.T, text string) {
		aboutPersons(strings.Split(text, "\n"))
		if got, want := socialNumber([]byte(text)), socialSecurity.MatchString(text); got != want && utf8.ValidString(text) {
			t.Fatalf("socialNumber(%q) = %v, want %v", text, got, want)
		}
	})
}

func FuzzSniff(f *testing.F) {
	f.Add([]byte("Title\n\ndate,place,count\n2016-01-01,a,1\nTotal,,1\n"))
	f.Add([]byte("a # b;\"c: d\";2015;2016;2017\n'x;{y;<= 10;-;NULL\n"))
	f.Fuzz(func(t *testing.T, export []byte) {
		s, err := Sniff(bytes.NewReader(export), "export.csv", caseDefinitions().Definitions)
		var no *Refused
		if err != nil && !errors.As(err, &no) {
			t.Fatal(err)
		}
		if err == nil && s.Above+s.Headers+s.Footer > s.Records {
			t.Fatalf("%d above + %d header + %d footer are more than %d records", s.Above, s.Headers, s.Footer, s.Records)
		}
		if err != nil {
			return
		}
		var feed stat.Feed
		if err := yaml.UnmarshalWithOptions([]byte(s.Draft(caseDefinitions().Definitions, "")), &feed, yaml.Strict()); err != nil {
			t.Fatalf("the draft is no feed: %v\n%s", err, s.Draft(caseDefinitions().Definitions, ""))
		}
	})
}

func FuzzFixes(f *testing.F) {
	f.Add([]byte("date,place,count,row,problem,fix\n2016-01-01,a,1,2,,\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		_, _, err := ReadFixes(bytes.NewReader(text), "fixed.csv", []string{"date", "place", "count"}, []stat.Reject{{Line: 2, Cells: []string{"x", "a", "1"}}})
		var no *Refused
		if err != nil && !errors.As(err, &no) {
			t.Fatal(err)
		}
	})
}

func FuzzDate(f *testing.F) {
	f.Add("MM/DD/YYYY", "02/29/2016")
	f.Add("D-MON-YY", "24-MAY-19")
	f.Add("excel", "42687")
	f.Fuzz(func(t *testing.T, format, text string) {
		d, err := newDateFormat(format)
		if err != nil {
			return
		}
		day, ok := d.parse([]byte(text), 0)
		if ok && (dateOf(day).Year < 1 || dateOf(day).Year > 9999) {
			t.Fatalf("%s read as %s gives the year %d", text, format, dateOf(day).Year)
		}
	})
}

func FuzzNumber(f *testing.F) {
	f.Add("$1,234.50")
	f.Add("(5)")
	f.Fuzz(func(t *testing.T, text string) {
		plain := numbers{thousands: ",", currency: "$", parentheses: true, percent: true, pointZero: true}.plain([]byte(text))
		if n, ok := parseInt(plain); ok && !strings.ContainsAny(text, "0123456789") {
			t.Fatalf("%q became %d", text, n)
		}
		if x, ok := parseDecimal(plain); ok && x != x {
			t.Fatalf("%q is not a number", text)
		}
	})
}
