package catalog

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"tallystick/internal/stat"
)

// checkIndicators checks each indicator, fills in its panels, and holds that places on the home page differ.
func (l *loader) checkIndicators() {
	headlines := map[int]string{}
	for i := range l.defs.Indicators {
		ind := &l.defs.Indicators[i]
		c := indicator{definition{l, "indicators/" + ind.ID + ".yaml"}, ind}
		c.texts()
		c.panels()
		c.pairings()
		c.quoted()
		c.rules(ind.RuleChanges)
		if h := ind.Headline; h != 0 {
			if other, taken := headlines[h]; taken || h < 0 {
				c.wrong("$.headline", fmt.Sprint(h), "headline-taken",
					fmt.Sprintf("The place %d on the home page is taken or impossible (%s).", h, other),
					"Choose another number from 1, or remove the key.")
			}
			headlines[h] = ind.ID
		}
	}
}

// indicator checks one indicator against everything it names.
type indicator struct {
	definition
	*stat.Indicator
}

func (c indicator) texts() {
	c.need("$.title", c.Title, "Say in plain words what is counted, with the place.")
	c.need("$.short", c.Short, "Give two or three words for lists and navigation.")
	c.need("$.question", c.Question, "Write the question that the counts answer; it is the heading of the page.")
	if c.Question != "" && !strings.HasSuffix(strings.TrimSpace(c.Question), "?") {
		c.wrong("$.question", c.Question, "question-mark-missing",
			"The question does not end in a question mark.", "Write it as a question.")
	}
	c.need("$.about", c.About, "Give the definition in two or three sentences.")
	c.need("$.alt", c.Alt, "Say what kind of chart this is, for a reader who cannot see it.")
	c.code("$.topic", "topics", c.Topic)
	if len(c.Notes) == 0 {
		c.wrong("$.notes", "", "notes-missing",
			"An indicator needs notes: what to know before quoting it, worst first.",
			"Write at least one sentence.")
	}
	for i, n := range c.Notes {
		c.need(fmt.Sprintf("$.notes[%d]", i), n, "Write the note, or remove it.")
	}
	if c.Since.IsZero() {
		c.wrong("$.since", "", "key-missing", "The key \"since\" is missing.",
			"Write since when this definition holds, like 2026-11-01.")
	}
	for i, id := range c.Statutes {
		c.statute(fmt.Sprintf("$.statutes[%d]", i), id)
	}
	for i, id := range c.Related {
		if _, ok := c.l.defs.Indicator(id); !ok && !c.l.unreadable("indicators/"+id+".yaml") || id == c.ID {
			c.wrong(fmt.Sprintf("$.related[%d]", i), id, "indicator-unknown",
				fmt.Sprintf("%q is not another indicator.", id),
				"Name a file of indicators/, without .yaml.")
		}
	}
	if len(c.Answer) == 0 {
		c.wrong("$.answer", "", "answer-missing", "No panel answers the question.",
			"List the panels whose sentences answer it, in order.")
	}
	for i, id := range c.Answer {
		if !slices.ContainsFunc(c.Panels, func(p stat.Panel) bool { return p.ID == id }) {
			c.wrong(fmt.Sprintf("$.answer[%d]", i), id, "panel-unknown", fmt.Sprintf("There is no panel %q.",
				id), "Name one of the panels below.")
		}
	}
}

func (c indicator) statute(where, id string) {
	if _, ok := c.l.defs.Statute(id); !ok && !c.l.unreadable("statutes/"+id+".yaml") {
		c.wrong(where, id, "statute-unknown", fmt.Sprintf("There is no statute %q.", id),
			"Add statutes/"+id+".yaml, or correct the name.")
	}
}

func (c indicator) panels() {
	if len(c.Panels) == 0 {
		c.wrong("$.panels", "", "panels-missing", "An indicator needs at least one panel.", "Add one with its series.")
	}
	seen := map[string]bool{}
	for i := range c.Panels {
		at := fmt.Sprintf("$.panels[%d]", i)
		c.id(at, c.Panels[i].ID, seen)
		c.panel(at, &c.Panels[i])
	}
}

// id checks an identifier that must be well formed and differ from its neighbours.
func (c indicator) id(at, id string, seen map[string]bool) {
	if !identifier(id) {
		c.wrong(at+".id", id, "id-wrong", fmt.Sprintf("%q is not an identifier.", id),
			"Use lower-case letters, digits and hyphens.")
	}
	if seen[id] {
		c.wrong(at+".id", id, "id-twice", fmt.Sprintf("The identifier %q stands here twice.", id), "Give each its own.")
	}
	seen[id] = true
}

// counted is what a series counts: its unit, stage, clock, the event that dates it, and its protection.
type counted struct {
	unit, stage, event string
	charges            stat.Charges
	clock              stat.Clock
	protection         stat.Protection
	fabricated         bool
}

func (c indicator) panel(at string, p *stat.Panel) {
	c.need(at+".title", p.Title, "Name the panel.")
	c.word(at+".form", string(p.Form), words(stat.Forms))
	for _, problem := range stat.LintSentence(*p) {
		c.wrong(at+".sentence", p.Sentence, "sentence-wrong", "The sentence cannot stand: "+problem+".",
			"Write plain words without figures; placeholders are listed in data/README.md.")
	}
	if len(p.Series) == 0 {
		c.wrong(at+".series", "", "series-missing", "A panel needs at least one series.", "Say what is counted.")
		return
	}
	if p.Form == stat.FormPair && len(p.Series) < 2 {
		c.wrong(at+".form", "pair", "form-wrong", "A pair needs two series.", "Use spans for a single one.")
	}
	seen := map[string]bool{}
	var all []counted
	for i, s := range p.Series {
		where := fmt.Sprintf("%s.series[%d]", at, i)
		c.id(where, s.ID, seen)
		all = append(all, c.series(where, s, p.Unlike))
		c.kinds(where, s, *p)
	}
	first := all[0]
	p.Unit, p.Stage, p.Clock, p.Protection = first.unit, first.stage, first.clock, first.protection
	if slices.Contains(all, counted{}) {
		return // a data set is missing, which is said already
	}
	unlike := false // whether anything is
	p.Fabricated = slices.ContainsFunc(all, func(k counted) bool { return k.fabricated })
	for i, k := range all[1:] {
		where := fmt.Sprintf("%s.series[%d]", at, i+1)
		if k.protection == stat.ProtectionProtected {
			p.Protection = stat.ProtectionProtected
		}
		unlike = !c.alike(where, p.Unlike, "the first series of the panel", first, k) || unlike
	}
	// What the series do not agree on is said of each and not of the panel.
	for _, k := range all[1:] {
		if k.unit != first.unit {
			p.Unit = ""
		}
		if k.stage != first.stage {
			p.Stage = ""
		}
		if k.clock != first.clock {
			p.Clock = ""
		}
	}
	if p.Unlike && !unlike && len(all) > 1 {
		c.wrong(at+".unlike", "true", "unlike-unneeded",
			"The panel says that unlike things stand in it, but all its series count alike.", "Remove the keys unlike and why.")
	}
	c.why(at, p.Unlike, p.Why, "why they are set against each other")
	c.ratio(at+".ratio", p)
	c.rate(at+".rate", p)
	for _, problem := range stat.LintPanel(*p) {
		c.wrong(at, p.ID, "panel-wrong", "The panel cannot stand: "+problem+".",
			"Leave it out, or give each count alone.")
	}
	c.breakdowns(at, p)
}

// alike refuses unlike units, stages, clocks, dating events or charges (lead, any) beside each other, unless the panel
// says that unlike things stand there. It reports whether they are alike.
func (c indicator) alike(where string, unlike bool, whose string, first, k counted) bool {
	same := true
	for _, d := range []struct{ what, a, b string }{
		{"unit", first.unit, k.unit}, {"stage", first.stage, k.stage}, {"clock", string(first.clock), string(k.clock)},
		{"event", first.event, k.event}, {"charges", string(first.charges), string(k.charges)},
	} {
		if d.a == d.b {
			continue
		}
		same = false
		if !unlike {
			c.wrong(where, d.b, d.what+"-unlike",
				fmt.Sprintf("This has the %s %q and %s has %q: unlike things do not share an axis.", d.what, d.b, whose, d.a),
				"Give it a panel of its own, or write unlike: true and, under why, the reason why they are set against each other.")
		}
	}
	return same
}

func (c indicator) series(at string, s stat.Series, unlike bool) counted {
	c.need(at+".label", s.Label, "Write the words that stand on the mark.")
	c.need(at+".noun.one", s.Noun.One, "Write what one of them is called.")
	c.need(at+".noun.many", s.Noun.Many, "Write what several are called.")
	for i, id := range s.Statutes {
		c.statute(fmt.Sprintf("%s.statutes[%d]", at, i), id)
	}
	ds, ok := c.l.defs.Dataset(s.Dataset)
	if !ok && !c.l.unreadable("datasets/"+s.Dataset+".yaml") {
		c.wrong(at+".dataset", s.Dataset, "dataset-unknown", fmt.Sprintf("There is no data set %q.", s.Dataset),
			"Add datasets/"+s.Dataset+".yaml, or correct the name.")
	}
	if !ok {
		return counted{}
	}
	c.measure(at+".measure", ds, s.Measure)
	c.where(at+".where", ds, s.Where)
	c.single(at+".where", ds, s.Where, "")
	c.minors(at+".where", ds, s.Where)
	c.answers(at, ds, s)
	c.modes(at, ds, s)
	c.genders(at, ds, s)
	own := c.counted(at+".where", ds, s.Where)
	if s.Measure.Standing != "" {
		own.clock, own.event = stat.ClockOnDay, "standing at the end of the year"
	}
	if s.Otherwise != nil {
		c.where(at+".otherwise", ds, s.Otherwise)
		c.single(at+".otherwise", ds, s.Otherwise, "")
		c.minors(at+".otherwise", ds, s.Otherwise)
		c.alike(at+".otherwise", unlike, "the series", own, c.counted(at+".otherwise", ds, s.Otherwise))
	}
	if e := s.Expected; e != nil {
		c.dimension(at+".expected.dimension", ds, e.Dimension)
		c.where(at+".expected.where", ds, e.Where)
		c.alike(at+".expected.where", unlike, "the series", own, c.counted(at+".expected.where", ds, e.Where))
		c.need(at+".expected.noun.many", e.Noun.Many, "Write what the reporters are called: agencies.")
		c.residents(at+".expected.residents", e.Residents)
	}
	return own
}

// counted says what the records that a where keeps count.
func (c indicator) counted(at string, ds stat.Dataset, w stat.Where) counted {
	return counted{
		unit:  c.pinned(at, ds, w, "unit", ds.Unit, ds.UnitField),
		stage: c.pinned(at, ds, w, "stage", ds.Stage, ds.StageField),
		clock: stat.Clock(c.pinned(at, ds, w, "clock", string(ds.Clock), ds.ClockField)),

		event: ds.Event, charges: ds.Charges, protection: ds.Protection, fabricated: ds.Fabricated,
	}
}

// answers checks that a series of a data set that answers a duty counts one item, and that those who owe it are the
// ones who are expected.
func (c indicator) answers(at string, ds stat.Dataset, s stat.Series) {
	if ds.Answers == nil {
		return
	}
	if _, ok := ds.Answers.ItemOf(s); !ok {
		c.wrong(at+".where", ds.Answers.Item, "item-unpinned",
			"The records answer several items of a duty, so the series must be pinned to one.",
			"Name one number under where: "+ds.Answers.Item+".")
	}
	if s.Expected == nil || s.Expected.Dimension != ds.Answers.Reporter {
		c.wrong(at+".expected", "", "reporters-unlike", "Those who owe the answers are the reporters of the series.",
			"Write expected with the dimension "+ds.Answers.Reporter+".")
	}
}

// residents checks the data set that says how many people live where the reporters are.
func (c indicator) residents(at string, r *stat.Residents) {
	if r == nil {
		return
	}
	ds, ok := c.l.defs.Dataset(r.Dataset)
	if !ok {
		c.wrong(at+".dataset", r.Dataset, "dataset-unknown", fmt.Sprintf("There is no data set %q.", r.Dataset),
			"Add datasets/"+r.Dataset+".yaml, or correct the name.")
		return
	}
	c.measure(at+".measure", ds, r.Measure)
	c.where(at+".where", ds, r.Where)
	c.dimension(at+".by", ds, r.By)
	if len(r.Kinds) == 0 {
		c.wrong(at+".kinds", "", "key-missing", "The key \"kinds\" is missing or empty.",
			"List the kinds of reporter that stand for the whole place: [municipal, state-police].")
	}
}

func (c indicator) measure(at string, ds stat.Dataset, m stat.Measure) {
	f, ok := ds.Field(m.Sum)
	set := 0
	for _, given := range []bool{m.Sum != "", m.Count != "", m.Standing != ""} {
		if given {
			set++
		}
	}
	switch {
	case set != 1:
		c.wrong(at, "", "measure-undecided", "A measure is the sum of a field, the number of records, or what stands of decisions.",
			"Write measure: {sum: FIELD}, measure: {count: records} or measure: {standing: counts}.")
	case m.Standing != "" && ds.Decisions == nil:
		c.wrong(at+".standing", string(m.Standing), "measure-wrong", fmt.Sprintf("The records of %s are not decisions of courts.", ds.ID),
			"Say under decisions in the data set which fields hold the case and the outcome.")
	case m.Standing != "":
		c.word(at+".standing", string(m.Standing), words(stat.StandingNumbers))
	case ds.Decisions != nil:
		c.wrong(at, "", "measure-wrong", "Convictions and what takes them away are not added up.",
			"Write measure: {standing: counts} for what stood, {standing: entered} for the history.")
	case m.Count != "" && m.Count != "records":
		c.wrong(at+".count", m.Count, "measure-wrong", "Only records can be counted.", "Write count: records.")
	case m.Count != "" && ds.Protection == stat.ProtectionProtected:
		c.wrong(at+".count", m.Count, "records-of-people",
			"The rows of a protected data set are not counted: each row would stand for a person, and which rows a figure "+
				"comes from would tell who is in two groups at once.", "Write measure: {sum: "+ds.Value+"}.")
	case m.Sum != "" && (!ok || f.Type != stat.FieldInteger):
		c.wrong(at+".sum", m.Sum, "measure-wrong", fmt.Sprintf("%q is not a field of whole numbers of %s.",
			m.Sum, ds.ID),
			"Name an integer field.")
	}
}

// where checks that each field is a code field of the data set and each code one of its list.
func (c indicator) where(at string, ds stat.Dataset, w stat.Where) {
	for _, name := range keys(w) {
		f, ok := ds.Field(name)
		if !ok || f.Type != stat.FieldCode {
			c.wrong(at+"."+name, name, "field-wrong", fmt.Sprintf("%q is not a code field of %s.", name, ds.ID),
				"Name a field that has a code list.")
			continue
		}
		if len(w[name]) == 0 {
			c.wrong(at+"."+name, "", "codes-missing", "No code is given.", "List at least one code.")
		}
		for i, code := range w[name] {
			c.code(fmt.Sprintf("%s.%s[%d]", at, name, i), f.Codelist, code)
		}
	}
}

// single holds that a total is counted once: a field that has the code all must be pinned to it or to other codes,
// or the total would be added to its own parts. A field by is broken down and needs no pin. Where the field of the
// list levels is pinned, the level decides which records are totals.
func (c indicator) single(at string, ds stat.Dataset, w stat.Where, by string) {
	levels := ""
	for _, f := range ds.Fields {
		if f.Codelist == "levels" {
			levels = f.Name
		}
	}
	for _, f := range ds.Fields {
		list, ok := c.l.defs.Codelist(f.Codelist)
		if f.Name != levels && (f.Type != stat.FieldCode || !ok || !list.Has("all")) {
			continue
		}
		codes := w[f.Name]
		place := f.Codelist == "agencies" || f.Codelist == "towns"
		switch {
		case f.Name == levels && len(codes) == 1:
		case f.Name == levels:
			c.wrong(at, f.Name, "total-and-parts",
				"The level is not pinned to one code, so totals and their parts would be added.",
				"Name one level under "+f.Name+".")
		case len(codes) == 0 && (f.Name == by || place && levels != ""):
		case len(codes) == 0, slices.Contains(codes, "all") && len(codes) > 1:
			c.wrong(at, f.Name, "total-and-parts",
				fmt.Sprintf("The field %q is not pinned, so totals and their parts would be added.", f.Name),
				"Write "+f.Name+": [all], or list codes other than all.")
		}
	}
}

// pinned returns the one unit, stage or clock of a series.
func (c indicator) pinned(at string, ds stat.Dataset, w stat.Where, what, constant, field string) string {
	if field == "" {
		return constant
	}
	if codes := w[field]; len(codes) == 1 {
		return codes[0]
	}
	c.wrong(at, field, what+"-unpinned",
		fmt.Sprintf("The records of %s carry their own %s, so the series must be pinned to one.", ds.ID, what),
		"Name exactly one code under where: "+field+".")
	return ""
}

func (c indicator) dimension(at string, ds stat.Dataset, name string) {
	if f, ok := ds.Field(name); !ok || f.Type != stat.FieldCode {
		c.wrong(at, name, "field-wrong", fmt.Sprintf("%q is not a code field of %s.", name, ds.ID),
			"Name a field that has a code list.")
	}
}

func (c indicator) ratio(at string, p *stat.Panel) {
	r := p.Ratio
	if r == nil {
		return
	}
	c.need(at+".label", r.Label, "Say what the ratio is: sellers for each buyer.")
	for _, s := range []struct{ key, id string }{{"of", r.Of}, {"to", r.To}} {
		c.member(at+"."+s.key, p, s.id)
	}
	if r.Of == r.To {
		c.wrong(at, r.Of, "ratio-of-itself", "The ratio sets a series against itself.", "Name two different series.")
	}
	c.decimals(at, r.Decimals)
}

func (c indicator) rate(at string, p *stat.Panel) {
	r := p.Rate
	if r == nil {
		return
	}
	c.need(at+".label", r.Label, "Say what the rate is: arrests per 100,000 residents.")
	c.member(at+".of", p, r.Of)
	if r.Per <= 0 {
		c.wrong(at+".per", fmt.Sprint(r.Per), "rate-wrong", "A rate is per a number of residents above zero.",
			"Write per: 100000.")
	}
	c.decimals(at, r.Decimals)
	k := c.series(at+".population", r.Population, p.Unlike)
	if k.unit != "resident" && k.unit != "" {
		c.wrong(at+".population", k.unit, "unit-unlike",
			fmt.Sprintf("The population of a rate counts residents, not %q.", k.unit),
			"Name a data set whose unit is resident.")
	}
	if k.clock != p.Clock && k.unit != "" {
		c.wrong(at+".population", string(k.clock), "clock-unlike",
			fmt.Sprintf("The population is on the clock %q and the panel on %q.", k.clock, p.Clock),
			"A rate needs both on one clock.")
	}
}

func (c indicator) decimals(at string, n int) {
	if n < 0 || n > 3 {
		c.wrong(at+".decimals", fmt.Sprint(n), "decimals-wrong", "A ratio or rate has 0 to 3 decimals.",
			"Write decimals: 1.")
	}
}

func (c indicator) member(at string, p *stat.Panel, id string) {
	if !slices.ContainsFunc(p.Series, func(s stat.Series) bool { return s.ID == id }) {
		c.wrong(at, id, "series-unknown", fmt.Sprintf("The panel has no series %q.", id),
			"Name the id of a series of this panel.")
	}
}

func (c indicator) breakdowns(at string, p *stat.Panel) {
	seen := map[string]bool{}
	for i, b := range p.Breakdowns {
		where := fmt.Sprintf("%s.breakdowns[%d]", at, i)
		c.id(where, b.ID, seen)
		c.need(where+".title", b.Title, "Name the breakdown: by police agency.")
		for k, id := range b.Series {
			c.member(fmt.Sprintf("%s.series[%d]", where, k), p, id)
		}
		if b.Protection != "" {
			c.word(where+".protection", string(b.Protection), []string{string(stat.ProtectionProtected)})
		}
		for _, s := range p.Series {
			ds, ok := c.l.defs.Dataset(s.Dataset)
			if !ok || len(b.Series) > 0 && !slices.Contains(b.Series, s.ID) {
				continue
			}
			c.dimension(where+".by", ds, b.By)
			if b.Protection == stat.ProtectionProtected && ds.Records != "" {
				c.wrong(where+".protection", string(b.Protection), "records-protected",
					fmt.Sprintf("The breakdown is protected, and the records of %s that it is counted from are handed out.", ds.ID),
					"Remove records from the data set: without a field of the breakdown, too, its counts would be there row by row.")
			}
			c.juveniles(where, ds, s, b)
			if b.Rollup != nil {
				c.rollup(where+".rollup", ds, s, b)
			}
			if b.Where != nil {
				c.where(where+".where", ds, b.Where)
				c.single(where+".where", ds, b.Where, b.By)
				c.alike(where+".where", p.Unlike, "the series "+s.ID, c.counted(at, ds, s.Where), c.counted(where+".where", ds, b.Where))
			}
			if b.Otherwise != nil {
				c.where(where+".otherwise", ds, b.Otherwise)
				c.single(where+".otherwise", ds, b.Otherwise, b.By)
				c.alike(where+".otherwise", p.Unlike, "the series "+s.ID, c.counted(at, ds, s.Where), c.counted(where+".otherwise", ds, b.Otherwise))
			}
		}
	}
}

// quoted checks that each figure that the notes quote stands in them and is a figure of some indicator.
func (c indicator) quoted() {
	notes := strings.Join(c.Notes, " ")
	for i, q := range c.Quoted {
		at := fmt.Sprintf("$.quoted[%d]", i)
		if c.need(at+".says", q.Says, "Write the number as the notes write it."); !strings.Contains(notes, q.Says) {
			c.wrong(at+".says", q.Says, "quoted-unsaid", fmt.Sprintf("No note of the indicator says %q.", q.Says),
				"Write the number as the notes write it, or remove the entry.")
		}
		id, _, _ := strings.Cut(q.Figure, "/")
		if _, ok := c.l.defs.Indicator(id); !ok && !c.l.unreadable("indicators/"+id+".yaml") {
			c.wrong(at+".figure", q.Figure, "figure-unknown", fmt.Sprintf("There is no indicator %q.", id),
				"Write the key of a figure: INDICATOR/PANEL/SERIES/PERIOD.")
		}
	}
}

// pairings checks that both sides of a pairing are series of the indicator, of one unit and clock.
func (c indicator) pairings() {
	seen := map[string]bool{}
	for i, p := range c.Pairings {
		at := fmt.Sprintf("$.pairings[%d]", i)
		c.id(at, p.ID, seen)
		c.need(at+".title", p.Title, "Say what is compared.")
		one, other := c.side(at+".one", p.One), c.side(at+".other", p.Other)
		if one == nil || other == nil {
			continue
		}
		if p.One == p.Other {
			c.wrong(at+".other", p.Other, "pairing-of-itself", "The pairing sets a series against itself.",
				"Name another series.")
		}
		differ := one.Unit != other.Unit || one.Stage != other.Stage || one.Clock != other.Clock
		switch {
		case differ && !p.Unlike:
			c.wrong(at+".unlike", "", "unit-unlike", "The two sides differ in unit, stage or clock.",
				"Write unlike: true and, under why, how they differ.")
		case !differ && p.Unlike:
			c.wrong(at+".unlike", "true", "unlike-unneeded", "The two sides do not differ in unit, stage or clock.",
				"Remove the key unlike; why can stay.")
		case p.Unlike && strings.TrimSpace(p.Why) == "":
			c.unsaid(at, "how the two sides differ")
		}
	}
}

// side returns the panel of one side of a pairing, PANEL/SERIES, or nil where there is none.
func (c indicator) side(at, name string) *stat.Panel {
	panel, series, _ := strings.Cut(name, "/")
	for i, p := range c.Panels {
		if p.ID == panel && slices.ContainsFunc(p.Series, func(s stat.Series) bool { return s.ID == series }) {
			return &c.Panels[i]
		}
	}
	c.wrong(at, name, "series-unknown", fmt.Sprintf("The indicator has no series %q.", name), "Write PANEL/SERIES.")
	return nil
}

// unpinned returns the fields of a data set with a code list that the series does not pin.
func unpinned(ds stat.Dataset, s stat.Series, list string) []string {
	var out []string
	for _, f := range ds.Fields {
		if f.Codelist == list && len(s.Where[f.Name]) == 0 {
			out = append(out, f.Name)
		}
	}
	return out
}

// kinds refuses a series that mixes trafficking for sex and for labor without showing the two apart, where the source
// tells them apart.
func (c indicator) kinds(at string, s stat.Series, p stat.Panel) {
	ds, _ := c.l.defs.Dataset(s.Dataset)
	for _, f := range ds.Fields {
		if f.Codelist != "trafficking-kinds" || len(s.Where[f.Name]) == 1 {
			continue
		}
		apart := func(p stat.Panel) bool { // the panel shows the kinds of the data set one by one
			return slices.ContainsFunc(p.Series, func(x stat.Series) bool { return x.Dataset == s.Dataset }) &&
				slices.ContainsFunc(p.Breakdowns, func(b stat.Breakdown) bool { return b.By == f.Name })
		}
		if !apart(p) && !(p.Window > 0 && slices.ContainsFunc(c.Panels, apart)) {
			c.wrong(at+".where", f.Name, "kinds-mixed", "The series mixes trafficking for sex and for labor, which the source tells apart.",
				"Pin "+f.Name+" to one kind, or add a breakdown by it.")
		}
	}
}

// modes refuses a series that does not say whether attempts, agreements and help count, where the source tells them.
func (c indicator) modes(at string, ds stat.Dataset, s stat.Series) {
	for _, name := range unpinned(ds, s, "offence-modes") {
		c.wrong(at+".where", name, "modes-unsaid", "Whether attempts, agreements and help count is not said.",
			"List under where: "+name+" what counts, such as [committed, accessory].")
	}
}

// gendered are words that say whether a person is a man or a woman.
var gendered = []string{"man", "men", "woman", "women", "girl", "girls", "boy", "boys", "female", "male", "females", "males"}

// genders refuses words for men and women in a series that does not count by sex: what is not published is not inferred.
func (c indicator) genders(at string, ds stat.Dataset, s stat.Series) {
	for name, codes := range s.Where {
		if f, _ := ds.Field(name); f.Codelist == "sex" && len(codes) == 1 && codes[0] != "all" {
			return
		}
	}
	for _, text := range []string{s.Label, s.Noun.One, s.Noun.Many} {
		for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return r < 'a' || r > 'z' }) {
			if slices.Contains(gendered, word) {
				c.wrong(at+".label", word, "gender-presumed",
					fmt.Sprintf("The word %q says who was counted, and the series is not pinned to a sex.", word),
					"Use a word that says no more than the source, or pin the field of the sexes to one code.")
				return
			}
		}
	}
}

// minors refuses a series of an open data set that counts people under 18 alone: such a data set is protected.
func (c indicator) minors(at string, ds stat.Dataset, w stat.Where) {
	if ds.Protection == stat.ProtectionProtected {
		return
	}
	for _, name := range keys(w) {
		if name == ds.UnitField || name == ds.StageField || name == ds.ClockField {
			continue
		}
		if f, _ := ds.Field(name); !c.ages(f) {
			continue
		}
		minor := func(code string) bool { _, oldest, ok := stat.Ages(code); return ok && oldest < 18 }
		if codes := w[name]; len(codes) > 0 && !slices.ContainsFunc(codes, func(code string) bool { return !minor(code) }) {
			c.wrong(at+"."+name, codes[0], "juveniles-open",
				fmt.Sprintf("The series counts people under 18 alone (%q) of a data set that is not protected.", codes[0]),
				"Write protection: protected in the data set, or count all ages and give this one in a protected breakdown.")
		}
	}
}

// ages reports whether the codes of a field are ages: at least one of them is a range of ages. Numbers alone could count
// anything.
func (c indicator) ages(f stat.Field) bool {
	list, _ := c.l.defs.Codelist(f.Codelist)
	return slices.ContainsFunc(list.Codes, func(code stat.Code) bool {
		youngest, oldest, ok := stat.Ages(code.Code)
		return ok && youngest < oldest
	})
}

// juveniles refuses a breakdown that counts people under 18 one by one in an open data set, unless the breakdown is
// protected: accused juveniles are never published exactly in small numbers.
func (c indicator) juveniles(at string, ds stat.Dataset, s stat.Series, b stat.Breakdown) {
	if ds.Protection == stat.ProtectionProtected || b.Protection == stat.ProtectionProtected {
		return
	}
	f, _ := ds.Field(b.By)
	if !c.ages(f) {
		return
	}
	list, _ := c.l.defs.Codelist(f.Codelist)
	w := s.Where
	if b.Where != nil {
		w = b.Where
	}
	for _, code := range list.Codes {
		if _, oldest, ok := stat.Ages(code.Code); !ok || oldest >= 18 {
			continue
		}
		if pinned := w[b.By]; len(pinned) == 0 || slices.Contains(pinned, code.Code) {
			c.wrong(at+".protection", code.Code, "juveniles-open",
				fmt.Sprintf("The breakdown counts people under 18 (%q) and is not protected.", code.Code),
				"Write protection: protected, or leave the code out.")
			return
		}
	}
}

func keys(w stat.Where) []string {
	out := make([]string, 0, len(w))
	for k := range w {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
