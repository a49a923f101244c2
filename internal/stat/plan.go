package stat

import (
	"fmt"
	"slices"
	"strings"
)

// CellStanding says what may still be decided about a cell of a plan.
type CellStanding int

// The standings of a cell.
const (
	// CellFree leaves the decision to Suppress.
	CellFree CellStanding = iota
	// CellOpen is published whatever happens: the measure is open, or the number is already public.
	CellOpen
	// CellClosed is withheld whatever happens: a former release withheld it.
	CellClosed
	// CellUnstated is neither published nor protected: what is left of a total whose parts are not all known.
	CellUnstated
)

// PlanCell is one published coordinate of a protected measure. The same coordinate in two tables is one cell;
// this is what links tables.
type PlanCell struct {
	Key      string // the coordinate
	Value    int64  // the true count
	Standing CellStanding
}

// Equation says that a total is the sum of its parts and a known offset. The offset is 0 unless the figures
// contradict each other: then the worst is assumed, that everybody knows by how much.
type Equation struct {
	Name   string // the line of the table, for messages to the analyst
	Total  int    // index into Plan.Cells
	Parts  []int
	Offset int64
}

// Plan is everything that is published about one protected measure: the cells of all its tables, and the
// equations that anybody can write down who sees the tables.
type Plan struct {
	Cells     []PlanCell
	Equations []Equation

	index map[string]int
	lines map[int][]int // equations by their total
}

// Add adds a cell and returns its index. Adding a coordinate again is no error if the values agree; then the
// stricter fact wins: what is open stays open. Negative and contradictory counts are ErrInvalid.
func (p *Plan) Add(key string, value int64, standing CellStanding) (int, error) {
	if value < 0 {
		return 0, fmt.Errorf("plan: %s has the negative count %d: %w", key, value, ErrInvalid)
	}
	if p.index == nil {
		p.index = make(map[string]int)
		for i, c := range p.Cells {
			p.index[c.Key] = i
		}
	}
	if i, ok := p.index[key]; ok {
		c := &p.Cells[i]
		if c.Value != value {
			return 0, fmt.Errorf("plan: two tables give different counts for %s: %w", key, ErrInvalid)
		}
		if standing == CellOpen || c.Standing == CellFree {
			c.Standing = standing
		}
		return i, nil
	}
	p.index[key] = len(p.Cells)
	p.Cells = append(p.Cells, PlanCell{Key: key, Value: value, Standing: standing})
	return len(p.Cells) - 1, nil
}

// Index returns the index of the coordinate, and whether the plan has it.
func (p *Plan) Index(key string) (int, bool) {
	i, ok := p.index[key]
	return i, ok
}

// Sum adds the equation total = sum of parts. Counts that do not add up are ErrInvalid.
func (p *Plan) Sum(name string, total int, parts ...int) error {
	sum := int64(0)
	for _, c := range parts {
		sum += p.Cells[c].Value
	}
	if sum != p.Cells[total].Value {
		return fmt.Errorf("plan: the parts of %s do not add up to their total: %w", name, ErrInvalid)
	}
	p.sum(Equation{Name: name, Total: total, Parts: parts})
	return nil
}

// sum adds an equation unless the plan has it already.
func (p *Plan) sum(e Equation) {
	e.Parts = slices.Clone(e.Parts)
	slices.Sort(e.Parts)
	if p.lines == nil {
		p.lines = make(map[int][]int)
		for i, other := range p.Equations {
			p.lines[other.Total] = append(p.lines[other.Total], i)
		}
	}
	for _, i := range p.lines[e.Total] {
		if slices.Equal(p.Equations[i].Parts, e.Parts) {
			return
		}
	}
	p.lines[e.Total] = append(p.lines[e.Total], len(p.Equations))
	p.Equations = append(p.Equations, e)
}

// check reports what makes a plan unusable.
func (p *Plan) check() error {
	for _, c := range p.Cells {
		if c.Value < 0 {
			return fmt.Errorf("plan: %s has the negative count %d: %w", c.Key, c.Value, ErrInvalid)
		}
	}
	for _, e := range p.Equations {
		sum := e.Offset
		for _, c := range e.Parts {
			sum += p.Cells[c].Value
		}
		if sum != p.Cells[e.Total].Value {
			return fmt.Errorf("plan: the parts of %s do not add up to their total: %w", e.Name, ErrInvalid)
		}
	}
	return nil
}

// Axis is one dimension of a table. Parent maps every code to the code above it; "" is the total over all
// codes. Codes that are nobody's parent are the finest.
type Axis struct {
	Name   string
	Parent map[string]string
}

// Table is a cube of counts with all its margins. Value gives the count of a combination of finest codes, one
// for each axis, in the order of the axes.
type Table struct {
	Axes  []Axis
	Value func(codes []string) int64
}

// AddTable adds every cell of the cube, totals included, and every equation parent = sum of children, for
// every dimension, every node and every combination of the others. A cell's key names the axes on which it is
// not a total, so that cubes with common margins are linked.
func (p *Plan) AddTable(t Table) error {
	type node struct {
		code     string
		children []string
	}
	nodes := make([][]node, len(t.Axes))
	leaves := make([]map[string][]string, len(t.Axes)) // finest codes under each code
	for a, axis := range t.Axes {
		children := map[string][]string{"": nil}
		for code, parent := range axis.Parent {
			children[parent] = append(children[parent], code)
			if _, ok := children[code]; !ok {
				children[code] = nil
			}
		}
		leaves[a] = make(map[string][]string)
		var walk func(code string) []string
		walk = func(code string) []string {
			slices.Sort(children[code])
			nodes[a] = append(nodes[a], node{code, children[code]})
			if len(children[code]) == 0 {
				leaves[a][code] = []string{code}
				return leaves[a][code]
			}
			var under []string
			for _, c := range children[code] {
				under = append(under, walk(c)...)
			}
			leaves[a][code] = under
			return under
		}
		walk("")
		if len(nodes[a]) != len(children) {
			return fmt.Errorf("plan: the codes of %s do not form a tree: %w", axis.Name, ErrInvalid)
		}
	}
	key := func(codes []string) string {
		var parts []string
		for a, c := range codes {
			if c != "" {
				parts = append(parts, t.Axes[a].Name+"="+c)
			}
		}
		slices.Sort(parts)
		return strings.Join(parts, " ")
	}
	value := func(codes []string) int64 {
		finest := make([]string, len(codes))
		var add func(a int) int64
		add = func(a int) int64 {
			if a == len(codes) {
				return t.Value(finest)
			}
			sum := int64(0)
			for _, leaf := range leaves[a][codes[a]] {
				finest[a] = leaf
				sum += add(a + 1)
			}
			return sum
		}
		return add(0)
	}
	var each func(codes []string, a int, visit func(codes []string) error) error
	each = func(codes []string, a int, visit func(codes []string) error) error {
		if a == len(t.Axes) {
			return visit(codes)
		}
		for _, n := range nodes[a] {
			codes[a] = n.code
			if err := each(codes, a+1, visit); err != nil {
				return err
			}
		}
		return nil
	}
	codes := make([]string, len(t.Axes))
	if err := each(codes, 0, func(codes []string) error {
		_, err := p.Add(key(codes), value(codes), CellFree)
		return err
	}); err != nil {
		return err
	}
	return each(codes, 0, func(codes []string) error {
		total := p.index[key(codes)]
		for a := range t.Axes {
			i := slices.IndexFunc(nodes[a], func(n node) bool { return n.code == codes[a] })
			if len(nodes[a][i].children) == 0 {
				continue
			}
			inner := slices.Clone(codes)
			var parts []int
			for _, c := range nodes[a][i].children {
				inner[a] = c
				parts = append(parts, p.index[key(inner)])
			}
			name := strings.TrimSpace(key(codes) + " by " + t.Axes[a].Name)
			if err := p.Sum(name, total, parts...); err != nil {
				return err
			}
		}
		return nil
	})
}
