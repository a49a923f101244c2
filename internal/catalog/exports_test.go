package catalog

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tallystick/internal/stat"
)

// rows reads an export that ships, as one map a row.
func rows(t *testing.T, name string) []map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join("../../data/exports", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, r := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = r[i]
		}
		out = append(out, row)
	}
	return out
}

func count(t *testing.T, row map[string]string) int {
	t.Helper()
	n, err := strconv.Atoi(row["count"])
	if err != nil {
		t.Fatalf("count of %v: %v", row, err)
	}
	return n
}

// expected reads an expected.json of the shared folder, or skips the test where there is none.
func expected(t *testing.T, folder string, into any) {
	t.Helper()
	shared := os.Getenv("TALLYSTICK_SHARED")
	if shared == "" {
		shared = "../../../shared"
	}
	data, err := os.ReadFile(filepath.Join(shared, "exports", folder, "expected.json"))
	if err != nil {
		t.Skipf("the shared folder is absent (set TALLYSTICK_SHARED): %v", err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

// TestExportsHaveTheFieldsOfTheirDataset compares the header of every export that ships with its data set, and every
// code in it with the code lists, so that ingest finds nothing to put into quarantine.
func TestExportsHaveTheFieldsOfTheirDataset(t *testing.T) {
	defs, _ := Load(os.DirFS("../../data"))
	for _, feed := range defs.Feeds {
		if feed.Bundled == "" {
			continue
		}
		ds, ok := defs.Dataset(feed.Dataset)
		if !ok {
			t.Fatalf("feed %s: no data set %s", feed.ID, feed.Dataset)
		}
		seen := map[string]int{}
		for i, row := range rows(t, feed.Bundled) {
			line := i + 2
			if len(row) != len(ds.Fields) {
				t.Fatalf("%s has %d columns, data set %s has %d fields", feed.Bundled, len(row), ds.ID, len(ds.Fields))
			}
			for _, f := range ds.Fields {
				text, ok := row[f.Name]
				if !ok {
					t.Fatalf("%s has no column %s", feed.Bundled, f.Name)
				}
				if f.Required && text == "" {
					t.Errorf("%s:%d: %s is empty", feed.Bundled, line, f.Name)
				}
				if list, ok := defs.Codelist(f.Codelist); ok && !list.Has(text) {
					t.Errorf("%s:%d: %s: %q is not in %s", feed.Bundled, line, f.Name, text, f.Codelist)
				}
			}
			if (row["count"] != "") != (row["status"] == string(stat.StatusReported)) {
				t.Errorf("%s:%d: count %q with status %s", feed.Bundled, line, row["count"], row["status"])
			}
			var key []string
			for _, name := range ds.Key {
				key = append(key, row[name])
			}
			if k := strings.Join(key, "|"); seen[k] > 0 {
				t.Errorf("%s:%d: the key %s stands on line %d as well", feed.Bundled, line, k, seen[k])
			} else {
				seen[k] = line
			}
		}
	}
}

// TestPoliceArrestsAgreeWithTheRawFiles compares every agency and every statewide figure with what was computed from
// the raw files by other hands.
func TestPoliceArrestsAgreeWithTheRawFiles(t *testing.T) {
	var want struct {
		Years map[string]struct {
			Columns map[string]struct{ Sex, Age int } `json:"prostitution_by_column_index_and_name"`
			Sum     int                               `json:"sum_over_town_and_agency_columns"`
			Places  int                               `json:"town_and_agency_columns"`
			Under18 map[string]int                    `json:"under_18"`
			State   *struct{ F, M, Total int }        `json:"statewide_prostitution_arrests"`
		}
	}
	expected(t, "ct_ucr_arrests_2010_2015", &want)
	all := rows(t, "police-arrests.csv")
	for year, w := range want.Years {
		state, agencies, ages := map[string]int{}, map[string]int{}, map[string]int{}
		columns, reporting, absent := map[string]int{}, map[string]bool{}, map[string]bool{}
		for _, r := range all {
			switch {
			case r["period"] != year:
			case r["status"] != "reported":
				absent[r["agency"]] = true
			case r["age_group"] != "all":
				ages[r["age_group"]] += count(t, r)
			case r["level"] == "state":
				state[r["sex"]] += count(t, r)
			default:
				agencies[r["sex"]] += count(t, r)
				reporting[r["agency"]] = true
				name, _, _ := strings.Cut(strings.TrimPrefix(r["locator"], "column "), ", row ")
				columns[name] += count(t, r)
			}
		}
		if got := agencies["female"] + agencies["male"]; got != w.Sum {
			t.Errorf("%s: the agencies come to %d, want %d", year, got, w.Sum)
		}
		if len(reporting) != w.Places {
			t.Errorf("%s: %d agencies have a column, want %d", year, len(reporting), w.Places)
		}
		ageTotal := 0
		for _, n := range ages {
			ageTotal += n
		}
		switch {
		case w.State == nil:
			if len(state) > 0 || ageTotal != 266 {
				t.Errorf("%s: statewide rows %v and %d by age, want none and 266", year, state, ageTotal)
			}
		case state["female"] != w.State.F || state["male"] != w.State.M || ageTotal != w.State.Total:
			t.Errorf("%s: statewide %v and %d by age, want %+v", year, state, ageTotal, *w.State)
		}
		for _, n := range w.Under18 {
			if ages["under-18"] != n {
				t.Errorf("%s: %d under 18, want %d", year, ages["under-18"], n)
			}
		}
		if want := map[string]int{"2014": 8}[year]; len(absent) != want {
			t.Errorf("%s: %d agencies are marked as not reported, want %d", year, len(absent), want)
		}
		checked := 0
		for name, w := range w.Columns {
			_, name, _ = strings.Cut(name, ":")
			if got, ok := columns[name]; ok {
				checked += got
				if got != w.Sex {
					t.Errorf("%s, column %s: %d, want %d", year, name, got, w.Sex)
				}
			}
		}
		if checked != w.Sum {
			t.Errorf("%s: the columns compared hold %d arrests, want %d", year, checked, w.Sum)
		}
	}
}

// TestTraffickingOffencesAgreeWithTheRawFile compares years and kinds, and the agencies.
func TestTraffickingOffencesAgreeWithTheRawFile(t *testing.T) {
	var want struct {
		Connecticut struct {
			Counts   map[string]int `json:"actual_by_year_and_kind"`
			Agencies []string       `json:"agencies"`
		} `json:"connecticut"`
	}
	expected(t, "fbi_ucr_human_trafficking_2013_2020", &want)
	got, agencies, total := map[string]int{}, map[string]bool{}, 0
	names := map[string]string{
		"commercial-sex-acts": "Commercial Sex Acts", "involuntary-servitude": "Involuntary Servitude",
	}
	for _, r := range rows(t, "police-trafficking-offences.csv") {
		if r["status"] == "reported" {
			got[r["period"]+"|"+names[r["kind"]]] += count(t, r)
			total += count(t, r)
			agencies[r["agency"]] = true
		}
	}
	for key, n := range want.Connecticut.Counts {
		if got[key] != n {
			t.Errorf("%s: %d offences, want %d", key, got[key], n)
		}
	}
	if total != 49 || len(agencies) != len(want.Connecticut.Agencies) {
		t.Errorf("%d offences of %d agencies, want 49 of %d", total, len(agencies), len(want.Connecticut.Agencies))
	}
}

// TestPopulationsAgreeWithTheRawFile compares the state, the sum of the towns and two towns in every year.
func TestPopulationsAgreeWithTheRawFile(t *testing.T) {
	var want struct {
		State    map[string]int `json:"state_by_year"`
		Hartford map[string]int
		Union    map[string]int
	}
	expected(t, "ct_dph_towns_1996_2020", &want)
	state, sum, hartford, union := map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	for _, r := range rows(t, "town-populations.csv") {
		switch {
		case r["level"] == "state":
			state[r["period"]] += count(t, r)
			continue
		case r["town"] == "hartford":
			hartford[r["period"]] += count(t, r)
		case r["town"] == "union":
			union[r["period"]] += count(t, r)
		}
		sum[r["period"]] += count(t, r)
	}
	for year, n := range want.State {
		got := fmt.Sprint(state[year], sum[year], hartford[year], union[year])
		if w := fmt.Sprint(n, n, want.Hartford[year], want.Union[year]); got != w {
			t.Errorf("%s: state, sum of towns, Hartford, Union: %s, want %s", year, got, w)
		}
	}
}

// TestTownsBelongToCountiesAndRegions compares the code lists of places with the lookups.
func TestTownsBelongToCountiesAndRegions(t *testing.T) {
	var want struct {
		Counties map[string]int `json:"towns_by_county"`
		Regions  map[string]int `json:"towns_by_planning_region"`
	}
	expected(t, "ct_town_lookups", &want)
	defs, _ := Load(os.DirFS("../../data"))
	for _, c := range []struct {
		towns, parents, suffix string
		want                   map[string]int
	}{{"towns", "counties", " County", want.Counties}, {"planning-region-towns", "planning-regions", "",
		want.Regions}} {
		towns, _ := defs.Codelist(c.towns)
		parents, _ := defs.Codelist(c.parents)
		got := map[string]int{}
		for _, town := range towns.Codes {
			if town.Parent != "" {
				got[strings.TrimSuffix(parents.Label(town.Parent), c.suffix)]++
			}
		}
		for name, n := range c.want {
			if got[name] != n {
				t.Errorf("%s: %s has %d towns, want %d", c.towns, name, got[name], n)
			}
		}
	}
}

// TestNoSmallCountOfChildrenShips holds that no count under ten about children is in the repository, and that the
// arrests of juveniles are not broken down by agency.
func TestNoSmallCountOfChildrenShips(t *testing.T) {
	defs, _ := Load(os.DirFS("../../data"))
	protected := 0
	for _, feed := range defs.Feeds {
		if feed.Bundled == "" {
			continue
		}
		ds, _ := defs.Dataset(feed.Dataset)
		if feed.Bundled == "" {
			continue
		}
		for _, r := range rows(t, feed.Bundled) {
			if ds.Protection == stat.ProtectionProtected {
				protected++
				if n := count(t, r); n < 10 {
					t.Errorf("%s holds a count of %d", feed.Bundled, n)
				}
			}
			if r["age_group"] == "under-18" && r["agency"] != "all" {
				t.Errorf("%s counts juveniles of one agency: %v", feed.Bundled, r["agency"])
			}
		}
	}
	if protected == 0 {
		t.Error("no protected row was read")
	}
}

// TestPublishedFiguresThatMustBeThere lists figures that readers will look for, each with its data set.
func TestPublishedFiguresThatMustBeThere(t *testing.T) {
	for file, figures := range map[string][]string{
		"judicial-sections.csv":           {"3557", "1378", "1841", "269"},
		"commission-statement.csv":        {"287", "53"},
		"state-trafficking-law.csv":       {"10", "0"},
		"state-trafficking-decisions.csv": {"1", "4"},
		"district-of-connecticut.csv":     {"20", "28", "38"},
		"child-welfare.csv":               {"94", "80", "133", "202", "241"},
		"bjs-federal.csv":                 {"837", "1343", "1656"},
		"tip-report.csv":                  {"343", "475"},
		"trac-prosecutions.csv":           {"178"},
		"hti-cases.csv":                   {"183", "203", "202"},
	} {
		var got []string
		for _, r := range rows(t, file) {
			got = append(got, r["count"])
			if r["source_title"] == "" || r["source_address"] == "" || r["locator"] == "" || r["confidence"] == "" {
				t.Errorf("%s: a row has no full citation: %v", file, r)
			}
		}
		for _, f := range figures {
			if !slices.Contains(got, f) {
				t.Errorf("%s does not hold %s", file, f)
			}
		}
	}
}
