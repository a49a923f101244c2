package catalog

import (
	"os"
	"testing"
	"time"
)

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
