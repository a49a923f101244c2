package catalog

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"tallystick/internal/stat"
)

var fieldTypes = []stat.FieldType{
	stat.FieldText, stat.FieldCode, stat.FieldInteger, stat.FieldDecimal, stat.FieldDate,
}

func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = string(w)
	}
	return out
}

// dataset checks one data set against its own fields, the code lists and the sources.
type dataset struct {
	definition
	stat.Dataset
}

func (l *loader) checkDataset(ds stat.Dataset) {
	d := dataset{definition{l, "datasets/" + ds.ID + ".yaml"}, ds}
	d.need("$.title", ds.Title, "Say in plain words what the records count.")
	d.need("$.about", ds.About, "Say in two or three sentences what is in it and what is not.")
	d.need("$.event", ds.Event, "Say which event dates a record: arrest, referral, disposition.")
	d.need("$.rule", ds.Rule, "Say in a sentence how a person or an event that comes up twice is counted.")
	d.need("$.geography", ds.Geography, "Say whose place decides where a record counts: the agency's, the court's or the person's.")
	if _, ok := l.defs.Source(ds.Source); !ok && !l.unreadable("sources/"+ds.Source+".yaml") {
		d.wrong("$.source", ds.Source, "source-unknown", fmt.Sprintf("There is no source %q.", ds.Source),
			"Add sources/"+ds.Source+".yaml, or correct the name.")
	}
	if ds.Protection == "" {
		d.wrong("$.protection", "", "protection-missing",
			"A data set must say how its counts are protected; there is no default.",
			"Write protection: protected for victims, children and accused juveniles, and protection: open for adults who "+
				"were arrested, prosecuted or convicted.")
	} else {
		d.word("$.protection", string(ds.Protection), []string{string(stat.ProtectionOpen),
			string(stat.ProtectionProtected)})
	}
	d.word("$.duplicates", ds.Duplicates, []string{"refuse", "keep"})
	if q := ds.Accept.QuarantineAtMost; q < 0 || q > 1 {
		d.wrong("$.accept.quarantine_at_most", fmt.Sprint(q), "share-wrong",
			"The share of rows in quarantine lies between 0 and 1.",
			"Write 0.01 for one row in a hundred.")
	}
	d.rules(ds.RuleChanges)
	if ds.Charges != "" {
		d.word("$.charges", string(ds.Charges), []string{string(stat.ChargesLead), string(stat.ChargesAny)})
		if (ds.Charges == stat.ChargesLead) != ds.Principal {
			d.wrong("$.charges", string(ds.Charges), "charges-unlike", "The keys charges and principal_offence_only say opposite things.",
				"Write principal_offence_only: true with charges: lead, and leave it out with charges: any.")
		}
	}
	d.fields()
	d.constants()
	d.references()
	d.people()
	d.records()
	d.answers()
	d.decisions()
}

// answers checks that a data set whose records answer a duty names one that is due on a day, and code fields for who
// answers and which item.
func (d dataset) answers() {
	a := d.Answers
	if a == nil {
		return
	}
	duty, ok := d.l.defs.Duty(a.Duty)
	if !ok {
		d.wrong("$.answers.duty", a.Duty, "duty-unknown", fmt.Sprintf("There is no duty %q.", a.Duty),
			"Add duties/"+a.Duty+".yaml, or correct the name.")
	}
	reporter, _ := d.Field(a.Reporter)
	item, _ := d.Field(a.Item)
	for _, f := range []struct {
		key, name string
		field     stat.Field
	}{{"reporter", a.Reporter, reporter}, {"item", a.Item, item}} {
		if f.field.Type != stat.FieldCode {
			d.wrong("$.answers."+f.key, f.name, "field-wrong", fmt.Sprintf("%q is not a code field.", f.name),
				"Define it under fields, with a code list.")
		}
	}
	if ok && !slices.ContainsFunc(duty.Versions, func(v stat.DutyVersion) bool { return v.Codelist != "" && v.Codelist == reporter.Codelist }) {
		d.wrong("$.answers.reporter", reporter.Codelist, "reporters-unlike",
			fmt.Sprintf("Those who owe %s are in another code list.", duty.ID), "Use the code list of the duty for the field.")
	}
}

// decisions checks that a data set of decisions has code fields for the case and the outcome, outcomes that are known,
// and a number of counts. A protected one is refused: each record is about a person.
func (d dataset) decisions() {
	c := d.Decisions
	if c == nil {
		return
	}
	for key, name := range map[string]string{"case": c.Case, "outcome": c.Outcome, "section": c.Section} {
		if key == "section" && name == "" {
			continue
		}
		if f, ok := d.Field(name); !ok || f.Type != stat.FieldCode {
			d.wrong("$.decisions."+key, name, "field-wrong", fmt.Sprintf("%q is not a code field.", name),
				"Define it under fields, with a code list. A case has an opaque code there, never a name or a docket number.")
		}
	}
	f, _ := d.Field(c.Outcome)
	list, _ := d.l.defs.Codelist(f.Codelist)
	for _, code := range list.Codes {
		if !slices.Contains(stat.Outcomes, stat.Outcome(code.Code)) {
			d.wrong("$.decisions.outcome", code.Code, "outcome-unknown", fmt.Sprintf("%q is not an outcome.", code.Code),
				"Use "+strings.Join(words(stat.Outcomes), ", ")+".")
		}
	}
	if d.Value == "" {
		d.wrong("$.value", "", "key-missing", "A decision is about a number of counts.", "Name the field under value.")
	}
	if d.Protection == stat.ProtectionProtected {
		d.wrong("$.decisions", "", "records-of-people", "A protected data set holds no single decisions: each is about a person.",
			"Hold counts only.")
	}
}

func (d dataset) fields() {
	if len(d.Fields) == 0 {
		d.wrong("$.fields", "", "fields-missing", "A data set needs fields.",
			"List every column with its name and type.")
	}
	seen := map[string]bool{}
	for i, f := range d.Fields {
		at := fmt.Sprintf("$.fields[%d]", i)
		d.need(at+".name", f.Name, "Name the column.")
		if seen[f.Name] {
			d.wrong(at+".name", f.Name, "field-twice", fmt.Sprintf("The field %q is defined twice.", f.Name),
				"Remove one of them.")
		}
		seen[f.Name] = true
		d.word(at+".type", string(f.Type), words(fieldTypes))
		_, ok := d.l.defs.Codelist(f.Codelist)
		ok = ok || d.l.unreadable("codelists/"+f.Codelist+".csv")
		switch {
		case f.Type == stat.FieldCode && !ok:
			d.wrong(at+".codelist", f.Codelist, "codelist-unknown",
				fmt.Sprintf("The field %q has no code list %q.", f.Name, f.Codelist),
				"Name a list of codelists/.")
		case f.Type != stat.FieldCode && f.Codelist != "":
			d.wrong(at+".codelist", f.Codelist, "codelist-unused", "Only a field of the type code has a code list.",
				"Write type: code, or remove the code list.")
		}
		if f.Minimum != nil && f.Maximum != nil && *f.Minimum > *f.Maximum {
			d.wrong(at+".minimum", fmt.Sprint(*f.Minimum), "range-wrong", "The minimum is above the maximum.",
				"Swap them.")
		}
	}
}

// constants checks that unit, stage and clock are given either once or in a field of each record.
func (d dataset) constants() {
	for _, c := range []struct{ key, constant, field, list string }{
		{"unit", d.Unit, d.UnitField, "counting-units"},
		{"stage", d.Stage, d.StageField, "stages"},
		{"clock", string(d.Clock), d.ClockField, "clocks"},
	} {
		switch {
		case (c.constant == "") == (c.field == ""):
			d.wrong("$."+c.key, c.constant, c.key+"-undecided",
				fmt.Sprintf("Exactly one of %s and %s_field must be given.", c.key, c.key),
				fmt.Sprintf("Write %s: if it is the same for every record, %s_field: if each record carries its own.",
					c.key, c.key))
		case c.constant != "":
			d.code("$."+c.key, c.list, c.constant)
		default:
			if f, ok := d.Field(c.field); !ok || f.Codelist != c.list {
				d.wrong("$."+c.key+"_field", c.field, "field-wrong",
					fmt.Sprintf("%q is not a field with the code list %s.", c.field, c.list),
					"Define it under fields, with that list.")
			}
		}
	}
	if d.Clock != "" {
		d.word("$.clock", string(d.Clock), words(stat.Clocks))
	}
}

// references checks that every field named elsewhere in the data set is defined, with a type that fits.
func (d dataset) references() {
	p := d.Period
	if (p.Date == "") == (p.To == "") {
		d.wrong("$.period", "", "period-undecided", "Records carry their period either in from and to, or in one date.",
			"Write period: {from: FIELD, to: FIELD, stated: FIELD}, or period: {date: FIELD}.")
	}
	type use struct {
		where, name string
		types       []stat.FieldType
	}
	dates, text := []stat.FieldType{stat.FieldDate}, []stat.FieldType{stat.FieldText}
	uses := []use{
		{"$.period.from", p.From, dates}, {"$.period.to", p.To, dates}, {"$.period.date", p.Date, dates},
		{"$.period.stated", p.Stated, text},
		{"$.value", d.Value, []stat.FieldType{stat.FieldInteger}},
		{"$.bound", d.Bound, []stat.FieldType{stat.FieldCode}}, {"$.status",
			d.Status, []stat.FieldType{stat.FieldCode}},
		{"$.note", d.Note, text},
		{"$.citation.title", d.Citation.Title, text}, {"$.citation.publisher", d.Citation.Publisher, text},
		{"$.citation.year", d.Citation.Year, text}, {"$.citation.address", d.Citation.Address, text},
		{"$.citation.locator", d.Citation.Locator, text},
		{"$.citation.confidence", d.Citation.Confidence, []stat.FieldType{stat.FieldCode}},
	}
	for i, name := range d.Key {
		uses = append(uses, use{fmt.Sprintf("$.key[%d]", i), name, fieldTypes})
	}
	for i, name := range d.History {
		uses = append(uses, use{fmt.Sprintf("$.history[%d]", i), name, []stat.FieldType{stat.FieldCode}})
	}
	for i, s := range d.Sums {
		at := fmt.Sprintf("$.sums[%d]", i)
		if s.By == "" || len(s.Total) == 0 || len(s.Parts) == 0 || d.Value == "" {
			d.wrong(at, s.By, "sum-undecided", "A sum says by what its parts are told apart, and which records are the total and the parts of a value.",
				"Write - {by: sex, total: {sex: [all]}, parts: {sex: [female, male]}}.")
		}
		for part, where := range map[string]stat.Where{".total": s.Total, ".parts": s.Parts} {
			for _, name := range slices.Sorted(maps.Keys(where)) {
				uses = append(uses, use{at + part, name, []stat.FieldType{stat.FieldCode}})
				for _, code := range where[name] {
					if f, ok := d.Field(name); ok && f.Codelist != "" {
						d.code(at+part, f.Codelist, code)
					}
				}
			}
		}
	}
	for i, f := range d.Fields {
		uses = append(uses, use{fmt.Sprintf("$.fields[%d].on", i), f.On, dates})
	}
	if len(d.Key) == 0 {
		d.wrong("$.key", "", "key-missing", "A data set needs a key.",
			"List the fields that tell one record from all others.")
	}
	for _, u := range uses {
		if u.name == "" {
			continue
		}
		f, ok := d.Field(u.name)
		switch {
		case !ok:
			d.wrong(u.where, u.name, "field-unknown", fmt.Sprintf("There is no field %q.", u.name),
				"Define it under fields, or correct the name.")
		case !slices.Contains(u.types, f.Type):
			d.wrong(u.where, u.name, "field-wrong", fmt.Sprintf("The field %q has the type %s.", u.name, f.Type),
				"Here it must be "+strings.Join(words(u.types), " or ")+".")
		}
	}
}

// nameParts are words in the name of a field that say that it could tell who a person is.
var nameParts = []string{
	"name", "surname", "birth", "birthday", "dob", "ssn", "person", "child", "victim", "defendant", "docket", "phone",
	"email", "initials", "identifier", "street",
}

// people refuses fields that could tell who somebody is: in every data set a field named for a person, and in a
// protected one any free text but the words of a period, a citation and a note on a total.
func (d dataset) people() {
	c := d.Citation
	free := []string{d.Period.Stated, d.Note, c.Title, c.Publisher, c.Year, c.Address, c.Locator}
	for i, f := range d.Fields {
		at := fmt.Sprintf("$.fields[%d]", i)
		if slices.Contains(free, f.Name) {
			continue
		}
		for _, part := range strings.FieldsFunc(strings.ToLower(f.Name),
			func(r rune) bool { return r == '_' || r == '-' || r == ' ' }) {
			if slices.Contains(nameParts, part) && f.Type != stat.FieldInteger {
				d.wrong(at+".name", f.Name, "field-names-person",
					fmt.Sprintf("The field %q could tell who a person is.", f.Name),
					"Leave it out: names never enter, only counts.")
				break
			}
		}
		if d.Protection == stat.ProtectionProtected && (f.Type == stat.FieldText || f.Type == "") {
			d.wrong(at+".type", f.Name, "field-names-person",
				fmt.Sprintf("The field %q holds free text in a protected data set, so it could name a person.", f.Name),
				"Use a code list, or leave the field out.")
		}
	}
	if d.Protection == stat.ProtectionProtected && d.Value == "" {
		d.wrong("$.value", "", "records-of-people",
			"A protected data set must hold counts, not one record for each person.",
			"Name the field that is summed under value.")
	}
}

// checkFeeds checks each feed, and that each bundled export is claimed by exactly one.
func (l *loader) checkFeeds() {
	bundled := map[string]string{}
	for _, f := range l.defs.Feeds {
		d := definition{l, "feeds/" + f.ID + ".yaml"}
		d.need("$.title", f.Title, "Say whose export this is and in which layout.")
		ds, ok := l.defs.Dataset(f.Dataset)
		if !ok && !l.unreadable("datasets/"+f.Dataset+".yaml") {
			d.wrong("$.dataset", f.Dataset, "dataset-unknown", fmt.Sprintf("There is no data set %q.", f.Dataset),
				"Add datasets/"+f.Dataset+".yaml, or correct the name.")
		}
		for field := range f.Columns {
			if _, known := ds.Field(field); ok && !known {
				d.wrong("$.columns", field, "field-unknown", fmt.Sprintf("The data set %s has no field %q.",
					ds.ID, field),
					"Columns map the name of a field to the header in the export.")
			}
		}
		for i, pattern := range f.Files {
			if _, err := path.Match(pattern, ""); err != nil {
				d.wrong(fmt.Sprintf("$.files[%d]", i), pattern, "pattern-wrong", "This is not a pattern of file names.",
					"Use * and ? and [ ] as in a shell.")
			}
		}
		if f.Bundled == "" {
			continue
		}
		if other, twice := bundled[f.Bundled]; twice {
			d.wrong("$.bundled", f.Bundled, "export-twice",
				fmt.Sprintf("The feed %s bundles this export as well.", other), "Let one feed have it.")
		}
		bundled[f.Bundled] = f.ID
		if _, err := fs.Stat(l.fsys, path.Join("exports", f.Bundled)); err != nil {
			d.wrong("$.bundled", f.Bundled, "export-missing", fmt.Sprintf("There is no file exports/%s.", f.Bundled),
				"Add it, or correct the name.")
		}
		if !slices.ContainsFunc(f.Files, func(p string) bool { ok, _ := path.Match(p, f.Bundled); return ok }) {
			d.wrong("$.files", f.Bundled, "export-unclaimed", "No pattern under files matches the bundled export.",
				"Add "+f.Bundled+" to files.")
		}
	}
	for file := range l.documents {
		if strings.HasPrefix(file, "feeds/") && l.unreadable(file) {
			return // which exports it bundles is not known
		}
	}
	for _, name := range l.list("exports", ".csv") {
		if _, ok := bundled[name]; !ok {
			l.add(stat.Issue{
				File: path.Join("exports", name), Code: "export-unclaimed", Problem: "No feed bundles this export.",
				Fix: "Name it under bundled in one file of feeds/, or remove it.",
			})
		}
	}
}
