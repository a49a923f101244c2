package stat

import (
	"fmt"
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
	known := make(map[string]int64)
	random := rand.New(rand.NewPCG(seed, 4))
	return func(codes []string) int64 {
		key := fmt.Sprint(codes)
		v, ok := known[key]
		if !ok {
			if random.Float64() >= zeros {
				v = int64(math.Exp(math.Log(mean) + spread*random.NormFloat64()))
			}
			known[key] = v
		}
		return v
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
		{"13 × 10 × 3 × 4", []Axis{groupedAxis("d", 13, 3), flatAxis("y", 5), flatAxis("s", 3), flatAxis("t", 4)}, 30},
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
