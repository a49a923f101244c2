package stat

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
)

// childTable is the true counts of one year by sex and age, from which the one-way breakdowns are made.
type childTable map[[2]string]int64

var (
	chainSexes = []string{"female", "male", "unknown"}
	chainAges  = []string{"under-8", "8-11", "12-13", "14-15", "16", "17"}
)

func randomChildren(random *rand.Rand) childTable {
	t := childTable{}
	for _, s := range chainSexes {
		for _, a := range chainAges {
			t[[2]string{s, a}] = int64(random.ExpFloat64() * 8)
		}
	}
	return t
}

// revise changes some finest counts by up to three.
func (t childTable) revise(random *rand.Rand, share float64) childTable {
	out := childTable{}
	for _, s := range chainSexes {
		for _, a := range chainAges {
			v := t[[2]string{s, a}]
			if random.Float64() < share {
				v = max(0, v+int64(random.IntN(7))-3)
			}
			out[[2]string{s, a}] = v
		}
	}
	return out
}

// observations are the total of the year and its breakdowns by sex and by age.
func (t childTable) observations(y int) []Observation {
	total, bySex, byAge := int64(0), map[string]int64{}, map[string]int64{}
	for at, v := range t {
		total += v
		bySex[at[0]] += v
		byAge[at[1]] += v
	}
	out := []Observation{child(KindCount, "found", y, float64(total))}
	for _, s := range chainSexes {
		out = append(out, child(KindCount, "found", y, float64(bySex[s]), DimensionCode{"sex", s}))
	}
	for _, a := range chainAges {
		out = append(out, child(KindCount, "found", y, float64(byAge[a]), DimensionCode{"age", a}))
	}
	return out
}

// chainPlan writes down what anybody knows who kept every release: all published counts, all lines, and which
// counts did not change.
func chainPlan(releases []Former, years []int) (*Plan, []bool, error) {
	plan := new(Plan)
	public := make(map[int]bool)
	for _, f := range releases {
		for _, y := range years {
			cells := map[string][]int{}
			for _, o := range f.Observations {
				if o.Period != year(y) {
					continue
				}
				value := o.Value
				if o.Status == StatusWithheld {
					v, ok := f.Withheld[o.Key()]
					if !ok {
						return nil, nil, fmt.Errorf("the value of %s was not kept", o.Key())
					}
					value = v
				}
				c, err := plan.Add(fmt.Sprintf("%s@%g", o.Key(), value), int64(value), CellFree)
				if err != nil {
					return nil, nil, err
				}
				public[c] = public[c] || o.Status == StatusReported
				line := "total"
				if len(o.Codes) > 0 {
					line = o.Codes[0].Dimension
				}
				cells[line] = append(cells[line], c)
			}
			for _, by := range []string{"sex", "age"} {
				if len(cells["total"]) == 1 && len(cells[by]) > 0 {
					if err := plan.Sum(by, cells["total"][0], cells[by]...); err != nil {
						return nil, nil, err
					}
				}
			}
		}
	}
	withheld := make([]bool, len(plan.Cells))
	for c := range plan.Cells {
		withheld[c] = !public[c]
	}
	return plan, withheld, nil
}

// attackChain returns what all releases together tell about small counts that none of them published.
func attackChain(releases []Former, years []int, k int64) ([]string, error) {
	plan, withheld, err := chainPlan(releases, years)
	if err != nil {
		return nil, err
	}
	ranges, err := Attack(plan, withheld, 1)
	if err != nil {
		return nil, err
	}
	least := zeroPattern(plan, Rule{K: k})
	var out []string
	for _, r := range ranges {
		v := plan.Cells[r.Cell].Value
		if v > 0 && v < k && (r.Lower > float64(least[r.Cell])+1e-6 || r.Upper < float64(k-1)-1e-6) {
			out = append(out, fmt.Sprintf("%s is in [%g, %g]", plan.Cells[r.Cell].Key, r.Lower, r.Upper))
		}
	}
	return out, nil
}

// TestAThousandChainsOfRevisions publishes random children of two years, revises them two to five times, and
// attacks all releases together after each. The same chains with each release protected alone do give small
// counts away; if they did not, the attack would be too weak to judge by.
func TestAThousandChainsOfRevisions(t *testing.T) {
	const chains = 1000
	random := rand.New(rand.NewPCG(2026, 11))
	rule := Rule{K: 10, MostWithheld: 1}
	years := []int{2014, 2015}
	releases, held, refused, alone := 0, 0, 0, 0
	for chain := range chains {
		tables := map[int]childTable{}
		for _, y := range years {
			tables[y] = randomChildren(random)
		}
		var together, apart []Former
		leaks := false
		share := []float64{0.01, 0.04, 0.2}[chain%3]
		for release := range 3 + random.IntN(4) {
			var obs []Observation
			for _, y := range years {
				if release > 0 {
					tables[y] = tables[y].revise(random, share)
				}
				obs = append(obs, tables[y].observations(y)...)
			}
			got, err := SuppressObservations(obs, childDefinitions(), rule, together...)
			if errors.Is(err, ErrInvalid) {
				refused++
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.Audit.Withdrawn > 0 {
				break // zeros tell a small total: such a table is withdrawn, which other tests are for
			}
			releases++
			if got.Audit.Held > 0 {
				held++
			}
			together = append(together, Former{Release: fmt.Sprint(release), Definitions: childDefinitions(),
				Observations: got.Observations, Withheld: got.Withheld})
			told, err := attackChain(together, years, rule.K)
			if err != nil {
				t.Fatalf("chain %d, release %d: %v", chain, release, err)
			}
			if len(told) > 0 {
				t.Fatalf("chain %d, release %d: all releases together tell that %q", chain, release, told)
			}
			if chain < 100 {
				single, err := SuppressObservations(obs, childDefinitions(), rule)
				if err != nil {
					t.Fatal(err)
				}
				apart = append(apart, Former{Observations: single.Observations, Withheld: single.Withheld})
				told, err := attackChain(apart, years, rule.K)
				leaks = leaks || err == nil && len(told) > 0
			}
		}
		if leaks {
			alone++
		}
	}
	if alone < 10 {
		t.Errorf("only %d of 100 chains leak when each release is protected alone: the attack is too weak", alone)
	}
	if refused > chains/20 || releases < 3*chains {
		t.Errorf("%d chains were refused and %d releases made, want at most %d and at least %d",
			refused, releases, chains/20, 3*chains)
	}
	t.Logf("%d releases in %d chains, %d with held periods, %d refused; protected alone, %d of 100 chains leak",
		releases, chains, held, refused, alone)
}

// BenchmarkAudit audits a release of 200 indicators of children, each with four years by sex and by age, after
// one and after three former releases.
func BenchmarkAudit(b *testing.B) {
	const indicators = 200
	defs := Definitions{Datasets: childDefinitions().Datasets}
	for i := range indicators {
		ind := childDefinitions().Indicators[0]
		ind.ID = fmt.Sprintf("children-%03d", i)
		panel := ind.Panels[0]
		panel.Series = []Series{{ID: "found", Dataset: "children", Measure: Measure{Count: "records"},
			Where: Where{"place": {ind.ID}}}}
		panel.Ratio, panel.Rate = nil, nil
		ind.Panels = []Panel{panel}
		defs.Indicators = append(defs.Indicators, ind)
	}
	random := rand.New(rand.NewPCG(200, 1))
	tables := make([][]childTable, indicators)
	observations := func(turn int) []Observation {
		var out []Observation
		for i := range tables {
			for y := range 4 {
				if turn == 0 {
					tables[i] = append(tables[i], randomChildren(random))
				} else if i%20 == 0 {
					tables[i][y] = tables[i][y].revise(random, 0.04)
				}
				for _, o := range tables[i][y].observations(2012 + y) {
					o.Indicator = defs.Indicators[i].ID
					out = append(out, o)
				}
			}
		}
		return out
	}
	var former []Former
	for turn := range 4 {
		obs := observations(turn)
		var got Disclosed
		var err error
		audit := func(b *testing.B) {
			for b.Loop() {
				if got, err = SuppressObservations(obs, defs, Rule{K: 10, MostWithheld: 1}, former...); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(obs)), "figures")
			b.ReportMetric(float64(got.Audit.Primary), "primary")
			b.ReportMetric(float64(got.Audit.Secondary), "secondary")
			b.ReportMetric(float64(got.Audit.Kept), "kept")
			b.ReportMetric(float64(got.Audit.Held), "held")
		}
		if turn == 0 || turn == 3 {
			b.Run(fmt.Sprintf("%d former releases", turn), audit)
		}
		if got.Observations == nil {
			if got, err = SuppressObservations(obs, defs, Rule{K: 10, MostWithheld: 1}, former...); err != nil {
				b.Fatal(err)
			}
		}
		former = append(former, Former{Release: fmt.Sprint(turn), Definitions: defs, Observations: got.Observations,
			Withheld: got.Withheld})
	}
}
