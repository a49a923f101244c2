package stat

// RuleChange is a day from which records are counted in another way: a rule for multiples was dropped, an age boundary
// moved, another form or another event date came into use. Counts before and after do not compare, unless Compares says
// why they do.
type RuleChange struct {
	From       Date   `yaml:"from" json:"from"`                              // first day of the new rule
	Precision  string `yaml:"precision" json:"precision,omitempty"`          // day, month, year: how exactly From is known; empty: day
	Change     string `yaml:"change" json:"change" text:"yes"`               // what changed, in a short sentence
	Before     string `yaml:"before" json:"before" text:"yes"`               // how it was counted until then
	After      string `yaml:"after" json:"after" text:"yes"`                 // how it is counted since
	Compares   string `yaml:"compares" json:"compares,omitempty" text:"yes"` // why counts before and after compare all the same
	Source     string `yaml:"source" json:"source"`                          // address
	Confidence string `yaml:"confidence" json:"confidence"`                  // high, medium, low
}

// RuleBreaks returns the breaks inside the span at which the rules of the series' data set, or those of the indicator
// itself, changed. A change that says why counts compare makes none.
func RuleBreaks(indicator string, series Series, defs Definitions, span Period) []Break {
	var out []Break
	note := func(changes []RuleChange, dataset string) {
		for _, c := range changes {
			b := Break{Date: c.From, Kind: BreakDefinition, Precision: c.Precision, Text: c.Change, Source: c.Source, Dataset: dataset}
			if c.Compares == "" && !c.From.IsZero() && b.within(span) {
				out = append(out, b)
			}
		}
	}
	if ds, ok := defs.Dataset(series.Dataset); ok {
		note(ds.RuleChanges, ds.ID)
	}
	if ind, ok := defs.Indicator(indicator); ok {
		note(ind.RuleChanges, "")
	}
	return SortBreaks(out)
}
