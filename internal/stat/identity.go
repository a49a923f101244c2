package stat

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// What a count is a count of follows from what is counted, not from its names: the same rows, the same rows in another
// layer of a data set, or, between releases, the same numbers under other names. Everything that is found here is true of
// the counts, so that it can only make the attacker of the audit stronger.

// Renaming is a data set or an indicator of a former release that is not defined any more, while another that is new has
// the same counts, and its definition does not say so.
type Renaming struct {
	Kind    string // dataset or indicator
	From    string // its identifier in the release
	To      string // that of the new one
	Release string
	Figures int // that coincide
}

// placed is an observed count with its coordinate.
type placed struct {
	o         Observation
	at        coordinate
	protected bool
	records   bool
}

// placeAll gives the coordinates of all counts.
func placeAll(obs []Observation, defs Definitions) []placed {
	var out []placed
	for _, o := range obs {
		if o.Kind != KindCount {
			continue
		}
		if at, protected, records, ok := locate(o, defs); ok {
			out = append(out, placed{o, at, protected, records})
		}
	}
	return out
}

// column is a coordinate in all its periods.
type column struct {
	at     coordinate // without its period
	cells  map[string]placed
	values map[string]int64 // by period; a count whose value nobody here knows is left out
}

// columns groups counts by their coordinates. truth gives the values of the withheld ones.
func columns(list []placed, truth map[string]float64) []*column {
	byKey := map[string]*column{}
	var out []*column
	for _, p := range list {
		at := p.at
		at.period = Period{}
		c := byKey[at.key()]
		if c == nil {
			c = &column{at: at, cells: map[string]placed{}, values: map[string]int64{}}
			byKey[at.key()] = c
			out = append(out, c)
		}
		period := p.at.period.Key()
		c.cells[period] = p
		if v, ok := truth[p.o.Key()]; ok && p.o.Status == StatusWithheld {
			c.values[period] = int64(v)
		} else if p.o.Status == StatusReported {
			c.values[period] = int64(p.o.Value)
		}
	}
	slices.SortFunc(out, func(a, b *column) int { return cmp.Compare(a.at.key(), b.at.key()) })
	return out
}

// alike counts the periods for which both columns have a value and those in which it is the same, and reports whether any
// of the equal ones is too large to be equal by chance.
func (c *column) alike(d *column, k int64) (equal, both int, large bool) {
	for period, v := range c.values {
		if w, ok := d.values[period]; ok {
			both++
			if v == w {
				equal++
				large = large || v >= k
			}
		}
	}
	return equal, both, large
}

// words are the codes of a coordinate without the names of their dimensions, sorted.
func (c coordinate) words() string {
	var out []string
	for _, d := range c.codes {
		out = append(out, d.Code)
	}
	slices.Sort(out)
	return strconv.Itoa(c.ordinal) + " " + strings.Join(out, " ")
}

// reunite finds for the counts of a former release those of the draft that are the same under other names. It gives the
// key of the draft's observation by that of the former. Definitions say it with formerly; what they do not say is found by
// the counts themselves, and is given as renamings too.
func reunite(now []placed, f Former, defs Definitions, k int64) (map[string]string, []Renaming) {
	past := placeAll(f.Observations, f.Definitions)
	byKey, byPlace, formerPlace, formerKey := map[string]placed{}, map[string]placed{}, map[string]bool{}, map[string]bool{}
	for _, p := range now {
		byKey[p.o.Key()] = p
		byPlace[p.at.key()] = p
	}
	for _, p := range past {
		formerPlace[p.at.key()], formerKey[p.o.Key()] = true, true
	}
	indicators, datasets := map[string]string{}, map[string]string{}
	for _, ind := range defs.Indicators {
		for _, old := range ind.Formerly {
			indicators[old] = ind.ID
		}
	}
	for _, ds := range defs.Datasets {
		for _, old := range ds.Formerly {
			datasets[old] = ds.ID
		}
	}
	links := map[string]string{}
	var lost []placed
	for _, p := range past {
		if q, ok := byPlace[p.at.key()]; ok {
			links[p.o.Key()] = q.o.Key()
			continue
		}
		said := p.o
		said.Indicator = cmp.Or(indicators[said.Indicator], said.Indicator)
		if q, ok := byKey[said.Key()]; ok {
			links[p.o.Key()] = q.o.Key()
			continue
		}
		at := p.at
		at.dataset = cmp.Or(datasets[at.dataset], at.dataset)
		if q, ok := byPlace[at.key()]; ok {
			links[p.o.Key()] = q.o.Key()
			continue
		}
		lost = append(lost, p)
	}
	fresh := slices.DeleteFunc(slices.Clone(now), func(p placed) bool {
		return formerPlace[p.at.key()] || formerKey[p.o.Key()]
	})
	match(columns(lost, f.Withheld), columns(fresh, nil), k, func(p, q placed) { links[p.o.Key()] = q.o.Key() })
	return links, renamings(past, byKey, links, indicators, datasets, f, defs)
}

// match pairs the columns that a former release alone has with those that the draft alone has, if they are the same. First
// whole data sets, whose codes are the same though their fields may have other names: half of the counts must agree. Then
// single columns that agree in every period, with a count that is too large to agree by chance, or in three periods.
func match(lost, fresh []*column, k int64, link func(p, q placed)) {
	taken := map[*column]bool{}
	join := func(c, d *column) {
		taken[c], taken[d] = true, true
		for period, p := range c.cells {
			if q, ok := d.cells[period]; ok {
				link(p, q)
			}
		}
	}
	type pair struct{ from, to string }
	type score struct {
		equal, both int
		large       bool
		columns     [][2]*column
	}
	scores := map[pair]*score{}
	byWords := map[string][]*column{}
	for _, d := range fresh {
		byWords[d.at.words()] = append(byWords[d.at.words()], d)
	}
	for _, c := range lost {
		best := map[string]*column{} // by data set; of several columns of the same words the one that agrees most
		most := map[string]int{}
		for _, d := range byWords[c.at.words()] {
			equal, _, _ := c.alike(d, k)
			if best[d.at.dataset] == nil || equal > most[d.at.dataset] {
				best[d.at.dataset], most[d.at.dataset] = d, equal
			}
		}
		for dataset, d := range best {
			at := pair{c.at.dataset, dataset}
			if scores[at] == nil {
				scores[at] = &score{}
			}
			equal, both, large := c.alike(d, k)
			s := scores[at]
			s.equal, s.both, s.large = s.equal+equal, s.both+both, s.large || large
			s.columns = append(s.columns, [2]*column{c, d})
		}
	}
	order := slices.SortedFunc(maps.Keys(scores), func(a, b pair) int {
		return cmp.Or(-cmp.Compare(scores[a].equal, scores[b].equal), cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to))
	})
	for _, at := range order {
		if s := scores[at]; s.large && 2*s.equal >= s.both {
			for _, c := range s.columns {
				if !taken[c[0]] && !taken[c[1]] {
					join(c[0], c[1])
				}
			}
		}
	}
	for _, c := range lost {
		for _, d := range fresh {
			equal, both, large := c.alike(d, k)
			if !taken[c] && !taken[d] && equal > 0 && equal == both && (large || equal > 2) {
				join(c, d)
			}
		}
	}
}

// renamings are the data sets and indicators that vanished, of which half of the figures and at least three stand under
// the name of another, though that one's definition does not say so.
func renamings(past []placed, byKey map[string]placed, links, indicators, datasets map[string]string, f Former,
	defs Definitions) []Renaming {
	type names struct{ kind, from, to string }
	found, all := map[names]int{}, map[[2]string]int{}
	count := func(kind, from, to string, defined, moved bool, said string) {
		if defined {
			return
		}
		all[[2]string{kind, from}]++
		if moved && to != from && said != to {
			found[names{kind, from, to}]++
		}
	}
	for _, p := range past {
		q, moved := byKey[links[p.o.Key()]]
		_, indicator := defs.Indicator(p.o.Indicator)
		_, dataset := defs.Dataset(p.at.dataset)
		count("indicator", p.o.Indicator, q.o.Indicator, indicator, moved, indicators[p.o.Indicator])
		count("dataset", p.at.dataset, q.at.dataset, dataset, moved, datasets[p.at.dataset])
	}
	var out []Renaming
	for n, figures := range found {
		if figures >= 3 && 2*figures >= all[[2]string{n.kind, n.from}] {
			out = append(out, Renaming{n.kind, n.from, n.to, f.Release, figures})
		}
	}
	slices.SortFunc(out, func(a, b Renaming) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return out
}

// layer is a code of a field of a data set.
type layer struct{ dataset, field, code string }

// layers gives for each data set the codes of one field that hold the same things counted on another level: the row of the
// whole state, and the rows of its agencies. A data set says so by its sums, a panel by its breakdowns and by what it takes
// otherwise. A code that is a layer is mapped to one that stands for all layers of the same things.
func layers(defs Definitions) map[layer]string {
	root := map[layer]layer{}
	find := func(key layer) layer {
		for up, ok := root[key]; ok && up != key; up, ok = root[key] {
			key = up
		}
		return key
	}
	relate := func(ds, by string, a, b Where) {
		for field, ones := range a {
			others, ok := b[field]
			if !ok || field == by || slices.ContainsFunc(ones, func(c string) bool { return c == "all" || slices.Contains(others, c) }) ||
				slices.Contains(others, "all") {
				continue
			}
			first := find(layer{ds, field, ones[0]})
			for _, c := range append(slices.Clone(ones), others...) {
				root[find(layer{ds, field, c})] = first
			}
		}
	}
	for _, ds := range defs.Datasets {
		for _, s := range ds.Sums {
			relate(ds.ID, s.By, s.Total, s.Parts)
		}
	}
	for _, ind := range defs.Indicators {
		for _, p := range ind.Panels {
			for _, s := range p.Series {
				relate(s.Dataset, "", s.Where, s.Otherwise)
				for _, b := range p.Breakdowns {
					if len(b.Series) == 0 || slices.Contains(b.Series, s.ID) {
						relate(s.Dataset, b.By, s.Where, b.Where)
						relate(s.Dataset, b.By, s.Where, b.Otherwise)
						relate(s.Dataset, b.By, b.Where, b.Otherwise)
					}
				}
			}
		}
	}
	out := make(map[layer]string, len(root))
	for key := range root {
		out[key] = find(key).code
	}
	return out
}

// inOneLayer is the coordinate with one code for all layers of a field.
func (l *ledger) inOneLayer(c coordinate) coordinate {
	c.codes = slices.Clone(c.codes)
	for i, d := range c.codes {
		c.codes[i].Code = cmp.Or(l.layers[layer{c.dataset, d.Dimension, d.Code}], d.Code)
	}
	return c
}

// linkLayers adds what holds between the layers of a data set: counts that are the same in two of them, and totals whose
// parts are in another.
func (l *ledger) linkLayers() {
	if len(l.layers) == 0 {
		return
	}
	twins := map[string][]int{}
	families := map[family][]int{}
	for i, c := range l.counts {
		at := l.inOneLayer(c.coordinate)
		twins[at.bareKey()] = append(twins[at.bareKey()], i)
		for _, d := range at.codes {
			if l.layers[layer{c.dataset, d.Dimension, c.code(d.Dimension)}] == "" {
				key := family{at.without(d.Dimension).bareKey(), d.Dimension}
				families[key] = append(families[key], i)
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(twins)) {
		for n, i := range twins[key] {
			for _, j := range twins[key][n+1:] {
				if l.counts[i].bareKey() != l.counts[j].bareKey() {
					l.same(i, j)
				}
			}
		}
	}
	for _, key := range slices.SortedFunc(maps.Keys(families), compareFamilies) {
		for _, total := range twins[key.whole] {
			// Of each code its own layer's count, or that of another layer; at least one must be of another.
			own := l.counts[total].coordinate
			parts, mixed := map[string]int{}, false
			for _, i := range families[key] {
				c := l.counts[i]
				code := c.code(key.dimension)
				if strings.Contains(code, "+") {
					continue
				}
				ownLayer := c.without(key.dimension).bareKey() == own.bareKey()
				if _, ok := parts[code]; !ok || ownLayer {
					parts[code] = i
				}
			}
			var list []int
			for _, code := range slices.Sorted(maps.Keys(parts)) {
				list = append(list, parts[code])
				mixed = mixed || l.counts[parts[code]].without(key.dimension).bareKey() != own.bareKey()
			}
			if mixed {
				name := l.counts[total].name + " by " + key.dimension + " of another layer"
				l.line(name, total, l.topmost(list, key.dimension), l.absent[key.whole+" by "+key.dimension])
			}
		}
	}
}

// same adds that two counts are one, if they are equal.
func (l *ledger) same(i, j int) {
	if a, b := l.counts[i], l.counts[j]; a.value == b.value && !a.assumed && !b.assumed {
		l.lines = append(l.lines, sumLine{name: a.name + " as " + b.name, total: i, parts: []int{j}})
	}
}

// mostRows is how many rows are looked at to find which counts are made of the same.
const mostRows = 1 << 21

// linkRows adds what follows from the rows that were counted: counts of the same rows are one count, and a count whose rows
// are those of several codes of a breakdown is their sum, as a county is of its agencies, whatever the fields are called. It
// reports false, and adds nothing, where there are more rows than mostRows.
func (l *ledger) linkRows(rows map[int][]Lines) bool {
	type row struct {
		batch string
		line  int64
	}
	sets := map[int][]row{}
	groups := map[string][]int{}
	size := int64(0)
	for _, i := range sorted(keysOf(rows)) {
		c := l.counts[i]
		if c.assumed {
			continue
		}
		if size += lineCount(rows[i]); size > mostRows {
			return false
		}
		for _, r := range rows[i] {
			eachRange(r.Lines, func(first, last int64) {
				for n := first; n <= last; n++ {
					sets[i] = append(sets[i], row{r.Batch, n})
				}
			})
		}
		group := c.dataset + " " + c.measure + " " + c.period.Key()
		groups[group] = append(groups[group], i)
	}
	for _, group := range slices.Sorted(maps.Keys(groups)) {
		families := map[family][]int{}
		for _, i := range groups[group] {
			c := l.counts[i]
			families[family{whole: strconv.Itoa(i)}] = []int{i} // alone
			for _, d := range c.codes {
				if !strings.Contains(d.Code, "+") {
					key := family{c.without(d.Dimension).bareKey(), d.Dimension}
					families[key] = append(families[key], i)
				}
			}
		}
		for _, key := range slices.SortedFunc(maps.Keys(families), compareFamilies) {
			members := families[key]
			if key.dimension != "" {
				members = l.finest(members, key.dimension)
			}
			owner := map[row]int{}
			apart := true
			for _, i := range members {
				for _, r := range sets[i] {
					_, twice := owner[r]
					apart = apart && !twice
					owner[r] = i
				}
			}
			if !apart {
				continue // a wide row holds several codes
			}
			for _, total := range groups[group] {
				if slices.Contains(members, total) {
					continue
				}
				hits := map[int]int{}
				for _, r := range sets[total] {
					if i, ok := owner[r]; ok {
						hits[i]++
					}
				}
				var parts []int
				covered, sum := 0, int64(0)
				for _, i := range sorted(keysOf(hits)) {
					if hits[i] == len(sets[i]) {
						parts, covered, sum = append(parts, i), covered+hits[i], sum+l.counts[i].value
					}
				}
				switch {
				case len(parts) == 0 || covered < len(sets[total]) || sum != l.counts[total].value || l.excludes(total, parts):
				case len(parts) == 1:
					l.same(total, parts[0])
				default:
					l.lines = append(l.lines, sumLine{name: l.counts[total].name + " by the rows of its " + key.dimension, total: total, parts: parts})
				}
			}
		}
	}
	return true
}

// excludes reports whether the counts of some parts cannot be in the total, since another code of the same field is.
func (l *ledger) excludes(total int, parts []int) bool {
	for _, d := range l.counts[total].codes {
		for _, p := range parts {
			code := l.counts[p].code(d.Dimension)
			if code != "" && code != d.Code && !strings.Contains("+"+d.Code+"+", "+"+code+"+") &&
				!strings.Contains("+"+code+"+", "+"+d.Code+"+") {
				above := l.above(l.counts[p].dataset, d.Dimension)
				if nearest(code, above, func(up string) bool { return up == d.Code }) == "" &&
					nearest(d.Code, above, func(up string) bool { return up == code }) == "" {
					return true
				}
			}
		}
	}
	return false
}

// finest leaves out the counts above whose code another one stands.
func (l *ledger) finest(list []int, dimension string) []int {
	if len(list) == 0 {
		return nil
	}
	above := l.above(l.counts[list[0]].dataset, dimension)
	has := map[string]bool{}
	for _, i := range list {
		for code := above[l.counts[i].code(dimension)]; code != "" && !has[code]; code = above[code] {
			has[code] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(list), func(i int) bool { return has[l.counts[i].code(dimension)] })
}

// family is the counts that have one constraint more than a whole.
type family struct{ whole, dimension string }

func compareFamilies(a, b family) int {
	return cmp.Or(cmp.Compare(a.whole, b.whole), cmp.Compare(a.dimension, b.dimension))
}

// keysOf is the keys of a map as a set.
func keysOf[V any](m map[int]V) map[int]bool {
	out := make(map[int]bool, len(m))
	for i := range m {
		out[i] = true
	}
	return out
}

// alsoIn adds the lines that the draft's rows tell to a former release that has the same counts.
func (l *ledger) alsoIn(now *ledger, from int) {
	for _, line := range now.lines[from:] {
		total, ok := l.byName[now.counts[line.total].name]
		rest := int64(0)
		if ok {
			rest = l.counts[total].value
		}
		var parts []int
		for _, c := range line.parts {
			i, known := l.byName[now.counts[c].name]
			ok = ok && known
			if known {
				parts = append(parts, i)
				rest -= l.counts[i].value
			}
		}
		if ok && rest == 0 {
			l.lines = append(l.lines, sumLine{name: line.name, total: total, parts: parts})
		}
	}
}
