package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tallystick/internal/lang"
	"tallystick/internal/release"
	"tallystick/internal/stat"
)

// valuePage is the passport of one number: what it is, how it was made, the rows behind it, and how to quote it.
type valuePage struct {
	page
	Observation stat.Observation
	Remark      string
	Notices     []notice
	Fabricated  bool // the figure was made up
	Indicator   link
	Panel       string
	Number      string // the value as it is written, or the words of its status
	Noun        string
	Period      string
	Clock       string
	Unit        string
	Status      string
	Symbol      string
	Limits      string
	Stated      bool // the limits are those that the source gives
	Method      string
	Mask        string // how disclosure control treats it
	Codes       []fact
	Marks       []string
	Formula     []formulaLine
	Counted     string // how records became the value, in words
	SQL         string // the statement that counts it anew from the rows; empty where it is made of other figures
	Coverage    *coverageLine
	Uncovered   bool // a total of which no source says how many reporters stand behind it
	Rows        []rowsLine
	Citations   []stat.Citation
	History     []historyLine
	Pinned      string
	Citation    string
	Curl        string
	Row         string // address of its row on the page of the indicator
}

// fact is a name with its value.
type fact struct{ Name, Value string }

// formulaLine is a number that a ratio or a rate was made of, with the way to its own passport.
type formulaLine struct {
	Words  string
	Number string
	Path   string
	Key    string
}

// rowsLine names the lines of one export that a value was counted from.
type rowsLine struct {
	Batch  stat.Batch
	Lines  string
	Source string
}

// historyLine is what a release said about the same value.
type historyLine struct {
	Release   string
	Path      string
	Published stat.Date
	Number    string
	Changed   bool // against the release before it
}

// passport is the twin of a value's page for programs.
type passport struct {
	Key         string           `json:"key"`
	Release     string           `json:"release"`
	Manifest    string           `json:"manifest_sha256"`
	Observation stat.Observation `json:"observation"`
	Formula     string           `json:"formula,omitempty"`
	Counted     string           `json:"counted,omitempty"`
	SQL         string           `json:"sql,omitempty"` // over a table "records" of the records of the lines under files
	Files       []passportFile   `json:"files"`
	Citation    string           `json:"citation"`
}

type passportFile struct {
	Batch  string `json:"batch"`
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
	Lines  string `json:"lines"`
}

// value serves GET /values/* and GET /releases/:release/values/*.
func (s *Server) value(v *visit) (*representation, error) {
	_, key, _ := strings.Cut(v.path, "/values/")
	key, asJSON := strings.CutSuffix(key, ".json")
	o, ok := observation(v.rel, key)
	if !ok {
		return v.withdrawn(key, asJSON, fmt.Errorf("value %q in release %s: %w", clip(key), v.rel.ID(), stat.ErrNotFound))
	}
	p, err := v.passport(o)
	if err != nil {
		return nil, err
	}
	if !asJSON {
		return v.show("value", p)
	}
	out := passport{
		Key: key, Release: v.rel.ID(), Manifest: v.rel.SHA256(), Observation: o, Counted: p.Counted, SQL: p.SQL, Citation: p.Citation,
		Files: []passportFile{},
	}
	for i, f := range p.Formula {
		if i > 0 {
			out.Formula += " / "
		}
		out.Formula += f.Number + " " + f.Words
	}
	for _, r := range p.Rows {
		out.Files = append(out.Files, passportFile{r.Batch.ID, r.Batch.File, r.Batch.SHA256, r.Lines})
	}
	body, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return nil, err
	}
	rep := represent(append(body, '\n'), "application/json", v.caching())
	rep.open, rep.policy = true, filePolicy
	return rep, nil
}

// observation finds the observation with the key in a release.
func observation(rel *release.Release, key string) (stat.Observation, bool) {
	id, _, _ := strings.Cut(key, "/")
	for _, o := range rel.Observations(id) {
		if o.Key() == key {
			return o, true
		}
	}
	return stat.Observation{}, false
}

// passport gathers what lies behind one observation.
func (v *visit) passport(o stat.Observation) (valuePage, error) {
	defs, key := v.defs, o.Key()
	ind, err := v.definition(o.Indicator)
	if err != nil {
		return valuePage{}, err
	}
	panel, series := panelOf(ind, o)
	words := numberWords(v.l, o, panel)
	p := valuePage{
		Observation: o,
		Remark:      v.remark(o),
		Indicator:   link{Path: v.indicatorPath(ind.ID), Text: ind.Question},
		Notices:     v.notices(key),
		Panel:       panel.Title,
		Fabricated:  panel.Fabricated,
		Number:      words,
		Noun:        nounWords(v.l, o, panel, series),
		Period:      v.l.Period(o.Period, panel.Clock),
		Clock:       clockWords(v.l, panel.Clock),
		Unit:        v.unit(o, panel),
		Status:      v.l.T(o.Status.Words()),
		Symbol:      o.Status.Symbol(),
		Citations:   linked(o.Citations),
		Pinned:      "/releases/" + v.rel.ID() + "/values/" + escapeKey(key),
		Row:         v.indicatorPath(ind.ID) + "#" + rowAnchor(key),
	}
	p.page = v.frame(fmt.Sprintf("%s %s, %s", p.Number, p.Noun, p.Period),
		"What lies behind this number, and how to quote it.")
	p.Alternates = []link{{Path: v.valuePath(key) + ".json", Text: "JSON", Type: "application/json"}}
	if o.Interval != nil {
		p.Limits = v.l.Limits(*o.Interval, decimalsOf(o, panel))
		p.Method = methodWords(v.l, o.Interval.Method)
		p.Stated = o.Interval.Method == stat.MethodStated
	}
	for _, c := range o.Codes {
		if c.Dimension == stat.SameReporters {
			p.Codes = append(p.Codes, fact{capital(o.Coverage.Noun), v.l.T("only those that reported for both periods")})
			continue
		}
		list := ""
		for _, s := range panel.Series {
			list = defs.DimensionList(s.Dataset, c.Dimension)
		}
		p.Codes = append(p.Codes, fact{v.dimension(c.Dimension), label(defs, list, c.Code)})
		p.Codes = append(p.Codes, v.membersOf(o, panel, c)...)
	}
	for _, m := range o.Marks {
		p.Marks = append(p.Marks, v.l.T(markWords[m]))
	}
	p.Formula = v.formula(o, panel)
	if series.ID != "" {
		p.Counted = v.countedWords(series, o)
	}
	p.SQL = release.CountingSQL(o, defs)
	p.Mask = v.mask(o, panel)
	p.Uncovered = o.Kind == stat.KindCount && len(o.Codes) == 0 && o.Coverage.Expected == 0
	if o.Coverage.Expected > 0 {
		whole := o
		whole.Codes = nil // of the place that a figure is of, it is the whole
		for _, line := range v.coverageLines(stat.Indicator{Panels: []stat.Panel{panel}}, []stat.Observation{whole}) {
			line.Path = v.valuePath(key)
			p.Coverage = &line
		}
	}
	for _, r := range o.Rows {
		line := rowsLine{Lines: strings.ReplaceAll(r.Lines, ",", ", "), Batch: stat.Batch{ID: r.Batch}}
		for _, b := range v.rel.Manifest().Batches {
			if b.ID == r.Batch {
				line.Batch = b
				ds, _ := defs.Dataset(b.Dataset)
				line.Source = ds.Title
			}
		}
		p.Rows = append(p.Rows, line)
	}
	if p.History, err = v.history(o, panel); err != nil {
		return valuePage{}, err
	}
	site := defs.Site
	p.Citation = v.l.T("%s %s: %s %s, %s. Release %s, %s%s.",
		site.Name, site.Place, p.Number, p.Noun, p.Period, v.rel.ID(), v.base(), v.here(p.Pinned))
	p.Curl = "curl -s " + v.base() + p.Pinned + ".json"
	return p, nil
}

// membersOf says which codes a figure of a coarser place was added up from.
func (v *visit) membersOf(o stat.Observation, p stat.Panel, c stat.DimensionCode) []fact {
	i := slices.IndexFunc(p.Breakdowns, func(b stat.Breakdown) bool { return b.Rollup != nil && b.Rollup.As == c.Dimension })
	counting, ok := stat.CountingOf(o, v.defs)
	if i < 0 || !ok {
		return nil
	}
	field := p.Breakdowns[i].By
	if o.Kind == stat.KindPopulation {
		for _, s := range p.Series {
			if s.Expected != nil && s.Expected.Residents != nil {
				field = s.Expected.Residents.By
			}
		}
	}
	var names []string
	for _, code := range counting.Where[field] {
		names = append(names, label(v.defs, v.defs.DimensionList(counting.Dataset.ID, field), code))
	}
	slices.Sort(names)
	return []fact{{v.l.T("Added up from"), strings.Join(names, "; ")}}
}

// mask says how disclosure control treats a figure.
func (v *visit) mask(o stat.Observation, p stat.Panel) string {
	protected := p.Protection == stat.ProtectionProtected
	for _, c := range o.Codes {
		protected = protected || protects(p, c.Dimension)
	}
	switch {
	case o.Status == stat.StatusWithheld:
		return v.l.T("withheld, since it could point at a person")
	case protected:
		return v.l.T("protected: counts from 1 to %s of such people are withheld, with others that would tell them. This one is shown.",
			stat.FormatCount(v.defs.Site.Rule().K-1))
	default:
		return v.l.T("open: it is published as it was counted")
	}
}

// unit is what a value counts: for a ratio or a rate, its label.
func (v *visit) unit(o stat.Observation, p stat.Panel) string {
	switch {
	case o.Kind == stat.KindRatio && p.Ratio != nil:
		return p.Ratio.Label
	case o.Kind == stat.KindRate && p.Rate != nil:
		return p.Rate.Label
	default:
		return label(v.defs, "counting-units", o.Unit)
	}
}

// remark is the remark on a figure, in the language of the answer as far as somebody wrote it.
func (v *visit) remark(o stat.Observation) string {
	return v.l.Remark(v.defs, o.Note)
}

// panelOf returns the panel of an observation and its series; a ratio or a rate has no series.
func panelOf(ind stat.Indicator, o stat.Observation) (stat.Panel, stat.Series) {
	for _, p := range ind.Panels {
		if p.ID != o.Panel {
			continue
		}
		for _, s := range p.Series {
			if s.ID == o.Series {
				return p, s
			}
		}
		return p, stat.Series{}
	}
	return stat.Panel{}, stat.Series{}
}

// decimalsOf is how many decimals a value is written with.
func decimalsOf(o stat.Observation, p stat.Panel) int {
	switch {
	case o.Kind == stat.KindRatio && p.Ratio != nil:
		return p.Ratio.Decimals
	case o.Kind == stat.KindRate && p.Rate != nil:
		return p.Rate.Decimals
	default:
		return 0
	}
}

// numberWords is a value as it is written, with its bound, or the words of its status.
func numberWords(l lang.Language, o stat.Observation, p stat.Panel) string {
	if o.Status != stat.StatusReported {
		return l.T(o.Status.Words())
	}
	n := stat.FormatNumber(o.Value, decimalsOf(o, p))
	if w := o.Bound.Words(); w != "" {
		return l.T(w) + " " + n
	}
	return n
}

// nounWords says what a value counts.
func nounWords(l lang.Language, o stat.Observation, p stat.Panel, s stat.Series) string {
	switch {
	case o.Kind == stat.KindRatio && p.Ratio != nil:
		return p.Ratio.Label
	case o.Kind == stat.KindRate && p.Rate != nil:
		return p.Rate.Label
	case o.Kind == stat.KindPopulation:
		return l.T("residents")
	case o.Status == stat.StatusReported && o.Value == 1:
		return s.Noun.One
	default:
		return s.Noun.Many
	}
}

// formula names the two numbers of a ratio or a rate.
func (v *visit) formula(o stat.Observation, p stat.Panel) []formulaLine {
	if o.To == 0 {
		return nil
	}
	of, to := formulaLine{Number: stat.FormatNumber(o.Of, 0)}, formulaLine{Number: stat.FormatNumber(o.To, 0)}
	var ofID, toID string
	switch {
	case o.Kind == stat.KindRatio && p.Ratio != nil:
		ofID, toID = p.Ratio.Of, p.Ratio.To
		of.Words, to.Words = seriesMany(p, ofID), seriesMany(p, toID)
	case o.Kind == stat.KindRate && p.Rate != nil:
		ofID, toID = p.Rate.Of, p.Rate.Population.ID
		of.Words, to.Words = seriesMany(p, ofID), v.l.T("residents of the same year")
	}
	for _, other := range v.rel.Observations(o.Indicator) {
		if other.Panel != o.Panel || other.Period.Key() != o.Period.Key() ||
			!slices.Equal(other.Codes, o.Codes) || other.Key() == o.Key() {
			continue
		}
		switch {
		case other.Series == ofID && other.Value == o.Of:
			of.Key, of.Path = other.Key(), v.valuePath(other.Key())
		case other.Series == toID && other.Value == o.To:
			to.Key, to.Path = other.Key(), v.valuePath(other.Key())
		}
	}
	return []formulaLine{of, to}
}

func seriesMany(p stat.Panel, id string) string {
	for _, s := range p.Series {
		if s.ID == id {
			return s.Noun.Many
		}
	}
	return id
}

// countedWords says how records became a count.
func (v *visit) countedWords(s stat.Series, o stat.Observation) string {
	ds, _ := v.defs.Dataset(s.Dataset)
	text := v.l.T("The number of records of “%s”", ds.Title)
	if s.Measure.Sum != "" {
		text = v.l.T("The sum of “%s” over the records of “%s”", s.Measure.Sum, ds.Title)
	}
	var parts []string
	for _, field := range sortedFields(s.Where) {
		var labels []string
		for _, code := range s.Where[field] {
			labels = append(labels, "“"+label(v.defs, v.defs.DimensionList(s.Dataset, field), code)+"”")
		}
		parts = append(parts, v.l.T("%s is %s", v.l.T(strings.ReplaceAll(field, "_", " ")), strings.Join(labels, v.l.T(" or "))))
	}
	if len(parts) > 0 {
		text += v.l.T(" where %s", strings.Join(parts, ", "))
	}
	if len(o.Codes) > 0 {
		text += v.l.T(", for the place or group named above")
	}
	text += "."
	if ds.Rule != "" {
		text += " " + ds.Rule
	}
	return text
}

func sortedFields(w stat.Where) []string {
	fields := make([]string, 0, len(w))
	for f := range w {
		fields = append(fields, f)
	}
	slices.Sort(fields)
	return fields
}

// longestHistory bounds how many releases a passport looks back on.
const longestHistory = 12

// history says what each release said about the value, newest first. It is told from the changes that each release
// lists, so that no former release is opened.
func (v *visit) history(o stat.Observation, panel stat.Panel) ([]historyLine, error) {
	found, err := v.issued.History(o.Indicator)
	if errors.Is(err, stat.ErrNotFound) {
		return nil, nil // no release kept such a list
	}
	if err != nil {
		return nil, fmt.Errorf("history of %s: %v", o.Key(), err)
	}
	steps := found.Vintages[o.Key()]
	var lines []historyLine
	for i, m := range v.issued.List() {
		if i == longestHistory {
			break
		}
		line := historyLine{Release: m.ID, Published: stat.DateOf(m.PublishedAt.UTC()), Number: v.l.T("not in this release")}
		for len(steps) > 0 && steps[len(steps)-1].PublishedAt.After(m.PublishedAt) {
			steps = steps[:len(steps)-1]
		}
		if n := len(steps); n > 0 {
			last := steps[n-1]
			if then := last.Change.New; then != nil {
				was := o
				was.Status, was.Bound, was.Value = then.Status, then.Bound, 0
				if then.Value != nil {
					was.Value = *then.Value
				}
				line.Number, line.Path = numberWords(v.l, was, panel), "/releases/"+m.ID+"/values/"+escapeKey(o.Key())
			}
			line.Changed = n > 1 && last.Release == m.ID
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// linked returns the citations with only such addresses as a page may link to.
func linked(citations []stat.Citation) []stat.Citation {
	out := slices.Clone(citations)
	for i := range out {
		out[i].Address = webLink(out[i].Address)
	}
	return out
}

// methodWords names the method of an interval for a reader.
func methodWords(l lang.Language, method string) string {
	switch method {
	case "garwood":
		return l.T("exact limits of a count (Garwood)")
	case stat.MethodGarwoodScaled:
		return l.T("exact limits of the count behind it (Garwood), as a rate")
	case "clopper-pearson":
		return l.T("exact limits of a share (Clopper and Pearson)")
	case "conditional-binomial":
		return l.T("exact conditional limits of a ratio of two counts")
	case stat.MethodStated:
		return l.T("limits that the source gives; the figure itself it does not")
	case "fay-feuer":
		return l.T("limits of a standardised rate (Fay and Feuer)")
	default:
		return method
	}
}

// markWords says what each mark tells a reader.
var markWords = map[stat.Mark]string{
	stat.MarkProvisional: lang.Key("Provisional: the source may still change it."),
	stat.MarkRevised:     lang.Key("Revised: an earlier release had another value."),
	stat.MarkMixed:       lang.Key("Mixed: a law or a rule of the count changed inside the period."),
	stat.MarkSummed:      lang.Key("Summed: the source gives no total; this one adds up its parts."),
	stat.MarkPartial:     lang.Key("Partial: some parts of the total were not reported."),
	stat.MarkContested:   lang.Key("Contested: another source gives another figure for the same thing and period."),
	stat.MarkPreferred:   lang.Key("Preferred: of contested figures, the one that sentences use."),
	stat.MarkUnstable:    lang.Key("Unstable: fewer than 20 events lie behind it."),
}
