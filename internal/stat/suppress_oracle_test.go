package stat

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize/convex/lp"
)

// unsafe judges a suppression from the plan alone. A small count is protected if two other tables, checked here
// in whole numbers against every equation and every published count, put it at both ends of what the rule
// leaves open; the cells that have a proof by linear programming only are left to the second solver.
func unsafe(plan *Plan, got Suppression, rule Rule) []string {
	var out []string
	fault := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	least := zeroPattern(plan, rule)
	table := make([]int64, len(plan.Cells))
	possible := func(p *component, other []int64) bool {
		for c, cell := range plan.Cells {
			table[c] = cell.Value
		}
		for col, c := range p.cells {
			if !got.Withheld[c] && plan.Cells[c].Standing != CellUnstated {
				fault("the attacker is denied the published cell %q", plan.Cells[c].Key)
			}
			table[c] = other[col]
			if table[c] < 0 || table[c] == 0 && plan.Cells[c].Value > 0 && !rule.ZeroIsSensitive &&
				plan.Cells[c].Standing != CellUnstated {
				return false
			}
		}
		for _, eq := range plan.Equations {
			sum := eq.Offset
			for _, c := range eq.Parts {
				sum += table[c]
			}
			if sum != table[eq.Total] {
				return false
			}
		}
		return true
	}
	proved := make(map[int]bool)
	for i, p := range got.parts {
		for _, f := range got.proofs[i] {
			key := plan.Cells[f.cell].Key
			if f.low != nil && (!possible(p, f.low) || table[f.cell] > least[f.cell]) {
				fault("%q: the low witness is no witness", key)
			}
			if f.high != nil && (!possible(p, f.high) || table[f.cell] < rule.K-1) {
				fault("%q: the high witness is no witness", key)
			}
			if f.low == nil || f.high == nil {
				lower, upper, err := bounds(plan, got.Withheld, f.cell, rule)
				if err != nil || lower > float64(least[f.cell])+1e-6 || upper < float64(rule.K-1)-1e-6 {
					fault("%q rests on a linear program, and the second solver finds [%g, %g], %v", key, lower, upper, err)
				}
			}
			proved[f.cell] = f.done()
		}
	}
	for c, cell := range plan.Cells {
		if cell.Standing == CellOpen || cell.Standing == CellUnstated {
			continue
		}
		if small := cell.Value < rule.K && (cell.Value > 0 || rule.ZeroIsSensitive); !small {
			continue
		}
		if !got.Withheld[c] {
			fault("%q is small and published", cell.Key)
		}
		if !proved[c] {
			fault("%q is small and has no proof", cell.Key)
		}
	}
	return out
}

// zeroPattern counts the finest cells that are not zero inside each cell, in the table where there are most.
func zeroPattern(plan *Plan, rule Rule) []int64 {
	out := make([]int64, len(plan.Cells))
	for c, cell := range plan.Cells {
		if cell.Value > 0 && !rule.ZeroIsSensitive && cell.Standing != CellUnstated {
			out[c] = 1
		}
	}
	for changed := true; changed; {
		changed = false
		for _, eq := range plan.Equations {
			sum := eq.Offset
			for _, c := range eq.Parts {
				sum += out[c]
			}
			if sum > out[eq.Total] {
				out[eq.Total], changed = sum, true
			}
		}
	}
	return out
}

// bounds is the second solver: gonum's simplex over the attacker's equations, which we reduce to full rank
// first since it needs that. It shares no code with Attack.
func bounds(plan *Plan, withheld []bool, cell int, rule Rule) (lower, upper float64, err error) {
	column := make(map[int]int)
	var floors []float64
	for c, p := range plan.Cells {
		if withheld[c] || p.Standing == CellUnstated {
			column[c] = len(floors)
			if p.Value > 0 && withheld[c] && !rule.ZeroIsSensitive && p.Standing != CellUnstated {
				floors = append(floors, 1)
			} else {
				floors = append(floors, 0)
			}
		}
	}
	var rows [][]float64
	for _, eq := range plan.Equations {
		row := make([]float64, len(floors)+1) // coefficients and, last, the right-hand side
		row[len(floors)] = float64(eq.Offset)
		add := func(c int, sign float64) {
			if col, ok := column[c]; ok {
				row[col] += sign
				row[len(floors)] -= sign * floors[col]
			} else {
				row[len(floors)] -= sign * float64(plan.Cells[c].Value)
			}
		}
		add(eq.Total, 1)
		for _, c := range eq.Parts {
			add(c, -1)
		}
		rows = append(rows, row)
	}
	rows = fullRank(rows)
	if len(rows) == 0 {
		return floors[column[cell]], math.Inf(1), nil
	}
	b := make([]float64, len(rows))
	for i, row := range rows {
		b[i] = row[len(floors)]
	}
	// gonum finds its first basis by the order of the columns, and gives up where that one is singular: then
	// another order may do.
	random := rand.New(rand.NewPCG(uint64(len(rows)), uint64(cell)))
	solve := func(sign float64) (float64, error) {
		var err error
		for range 8 {
			a := mat.NewDense(len(rows), len(floors), nil)
			objective := make([]float64, len(floors))
			wanted := 0
			for to, from := range random.Perm(len(floors)) {
				for i, row := range rows {
					a.Set(i, to, row[from])
				}
				if from == column[cell] {
					objective[to], wanted = sign, to
				}
			}
			if len(rows) == len(floors) { // one table only: gonum refuses square systems
				x := mat.NewVecDense(len(floors), nil)
				if err = x.SolveVec(a, mat.NewVecDense(len(b), b)); err == nil {
					return x.AtVec(wanted) + floors[column[cell]], nil
				}
				continue
			}
			var value float64
			value, _, err = lp.Simplex(objective, a, b, 1e-10, nil)
			if errors.Is(err, lp.ErrUnbounded) {
				return math.Inf(int(-sign)), nil
			}
			if err == nil {
				return sign*value + floors[column[cell]], nil
			}
		}
		return 0, err
	}
	if lower, err = solve(1); err != nil {
		return 0, 0, err
	}
	upper, err = solve(-1)
	return lower, upper, err
}

// fullRank is Gauss's and Jordan's elimination with the largest pivot; rows that vanish are left out.
func fullRank(rows [][]float64) [][]float64 {
	rank := 0
	for col := 0; col < len(rows[0])-1 && rank < len(rows); col++ {
		best := rank
		for i := rank; i < len(rows); i++ {
			if math.Abs(rows[i][col]) > math.Abs(rows[best][col]) {
				best = i
			}
		}
		if math.Abs(rows[best][col]) < 1e-9 {
			continue
		}
		rows[rank], rows[best] = rows[best], rows[rank]
		for i := range rows {
			f := rows[i][col] / rows[rank][col]
			if i == rank || f == 0 {
				continue
			}
			for j := range rows[i] {
				rows[i][j] -= f * rows[rank][j]
			}
		}
		f := rows[rank][col]
		for j := range rows[rank] {
			rows[rank][j] /= f
		}
		rank++
	}
	return rows[:rank]
}

// TestBoundsAgreeWithASecondSolver compares every interval of random tables, each with a random choice of
// withheld cells, safe or not.
func TestBoundsAgreeWithASecondSolver(t *testing.T) {
	const want = 6000
	random := rand.New(rand.NewPCG(5, 22))
	rule := Rule{K: 10}
	compared, unsolved := 0, 0
	for compared < want {
		plan, shape := randomPlan(t, random)
		withheld := make([]bool, len(plan.Cells))
		for c, cell := range plan.Cells {
			withheld[c] = cell.Value > 0 && (cell.Value < 10 || random.IntN(3) == 0)
		}
		ranges, err := Attack(plan, withheld, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range ranges {
			lower, upper, err := bounds(plan, withheld, r.Cell, rule)
			if err != nil {
				unsolved++
				if unsolved > want/100 {
					t.Fatalf("the second solver gives up on %d bounds, the last with %v", unsolved, err)
				}
				continue
			}
			if !near(r.Lower, lower) || !near(r.Upper, upper) {
				t.Fatalf("%s: Attack gives [%g, %g] for %q, the second solver [%g, %g]",
					shape, r.Lower, r.Upper, plan.Cells[r.Cell].Key, lower, upper)
			}
			compared += 2
		}
	}
	t.Logf("%d bounds agree; on %d cells the second solver gave up", compared, unsolved)
}

func near(a, b float64) bool { return a == b || math.Abs(a-b) <= 1e-6 }
