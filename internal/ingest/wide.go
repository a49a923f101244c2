package ingest

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Wide is a guess that several columns are records of their own.
type Wide struct {
	Kind   string   `json:"kind"`             // periods: each heading is a period; groups: a group is repeated sideways; columns: each heading is a place, an offence …
	From   string   `json:"from,omitempty"`   // first column
	To     string   `json:"to,omitempty"`     // last column
	Period string   `json:"period,omitempty"` // how the headings are read
	Above  bool     `json:"above,omitempty"`  // the period stands behind another heading: Female / 2015
	Repeat int      `json:"repeat,omitempty"`
	Groups []string `json:"groups,omitempty"` // headings, with {n} in the place of the number
}

// wideOf guesses how the columns are to be unfolded, or returns nil.
func wideOf(columns []Guess) *Wide {
	if w := periodsAcross(columns); w != nil {
		return w
	}
	if w := groupsAcross(columns); w != nil {
		return w
	}
	return columnsAcross(columns)
}

// longestRun finds the longest run of neighbouring columns that fit.
func longestRun(columns []Guess, fits func(Guess) bool) (from, to int) {
	for i := 0; i < len(columns); i++ {
		j := i
		for j < len(columns) && fits(columns[j]) {
			j++
		}
		if j-i > to-from {
			from, to = i, j
		}
		i = max(i, j-1)
	}
	return from, to
}

func numberColumn(g Guess) bool { return g.Type == "integer" || g.Type == "decimal" }

func periodsAcross(columns []Guess) *Wide {
	for _, s := range headingSpans() {
		for _, above := range []bool{false, true} {
			from, to := longestRun(columns, func(g Guess) bool {
				name := g.Name
				if i := strings.LastIndex(name, " / "); above {
					name = name[i+1:]
				}
				_, _, ok := s.read(strings.TrimPrefix(name, "/ "), 0)
				return ok && g.Type != "date" && (numberColumn(g) || len(g.Samples) == 0 || len(g.Odd) > 0)
			})
			if to-from >= 3 {
				return &Wide{Kind: "periods", From: columns[from].Name, To: columns[to-1].Name, Period: s.as, Above: above}
			}
		}
	}
	return nil
}

var groupNumber = regexp.MustCompile(`[0-9]+`)

// groupsAcross looks for headings that are equal but for a number that runs from 1.
func groupsAcross(columns []Guess) *Wide {
	last := map[string]int{}
	for _, c := range columns {
		for _, at := range groupNumber.FindAllStringIndex(c.Name, -1) {
			n, err := strconv.Atoi(c.Name[at[0]:at[1]])
			name := c.Name[:at[0]] + "{n}" + c.Name[at[1]:]
			if err == nil && n == last[name]+1 && len(c.Name) > at[1]-at[0] {
				last[name] = n
			}
		}
	}
	w := &Wide{Kind: "groups"}
	for _, n := range last {
		w.Repeat = max(w.Repeat, n)
	}
	if w.Repeat < 2 {
		return nil
	}
	for name, n := range last {
		if n == w.Repeat {
			w.Groups = append(w.Groups, name)
		}
	}
	slices.Sort(w.Groups)
	return w
}

// notMeasured fits the headings of numbers that count nothing.
var notMeasured = regexp.MustCompile(`(?i)(^|[^a-z])(id|code|cd|key|year|yr|month|day|fips|zip|ori|lat|lon|latitude|longitude|coord|number|no|age|precinct|district|index|seq|docket|nr)([^a-z]|$)`)

// totalHeading fits the headings of sums of other columns.
var totalHeading = regexp.MustCompile(`(?i)(^|[^a-z])(total|subtotal|all)$|^statewide$`)

func columnsAcross(columns []Guess) *Wide {
	nothing := func(g Guess) bool { // no text, or only words and marks for no number
		return len(g.Samples) == 0 || g.Type == "text" && !slices.ContainsFunc(g.Samples, func(t string) bool { return !neutral(t) })
	}
	from, to := longestRun(columns, func(g Guess) bool {
		counts := g.Type == "integer" && (g.Numbers == nil || !g.Numbers.Percent)
		return (counts || nothing(g)) && strings.TrimSpace(g.Name) != "" && !notMeasured.MatchString(g.Name) && !totalHeading.MatchString(g.Name)
	})
	for from < to && nothing(columns[from]) {
		from++
	}
	for from < to && nothing(columns[to-1]) {
		to--
	}
	least := 5
	if to > from && strings.Contains(columns[from].Name, " / ") {
		least = 3
	}
	if to-from < least {
		return nil
	}
	return &Wide{Kind: "columns", From: columns[from].Name, To: columns[to-1].Name}
}
