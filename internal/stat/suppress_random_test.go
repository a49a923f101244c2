package stat

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"
)

// flatAxis has n codes under the total; groupedAxis puts them into groups.
func flatAxis(name string, n int) Axis {
	a := Axis{Name: name, Parent: map[string]string{}}
	for i := range n {
		a.Parent[fmt.Sprintf("%s%02d", name, i)] = ""
	}
	return a
}

func groupedAxis(name string, n, groups int) Axis {
	a := Axis{Name: name, Parent: map[string]string{}}
	for i := range n {
		group := fmt.Sprintf("%s-group%d", name, i%groups)
		a.Parent[group] = ""
		a.Parent[fmt.Sprintf("%s%02d", name, i)] = group
	}
	return a
}

// counts gives each combination of codes one log-normal count, the same whenever it is asked for.
func counts(seed uint64, mean, spread float64, zeros float64) func(codes []string) int64 {
	return func(codes []string) int64 {
		hash := fnv.New64()
		fmt.Fprint(hash, codes)
		random := rand.New(rand.NewPCG(seed, hash.Sum64()))
		if random.Float64() < zeros {
			return 0
		}
		return int64(math.Exp(math.Log(mean) + spread*random.NormFloat64()))
	}
}

func planOf(t testing.TB, tables ...Table) *Plan {
	t.Helper()
	plan := new(Plan)
	for _, table := range tables {
		if err := plan.AddTable(table); err != nil {
			t.Fatal(err)
		}
	}
	return plan
}

func BenchmarkSuppress(b *testing.B) {
	for _, c := range []struct {
		name string
		axes []Axis
		mean float64
	}{
		{"13 districts in 3 groups × 10 years", []Axis{groupedAxis("d", 13, 3), flatAxis("y", 10)}, 20},
		{"40 counties in 8 regions × 10 years", []Axis{groupedAxis("c", 40, 8), flatAxis("y", 10)}, 20},
		{"13 districts × 10 years × 3 sexes", []Axis{groupedAxis("d", 13, 3), flatAxis("y", 10), flatAxis("s", 3)}, 15},
		{"40 counties × 10 years × 5 types",
			[]Axis{groupedAxis("c", 40, 8), flatAxis("y", 10), flatAxis("t", 5)}, 30},
		{"13 × 5 × 3 × 4", []Axis{groupedAxis("d", 13, 3), flatAxis("y", 5), flatAxis("s", 3), flatAxis("t", 4)}, 30},
		{"the same with larger counts", []Axis{groupedAxis("d", 13, 3), flatAxis("y", 10), flatAxis("s", 3)}, 60},
	} {
		b.Run(c.name, func(b *testing.B) {
			plan := planOf(b, Table{Axes: c.axes, Value: counts(1, c.mean, 1, 0.05)})
			var got Suppression
			var err error
			for b.Loop() {
				got, err = Suppress(plan, Rule{K: 10, MostWithheld: 1})
			}
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(len(plan.Cells)), "cells")
			b.ReportMetric(float64(got.Audit.Primary), "primary")
			b.ReportMetric(float64(got.Audit.Secondary), "secondary")
			b.ReportMetric(float64(got.Audit.Rounds), "rounds")
			b.ReportMetric(float64(got.Audit.ProofOnly), "proof-only")
		})
	}
}

// randomPlan is a small plan of one of five shapes: two dimensions, two with a hierarchy, two with a hierarchy
// each, three dimensions, or two cubes linked by a common dimension.
func randomPlan(t testing.TB, random *rand.Rand) (*Plan, string) {
	t.Helper()
	between := func(from, to int) int { return from + random.IntN(to-from+1) }
	value := counts(random.Uint64(), 5+30*random.Float64(), 0.5+random.Float64(), 0.25*random.Float64())
	switch shape := random.IntN(5); shape {
	case 0:
		return planOf(t, Table{Axes: []Axis{flatAxis("r", between(2, 7)), flatAxis("c", between(2, 7))}, Value: value}),
			"two dimensions"
	case 1:
		return planOf(t, Table{Axes: []Axis{groupedAxis("r", between(4, 9), 2), flatAxis("c", between(2, 6))},
			Value: value}), "a hierarchy"
	case 2:
		return planOf(t, Table{Axes: []Axis{groupedAxis("r", between(4, 7), 2), groupedAxis("c", between(4, 6), 2)},
			Value: value}), "two hierarchies"
	case 3:
		return planOf(t, Table{Axes: []Axis{flatAxis("r", between(2, 4)), flatAxis("c", between(2, 4)),
			flatAxis("s", between(2, 3))}, Value: value}), "three dimensions"
	default:
		// Two cubes of the same events: by r and c, and by r and s. Their margins over r are the same cells.
		r, c, s := flatAxis("r", between(2, 5)), flatAxis("c", between(2, 4)), flatAxis("s", between(2, 4))
		sum := func(over Axis, at func(code string) []string) int64 {
			total := int64(0)
			for code := range over.Parent {
				total += value(at(code))
			}
			return total
		}
		return planOf(t,
			Table{Axes: []Axis{r, c}, Value: func(codes []string) int64 {
				return sum(s, func(code string) []string { return []string{codes[0], codes[1], code} })
			}},
			Table{Axes: []Axis{r, s}, Value: func(codes []string) int64 {
				return sum(c, func(code string) []string { return []string{codes[0], code, codes[1]} })
			}}), "linked cubes"
	}
}

// TestTenThousandRandomTablesAreProtected protects random tables until ten thousand were not refused, and lets
// the certificates be judged without the solver. Cells that rest on a linear program alone are judged by the
// second solver.
func TestTenThousandRandomTablesAreProtected(t *testing.T) {
	const want = 10_000
	random := rand.New(rand.NewPCG(2016, 4))
	rules := []Rule{{K: 10, MostWithheld: 1}, {K: 5, MostWithheld: 1}, {K: 11, MostWithheld: 1},
		{K: 4, MostWithheld: 1, ZeroIsSensitive: true}}
	protected, refused, primary, proofOnly := 0, 0, 0, 0
	for tables := 0; protected < want; tables++ {
		plan, shape := randomPlan(t, random)
		rule := rules[tables%len(rules)]
		got, err := Suppress(plan, rule)
		if err != nil {
			refused++
			if refused > want {
				t.Fatalf("%d of %d tables are refused, the last for %v", refused, tables+1, err)
			}
			continue
		}
		protected++
		primary += got.Audit.Primary
		proofOnly += got.Audit.ProofOnly
		if problems := unsafe(plan, got, rule); len(problems) > 0 {
			t.Fatalf("table %d (%s, k = %d): %q", tables, shape, rule.K, problems)
		}
	}
	t.Logf("%d tables protected, %d refused; %d small cells, %d of them by linear programming only",
		protected, refused, primary, proofOnly)
}
