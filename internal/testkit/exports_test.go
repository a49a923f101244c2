package testkit_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
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

// sums counts and gives the values by period and codes, as "2016 commercial-sex-acts".
func sums(t *testing.T, w *warehouse.Warehouse, q warehouse.Query) map[string]warehouse.Counted {
	t.Helper()
	list, err := w.Count(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]warehouse.Counted{}
	for _, c := range list {
		key := c.Period.Key()
		for _, code := range c.Codes {
			key += " " + code.Code
		}
		out[key] = c
	}
	return out
}

func TestEqualRowsOfTheTraffickingFileAreDifferentMonths(t *testing.T) {
	var want struct {
		Connecticut struct {
			Rows   int64
			Counts map[string]int64 `json:"actual_by_year_and_kind"`
		}
	}
	readJSON(t, sharedExport(t, "fbi_ucr_human_trafficking_2013_2020", "expected.json"), &want)
	defs, w := definitions(t), open(t)
	b := loadFile(t, w, defs, "fbi-trafficking", sharedExport(t, "fbi_ucr_human_trafficking_2013_2020", "HT_2013-2020.csv"))
	if b.Rows != 4417 || b.Accepted != want.Connecticut.Rows || b.SetAside != 4417-want.Connecticut.Rows {
		t.Errorf("balance: %d rows = %d accepted + %d quarantined + %d duplicates + %d set aside; want 4417 = %d + 0 + 0 + the rest",
			b.Rows, b.Accepted, b.Quarantined, b.Duplicates, b.SetAside, want.Connecticut.Rows)
	}
	ds, _ := defs.Dataset("police-trafficking-offences")
	for _, level := range []string{"state", "agency"} {
		got := sums(t, w, warehouse.Query{Dataset: ds, Measure: stat.Measure{Sum: "count"}, Where: stat.Where{"level": {level}}, By: []string{"kind"}})
		for key, n := range want.Connecticut.Counts {
			year, kind, _ := strings.Cut(key, "|")
			kind = strings.ReplaceAll(strings.ToLower(kind), " ", "-")
			if got[year+" "+kind].Value != n {
				t.Errorf("%s, level %s: got %d, want %d", key, level, got[year+" "+kind].Value, n)
			}
		}
	}
}

func TestTownsAddUpToTheStateInEveryYear(t *testing.T) {
	var want struct {
		State    map[string]int64 `json:"state_by_year"`
		Hartford map[string]int64
		Union    map[string]int64
	}
	readJSON(t, sharedExport(t, "ct_dph_towns_1996_2020", "expected.json"), &want)
	defs, w := definitions(t), open(t)
	b := loadFile(t, w, defs, "dph-population", sharedExport(t, "ct_dph_towns_1996_2020", "dph-population-by-town_2020.csv"))
	if b.Rows != 8500 || b.Accepted != 4250 || b.SetAside != 4250 {
		t.Errorf("balance: %d rows = %d accepted + %d quarantined + %d duplicates + %d set aside; want 8500 = 4250 + 0 + 0 + 4250",
			b.Rows, b.Accepted, b.Quarantined, b.Duplicates, b.SetAside)
	}
	ds, _ := defs.Dataset("town-populations")
	q := warehouse.Query{Dataset: ds, Measure: stat.Measure{Sum: "count"}, By: []string{"level"}}
	levels := sums(t, w, q)
	q.By = []string{"town"}
	towns := sums(t, w, q)
	for year, n := range want.State {
		if levels[year+" state"].Value != n || levels[year+" town"].Value != n {
			t.Errorf("%s: state %d, sum of towns %d, want %d", year, levels[year+" state"].Value, levels[year+" town"].Value, n)
		}
		if towns[year+" hartford"].Value != want.Hartford[year] || towns[year+" union"].Value != want.Union[year] {
			t.Errorf("%s: Hartford %d and Union %d, want %d and %d", year, towns[year+" hartford"].Value, towns[year+" union"].Value,
				want.Hartford[year], want.Union[year])
		}
	}
}

func TestSuppressedCountsOfTheChildWelfareFileAreWithheldAndNeverNumbers(t *testing.T) {
	var want struct {
		Cells    map[string]int64             `json:"cells_by_kind"`
		State    map[string]map[string]string `json:"statewide"`
		TownSums map[string]map[string]struct {
			Known      int64 `json:"known_sum"`
			Suppressed int64 `json:"suppressed_towns"`
		} `json:"town_sums"`
	}
	readJSON(t, sharedExport(t, "ct_dcf_abuse_neglect", "expected.json"), &want)
	defs, w := definitions(t), open(t)
	b := loadFile(t, w, defs, "dcf-town-reports", sharedExport(t, "ct_dcf_abuse_neglect",
		"CT_DCF_Abuse_Neglect_Reports_and_Allegations_by_Town_and_State_Fiscal_Year.csv"))
	if b.Rows != 1197 || b.Accepted != 1197 || b.Records != 1197*21 {
		t.Errorf("balance: %d rows = %d accepted + %d quarantined + %d duplicates + %d set aside, %d records; want all of 1197 accepted, 25137 records",
			b.Rows, b.Accepted, b.Quarantined, b.Duplicates, b.SetAside, b.Records)
	}
	ds, _ := defs.Dataset("child-reports")
	got := sums(t, w, warehouse.Query{Dataset: ds, Measure: stat.Measure{Sum: "count"}, By: []string{"level", "measure"}})
	var withheld int64
	for _, c := range got {
		withheld += c.ByStatus[stat.StatusWithheld]
	}
	if withheld != want.Cells["<= 10 (suppressed)"] {
		t.Errorf("withheld cells: got %d, want %d", withheld, want.Cells["<= 10 (suppressed)"])
	}
	for year, columns := range want.TownSums {
		last := stat.FiscalYear(stat.ClockStateFiscal, atoi(t, year))
		for column, sum := range columns {
			measure := strings.ReplaceAll(strings.ToLower(column), "_", "-")
			towns, state := got[last.Key()+" town "+measure], got[last.Key()+" state "+measure]
			if towns.Value != sum.Known || towns.ByStatus[stat.StatusWithheld] != sum.Suppressed {
				t.Errorf("%s %s: towns sum to %d with %d withheld, want %d with %d", year, column, towns.Value,
					towns.ByStatus[stat.StatusWithheld], sum.Known, sum.Suppressed)
			}
			if n := int64(atoi(t, want.State[year][column])); state.Value != n {
				t.Errorf("%s %s statewide: got %d, want %d", year, column, state.Value, n)
			}
		}
	}
}

func atoi(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
