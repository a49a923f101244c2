package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/tools/txtar"

	"tallystick/internal/stat"
)

var today = stat.Date{Year: 2026, Month: time.November, Day: 24}

// TestCases runs testdata/*.txtar. Each opens with a sentence that says a rule, then has a data set, a feed, code lists,
// one export and what comes of it: the balance, the records and the issues as their sender reads them. Some have the
// draft of a feed that is made from a look at the export. An export named *.utf-16le.csv or *.windows-1252.csv is written
// in that encoding, and one named *.xlsx as a workbook. With
// TALLYSTICK_UPDATE=1 the results are written anew, to be read before they are committed.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("cases: %v, %v", files, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if len(bytes.TrimSpace(archive.Comment)) == 0 {
				t.Error("the case opens without a sentence")
			}
			in, export := caseInput(t, archive)
			got := map[string]func() string{
				"result": func() string { return outcome(t, in, export) },
				"draft":  func() string { return draftOf(t, in, export) },
			}
			for i, f := range archive.Files {
				if got[f.Name] == nil {
					continue
				}
				text := got[f.Name]()
				if os.Getenv("TALLYSTICK_UPDATE") == "1" {
					archive.Files[i].Data = []byte(text)
					if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
						t.Fatal(err)
					}
					continue
				}
				if diff := cmp.Diff(string(f.Data), text); diff != "" {
					t.Errorf("%s (-want +got):\n%s", f.Name, diff)
				}
			}
		})
	}
}

// caseInput reads a case. In the text of an export, \xNN stands for a byte, \r for a carriage return and \0 for a zero.
func caseInput(t *testing.T, archive *txtar.Archive) (Input, []byte) {
	t.Helper()
	in := Input{Today: today, Workers: 1}
	var ds stat.Dataset
	var export []byte
	for _, f := range archive.Files {
		switch name := f.Name; {
		case name == "dataset.yaml":
			if err := yaml.UnmarshalWithOptions(f.Data, &ds, yaml.Strict()); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		case name == "feed.yaml":
			if err := yaml.UnmarshalWithOptions(f.Data, &in.Feed, yaml.Strict()); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		case strings.HasSuffix(name, ".codes"):
			list := stat.Codelist{ID: strings.TrimSuffix(name, ".codes")}
			for line := range strings.Lines(string(f.Data)) {
				parts := append(strings.Split(strings.TrimSpace(line), "|"), "", "", "")
				c := stat.Code{Code: parts[0], Label: parts[1]}
				if err := errors.Join(c.ValidFrom.UnmarshalText([]byte(parts[2])), c.ValidTo.UnmarshalText([]byte(parts[3]))); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				list.Codes = append(list.Codes, c)
			}
			in.Definitions.Codelists = append(in.Definitions.Codelists, list)
		case name == "result", name == "draft":
		default:
			in.Name = name
			text := strings.TrimSuffix(string(f.Data), "\n")
			for b := range 256 {
				text = strings.ReplaceAll(text, fmt.Sprintf(`\x%02x`, b), string([]byte{byte(b)}))
			}
			export = []byte(strings.NewReplacer(`\r`, "\r", `\0`, "\x00", "\\\n", "", `\t`, "\t").Replace(text))
			for encoding, e := range decoders {
				if strings.Contains(name, "."+encoding+".") {
					var err error
					if export, err = e.NewEncoder().Bytes(export); err != nil {
						t.Fatalf("%s: %v", name, err)
					}
				}
			}
			if strings.HasSuffix(name, ".xlsx") {
				export = workbookOf(t, string(export))
			}
		}
	}
	ds.ID, in.Feed.Dataset = "case", "case"
	in.Definitions.Datasets = []stat.Dataset{ds}
	return in, export
}

// workbookOf makes a workbook of comma-separated text: a line "# X" begins the sheet X, and what reads as a number is one.
func workbookOf(t *testing.T, text string) []byte {
	t.Helper()
	book := excelize.NewFile()
	sheet, row := "Sheet1", 0
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if name, ok := strings.CutPrefix(line, "# "); ok {
			if sheet, row = name, 0; sheet != "Sheet1" {
				if _, err := book.NewSheet(sheet); err != nil {
					t.Fatal(err)
				}
			}
			continue
		}
		row++
		for i, cell := range recordTexts([]byte(line), ',', '"') {
			at, err := excelize.CoordinatesToCellName(i+1, row)
			if err != nil {
				t.Fatal(err)
			}
			var value any = cell
			if f, ok := parseDecimal([]byte(cell)); ok {
				value = f
			}
			if cell != "" {
				if err := book.SetCellValue(sheet, at, value); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// draftOf writes the draft of a feed and checks that it is one.
func draftOf(t *testing.T, in Input, export []byte) string {
	t.Helper()
	s, err := Sniff(bytes.NewReader(export), in.Name, stat.Definitions{Codelists: in.Definitions.Codelists, Datasets: in.Definitions.Datasets})
	if err != nil {
		t.Fatalf("Sniff: %v", err)
	}
	text := s.Draft(in.Definitions, "")
	var feed stat.Feed
	if err := yaml.UnmarshalWithOptions([]byte(text), &feed, yaml.Strict()); err != nil {
		t.Errorf("the draft is no feed: %v\n%s", err, text)
	}
	return text
}

// outcome writes down what became of an export.
func outcome(t *testing.T, in Input, export []byte) string {
	t.Helper()
	var b strings.Builder
	rows, err := Open(context.Background(), bytes.NewReader(export), in)
	var no *Refused
	if errors.As(err, &no) {
		for _, i := range no.Issues {
			fmt.Fprintf(&b, "refused: %s %s\n", i.Problem, i.Fix)
		}
		return b.String()
	}
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	defer rows.Close()
	for _, i := range rows.Notices() {
		fmt.Fprintf(&b, "notice: %s\n", i.Problem)
	}
	all, err := collect(rows)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range rows.Layout().Columns {
		if c.Name != stat.LowColumn && c.Name != stat.HighColumn { // they stand behind a record that has limits
			names = append(names, c.Name)
		}
	}
	fmt.Fprintf(&b, "%d rows = %d accepted + %d quarantined + %d duplicates", all.Rows, all.Accepted, len(all.Rejects), all.Duplicates)
	total := all.Accepted + int64(len(all.Rejects)) + all.Duplicates
	for _, a := range all.SetAside {
		fmt.Fprintf(&b, " + %d set aside (%s)", a.Rows, a.Reason)
		total += a.Rows
	}
	b.WriteString("\n")
	if total != all.Rows {
		t.Errorf("the balance does not hold: %d rows, %d accounted for", all.Rows, total)
	}
	fmt.Fprintf(&b, "line: %s\n", strings.Join(names, ", "))
	for _, r := range all.records {
		b.WriteString(r + "\n")
	}
	for _, r := range all.Rejects {
		for _, i := range r.Issues {
			b.WriteString(Sentence(i) + "\n")
		}
	}
	return b.String()
}

// collected is a whole export, its records as text.
type collected struct {
	stat.Chunk
	records []string
}

// byLine sorts records by their lines.
type byLine struct {
	lines   []int64
	records []string
}

func (b byLine) Len() int { return len(b.lines) }

func (b byLine) Less(i, j int) bool { return b.lines[i] < b.lines[j] }

func (b byLine) Swap(i, j int) {
	b.lines[i], b.lines[j] = b.lines[j], b.lines[i]
	b.records[i], b.records[j] = b.records[j], b.records[i]
}

func collect(rows *Rows) (collected, error) {
	var all collected
	var lines []int64 // of the records
	layout := rows.Layout()
	for {
		c, err := rows.Next(context.Background())
		if errors.Is(err, io.EOF) {
			// rows whose key may be on an earlier row come last; here all are in the order of the file
			slices.SortStableFunc(all.Rejects, func(a, b stat.Reject) int { return int(a.Line - b.Line) })
			sort.Stable(byLine{lines, all.records})
			return all, nil
		}
		if err != nil {
			return all, err
		}
		all.Rows += c.Rows
		all.Accepted += c.Accepted
		all.Duplicates += c.Duplicates
		all.Rejects = append(all.Rejects, c.Rejects...)
		for _, a := range c.SetAside {
			for range a.Rows {
				aside(&all.Chunk, a.Reason)
			}
		}
		for i, line := range c.Lines {
			lines = append(lines, line)
			var cells []string
			for j := range c.Vectors {
				v := &c.Vectors[j]
				switch col := layout.Columns[j]; {
				case col.Name == stat.LowColumn || col.Name == stat.HighColumn:
					if !v.Null[i] {
						cells = append(cells, fmt.Sprintf("%s %d", strings.TrimPrefix(col.Name, "value_"), v.Ints[i]))
					}
				case v.Null[i]:
					cells = append(cells, "–")
				case col.Type == stat.FieldText:
					cells = append(cells, fmt.Sprintf("%q", v.At(i)))
				case col.Type == stat.FieldDecimal:
					cells = append(cells, fmt.Sprint(v.Floats[i]))
				case col.Type == stat.FieldDate:
					cells = append(cells, dateOf(v.Ints[i]).String())
				case col.Type == stat.FieldCode:
					cells = append(cells, col.Dictionary[v.Ints[i]])
				default:
					cells = append(cells, fmt.Sprint(v.Ints[i]))
				}
			}
			all.records = append(all.records, fmt.Sprintf("%d: %s", line, strings.Join(cells, ", ")))
		}
	}
}
