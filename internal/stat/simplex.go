package stat

import (
	"math"
	"slices"
)

// tiny is what the simplex takes for zero. The matrices here hold 0, 1 and -1 and the counts are far below
// 2^40, so that rounding errors stay many orders of magnitude smaller.
const tiny = 1e-9

// smallPivot is the least entry that may become a pivot.
const smallPivot = 1e-7

// term is one entry of a sparse row.
type term struct {
	col  int
	coef float64
}

// simplex solves linear programs over one set of equations, rows·y = rhs with y ≥ 0, for many objectives in
// turn: a dense two-phase primal tableau that starts each objective from the vertex where the last one ended.
// It falls back on Bland's rule when a run of degenerate steps shows that it may cycle. Redundant equations are
// no harm: their artificial variable stays in the basis at zero. The method is Dantzig's, as in Chvátal, Linear
// Programming (1983), chapters 2, 3 and 8.
type simplex struct {
	cols   int         // structural columns; the artificial ones follow, one for each row
	table  [][]float64 // each row: structural, artificial, right-hand side
	sign   []float64   // by which each row was multiplied to make its right-hand side positive
	basis  []int       // column that is basic in each row
	cost   []float64   // reduced costs of the objective that is being maximised
	touch  []int       // columns in which the pivot row is not zero
	effort *int64      // numbers that may still be touched; nil: as many as it takes
}

// outcome says how a maximisation ended.
type outcome int

const (
	optimal    outcome = iota
	unbounded          // along the ray that follows from the entering column
	stopped            // the caller had seen enough
	impossible         // the equations have no solution
	lost               // out of effort, or too many steps
)

// newSimplex finds a first vertex. Its outcome is optimal if there is one, else impossible or lost.
func newSimplex(rows [][]term, rhs []float64, cols int, effort *int64) (*simplex, outcome) {
	s := &simplex{cols: cols, effort: effort, basis: make([]int, len(rows)), sign: make([]float64, len(rows))}
	width := cols + len(rows) + 1
	flat := make([]float64, width*(len(rows)+1))
	s.table = make([][]float64, len(rows))
	s.cost = flat[width*len(rows):]
	for i, row := range rows {
		s.table[i] = flat[i*width : (i+1)*width : (i+1)*width]
		s.sign[i] = 1
		if rhs[i] < 0 {
			s.sign[i] = -1
		}
		for _, t := range row {
			s.table[i][t.col] += s.sign[i] * t.coef
		}
		s.table[i][cols+i] = 1
		s.table[i][width-1] = s.sign[i] * rhs[i]
		s.basis[i] = cols + i
	}
	// Phase one: maximise the negative sum of the artificial variables.
	for _, row := range s.table {
		for j := range cols {
			s.cost[j] += row[j]
		}
		s.cost[width-1] += row[width-1]
	}
	if end, _ := s.climb(nil); end == lost {
		return nil, lost
	}
	for i, b := range s.basis {
		if b >= cols && s.table[i][width-1] > 1e-6 {
			return nil, impossible
		}
	}
	for i, b := range s.basis {
		if b < cols {
			continue
		}
		for j := range cols {
			if math.Abs(s.table[i][j]) > smallPivot {
				s.pivot(i, j)
				break
			}
		}
	}
	return s, optimal
}

// maximise moves to a vertex where the objective is largest. stop, if not nil, is asked at every vertex whether
// to end there. The column is the one along which an unbounded objective grows.
func (s *simplex) maximise(objective []term, stop func() bool) (outcome, int) {
	clear(s.cost)
	for _, t := range objective {
		s.cost[t.col] += t.coef
	}
	coef := slices.Clone(s.cost)
	for i, b := range s.basis {
		if c := coef[b]; c != 0 {
			for j, v := range s.table[i] {
				s.cost[j] -= c * v
			}
			if s.effort != nil {
				*s.effort -= int64(len(s.cost))
			}
		}
	}
	return s.climb(stop)
}

// climb steps from vertex to vertex until no step improves the objective whose reduced costs stand in s.cost.
func (s *simplex) climb(stop func() bool) (outcome, int) {
	last := len(s.cost) - 1
	limit := 200 * (len(s.table) + s.cols + 10)
	degenerate := 0
	for range limit {
		if stop != nil && stop() {
			return stopped, 0
		}
		enter := -1
		if degenerate < 40 {
			best := tiny
			for j := range s.cols {
				if s.cost[j] > best {
					best, enter = s.cost[j], j
				}
			}
		} else {
			for j := range s.cols {
				if s.cost[j] > tiny {
					enter = j
					break
				}
			}
		}
		if enter < 0 {
			return optimal, 0
		}
		leave, step := -1, math.Inf(1)
		for i, row := range s.table {
			if row[enter] <= smallPivot {
				continue
			}
			ratio := row[last] / row[enter]
			better := ratio < step-tiny
			if !better && ratio < step+tiny {
				// Of equal steps the largest pivot loses least to rounding; under Bland's rule the first column.
				better = row[enter] > s.table[leave][enter]
				if degenerate >= 40 {
					better = s.basis[i] < s.basis[leave]
				}
			}
			if better {
				leave, step = i, ratio
			}
		}
		if leave < 0 {
			return unbounded, enter
		}
		if step < tiny {
			degenerate++
		} else {
			degenerate = 0
		}
		s.pivot(leave, enter)
		if s.effort != nil && *s.effort < 0 {
			return lost, 0
		}
	}
	return lost, 0
}

// pivot makes the column basic in the row.
func (s *simplex) pivot(leave, enter int) {
	row := s.table[leave]
	p := 1 / row[enter]
	s.touch = s.touch[:0]
	for j, v := range row {
		if v == 0 {
			continue
		}
		v *= p
		if math.Abs(v) < 1e-12 {
			row[j] = 0
			continue
		}
		row[j] = v
		s.touch = append(s.touch, j)
	}
	row[enter] = 1
	touched := 1
	for i, other := range s.table {
		if i != leave && other[enter] != 0 {
			s.reduce(other, row, enter)
			touched++
		}
	}
	s.reduce(s.cost, row, enter)
	if s.effort != nil {
		*s.effort -= int64(len(s.table) + s.cols + touched*len(s.touch))
	}
	s.basis[leave] = enter
}

func (s *simplex) reduce(other, row []float64, enter int) {
	f := other[enter]
	if f == 0 {
		return
	}
	for _, j := range s.touch {
		v := other[j] - f*row[j]
		if math.Abs(v) < 1e-12 {
			v = 0
		}
		other[j] = v
	}
	other[enter] = 0
}

// point writes the vertex into y, one value for each structural column.
func (s *simplex) point(y []float64) {
	clear(y)
	for i, b := range s.basis {
		if b < s.cols {
			y[b] = s.table[i][len(s.table[i])-1]
		}
	}
}

// value is one coordinate of the vertex.
func (s *simplex) value(col int) float64 {
	for i, b := range s.basis {
		if b == col {
			return s.table[i][len(s.table[i])-1]
		}
	}
	return 0
}

// ray writes the direction in which the column grows without end into d.
func (s *simplex) ray(col int, d []float64) {
	clear(d)
	d[col] = 1
	for i, b := range s.basis {
		if b < s.cols {
			d[b] = -s.table[i][col]
		}
	}
}

// dual is how fast the objective last maximised would grow with the right-hand side of each row.
func (s *simplex) dual(y []float64) {
	for i := range s.table {
		y[i] = -s.cost[s.cols+i] * s.sign[i]
	}
}
