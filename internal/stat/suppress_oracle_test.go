package stat

import (
	"fmt"
)

// unsafe judges a suppression from the plan alone. A small count is protected if two other tables, checked here
// in whole numbers against every equation and every published count, put it at both ends of what the rule
// leaves open; the cells that have a proof by linear programming only are left to the second solver.
func unsafe(plan *Plan, got Suppression, rule Rule) []string {
	var out []string
	fault := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	least := leastParts(plan, rule)
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
