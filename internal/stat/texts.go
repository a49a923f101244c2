package stat

import (
	"reflect"
	"slices"
)

// Texts of definitions that have no translation of their own beside them are translated by a list of texts, in which
// the English text is the key. A field takes part if it has the tag `text:"yes"`. Names, titles of works, citations and
// what somebody said stay as they are.

// Texts lists every English text of the definitions that the list of texts has to translate, each once, sorted.
func (d Definitions) Texts() []string {
	seen := map[string]bool{}
	var out []string
	note := func(text string) string {
		if text != "" && !seen[text] {
			seen[text] = true
			out = append(out, text)
		}
		return text
	}
	d.retold(note)
	slices.Sort(out)
	return out
}

// retold returns the definitions with say applied to each text that takes part. The definitions that it is called on
// stay as they were.
func (d Definitions) retold(say func(string) string) Definitions {
	d.Sources, d.Datasets, d.Statutes = retell(d.Sources, say), retell(d.Datasets, say), retell(d.Statutes, say)
	d.Events, d.Duties, d.Claims = retell(d.Events, say), retell(d.Duties, say), retell(d.Claims, say)
	d.Reconciliations, d.Elements = retell(d.Reconciliations, say), retell(d.Elements, say)
	d.Indicators = slices.Clone(d.Indicators)
	for i := range d.Indicators {
		ind := &d.Indicators[i]
		ind.Pairings, ind.RuleChanges = retell(ind.Pairings, say), retell(ind.RuleChanges, say)
		ind.Panels = slices.Clone(ind.Panels)
		for k := range ind.Panels {
			p := &ind.Panels[k]
			p.Series = slices.Clone(p.Series)
			for n := range p.Series {
				if e := p.Series[n].Expected; e != nil {
					again := *e
					again.Noun = Noun{One: say(e.Noun.One), Many: say(e.Noun.Many)}
					p.Series[n].Expected = &again
				}
			}
			if p.Rate != nil {
				again := *p.Rate
				again.Population.Label = say(again.Population.Label)
				again.Population.Noun = Noun{One: say(again.Population.Noun.One), Many: say(again.Population.Noun.Many)}
				p.Rate = &again
			}
		}
	}
	return d
}

// retell returns a list with say applied to the tagged texts of its members, at any depth.
func retell[T any](list []T, say func(string) string) []T {
	out := slices.Clone(list)
	for i := range out {
		retellValue(reflect.ValueOf(&out[i]).Elem(), say)
	}
	return out
}

func retellValue(v reflect.Value, say func(string) string) {
	for i := range v.NumField() {
		field := v.Field(i)
		tagged := v.Type().Field(i).Tag.Get("text") == "yes"
		switch {
		case tagged && field.Kind() == reflect.String:
			field.SetString(say(field.String()))
		case field.Kind() == reflect.Slice && field.Type().Elem().Kind() == reflect.Struct && field.Len() > 0:
			again := reflect.MakeSlice(field.Type(), field.Len(), field.Len())
			reflect.Copy(again, field)
			for k := range again.Len() {
				retellValue(again.Index(k), say)
			}
			field.Set(again)
		}
	}
}

// Say gives a text of the definitions or a remark on a figure in their language, or as it is where nobody translated it.
func (d Definitions) Say(text string) string {
	if translated := d.Text[d.Language][text]; translated != "" {
		return translated
	}
	return text
}

// Said reports whether the text is in the language of the definitions: English is what all of them are in.
func (d Definitions) Said(text string) bool {
	return d.Language == "" || d.Language == "en" || d.Text[d.Language][text] != ""
}
