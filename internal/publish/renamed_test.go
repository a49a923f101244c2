package publish_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"tallystick/internal/publish"
	"tallystick/internal/stat"
)

// TestWhatIsRenamedSaysSo publishes the made-up world, gives an indicator another name and asks for the next release: the
// gate wants the former name, and nothing that was withheld is shown under the new one, whether the definition says it or
// not, and though the class is opened.
func TestWhatIsRenamedSaysSo(t *testing.T) {
	in := fixture(t)
	first := draft(t, in)
	in.Former = []stat.Former{{Release: "first", Definitions: in.Definitions, Observations: first.Observations, Withheld: first.Withheld}}
	in.Definitions.Indicators = slices.Clone(in.Definitions.Indicators)
	at := slices.IndexFunc(in.Definitions.Indicators, func(i stat.Indicator) bool { return i.ID == "made-up-children" })
	ind := in.Definitions.Indicators[at]
	ind.ID, ind.Text = "made-up-minors", nil
	ind.Panels = slices.Clone(ind.Panels)
	ind.Panels[0].ID, ind.Panels[0].Protection = "yearly", stat.ProtectionOpen
	ind.Answer = []string{"yearly"}
	hidden := slices.DeleteFunc(slices.Sorted(maps.Keys(first.Withheld)), func(key string) bool {
		return !strings.HasPrefix(key, "made-up-children/")
	})
	for _, formerly := range [][]string{nil, {"made-up-children"}} {
		ind.Formerly = formerly
		in.Definitions.Indicators[at] = ind
		d := draft(t, in)
		failed := slices.ContainsFunc(publish.Failed(d.Manifest.Gates), func(g stat.Gate) bool { return g.ID == "names" })
		if failed != (formerly == nil) {
			t.Errorf("formerly %q: the gate of names fails: %t", formerly, failed)
		}
		for _, key := range hidden {
			key = strings.Replace(key, "made-up-children/by-year", "made-up-minors/yearly", 1)
			if o := observation(t, d, key); o.Status != stat.StatusWithheld {
				t.Errorf("formerly %q: %s is published as %v; it was withheld under its old name", formerly, key, o.Value)
			}
		}
	}
	if len(hidden) < 10 {
		t.Errorf("only %d values are withheld; the test tests too little", len(hidden))
	}
}
