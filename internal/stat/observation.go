package stat

import (
	"cmp"
	"slices"
	"strings"
)

// Status says why there is a value, or why there is none. Only StatusReported has a value; a true zero is one.
type Status string

// The statuses of an observation. They never look alike: not on a chart, in a table, in a file or in a sentence.
const (
	StatusReported      Status = "reported"
	StatusNotReported   Status = "not-reported"
	StatusNotDue        Status = "not-due"
	StatusNotCollected  Status = "not-collected"
	StatusNotApplicable Status = "not-applicable"
	StatusWithheld      Status = "withheld"
)

// Statuses lists every status in the order of the constants.
var Statuses = []Status{StatusReported, StatusNotReported, StatusNotDue, StatusNotCollected, StatusNotApplicable, StatusWithheld}

// Words is the status as a reader reads it.
func (s Status) Words() string {
	switch s {
	case StatusWithheld:
		return "withheld to protect people"
	default:
		return strings.ReplaceAll(string(s), "-", " ")
	}
}

// Symbol is the status as a cell without a value shows it, after the symbols of the UK Government Analysis
// Function; empty for a reported value.
func (s Status) Symbol() string {
	switch s {
	case StatusWithheld:
		return "[c]"
	case StatusNotReported, StatusNotCollected:
		return "[x]"
	case StatusNotDue:
		return "[n]"
	case StatusNotApplicable:
		return "[z]"
	default:
		return ""
	}
}

// Bound says how a stated figure limits the true one.
type Bound string

// The bounds.
const (
	BoundExactly Bound = "exactly"
	BoundAtLeast Bound = "at-least"
	BoundAtMost  Bound = "at-most"
	BoundAbout   Bound = "about"
)

// Bounds lists every bound.
var Bounds = []Bound{BoundExactly, BoundAtLeast, BoundAtMost, BoundAbout}

// Words is the bound as it stands before a number: "at least "; empty for exactly.
func (b Bound) Words() string {
	if b == BoundExactly || b == "" {
		return ""
	}
	return strings.ReplaceAll(string(b), "-", " ")
}

// Mark is a remark on an observation; several may come together.
type Mark string

// The marks.
const (
	MarkProvisional Mark = "provisional"
	MarkRevised     Mark = "revised"
	MarkMixed       Mark = "mixed"     // an act took force, or a rule of the count changed, inside the period
	MarkSummed      Mark = "summed"    // the source gives no total; ours adds up its parts
	MarkPartial     Mark = "partial"   // some parts of the total were not reported
	MarkContested   Mark = "contested" // another source gives another figure for the same thing and period
	MarkPreferred   Mark = "preferred" // of contested figures, the one that sentences use
	MarkUnstable    Mark = "unstable"  // fewer than 20 events behind a rate or a ratio
)

// Words is the mark as a reader reads it after a status.
func (m Mark) Words() string {
	switch m {
	case MarkRevised:
		return "revised since it was first published"
	case MarkMixed:
		return "the law or the rules of the count changed inside the period"
	case MarkSummed:
		return "our sum of its parts"
	case MarkPartial:
		return "some parts are missing"
	case MarkContested:
		return "sources differ"
	case MarkPreferred:
		return "used in sentences"
	case MarkUnstable:
		return "few events"
	case MarkStructural:
		return "the law makes it zero"
	default:
		return string(m)
	}
}

// Symbol is the mark as a table shows it beside a status, after the symbols of the UK Government Analysis
// Function; empty for a mark that only words can tell.
func (m Mark) Symbol() string {
	switch m {
	case MarkProvisional:
		return "[p]"
	case MarkRevised:
		return "[r]"
	case MarkMixed:
		return "[b]"
	case MarkUnstable:
		return "[u]"
	default:
		return ""
	}
}

// Marks lists every mark that has a symbol, in the order in which a key explains them.
var Marks = []Mark{MarkProvisional, MarkRevised, MarkMixed, MarkUnstable}

// Kind says what an observation is.
type Kind string

// The kinds of observation.
const (
	KindCount      Kind = "count"
	KindRatio      Kind = "ratio"
	KindRate       Kind = "rate"
	KindPopulation Kind = "population"
	KindLike       Kind = "like-for-like" // the sum of a series over the reporters of two periods; see LikeFigures
)

// DimensionCode is the code of an observation on one dimension.
type DimensionCode struct {
	Dimension string `json:"dimension"`
	Code      string `json:"code"`
}

// Interval is an exact two-sided confidence interval.
type Interval struct {
	Lower  float64 `json:"lower"`
	Upper  float64 `json:"upper"`
	Level  float64 `json:"level"`  // 0.95
	Method string  `json:"method"` // garwood, clopper-pearson, conditional-binomial, fay-feuer
}

// Coverage says from how many of how many reporters a total comes. The zero Coverage means that nobody is
// expected by name, so that nothing can be said.
type Coverage struct {
	Reported int      `json:"reported"`
	Expected int      `json:"expected"`
	Noun     string   `json:"noun,omitempty"`     // agencies
	Missing  []string `json:"missing,omitempty"`  // codes of those who did not report, sorted
	Accounts int64    `json:"accounts,omitempty"` // how much of Value the reporters account for, where a total comes from elsewhere

	// Residents is how many people live in places of which a reporter reported, and Inhabitants how many in all places;
	// 0 where the definition does not say which reporters stand for the place they are in.
	Residents   int64 `json:"residents,omitempty"`
	Inhabitants int64 `json:"inhabitants,omitempty"`
}

// Citation is where a figure was read.
type Citation struct {
	Title      string `json:"title"`
	Publisher  string `json:"publisher"`
	Year       string `json:"year,omitempty"`
	Address    string `json:"address"`
	Locator    string `json:"locator,omitempty"` // page, cell or words in the source
	Confidence string `json:"confidence,omitempty"`
}

// Lines names lines of one batch: the rows a value was counted from.
type Lines struct {
	Batch string `json:"batch"`
	Lines string `json:"lines"` // physical lines of the export, ranges joined by commas: 2-4,9
}

// Observation is one value of one series of an indicator, for one period and one code per dimension, with all
// that belongs to it.
type Observation struct {
	Indicator string          `json:"indicator"`
	Panel     string          `json:"panel"`
	Series    string          `json:"series"` // a series' id, "ratio" or "rate"
	Kind      Kind            `json:"kind"`
	Period    Period          `json:"period"`
	Codes     []DimensionCode `json:"codes,omitempty"` // sorted by dimension; none: the total
	Status    Status          `json:"status"`
	Value     float64         `json:"value"` // counts are whole numbers; 0 where the status is not reported
	Bound     Bound           `json:"bound"`
	Interval  *Interval       `json:"interval,omitempty"` // of a figure that is not given: between what the source says it lies
	Unit      string          `json:"unit"`
	Marks     []Mark          `json:"marks,omitempty"` // sorted
	Coverage  Coverage        `json:"coverage,omitzero"`
	Of        float64         `json:"of,omitempty"` // numerator of a ratio or a rate
	To        float64         `json:"to,omitempty"` // denominator
	Note      string          `json:"note,omitempty"`
	Citations []Citation      `json:"citations,omitempty"`
	Rows      []Lines         `json:"rows,omitempty"`
	Ordinal   int             `json:"ordinal,omitempty"` // tells apart several stated figures of the same series and period
}

// Key identifies the observation within a release and in addresses:
// sellers-and-buyers/arrested/selling/2005-2014, with /dimension=code for each code and /2 for a second figure.
func (o Observation) Key() string {
	var b strings.Builder
	b.WriteString(o.Indicator + "/" + o.Panel + "/" + o.Series + "/" + o.Period.Key())
	for _, c := range o.Codes {
		b.WriteString("/" + c.Dimension + "=" + c.Code)
	}
	if o.Ordinal > 0 {
		b.WriteString("/" + string(rune('0'+o.Ordinal%10)))
	}
	return b.String()
}

// Has reports whether the observation carries the mark.
func (o Observation) Has(m Mark) bool { return slices.Contains(o.Marks, m) }

// Code returns the observation's code on the dimension, or "".
func (o Observation) Code(dimension string) string {
	for _, c := range o.Codes {
		if c.Dimension == dimension {
			return c.Code
		}
	}
	return ""
}

// SortObservations puts observations into their total order: indicator, panel, series, codes, period, ordinal.
func SortObservations(obs []Observation) {
	slices.SortStableFunc(obs, func(a, b Observation) int {
		return cmp.Or(
			cmp.Compare(a.Indicator, b.Indicator),
			cmp.Compare(a.Panel, b.Panel),
			cmp.Compare(a.Series, b.Series),
			slices.CompareFunc(a.Codes, b.Codes, func(x, y DimensionCode) int {
				return cmp.Or(cmp.Compare(x.Dimension, y.Dimension), cmp.Compare(x.Code, y.Code))
			}),
			a.Period.Compare(b.Period),
			cmp.Compare(a.Ordinal, b.Ordinal),
		)
	})
}

// Sentence is a rule-written sentence in parts, so that each number in it can be set apart, linked and checked
// against the table.
type Sentence struct {
	Parts []Part `json:"parts"`
}

// Part is a run of text; Key names the observation that a number in it comes from, Strong sets it apart.
type Part struct {
	Text   string `json:"text"`
	Key    string `json:"key,omitempty"`
	Strong bool   `json:"strong,omitempty"`
}

// String gives the sentence as plain text.
func (s Sentence) String() string {
	var b strings.Builder
	for _, p := range s.Parts {
		b.WriteString(p.Text)
	}
	return b.String()
}
