package web

import (
	"encoding/csv"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"tallystick/internal/release"
	"tallystick/internal/stat"
	"tallystick/internal/testkit"
)

// filed is a server over one release with a duty of two items, three reporters and filings in every state. All of it
// is made up.
func filed(t *testing.T, duty func(*stat.Duty), filings ...stat.Filing) *Server {
	t.Helper()
	d := draft("2026-11-24", first, 3557)
	for i, list := range d.Definitions.Codelists {
		if list.ID == "agencies" {
			d.Definitions.Codelists[i].Codes = append(slices.Clone(list.Codes), stat.Code{Code: "vernon", Label: "Vernon police"})
		}
	}
	one := d.Definitions.Duties[0]
	one.Versions[0].Items = []stat.DutyItem{{Number: 1, Text: "Referrals", Count: true}, {Number: 2, Text: "Training"}}
	if duty != nil {
		duty(&one)
	}
	d.Definitions.Duties = []stat.Duty{one}
	d.Definitions.Filings = filings
	d.Definitions.Replies = []stat.Reply{{Agency: "union", Date: stat.Date{Year: 2026, Month: 11, Day: 2}, Text: "We count by call. " + hostile}}
	dir := testkit.Folder(t)
	if _, err := release.Seal(t.Context(), dir, d); err != nil {
		t.Fatal(err)
	}
	lib, err := release.OpenLibrary(dir)
	if err != nil {
		t.Fatal(err)
	}
	return New(Config{Library: lib, Log: slog.New(slog.DiscardHandler), Clock: func() time.Time { return now }})
}

func due(year int) stat.Date { return stat.Date{Year: year, Month: 10, Day: 1} }

// every is a filing or decision for each state that one can lead to.
func every() []stat.Filing {
	file := func(reporter string, year int, received stat.Date, items ...int) stat.Filing {
		return stat.Filing{Duty: "yearly", Reporter: reporter, Due: due(year), Received: received, Items: items}
	}
	waived := file("hartford", 2026, due(2026))
	waived.Waived, waived.Note = true, "The council waived it."
	disputed := file("union", 2026, due(2026))
	disputed.Disputed, disputed.Note = true, "The chief holds that it is not owed."
	late := file("hartford", 2025, stat.Date{Year: 2025, Month: 10, Day: 13}, 1, 2)
	late.Address = "https://example.org/hartford-2025.pdf"
	return []stat.Filing{
		file("hartford", 2024, stat.Date{Year: 2024, Month: 9, Day: 28}, 1, 2), late, waived, disputed,
		file("union", 2025, due(2025), 1),
		file("vernon", 2027, stat.Date{Year: 2026, Month: 12, Day: 5}, 1, 2), // after the release: not known to it
	}
}

func recorded(d *stat.Duty) { d.RecordedFrom = due(2025) }

func document(t *testing.T, s *Server, address string) *goquery.Document {
	t.Helper()
	w := get(t, s, address)
	if w.Code != http.StatusOK {
		t.Fatalf("GET %s: %d, want 200", address, w.Code)
	}
	doc, err := goquery.NewDocumentFromReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestEachReporterStandsAsItsFilingsSay(t *testing.T) {
	s := filed(t, recorded, every()...)
	got := map[string][]string{}
	document(t, s, "/duties/yearly").Find("#grid tbody tr").Each(func(_ int, row *goquery.Selection) {
		var cells []string
		row.Find("td").Each(func(_ int, cell *goquery.Selection) {
			words := cell.Find(".unseen").Text()
			letter := cell.Find(".state").Text()
			if letter == "" || words == "" {
				t.Errorf("a cell of %s has the letter %q and the words %q", row.Find("th").Text(), letter, words)
			}
			cells = append(cells, letter+" "+words)
		})
		got[row.Find("th").Text()] = cells
	})
	silent := "? no filing has been recorded here; this does not mean that none was made"
	want := map[string][]string{
		"Hartford police": {"· not due yet", "W waived", "L late by 12 days", "✓ on time"},
		"Union police":    {"· not due yet", "D disputed", "P partial: item 2 missing, 419 days overdue", silent},
		"Vernon police":   {"· not due yet", "N not received, 54 days overdue", "N not received, 419 days overdue", silent},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("GET /duties/yearly (-want +got):\n%s", diff)
	}
	for agency, want := range map[string][]string{
		"hartford": {"Late by 12 days", "The council waived it.", "https://example.org/hartford-2025.pdf", "No reply received."},
		"union":    {"Item 2: Training", "The chief holds that it is not owed.", "We count by call.", "2 November 2026"},
	} {
		body := get(t, s, "/agencies/"+agency).Body.String()
		for _, text := range want {
			if !strings.Contains(body, text) {
				t.Errorf("GET /agencies/%s does not say %q", agency, text)
			}
		}
	}
}

func TestWithoutFilingsAPageSaysExactlyThat(t *testing.T) {
	s := filed(t, nil)
	for _, address := range []string{"/duties", "/duties/yearly", "/agencies/hartford", "/places/hartford"} {
		body := get(t, s, address).Body.String()
		if !strings.Contains(body, "No filing has been recorded here; this does not mean that none was made.") {
			t.Errorf("GET %s does not say that no filing is recorded", address)
		}
		for _, bad := range []string{"overdue", "not received", "Not received"} {
			if strings.Contains(body, bad) {
				t.Errorf("GET %s says %q although nobody gives this installation the filings", address, bad)
			}
		}
	}
}

func TestTheTableOfADutySaysWhatItsPageSays(t *testing.T) {
	s := filed(t, recorded, every()...)
	w := get(t, s, "/duties/yearly.csv")
	rows, err := csv.NewReader(w.Body).ReadAll()
	if err != nil || len(rows) != 1+3*4 {
		t.Fatalf("GET /duties/yearly.csv: %d rows (%v), want a header and 12", len(rows), err)
	}
	var got []string
	for _, r := range rows[1:] {
		got = append(got, strings.Join([]string{r[2], r[4], r[7], r[9], r[10]}, " "))
	}
	for _, want := range []string{"union 2025-10-01 partial 419 2", "vernon 2026-10-01 not-received 54 ", "hartford 2025-10-01 late  "} {
		if !slices.Contains(got, want) {
			t.Errorf("GET /duties/yearly.csv has no row %q in %q", want, got)
		}
	}
}

// TestACourtDistrictIsNotThePoliceOfItsTown holds that a code of one list is not taken for the same code of another.
func TestACourtDistrictIsNotThePoliceOfItsTown(t *testing.T) {
	d := draft("2026-11-24", first, 3557)
	d.Definitions.Codelists = append(slices.Clone(d.Definitions.Codelists), stat.Codelist{ID: "districts",
		Codes: []stat.Code{{Code: "hartford", Label: "State's attorney, Hartford district"}}})
	d.Definitions.Duties[0].Versions[0].Codelist = "districts"
	dir := testkit.Folder(t)
	if _, err := release.Seal(t.Context(), dir, d); err != nil {
		t.Fatal(err)
	}
	lib, err := release.OpenLibrary(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := New(Config{Library: lib, Log: slog.New(slog.DiscardHandler), Clock: func() time.Time { return now }})
	if body := get(t, s, "/agencies/hartford").Body.String(); strings.Contains(body, "/duties/yearly") {
		t.Error("GET /agencies/hartford lists a duty of the court district of the same name")
	}
	if body := get(t, s, "/duties/yearly").Body.String(); strings.Contains(body, `href="/agencies/hartford`) {
		t.Error("GET /duties/yearly links the court district to the police of the same name")
	}
}
