package stat

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// twoWay is a two-dimensional table with its margins. Rows and columns are named by the letters given.
func twoWay(t *testing.T, rows, cols string, counts ...int64) *Plan {
	t.Helper()
	if len(counts) != len(rows)*len(cols) {
		t.Fatalf("twoWay: %d counts, want %d", len(counts), len(rows)*len(cols))
	}
	axis := func(name, letters string) Axis {
		a := Axis{Name: name, Parent: map[string]string{}}
		for _, l := range letters {
			a.Parent[string(l)] = ""
		}
		return a
	}
	plan := new(Plan)
	if err := plan.AddTable(Table{
		Axes: []Axis{axis("row", rows), axis("col", cols)},
		Value: func(codes []string) int64 {
			return counts[strings.Index(rows, codes[0])*len(cols)+strings.Index(cols, codes[1])]
		},
	}); err != nil {
		t.Fatal(err)
	}
	return plan
}

// line is one total with its parts.
func line(t *testing.T, counts ...int64) *Plan {
	t.Helper()
	axis := Axis{Name: "part", Parent: map[string]string{}}
	for i := range counts {
		axis.Parent[string(rune('a'+i))] = ""
	}
	plan := new(Plan)
	if err := plan.AddTable(Table{Axes: []Axis{axis}, Value: func(codes []string) int64 {
		return counts[codes[0][0]-'a']
	}}); err != nil {
		t.Fatal(err)
	}
	return plan
}

// cell finds a finest cell of a two-way table by the letters of its row and column, or any cell by its key.
func cell(t *testing.T, plan *Plan, name string) int {
	t.Helper()
	key := name
	if len(name) == 2 {
		key = fmt.Sprintf("col=%c row=%c", name[1], name[0])
	}
	c, ok := plan.Index(key)
	if !ok {
		t.Fatalf("plan has no cell %q", key)
	}
	return c
}

func withhold(t *testing.T, plan *Plan, names string) []bool {
	t.Helper()
	out := make([]bool, len(plan.Cells))
	for _, n := range strings.Fields(names) {
		out[cell(t, plan, n)] = true
	}
	return out
}

func checkRanges(t *testing.T, plan *Plan, withheld []bool, floor int64, want map[string][2]float64) {
	t.Helper()
	ranges, err := Attack(plan, withheld, floor)
	if err != nil {
		t.Fatal(err)
	}
	for name, w := range want {
		c := cell(t, plan, name)
		i := slices.IndexFunc(ranges, func(r Range) bool { return r.Cell == c })
		if i < 0 {
			t.Errorf("Attack gives no range for %s", name)
			continue
		}
		got := ranges[i]
		if math.Abs(got.Lower-w[0]) > 1e-6 || math.Abs(got.Upper-w[1]) > 1e-6 {
			t.Errorf("Attack: %s in [%g, %g], want [%g, %g]", name, got.Lower, got.Upper, w[0], w[1])
		}
	}
}

// sdcTable is the 4 × 4 table of the tests of R's sdcTable (test-simpleheuristic), with what is withheld there.
func sdcTable(t *testing.T) (*Plan, string) {
	return twoWay(t, "wxyz", "abcd",
			30, 47, 64, 89,
			90, 124, 5, 31,
			92, 100, 59, 85,
			800, 991, 651, 685),
		"wa wb wc xa xc yb yd zb zd"
}

func TestS1TwoWithheldInEachLineStillGiveACellAway(t *testing.T) {
	plan, names := sdcTable(t)
	checkRanges(t, plan, withhold(t, plan, names), 0, map[string][2]float64{
		"wb": {47, 47}, "wa": {25, 94}, "wc": {0, 69}, "xa": {26, 95}, "xc": {0, 69},
		"yb": {0, 185}, "yd": {0, 185}, "zb": {906, 1091}, "zd": {585, 770},
	})
}

func TestS2OneMoreCellProtectsIt(t *testing.T) {
	plan, names := sdcTable(t)
	checkRanges(t, plan, withhold(t, plan, names+" xd"), 0, map[string][2]float64{
		"wb": {0, 78}, "wa": {0, 120}, "zb": {875, 1138}, "zd": {538, 801},
	})
}

func TestS3AnotherCellProtectsItToo(t *testing.T) {
	plan, names := sdcTable(t)
	checkRanges(t, plan, withhold(t, plan, names+" xb"), 0, map[string][2]float64{
		"wb": {0, 141}, "xb": {30, 171},
	})
}

// TestS4RepairFindsTheCellThatHelps lets the table be repaired for the cell that follows from the others. The
// dual prices name exactly the cells that widen it, and the cheapest of them is the one that Gaussian
// elimination (R's GaussSuppression) withholds.
func TestS4RepairFindsTheCellThatHelps(t *testing.T) {
	plan, names := sdcTable(t)
	for _, n := range strings.Fields(names) {
		plan.Cells[cell(t, plan, n)].Standing = CellClosed
	}
	wb := cell(t, plan, "wb")
	s := newSuppressor(plan, Rule{K: 10})
	if err := s.mark(); err != nil {
		t.Fatal(err)
	}
	s.needed[wb] = span{1, 48}
	failures, err := s.judge(false)
	if err != nil || len(failures) != 1 || failures[0].cell != wb {
		t.Fatalf("judge: failures %v, error %v; want wb to fail alone", failures, err)
	}
	before := slices.Clone(s.withheld)
	if stuck := s.repair(failures); len(stuck) > 0 {
		t.Fatalf("repair is stuck at %v", stuck)
	}
	var chosen []string
	for c := range plan.Cells {
		if s.withheld[c] && !before[c] {
			chosen = append(chosen, plan.Cells[c].Key)
		}
	}
	if want := []string{"col=d row=x"}; !slices.Equal(chosen, want) {
		t.Errorf("repair withholds %q, want %q", chosen, want)
	}
	if failures, err := s.judge(false); err != nil || len(failures) > 0 {
		t.Errorf("after the repair: failures %v, error %v", failures, err)
	}
}

// fcsm is the table of delinquent children by county (row) and education of the head of household (column) of
// Statistical Policy Working Paper 22 of the Federal Committee on Statistical Methodology.
func fcsm(t *testing.T) *Plan {
	return twoWay(t, "abcd", "1234",
		15, 1, 3, 1,
		20, 10, 10, 15,
		3, 10, 10, 2,
		12, 14, 7, 2)
}

func TestS5DelinquentChildrenByCounty(t *testing.T) {
	plan := fcsm(t)
	checkRanges(t, plan, withhold(t, plan, "a2 a3 a4 b2 b3 c1 c4 d1 d4"), 0, map[string][2]float64{
		"a4": {1, 1}, "b2": {7, 11}, "b3": {9, 13}, "d1": {10, 14}, "c1": {1, 5},
	})
}

// TestS6DelinquentChildrenProtected finds the reference's two rounds and intervals of [1, 14] or wider before the
// clean-up. The clean-up publishes again what is not needed, down to what the rule asks for and no further.
func TestS6DelinquentChildrenProtected(t *testing.T) {
	plan := fcsm(t)
	rule := Rule{K: 5, MostWithheld: 1}
	s := newSuppressor(plan, rule)
	if err := s.mark(); err != nil {
		t.Fatal(err)
	}
	rounds := 1
	for ; ; rounds++ {
		s.lines()
		failures, err := s.judge(false)
		if err != nil {
			t.Fatal(err)
		}
		if len(failures) == 0 {
			break
		}
		if stuck := s.repair(failures); len(stuck) > 0 {
			t.Fatalf("repair is stuck at %v", stuck)
		}
	}
	if rounds != 2 {
		t.Errorf("%d rounds, want 2", rounds)
	}
	ranges, err := Attack(plan, s.withheld, 1)
	if err != nil {
		t.Fatal(err)
	}
	small := 0
	for _, r := range ranges {
		if !s.primary[r.Cell] {
			continue
		}
		small++
		if r.Lower > 1 || r.Upper < 14 {
			t.Errorf("%s is in [%g, %g], want [1, 14] or wider", plan.Cells[r.Cell].Key, r.Lower, r.Upper)
		}
	}
	if small != 6 {
		t.Errorf("%d small cells, want 6", small)
	}
	got, err := Suppress(plan, rule)
	if err != nil {
		t.Fatal(err)
	}
	if before := len(names(plan, s.withheld)); len(names(plan, got.Withheld)) >= before {
		t.Errorf("the clean-up leaves %d cells withheld of %d", len(names(plan, got.Withheld)), before)
	}
	checkSafe(t, plan, got, rule)
}

func TestS7IntervalsOfFourCorners(t *testing.T) {
	plan := twoWay(t, "123", "abc",
		20, 50, 10,
		8, 19, 22,
		17, 32, 12)
	checkRanges(t, plan, withhold(t, plan, "2a 2c 3a 3c"), 0, map[string][2]float64{
		"2c": {5, 30}, "3c": {4, 29}, "2a": {0, 25}, "3a": {0, 25},
	})
}

// linked is the example of linked tables of R's sdcTable: eight areas by county and by size.
func linked(t *testing.T, tables string) *Plan {
	t.Helper()
	values := map[string]int64{"A": 2, "B": 2, "I": 8, "J": 8, "K": 3, "L": 3, "M": 3, "N": 7}
	plan := new(Plan)
	put := func(key string, v int64) int {
		c, err := plan.Add(key, v, CellFree)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	total := put("", 36)
	group := func(name, areas string) int {
		sum := int64(0)
		var parts []int
		for _, a := range areas {
			sum += values[string(a)]
			parts = append(parts, put(string(a), values[string(a)]))
		}
		whole := put(name, sum)
		if err := plan.Sum(name, whole, parts...); err != nil {
			t.Fatal(err)
		}
		return whole
	}
	for _, which := range tables {
		var err error
		switch which {
		case '1':
			err = plan.Sum("by county", total, group("county 1", "ABIJ"), group("county 2", "KLMN"))
		case '2':
			err = plan.Sum("by size", total, group("small", "ABIJKN"), group("large", "LM"))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return plan
}

func TestS8LinkedTablesGiveAwayWhatEachAloneProtects(t *testing.T) {
	const withheld = "A B K L M"
	one := linked(t, "1")
	checkRanges(t, one, withhold(t, one, withheld), 0, map[string][2]float64{
		"A": {0, 4}, "B": {0, 4}, "K": {0, 9}, "L": {0, 9}, "M": {0, 9},
	})
	two := linked(t, "2")
	checkRanges(t, two, withhold(t, two, withheld), 0, map[string][2]float64{
		"A": {0, 7}, "B": {0, 7}, "K": {0, 7}, "L": {0, 6}, "M": {0, 6},
	})
	both := linked(t, "12")
	checkRanges(t, both, withhold(t, both, withheld), 0, map[string][2]float64{
		"A": {0, 4}, "B": {0, 4}, "K": {3, 3}, "L": {0, 6}, "M": {0, 6},
	})
}

func TestS9LinkedTablesProtectedJointly(t *testing.T) {
	plan := linked(t, "12")
	rule := Rule{K: 4}
	got, err := Suppress(plan, rule)
	if err != nil {
		t.Fatal(err)
	}
	want := withhold(t, plan, "A B K L M N")
	if !slices.Equal(got.Withheld, want) {
		t.Errorf("Suppress withholds %q, want one more in both tables: N", names(plan, got.Withheld))
	}
	checkSafe(t, plan, got, rule)
}

// TestS10APairThatSumsToFive follows from the definition: with 15 withheld too, 2 and 3 are each in [1, 18].
func TestS10APairThatSumsToFive(t *testing.T) {
	plan := line(t, 2, 3, 15)
	checkRanges(t, plan, withhold(t, plan, "part=a part=b"), 1, map[string][2]float64{
		"part=a": {1, 4}, "part=b": {1, 4},
	})
	rule := Rule{K: 10, MostWithheld: 1}
	got, err := Suppress(plan, rule)
	if err != nil {
		t.Fatal(err)
	}
	if !got.Withheld[cell(t, plan, "part=c")] {
		t.Error("Suppress publishes 15, so that the others are known to sum to 5")
	}
	checkSafe(t, plan, got, rule)
	if _, err := Suppress(plan, Rule{K: 10}); !errors.Is(err, ErrInvalid) {
		t.Errorf("Suppress with the usual limit of a quarter: %v, want ErrInvalid", err)
	}
}

// TestS11TwoOnesWithZerosPublished is table 8 of the vignette of R's GaussSuppression: two withheld counts that
// sum to 2 are both 1 where a withheld count is at least 1.
func TestS11TwoOnesWithZerosPublished(t *testing.T) {
	plan := line(t, 1, 1, 0, 30)
	checkRanges(t, plan, withhold(t, plan, "part=a part=b"), 1, map[string][2]float64{
		"part=a": {1, 1}, "part=b": {1, 1},
	})
	rule := Rule{K: 3, MostWithheld: 1}
	got, err := Suppress(plan, rule)
	if err != nil {
		t.Fatal(err)
	}
	if got.Audit.Secondary == 0 {
		t.Error("Suppress withholds only the two ones")
	}
	checkSafe(t, plan, got, rule)
}

func TestS12TwoThatSumToTen(t *testing.T) {
	plan := line(t, 3, 7)
	withheld := withhold(t, plan, "part=a part=b")
	checkRanges(t, plan, withheld, 1, map[string][2]float64{"part=a": {1, 9}, "part=b": {1, 9}})
	checkRanges(t, plan, withheld, 0, map[string][2]float64{"part=a": {0, 10}, "part=b": {0, 10}})
	for _, zero := range []bool{false, true} {
		rule := Rule{K: 10, ZeroIsSensitive: zero}
		got, err := Suppress(plan, rule)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Withheld, withheld) {
			t.Errorf("Suppress(%+v) withholds %q, want the two parts", rule, names(plan, got.Withheld))
		}
		checkSafe(t, plan, got, rule)
	}
}

func TestS13TheZeroPatternAloneGivesATotalAway(t *testing.T) {
	plan := line(t, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0)
	_, err := Suppress(plan, Rule{K: 10, MostWithheld: 1})
	var refused *Unprotectable
	if !errors.As(err, &refused) || !errors.Is(err, ErrInvalid) {
		t.Fatalf("Suppress: %v, want a refusal", err)
	}
	if want := []string{"by part"}; !slices.Equal(refused.Lines, want) {
		t.Errorf("the refusal names the lines %q, want %q", refused.Lines, want)
	}
}

func TestSuppressEdges(t *testing.T) {
	single := new(Plan)
	if err := single.AddTable(Table{Axes: []Axis{{Name: "area", Parent: map[string]string{
		"c1": "", "c2": "", "c3": "", "t1": "c1", "t2": "c2", "t3": "c2"}}},
		Value: func(codes []string) int64 {
			return map[string]int64{"t1": 4, "t2": 50, "t3": 60, "c3": 70}[codes[0]]
		}}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		plan *Plan
		want string
	}{
		{"a line of zeros is published", line(t, 0, 0, 0), ""},
		{"a total below k goes with all its parts", line(t, 4, 0, 2), "part=a part=c "},
		{"a parent with one child goes with it", single, "area=c1 area=t1 area=c3"},
		{"a table without small counts is published", line(t, 10, 11, 12), ""},
	} {
		rule := Rule{K: 10, MostWithheld: 1}
		got, err := Suppress(c.plan, rule)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		want := withhold(t, c.plan, c.want)
		if strings.HasSuffix(c.want, " ") { // the total's key is empty
			want[cell(t, c.plan, "")] = true
		}
		if !slices.Equal(got.Withheld, want) {
			t.Errorf("%s: withheld %q, want %q", c.name, names(c.plan, got.Withheld), names(c.plan, want))
		}
		checkSafe(t, c.plan, got, rule)
	}
}

func TestPlanRefusesWhatDoesNotFit(t *testing.T) {
	plan := new(Plan)
	if _, err := plan.Add("correction", -3, CellFree); !errors.Is(err, ErrInvalid) {
		t.Errorf("Add of a negative count: %v, want ErrInvalid", err)
	}
	total, _ := plan.Add("total", 12, CellFree)
	part, _ := plan.Add("part", 7, CellFree)
	if _, err := plan.Add("total", 13, CellFree); !errors.Is(err, ErrInvalid) {
		t.Errorf("Add of another count for the same coordinate: %v, want ErrInvalid", err)
	}
	if err := plan.Sum("total", total, part); !errors.Is(err, ErrInvalid) {
		t.Errorf("Sum of parts that do not add up: %v, want ErrInvalid", err)
	}
	if _, err := Suppress(plan, Rule{}); !errors.Is(err, ErrInvalid) {
		t.Errorf("Suppress without a k: %v, want ErrInvalid", err)
	}
}

func TestAnOpenTotalOfSmallPartsIsRefused(t *testing.T) {
	plan := line(t, 2, 3)
	plan.Cells[cell(t, plan, "")].Standing = CellOpen
	_, err := Suppress(plan, Rule{K: 10, MostWithheld: 1})
	var refused *Unprotectable
	if !errors.As(err, &refused) || !slices.Equal(refused.Lines, []string{"by part"}) {
		t.Fatalf("Suppress: %v, want a refusal that names the line", err)
	}
}

func names(plan *Plan, withheld []bool) []string {
	var out []string
	for c, w := range withheld {
		if w {
			out = append(out, plan.Cells[c].Key)
		}
	}
	return out
}

// checkSafe verifies a suppression without trusting the solver: every proof is a table in whole numbers that
// satisfies every equation of the plan with every published value, and reaches the end it is for.
func checkSafe(t *testing.T, plan *Plan, got Suppression, rule Rule) {
	t.Helper()
	for _, problem := range unsafe(plan, got, rule) {
		t.Error(problem)
	}
}
