package export

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"tallystick/internal/stat"
)

var update = flag.Bool("update", false, "write the golden files anew")

// sample has every status, a ratio, a true zero, an unknown beginning, two sources of one figure and texts that
// a spreadsheet would take for formulas.
func sample() Sheet {
	span := stat.Period{From: stat.Date{Year: 2005, Month: 1, Day: 1}, To: stat.Date{Year: 2014, Month: 12, Day: 31}}
	one := stat.Citation{Title: "Selling, \"buying\"", Publisher: "Office of Legislative Research", Year: "2015",
		Address: "https://example.org/a?b=1&c=2", Locator: "table 1", Confidence: "high"}
	two := stat.Citation{Title: "Letter", Publisher: "Judicial Branch", Address: "https://example.org/letter"}
	count := func(series string, p stat.Period, v float64) stat.Observation {
		return stat.Observation{Indicator: "sellers-and-buyers", Panel: "arrested", Series: series, Kind: stat.KindCount,
			Period: p, Status: stat.StatusReported, Value: v, Bound: stat.BoundExactly, Unit: "arrests"}
	}
	selling := count("selling", span, 3557)
	selling.Interval = &stat.Interval{Lower: 3441.0625, Upper: 3675.8125, Level: 0.95, Method: "garwood"}
	selling.Marks = []stat.Mark{stat.MarkMixed, stat.MarkSummed}
	selling.Citations = []stat.Citation{one, two}
	selling.Coverage = stat.Coverage{Reported: 92, Expected: 93, Noun: "agencies", Missing: []string{"x"}}
	buying := count("buying", span, 1378)
	buying.Citations = []stat.Citation{one}
	buying.Note = "=SUM(A1:A9)"
	ratio := stat.Observation{Indicator: "sellers-and-buyers", Panel: "arrested", Series: "ratio", Kind: stat.KindRatio,
		Period: span, Status: stat.StatusReported, Value: 3557.0 / 1378, Of: 3557, To: 1378, Unit: "ratio", Bound: stat.BoundExactly}
	zero := count("buying", stat.Period{To: stat.Date{Year: 2004, Month: 12, Day: 31}, Stated: "to about 2004"}, 0)
	zero.Bound = stat.BoundAtLeast
	obs := []stat.Observation{ratio, selling, zero, buying}
	for i, status := range stat.Statuses {
		o := count("selling", stat.CalendarYear(2015), 0)
		o.Status = status
		o.Codes = []stat.DimensionCode{{Dimension: "kind", Code: string('a' + rune(i))}, {Dimension: "sex", Code: "female"}}
		obs = append(obs, o)
	}
	return Sheet{
		Indicator: stat.Indicator{
			ID: "sellers-and-buyers", Title: "People arrested, Connecticut", Question: "Who is held to account?",
			About: "Arrests by section.", Notes: []string{"+ Counts are of arrests, not of people."},
			Panels: []stat.Panel{{
				ID: "arrested", Title: "Arrested", Unit: "arrests", Clock: stat.ClockCalendar, Note: "@ Both sections.",
				Series: []stat.Series{
					{ID: "selling", Label: "selling sex", Dataset: "sections"},
					{ID: "buying", Label: "buying sex", Dataset: "sections"},
				},
				Ratio: &stat.Ratio{Of: "selling", To: "buying", Label: "sellers for each buyer", Decimals: 1},
			}},
		},
		Observations: obs,
		Definitions: stat.Definitions{
			Site:    stat.Site{Name: "Tallystick", Publisher: "A Commission", Contact: "-", Licence: "CC0", Address: "https://example.org"},
			Sources: []stat.Source{{ID: "court", Title: "Court", Publisher: "Judicial Branch"}, {ID: "other"}},
			Datasets: []stat.Dataset{{ID: "sections", Source: "court", Fields: []stat.Field{
				{Name: "sex", Title: "Sex", Codelist: "sex"}, {Name: "kind", Codelist: "kinds"},
			}}},
			Codelists: []stat.Codelist{
				{ID: "counting-units", Codes: []stat.Code{{Code: "arrests", Label: "arrests"}}},
				{ID: "sex", Codes: []stat.Code{{Code: "female", Label: "women"}, {Code: "all", Label: "everybody"}}},
				{ID: "kinds", Codes: []stat.Code{{Code: "a", Label: "-kind A"}}},
			},
		},
		Release:     "2026-11-24",
		PublishedAt: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC),
		Answer: stat.Answer{Sentences: []stat.Sentence{{Parts: []stat.Part{{Text: "Police made "},
			{Text: "3,557 arrests", Key: "k"}, {Text: "."}}}}},
	}
}

func write(t *testing.T, f Format, s Sheet) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, f, s); err != nil {
		t.Fatalf("Write(%s): %v", f, err)
	}
	return b.Bytes()
}

func TestFilesAreAsTheGoldenOnes(t *testing.T) {
	for _, f := range []Format{CSV, JSON} {
		got := write(t, f, sample())
		path := filepath.Join("testdata", "sellers-and-buyers."+string(f))
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("Write(%s) (-want +got):\n%s", f, diff)
		}
	}
}

func TestWorkbookHoldsNoTimeOfItsMaking(t *testing.T) {
	data := write(t, XLSX, sample())
	files, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files.File {
		if f.Modified.Year() > 1980 {
			t.Errorf("%s has the time %v", f.Name, f.Modified)
		}
	}
}

func TestSameSheetGivesTheSameBytes(t *testing.T) {
	for _, f := range Formats {
		s := sample()
		first := write(t, f, s)
		slices.Reverse(s.Observations)
		if second := write(t, f, s); !bytes.Equal(first, second) {
			t.Errorf("%s: two builds differ, %d and %d bytes", f, len(first), len(second))
		}
	}
}

func readCSV(t *testing.T, s Sheet) (header []string, rows []map[string]string) {
	t.Helper()
	text := write(t, CSV, s)
	if n := bytes.Count(text, []byte("\n")); n != bytes.Count(text, []byte("\r\n")) || n != len(s.Observations)+1 {
		t.Errorf("%d line ends, want %d, all CRLF", n, len(s.Observations)+1)
	}
	records, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = r[i]
		}
		rows = append(rows, row)
	}
	return records[0], rows
}

func TestCSVKeepsValueAndStatusApart(t *testing.T) {
	header, rows := readCSV(t, sample())
	sorted := slices.Clone(header)
	slices.Sort(sorted)
	if len(slices.Compact(sorted)) != len(header) {
		t.Errorf("a column name comes twice: %v", header)
	}
	seen := map[string]int{}
	for _, r := range rows {
		seen[r["status"]]++
		if (r["value"] != "") != (r["status"] == "reported") {
			t.Errorf("%s: value %q with status %q", r["key"], r["value"], r["status"])
		}
		if strings.ContainsAny(r["value"], "[], ") {
			t.Errorf("%s: value %q is not a plain number", r["key"], r["value"])
		}
	}
	for _, s := range stat.Statuses {
		if seen[string(s)] == 0 {
			t.Errorf("no row has status %s", s)
		}
	}
	zero := rows[slices.IndexFunc(rows, func(r map[string]string) bool { return r["period_stated"] == "to about 2004" })]
	for name, want := range map[string]string{
		"value": "0", "bound": "at-least", "period_from": "", "period_to": "2004-12-31", "sex": "all", "sex_label": "everybody",
		"kind": "all", "fabricated": "false", "release": "2026-11-24", "published_at": "2026-11-24T12:00:00Z",
	} {
		if got, ok := zero[name]; !ok || got != want {
			t.Errorf("the true zero has %s = %q, want %q", name, got, want)
		}
	}
}

func TestCSVKeepsTheLimitsOfAFigureThatIsNotGiven(t *testing.T) {
	s := sample()
	i := slices.IndexFunc(s.Observations, func(o stat.Observation) bool { return o.Status == stat.StatusWithheld })
	s.Observations[i].Interval = &stat.Interval{Lower: 5, Upper: 15, Level: 1, Method: stat.MethodStated}
	_, rows := readCSV(t, s)
	row := rows[slices.IndexFunc(rows, func(r map[string]string) bool { return r["key"] == s.Observations[i].Key() })]
	for name, want := range map[string]string{"value": "", "status": "withheld", "lower_limit": "5", "upper_limit": "15", "interval_method": "stated-by-source"} {
		if row[name] != want {
			t.Errorf("%s = %q, want %q", name, row[name], want)
		}
	}
}

func TestDimensionNamedLikeAColumnGetsANameOfItsOwn(t *testing.T) {
	s := sample()
	for i := range s.Observations {
		for j, c := range s.Observations[i].Codes {
			if c.Dimension == "kind" {
				s.Observations[i].Codes[j].Dimension = "unit"
			}
		}
	}
	_, rows := readCSV(t, s)
	if last := rows[len(rows)-1]; last["unit"] != "arrests" || last["by_unit"] != "f" {
		t.Errorf("unit = %q, by_unit = %q; want arrests and the code f", last["unit"], last["by_unit"])
	}
}

func TestCSVNamesEverySource(t *testing.T) {
	_, rows := readCSV(t, sample())
	i := slices.IndexFunc(rows, func(r map[string]string) bool { return r["value"] == "3557" })
	if got, want := rows[i]["source_title"], `Selling, "buying" | Letter`; got != want {
		t.Errorf("source_title = %q, want %q", got, want)
	}
	if got, want := rows[i]["source_year"], "2015 | "; got != want {
		t.Errorf("source_year = %q, want %q: the second source must keep its place", got, want)
	}
}

func TestJSONHasNoValueWhereNoneWasReported(t *testing.T) {
	var doc struct {
		Answer       struct{ Text string }
		Observations []struct {
			Key    string
			Status stat.Status
			Value  *float64
		}
		Links map[string]string
	}
	if err := json.Unmarshal(write(t, JSON, sample()), &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Observations) != len(sample().Observations) {
		t.Errorf("%d observations, want %d", len(doc.Observations), len(sample().Observations))
	}
	for _, o := range doc.Observations {
		if (o.Value != nil) != (o.Status == stat.StatusReported) {
			t.Errorf("%s: value %v with status %s", o.Key, o.Value, o.Status)
		}
	}
	if want := "Police made 3,557 arrests."; doc.Answer.Text != want {
		t.Errorf("answer.text = %q, want %q", doc.Answer.Text, want)
	}
	if want := "https://example.org/releases/2026-11-24/indicators/sellers-and-buyers.csv"; doc.Links["csv"] != want {
		t.Errorf("links.csv = %q, want %q", doc.Links["csv"], want)
	}
}

func TestWorkbookFollowsTheGuidance(t *testing.T) {
	s := sample()
	f, err := excelize.OpenReader(bytes.NewReader(write(t, XLSX, s)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want := []string{"Cover", "Contents", "Notes", "Table_1", "Table_2"}
	if diff := cmp.Diff(want, f.GetSheetList()); diff != "" {
		t.Fatalf("sheets (-want +got):\n%s", diff)
	}
	if f.GetActiveSheetIndex() != 0 {
		t.Errorf("the workbook opens at sheet %d, want the cover", f.GetActiveSheetIndex())
	}
	props, err := f.GetDocProps()
	if err != nil || props.Title != s.Indicator.Title || props.Language != "en-US" || props.Created != "2026-11-24T12:00:00Z" {
		t.Errorf("properties = %+v, %v", props, err)
	}
	values := 0
	for _, name := range want[1:] {
		tables, err := f.GetTables(name)
		if err != nil || len(tables) != 1 {
			t.Fatalf("%s has %d tables, %v; want one", name, len(tables), err)
		}
		if merged, err := f.GetMergeCells(name); err != nil || len(merged) > 0 {
			t.Errorf("%s has merged cells %v, %v", name, merged, err)
		}
		if second, _ := f.GetCellValue(name, "A2"); second != "This worksheet contains one table." {
			t.Errorf("%s A2 = %q", name, second)
		}
		rows, err := f.GetRows(name)
		if err != nil {
			t.Fatal(err)
		}
		_, top, _ := excelize.SplitCellName(strings.Split(tables[0].Range, ":")[0])
		above := ""
		for _, r := range rows[:top-1] {
			above += strings.Join(r, " ") + "\n"
		}
		header := rows[top-1]
		for i, r := range rows[top:] {
			if len(r) != len(header) || slices.Contains(r, "") {
				t.Errorf("%s row %d has an empty cell: %q", name, top+1+i, r)
			}
			for _, cell := range r {
				if symbol, ok := strings.CutPrefix(cell, "["); ok && !strings.Contains(above, "["+symbol+": ") {
					t.Errorf("%s: %s is not explained above the table:\n%s", name, cell, above)
				}
			}
			if name[0] == 'T' {
				values++
			}
		}
		for r := 1; r <= len(rows); r++ {
			for c := 1; c <= len(header); c++ {
				cell, _ := excelize.CoordinatesToCellName(c, r)
				if formula, _ := f.GetCellFormula(name, cell); formula != "" {
					t.Errorf("%s %s is the formula %q", name, cell, formula)
				}
				kind, _ := f.GetCellType(name, cell)
				text, _ := f.GetCellValue(name, cell)
				if text != "" && strings.ContainsAny(text[:1], "=+-@") && kind != excelize.CellTypeSharedString {
					t.Errorf("%s %s = %q has type %v, want a string", name, cell, text, kind)
				}
			}
		}
	}
	if values != len(s.Observations) {
		t.Errorf("%d rows in the tables, want one for each of %d observations", values, len(s.Observations))
	}
}

func TestMadeUpFiguresAreMarkedInEveryFile(t *testing.T) {
	s := sample()
	s.Definitions.Datasets[0].Fabricated = true
	_, rows := readCSV(t, s)
	for _, r := range rows {
		if r["fabricated"] != "true" {
			t.Errorf("%s: fabricated = %q", r["key"], r["fabricated"])
		}
	}
	if !bytes.Contains(write(t, JSON, s), []byte(Fabricated)) {
		t.Error("the JSON file does not say so")
	}
	f, err := excelize.OpenReader(bytes.NewReader(write(t, XLSX, s)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, name := range []string{"Cover", "Notes", "Table_1", "Table_2"} {
		if found, err := f.SearchSheet(name, Fabricated); err != nil || len(found) == 0 {
			t.Errorf("%s does not say so: %v", name, err)
		}
	}
}

func TestUnknownFormat(t *testing.T) {
	if err := Write(&bytes.Buffer{}, "pdf", sample()); !errors.Is(err, stat.ErrInvalid) {
		t.Errorf("Write(pdf): %v, want ErrInvalid", err)
	}
}

// TestSeveralIndicatorsShareOneTable holds that figures of several indicators in one file have all their dimensions, and
// that each row is what the file of its own indicator says.
func TestSeveralIndicatorsShareOneTable(t *testing.T) {
	one, other := sample(), sample()
	other.Indicator.ID = "children"
	other.Observations = []stat.Observation{{
		Indicator: "children", Panel: "arrested", Series: "buying", Kind: stat.KindCount, Period: stat.CalendarYear(2014),
		Codes: []stat.DimensionCode{{Dimension: "town", Code: "hartford"}}, Status: stat.StatusReported, Value: 94,
	}}
	var together, alone bytes.Buffer
	if err := WriteTogether(&together, []Sheet{one, other}); err != nil {
		t.Fatal(err)
	}
	if err := Write(&alone, CSV, one); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&together).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	single, err := csv.NewReader(&alone).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != len(single)+1 {
		t.Fatalf("WriteTogether gives %d rows, want %d", len(rows), len(single)+1)
	}
	for _, name := range []string{"kind", "sex", "town", "town_label"} {
		if !slices.Contains(rows[0], name) {
			t.Errorf("WriteTogether has no column %q in %v", name, rows[0])
		}
	}
	for i, want := range single[1:] {
		for c, name := range single[0] {
			if got := rows[i+1][slices.Index(rows[0], name)]; got != want[c] {
				t.Errorf("row %d, %s: got %q, want %q", i+1, name, got, want[c])
			}
		}
	}
	last := rows[len(rows)-1]
	if got := last[slices.Index(rows[0], "town")] + " " + last[slices.Index(rows[0], "sex")]; got != "hartford all" {
		t.Errorf("the row of the other indicator has town and sex %q, want %q", got, "hartford all")
	}
}
