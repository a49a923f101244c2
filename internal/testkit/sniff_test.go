package testkit_test

import (
	"os"
	"path/filepath"
	"testing"

	"tallystick/internal/ingest"
	"tallystick/internal/stat"
)

// TestSniffFindsHeaderAndEncodingOfMessyFiles looks at the messy files without any feed.
func TestSniffFindsHeaderAndEncodingOfMessyFiles(t *testing.T) {
	var want struct {
		Files map[string]struct {
			Encoding  string
			Delimiter string
			Above     int `json:"records_above_header"`
			Headers   int `json:"header_records"`
			Records   int
			Blank     int `json:"blank_records"`
			Totals    int `json:"total_records"`
			Columns   int
		}
	}
	path := sharedExport(t, "messy_gov", "expected.json")
	readJSON(t, path, &want)
	encodings := map[string]string{"ascii": "utf-8", "latin-1": "windows-1252"}
	for name, w := range want.Files {
		t.Run(name, func(t *testing.T) {
			f, err := os.Open(filepath.Join(filepath.Dir(path), name))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			got, err := ingest.Sniff(f, name, stat.Definitions{})
			if err != nil {
				t.Fatal(err)
			}
			encoding := w.Encoding
			if e, ok := encodings[encoding]; ok {
				encoding = e
			}
			if got.Encoding != encoding || got.Delimiter != w.Delimiter || got.Above != w.Above || got.Headers != w.Headers || got.Records != w.Records ||
				len(got.Header) != w.Columns {
				t.Errorf("got %s %q, %d above, %d header records, %d records, %d columns; want %s %q, %d, %d, %d, %d", got.Encoding, got.Delimiter,
					got.Above, got.Headers, got.Records, len(got.Header), encoding, w.Delimiter, w.Above, w.Headers, w.Records, w.Columns)
			}
		})
	}
}

func TestSniffNamesTheFeedThatFits(t *testing.T) {
	defs := elsewhere(t)
	for feed, parts := range map[string][]string{
		"ct-ucr-arrests":       {"ct_ucr_arrests_2010_2015", "Uniform_Crime_Reporting_System_Arrests_2013.csv"},
		"dph-population":       {"ct_dph_towns_1996_2020", "dph-population-by-town_2020.csv"},
		"nypd-arrests":         {"nypd_dec2017", "NYPD_Arrests_Data__DEC2017.csv"},
		"philadelphia-arrests": {"philadelphia_dao_daily", "arrests_vintage_2021-04.csv"},
	} {
		f, err := os.Open(sharedExport(t, parts...))
		if err != nil {
			t.Fatal(err)
		}
		got, err := ingest.Sniff(f, parts[1], defs)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Fits) == 0 || got.Fits[0].Feed != feed {
			t.Errorf("%s: fits %v, want %s first", parts[1], got.Fits, feed)
		}
		renamed, err := os.Open(sharedExport(t, parts...))
		if err != nil {
			t.Fatal(err)
		}
		got, err = ingest.Sniff(renamed, "renamed.csv", defs)
		renamed.Close()
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Fits) == 0 || got.Fits[0].Feed != feed {
			t.Errorf("renamed.csv (%s): fits %v, want %s first", parts[1], got.Fits, feed)
		}
	}
}
