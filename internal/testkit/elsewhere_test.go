package testkit_test

import (
	"context"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tallystick/internal/catalog"
	"tallystick/internal/ingest"
	"tallystick/internal/stat"
	"tallystick/internal/warehouse"
)

// elsewhere gives the shipped definitions with the feeds and data sets of testdata/elsewhere beside them: real exports of
// other places, which are read and never published.
func elsewhere(t *testing.T) stat.Definitions {
	t.Helper()
	all := fstest.MapFS{}
	for _, root := range []string{filepath.Join("..", "..", "data"), filepath.Join("testdata", "elsewhere")} {
		fsys := os.DirFS(root)
		err := fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := fs.ReadFile(fsys, path)
			all[path] = &fstest.MapFile{Data: data}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	defs, issues := catalog.Load(all)
	for _, i := range stat.Errors(issues) {
		t.Errorf("%s", i)
	}
	if t.Failed() {
		t.FailNow()
	}
	return defs
}

func TestProstitutionAndBuyingComeOutOfTheLawCode(t *testing.T) {
	var want struct {
		Class map[string]int64 `json:"by_class"`
		Sex   map[string]int64 `json:"by_class_and_sex"`
		Boro  map[string]int64 `json:"by_class_and_borough"`
		Rows  struct {
			Data int64 `json:"data_rows"`
		} `json:"facts"`
	}
	readJSON(t, sharedExport(t, "nypd_dec2017", "expected.json"), &want)
	defs, w := elsewhere(t), open(t)
	b := loadFile(t, w, defs, "nypd-arrests", sharedExport(t, "nypd_dec2017", "NYPD_Arrests_Data__DEC2017.csv"))
	if b.Rows != want.Rows.Data || b.Accepted != 160 || b.Quarantined+b.Duplicates != 0 {
		t.Errorf("balance: %d rows = %d accepted + %d quarantined + %d duplicates + %d set aside; want %d = 160 + 0 + 0 + the rest",
			b.Rows, b.Accepted, b.Quarantined, b.Duplicates, b.SetAside, want.Rows.Data)
	}
	ds, _ := defs.Dataset("nypd-arrests")
	for field, expected := range map[string]map[string]int64{"class": want.Class, "sex": want.Sex, "borough": want.Boro} {
		by := []string{"class"}
		if field != "class" {
			by = append(by, field)
		}
		got := sums(t, w, warehouse.Query{Dataset: ds, Measure: stat.Measure{Count: "records"}, By: by})
		for key, n := range expected {
			if c := got["2017 "+strings.NewReplacer("|", " ", "_", "-").Replace(key)]; c.Value != n {
				t.Errorf("%s: got %d, want %d", key, c.Value, n)
			}
		}
	}
}

func TestSecondPublicationOfADailySeriesReplacesTheFirst(t *testing.T) {
	var want struct {
		Years map[string]map[string]map[string]int64 `json:"by_year"`
	}
	readJSON(t, sharedExport(t, "philadelphia_dao_daily", "expected.json"), &want)
	defs, w := elsewhere(t), open(t)
	ds, _ := defs.Dataset("philadelphia-arrests")
	for _, file := range []string{"arrests_vintage_2021-04.csv", "arrests_vintage_2021-10.csv"} {
		b := loadFile(t, w, defs, "philadelphia-arrests", sharedExport(t, "philadelphia_dao_daily", file))
		if b.Accepted != b.Rows {
			t.Errorf("%s: %d of %d rows accepted", file, b.Accepted, b.Rows)
		}
		got := sums(t, w, warehouse.Query{Dataset: ds, Measure: stat.Measure{Sum: "count"}, By: []string{"offence"}})
		for year, offences := range want.Years[file] {
			for offence, n := range offences {
				if c := got[year+" "+offence]; year != "2021" && c.Value != n {
					t.Errorf("after %s, %s in %s: got %d, want %d", file, offence, year, c.Value, n)
				}
			}
		}
	}
}

func TestColumnsThatDifferOnlyInASpaceStayApart(t *testing.T) {
	var want struct {
		Incidents struct {
			Years map[string]int64 `json:"prostitution_and_commercialized_vice_by_year"`
		} `json:"incidents_wide"`
	}
	readJSON(t, sharedExport(t, "philadelphia_dao_daily", "expected.json"), &want)
	defs, w := elsewhere(t), open(t)
	b := loadFile(t, w, defs, "philadelphia-incidents", sharedExport(t, "philadelphia_dao_daily", "incidents_wide.csv"))
	if b.Rows != 3712 || b.Accepted != 3712 {
		t.Errorf("%d of %d rows accepted, want all of 3712", b.Accepted, b.Rows)
	}
	ds, _ := defs.Dataset("philadelphia-arrests")
	got := sums(t, w, warehouse.Query{Dataset: ds, Measure: stat.Measure{Sum: "count"}, By: []string{"offence"}})
	for year, n := range want.Incidents.Years {
		if c := got[year+" Prostitution and Commercialized Vice"]; c.Value != n {
			t.Errorf("%s: got %d, want %d", year, c.Value, n)
		}
	}
}

func TestNegativeCountsAndEqualRowsOfAllStates(t *testing.T) {
	var want struct {
		Rows    int64
		Sum     int64            `json:"actual_sum"`
		ByState map[string]int64 `json:"actual_by_state"`
	}
	readJSON(t, sharedExport(t, "fbi_ucr_human_trafficking_2013_2020", "expected.json"), &want)
	defs, w := elsewhere(t), open(t)
	b := loadFile(t, w, defs, "national-trafficking", sharedExport(t, "fbi_ucr_human_trafficking_2013_2020", "HT_2013-2020.csv"))
	if b.Accepted != want.Rows || b.Duplicates != 0 {
		t.Errorf("%d accepted, %d duplicates; want %d and 0", b.Accepted, b.Duplicates, want.Rows)
	}
	ds, _ := defs.Dataset("national-trafficking")
	byState := map[string]int64{}
	var sum int64
	list, err := w.Count(context.Background(), warehouse.Query{Dataset: ds, Measure: stat.Measure{Sum: "count"}, By: []string{"state"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		byState[c.Codes[0].Code] += c.Value
		sum += c.Value
	}
	if sum != want.Sum {
		t.Errorf("sum: got %d, want %d", sum, want.Sum)
	}
	for state, n := range want.ByState {
		if byState[state] != n {
			t.Errorf("%s: got %d, want %d", state, byState[state], n)
		}
	}
}

// TestMessyFilesOfRealOffices reads them as their feeds say and compares rows and the exact sum of the amounts.
func TestMessyFilesOfRealOffices(t *testing.T) {
	var want struct {
		Files map[string]struct {
			Data    int64 `json:"data_records"`
			Blank   int64 `json:"blank_records"`
			Columns int
			Read    int64  `json:"amounts_read"`
			Sum     string `json:"amount_sum"`
		}
	}
	readJSON(t, sharedExport(t, "messy_gov", "expected.json"), &want)
	defs := elsewhere(t)
	for feed, file := range map[string]string{
		"hmrc": "HMRC_spending_over_25000_for_September_2018.csv", "moj": "moj-aramis-data-march-11.csv",
		"hotels": "table-with-accents.csv", "ministers": "ministers-overseas-travel-jan-mar-2013.csv",
		"water": "Sustainability_-_Water_consumption_P_56.csv", "workforce": "workforce-management-information-dft_201706.csv",
		"rivers": "iwfg09_Phos_river_200911.csv",
	} {
		t.Run(feed, func(t *testing.T) {
			path, expected := sharedExport(t, "messy_gov", file), want.Files[file]
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			of, _ := defs.Feed(feed)
			rows, err := ingest.Open(context.Background(), f, ingest.Input{Name: file, Feed: of, Definitions: defs, Today: stat.Date{Year: 2026, Month: time.November, Day: 24}})
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			if len(rows.Header()) != expected.Columns {
				t.Errorf("%d columns, want %d: %q", len(rows.Header()), expected.Columns, rows.Header())
			}
			amount := -1
			for i, c := range rows.Layout().Columns {
				if c.Name == "amount" {
					amount = i
				}
			}
			var read, accepted, blank, amounts int64
			sum := new(big.Rat)
			for {
				c, err := rows.Next(context.Background())
				if err != nil {
					break
				}
				read, accepted = read+c.Rows, accepted+c.Accepted
				for _, a := range c.SetAside {
					if a.Reason == "blank line" {
						blank += a.Rows
					}
				}
				for _, r := range c.Rejects {
					t.Errorf("line %d: %v", r.Line, r.Issues)
				}
				for i := range c.Lines {
					if amount >= 0 {
						x, _ := new(big.Rat).SetString(fmt.Sprint(c.Vectors[amount].Floats[i]))
						sum.Add(sum, x)
						amounts++
					}
				}
			}
			if read-blank != expected.Data || blank != expected.Blank {
				t.Errorf("%d rows with text and %d blank, want %d and %d", read-blank, blank, expected.Data, expected.Blank)
			}
			if expected.Sum == "" {
				return
			}
			if total, ok := new(big.Rat).SetString(expected.Sum); !ok || sum.Cmp(total) != 0 || amounts != expected.Read {
				t.Errorf("%d amounts with the sum %s, want %d with %s", amounts, sum.FloatString(8), expected.Read, expected.Sum)
			}
		})
	}
}
