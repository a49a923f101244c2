package catalog

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestEveryTranslatedTextIsSaid holds that texts.es.csv and notes.es.csv translate what there is: each English text
// stands in a definition, in a code list or as a remark in a bundled export. And each remark has its Spanish.
func TestEveryTranslatedTextIsSaid(t *testing.T) {
	defs, _ := Load(os.DirFS("../../data"))
	said := map[string]bool{defs.Site.Publisher: true}
	for _, text := range defs.Texts() {
		said[text] = true
	}
	for _, list := range defs.Codelists {
		for _, c := range list.Codes {
			said[c.Label], said[c.Plural], said[c.About] = true, true, true
		}
	}
	files, err := filepath.Glob("../../data/exports/*.csv")
	if err != nil || len(files) == 0 {
		t.Fatalf("no bundled exports: %v", err)
	}
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(f).ReadAll()
		f.Close()
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		at := slices.Index(rows[0], "note")
		for _, row := range rows[1:] {
			if at < 0 || row[at] == "" {
				continue
			}
			said[row[at]] = true
			if defs.Text["es"][row[at]] == "" {
				t.Errorf("%s: no Spanish in notes.es.csv for the remark %q", filepath.Base(file), row[at])
			}
		}
	}
	for text := range defs.Text["es"] {
		if !said[text] {
			t.Errorf("nobody says %q any more: take it out of texts.es.csv or notes.es.csv", text)
		}
	}
}
