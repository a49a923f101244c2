package stat

import (
	"slices"
	"strings"
)

// Indicator is a question with the counts that answer it: one or more panels, each with one counting unit, one
// clock and one axis.
type Indicator struct {
	ID       string    `yaml:"id" json:"id"`
	Formerly []string  `yaml:"formerly" json:"formerly,omitempty"` // identifiers it had in earlier releases
	Title    string    `yaml:"title" json:"title"`                 // plain words, with the place
	Short    string    `yaml:"short" json:"short"`                 // for lists and navigation
	Question string    `yaml:"question" json:"question"`           // the heading of the page
	Topic    string    `yaml:"topic" json:"topic"`
	Headline int       `yaml:"headline" json:"headline,omitempty"` // place on the home page, from 1; 0: not there
	About    string    `yaml:"about" json:"about"`                 // the definition in two or three sentences
	Terms    []string  `yaml:"terms" json:"terms,omitempty"`       // statutory and searched-for words
	Answer   []string  `yaml:"answer" json:"answer"`               // ids of the panels whose sentences, in order, answer the question
	Alt      string    `yaml:"alt" json:"alt"`                     // what kind of chart this is, for a reader who cannot see it; the figures are added by rule
	Panels   []Panel   `yaml:"panels" json:"panels"`
	Notes    []string  `yaml:"notes" json:"notes"` // what to know before quoting, worst first
	Statutes []string  `yaml:"statutes" json:"statutes,omitempty"`
	Related  []string  `yaml:"related" json:"related,omitempty"`
	Pairings []Pairing `yaml:"pairings" json:"pairings,omitempty"` // series that count the same thing from two sides
	Quoted   []Quoted  `yaml:"quoted" json:"quoted,omitempty"`     // figures that the notes quote
	Since    Date      `yaml:"since" json:"since"`                 // since when this definition holds

	RuleChanges []RuleChange `yaml:"rule_changes" json:"rule_changes,omitempty"` // days from which the definition counts in another way, oldest first

	Text map[string]IndicatorText `yaml:"-" json:"text,omitempty"` // by language, from the files beside this one
}

// Quoted binds a number in the notes of an indicator to the figure that it is, so that readers can follow it and that a
// note cannot outlive its figure.
type Quoted struct {
	Says   string `yaml:"says" json:"says"`     // as the notes write it: 3,557, or with the word before it: about 80
	Figure string `yaml:"figure" json:"figure"` // key of the observation
}

// Number is the number in what the note says: its last word.
func (q Quoted) Number() string {
	return q.Says[strings.LastIndex(q.Says, " ")+1:]
}

// Quotes reports whether an observation is what a note says of it: its value as it is written, or a number of its
// coverage.
func (q Quoted) Quotes(o Observation) bool {
	if o.Status != StatusReported {
		return false
	}
	numbers := []string{FormatNumber(o.Value, 0), FormatNumber(o.Value, 1)}
	if o.Coverage.Known() {
		numbers = append(numbers, FormatCount(int64(o.Coverage.Reported)), FormatCount(int64(o.Coverage.Expected)),
			FormatCount(o.Coverage.Accounts))
	}
	return slices.Contains(numbers, q.Number())
}

// Panel is one axis of an indicator: series of one counting unit on one clock.
type Panel struct {
	ID         string      `yaml:"id" json:"id"`
	Title      string      `yaml:"title" json:"title"`
	Form       Form        `yaml:"form" json:"form"`
	Series     []Series    `yaml:"series" json:"series"`
	Ratio      *Ratio      `yaml:"ratio" json:"ratio,omitempty"`
	Rate       *Rate       `yaml:"rate" json:"rate,omitempty"`
	Window     int         `yaml:"window" json:"window,omitempty"` // counts are pooled over so many consecutive periods: one of Windows; form spans
	Breakdowns []Breakdown `yaml:"breakdowns" json:"breakdowns,omitempty"`
	Sentence   string      `yaml:"sentence" json:"sentence"`       // see report.Write for the placeholders; no digits
	Unlike     bool        `yaml:"unlike" json:"unlike,omitempty"` // unlike units, stages, clocks or events are set against each other here
	Why        string      `yaml:"why" json:"why,omitempty"`       // why they are; required where they are
	Note       string      `yaml:"note" json:"note,omitempty"`     // one line under the panel's title

	// Filled in from the data sets when the definitions are loaded; all series of a panel agree on them.
	Unit       string     `yaml:"-" json:"unit"`
	Stage      string     `yaml:"-" json:"stage"`
	Clock      Clock      `yaml:"-" json:"clock"`
	Protection Protection `yaml:"-" json:"protection"`
	Fabricated bool       `yaml:"-" json:"fabricated,omitempty"` // any of its data sets is made up
}

// Fabricated reports whether any figure of the indicator was made up, so that every place that shows one says so.
func (i Indicator) Fabricated() bool {
	return slices.ContainsFunc(i.Panels, func(p Panel) bool { return p.Fabricated })
}

// Form is how a panel is drawn.
type Form string

// The forms of a panel.
const (
	FormPair    Form = "pair"    // two or more counts of one period as horizontal bars, with their ratio
	FormColumns Form = "columns" // counts by year as columns with exact intervals
	FormLine    Form = "line"    // values by year as a line that stops at gaps and breaks
	FormSpans   Form = "spans"   // counts over periods as the sources stated them, one horizontal bar each
)

// Forms lists every form.
var Forms = []Form{FormPair, FormColumns, FormLine, FormSpans}

// Series is the values of one thing in a panel, one for each period.
type Series struct {
	ID        string    `yaml:"id" json:"id"`
	Label     string    `yaml:"label" json:"label"` // on the mark: selling sex
	Noun      Noun      `yaml:"noun" json:"noun"`   // in sentences: arrest for selling sex
	Dataset   string    `yaml:"dataset" json:"dataset"`
	Measure   Measure   `yaml:"measure" json:"measure"`
	Where     Where     `yaml:"where" json:"where,omitempty"`
	Otherwise Where     `yaml:"otherwise" json:"otherwise,omitempty"` // used for the periods for which Where finds no record
	Statutes  []string  `yaml:"statutes" json:"statutes,omitempty"`   // breaks follow from their versions
	Expected  *Expected `yaml:"expected" json:"expected,omitempty"`
}

// Noun is what a series counts, for one and for many.
type Noun struct {
	One  string `yaml:"one" json:"one"`
	Many string `yaml:"many" json:"many"`
}

// Measure is how records become a value: the sum of a field, the number of records, or, of the decisions of courts, what
// stood at the end of each year. Exactly one is set.
type Measure struct {
	Sum      string        `yaml:"sum" json:"sum,omitempty"`           // name of an integer field
	Count    string        `yaml:"count" json:"count,omitempty"`       // "records"
	Standing StandingCount `yaml:"standing" json:"standing,omitempty"` // of a data set with decisions
}

// Where keeps the records whose field has one of the codes, for every field named.
type Where map[string][]string

// Expected says who should be in a total: the codes of Dimension that had to report, from a code list.
type Expected struct {
	Dimension string     `yaml:"dimension" json:"dimension"`
	Where     Where      `yaml:"where" json:"where,omitempty"` // the records by which each reporter is judged
	Noun      Noun       `yaml:"noun" json:"noun"`             // agency, agencies
	Residents *Residents `yaml:"residents" json:"residents,omitempty"`
}

// Residents says how many people live where the reporters are: the counts of a data set by place, where a reporter's
// place is its parent in the code list.
type Residents struct {
	Dataset string   `yaml:"dataset" json:"dataset"`
	Measure Measure  `yaml:"measure" json:"measure"`
	Where   Where    `yaml:"where" json:"where,omitempty"`
	By      string   `yaml:"by" json:"by"`       // the field that holds the place: town
	Kinds   []string `yaml:"kinds" json:"kinds"` // kinds of reporter that stand for the whole place; a campus police does not
}

// Ratio sets one count of a panel against another. It never stands without both counts and an interval.
type Ratio struct {
	Of       string `yaml:"of" json:"of"` // series id
	To       string `yaml:"to" json:"to"`
	Label    string `yaml:"label" json:"label"` // sellers for each buyer
	Decimals int    `yaml:"decimals" json:"decimals"`
}

// Rate sets a count against the residents of the same year.
type Rate struct {
	Of         string `yaml:"of" json:"of"`
	Per        int64  `yaml:"per" json:"per"` // 100000
	Label      string `yaml:"label" json:"label"`
	Decimals   int    `yaml:"decimals" json:"decimals"`
	Population Series `yaml:"population" json:"population"`
}

// Breakdown is the same count by the codes of one dimension.
type Breakdown struct {
	ID         string     `yaml:"id" json:"id"`
	Title      string     `yaml:"title" json:"title"`
	By         string     `yaml:"by" json:"by"`                   // a code field of the data set
	Rollup     *Rollup    `yaml:"rollup" json:"rollup,omitempty"` // adds its codes up to those of a coarser list
	Series     []string   `yaml:"series" json:"series,omitempty"` // ids; empty: all of the panel
	Where      Where      `yaml:"where" json:"where,omitempty"`   // instead of the series' own
	Otherwise  Where      `yaml:"otherwise" json:"otherwise,omitempty"`
	Protection Protection `yaml:"protection" json:"protection,omitempty"` // if stricter than the data set's
	Note       string     `yaml:"note" json:"note,omitempty"`
}
