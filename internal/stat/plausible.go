package stat

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mathext"
)

// Point is the sum of one series of a source in one period, as far as it was reported.
type Point struct {
	Period Period
	Codes  []DimensionCode // which series; none: everything
	Value  int64
	New    bool // it comes from the batch that is judged
}

// Unusual is a figure that does not look like those before it.
type Unusual struct {
	Point
	Low, High int64 // the smallest and the largest of the periods before
	Periods   int   // how many of them there are
	Chance    float64
}

// The history that a figure is held against: at least and at most so many periods before it, and how unlikely it must
// be to be spoken of.
const (
	leastHistory = 6
	mostMonths   = 24
	mostYears    = 10
	unlikely     = 0.01
	aside        = 0.25 // and so far outside of the range, as a share of its nearest end: large counts vary by more than chance
)

// Implausible finds the new points that lie outside of the range of their series' own earlier periods, by more than chance
// would explain: the count of a Poisson process whose mean is the nearest end of that range would be as far out in fewer
// than one of a hundred cases, and it is a quarter below or above that end, since large counts vary by more than chance. The most unlikely come first. Periods are compared with those of the same length only; points
// are in no order.
func Implausible(points []Point) []Unusual {
	series := map[string][]Point{}
	for _, p := range points {
		var key strings.Builder
		for _, c := range p.Codes {
			key.WriteString(c.Dimension + "=" + c.Code + "\x1f")
		}
		fmt.Fprintf(&key, "%d", p.kind())
		series[key.String()] = append(series[key.String()], p)
	}
	var out []Unusual
	for _, list := range series {
		slices.SortFunc(list, func(a, b Point) int { return a.Period.Compare(b.Period) })
		most := mostYears
		if list[0].kind() == monthly {
			most = mostMonths
		}
		for i, p := range list {
			before := list[max(0, i-most):i]
			if !p.New || len(before) < leastHistory {
				continue
			}
			u := Unusual{Point: p, Low: before[0].Value, High: before[0].Value, Periods: len(before)}
			for _, b := range before {
				u.Low, u.High = min(u.Low, b.Value), max(u.High, b.Value)
			}
			switch {
			case p.Value < u.Low:
				u.Chance = mathext.GammaIncRegComp(float64(p.Value)+1, float64(u.Low)) // P(X ≤ value), mean low
			case p.Value > u.High:
				u.Chance = mathext.GammaIncReg(float64(p.Value), math.Max(float64(u.High), 1)) // P(X ≥ value), mean high
			default:
				continue
			}
			small, large := float64(u.Low)*(1-aside), float64(u.High)*(1+aside)
			if v := float64(p.Value); u.Chance < unlikely && (v <= small || v >= large) {
				out = append(out, u)
			}
		}
	}
	slices.SortFunc(out, func(a, b Unusual) int {
		switch {
		case a.Chance < b.Chance:
			return -1
		case a.Chance > b.Chance:
			return 1
		}
		if n := a.Period.Compare(b.Period); n != 0 {
			return n
		}
		return strings.Compare(fmt.Sprint(a.Codes), fmt.Sprint(b.Codes))
	})
	return out
}

// periodKind tells periods of unlike length apart.
type periodKind int

const (
	monthly periodKind = iota
	quarterly
	yearly
	otherwise
)

func (p Point) kind() periodKind {
	if p.Period.From.IsZero() {
		return otherwise
	}
	switch days := p.Period.Days(); {
	case days >= 28 && days <= 31:
		return monthly
	case days >= 90 && days <= 92:
		return quarterly
	case days == 365 || days == 366:
		return yearly
	default:
		return otherwise + periodKind(days)
	}
}

// Sentence asks the source about the figure: "You reported 3 arrests in May 2016. The last 24 months were between 11 and 29.
// Is this complete?" noun is what is counted, of the series ("for Hartford police") what tells it from others, or empty.
func (u Unusual) Sentence(noun Noun, series string) (problem, fix string) {
	word := noun.Many
	if u.Value == 1 {
		word = noun.One
	}
	if word != "" {
		word = " " + word
	}
	if series != "" {
		series = " " + series
	}
	unit := map[periodKind]string{monthly: "months", quarterly: "quarters", yearly: "years"}[u.kind()]
	if unit == "" {
		unit = "periods"
	}
	problem = fmt.Sprintf("You reported %s%s%s in %s. The last %d %s were between %s and %s.", FormatCount(u.Value), word, series, u.when(), u.Periods, unit,
		FormatCount(u.Low), FormatCount(u.High))
	if u.Value < u.Low {
		return problem, "Is this complete?"
	}
	return problem, "Is this right?"
}

// when names the period of a point in a sentence.
func (p Point) when() string {
	switch p.kind() {
	case monthly:
		return fmt.Sprintf("%s %d", p.Period.From.Month, p.Period.From.Year)
	case quarterly:
		return "the quarter from " + p.Period.From.Long()
	case yearly:
		if p.Period.From.Month == 1 {
			return p.Period.Key()
		}
		return "the year to " + p.Period.To.Long()
	default:
		return p.Period.Key()
	}
}

// Sum says which records of a data set are the total of which others, so that their numbers can be compared.
type Sum struct {
	By    string `yaml:"by" json:"by"`                     // for sentences: age, agency
	Total Where  `yaml:"total" json:"total"`               // the record that is the total
	Parts Where  `yaml:"parts" json:"parts"`               // the records that add up to it; every other field of the key is the same
	Most  bool   `yaml:"at_most" json:"at_most,omitempty"` // parts may be absent: only a sum above the total is wrong
}

// Adding is the total of one group of records and what its parts say.
type Adding struct {
	Period    Period
	Codes     []DimensionCode // what the group has in common
	Line      int64           // of the total in its export
	Total     int64
	Parts     int64 // records that are parts
	Sum       int64 // of the parts that are reported
	Low, High int64 // between what the sum of all parts lies; High is no limit where Open
	Open      bool  // a part is not given, and nothing says how large it can be
}

// Wrong reports whether the parts cannot add up to the total.
func (a Adding) Wrong(s Sum) bool {
	if a.Parts == 0 {
		return false
	}
	return a.Low > a.Total || !s.Most && !a.Open && a.High < a.Total
}

// Sentence asks the source about it: "The parts by age add up to 61, but you gave 64 for March 2016. Which is right?" group
// says what the parts have in common beside the period, or is empty.
func (a Adding) Sentence(s Sum, group string) (problem, fix string) {
	when := Point{Period: a.Period}.when()
	if group != "" {
		when += ", " + group
	}
	sum := FormatCount(a.Low)
	if a.Open {
		sum = "at least " + sum
	} else if a.High != a.Low {
		sum += " to " + FormatCount(a.High)
	}
	return fmt.Sprintf("The parts by %s add up to %s, but you gave %s for %s.", s.By, sum, FormatCount(a.Total), when), "Which is right?"
}
