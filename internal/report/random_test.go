package report_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// randomSituations makes situations that nobody thought of: series with gaps, zeros, small and large counts, bounds,
// figures that contradict each other, years withheld or not due, agencies that come and go, acts inside the span, rates,
// and templates that ask for all of it.
func randomSituations(t *testing.T, n int) []*situation {
	t.Helper()
	random := rand.New(rand.NewPCG(2016, 11))
	one := func(list ...string) string { return list[random.IntN(len(list))] }
	var out []*situation
	for i := range n {
		s := &situation{name: fmt.Sprintf("random situation %d", i), ind: pair("")}
		s.ind.Alt = ""
		lines := []string{"template " + one(
			"Police made {latest:selling}, {change:selling}.",
			"In {period}, police made {selling} and {buying}: {ratio}.",
			"From {period}, police made {selling}; {latest:buying}, {change:buying}.",
			"The sources state {list:selling}.",
			"Police made {latest:selling}, {coverage}.",
			"In {period}, police made {selling}: {rate}.",
		)}
		if strings.Contains(lines[0], "{rate}") {
			lines = append(lines, "rate")
		}
		agencies := 0
		if strings.Contains(lines[0], "{coverage}") || random.IntN(2) == 0 {
			lines = append(lines, "expected agency")
			agencies = 2 + random.IntN(4)
		}
		if clock := random.IntN(4); clock == 0 {
			lines = append(lines, "clock federal-fiscal")
		}
		for range random.IntN(3) {
			lines = append(lines, fmt.Sprintf("act %d-%02d-01 PA %d-%d: Only from age sixteen.", 2010+random.IntN(8), 1+random.IntN(12),
				10+random.IntN(8), 1+random.IntN(200)))
		}
		count := func() int {
			return []int{0, random.IntN(5), random.IntN(20), random.IntN(60), random.IntN(4000)}[random.IntN(5)]
		}
		marks := func() string { return one("", "", "", "", " partial", " provisional", " summed", " revised") }
		for year, last := 2009+random.IntN(3), 2012+random.IntN(7); year <= last; year++ {
			if random.IntN(6) == 0 {
				continue
			}
			if agencies > 0 {
				total, reported := 0, 0
				var missing, parts []string
				for a := range agencies {
					if random.IntN(5) == 0 {
						missing = append(missing, fmt.Sprintf("a%d", a))
						continue
					}
					v := count()
					total, reported = total+v, reported+1
					status := fmt.Sprint(v)
					if random.IntN(15) == 0 {
						status = "withheld"
					}
					parts = append(parts, fmt.Sprintf("selling %d %s agency=a%d", year, status, a))
				}
				line := fmt.Sprintf("selling %d %d coverage=%d/%d", year, total, reported, agencies)
				if len(missing) > 0 {
					line += " missing=" + strings.Join(missing, ",")
				}
				if reported > 0 {
					lines = append(append(lines, line), parts...)
				}
			} else {
				lines = append(lines, fmt.Sprintf("selling %d %s%s", year,
					one(fmt.Sprint(count()), fmt.Sprint(count()), fmt.Sprint(count()), fmt.Sprintf(">=%d", count()), fmt.Sprintf("~%d", count()),
						"withheld", "not-reported", "not-due", "not-collected", "not-applicable"), marks()))
			}
			if random.IntN(3) > 0 {
				lines = append(lines, fmt.Sprintf("buying %d %d%s", year, count(), marks()))
			}
			lines = append(lines, fmt.Sprintf("population %d %d", year, 3_000_000+random.IntN(800_000)))
		}
		if len(lines) < 4 {
			continue
		}
		for _, line := range lines {
			if err := s.read(line); err != nil {
				t.Fatal(err)
			}
		}
		s.given = lines
		s.finish()
		out = append(out, s)
	}
	return out
}

// TestRandomSituationsAreOfEveryKind: the sentences that the other tests judge must be varied enough to mean something.
func TestRandomSituationsAreOfEveryKind(t *testing.T) {
	seen := map[string]int{}
	for _, s := range randomSituations(t, 2000) {
		text := s.answer.Sentences[0].String()
		for _, words := range []string{"up from", "down from", "up, among", "down, among", "easily be chance", "do not compare", "withheld",
			"no ratio", "sellers for each buyer (", "limits", "the same number", "reported by", "residents (", "at least", "with no comparison"} {
			if strings.Contains(text, words) {
				seen[words]++
			}
		}
	}
	for words, n := range seen {
		if n < 3 {
			t.Errorf("only %d random sentences say %q", n, words)
		}
	}
	if len(seen) < 14 {
		t.Errorf("the random sentences say only %v", seen)
	}
}
