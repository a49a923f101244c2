package catalog

import (
	"fmt"
	"slices"
	"strings"

	"tallystick/internal/stat"
)

// records checks what a data set says about handing out its records: only an open one may, only fields that cannot
// tell who somebody is, and nobody who may be under 18.
func (d dataset) records() {
	if d.Records == "" {
		if len(d.RecordFields) > 0 {
			d.wrong("$.record_fields", "", "records-unsaid", "The data set does not say that its records are public.",
				"Write records: public, or remove record_fields.")
		}
		return
	}
	d.word("$.records", d.Records, []string{stat.RecordsPublic})
	if d.Protection == stat.ProtectionProtected {
		d.wrong("$.records", d.Records, "records-protected", "The records of a protected data set are never handed out.",
			"Remove records; what may be known of it is in the figures.")
	}
	if len(d.RecordFields) == 0 {
		d.wrong("$.record_fields", "", "records-without-fields", "The fields to hand out must be listed one by one.",
			"Write record_fields: [FIELD, FIELD]; no other field is handed out.")
	}
	for i, name := range d.RecordFields {
		d.recordField(fmt.Sprintf("$.record_fields[%d]", i), name, slices.Index(d.RecordFields, name) < i)
	}
	d.recordAges()
}

// recordField refuses a field that could tell who somebody is.
func (d dataset) recordField(at, name string, twice bool) {
	f, ok := d.Field(name)
	c := d.Citation
	known := []string{d.Period.Stated, c.Title, c.Publisher, c.Year, c.Address, c.Confidence}
	named := slices.ContainsFunc(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '_' || r == '-' }),
		func(part string) bool { return slices.Contains(nameParts, part) })
	switch {
	case !ok:
		d.wrong(at, name, "field-unknown", fmt.Sprintf("There is no field %q.", name), "Define it under fields, or correct the name.")
	case twice:
		d.wrong(at, name, "field-twice", fmt.Sprintf("The field %q is listed twice.", name), "Remove one of them.")
	case name == d.Value && named, name != d.Value && (named || f.Type == stat.FieldInteger && slices.Contains(d.Key, name)):
		d.wrong(at, name, "record-identifier", fmt.Sprintf("The field %q could tell who a person is, or which case it was.", name),
			"Leave it out of record_fields: identifiers are never handed out.")
	case f.Type == stat.FieldText && (!slices.Contains(known, name) || d.Value == "" && name != d.Period.Stated):
		d.wrong(at, name, "record-free-text", fmt.Sprintf("The field %q holds free text, so it could name a person or a case.", name),
			"Leave it out of record_fields, or give it a code list.")
	case f.Type == stat.FieldDecimal:
		d.wrong(at, name, "record-place", fmt.Sprintf("The field %q is a decimal, so it could be the place of one event.", name),
			"Leave it out of record_fields.")
	}
}

// recordAges refuses data sets in which people under 18 can be told. It would not do to leave their records out: what is
// published of all ages less the records of the adults would be their number. Where a record is one person or one
// event, a field must say that it is of an adult, so that no other is accepted.
func (d dataset) recordAges() {
	aged := false
	for _, f := range d.Fields {
		list, _ := d.l.defs.Codelist(f.Codelist)
		for _, c := range list.Codes {
			youngest, _, ok := stat.Ages(c.Code)
			aged = aged || ok && f.Required
			if ok && youngest < 18 {
				d.wrong("$.records", d.Records, "records-minors",
					fmt.Sprintf("By the field %q, people under 18 can be told (%q), or their number worked out from what is handed out.", f.Name, c.Code),
					"Remove records, or make a data set that has adults only, with a code list of their age groups.")
				return
			}
		}
	}
	if d.Value == "" && !aged {
		d.wrong("$.records", d.Records, "records-minors", "Nothing in a record says that it is of an adult.",
			"Add a required field with a code list of age groups from 18 on, so that no other record is accepted.")
	}
}
