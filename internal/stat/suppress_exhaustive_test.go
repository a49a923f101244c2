package stat

import (
	"math/rand/v2"
	"testing"
)

// TestEveryTableThatAgreesIsTried protects small tables of two dimensions and then tries every table in whole numbers
// that agrees with what is published: no solver, no certificate, only counting up. Every small count must take each value
// from 1 (or from what the published zeros alone tell) to k - 1 in some of them.
func TestEveryTableThatAgreesIsTried(t *testing.T) {
	random := rand.New(rand.NewPCG(1994, 22))
	rule := Rule{K: 4, MostWithheld: 1}
	const top = 14 // an unknown cell is tried up to here; every small count is well below
	tried, judged := 0, 0
	for tried < 400 {
		rows, cols := 2+random.IntN(2), 2+random.IntN(2)
		cells := make([][]int64, rows)
		for r := range cells {
			cells[r] = make([]int64, cols)
			for c := range cells[r] {
				cells[r][c] = []int64{0, 1, 2, 3, 4, 5, 6, 9}[random.IntN(8)]
			}
		}
		plan, at, rowTotal, colTotal, all := smallTable(t, cells)
		got, err := Suppress(plan, rule)
		if err != nil {
			continue // refused: nothing is published
		}
		tried++
		seen := map[int]map[int64]bool{}
		value := make([][]int64, rows)
		for r := range value {
			value[r] = make([]int64, cols)
		}
		hidden := func(cell int) bool { return got.Withheld[cell] }
		var try func(r, c int)
		try = func(r, c int) {
			if c == cols {
				sum := int64(0)
				for _, v := range value[r] {
					sum += v
				}
				if !hidden(rowTotal[r]) && sum != plan.Cells[rowTotal[r]].Value || hidden(rowTotal[r]) && sum < 1 {
					return
				}
				r, c = r+1, 0
			}
			if r == rows {
				whole := int64(0)
				for k := range cols {
					sum := int64(0)
					for _, row := range value {
						sum += row[k]
					}
					whole += sum
					if !hidden(colTotal[k]) && sum != plan.Cells[colTotal[k]].Value || hidden(colTotal[k]) && sum < 1 {
						return
					}
				}
				if !hidden(all) && whole != plan.Cells[all].Value {
					return
				}
				note := func(cell int, v int64) {
					if seen[cell] == nil {
						seen[cell] = map[int64]bool{}
					}
					seen[cell][v] = true
				}
				for r, row := range value {
					sum := int64(0)
					for c, v := range row {
						note(at[r][c], v)
						sum += v
					}
					note(rowTotal[r], sum)
				}
				return
			}
			cell := at[r][c]
			if !hidden(cell) {
				value[r][c] = plan.Cells[cell].Value
				try(r, c+1)
				return
			}
			for v := int64(1); v <= top; v++ {
				value[r][c] = v
				try(r, c+1)
			}
		}
		unknown := 0
		for _, row := range at {
			for _, cell := range row {
				if hidden(cell) {
					unknown++
				}
			}
		}
		if unknown > 5 {
			continue // too many to try
		}
		try(0, 0)
		least := zeroPattern(plan, rule)
		for _, list := range append(at, rowTotal) {
			for _, cell := range list {
				v := plan.Cells[cell].Value
				if v < 1 || v >= rule.K {
					continue
				}
				judged++
				if !hidden(cell) {
					t.Fatalf("%v: the small count %s is published", cells, plan.Cells[cell].Key)
				}
				for want := max(1, least[cell]); want < rule.K; want++ {
					if !seen[cell][want] {
						t.Fatalf("%v: no table that agrees has %d in %s, so that it is known too well (withheld %v, seen %v)",
							cells, want, plan.Cells[cell].Key, got.Withheld, seen[cell])
					}
				}
			}
		}
	}
	if judged < 150 {
		t.Errorf("%d small counts were judged, want at least 150", judged)
	}
	t.Logf("%d small counts of %d tables were judged by trying every table", judged, tried)
}

// smallTable is a table with its row totals, column totals and whole.
func smallTable(t *testing.T, cells [][]int64) (plan *Plan, at [][]int, rows, cols []int, all int) {
	t.Helper()
	plan = new(Plan)
	add := func(key string, value int64) int {
		i, err := plan.Add(key, value, CellFree)
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	whole, bottom := int64(0), make([]int64, len(cells[0]))
	for r, row := range cells {
		sum := int64(0)
		var line []int
		for c, v := range row {
			line = append(line, add(string(rune('a'+r))+string(rune('1'+c)), v))
			sum, bottom[c] = sum+v, bottom[c]+v
		}
		at, rows, whole = append(at, line), append(rows, add("row "+string(rune('a'+r)), sum)), whole+sum
	}
	for c, v := range bottom {
		cols = append(cols, add("column "+string(rune('1'+c)), v))
	}
	all = add("all", whole)
	for r, line := range at {
		plan.sum(Equation{Name: plan.Cells[rows[r]].Key, Total: rows[r], Parts: line})
	}
	for c, total := range cols {
		var parts []int
		for _, line := range at {
			parts = append(parts, line[c])
		}
		plan.sum(Equation{Name: plan.Cells[total].Key, Total: total, Parts: parts})
	}
	plan.sum(Equation{Name: "all by row", Total: all, Parts: rows})
	plan.sum(Equation{Name: "all by column", Total: all, Parts: cols})
	return plan, at, rows, cols, all
}
