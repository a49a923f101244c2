package stat

import (
	"cmp"
	"slices"
)

// NotPlaced is the code of what a roll-up can place nowhere: the counts of those whose code has no parent in the coarser
// list, such as a police force of the whole state. They stand apart, so that the parts and they come to the total.
const NotPlaced = "not-placed"

// Rollup adds the counts of a breakdown up to the codes of a coarser list, which are reached through the parents of the
// finer ones: an agency lies in a town, and the town in a county. (In SDMX the lists are the levels of a hierarchy, whose
// codes have days from and to which they hold.)
type Rollup struct {
	Through []string `yaml:"through" json:"through"`      // the code lists in between, the finer first: [towns]
	To      string   `yaml:"to" json:"to"`                // the coarser code list: counties
	As      string   `yaml:"as" json:"as"`                // the dimension of the sums: county
	Until   Date     `yaml:"until" json:"until,omitzero"` // last day on which the coarser list was in use
}

// Dimension is the dimension of the figures of the breakdown: the field, or what it is rolled up to.
func (b Breakdown) Dimension() string {
	if b.Rollup != nil {
		return b.Rollup.As
	}
	return b.By
}

// Placing says in which code of a coarser list a code lies, and from which to which day. A day that is not set has no
// limit.
type Placing struct {
	Code string
	In   string
	From Date
	To   Date
}

// On reports whether the placing holds on a day.
func (p Placing) On(day Date) bool {
	return (p.From.IsZero() || p.From.Compare(day) <= 0) && (p.To.IsZero() || day.Compare(p.To) <= 0)
}

// Placings gives the place of each code of the first list in the coarser list of the roll-up, in the order of the code
// list. The lists lead from one to the next: the parent of a code of the first is a code of the second, and the parent of
// a code of the last is one of the coarser list. A code that is led nowhere is left out.
func (d Definitions) Placings(r Rollup, lists ...string) []Placing {
	if len(lists) == 0 {
		return nil
	}
	chain := make([]map[string]Code, 0, len(lists))
	for _, id := range append(slices.Clone(lists[1:]), r.To) {
		list, _ := d.Codelist(id)
		codes := make(map[string]Code, len(list.Codes))
		for _, c := range list.Codes {
			codes[c.Code] = c
		}
		chain = append(chain, codes)
	}
	first, _ := d.Codelist(lists[0])
	var out []Placing
	for _, c := range first.Codes {
		p := Placing{Code: c.Code, To: r.Until}
		if len(lists) == 1 {
			p = p.within(c) // the code is itself one of the towns, whose days count
		}
		at, found := c, c.Code != "all"
		for _, codes := range chain {
			if at, found = codes[at.Parent]; !found || at.Code == NotPlaced || at.Code == "all" {
				found = false
				break
			}
			p = p.within(at)
		}
		if found {
			p.In = at.Code
			out = append(out, p)
		}
	}
	return out
}

// within limits a placing to the days on which a code on the way was in use.
func (p Placing) within(c Code) Placing {
	if p.From.Compare(c.ValidFrom) < 0 {
		p.From = c.ValidFrom
	}
	if !c.ValidTo.IsZero() && (p.To.IsZero() || c.ValidTo.Compare(p.To) < 0) {
		p.To = c.ValidTo
	}
	return p
}

// Placed gives, for a day, the code of the coarser list in which each code lies; nil if the coarser list was not in use.
func Placed(placings []Placing, day Date) map[string]string {
	var out map[string]string
	for _, p := range placings {
		if p.On(day) {
			if out == nil {
				out = make(map[string]string)
			}
			out[p.Code] = p.In
		}
	}
	return out
}

// Members are the codes of the first list that lie in a code of the coarser list on a day, sorted; for NotPlaced those
// that lie in none. The code for all is no member of anything.
func (d Definitions) Members(r Rollup, in string, day Date, lists ...string) []string {
	if len(lists) == 0 {
		return nil
	}
	placed := Placed(d.Placings(r, lists...), day)
	list, _ := d.Codelist(lists[0])
	var out []string
	for _, c := range list.Codes {
		if c.Code != "all" && cmp.Or(placed[c.Code], NotPlaced) == in {
			out = append(out, c.Code)
		}
	}
	slices.Sort(out)
	return out
}

// Lists are the code lists of a roll-up from the one of the field that is rolled up.
func (r Rollup) Lists(first string) []string { return append([]string{first}, r.Through...) }

// DimensionList is the code list of a dimension of a data set's figures: that of its field, or that to which a breakdown
// rolls a field up; "" if there is none.
func (d Definitions) DimensionList(dataset, dimension string) string {
	if ds, ok := d.Dataset(dataset); ok {
		if f, ok := ds.Field(dimension); ok {
			return f.Codelist
		}
	}
	for _, ind := range d.Indicators {
		for _, p := range ind.Panels {
			for _, b := range p.Breakdowns {
				if b.Rollup != nil && b.Rollup.As == dimension {
					return b.Rollup.To
				}
			}
		}
	}
	return ""
}
