package report_test

import (
	"maps"
	"strings"
	"testing"

	"tallystick/internal/report"
	"tallystick/internal/stat"
)

// TestNumbersInCautionsAreFigures holds, over all situations and in both languages, that a caution in parts reads as the
// plain one, that each number with a key is of an observation that there is, and that both languages carry the same keys.
func TestNumbersInCautionsAreFigures(t *testing.T) {
	english, spanish := situations(t), spanishSituations(t)
	keyed := 0
	keysOf := func(s *situation) map[string]int {
		known := map[string]bool{}
		for _, o := range s.obs {
			known[o.Key()] = true
		}
		out := map[string]int{}
		for i, c := range s.answer.Told {
			if i >= len(s.answer.Cautions) || c.String() != s.answer.Cautions[i] {
				t.Errorf("%s: caution %d in parts reads %q, the plain ones are %q", s.name, i, c.String(), s.answer.Cautions)
			}
			for _, p := range c.Parts {
				if p.Key == "" {
					continue
				}
				keyed++
				out[p.Key]++
				if !known[p.Key] || strings.TrimSpace(p.Text) == "" {
					t.Errorf("%s: %q leads to %q, which is no observation", s.name, p.Text, p.Key)
				}
			}
		}
		return out
	}
	for i, s := range english {
		if want, got := keysOf(s), keysOf(spanish[i]); !maps.Equal(want, got) {
			t.Errorf("%s: the Spanish cautions lead to %v, the English to %v", s.name, got, want)
		}
	}
	if keyed == 0 {
		t.Error("no number of any caution leads to a figure")
	}
	a := reported("selling", stat.CalendarYear(2014), 94)
	b := reported("selling", stat.CalendarYear(2014), 80)
	a.Marks, b.Marks, b.Ordinal = []stat.Mark{stat.MarkContested, stat.MarkPreferred}, []stat.Mark{stat.MarkContested}, 1
	_, told := written(pair("The sources state {list:selling}."), []stat.Observation{a, b})
	if !strings.Contains(told, "94<"+a.Key()+">") || !strings.Contains(told, "80<"+b.Key()+">") {
		t.Errorf("the caution about two sources reads %q", told)
	}
}

// written gives the cautions of an indicator as plain text, and with the key of its figure after each number.
func written(ind stat.Indicator, obs []stat.Observation) (plain, told string) {
	answer, _ := report.Write(ind, obs, stat.Definitions{})
	for _, c := range answer.Told {
		for _, p := range c.Parts {
			plain, told = plain+p.Text, told+p.Text
			if p.Key != "" {
				told += "<" + p.Key + ">"
			}
		}
	}
	return plain, told
}
