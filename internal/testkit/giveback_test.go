package testkit_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tallystick/internal/export"
	"tallystick/internal/ingest"
	"tallystick/internal/stat"
)

// readText reads an export whole: its records as text, and its rejected rows.
func readText(t *rapid.T, in ingest.Input, text string) (records []string, rejects []stat.Reject, header []string) {
	rows, err := ingest.Open(context.Background(), strings.NewReader(text), in)
	if err != nil {
		t.Fatalf("Open: %v\n%s", err, text)
	}
	defer rows.Close()
	layout := rows.Layout()
	for {
		c, err := rows.Next(context.Background())
		if err != nil {
			return records, rejects, rows.Header()
		}
		rejects = append(rejects, c.Rejects...)
		for i, line := range c.Lines {
			record := fmt.Sprint(line)
			for j := range c.Vectors {
				v := &c.Vectors[j]
				switch {
				case v.Null[i]:
					record += " none"
				case layout.Columns[j].Type == stat.FieldText:
					record += fmt.Sprintf(" %q", v.At(i))
				default:
					record += fmt.Sprint(" ", v.Ints[i])
				}
			}
			records = append(records, record)
		}
	}
}

// TestRepairedRowsEqualACleanUpload breaks rows of an export, gives them back, has a sender repair them in a text editor or
// in a spreadsheet, which rewrites line ends, dates and leading zeros, and wants the same records as from the whole export.
func TestRepairedRowsEqualACleanUpload(t *testing.T) {
	defs := sections()
	ds := &defs.Datasets[0]
	ds.Fields = append(ds.Fields, stat.Field{Name: "code", Type: stat.FieldText})
	feed := defs.Feeds[0]
	in := ingest.Input{Name: "court.csv", Feed: feed, Definitions: defs, Today: stat.Date{Year: 2026, Month: time.November, Day: 24}}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "rows")
		note := rapid.SampledFrom([]string{"", "plain", "=1+1", "+1", "-1 of them", "@x", "\tx", "two\nlines", "a, b", `say "so"`, "＝1", "'quoted"})
		var clean, dirty [][]string
		for i := range n {
			row := []string{"2015-01-01", "2015-12-31", fmt.Sprintf("20%02d", i), "53a-82", fmt.Sprint(i), "", "", note.Draw(t, "title"), "", note.Draw(t, "note"),
				fmt.Sprintf("%03d", i)}
			row[0] = fmt.Sprintf("20%02d-01-01", i)
			row[1] = fmt.Sprintf("20%02d-12-31", i)
			clean = append(clean, row)
			broken := append([]string(nil), row...)
			switch rapid.IntRange(0, 4).Draw(t, "fault") {
			case 0:
				broken[4] = "x" + broken[4]
			case 1:
				broken[1] = "2015-13-31"
			case 2:
				broken[3] = "53a-99"
			case 3:
				broken[3], broken[4] = "", "5.6"
			}
			dirty = append(dirty, broken)
		}
		write := func(rows [][]string) string {
			var b bytes.Buffer
			w := csv.NewWriter(&b)
			if err := w.Write(append(strings.Split(strings.TrimSpace(header), ","), "code")); err != nil {
				t.Fatal(err)
			}
			if err := w.WriteAll(rows); err != nil {
				t.Fatal(err)
			}
			return b.String()
		}
		want, none, _ := readText(t, in, write(clean))
		if len(none) > 0 {
			t.Fatalf("the clean export has rejected rows: %v", none)
		}
		text := write(dirty)
		_, rejects, columns := readText(t, in, text)
		if len(rejects) == 0 {
			return
		}
		sheet := rapid.Bool().Draw(t, "spreadsheet")
		var given bytes.Buffer
		if err := export.WriteGiveback(&given, columns, each(rejects), sheet); err != nil {
			t.Fatal(err)
		}
		r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(given.Bytes(), []byte("\xef\xbb\xbf"))))
		r.FieldsPerRecord = -1
		back, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		byLine := map[int64]int{} // the row of the clean export by its physical line
		line := int64(2)
		for i, row := range clean {
			byLine[line] = i
			line += 1 + int64(strings.Count(strings.Join(row, ""), "\n"))
		}
		for i, row := range back[1:] {
			number, err := strconv.ParseInt(row[len(columns)], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			whole := clean[byLine[number]]
			was := rejects[i]
			for j := range columns {
				if !sheet && row[j] != was.Cells[j] {
					t.Fatalf("cell %q of the canonical file: %q, want the cell as it was sent, %q", columns[j], row[j], was.Cells[j])
				}
				if sheet && strings.ContainsAny(row[j][:min(1, len(row[j]))], "=+@\t\r") {
					t.Fatalf("cell %q of the file for a spreadsheet could run: %q", columns[j], row[j])
				}
				if was.Cells[j] != whole[j] { // the sender repairs it
					row[j] = whole[j]
				}
				if sheet && (j < 2 || columns[j] == "code") { // and the spreadsheet rewrites dates and drops zeros
					if day, err := time.Parse(time.DateOnly, row[j]); err == nil {
						row[j] = day.Format("1/2/2006")
					}
					if columns[j] == "code" {
						if row[j] = strings.TrimLeft(row[j], "0"); row[j] == "" {
							row[j] = "0"
						}
					}
				}
			}
		}
		var sent bytes.Buffer
		w := csv.NewWriter(&sent)
		w.UseCRLF = sheet
		if err := w.WriteAll(back); err != nil {
			t.Fatal(err)
		}
		fixed := in
		if fixed.Fixes, _, err = ingest.ReadFixes(&sent, "to-fix.csv", columns, rejects); err != nil {
			t.Fatalf("ReadFixes: %v", err)
		}
		got, again, _ := readText(t, fixed, text)
		if len(again) > 0 || strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Fatalf("repaired:\n%s\nrejected: %v\nwant:\n%s", strings.Join(got, "\n"), again, strings.Join(want, "\n"))
		}
	})
}

// each hands out rejected rows one by one.
func each(rejects []stat.Reject) iter.Seq2[stat.Reject, error] {
	return func(yield func(stat.Reject, error) bool) {
		for _, r := range rejects {
			if !yield(r, nil) {
				return
			}
		}
	}
}
