package stat

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Former is a release as it was published: what anybody may have kept a copy of.
type Former struct {
	Release      string
	Definitions  Definitions
	Observations []Observation
	// Withheld holds the true values of what the release withheld, by the observations' keys. It is kept in
	// private beside the warehouse. Where it is nil, a period of which any published figure has changed is held
	// back, since nobody can say what the two releases give away together. A withheld observation that a map
	// lacks was withheld by its source, before we could know it.
	Withheld map[string]float64
}

// Disclosed is what may be published of a draft's observations.
type Disclosed struct {
	Observations []Observation
	Audit        Audit
	Issues       []Issue // what was withdrawn or held, and why; safe to publish
	// Held names the periods that are held. That a period is held says that its counts changed, so the list is for
	// the analyst alone.
	Held []string
	// Withheld holds the true values of what is not published, by the observations' keys. It must never leave
	// the place where the warehouse is; the audit of the next release needs it (Former.Withheld).
	Withheld map[string]float64
	// Renamed is what has the counts of a former release under another name without saying so. It is withheld and audited
	// as if it did.
	Renamed []Renaming
}

// SuppressObservations applies the rule to all protected counts of a draft. It finds the equations that hold
// between them and the open counts of the same data sets (a total and its parts by any dimension, a set of
// codes and its members, a span and the years in it, a code and those below it), withholds what must be, and
// everything computed from it: a rate is the count, since the denominator is public.
//
// All former releases are audited jointly with this one, since published numbers cannot be taken back: what
// was withheld stays withheld, and the attacker is assumed to know which counts did not change. A line that
// cannot be protected is withdrawn (all its cells are withheld, zeros too), and a period whose revision would
// give a small count away is held: it stays as the last release had it. Where nothing helps, the error is an
// Unprotectable.
func SuppressObservations(obs []Observation, defs Definitions, rule Rule, former ...Former) (Disclosed, error) {
	list := placeAll(obs, defs)
	closed := make(map[string]bool)
	links := make([]map[string]string, len(former))
	var renamed []Renaming
	for i, f := range former {
		var found []Renaming
		links[i], found = reunite(list, f, defs, rule.K)
		renamed = append(renamed, found...)
		withheldBefore(f, links[i], list, closed)
	}
	now := newLedger(obs, nil, defs, closed)
	if !now.protects() {
		return Disclosed{Observations: obs, Audit: Audit{K: rule.K, Releases: len(former)},
			Withheld: make(map[string]float64), Renamed: renamed}, nil
	}
	d := &disclosure{obs: obs, rule: rule, now: now, held: make(map[int]bool), withdrawn: make(map[string]bool), links: links,
		renamed: renamed}
	counted := len(now.lines)
	if !now.linkRows(rowsOf(obs, now)) {
		d.issues = append(d.issues, Issue{Code: "rows-unread", Severity: SeverityWarning,
			Problem: fmt.Sprintf("More than %s rows are counted in protected data sets: which counts are made of the same rows is not looked at.",
				FormatCount(mostRows)),
			Fix: "Two fields that hold the same codes under other names would not be found. See to it that none do."})
	}
	for i, f := range former {
		own := make(map[string]bool)
		withheldBefore(f, nil, nil, own)
		l := newLedger(f.Observations, withTruth(f, now, links[i]), f.Definitions, own)
		l.rename(now, links[i])
		l.alsoIn(now, counted)
		d.before = append(d.before, l)
	}
	d.groups()
	d.holdUnknown(former)
	for {
		joint := d.join()
		result, err := Suppress(joint.plan, rule)
		if err == nil {
			return d.publish(joint, result, former), nil
		}
		var refused *Unprotectable
		if !errors.As(err, &refused) || !d.yield(joint, refused) {
			return Disclosed{}, err
		}
	}
}

// coordinate says what a count is a count of, in a way that is the same wherever the count is shown.
type coordinate struct {
	dataset string
	measure string
	period  Period
	ordinal int
	codes   []DimensionCode // constraints on the records, sorted; a set of codes is joined by +
}

func (c coordinate) key() string {
	var b strings.Builder
	b.WriteString(c.dataset + " " + c.measure + " " + c.period.Key())
	if c.ordinal > 0 {
		b.WriteString("/" + strconv.Itoa(c.ordinal))
	}
	for _, d := range c.codes {
		b.WriteString(" " + d.Dimension + "=" + d.Code)
	}
	return b.String()
}

// bareKey is the key without the ordinal: the same for contested figures of one thing.
func (c coordinate) bareKey() string {
	c.ordinal = 0
	return c.key()
}

// without is the coordinate with one constraint less.
func (c coordinate) without(dimension string) coordinate {
	c.codes = slices.DeleteFunc(slices.Clone(c.codes), func(d DimensionCode) bool { return d.Dimension == dimension })
	return c
}

// code is the constraint on the dimension.
func (c coordinate) code(dimension string) string {
	for _, d := range c.codes {
		if d.Dimension == dimension {
			return d.Code
		}
	}
	return ""
}

// count is one cell of a ledger.
type count struct {
	coordinate
	name      string // unique in the ledger: the coordinate, with a number where two observations contradict
	value     int64
	public    bool // published with its value, in a former release
	withheld  bool // in a former release
	protected bool
	records   bool // the measure counts records, so that lines are counts
	assumed   bool // withheld by its source, so that the value is one that fits
}

// ledger is the counts of one release and the equations between them.
type ledger struct {
	defs   Definitions
	counts []count
	byName map[string]int
	of     map[string]int // observation key to count
	lines  []sumLine
	bare   map[string][]int // coordinate without its ordinal to counts
	absent map[string]bool  // families of which a part is not reported
	layers map[layer]string
}

// sumLine is total = parts + rest. The rest is known to everybody (a contradiction among the figures, which
// notes may speak of) unless the line is loose: then parts are missing.
type sumLine struct {
	name  string
	total int
	parts []int
	loose bool
	time  bool // a span and the periods in it
}

// withheldBefore adds to closed the keys and the coordinates of the counts that a former release withheld, and those of
// the draft's counts that links say are the same. They stay protected whatever a later definition says of their class.
func withheldBefore(f Former, links map[string]string, now []placed, closed map[string]bool) {
	again := make(map[string]bool)
	for _, p := range placeAll(f.Observations, f.Definitions) {
		if p.o.Status == StatusWithheld {
			closed[p.o.Key()], closed[p.at.key()], again[links[p.o.Key()]] = true, true, true
		}
	}
	for _, p := range now {
		if again[p.o.Key()] {
			closed[p.o.Key()], closed[p.at.key()] = true, true
		}
	}
}

// newLedger finds the counts and the lines between them. truth gives values that were withheld; nil for the
// draft itself, in which every reported count has its value. closed is what was withheld before, by withheldBefore.
func newLedger(obs []Observation, truth map[string]float64, defs Definitions, closed map[string]bool) *ledger {
	l := &ledger{defs: defs, byName: make(map[string]int), of: make(map[string]int),
		bare: make(map[string][]int), absent: make(map[string]bool), layers: layers(defs)}
	protectedSets := make(map[string]bool)
	found := placeAll(obs, defs)
	for i, f := range found {
		found[i].protected = f.protected || closed[f.o.Key()] || closed[f.at.key()]
		if found[i].protected {
			protectedSets[f.at.dataset] = true
		}
	}
	for _, f := range found {
		if !protectedSets[f.at.dataset] {
			continue
		}
		value := f.o.Value
		switch f.o.Status {
		case StatusReported:
		case StatusWithheld:
			v, ok := truth[f.o.Key()]
			if !ok {
				l.putAssumed(f.o, f.at)
				continue
			}
			value = v
		default:
			l.miss(f.o, f.at)
			continue
		}
		l.put(f.o, f.at, int64(value), f.protected, f.records, truth != nil)
	}
	for i, c := range l.counts {
		l.bare[c.bareKey()] = append(l.bare[c.bareKey()], i)
	}
	l.link()
	l.linkPanels(obs)
	l.assume()
	return l
}

// miss remembers that the lines which should hold the observation do not.
func (l *ledger) miss(o Observation, at coordinate) {
	for _, d := range at.codes {
		l.absent[at.without(d.Dimension).bareKey()+" by "+d.Dimension] = true
	}
	for _, d := range o.Codes {
		l.absent[panelKey(o)+" by "+d.Dimension] = true
	}
}

// panelKey names the total that an observation is shown under.
func panelKey(o Observation) string {
	o.Codes, o.Ordinal = nil, 0
	return o.Key()
}

func (l *ledger) put(o Observation, at coordinate, value int64, protected, records, past bool) {
	name := at.key()
	for n := 2; ; n++ {
		i, ok := l.byName[name]
		if !ok {
			l.byName[name] = len(l.counts)
			l.counts = append(l.counts, count{coordinate: at, name: name, value: value, records: records})
			i = len(l.counts) - 1
		} else if l.counts[i].value != value {
			name = at.key() + " #" + strconv.Itoa(n)
			continue
		}
		c := &l.counts[i]
		c.protected = c.protected || protected
		c.public = c.public || past && o.Status == StatusReported
		c.withheld = c.withheld || past && o.Status == StatusWithheld
		l.of[o.Key()] = i
		return
	}
}

// putAssumed adds a count that its source withheld. It is protected like our own, though nobody here knows it.
func (l *ledger) putAssumed(o Observation, at coordinate) {
	if _, ok := l.byName[at.key()]; ok {
		return
	}
	l.byName[at.key()] = len(l.counts)
	l.of[o.Key()] = len(l.counts)
	l.counts = append(l.counts, count{coordinate: at, name: at.key(), protected: true, assumed: true})
}

// assume gives every count that its source withheld a value that fits its lines: what is left of a total, in
// equal shares. What an attacker can work out depends on the published counts alone, not on this choice.
func (l *ledger) assume() {
	unknown := make(map[int]bool)
	for i, c := range l.counts {
		if c.assumed {
			unknown[i] = true
		}
	}
	settle := func() {
		for before := len(unknown) + 1; len(unknown) < before; {
			before = len(unknown)
			for _, line := range l.lines {
				var open []int
				sum := int64(0)
				for _, c := range line.parts {
					if unknown[c] {
						open = append(open, c)
					}
					sum += l.counts[c].value
				}
				switch n := int64(len(open)); {
				case line.time:
				case unknown[line.total] && n == 0:
					l.counts[line.total].value = sum
					delete(unknown, line.total)
				case !unknown[line.total] && n > 0 && !line.loose:
					rest := max(l.counts[line.total].value-sum, n)
					for i, c := range open {
						l.counts[c].value = rest / n
						if int64(i) < rest%n {
							l.counts[c].value++
						}
						delete(unknown, c)
					}
				}
			}
		}
	}
	settle()
	totals := make(map[int]bool)
	for _, line := range l.lines {
		totals[line.total] = true
	}
	for i := range l.counts {
		if unknown[i] && !totals[i] {
			l.counts[i].value = 1
			delete(unknown, i)
		}
	}
	settle()
	for i := range unknown {
		l.counts[i].value = 1
	}
}

func (l *ledger) protects() bool {
	return slices.ContainsFunc(l.counts, func(c count) bool { return c.protected })
}

// locate gives the coordinate of an observation, whether it is protected, and whether its measure counts
// records.
func locate(o Observation, defs Definitions) (coordinate, bool, bool, bool) {
	indicator, ok := defs.Indicator(o.Indicator)
	if !ok {
		return coordinate{}, false, false, false
	}
	panel, ok := find(indicator.Panels, o.Panel, func(p Panel) string { return p.ID })
	if !ok {
		return coordinate{}, false, false, false
	}
	series, ok := find(panel.Series, o.Series, func(s Series) string { return s.ID })
	if !ok {
		return coordinate{}, false, false, false
	}
	dataset, _ := defs.Dataset(series.Dataset)
	protected := panel.Protection == ProtectionProtected || dataset.Protection == ProtectionProtected
	where := series.Where
	for i, d := range o.Codes {
		for _, b := range panel.Breakdowns {
			if b.Dimension() != d.Dimension || len(b.Series) > 0 && !slices.Contains(b.Series, series.ID) {
				continue
			}
			if b.Where != nil {
				where = b.Where
			}
			protected = protected || b.Protection == ProtectionProtected
			if b.Rollup != nil { // the sum of a set of codes of the field
				members := defs.Members(*b.Rollup, d.Code, o.Period.To, b.Rollup.Lists(defs.DimensionList(series.Dataset, b.By))...)
				o.Codes = slices.Clone(o.Codes)
				o.Codes[i] = DimensionCode{b.By, strings.Join(members, "+")}
			}
		}
	}
	at := coordinate{dataset: series.Dataset, measure: cmp.Or(series.Measure.Sum, series.Measure.Count),
		period: o.Period, ordinal: o.Ordinal}
	at.period.Stated = ""
	for dimension, codes := range where {
		if o.Code(dimension) != "" {
			continue
		}
		codes = slices.DeleteFunc(slices.Clone(codes), func(c string) bool { return c == "all" })
		if len(codes) > 0 {
			slices.Sort(codes)
			at.codes = append(at.codes, DimensionCode{dimension, strings.Join(codes, "+")})
		}
	}
	for _, d := range o.Codes {
		if d.Code != "all" {
			at.codes = append(at.codes, d)
		}
	}
	slices.SortFunc(at.codes, func(a, b DimensionCode) int { return cmp.Compare(a.Dimension, b.Dimension) })
	return at, protected, series.Measure.Count != "", true
}

// link finds every line that an attacker can find: a count and the counts that have one constraint more.
func (l *ledger) link() {
	type family struct {
		parent    coordinate
		dimension string
		children  []int
	}
	families := make(map[string]*family)
	var order []string
	for i, c := range l.counts {
		for _, d := range c.codes {
			parent := c.without(d.Dimension)
			key := parent.bareKey() + " by " + d.Dimension
			if families[key] == nil {
				families[key] = &family{parent: parent, dimension: d.Dimension}
				order = append(order, key)
			}
			families[key].children = append(families[key].children, i)
		}
	}
	slices.Sort(order)
	for _, key := range order {
		f := families[key]
		l.linkFamily(key, f.parent, f.dimension, f.children)
	}
	l.linkContested()
	l.linkLayers()
	l.linkTime()
}

// linkFamily adds the lines among the counts that differ from their parent by one constraint.
func (l *ledger) linkFamily(name string, parent coordinate, dimension string, children []int) {
	above := l.above(parent.dataset, dimension)
	loose := l.absent[name]
	single := make(map[string][]int)
	var sets []int
	for _, i := range children {
		if code := l.counts[i].code(dimension); strings.Contains(code, "+") {
			sets = append(sets, i)
		} else {
			single[code] = append(single[code], i)
		}
	}
	under := make(map[string][]int) // by the nearest code above that is counted too; "" for the total
	var codes []string
	for code := range single {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for _, code := range codes {
		up := nearest(code, above, func(up string) bool { return single[up] != nil })
		under[up] = append(under[up], single[code][0])
	}
	totals := l.bare[parent.bareKey()]
	for _, total := range totals {
		l.line(name, total, under[""], loose)
	}
	for _, code := range codes {
		for _, total := range single[code] {
			l.line(l.counts[total].name+" by what is below it", total, under[code], loose)
		}
	}
	for n, set := range sets {
		members := strings.Split(l.counts[set].code(dimension), "+")
		var inside []int
		over := make(map[string]bool) // the nearest codes above the members; "" for the total
		for _, code := range members {
			if single[code] != nil {
				inside = append(inside, single[code][0])
			}
			over[nearest(code, above, func(up string) bool { return single[up] != nil })] = true
		}
		l.line(l.counts[set].name+" by its codes", set, inside, loose || len(inside) < len(members))
		if len(over) > 1 {
			continue
		}
		for up := range over {
			// The set with the single codes beside it, and with the other sets that do not overlap.
			covered := slices.Clone(members)
			others := []int{set}
			for _, other := range slices.Concat(sets[n+1:], sets[:n]) {
				codes := strings.Split(l.counts[other].code(dimension), "+")
				if !slices.ContainsFunc(codes, func(c string) bool { return slices.Contains(covered, c) }) {
					covered, others = append(covered, codes...), append(others, other)
				}
			}
			beside := func(covered []string) []int {
				return slices.DeleteFunc(slices.Clone(under[up]), func(c int) bool {
					return slices.Contains(covered, l.counts[c].code(dimension))
				})
			}
			wholes := totals
			if up != "" {
				wholes = single[up]
			}
			for _, total := range wholes {
				name := l.counts[total].name + " with " + l.counts[set].name
				l.line(name, total, append(beside(members), set), loose)
				if len(others) > 1 {
					l.line(name+" and other sets", total, append(beside(covered), others...), loose)
				}
			}
		}
	}
}

// linkPanels adds the lines that a reader sees: each total of a panel and its parts by one dimension, though
// their records may be chosen by other codes.
func (l *ledger) linkPanels(obs []Observation) {
	totals := make(map[string][]int)
	parts := make(map[string][]int)
	var order []string
	for _, o := range obs {
		i, ok := l.of[o.Key()]
		switch {
		case !ok:
		case len(o.Codes) == 0:
			if totals[panelKey(o)] == nil {
				order = append(order, panelKey(o))
			}
			totals[panelKey(o)] = append(totals[panelKey(o)], i)
		case len(o.Codes) == 1:
			key := panelKey(o) + " by " + o.Codes[0].Dimension
			if parts[key] == nil {
				order = append(order, key)
			}
			parts[key] = append(parts[key], i)
		}
	}
	slices.Sort(order)
	for _, key := range order {
		whole, dimension, isFamily := strings.Cut(key, " by ")
		if !isFamily {
			continue
		}
		top := l.topmost(parts[key], dimension)
		for _, total := range totals[whole] {
			l.line(key, total, top, l.absent[key])
		}
	}
}

// topmost leaves out the counts whose code lies below another's.
func (l *ledger) topmost(parts []int, dimension string) []int {
	if len(parts) == 0 {
		return nil
	}
	above := l.above(l.counts[parts[0]].dataset, dimension)
	present := make(map[string]bool)
	for _, i := range parts {
		present[l.counts[i].code(dimension)] = true
	}
	var out []int
	for _, i := range parts {
		if nearest(l.counts[i].code(dimension), above, func(code string) bool { return present[code] }) == "" {
			out = append(out, i)
		}
	}
	return out
}

// above maps the codes of a dimension to their parents.
func (l *ledger) above(dataset, dimension string) map[string]string {
	out := make(map[string]string)
	if d, ok := l.defs.Dataset(dataset); ok {
		if field, ok := d.Field(dimension); ok {
			list, _ := l.defs.Codelist(field.Codelist)
			for _, c := range list.Codes {
				out[c.Code] = c.Parent
			}
		}
	}
	return out
}

// nearest is the nearest code above the given one that is present; "" if only the total is.
func nearest(code string, above map[string]string, present func(string) bool) string {
	for range above {
		code = above[code]
		if code == "" || code == "all" {
			return ""
		}
		if present(code) {
			return code
		}
	}
	return ""
}

// linkContested makes contested figures of one coordinate stand and fall together: if one is withheld, all are.
func (l *ledger) linkContested() {
	for _, g := range l.bare {
		if len(g) < 2 {
			continue
		}
		for _, i := range g {
			l.counts[i].protected = slices.ContainsFunc(g, func(j int) bool { return l.counts[j].protected })
		}
	}
}

// linkTime adds a line for every span and the periods inside it that do not overlap.
func (l *ledger) linkTime() {
	groups := make(map[string][]int)
	var order []string
	for i, c := range l.counts {
		c.period, c.ordinal = Period{}, 0
		key := c.coordinate.key()
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], i)
	}
	slices.Sort(order)
	for _, key := range order {
		g := groups[key]
		slices.SortFunc(g, func(a, b int) int {
			p, q := l.counts[a].period, l.counts[b].period
			return cmp.Or(p.To.Compare(q.To), -p.From.Compare(q.From), cmp.Compare(a, b))
		})
		for _, total := range g {
			span := l.counts[total].period
			var inside []int
			var last Date
			sum := int64(0)
			for _, i := range g {
				p := l.counts[i].period
				same := p.From == span.From && p.To == span.To
				if same || p.From.Compare(span.From) < 0 || p.To.Compare(span.To) > 0 {
					continue
				}
				if len(inside) > 0 && p.From.Compare(last) <= 0 {
					continue
				}
				inside, last = append(inside, i), p.To
				sum += l.counts[i].value
			}
			if sum <= l.counts[total].value {
				l.lineOverTime(total, inside)
				continue
			}
			// The span and the years come from sources that differ: only that no year exceeds the span is known.
			for _, i := range inside {
				if l.counts[i].value <= l.counts[total].value {
					l.lineOverTime(total, []int{i})
				}
			}
		}
	}
}

// line adds a line. It is loose if parts are known to be missing, or if the parts leave more than a tenth of the
// total: so much is no contradiction, the parts were never all of it.
func (l *ledger) line(name string, total int, parts []int, loose bool) {
	if len(parts) == 0 || slices.Contains(parts, total) {
		return
	}
	rest := l.counts[total].value
	for _, c := range parts {
		rest -= l.counts[c].value
		if l.counts[c].assumed {
			rest = 0 // what is left is theirs
			break
		}
	}
	l.lines = append(l.lines, sumLine{name: name, total: total, parts: slices.Clone(parts),
		loose: loose || len(parts) == 1 || 10*rest > l.counts[total].value && !l.counts[total].assumed})
}

func (l *ledger) lineOverTime(total int, parts []int) {
	if len(parts) > 0 {
		l.lines = append(l.lines, sumLine{name: l.counts[total].name + " by period", total: total,
			parts: slices.Clone(parts), loose: true, time: true})
	}
}

// rowsOf gives the rows that each count was counted from.
func rowsOf(obs []Observation, l *ledger) map[int][]Lines {
	out := make(map[int][]Lines)
	for _, o := range obs {
		if i, ok := l.of[o.Key()]; ok && len(o.Rows) > 0 && o.Status == StatusReported {
			out[i] = o.Rows
		}
	}
	return out
}

// rename gives counts that are the same as one of the draft's the draft's name, so that a definition that has since been
// worded otherwise does not make two counts of one.
func (l *ledger) rename(now *ledger, links map[string]string) {
	for key, i := range l.of {
		if j, ok := now.of[links[key]]; ok {
			l.counts[i].name = now.counts[j].name
			l.byName[now.counts[j].name] = i
		}
	}
}

// withTruth gives the true values of what a former release withheld. Where they were not kept, the draft's are
// taken; holdUnknown sees to it that they are used only where nothing published has changed.
func withTruth(f Former, now *ledger, links map[string]string) map[string]float64 {
	truth := make(map[string]float64)
	for _, o := range f.Observations {
		if o.Status != StatusWithheld {
			continue
		}
		if v, ok := f.Withheld[o.Key()]; ok {
			truth[o.Key()] = v
		} else if i, ok := now.of[links[o.Key()]]; ok && f.Withheld == nil {
			truth[o.Key()] = float64(now.counts[i].value)
		}
	}
	return truth
}

// disclosure is the state of one run of SuppressObservations.
type disclosure struct {
	obs       []Observation
	rule      Rule
	now       *ledger
	before    []*ledger
	group     []int           // of each count of the draft: those that one period's lines connect
	held      map[int]bool    // groups that stay as the last release had them
	withdrawn map[string]bool // coordinates of the draft that are not published at all
	issues    []Issue
	private   []string            // for the analyst alone
	links     []map[string]string // of each former release, its observations' keys to those of the draft
	renamed   []Renaming
}

// groups connects the counts of the draft by their lines, those over time left out.
func (d *disclosure) groups() {
	d.group = make([]int, len(d.now.counts))
	for i := range d.group {
		d.group[i] = i
	}
	root := func(i int) int {
		for d.group[i] != i {
			i = d.group[i]
		}
		return i
	}
	for _, l := range d.now.lines {
		if l.time {
			continue
		}
		for _, c := range l.parts {
			a, b := root(c), root(l.total)
			d.group[max(a, b)] = min(a, b)
		}
	}
	for i := range d.group {
		d.group[i] = root(i)
	}
}

// revised reports whether the group differs from what the former release had at the same coordinates.
func (d *disclosure) revised(group int, f *ledger) bool {
	known := false
	differs := false
	for i, c := range d.now.counts {
		if d.group[i] != group {
			continue
		}
		j, ok := f.byName[c.name]
		known = known || ok
		differs = differs || !ok || f.counts[j].value != c.value
	}
	return known && differs
}

// holdUnknown holds every revised group for which a former release withheld values that were not kept.
func (d *disclosure) holdUnknown(former []Former) {
	for n, f := range former {
		unknown := make(map[int]bool)
		for _, o := range f.Observations {
			if i, ok := d.now.of[d.links[n][o.Key()]]; ok && o.Status == StatusWithheld && f.Withheld == nil {
				unknown[d.group[i]] = true
			}
		}
		for _, g := range sorted(unknown) {
			if d.revised(g, d.before[n]) {
				d.hold(g, "the values that release "+f.Release+" withheld were not kept")
			}
		}
	}
}

func sorted(set map[int]bool) []int {
	var out []int
	for i := range set {
		out = append(out, i)
	}
	slices.Sort(out)
	return out
}

func (d *disclosure) hold(group int, why string) {
	d.held[group] = true
	c := d.now.counts[group]
	d.private = append(d.private, fmt.Sprintf("%s: %s", c.name, why))
	issue := Issue{Code: "revision-held", Severity: SeverityWarning,
		Problem: fmt.Sprintf("A revision of the data set %s is held back: %s.", c.dataset, why),
		Fix: "The figures of the former release stay. " +
			"Publish the period without its breakdowns to let the total through."}
	if !slices.Contains(d.issues, issue) {
		d.issues = append(d.issues, issue)
	}
}

// joint is the linked tables of all releases. A count that did not change is one unknown in all of them.
type joint struct {
	plan *Plan
	at   map[int]int    // count of the draft to cell
	of   map[int]string // cell to coordinate
}

func cellKey(c count) string { return c.name + valueSign + strconv.FormatInt(c.value, 10) }

// valueSign stands before the value in the key of a joint plan's cell. Messages give the key without it.
const valueSign = " @ "

func (d *disclosure) join() joint {
	j := joint{plan: new(Plan), at: make(map[int]int), of: make(map[int]string)}
	sticky := make(map[string]bool)
	for _, f := range d.before {
		d.enter(j, f, func(i int) (CellStanding, bool) {
			c := f.counts[i]
			if c.public {
				return CellOpen, true
			}
			if c.assumed {
				return CellUnstated, true
			}
			sticky[c.name] = true
			if d.withdrawn[c.name] {
				return CellUnstated, true
			}
			return CellClosed, true
		})
	}
	together := make(map[string]bool)
	for _, c := range d.now.counts {
		if c.protected && d.rule.small(c.value) {
			together[c.bareKey()] = true
		}
	}
	d.enter(j, d.now, func(i int) (CellStanding, bool) {
		c := d.now.counts[i]
		switch {
		case d.held[d.group[i]]:
			return 0, false
		case !c.protected:
			return CellOpen, true
		case d.withdrawn[c.name]:
			return CellUnstated, true
		case c.assumed && !d.rule.small(c.value):
			return CellUnstated, true // known from its total, and large enough to be known
		case c.assumed, sticky[c.name], together[c.bareKey()] && !d.rule.small(c.value):
			return CellClosed, true
		default:
			return CellFree, true
		}
	})
	return j
}

// enter adds the counts and lines of a ledger to the joint plan.
func (d *disclosure) enter(j joint, l *ledger, standing func(i int) (CellStanding, bool)) {
	cells := make([]int, len(l.counts))
	for i, c := range l.counts {
		cells[i] = -1
		s, ok := standing(i)
		if !ok {
			continue
		}
		cell, known := j.plan.Index(cellKey(c))
		if !known {
			cell, _ = j.plan.Add(cellKey(c), c.value, s) // a reported count is not negative: ingest refuses it
		} else if old := j.plan.Cells[cell].Standing; old != CellOpen && (s == CellOpen || old != CellClosed) {
			j.plan.Cells[cell].Standing = s
		}
		cells[i] = cell
		j.of[cell] = c.name
		if l == d.now {
			j.at[i] = cell
		}
	}
	for _, line := range l.lines {
		if cells[line.total] < 0 {
			continue
		}
		e := Equation{Name: line.name, Total: cells[line.total]}
		rest := l.counts[line.total].value
		for _, c := range line.parts {
			if cells[c] >= 0 {
				e.Parts = append(e.Parts, cells[c])
				rest -= l.counts[c].value
			}
		}
		if rest > 0 && line.loose {
			left := CellUnstated
			if l == d.now && !line.time && l.counts[line.total].protected && d.rule.small(rest) {
				left = CellClosed // so few people are not shown, and must not follow by subtraction either
			}
			c, _ := j.plan.Add("rest of "+line.name+valueSign+strconv.FormatInt(rest, 10), rest, left)
			e.Parts = append(e.Parts, c)
		} else {
			e.Offset = rest
		}
		j.plan.sum(e)
	}
}

// yield gives way to a refusal. First it holds the revised groups of the cells that cannot be protected, then
// every revised group, and at last it withdraws the lines of those cells: nothing of ours makes them known. It
// returns false if all that was done already.
func (d *disclosure) yield(j joint, refused *Unprotectable) bool {
	const why = "together with the former releases it would give small counts away"
	failing := make(map[string]bool)
	for _, key := range refused.Cells {
		cell, _ := j.plan.Index(key)
		failing[j.of[cell]] = true
	}
	for _, all := range []bool{false, true} {
		progress := false
		for i, c := range d.now.counts {
			g := d.group[i]
			if (all || failing[c.name]) && !d.held[g] && slices.ContainsFunc(d.before, func(f *ledger) bool {
				return d.revised(g, f)
			}) {
				d.hold(g, why)
				progress = true
			}
		}
		if progress {
			return true
		}
	}
	progress := false
	for _, l := range append(slices.Clone(d.before), d.now) {
		for i, c := range l.counts {
			if failing[c.name] {
				progress = d.withdraw(l, i) || progress
			}
		}
	}
	return progress
}

// withdraw takes the lines below a count out of the release or, if it has none, the lines it is part of.
func (d *disclosure) withdraw(l *ledger, i int) bool {
	lines := slices.Clone(l.lines)
	below := func(s sumLine) bool { return s.total == i }
	if slices.ContainsFunc(lines, below) {
		lines = slices.DeleteFunc(lines, func(s sumLine) bool { return !below(s) })
	} else {
		lines = slices.DeleteFunc(lines, func(s sumLine) bool { return !slices.Contains(s.parts, i) })
	}
	progress := false
	for _, line := range lines {
		fresh := false
		for _, c := range line.parts {
			if at := l.counts[c]; at.protected && !d.withdrawn[at.name] {
				d.withdrawn[at.name] = true
				fresh = true
			}
		}
		if fresh {
			d.issues = append(d.issues, Issue{Code: "line-withdrawn", Severity: SeverityWarning,
				Problem: fmt.Sprintf("%s is withheld altogether: its parts would follow from its total.", line.name),
				Fix:     "Publish the breakdown over a longer period or with fewer categories."})
		}
		progress = progress || fresh
	}
	return progress
}

// publish takes out of the observations what the audit does not let pass.
func (d *disclosure) publish(j joint, result Suppression, former []Former) Disclosed {
	out := Disclosed{Audit: result.Audit, Withheld: make(map[string]float64), Issues: d.issues, Held: d.private,
		Renamed: d.renamed}
	out.Audit.Releases = len(former)
	gone := make([]bool, len(d.now.counts))   // not published
	stays := make([]bool, len(d.now.counts))  // as the last release had it
	silent := make([]bool, len(d.now.counts)) // published without the rows it was counted from
	sticky := make(map[string]bool)
	for _, f := range d.before {
		for _, c := range f.counts {
			sticky[c.name] = sticky[c.name] || c.withheld
		}
	}
	for i, c := range d.now.counts {
		switch cell, ok := j.at[i]; {
		case !ok:
			stays[i] = true
			out.Audit.Held++
		case d.withdrawn[c.name]:
			gone[i] = true
			out.Audit.Withdrawn++
		default:
			gone[i] = result.Withheld[cell] || sticky[c.name]
		}
	}
	for _, l := range d.now.lines {
		all := append([]int{l.total}, l.parts...)
		if slices.ContainsFunc(all, func(c int) bool { return gone[c] || stays[c] }) {
			for _, c := range all {
				silent[c] = true
			}
		}
	}
	last := make(map[string]Observation) // by the draft's key
	var kept map[string]float64
	if n := len(former) - 1; n >= 0 {
		kept = former[n].Withheld
		for _, o := range former[n].Observations {
			if now, ok := d.links[n][o.Key()]; ok && last[now].Key() != now {
				last[now] = o
			}
			last[o.Key()] = o
		}
	}
	for _, o := range d.obs {
		at, isCount := d.now.of[o.Key()]
		sources := []int{at}
		switch {
		case isCount:
		case o.Kind == KindRatio || o.Kind == KindRate:
			sources = d.sources(o)
		default:
			sources = nil
		}
		is := func(what []bool) bool { return slices.ContainsFunc(sources, func(i int) bool { return what[i] }) }
		if is(stays) {
			// What the last release did not have, a held period does not get.
			if old, ok := last[o.Key()]; ok {
				if v, ok := kept[old.Key()]; ok && old.Status == StatusWithheld {
					out.Withheld[o.Key()] = v
				}
				old.Indicator, old.Panel, old.Series, old.Codes, old.Ordinal = o.Indicator, o.Panel, o.Series, o.Codes, o.Ordinal
				out.Observations = append(out.Observations, old)
			}
			continue
		}
		switch shown := redact(o); {
		case is(gone), !isCount && len(sources) == 0 && d.gives(o):
			out.Observations = append(out.Observations, shown)
			if o.Status == StatusReported {
				out.Withheld[o.Key()] = o.Value
			}
		case isCount && silent[at]:
			out.Observations = append(out.Observations, d.silence(o, d.now.counts[at]))
		case slices.ContainsFunc(sources, func(i int) bool { return silent[i] && d.now.counts[i].protected }):
			out.Observations = append(out.Observations, withoutPlaces(o))
		default:
			out.Observations = append(out.Observations, o)
		}
	}
	return out
}

// sources gives the counts that a ratio or a rate is computed from.
func (d *disclosure) sources(o Observation) []int {
	indicator, _ := d.now.defs.Indicator(o.Indicator)
	panel, _ := find(indicator.Panels, o.Panel, func(p Panel) string { return p.ID })
	var series []string
	switch {
	case o.Kind == KindRatio && panel.Ratio != nil:
		series = []string{panel.Ratio.Of, panel.Ratio.To}
	case o.Kind == KindRate && panel.Rate != nil:
		series = []string{panel.Rate.Of}
	}
	var out []int
	for _, id := range series {
		count := o
		count.Series, count.Ordinal = id, 0
		out = append(out, d.now.bare[d.place(count).bareKey()]...)
	}
	return out
}

// place is the coordinate of an observation whose indicator is known.
func (d *disclosure) place(o Observation) coordinate {
	at, _, _, _ := locate(o, d.now.defs)
	return at
}

// gives reports whether a protected ratio or rate that stands without its counts gives a small one away.
func (d *disclosure) gives(o Observation) bool {
	indicator, _ := d.now.defs.Indicator(o.Indicator)
	panel, _ := find(indicator.Panels, o.Panel, func(p Panel) string { return p.ID })
	return panel.Protection == ProtectionProtected && (o.Kind == KindRatio || o.Kind == KindRate) &&
		(d.rule.small(int64(o.Of)) || o.Kind == KindRatio && d.rule.small(int64(o.To)))
}

// redact takes everything out of an observation that tells its value: what is left says where a number was
// read, not what it was.
func redact(o Observation) Observation {
	if o.Status != StatusReported {
		return o
	}
	o.Status, o.Value, o.Bound, o.Interval = StatusWithheld, 0, BoundExactly, nil
	o.Of, o.To, o.Note, o.Rows = 0, 0, "", nil
	o.Coverage.Accounts = 0
	o.Marks = slices.DeleteFunc(slices.Clone(o.Marks), func(m Mark) bool {
		return m == MarkUnstable || m == MarkStructural
	})
	return withoutPlaces(o)
}

// silence takes out of a published count that stands in one line with a withheld one what tells of the others in the
// line: the rows, where rows are counts (the rows of the total without those of the other parts would be the withheld
// rows), and, of a protected count that adds up several rows, their remarks and where each was read. What the reporters
// account for is kept for an open total: the reporters are published one by one.
func (d *disclosure) silence(o Observation, c count) Observation {
	rows := lineCount(o.Rows)
	if c.records || rows == c.value {
		o.Rows = nil
	}
	if c.protected {
		o.Coverage.Accounts = 0
	}
	if c.protected && rows > 1 {
		return withoutPlaces(o)
	}
	return o
}

// withoutPlaces takes out of an observation the remarks of its rows and where each was read.
func withoutPlaces(o Observation) Observation {
	o.Note = ""
	o.Citations = slices.Clone(o.Citations)
	for i := range o.Citations {
		o.Citations[i].Locator = ""
	}
	return o
}

// lineCount is how many lines of exports are named.
func lineCount(rows []Lines) int64 {
	n := int64(0)
	for _, r := range rows {
		eachRange(r.Lines, func(first, last int64) { n += last - first + 1 })
	}
	return n
}

// eachRange calls f for every range of lines.
func eachRange(lines string, f func(first, last int64)) {
	for part := range strings.SplitSeq(lines, ",") {
		from, to, isRange := strings.Cut(part, "-")
		first, err := strconv.ParseInt(from, 10, 64)
		last := first
		if err == nil && isRange {
			last, err = strconv.ParseInt(to, 10, 64)
		}
		if err == nil {
			f(first, last)
		}
	}
}
