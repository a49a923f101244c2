package testkit_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tallystick/internal/catalog"
	"tallystick/internal/stat"
	"tallystick/internal/warehouse"
)

// sharedExport gives the path of a real export in the shared folder, or skips the test where it is absent.
func sharedExport(t *testing.T, parts ...string) string {
	t.Helper()
	shared := os.Getenv("TALLYSTICK_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	path := filepath.Join(append([]string{shared, "exports"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the real exports are not here: %v", err)
	}
	return path
}

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

func definitions(t *testing.T) stat.Definitions {
	t.Helper()
	defs, issues := catalog.Load(os.DirFS(filepath.Join("..", "..", "data")))
	for _, i := range stat.Errors(issues) {
		t.Errorf("%s", i)
	}
	if t.Failed() {
		t.FailNow()
	}
	return defs
}

func open(t *testing.T) *warehouse.Warehouse {
	t.Helper()
	w, err := warehouse.Open(context.Background(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

func loadFile(t *testing.T, w *warehouse.Warehouse, defs stat.Definitions, feed, path string) stat.Batch {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b := load(t, w, defs, feed, filepath.Base(path), string(text), time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC))
	if b.Quarantined > 0 {
		rejects, err := w.Quarantine(context.Background(), b.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rejects[:min(5, len(rejects))] {
			t.Logf("%s: %v", b.File, r.Issues)
		}
	}
	return b
}

func TestConnecticutWideFilesGiveTheStateAndItsAgencies(t *testing.T) {
	ctx := context.Background()
	var want struct {
		Years map[string]struct {
			File    string
			Columns map[string]struct{ Sex int64 } `json:"prostitution_by_column_index_and_name"`
			Towns   int64                          `json:"sum_over_town_and_agency_columns"`
		}
	}
	readJSON(t, sharedExport(t, "ct_ucr_arrests_2010_2015", "expected.json"), &want)
	defs := definitions(t)
	ds, _ := defs.Dataset("police-arrests")
	w := open(t)
	for _, y := range want.Years {
		b := loadFile(t, w, defs, "ct-ucr-arrests", sharedExport(t, "ct_ucr_arrests_2010_2015", y.File))
		if b.Rows != 812 || b.Quarantined != 0 || b.Duplicates != 0 || !b.Balanced() {
			t.Errorf("%s: %d rows = %d accepted + %d quarantined + %d duplicates + %d set aside; want 812 rows, none quarantined",
				y.File, b.Rows, b.Accepted, b.Quarantined, b.Duplicates, b.SetAside)
		}
	}
	sum := func(where stat.Where, by ...string) map[string]int64 {
		t.Helper()
		list, err := w.Count(ctx, warehouse.Query{Dataset: ds, Measure: stat.Measure{Sum: "count"}, Where: where, By: by})
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]int64{}
		for _, c := range list {
			key := c.Period.Key()
			for _, code := range c.Codes {
				key += " " + code.Code
			}
			out[key] = c.Value
		}
		return out
	}
	bySex := stat.Where{"level": {"state"}, "sex": {"female", "male"}, "age_group": {"all"}}
	state := sum(bySex)
	for year, n := range map[string]int64{"2010": 438, "2011": 379, "2012": 380, "2013": 343, "2014": 348} {
		if state[year] != n {
			t.Errorf("statewide prostitution arrests of %s: got %d, want %d", year, state[year], n)
		}
	}
	bySex["level"] = []string{"agency"}
	agencies := sum(bySex)
	for year, y := range want.Years {
		if agencies[year] != y.Towns {
			t.Errorf("sum over the agencies of %s: got %d, want %d", year, agencies[year], y.Towns)
		}
	}
	byAgency := sum(bySex, "agency")
	for key, n := range map[string]int64{
		"2010 hartford": want.Years["2010"].Columns["66:Hartford PD"].Sex, "2010 bridgeport": 16, "2012 waterbury": 108,
		"2014 hartford": want.Years["2014"].Columns["66:Hartford"].Sex, "2015 state-police-other": 7,
	} {
		if byAgency[key] != n {
			t.Errorf("arrests by %s: got %d, want %d", key, byAgency[key], n)
		}
	}
	ages := sum(stat.Where{"level": {"state"}, "sex": {"all"}, "age_group": {"under-18"}})
	if ages["2010"] != 1 || ages["2011"] != 2 || ages["2012"] != 1 || ages["2013"] != 0 || ages["2014"] != 1 {
		t.Errorf("arrests under 18 by year: got %v, want 1, 2, 1, 0, 1", ages)
	}
}
