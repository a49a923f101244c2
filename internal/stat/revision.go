package stat

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
)

// Edition is what two releases are compared by.
type Edition struct {
	Manifest     Manifest
	Definitions  Definitions
	Observations []Observation
	Answers      []Answer
}

// ChangeKind says how a published figure differs between two releases.
type ChangeKind string

// The kinds of change.
const (
	ChangeAdded   ChangeKind = "added"
	ChangeGone    ChangeKind = "gone"
	ChangeValue   ChangeKind = "value"   // value, status, bound or unit
	ChangeDetails ChangeKind = "details" // what belongs to it: interval, marks, coverage, note, source
)

// ChangeReason says why a published figure differs. There is exactly one, the first that applies in the order
// of the constants; ReasonNone blocks publication.
type ChangeReason string

// The reasons of a change.
const (
	ReasonWithdrawn  ChangeReason = "withdrawn"  // a statement withdraws it
	ReasonCorrection ChangeReason = "correction" // an error was repaired: a statement says so, or its source sent a correcting batch
	ReasonRevision   ChangeReason = "revision"   // better data came for a period that was published
	ReasonWithheld   ChangeReason = "withheld"   // it is withheld now to protect people, or no longer
	ReasonDefinition ChangeReason = "definition" // the definition of the indicator, or of the data set behind it, changed
	ReasonNewData    ChangeReason = "new-data"   // it was not there before: a new period, or a new breakdown
	ReasonMethod     ChangeReason = "method"     // another version of the program computed it
	ReasonNone       ChangeReason = "none"       // nothing that we know of explains it
)

// Shown is a figure as a release shows it.
type Shown struct {
	Value  *float64 `json:"value"` // none unless it is reported
	Status Status   `json:"status"`
	Bound  Bound    `json:"bound,omitempty"`
	Unit   string   `json:"unit,omitempty"`
}

// String gives the figure as a reader reads it: at least 287, withheld to protect people.
func (s Shown) String() string {
	if s.Value == nil {
		return s.Status.Words()
	}
	decimals := 0
	if *s.Value != math.Trunc(*s.Value) {
		decimals = 4
	}
	text := FormatNumber(*s.Value, decimals)
	if w := s.Bound.Words(); w != "" {
		text = w + " " + text
	}
	return text
}

// Change is one published figure that differs between two releases.
type Change struct {
	Key       string       `json:"key"`
	Indicator string       `json:"indicator"`
	Kind      ChangeKind   `json:"kind"`
	Old       *Shown       `json:"old,omitempty"`
	New       *Shown       `json:"new,omitempty"`
	Reason    ChangeReason `json:"reason"`
	Why       string       `json:"why"`                 // a sentence
	Details   []string     `json:"details,omitempty"`   // what else differs: coverage, marks, interval, note, sources
	Coverage  []string     `json:"coverage,omitempty"`  // in words, before and after, where it differs
	Batches   []string     `json:"batches,omitempty"`   // new batches of the data sets behind it
	Statement string       `json:"statement,omitempty"` // id of the statement that explains it
}

// Size is the difference new minus old, and whether there is one: both values are reported.
func (c Change) Size() (float64, bool) {
	if c.Old == nil || c.New == nil || c.Old.Value == nil || c.New.Value == nil {
		return 0, false
	}
	return *c.New.Value - *c.Old.Value, true
}

// DefinitionChange is one definition that differs between two releases.
type DefinitionChange struct {
	Kind   string     `json:"kind"` // indicator, dataset, statute, codelist, source
	ID     string     `json:"id"`
	Change ChangeKind `json:"change"`           // added, gone, details
	Fields []string   `json:"fields,omitempty"` // members that differ
}

// BreakChange is a break that one of two releases draws and the other does not.
type BreakChange struct {
	Indicator string     `json:"indicator"`
	Change    ChangeKind `json:"change"` // added or gone
	Break     Break      `json:"break"`
}

// Difference is everything that differs between two releases.
type Difference struct {
	From        string             `json:"from,omitempty"` // identifier; empty before the first release
	To          string             `json:"to"`
	Figures     []Change           `json:"figures"` // by key
	Indicators  []DefinitionChange `json:"indicators,omitempty"`
	Definitions []DefinitionChange `json:"definitions,omitempty"`
	Breaks      []BreakChange      `json:"breaks,omitempty"`
	Batches     []string           `json:"batches,omitempty"` // that the earlier release did not have
	Statements  []Statement        `json:"statements,omitempty"`
}

// Unexplained are the figures that block publication: they changed, came or went without a reason.
func (d Difference) Unexplained() []Change {
	return slices.DeleteFunc(slices.Clone(d.Figures), func(c Change) bool {
		return c.Reason != ReasonNone || c.Kind == ChangeDetails
	})
}

// Unannounced are the figures that changed or went because a definition changed, without a statement that
// announces it: one that names the indicator or one of the changed definitions.
func (d Difference) Unannounced() []Change {
	announced := func(c Change) bool {
		return slices.ContainsFunc(d.Statements, func(s Statement) bool {
			named := s.Definition == c.Indicator || slices.ContainsFunc(d.Definitions, func(x DefinitionChange) bool {
				return x.ID == s.Definition && x.Kind != "feed" && x.Kind != "event"
			})
			return s.Kind == StatementAnnouncement && s.Definition != "" && named
		})
	}
	return slices.DeleteFunc(slices.Clone(d.Figures), func(c Change) bool {
		return c.Reason != ReasonDefinition || c.Kind != ChangeValue && c.Kind != ChangeGone || announced(c)
	})
}

// Of keeps the changes of one indicator.
func (d Difference) Of(indicator string) []Change {
	return slices.DeleteFunc(slices.Clone(d.Figures), func(c Change) bool { return c.Indicator != indicator })
}

// Masked is how many figures are withheld that were not before, and how many no longer are.
func (d Difference) Masked() (more, fewer int) {
	withheld := func(s *Shown) bool { return s != nil && s.Status == StatusWithheld }
	for _, c := range d.Figures {
		switch {
		case withheld(c.New) && !withheld(c.Old):
			more++
		case withheld(c.Old) && !withheld(c.New):
			fewer++
		}
	}
	return more, fewer
}

// Count is the number of changes of a kind.
func (d Difference) Count(kind ChangeKind) int {
	n := 0
	for _, c := range d.Figures {
		if c.Kind == kind {
			n++
		}
	}
	return n
}

// CompareReleases finds every difference between two releases and its reason. before is nil for the first
// release, whose figures are all new. The result is totally ordered.
func CompareReleases(before *Edition, after Edition) Difference {
	d := Difference{To: after.Manifest.ID, Figures: []Change{}, Statements: after.Manifest.Statements}
	if before == nil {
		before = &Edition{}
	} else {
		d.From = before.Manifest.ID
	}
	for _, b := range after.Manifest.Batches {
		if !slices.ContainsFunc(before.Manifest.Batches, func(old Batch) bool { return sameBatch(old, b) }) {
			d.Batches = append(d.Batches, b.ID)
		}
	}
	c := comparing{*before, after, d.Batches}
	d.Figures = append(d.Figures, c.figures()...)
	d.Indicators, d.Definitions = c.definitions()
	d.Breaks = c.breaks()
	return d
}

// same reports whether two values are written the same, so that a list that is empty equals one that is not
// there: the one comes from a release and the other from the definitions.
func same(a, b any) bool {
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && bytes.Equal(x, y)
}

// sameBatch compares what two releases say of a batch. A checksum that one of them leaves out tells nothing.
func sameBatch(a, b Batch) bool {
	return a.ID == b.ID && a.Feed == b.Feed && (a.SHA256 == b.SHA256 || a.SHA256 == "" || b.SHA256 == "")
}

// comparing is a comparison under way.
type comparing struct {
	before, after Edition
	batches       []string // new ones
}

func (c comparing) figures() []Change {
	old := map[string]Observation{}
	for _, o := range c.before.Observations {
		old[o.Key()] = o
	}
	var out []Change
	for _, o := range c.after.Observations {
		key := o.Key()
		was, known := old[key]
		delete(old, key)
		switch {
		case !known:
			out = append(out, c.explain(Change{Key: key, Indicator: o.Indicator, Kind: ChangeAdded, New: shown(o)}, o))
		case !same(shown(was), shown(o)):
			out = append(out, c.explain(Change{Key: key, Indicator: o.Indicator, Kind: ChangeValue, Old: shown(was), New: shown(o),
				Details: details(was, o), Coverage: coverages(was, o)}, o))
		default:
			if differs := details(was, o); len(differs) > 0 {
				out = append(out, c.explain(Change{Key: key, Indicator: o.Indicator, Kind: ChangeDetails, Old: shown(was),
					New: shown(o), Details: differs, Coverage: coverages(was, o)}, o))
			}
		}
	}
	for key, o := range old {
		out = append(out, c.explain(Change{Key: key, Indicator: o.Indicator, Kind: ChangeGone, Old: shown(o)}, o))
	}
	slices.SortFunc(out, func(a, b Change) int { return cmp.Compare(a.Key, b.Key) })
	return out
}

func shown(o Observation) *Shown {
	s := &Shown{Status: o.Status, Bound: o.Bound, Unit: o.Unit}
	if o.Status == StatusReported {
		value := o.Value
		s.Value = &value
	}
	return s
}

// coverages are the words for two coverages; none where they are the same.
func coverages(a, b Observation) []string {
	before, after := a.Coverage.Words(), b.Coverage.Words()
	if before == after {
		return nil
	}
	return []string{before, after}
}

// details names what belongs to two observations and differs.
func details(a, b Observation) []string {
	var out []string
	for _, d := range []struct {
		name string
		a, b any
	}{
		{"interval", a.Interval, b.Interval},
		{"marks", append([]Mark{}, a.Marks...), append([]Mark{}, b.Marks...)},
		{"coverage", a.Coverage, b.Coverage},
		{"note", a.Note, b.Note},
		{"sources", append([]Citation{}, a.Citations...), append([]Citation{}, b.Citations...)},
	} {
		if !same(d.a, d.b) {
			out = append(out, d.name)
		}
	}
	return out
}

// explain finds the reason of a change and writes it as a sentence.
func (c comparing) explain(ch Change, o Observation) Change {
	var correction string
	ch.Batches, correction = c.newBatches(o)
	withdrawn := c.withdrawnBatch(o)
	for _, s := range c.after.Manifest.Statements {
		if !s.Covers(ch.Key) || ch.Kind == ChangeAdded {
			continue
		}
		ch.Statement, ch.Why = s.ID, s.Reason
		switch s.Kind {
		case StatementWithdrawal:
			ch.Reason = ReasonWithdrawn
		case StatementCorrection:
			ch.Reason = ReasonCorrection
		case StatementRevision:
			ch.Reason = ReasonRevision
		default:
			ch.Reason = ReasonDefinition
		}
		return ch
	}
	batches := "batch " + strings.Join(ch.Batches, ", ")
	withheld := func(s *Shown) bool { return s != nil && s.Status == StatusWithheld }
	switch {
	case ch.Kind == ChangeAdded && c.before.Manifest.ID == "":
		ch.Reason, ch.Why = ReasonNewData, "This is the first release."
	case ch.Kind == ChangeValue && withheld(ch.New):
		ch.Reason, ch.Why = ReasonWithheld, "It is withheld now, so that nobody can be recognised."
	case ch.Kind == ChangeValue && withheld(ch.Old):
		ch.Reason, ch.Why = ReasonWithheld, "It no longer needs to be withheld."
	case c.definitionChanged(o):
		ch.Reason, ch.Why = ReasonDefinition, "The definition behind it changed."
	case ch.Kind == ChangeAdded && len(ch.Batches) > 0:
		ch.Reason, ch.Why = ReasonNewData, "It came with "+batches+"."
	case withdrawn != "" && ch.Kind == ChangeGone:
		ch.Reason, ch.Why = ReasonWithdrawn, withdrawn
	case withdrawn != "":
		ch.Reason, ch.Why = ReasonCorrection, withdrawn
	case correction != "":
		ch.Reason, ch.Why = ReasonCorrection, correction
	case ch.Kind == ChangeGone && o.Kind == KindLike:
		ch.Reason, ch.Why = ReasonRevision, "Who reported for these periods changed, so that no sum over the same reporters is needed."
	case ch.Kind != ChangeGone && len(ch.Batches) > 0:
		ch.Reason, ch.Why = ReasonRevision, "Its source sent newer data: "+batches+"."
	case ch.Kind != ChangeGone && c.before.Manifest.Program != c.after.Manifest.Program:
		ch.Reason, ch.Why = ReasonMethod, fmt.Sprintf("Another version of the program computed it: %s after %s.",
			c.after.Manifest.Program, c.before.Manifest.Program)
	default:
		ch.Reason, ch.Why = ReasonNone, "Nothing in the inputs explains the change."
	}
	return ch
}

// newBatches are the new batches of the data sets an observation was counted from, and a sentence if one of
// them corrects what came before.
func (c comparing) newBatches(o Observation) (ids []string, correction string) {
	behind := c.datasets(o)
	for _, b := range c.after.Manifest.Batches {
		if !slices.Contains(c.batches, b.ID) || !slices.Contains(behind, b.Dataset) {
			continue
		}
		ids = append(ids, b.ID)
		if b.Verb == VerbCorrect && correction == "" {
			correction = strings.TrimSpace("Its source sent a correction, batch " + b.ID + ". " + b.Reason)
		}
	}
	return ids, correction
}

// withdrawnBatch is a sentence if a batch of a data set behind the observation was withdrawn between the
// releases; empty otherwise.
func (c comparing) withdrawnBatch(o Observation) string {
	behind := c.datasets(o)
	for _, b := range c.after.Manifest.Batches {
		if b.Withdrawn.IsZero() || !slices.Contains(behind, b.Dataset) {
			continue
		}
		i := slices.IndexFunc(c.before.Manifest.Batches, func(old Batch) bool { return sameBatch(old, b) })
		if i >= 0 && c.before.Manifest.Batches[i].Withdrawn.IsZero() {
			return strings.TrimSpace("Batch " + b.ID + " was withdrawn. " + b.Reason)
		}
	}
	return ""
}

// datasets are the data sets behind an observation: of its series, or of the panel's for a ratio or a rate.
func (c comparing) datasets(o Observation) []string {
	var out []string
	for _, defs := range []Definitions{c.before.Definitions, c.after.Definitions} {
		ind, _ := defs.Indicator(o.Indicator)
		for _, p := range ind.Panels {
			if p.ID != o.Panel {
				continue
			}
			for _, s := range p.Series {
				if s.ID == o.Series || o.Kind != KindCount {
					out = append(out, s.Dataset)
				}
			}
			if p.Rate != nil && o.Kind != KindCount {
				out = append(out, p.Rate.Population.Dataset)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// definitionChanged reports whether what an observation is counted by differs between the releases: its panel,
// a data set behind it, or a code list of that.
func (c comparing) definitionChanged(o Observation) bool {
	if c.before.Manifest.ID == "" {
		return false
	}
	panel := func(defs Definitions) *Panel {
		ind, _ := defs.Indicator(o.Indicator)
		i := slices.IndexFunc(ind.Panels, func(p Panel) bool { return p.ID == o.Panel })
		if i < 0 {
			return nil
		}
		p := ind.Panels[i]
		p.Title, p.Form, p.Sentence, p.Note = "", "", "", ""
		return &p
	}
	if !same(panel(c.before.Definitions), panel(c.after.Definitions)) {
		return true
	}
	for _, id := range c.datasets(o) {
		a, _ := c.before.Definitions.Dataset(id)
		b, _ := c.after.Definitions.Dataset(id)
		if !same(a, b) {
			return true
		}
		for _, f := range b.Fields {
			before, _ := c.before.Definitions.Codelist(f.Codelist)
			after, _ := c.after.Definitions.Codelist(f.Codelist)
			if f.Codelist != "" && !same(before, after) {
				return true
			}
		}
	}
	return false
}

// definitions compares all definitions, indicators apart from the rest.
func (c comparing) definitions() (indicators, others []DefinitionChange) {
	a, b := c.before.Definitions, c.after.Definitions
	indicators = definitionChanges("indicator", a.Indicators, b.Indicators, func(x Indicator) string { return x.ID })
	if c.before.Manifest.ID == "" {
		return indicators, nil
	}
	others = slices.Concat(
		definitionChanges("codelist", a.Codelists, b.Codelists, func(x Codelist) string { return x.ID }),
		definitionChanges("dataset", a.Datasets, b.Datasets, func(x Dataset) string { return x.ID }),
		definitionChanges("event", a.Events, b.Events, func(x Event) string { return x.ID }),
		definitionChanges("feed", a.Feeds, b.Feeds, func(x Feed) string { return x.ID }),
		definitionChanges("source", a.Sources, b.Sources, func(x Source) string { return x.ID }),
		definitionChanges("statute", a.Statutes, b.Statutes, func(x Statute) string { return x.ID }),
	)
	return indicators, others
}

func definitionChanges[T any](kind string, before, after []T, id func(T) string) []DefinitionChange {
	var out []DefinitionChange
	for _, x := range after {
		old, ok := find(before, id(x), id)
		switch {
		case !ok:
			out = append(out, DefinitionChange{Kind: kind, ID: id(x), Change: ChangeAdded})
		case !same(old, x):
			out = append(out, DefinitionChange{Kind: kind, ID: id(x), Change: ChangeDetails, Fields: members(old, x)})
		}
	}
	for _, x := range before {
		if _, ok := find(after, id(x), id); !ok {
			out = append(out, DefinitionChange{Kind: kind, ID: id(x), Change: ChangeGone})
		}
	}
	slices.SortStableFunc(out, func(a, b DefinitionChange) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// members names the members, as JSON has them, in which two values of a struct differ.
func members(a, b any) []string {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	var out []string
	for i := range x.NumField() {
		if same(x.Field(i).Interface(), y.Field(i).Interface()) {
			continue
		}
		name, _, _ := strings.Cut(x.Type().Field(i).Tag.Get("json"), ",")
		out = append(out, cmp.Or(name, strings.ToLower(x.Type().Field(i).Name)))
	}
	return out
}

// breaks compares the breaks that the answers of two releases draw.
func (c comparing) breaks() []BreakChange {
	if c.before.Manifest.ID == "" {
		return nil
	}
	type drawn struct {
		indicator string
		at        Break
	}
	list := func(answers []Answer) []drawn {
		var out []drawn
		for _, a := range answers {
			for _, b := range a.Breaks {
				out = append(out, drawn{a.Indicator, b})
			}
		}
		return out
	}
	before, after := list(c.before.Answers), list(c.after.Answers)
	has := func(list []drawn, d drawn) bool {
		return slices.ContainsFunc(list, func(x drawn) bool { return x == d })
	}
	var out []BreakChange
	for _, d := range after {
		if !has(before, d) {
			out = append(out, BreakChange{d.indicator, ChangeAdded, d.at})
		}
	}
	for _, d := range before {
		if !has(after, d) {
			out = append(out, BreakChange{d.indicator, ChangeGone, d.at})
		}
	}
	slices.SortStableFunc(out, func(a, b BreakChange) int {
		return cmp.Or(cmp.Compare(a.Indicator, b.Indicator), a.Break.Date.Compare(b.Break.Date), cmp.Compare(a.Change, b.Change),
			cmp.Compare(a.Break.Text, b.Break.Text))
	})
	return out
}

// RevisionRecord says how the figures of an indicator were revised so far: how often, by how much and which way,
// so that a reader can judge the newest ones.
type RevisionRecord struct {
	Releases    int      `json:"releases"`    // releases that had the indicator
	Revisions   int      `json:"revisions"`   // changes of a value by better data
	Corrections int      `json:"corrections"` // changes of a value by a repaired error
	Other       int      `json:"other"`       // changes of a value for another reason
	Up          int      `json:"up"`
	Down        int      `json:"down"`
	Mean        *float64 `json:"mean,omitempty"`          // mean of new minus old in percent of old, over values with a base above 0
	MeanSize    *float64 `json:"mean_absolute,omitempty"` // the same without regard to direction
	Largest     *Change  `json:"largest,omitempty"`       // by size in percent
}

// SummariseRevisions adds up the changes of an indicator from release to release, the oldest first.
func SummariseRevisions(history []Difference, indicator string) RevisionRecord {
	var r RevisionRecord
	var sum, size, worst float64
	n := 0
	for _, d := range history {
		changes := d.Of(indicator)
		if len(changes) > 0 || r.Releases > 0 {
			r.Releases++
		}
		for _, c := range changes {
			if c.Kind != ChangeValue {
				continue
			}
			switch c.Reason {
			case ReasonRevision:
				r.Revisions++
			case ReasonCorrection:
				r.Corrections++
			default:
				r.Other++
			}
			change, ok := c.Size()
			switch {
			case !ok:
				continue
			case change > 0:
				r.Up++
			case change < 0:
				r.Down++
			}
			if *c.Old.Value <= 0 {
				continue
			}
			percent := 100 * change / *c.Old.Value
			n++
			sum += percent
			size += math.Abs(percent)
			if math.Abs(percent) > worst {
				worst = math.Abs(percent)
				largest := c
				r.Largest = &largest
			}
		}
	}
	if n > 0 {
		mean, absolute := sum/float64(n), size/float64(n)
		r.Mean, r.MeanSize = &mean, &absolute
	}
	return r
}
