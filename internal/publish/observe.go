package publish

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tallystick/internal/stat"
	"tallystick/internal/warehouse"
)

const level = 0.95

// observe counts and judges all panels of an indicator.
func observe(ctx context.Context, in Input, ind stat.Indicator) ([]stat.Observation, error) {
	var out []stat.Observation
	for _, panel := range ind.Panels {
		o := observer{ctx: ctx, in: in, ind: ind, panel: panel}
		obs, err := o.observe()
		if err != nil {
			return nil, fmt.Errorf("panel %s: %w", panel.ID, err)
		}
		out = append(out, obs...)
	}
	return out, nil
}

// observer turns the counts of one panel into observations.
type observer struct {
	ctx   context.Context
	in    Input
	ind   stat.Indicator
	panel stat.Panel
}

func (o observer) observe() ([]stat.Observation, error) {
	var out []stat.Observation
	for _, s := range o.panel.Series {
		obs, err := o.totals(s)
		if err != nil {
			return nil, fmt.Errorf("series %s: %w", s.ID, err)
		}
		if o.panel.Window > 0 {
			obs = o.pool(s, obs)
		}
		out = append(out, obs...)
	}
	totals := len(out)
	if r := o.panel.Ratio; r != nil {
		out = append(out, o.ratios(*r, out[:totals])...)
	}
	if r := o.panel.Rate; r != nil {
		rates, err := o.rates(*r, out[:totals])
		if err != nil {
			return nil, fmt.Errorf("rate: %w", err)
		}
		out = append(out, rates...)
	}
	for _, s := range o.panel.Series {
		people, err := o.people(s, out[:totals])
		if err != nil {
			return nil, fmt.Errorf("residents of series %s: %w", s.ID, err)
		}
		out = append(out, people...)
	}
	for _, b := range o.panel.Breakdowns {
		count := o.breakdown
		if b.Rollup != nil {
			count = o.rollup
		}
		obs, err := count(b)
		if err != nil {
			return nil, fmt.Errorf("breakdown %s: %w", b.ID, err)
		}
		out = append(out, obs...)
	}
	return out, nil
}

// totals counts a series without any breakdown, with coverage, contested figures and mixed years.
func (o observer) totals(s stat.Series) ([]stat.Observation, error) {
	if s.Measure.Standing != "" {
		return o.standing(s)
	}
	obs, err := o.count(s, s.Where, s.Otherwise, nil)
	if err != nil {
		return nil, err
	}
	if len(obs) == 0 {
		return nil, fmt.Errorf("no record answers it; ingest an export for the data set %s, or mend its where: %w", s.Dataset, stat.ErrInvalid)
	}
	contest(obs)
	if schedule := o.schedule(s.Dataset); schedule != nil && (o.panel.Form == stat.FormColumns || o.panel.Form == stat.FormLine) {
		obs = schedule.Fill(obs, stat.DateOf(o.in.At))
	}
	owed, item := o.owed(s)
	if ds, _ := o.in.Definitions.Dataset(s.Dataset); ds.Answers != nil {
		obs = stat.FillAnswers(obs, false, ds.Answers.Reporter, item, owed)
	}
	if s.Expected != nil {
		if err := o.cover(s, obs); err != nil {
			return nil, fmt.Errorf("coverage: %w", err)
		}
	}
	return obs, nil
}

// owed is what the duty that a series answers asks of each reporter up to the moment of publication, and the item that
// the series counts; none for a series that answers no duty.
func (o observer) owed(s stat.Series) ([]stat.Obligation, int) {
	ds, _ := o.in.Definitions.Dataset(s.Dataset)
	if ds.Answers == nil || o.in.At.IsZero() {
		return nil, 0
	}
	duty, _ := o.in.Definitions.Duty(ds.Answers.Duty)
	reporters := func(list string) []string {
		var codes []string
		l, _ := o.in.Definitions.Codelist(list)
		for _, c := range l.Codes {
			if c.Code != "all" {
				codes = append(codes, c.Code)
			}
		}
		return codes
	}
	item, _ := ds.Answers.ItemOf(s)
	return stat.Obligations(duty, reporters, o.in.Definitions.Filings, stat.DateOf(o.in.At)), item
}

// standing gives what stood at the end of each year that is over, out of all decisions that the series keeps. The
// sources of a figure are those of the decisions up to its day.
func (o observer) standing(s stat.Series) ([]stat.Observation, error) {
	ds, ok := o.in.Definitions.Dataset(s.Dataset)
	if !ok || ds.Decisions == nil {
		return nil, fmt.Errorf("data set %q with decisions: %w", s.Dataset, stat.ErrNotFound)
	}
	by := []string{ds.Decisions.Case, ds.Decisions.Outcome}
	if ds.Decisions.Section != "" {
		by = append(by, ds.Decisions.Section)
	}
	counted, err := o.in.Warehouse.Count(o.ctx, warehouse.Query{Dataset: ds, Measure: stat.Measure{Sum: ds.Value}, Where: s.Where,
		By: by, Each: true})
	if err != nil {
		return nil, err
	}
	if len(counted) == 0 {
		return nil, fmt.Errorf("no decision answers it; ingest an export for the data set %s, or mend its where: %w", s.Dataset, stat.ErrInvalid)
	}
	var history []stat.Disposition
	for _, c := range counted {
		if c.ByStatus[stat.StatusReported] == 0 {
			continue
		}
		d := stat.Disposition{Date: c.Period.To, Counts: c.Value}
		for _, code := range c.Codes {
			switch code.Dimension {
			case ds.Decisions.Case:
				d.Case = code.Code
			case ds.Decisions.Outcome:
				d.Outcome = stat.Outcome(code.Code)
			case ds.Decisions.Section:
				d.Statute = code.Code
			}
		}
		history = append(history, d)
	}
	var out []stat.Observation
	for _, day := range stat.YearEnds(history, stat.DateOf(o.in.At)) {
		stood, err := stat.StandingAsOf(history, day)
		if err != nil {
			return nil, err
		}
		obs := stat.Observation{
			Indicator: o.ind.ID, Panel: o.panel.ID, Series: s.ID, Kind: stat.KindCount, Period: stat.Period{From: day, To: day},
			Status: stat.StatusReported, Value: float64(stood.Number(s.Measure.Standing)), Bound: stat.BoundExactly,
			Unit: ds.UnitOf(s.Where), Note: stood.Words(),
		}
		for _, c := range counted {
			if c.Period.To.Compare(day) <= 0 {
				obs.Citations, obs.Rows = append(obs.Citations, c.Citations...), append(obs.Rows, c.Rows...)
			}
		}
		obs.Citations = merge(obs.Citations)
		out = append(out, obs)
	}
	return out, nil
}

// pool sums the totals of a series over the panel's window. Windows that the rules refuse (a gap, a break inside) are
// left out, as the panel's note says; if all are, they stand with their reasons.
func (o observer) pool(s stat.Series, obs []stat.Observation) []stat.Observation {
	var out, refused []stat.Observation
	for _, p := range stat.Pool(obs, o.panel.Window, stat.BreaksOf(s, obs, o.in.Definitions), level) {
		if p.Why != "" {
			refused = append(refused, p.Observation)
			continue
		}
		p.Observation.Citations = merge(p.Observation.Citations)
		out = append(out, p.Observation)
	}
	if len(out) == 0 {
		return refused
	}
	return out
}

// schedule returns the schedule of the feed that brings the data set, or nil if none has one.
func (o observer) schedule(dataset string) *stat.Schedule {
	for _, f := range o.in.Definitions.Feeds {
		if f.Dataset == dataset && f.Schedule != nil {
			return f.Schedule
		}
	}
	return nil
}

// count asks the warehouse for a series, by the given dimensions, and uses otherwise for the periods for which
// where finds no record.
func (o observer) count(s stat.Series, where, otherwise stat.Where, by []string) ([]stat.Observation, error) {
	ds, ok := o.in.Definitions.Dataset(s.Dataset)
	if !ok {
		return nil, fmt.Errorf("data set %q: %w", s.Dataset, stat.ErrNotFound)
	}
	query := warehouse.Query{Dataset: ds, Measure: s.Measure, Where: where, By: by, Each: len(by) == 0 && statedFigures(ds)}
	counted, err := o.in.Warehouse.Count(o.ctx, query)
	if err != nil {
		return nil, err
	}
	var out []stat.Observation
	seen := map[string]bool{}
	for _, c := range counted {
		seen[c.Period.Key()] = true
		out = append(out, o.observation(s, c, ds.UnitOf(where)))
	}
	if otherwise == nil {
		return out, nil
	}
	query.Where = otherwise
	counted, err = o.in.Warehouse.Count(o.ctx, query)
	if err != nil {
		return nil, err
	}
	for _, c := range counted {
		if seen[c.Period.Key()] {
			continue
		}
		obs := o.observation(s, c, ds.UnitOf(otherwise))
		if obs.Status == stat.StatusReported {
			obs.Marks = mark(obs.Marks, stat.MarkSummed)
		}
		out = append(out, obs)
	}
	return out, nil
}

// statedFigures reports whether the data set holds figures as sources stated them, so that two records for the
// same thing and period contradict each other and are never added: its key then holds a text, such as the
// title of the source.
func statedFigures(ds stat.Dataset) bool {
	for _, name := range ds.Key {
		if f, ok := ds.Field(name); ok && f.Type == stat.FieldText && name != ds.Period.Stated {
			return true
		}
	}
	return false
}

// observation is one count of a unit with what the judgement adds to it.
func (o observer) observation(s stat.Series, c warehouse.Counted, unit string) stat.Observation {
	obs := stat.Observation{
		Indicator: o.ind.ID,
		Panel:     o.panel.ID,
		Series:    s.ID,
		Kind:      stat.KindCount,
		Period:    c.Period,
		Codes:     c.Codes,
		Status:    status(c.ByStatus),
		Bound:     bound(c.ByBound),
		Unit:      unit,
		Note:      strings.Join(c.Notes, " "),
		Citations: merge(c.Citations),
		Rows:      c.Rows,
	}
	if obs.Status == stat.StatusNotReported && !o.in.At.IsZero() && stat.DateOf(o.in.At).Compare(c.Period.To) <= 0 {
		obs.Status = stat.StatusNotDue // the period is not over
	}
	if obs.Status != stat.StatusReported {
		if ds, ok := o.in.Definitions.Dataset(s.Dataset); ok && ds.Protection == stat.ProtectionOpen && c.High != nil {
			obs.Interval = &stat.Interval{Lower: float64(c.Low), Upper: float64(*c.High), Level: 1, Method: stat.MethodStated}
		}
		return obs
	}
	obs.Value = float64(c.Value)
	if c.ByStatus[stat.StatusReported] < c.Records {
		obs.Marks = mark(obs.Marks, stat.MarkPartial)
		if obs.Bound == stat.BoundExactly {
			obs.Bound = stat.BoundAtLeast
		}
	}
	if obs.Bound == stat.BoundExactly {
		i := stat.CountInterval(c.Value, level)
		obs.Interval = &i
	}
	defs := o.in.Definitions
	if len(stat.Breaks(s, defs.Statutes, c.Period))+len(stat.RuleBreaks(o.ind.ID, s, defs, c.Period)) > 0 {
		obs.Marks = mark(obs.Marks, stat.MarkMixed)
	}
	if note, ok := stat.Structural(obs, s, o.in.Definitions.Statutes); ok && obs.Value == 0 {
		obs.Marks, obs.Note = mark(obs.Marks, stat.MarkStructural), strings.TrimSpace(note+" "+obs.Note)
	}
	return obs
}

// status is the status of a group of records: reported if one of them is, else the most frequent.
func status(by map[stat.Status]int64) stat.Status {
	if by[stat.StatusReported] > 0 {
		return stat.StatusReported
	}
	best := stat.StatusNotReported
	for _, s := range stat.Statuses {
		if by[s] > by[best] {
			best = s
		}
	}
	return best
}

// bound is the bound of a sum: exactly if every part is, a lower or an upper bound if all others are exact or
// bounded on the same side, about otherwise.
func bound(by map[stat.Bound]int64) stat.Bound {
	least, most, about := by[stat.BoundAtLeast] > 0, by[stat.BoundAtMost] > 0, by[stat.BoundAbout] > 0
	switch {
	case about || least && most:
		return stat.BoundAbout
	case least:
		return stat.BoundAtLeast
	case most:
		return stat.BoundAtMost
	default:
		return stat.BoundExactly
	}
}

// contest marks the figures that different sources give for one thing and one period, and prefers the one with
// the highest confidence, then the latest. Obs are of one series; they are changed in place.
func contest(obs []stat.Observation) {
	slices.SortStableFunc(obs, func(a, b stat.Observation) int {
		return cmp.Or(
			cmp.Compare(a.Period.Key(), b.Period.Key()),
			cmp.Compare(rank(b), rank(a)),
			cmp.Compare(year(b), year(a)),
			cmp.Compare(a.Value, b.Value),
		)
	})
	for start := 0; start < len(obs); {
		end := start + 1
		for end < len(obs) && obs[end].Period.Key() == obs[start].Period.Key() {
			end++
		}
		agree := true
		for i := start; i < end; i++ {
			obs[i].Ordinal = i - start
			agree = agree && obs[i].Value == obs[start].Value && obs[i].Status == obs[start].Status
		}
		if !agree {
			obs[start].Marks = mark(obs[start].Marks, stat.MarkPreferred)
			for i := start; i < end; i++ {
				obs[i].Marks = mark(obs[i].Marks, stat.MarkContested)
			}
		}
		start = end
	}
}

func rank(o stat.Observation) int {
	if len(o.Citations) == 0 {
		return 0
	}
	return slices.Index([]string{"low", "medium", "high"}, o.Citations[0].Confidence) + 1
}

func year(o stat.Observation) string {
	if len(o.Citations) == 0 {
		return ""
	}
	return o.Citations[0].Year
}

// cover says from how many of how many expected reporters each total comes.
func (o observer) cover(s stat.Series, obs []stat.Observation) error {
	r, err := o.reporters(s)
	if err != nil {
		return err
	}
	for i := range obs {
		obs[i].Coverage = r.coverage(obs[i], nil)
	}
	return nil
}

// reporters are who gave a figure of a series and who did not, by period.
type reporters struct {
	series    stat.Series
	list      stat.Codelist
	answers   bool // of a data set that answers a duty
	owed      []stat.Obligation
	item      int
	by        map[string]*reported
	residents map[string]map[string]int64
}

// reported are the counts of those who reported, and the codes of those who are named and did not.
type reported struct {
	counts map[string]int64
	absent map[string]bool
}

func (o observer) reporters(s stat.Series) (reporters, error) {
	ds, _ := o.in.Definitions.Dataset(s.Dataset)
	field, ok := ds.Field(s.Expected.Dimension)
	if !ok {
		return reporters{}, fmt.Errorf("data set %s has no field %q: %w", ds.ID, s.Expected.Dimension, stat.ErrInvalid)
	}
	r := reporters{series: s, answers: ds.Answers != nil, by: map[string]*reported{}}
	if r.list, ok = o.in.Definitions.Codelist(field.Codelist); !ok {
		return reporters{}, fmt.Errorf("code list %q: %w", field.Codelist, stat.ErrNotFound)
	}
	counted, err := o.in.Warehouse.Count(o.ctx, warehouse.Query{
		Dataset: ds, Measure: s.Measure, Where: s.Expected.Where, By: []string{s.Expected.Dimension},
	})
	if err != nil {
		return reporters{}, err
	}
	if r.residents, err = o.residents(s.Expected.Residents); err != nil {
		return reporters{}, fmt.Errorf("residents: %w", err)
	}
	for _, c := range counted {
		key := c.Period.Key()
		if r.by[key] == nil {
			r.by[key] = &reported{map[string]int64{}, map[string]bool{}}
		}
		code := c.Codes[0].Code
		if !r.list.Has(code) {
			continue
		}
		if c.ByStatus[stat.StatusReported] > 0 {
			r.by[key].counts[code] += c.Value
		} else {
			r.by[key].absent[code] = true
		}
	}
	r.owed, r.item = o.owed(s)
	return r, nil
}

// coverage is from how many of how many of the reporters a total comes: of all, or of those that lie in one place of a
// roll-up.
func (r reporters) coverage(o stat.Observation, in *placed) stat.Coverage {
	at := r.by[o.Period.Key()]
	if r.answers {
		var answered []string
		if at != nil {
			answered = slices.Collect(maps.Keys(at.counts))
		}
		owed := slices.DeleteFunc(slices.Clone(r.owed), func(x stat.Obligation) bool { return !in.reporter(x.Reporter) })
		return stat.AnswerCoverage(o.Period, answered, r.item, r.series.Expected.Noun.Many, owed)
	}
	if at == nil {
		return stat.Coverage{}
	}
	var came, missing []string
	sum := int64(0)
	for code, n := range at.counts {
		if in.reporter(code) {
			came, sum = append(came, code), sum+n
		}
	}
	for code := range at.absent {
		if _, also := at.counts[code]; !also && in.reporter(code) {
			missing = append(missing, code)
		}
	}
	slices.Sort(missing)
	c := stat.Coverage{Reported: len(came), Expected: len(came) + len(missing), Noun: r.series.Expected.Noun.Many, Missing: missing}
	if o.Status == stat.StatusReported && float64(sum) != o.Value {
		c.Accounts = sum
	}
	if r.series.Expected.Residents == nil {
		return c
	}
	people := r.residents[o.Period.Key()]
	if in != nil {
		people = maps.Clone(people)
		maps.DeleteFunc(people, func(town string, _ int64) bool { return !in.town(town) })
	}
	return c.WithResidents(came, r.list, r.series.Expected.Residents.Kinds, people)
}

// residents counts the people of every place, by period and place.
func (o observer) residents(r *stat.Residents) (map[string]map[string]int64, error) {
	if r == nil {
		return nil, nil
	}
	ds, ok := o.in.Definitions.Dataset(r.Dataset)
	if !ok {
		return nil, fmt.Errorf("data set %q: %w", r.Dataset, stat.ErrNotFound)
	}
	counted, err := o.in.Warehouse.Count(o.ctx, warehouse.Query{Dataset: ds, Measure: r.Measure, Where: r.Where, By: []string{r.By}})
	if err != nil {
		return nil, err
	}
	out := map[string]map[string]int64{}
	for _, c := range counted {
		key := c.Period.Key()
		if out[key] == nil {
			out[key] = map[string]int64{}
		}
		out[key][c.Codes[0].Code] = c.Value
	}
	return out, nil
}

// people are the residents of each place by which the coverage of a series is judged, for the periods of its totals, as
// figures of their own: what a coverage rests on can be looked up, and the page of a place knows how many live there.
func (o observer) people(s stat.Series, totals []stat.Observation) ([]stat.Observation, error) {
	if s.Expected == nil || s.Expected.Residents == nil {
		return nil, nil
	}
	r := s.Expected.Residents
	population := stat.Series{ID: "population", Dataset: r.Dataset, Measure: r.Measure, Where: r.Where}
	counted, err := o.count(population, r.Where, nil, []string{r.By})
	if err != nil {
		return nil, err
	}
	var out []stat.Observation
	for _, people := range counted {
		ofPeriod := func(t stat.Observation) bool { return t.Series == s.ID && t.Period.Key() == people.Period.Key() }
		if !slices.ContainsFunc(totals, ofPeriod) {
			continue
		}
		people.Kind, people.Unit, people.Interval = stat.KindPopulation, "resident", nil
		out = append(out, people)
	}
	return out, nil
}

// ratios sets one series of a panel against another, period by period. Where the rules forbid a ratio, the
// observation says so instead of having a value.
func (o observer) ratios(r stat.Ratio, totals []stat.Observation) []stat.Observation {
	var out []stat.Observation
	for _, of := range totals {
		if of.Series != r.Of || of.Ordinal > 0 {
			continue
		}
		for _, to := range totals {
			if to.Series != r.To || to.Ordinal > 0 || to.Period.Key() != of.Period.Key() {
				continue
			}
			if o.panel.Unlike {
				to.Unit = of.Unit // the definition sets them against each other and says why, and so does the page
			}
			ratio, _ := stat.RatioOf(of, to, level)
			ratio.Unit = r.Label
			ratio.Citations = merge(slices.Concat(of.Citations, to.Citations))
			out = append(out, ratio)
		}
	}
	return out
}

// rates sets the totals of a series against the residents of the same year. The population is an observation
// of its own, so that both numbers stand beside the rate.
func (o observer) rates(r stat.Rate, totals []stat.Observation) ([]stat.Observation, error) {
	population := r.Population
	if population.ID == "" {
		population.ID = "population"
	}
	counted, err := o.count(population, population.Where, population.Otherwise, nil)
	if err != nil {
		return nil, err
	}
	var out []stat.Observation
	for _, of := range totals {
		if of.Series != r.Of || of.Ordinal > 0 {
			continue
		}
		for _, people := range counted {
			if people.Period.Key() != of.Period.Key() {
				continue
			}
			people.Kind = stat.KindPopulation
			people.Series = "population"
			people.Unit = "resident"
			people.Interval = nil
			rate, _ := stat.RateOf(of, people, r.Per, level)
			rate.Unit = r.Label
			rate.Citations = merge(slices.Concat(of.Citations, people.Citations))
			out = append(out, people, rate)
		}
	}
	return out, nil
}

// breakdown counts the series of a panel by one dimension.
func (o observer) breakdown(b stat.Breakdown) ([]stat.Observation, error) {
	var out []stat.Observation
	for _, s := range o.panel.Series {
		if len(b.Series) > 0 && !slices.Contains(b.Series, s.ID) {
			continue
		}
		where, otherwise := s.Where, s.Otherwise
		if b.Where != nil {
			where, otherwise = b.Where, b.Otherwise
		}
		obs, err := o.count(s, where, otherwise, []string{b.By})
		if err != nil {
			return nil, err
		}
		if ds, _ := o.in.Definitions.Dataset(s.Dataset); ds.Answers != nil && b.By == ds.Answers.Reporter {
			owed, item := o.owed(s)
			obs = stat.FillAnswers(obs, true, b.By, item, owed)
		}
		out = append(out, obs...)
	}
	return out, nil
}

// mark adds a mark to a sorted set of marks.
func mark(marks []stat.Mark, m stat.Mark) []stat.Mark {
	at, found := slices.BinarySearch(marks, m)
	if found {
		return marks
	}
	return slices.Insert(slices.Clone(marks), at, m)
}

// merge joins citations of the same work into one, which keeps the first locator and says how many more there
// are.
func merge(list []stat.Citation) []stat.Citation {
	var out []stat.Citation
	more := map[int]map[string]bool{}
	for _, c := range list {
		at := slices.IndexFunc(out, func(x stat.Citation) bool {
			return x.Title == c.Title && x.Publisher == c.Publisher && x.Address == c.Address
		})
		if at < 0 {
			out = append(out, c)
			continue
		}
		if c.Locator != out[at].Locator {
			if more[at] == nil {
				more[at] = map[string]bool{}
			}
			more[at][c.Locator] = true
		}
	}
	for at, locators := range more {
		places := "places"
		if len(locators) == 1 {
			places = "place"
		}
		out[at].Locator = fmt.Sprintf("%s; and %d more %s", out[at].Locator, len(locators), places)
	}
	return out
}
