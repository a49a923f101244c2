package catalog

import (
	"fmt"
	"slices"
	"strings"

	"tallystick/internal/stat"
)

// rollup checks that a roll-up of a breakdown leads from the codes of its field to a coarser list, that nothing is lost on
// the way or counted twice, that it says from how many reporters each sum comes, and that no protected count is added up.
func (c indicator) rollup(at string, ds stat.Dataset, s stat.Series, b stat.Breakdown) {
	up := *b.Rollup
	f, ok := ds.Field(b.By)
	if !ok || f.Type != stat.FieldCode {
		return // reported with the field
	}
	c.dimensionName(at+".as", ds, up)
	switch {
	case b.Where == nil:
		c.wrong(at, "", "rollup-unpinned", "It is not said which records are added up.",
			"Write where in the breakdown, with the level of "+b.By+".")
	case len(b.Otherwise) > 0:
		c.wrong(at, "", "rollup-otherwise", "A roll-up adds up one kind of record only.", "Remove otherwise from the breakdown.")
	default:
		c.single(at, ds, b.Where, "")
		c.minors(at, ds, b.Where)
	}
	if ds.Protection == stat.ProtectionProtected || b.Protection == stat.ProtectionProtected {
		c.wrong(at, up.To, "rollup-protected",
			"Counts of protected people are not rolled up: a sum of few places would tell what is withheld in one of them.",
			"Remove the roll-up, or take the coarser counts from a source that gives them.")
	}
	if s.Measure.Standing != "" || slices.ContainsFunc(ds.Key, func(name string) bool {
		k, _ := ds.Field(name)
		return k.Type == stat.FieldText && name != ds.Period.Stated
	}) {
		c.wrong(at, ds.ID, "rollup-stated", fmt.Sprintf("The records of %s are figures as stated or decisions, which are never added up.", ds.ID),
			"Remove the roll-up.")
	}
	if !f.Required {
		c.wrong(at, b.By, "rollup-optional", fmt.Sprintf("%q may be empty, so that a record could lie nowhere unseen.", b.By),
			"Write required: true in the field of the data set.")
	}
	if s.Expected == nil || s.Expected.Dimension != b.By {
		c.wrong(at, b.By, "rollup-uncovered", fmt.Sprintf("The series %s does not say which %s are expected, so that a sum could lack some unseen.",
			s.ID, b.By), "Write expected: {dimension: "+b.By+", …} in the series.")
	}
	c.levels(at, f.Codelist, up)
}

// dimensionName checks the name of the dimension of the sums: it has one code list everywhere.
func (c indicator) dimensionName(at string, ds stat.Dataset, up stat.Rollup) {
	if !identifier(strings.ReplaceAll(up.As, "_", "-")) {
		c.wrong(at, up.As, "id-malformed", "A dimension is named in lower-case letters, digits and underscores.", "Write as: county.")
		return
	}
	if f, ok := ds.Field(up.As); ok {
		c.wrong(at, up.As, "rollup-field", fmt.Sprintf("%s has a field %q of its own.", ds.ID, f.Name), "Choose another name.")
	}
	if list := c.l.defs.DimensionList("", up.As); list != up.To {
		c.wrong(at, up.As, "rollup-unlike", fmt.Sprintf("Elsewhere the dimension %q has the code list %s.", up.As, list),
			"Give one dimension one code list.")
	}
}

// levels checks the lists that lead from the codes of a field to the coarser ones.
func (c indicator) levels(at, first string, up stat.Rollup) {
	if len(up.Through) == 0 {
		c.wrong(at+".through", "", "key-missing", "The key \"through\" is missing or empty.",
			"Name the code list in which the parents of the codes are found: [towns].")
		return
	}
	lists := make([]stat.Codelist, 0, len(up.Through)+2)
	for _, id := range append(up.Lists(first), up.To) {
		list, ok := c.l.defs.Codelist(id)
		if !ok {
			if !c.l.unreadable("codelists/" + id + ".csv") {
				c.wrong(at, id, "codelist-unknown", fmt.Sprintf("There is no code list %q.", id), "Add codelists/"+id+".csv, or correct the name.")
			}
			return
		}
		lists = append(lists, list)
	}
	if last := lists[len(lists)-1]; !last.Has(stat.NotPlaced) {
		c.wrong(at+".to", last.ID, "rollup-nowhere", fmt.Sprintf("The code list %s has no words for what lies in none of its codes.", last.ID),
			"Add the code "+stat.NotPlaced+" with a label to codelists/"+last.ID+".csv.")
	}
	for i, list := range lists[:len(lists)-1] {
		for n, code := range list.Codes {
			if code.Code == "all" || code.Parent == "" || lists[i+1].Has(code.Parent) {
				continue
			}
			c.wrong(at, code.Code, "rollup-lost", fmt.Sprintf("The parent %q of %q (codelists/%s.csv, line %d) is not a code of %s.",
				code.Parent, code.Code, list.ID, c.l.codeLines[list.ID][n], lists[i+1].ID), "Add it there, or name another list under through.")
			return
		}
	}
	if len(c.l.defs.Placings(up, up.Lists(first)...)) == 0 {
		c.wrong(at, up.To, "rollup-empty", fmt.Sprintf("No code of %s lies in a code of %s.", first, up.To), "Name the lists that lead there.")
	}
}
