package web

import (
	"strings"
	"testing"

	"tallystick/internal/stat"
)

func TestTheRecordOfDisclosureControlIsShownInWords(t *testing.T) {
	if lines := (&visit{}).auditLines(stat.Audit{K: 10}); lines != nil {
		t.Errorf("a release without protected counts shows %v, want nothing", lines)
	}
	lines := (&visit{}).auditLines(stat.Audit{K: 10, Cells: 1179, Equations: 19, Primary: 10, Secondary: 6, Solves: 12, Witnesses: 16,
		Narrowest: 13})
	var text strings.Builder
	for _, l := range lines {
		text.WriteString(l.Number + " " + l.Of + "\n")
	}
	for _, want := range []string{"1,179 counts and totals looked at, in 19 equations", "10 withheld because they are small",
		"6 withheld because a small one would follow", "13 or more is how far apart"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the record does not say %q:\n%s", want, text.String())
		}
	}
	for _, l := range lines {
		if l.Number == "0" {
			t.Errorf("the record says that nothing is %q", l.Of)
		}
	}
}
