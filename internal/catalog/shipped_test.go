package catalog

import (
	"os"
	"testing"
	"time"
)

// TestEveryIndicatorSpeaksSpanish holds that no indicator ships without its translation, and that In gives it.
func TestEveryIndicatorSpeaksSpanish(t *testing.T) {
	defs, _ := Load(os.DirFS("../../data"))
	spanish := defs.In("es")
	for i, ind := range defs.Indicators {
		es := spanish.Indicators[i]
		if es.ID != ind.ID || es.Question == ind.Question || es.Panels[0].Sentence == ind.Panels[0].Sentence ||
			es.Panels[0].Series[0].Noun == ind.Panels[0].Series[0].Noun || es.Notes[0] == ind.Notes[0] {
			t.Errorf("%s is not translated: %q", ind.ID, es.Question)
		}
	}
	units, _ := spanish.Codelist("counting-units")
	if got := units.Label("conviction"); got != "condena" {
		t.Errorf("the unit conviction is %q in Spanish, want condena", got)
	}
	if again, _ := defs.Codelist("counting-units"); again.Label("conviction") != "conviction" {
		t.Error("In changed the definitions that it was called on")
	}
	if spanish.Site.Title == defs.Site.Title || defs.In("xx").Site.Title != defs.Site.Title {
		t.Error("the site is not translated, or is translated into an unknown language")
	}
}

// TestTheDefinitionsThatShipHaveNoIssue loads data/ as the program does.
func TestTheDefinitionsThatShipHaveNoIssue(t *testing.T) {
	start := time.Now()
	defs, issues := Load(os.DirFS("../../data"))
	t.Logf("loaded in %v", time.Since(start))
	for _, i := range issues {
		t.Error(i)
	}
	for _, id := range []string{
		"sellers-and-buyers", "state-and-federal", "children-identified", "prostitution-arrests",
		"trafficking-offences",
		"federal-prosecutions",
	} {
		ind, ok := defs.Indicator(id)
		if !ok {
			t.Errorf("there is no indicator %s", id)
		}
		for _, p := range ind.Panels {
			if p.Unit == "" || p.Stage == "" || p.Clock == "" || p.Protection == "" {
				t.Errorf("%s, panel %s: unit %q, stage %q, clock %q, protection %q: want all four filled in",
					id, p.ID, p.Unit, p.Stage, p.Clock, p.Protection)
			}
		}
	}
}
