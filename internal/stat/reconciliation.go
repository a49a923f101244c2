package stat

import "slices"

// Reconciliation sets figures beside each other that sound as if they counted the same thing and do not agree: the
// same year with different answers. It never computes a total or a rate of them; it says why each is what it is.
type Reconciliation struct {
	ID       string             `yaml:"id" json:"id"`
	Title    string             `yaml:"title" json:"title" text:"yes"`
	Question string             `yaml:"question" json:"question" text:"yes"` // what a reader would think that each of them answers
	About    string             `yaml:"about" json:"about" text:"yes"`
	Figures  []ReconciledFigure `yaml:"figures" json:"figures"`          // at least two, in the order in which to show them
	Reason   string             `yaml:"reason" json:"reason" text:"yes"` // why they differ, if it is known, or that it is not
}

// ReconciledFigure is one of the figures, and what makes it different.
type ReconciledFigure struct {
	Figure  string `yaml:"figure" json:"figure"`             // INDICATOR/PANEL/SERIES
	Period  string `yaml:"period" json:"period"`             // Period.Key
	Ordinal int    `yaml:"ordinal" json:"ordinal,omitempty"` // 1 for the second figure that sources give for the same period
	Label   string `yaml:"label" json:"label" text:"yes"`    // what it counts, in a few words
	Why     string `yaml:"why" json:"why" text:"yes"`        // what makes it different, in a sentence
}

// Find returns the observation of each figure, in their order, and nil where a release has none: so that a figure
// that is gone leaves a gap on the page and is not passed over in silence.
func (r Reconciliation) Find(obs []Observation) []*Observation {
	out := make([]*Observation, len(r.Figures))
	for i, f := range r.Figures {
		at := slices.IndexFunc(obs, func(o Observation) bool {
			return o.Ordinal == f.Ordinal && len(o.Codes) == 0 && o.Period.Key() == f.Period &&
				o.Indicator+"/"+o.Panel+"/"+o.Series == f.Figure
		})
		if at >= 0 {
			out[i] = &obs[at]
		}
	}
	return out
}

// Widest returns the largest of the figures divided by the smallest, of those that are reported, and false where
// fewer than two are or the smallest is zero. It is a measure of disagreement, never a ratio of two counts.
func Widest(found []*Observation) (factor float64, ok bool) {
	least, most, n := 0.0, 0.0, 0
	for _, o := range found {
		if o == nil || o.Status != StatusReported {
			continue
		}
		if n == 0 || o.Value < least {
			least = o.Value
		}
		most = max(most, o.Value)
		n++
	}
	if n < 2 || least <= 0 {
		return 0, false
	}
	return most / least, true
}
