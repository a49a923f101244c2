package stat

// Statute is a section of law with its dated versions.
type Statute struct {
	ID       string           `yaml:"id" json:"id"`             // the section, lower case: 53a-82
	Citation string           `yaml:"citation" json:"citation"` // CGS 53a-82
	Title    string           `yaml:"title" json:"title" text:"yes"`
	Plain    string           `yaml:"plain" json:"plain" text:"yes"` // what it forbids, in plain words
	Role     string           `yaml:"role" json:"role"`              // seller, buyer, promoter, premises, trafficker, other
	NIBRS    []string         `yaml:"nibrs" json:"nibrs,omitempty"`  // offence codes of the national system under which it can be reported; not one to one
	Versions []StatuteVersion `yaml:"versions" json:"versions"`
}

// StatuteVersion is what a section said between two dates.
type StatuteVersion struct {
	From       Date     `yaml:"from" json:"from,omitzero"`            // first day in force; zero: before our records begin
	Precision  string   `yaml:"precision" json:"precision,omitempty"` // day, month, year: how exactly From is known; empty: day
	To         Date     `yaml:"to" json:"to,omitzero"`                // last day in force; zero: still in force as far as verified
	Label      string   `yaml:"label" json:"label" text:"yes"`
	Class      string   `yaml:"class" json:"class" text:"yes"`
	AgeLimit   string   `yaml:"age_limit" json:"age_limit,omitempty" text:"yes"`
	LiableFrom int      `yaml:"liable_from" json:"liable_from,omitempty"` // youngest age at which a person can commit it; 0: no limit
	Elements   string   `yaml:"elements" json:"elements,omitempty" text:"yes"`
	Act        string   `yaml:"act" json:"act,omitempty"`                      // the act that made this version: PA 16-71
	Change     string   `yaml:"change" json:"change,omitempty" text:"yes"`     // what changed, in a short sentence
	Breaks     bool     `yaml:"breaks" json:"breaks"`                          // whether counts before and after do not compare
	Compares   string   `yaml:"compares" json:"compares,omitempty" text:"yes"` // why counts before and after compare although the law changed
	Sources    []string `yaml:"sources" json:"sources"`                        // addresses
	Confidence string   `yaml:"confidence" json:"confidence"`                  // high, medium, low
}

// Changes names what the law itself changed from one version of a section to the next: its class, whom it applies to and
// what must be shown. The label alone is no change: a count is found by section and day, never by words.
func (v StatuteVersion) Changes(before StatuteVersion) []string {
	var out []string
	for _, c := range []struct {
		name    string
		changed bool
	}{
		{"class", v.Class != before.Class}, {"age limit", v.AgeLimit != before.AgeLimit || v.LiableFrom != before.LiableFrom},
		{"elements", v.Elements != before.Elements},
	} {
		if c.changed {
			out = append(out, c.name)
		}
	}
	return out
}

// Element is one thing that must be shown for trafficking, under state law as it was when the first figures were
// published (to September 2016), under state law today, and under federal law: so that a reader sees why a case can
// count on one side and not on the other.
type Element struct {
	ID         string   `json:"id"`
	Element    string   `json:"element" text:"yes"`
	StateThen  string   `json:"state_then" text:"yes"`
	StateNow   string   `json:"state_now" text:"yes"`
	Federal    string   `json:"federal" text:"yes"`
	Sources    []string `json:"sources"` // addresses
	Confidence string   `json:"confidence"`
}

// Event is an act, a ruling or an operation that readers of a series should know of.
type Event struct {
	ID         string   `json:"id"`
	Date       Date     `json:"date"`
	Precision  string   `json:"precision"` // day, month, year: how exactly the date is known
	Kind       string   `json:"kind"`      // act, ruling, operation, duty, publication
	Title      string   `json:"title" text:"yes"`
	Text       string   `json:"text" text:"yes"`
	Act        string   `json:"act,omitempty"`
	Statutes   []string `json:"statutes,omitempty"`
	Indicators []string `json:"indicators,omitempty"`
	Address    string   `json:"address"`
	Confidence string   `json:"confidence"`
}

// Break is a date across which values of a series do not compare. Breaks are derived from statutes,
// definitions and coverage; nobody draws them by hand.
type Break struct {
	Date Date   `json:"date"`
	Kind string `json:"kind"` // statute, definition, coverage
	// Precision is day (or empty), month or year: how exactly Date is known.
	Precision string `json:"precision,omitempty"`
	Act       string `json:"act,omitempty"`
	Text      string `json:"text"` // what changed, in a short sentence
	Source    string `json:"source,omitempty"`
	// Dataset is the data set whose rules changed; empty where the break is of a law, of coverage or of an indicator.
	Dataset string `json:"dataset,omitempty"`
}
