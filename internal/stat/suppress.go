package stat

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Unprotectable says why a plan cannot be published as it is, and which lines to drop. It is ErrInvalid. Its message
// is for the analyst, not for the public.
type Unprotectable struct {
	Reason string
	Lines  []string // names of the equations that cannot be protected
	Cells  []string // keys of the cells that cannot be protected
}

// Error gives the reason and what to drop.
func (r *Unprotectable) Error() string {
	text := "disclosure control: " + r.Reason
	if len(r.Lines) > 0 {
		text += "; drop or coarsen " + strings.Join(r.Lines, "; ")
	}
	return text
}

// Unwrap makes a refusal ErrInvalid.
func (r *Unprotectable) Unwrap() error { return ErrInvalid }

// Suppression is which cells of a plan are withheld, with the record of the audit that found them safe.
type Suppression struct {
	Withheld []bool // by index into Plan.Cells
	Audit    Audit

	parts  []*component // for tests: the systems and the proofs
	proofs [][]*proof
}

// Suppress withholds every count that the rule does not let be published, then the fewest others it can find
// such that no withheld small count can be worked out more narrowly than the rule itself says, by anybody who
// has all published cells and all equations. It gives an Unprotectable where that is not possible.
//
// The method: mark the small cells; withhold the cheapest cell of every line that has one unknown, or whose
// unknowns add up to too little, until no line has; audit every small cell by linear programming, with tables
// in whole numbers as witnesses; where a cell fails, withhold the cheapest cell that the dual prices of its
// linear program say would help; at last publish again what turns out not to be needed. The audit alone is the
// judge. After Fischetti and Salazar (2000) for the attacker's programs and sdcTable's SIMPLEHEURISTIC for the
// order of the steps.
func Suppress(plan *Plan, rule Rule) (Suppression, error) {
	if rule.K < 1 {
		return Suppression{}, fmt.Errorf("disclosure control: k is %d, want at least 1: %w", rule.K, ErrInvalid)
	}
	if err := plan.check(); err != nil {
		return Suppression{}, err
	}
	s := newSuppressor(plan, rule)
	if err := s.mark(); err != nil {
		return Suppression{}, err
	}
	for s.audit.Rounds = 1; ; s.audit.Rounds++ {
		s.lines()
		failures, err := s.judge(false)
		if err != nil {
			return Suppression{}, err
		}
		if len(failures) == 0 {
			break
		}
		if s.audit.Rounds == mostRounds {
			return Suppression{}, s.refuse(fmt.Sprintf("%d small counts could still be worked out after %d rounds",
				len(failures), mostRounds), failures)
		}
		if stuck := s.repair(failures); len(stuck) > 0 {
			return Suppression{}, s.refuse("small counts follow from figures that must be published", stuck)
		}
	}
	s.cleanUp()
	if share := s.share(); share > rule.mostWithheld() {
		return Suppression{}, &Unprotectable{Reason: fmt.Sprintf("this table cannot be published at this detail: "+
			"%.0f %% of it would be withheld; drop a dimension or a level", 100*share), Lines: s.worst()}
	}
	return s.result(), nil
}

type suppressor struct {
	plan     *Plan
	rule     Rule
	withheld []bool
	primary  []bool
	floors   []int64
	needed   []span
	linesOf  [][]int // equations of each cell
	audit    Audit
	effort   int64 // what the linear programs may still touch

	parts  []*component
	proofs [][]*proof
	passed map[string]passed // components that passed, by their unknowns

	tried       []*component // as parts, with those that failed: their tables may still agree
	triedProofs [][]*proof
}

type passed struct {
	part   *component
	proofs []*proof
}

// Exposed returns the small cells that a choice of withheld cells does not protect: those that are published,
// and those whose interval is narrower than the rule allows. It is the audit of Suppress by itself, for a choice
// that was made elsewhere.
func Exposed(plan *Plan, withheld []bool, rule Rule) ([]int, error) {
	if err := plan.check(); err != nil {
		return nil, err
	}
	s := newSuppressor(plan, rule)
	if err := s.mark(); err != nil {
		return nil, err
	}
	var out []int
	for c, small := range s.primary {
		if small && !withheld[c] {
			out = append(out, c)
		}
	}
	s.withheld = withheld
	failures, err := s.judge(false)
	if err != nil {
		return nil, err
	}
	for _, f := range failures {
		out = append(out, f.cell)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func newSuppressor(plan *Plan, rule Rule) *suppressor {
	n := len(plan.Cells)
	s := &suppressor{plan: plan, rule: rule, effort: mostEffort, withheld: make([]bool, n), primary: make([]bool, n),
		floors: make([]int64, n), needed: make([]span, n), linesOf: make([][]int, n)}
	s.audit = Audit{K: rule.K, ZeroIsSensitive: rule.ZeroIsSensitive, Equations: len(plan.Equations)}
	for e, eq := range plan.Equations {
		s.linesOf[eq.Total] = append(s.linesOf[eq.Total], e)
		for _, c := range eq.Parts {
			s.linesOf[c] = append(s.linesOf[c], e)
		}
	}
	return s
}

// mark finds the primary cells and what must be unknown about them.
func (s *suppressor) mark() error {
	least := leastParts(s.plan, s.rule)
	var zeros []failure
	for c, cell := range s.plan.Cells {
		s.floors[c] = s.rule.floor(cell)
		s.needed[c] = span{1, 0}
		if cell.Standing != CellUnstated {
			s.audit.Cells++
		}
		switch cell.Standing {
		case CellClosed:
			s.withheld[c] = true
		case CellOpen, CellUnstated:
			continue
		}
		if !s.rule.small(cell.Value) {
			continue
		}
		s.withheld[c], s.primary[c] = true, true
		s.needed[c] = span{max(least[c], s.floors[c]), s.rule.K - 1}
		if 2*least[c] > s.rule.K {
			zeros = append(zeros, failure{cell: c})
		}
	}
	if len(zeros) > 0 {
		return s.refuse("the zeros published beside small counts tell how large they are", zeros)
	}
	return s.limit()
}

// limit refuses a linked table that is too large to audit.
func (s *suppressor) limit() error {
	all := make([]bool, len(s.plan.Cells))
	for c, cell := range s.plan.Cells {
		all[c] = cell.Value > 0 && cell.Standing != CellOpen
	}
	for _, p := range components(s.plan, all, s.floors) {
		small := slices.ContainsFunc(p.cells, func(c int) bool { return s.primary[c] })
		if small && len(p.cells) > mostLinkedCells {
			return &Unprotectable{Reason: fmt.Sprintf("a linked table has %d cells, more than the %d that can be audited; "+
				"drop a dimension or a level", len(p.cells), mostLinkedCells)}
		}
	}
	return nil
}

func (s *suppressor) unknown(c int) bool {
	return s.withheld[c] || s.plan.Cells[c].Standing == CellUnstated
}

// mayGo reports whether the cell can be withheld as complement.
func (s *suppressor) mayGo(c int) bool {
	cell := s.plan.Cells[c]
	return !s.withheld[c] && cell.Standing == CellFree && (cell.Value > 0 || s.rule.ZeroIsSensitive)
}

// lines applies the line rule to a fixpoint.
func (s *suppressor) lines() {
	for changed := true; changed; {
		changed = false
		for _, eq := range s.plan.Equations {
			for s.thin(eq) {
				c := s.cheapest(eq)
				if c < 0 {
					break // nothing left to withhold: the audit decides
				}
				s.withheld[c] = true
				changed = true
			}
		}
	}
}

// thin reports whether the line gives a withheld cell away by itself: it has one unknown only, or its total is
// published and its unknowns add up to so little that a small one among them is known too narrowly.
func (s *suppressor) thin(eq Equation) bool {
	unknowns, withheld, small := 0, 0, false
	sum, floors, least := int64(0), int64(0), int64(1)
	count := func(c int) {
		if !s.unknown(c) {
			return
		}
		unknowns++
		if s.withheld[c] && (s.primary[c] || s.plan.Cells[c].Standing != CellClosed) {
			withheld++ // what a former release withheld need not be unknown if it is not small
		}
		sum += s.plan.Cells[c].Value
		floors += s.floors[c]
		if s.primary[c] {
			small = true
			least = min(least, s.floors[c])
		}
	}
	for _, c := range eq.Parts {
		count(c)
	}
	if s.unknown(eq.Total) {
		count(eq.Total)
		return unknowns == 1 && withheld == 1
	}
	if unknowns == 1 {
		return withheld == 1
	}
	return small && sum < s.rule.K-1+floors-least
}

// cheapest is the smallest cell of the line that can be withheld, the total only when no part is left; -1 if
// there is none.
func (s *suppressor) cheapest(eq Equation) int {
	best := -1
	for _, c := range eq.Parts {
		if s.mayGo(c) && (best < 0 || s.plan.Cells[c].Value < s.plan.Cells[best].Value) {
			best = c
		}
	}
	if best < 0 && s.mayGo(eq.Total) {
		best = eq.Total
	}
	return best
}

// judge audits every linked table and returns the small cells that fail, narrowest knowledge first come.
// A hasty judge ends with the first linked table that fails.
func (s *suppressor) judge(hasty bool) ([]failure, error) {
	parts, provens := s.tried, s.triedProofs
	s.parts, s.proofs, s.tried, s.triedProofs = nil, nil, nil, nil
	var failures []failure
	before := s.passed
	s.passed = make(map[string]passed)
	for _, p := range components(s.plan, s.withheld, s.floors) {
		name := fmt.Sprint(p.cells)
		if old, ok := before[name]; ok {
			s.keep(name, old.part, old.proofs)
			s.tried, s.triedProofs = append(s.tried, old.part), append(s.triedProofs, old.proofs)
			continue
		}
		p.effort = &s.effort
		proofs, failed, err := p.audit(s.needed, p.carry(parts, provens), s.rule, hasty)
		s.audit.Solves += p.solves
		if err != nil {
			return nil, err
		}
		s.tried, s.triedProofs = append(s.tried, p), append(s.triedProofs, proofs)
		if len(failed) == 0 {
			s.keep(name, p, proofs)
		}
		failures = append(failures, failed...)
		if hasty && len(failures) > 0 {
			break
		}
	}
	return failures, nil
}

func (s *suppressor) keep(name string, p *component, proofs []*proof) {
	s.passed[name] = passed{p, proofs}
	s.parts = append(s.parts, p)
	s.proofs = append(s.proofs, proofs)
}

// repair withholds for each failing cell the cheapest published cell that would widen its interval. It returns
// the failures for which there is none.
func (s *suppressor) repair(failures []failure) []failure {
	var stuck []failure
	chosen := make(map[int]bool)
	for _, f := range failures {
		best, bestCost, helped := -1, int64(0), false
		consider := func(c int) {
			if chosen[c] {
				helped = true
			}
			if !s.mayGo(c) {
				return
			}
			if cost := s.costOf(c); best < 0 || cost < bestCost || cost == bestCost && c < best {
				best, bestCost = c, cost
			}
		}
		for c := range s.price(f) {
			consider(c)
		}
		if best < 0 && !helped {
			for _, e := range s.linesOf[f.cell] {
				for _, c := range append([]int{s.plan.Equations[e].Total}, s.plan.Equations[e].Parts...) {
					consider(c)
				}
			}
		}
		switch {
		case helped:
		case best < 0:
			stuck = append(stuck, f)
		default:
			s.withheld[best] = true
			chosen[best] = true
		}
	}
	return stuck
}

// price gives the published cells whose release as unknowns would widen the interval, by the dual prices of
// the equations they stand in.
func (s *suppressor) price(f failure) map[int]float64 {
	out := make(map[int]float64)
	for e, y := range f.prices {
		eq := s.plan.Equations[e]
		if !s.unknown(eq.Total) {
			out[eq.Total] += y
		}
		for _, c := range eq.Parts {
			if !s.unknown(c) {
				out[c] -= y
			}
		}
	}
	for c, y := range out {
		if y < tiny && y > -tiny {
			delete(out, c)
		}
	}
	return out
}

// costOf is what withholding a cell costs: its value, and that of the cell that must go with it in every line
// that has no unknown yet.
func (s *suppressor) costOf(c int) int64 {
	cost := s.plan.Cells[c].Value
	for _, e := range s.linesOf[c] {
		eq := s.plan.Equations[e]
		if s.unknown(eq.Total) || slices.ContainsFunc(eq.Parts, s.unknown) {
			continue
		}
		next := int64(-1)
		for _, other := range append([]int{eq.Total}, eq.Parts...) {
			if v := s.plan.Cells[other].Value; other != c && s.mayGo(other) && (next < 0 || v < next) {
				next = v
			}
		}
		cost += max(next, 0)
	}
	return cost
}

// cleanUp publishes again the complements that turn out not to be needed, largest first.
func (s *suppressor) cleanUp() {
	s.effort = min(s.effort, cleanUpEffort)
	var secondary []int
	for c, w := range s.withheld {
		if w && !s.primary[c] && s.plan.Cells[c].Standing == CellFree {
			secondary = append(secondary, c)
		}
	}
	slices.SortFunc(secondary, func(a, b int) int {
		return cmp.Or(-cmp.Compare(s.plan.Cells[a].Value, s.plan.Cells[b].Value), cmp.Compare(a, b))
	})
	for _, c := range secondary {
		if s.effort < 0 {
			return
		}
		s.withheld[c] = false
		parts, proofs, known, tried, triedProofs := s.parts, s.proofs, s.passed, s.tried, s.triedProofs
		failed := slices.ContainsFunc(s.linesOf[c], func(e int) bool { return s.thin(s.plan.Equations[e]) })
		if !failed {
			failures, err := s.judge(true)
			failed = err != nil || len(failures) > 0
		}
		if failed {
			s.withheld[c] = true
			s.parts, s.proofs, s.passed, s.tried, s.triedProofs = parts, proofs, known, tried, triedProofs
		}
	}
}

// share is how much of the value of all cells is withheld as complement.
func (s *suppressor) share() float64 {
	all, gone := int64(0), int64(0)
	for c, cell := range s.plan.Cells {
		if cell.Standing == CellUnstated {
			continue
		}
		all += cell.Value
		if s.withheld[c] && !s.primary[c] {
			gone += cell.Value
		}
	}
	if all == 0 {
		return 0
	}
	return float64(gone) / float64(all)
}

// worst names the three lines that lose most to complements.
func (s *suppressor) worst() []string {
	type line struct {
		name string
		gone int64
	}
	var lines []line
	for _, eq := range s.plan.Equations {
		l := line{name: eq.Name}
		for _, c := range eq.Parts {
			if s.withheld[c] && !s.primary[c] {
				l.gone += s.plan.Cells[c].Value
			}
		}
		if l.gone > 0 {
			lines = append(lines, l)
		}
	}
	slices.SortStableFunc(lines, func(a, b line) int { return -cmp.Compare(a.gone, b.gone) })
	var out []string
	for _, l := range lines[:min(3, len(lines))] {
		out = append(out, l.name)
	}
	return out
}

func (s *suppressor) refuse(reason string, failures []failure) error {
	r := &Unprotectable{Reason: reason}
	for _, f := range failures {
		r.Cells = append(r.Cells, s.plan.Cells[f.cell].Key)
		for _, e := range s.linesOf[f.cell] {
			if name := s.plan.Equations[e].Name; !slices.Contains(r.Lines, name) {
				r.Lines = append(r.Lines, name)
			}
		}
	}
	slices.Sort(r.Cells)
	slices.Sort(r.Lines)
	return r
}

func (s *suppressor) result() Suppression {
	a := &s.audit
	for c, w := range s.withheld {
		switch {
		case s.primary[c]:
			a.Primary++
		case w && s.plan.Cells[c].Standing == CellClosed:
			a.Kept++
		case w:
			a.Secondary++
		}
	}
	seen := make(map[*int64]bool)
	a.Narrowest = 0
	for i, p := range s.parts {
		a.Linked = max(a.Linked, len(p.cells))
		for _, f := range s.proofs[i] {
			if f.lowLP || f.highLP {
				a.ProofOnly++
			}
			width := f.to - f.from
			if f.low != nil && f.high != nil {
				width = f.highest - f.lowest
			}
			if a.Narrowest == 0 || width < a.Narrowest {
				a.Narrowest = width
			}
			for _, table := range [][]int64{f.low, f.high} {
				if len(table) > 0 && !seen[&table[0]] {
					seen[&table[0]] = true
					a.Witnesses++
				}
			}
		}
	}
	return Suppression{Withheld: s.withheld, Audit: *a, parts: s.parts, proofs: s.proofs}
}
