package stat

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// Rule is the disclosure rule for protected measures.
type Rule struct {
	// K is the smallest count that may be published: 1 to K-1 are withheld. 10 is the rule of CDC WONDER and of
	// Washington State, 11 that of CMS, 5 that of UK departments.
	K int64
	// ZeroIsSensitive withholds 0 as well.
	ZeroIsSensitive bool
	// MostWithheld is the share of the value, 0 to 1, that may be withheld as complement before the plan is
	// refused as too detailed; 0 means a quarter.
	MostWithheld float64
}

// The limits of the method. A larger linked table is refused with advice, since the answer would be late and
// most of it withheld.
const (
	defaultMostWithheld = 0.25
	mostRounds          = 12
	mostLinkedCells     = 4000
	mostEffort          = 2e10 // numbers touched by all linear programs of a plan: about half a minute
	cleanUpEffort       = 1e9  // of which the clean-up may use
)

func (r Rule) mostWithheld() float64 {
	if r.MostWithheld == 0 {
		return defaultMostWithheld
	}
	return r.MostWithheld
}

// small reports whether the count may not be published.
func (r Rule) small(value int64) bool {
	return value < r.K && (value > 0 || r.ZeroIsSensitive)
}

// floor is the least that an attacker knows an unknown cell to hold. A withheld cell is at least 1 where zeros
// are published.
func (r Rule) floor(c PlanCell) int64 {
	if c.Value == 0 || r.ZeroIsSensitive || c.Standing == CellUnstated {
		return 0
	}
	return 1
}

// Audit is the record of disclosure control that goes into a release: numbers of cells and of proofs, never a
// value.
type Audit struct {
	K               int64 `json:"k"`
	ZeroIsSensitive bool  `json:"zero_is_sensitive,omitempty"`
	Cells           int   `json:"cells"`               // coordinates of protected measures and of totals linked with them
	Equations       int   `json:"equations"`           // that an attacker can write down
	Primary         int   `json:"primary"`             // withheld because they are small
	Secondary       int   `json:"secondary"`           // withheld because a small one would follow
	Kept            int   `json:"kept,omitempty"`      // withheld because a former release withheld them
	Withdrawn       int   `json:"withdrawn,omitempty"` // of lines that cannot be protected
	Held            int   `json:"held,omitempty"`      // as in the former release: the revision would tell
	Releases        int   `json:"releases"`            // former releases audited jointly
	Linked          int   `json:"linked"`              // unknowns in the largest linked table
	Rounds          int   `json:"rounds"`              // of repair until every cell passed
	Solves          int   `json:"solves"`              // linear programs
	Witnesses       int   `json:"witnesses"`           // other whole-number tables that agree with all published cells
	ProofOnly       int   `json:"proof_only"`          // cells whose interval has no such table at one end
	Narrowest       int64 `json:"narrowest"`           // every small cell is proved to have an interval at least this wide
}

// Range is what an attacker can work out about a withheld cell.
type Range struct {
	Cell         int // index into Plan.Cells
	Lower, Upper float64
}

// Attack computes for every withheld cell the narrowest interval that follows from all published cells and all
// equations, by two linear programs a cell. floor is the least count the attacker takes a withheld cell to
// hold: 1 where zeros are published, else 0. An Upper without end is +Inf.
func Attack(plan *Plan, withheld []bool, floor int64) ([]Range, error) {
	if err := plan.check(); err != nil {
		return nil, err
	}
	floors := make([]int64, len(plan.Cells))
	for i, c := range plan.Cells {
		if withheld[i] && c.Value > 0 {
			floors[i] = floor
		}
	}
	var out []Range
	for _, part := range components(plan, withheld, floors) {
		if err := part.solve(); err != nil {
			return nil, err
		}
		for _, c := range part.cells {
			if !withheld[c] {
				continue
			}
			r := Range{Cell: c}
			var err error
			if r.Lower, err = part.extreme(c, -1); err != nil {
				return nil, err
			}
			if r.Upper, err = part.extreme(c, 1); err != nil {
				return nil, err
			}
			out = append(out, r)
		}
	}
	return out, nil
}

// component is a linked table of unknowns: what an attacker solves as one system.
type component struct {
	plan   *Plan
	cells  []int       // indices into Plan.Cells
	column map[int]int // cell to column
	floors []int64     // by column
	lines  []int       // indices into Plan.Equations
	rows   [][]term
	rhs    []float64 // with the floors taken off
	exact  []int64   // right-hand sides in whole numbers, for the unknowns themselves
	lp     *simplex
	effort *int64 // what is left of mostEffort; nil: no limit
	solves int
	point  []float64
}

// components splits the unknown cells into linked tables. Published cells are put into the equations as
// constants.
func components(plan *Plan, withheld []bool, floors []int64) []*component {
	unknown := func(c int) bool { return withheld[c] || plan.Cells[c].Standing == CellUnstated }
	parent := make([]int, len(plan.Cells))
	for i := range parent {
		parent[i] = i
	}
	root := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	first := make([]int, len(plan.Equations))
	for e, eq := range plan.Equations {
		first[e] = -1
		join := func(c int) {
			if !unknown(c) {
				return
			}
			if first[e] < 0 {
				first[e] = c
			}
			parent[root(c)] = root(first[e])
		}
		join(eq.Total)
		for _, c := range eq.Parts {
			join(c)
		}
	}
	byRoot := make(map[int]*component)
	var out []*component
	for c := range plan.Cells {
		if !unknown(c) {
			continue
		}
		p := byRoot[root(c)]
		if p == nil {
			p = &component{plan: plan, column: make(map[int]int)}
			byRoot[root(c)] = p
			out = append(out, p)
		}
		p.column[c] = len(p.cells)
		p.cells = append(p.cells, c)
		p.floors = append(p.floors, floors[c])
	}
	for e, eq := range plan.Equations {
		if first[e] < 0 {
			continue
		}
		p := byRoot[root(first[e])]
		var row []term
		exact := eq.Offset
		put := func(c int, coef int64) {
			if col, ok := p.column[c]; ok {
				row = append(row, term{col, float64(coef)})
			} else {
				exact -= coef * plan.Cells[c].Value
			}
		}
		put(eq.Total, 1)
		for _, c := range eq.Parts {
			put(c, -1)
		}
		rhs := exact
		for _, t := range row {
			rhs -= int64(t.coef) * p.floors[t.col]
		}
		p.lines = append(p.lines, e)
		p.rows = append(p.rows, row)
		p.rhs = append(p.rhs, float64(rhs))
		p.exact = append(p.exact, exact)
	}
	return out
}

// solve finds the first table that agrees with what is published. The true one does, so that none is a
// contradiction in the plan.
func (p *component) solve() error {
	lp, end := newSimplex(p.rows, p.rhs, len(p.cells), p.effort)
	switch end {
	case lost:
		return p.late()
	case impossible:
		name, _, _ := strings.Cut(p.plan.Cells[p.cells[0]].Key, valueSign) // the value is nobody's business
		return fmt.Errorf("audit: no table agrees with what is published about %s: %w", name, ErrInvalid)
	}
	p.lp = lp
	p.point = make([]float64, len(p.cells))
	return nil
}

// late refuses a linked table whose audit takes too long.
func (p *component) late() error {
	return &Unprotectable{Reason: fmt.Sprintf("the audit of %d linked cells takes too long; drop a dimension or a level",
		len(p.cells))}
}

// extreme is the largest (direction 1) or the smallest (-1) value of the cell.
func (p *component) extreme(cell int, direction float64) (float64, error) {
	col := p.column[cell]
	p.solves++
	end, _ := p.lp.maximise([]term{{col, direction}}, nil)
	switch end {
	case unbounded:
		return direction * math.Inf(1), nil
	case lost:
		return 0, p.late()
	}
	return p.lp.value(col) + float64(p.floors[col]), nil
}

// witness gives the vertex as a table in whole numbers and checks it, exactly, against every equation: a
// certificate that does not trust the solver. along, if not nil, is a direction to follow from the vertex, and
// far how far.
func (p *component) witness(along []float64, far float64) ([]int64, bool) {
	p.lp.point(p.point)
	out := make([]int64, len(p.cells))
	for c, y := range p.point {
		if along != nil {
			y += far * along[c]
		}
		whole := math.Round(y)
		if math.Abs(y-whole) > 1e-6 || whole < 0 {
			return nil, false
		}
		out[c] = int64(whole) + p.floors[c]
	}
	return out, p.agrees(out)
}

// agrees checks a table against every equation.
func (p *component) agrees(table []int64) bool {
	for i, row := range p.rows {
		sum := int64(0)
		for _, t := range row {
			sum += int64(t.coef) * table[t.col]
		}
		if sum != p.exact[i] {
			return false
		}
	}
	return true
}

// carry makes tables that agreed with an earlier choice of withheld cells into tables for this one, where they
// still agree: a cell that was published then, or in another linked table, has its true value.
func (p *component) carry(parts []*component, proofs [][]*proof) [][]int64 {
	var out [][]int64
	seen := make(map[*int64]bool)
	for i, old := range parts {
		if !slices.ContainsFunc(p.cells, func(c int) bool { _, ok := old.column[c]; return ok }) {
			continue
		}
		for _, f := range proofs[i] {
			for _, table := range [][]int64{f.low, f.high} {
				if table == nil || seen[&table[0]] {
					continue
				}
				seen[&table[0]] = true
				carried := make([]int64, len(p.cells))
				for col, c := range p.cells {
					carried[col] = p.plan.Cells[c].Value
					if before, ok := old.column[c]; ok {
						carried[col] = table[before]
					}
				}
				if p.agrees(carried) {
					out = append(out, carried)
				}
			}
		}
	}
	return out
}

// proof is what is known about the interval of one small cell.
type proof struct {
	cell      int
	from, to  int64   // the interval must hold every value between these two
	low, high []int64 // tables in whole numbers at or beyond each end, by column of the component
	lowest    int64   // in low
	highest   int64   // in high
	lowLP     bool    // an end that only the linear program reaches
	highLP    bool
}

func (f *proof) done() bool { return (f.low != nil || f.lowLP) && (f.high != nil || f.highLP) }

// failure is a small cell whose interval is too narrow, with the prices of the equations at the end that is:
// a published cell whose price is not zero would widen the interval if it were withheld.
type failure struct {
	cell   int
	prices map[int]float64 // by equation
}

// audit proves for every small cell of the component that its interval is wide enough, or says which are not.
// needed gives for each cell of the plan the values the interval must hold; cells without need have from > to.
// pool is tables known to agree. A hasty audit ends with the first failure.
func (p *component) audit(needed []span, pool [][]int64, rule Rule, hasty bool) ([]*proof, []failure, error) {
	var proofs []*proof
	for _, c := range p.cells {
		if needed[c].from <= needed[c].to {
			proofs = append(proofs, &proof{cell: c, from: needed[c].from, to: needed[c].to,
				lowest: math.MaxInt64, highest: -1})
		}
	}
	if len(proofs) == 0 {
		return nil, nil, nil
	}
	see := func(table []int64) bool {
		news := false
		for _, f := range proofs {
			x := table[p.column[f.cell]]
			if x <= f.from && x < f.lowest {
				news = news || f.low == nil
				f.low, f.lowest = table, x
			}
			if x >= f.to && x > f.highest {
				news = news || f.high == nil
				f.high, f.highest = table, x
			}
		}
		return news
	}
	for _, table := range pool {
		see(table)
	}
	if !slices.ContainsFunc(proofs, func(f *proof) bool { return !f.done() }) {
		return proofs, nil, nil
	}
	if err := p.solve(); err != nil {
		return nil, nil, err
	}
	look := func() bool {
		if table, ok := p.witness(nil, 0); ok {
			return see(table)
		}
		return false
	}
	direction := make([]float64, len(p.cells))
	follow := func(col int) bool {
		p.lp.ray(col, direction)
		least := math.Inf(1)
		for _, d := range direction {
			if math.Abs(d) > tiny {
				least = min(least, math.Abs(d))
			}
		}
		if table, ok := p.witness(direction, math.Ceil(float64(4*rule.K)/least)); ok {
			return see(table)
		}
		return false
	}
	look()
	random := rand.New(rand.NewPCG(uint64(len(p.cells)), uint64(len(p.rows))))
	idle := 0
	for turn := 0; turn < 60 && idle < 4; turn++ {
		var objective []term
		for _, f := range proofs {
			if turn%2 == 0 && f.high == nil {
				objective = append(objective, term{p.column[f.cell], random.Float64()})
			}
			if turn%2 == 1 && f.low == nil {
				objective = append(objective, term{p.column[f.cell], -random.Float64()})
			}
		}
		idle++
		if len(objective) == 0 {
			continue
		}
		p.solves++
		end, col := p.lp.maximise(objective, nil)
		if end == lost {
			return nil, nil, p.late()
		}
		if look() {
			idle = 0
		}
		if end == unbounded && follow(col) {
			idle = 0
		}
	}
	var failures []failure
	for _, f := range proofs {
		for _, up := range []bool{false, true} {
			if up && f.high != nil || !up && f.low != nil {
				continue
			}
			failed, err := p.prove(f, up, look, follow, random)
			if err != nil {
				return nil, nil, err
			}
			if failed != nil {
				failures = append(failures, *failed)
				if hasty {
					return proofs, failures, nil
				}
				break
			}
		}
	}
	return proofs, failures, nil
}

// prove settles one end of one interval by a linear program of its own.
func (p *component) prove(f *proof, up bool, look func() bool, follow func(int) bool, random *rand.Rand) (
	*failure, error) {
	col := p.column[f.cell]
	floor := float64(p.floors[col])
	direction := -1.0
	enough := func(x float64) bool { return x <= float64(f.from)+1e-6 }
	seen := func() bool { return f.low != nil }
	if up {
		direction = 1
		enough = func(x float64) bool { return x >= float64(f.to)-1e-6 }
		seen = func() bool { return f.high != nil }
	}
	p.solves++
	end, ray := p.lp.maximise([]term{{col, direction}}, func() bool {
		if enough(p.lp.value(col) + floor) {
			look()
		}
		return seen()
	})
	reached := p.lp.value(col) + floor
	switch {
	case end == lost:
		return nil, p.late()
	case end == unbounded:
		follow(ray)
		reached = math.Inf(1)
	}
	if seen() {
		return nil, nil
	}
	if !enough(reached) {
		prices := make([]float64, len(p.rows))
		p.lp.dual(prices)
		failed := &failure{cell: f.cell, prices: make(map[int]float64)}
		for i, y := range prices {
			if math.Abs(y) > tiny {
				failed.prices[p.lines[i]] = y
			}
		}
		return failed, nil
	}
	// The linear program reaches far enough, but not in whole numbers: look at other vertices nearby.
	for range 30 {
		objective := []term{{col, direction * float64(len(p.cells))}}
		for c := range p.cells {
			objective = append(objective, term{c, random.Float64() - 0.5})
		}
		p.solves++
		if end, ray := p.lp.maximise(objective, nil); end == unbounded {
			follow(ray)
		}
		if look(); seen() {
			return nil, nil
		}
	}
	if up {
		// A vertex between whole numbers may lie above every table: two more than needed make up for it.
		if reached < float64(f.to)+2-1e-6 {
			return &failure{cell: f.cell, prices: map[int]float64{}}, nil
		}
		f.highLP = true
		return nil, nil
	}
	f.lowLP = true
	return nil, nil
}

// span is the values that an interval must hold.
type span struct{ from, to int64 }

// leastParts gives for each cell the least count that follows from the published zeros alone: the number of
// its finest cells that are not zero, counted in the table where there are most.
func leastParts(plan *Plan, rule Rule) []int64 {
	byTotal := make(map[int][]Equation)
	for _, e := range plan.Equations {
		byTotal[e.Total] = append(byTotal[e.Total], e)
	}
	out := make([]int64, len(plan.Cells))
	state := make([]int, len(plan.Cells))
	var least func(c int) int64
	least = func(c int) int64 {
		if state[c] > 0 {
			return out[c]
		}
		state[c] = 1
		out[c] = rule.floor(plan.Cells[c])
		for _, e := range byTotal[c] {
			sum := e.Offset
			for _, part := range e.Parts {
				sum += least(part)
			}
			out[c] = max(out[c], sum)
		}
		return out[c]
	}
	for c := range plan.Cells {
		least(c)
	}
	return out
}
