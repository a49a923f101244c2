package stat

// Source is an agency or publisher whose exports we hold.
type Source struct {
	ID        string `yaml:"id" json:"id"`
	Title     string `yaml:"title" json:"title" text:"yes"`
	Publisher string `yaml:"publisher" json:"publisher"`
	Address   string `yaml:"address" json:"address"`            // public address of the source
	Licence   string `yaml:"licence" json:"licence" text:"yes"` // under what terms the figures may be used, in words
	About     string `yaml:"about" json:"about" text:"yes"`     // what the source is and how it counts, two or three sentences
	Contact   string `yaml:"contact" json:"contact,omitempty"`  // whom to ask, if the source names somebody
}

// Protection says how carefully a measure must be published. It has no default: every data set chooses.
type Protection string

// The two classes of measures.
const (
	// ProtectionOpen is for arrests, prosecutions and convictions of adults: published exactly, zero included.
	ProtectionOpen Protection = "open"
	// ProtectionProtected is for victims, children and accused juveniles: small counts are withheld.
	ProtectionProtected Protection = "protected"
)

// FieldType says how the text of a cell becomes a value.
type FieldType string

// The types of a field. A cell is always read as text first; no library guesses.
const (
	FieldText    FieldType = "text"
	FieldCode    FieldType = "code"    // one of the codes of Field.Codelist
	FieldInteger FieldType = "integer" // a count: 0, 7, 3557; also carries a status and a bound
	FieldDecimal FieldType = "decimal"
	FieldDate    FieldType = "date"
)

// Charges says which of the charges of a person or a case a data set counts.
type Charges string

// The two ways. A count of the one is never set against a count of the other as if they were alike.
const (
	ChargesLead Charges = "lead"
	ChargesAny  Charges = "any"
)

// Field is one column of a data set.
type Field struct {
	Name     string    `yaml:"name" json:"name"`
	Title    string    `yaml:"title" json:"title,omitempty" text:"yes"`
	Type     FieldType `yaml:"type" json:"type"`
	Codelist string    `yaml:"codelist" json:"codelist,omitempty"`
	Required bool      `yaml:"required" json:"required,omitempty"`
	Minimum  *int64    `yaml:"minimum" json:"minimum,omitempty"`
	Maximum  *int64    `yaml:"maximum" json:"maximum,omitempty"`
	On       string    `yaml:"on" json:"on,omitempty"` // the date on which a code must have been in use, as the date of the offence; the record's own if left out
	About    string    `yaml:"about" json:"about,omitempty" text:"yes"`
}

// PeriodFields says where the records of a data set carry their period: either From and To (with the words of
// the source in Stated), or one Date that is counted by calendar or fiscal year, by the data set's clock.
type PeriodFields struct {
	From   string `yaml:"from" json:"from,omitempty"`
	To     string `yaml:"to" json:"to,omitempty"`
	Stated string `yaml:"stated" json:"stated,omitempty"`
	Date   string `yaml:"date" json:"date,omitempty"`
}

// CitationFields names the fields that say where a figure was read.
type CitationFields struct {
	Title      string `yaml:"title" json:"title,omitempty"`
	Publisher  string `yaml:"publisher" json:"publisher,omitempty"`
	Year       string `yaml:"year" json:"year,omitempty"`
	Address    string `yaml:"address" json:"address,omitempty"`
	Locator    string `yaml:"locator" json:"locator,omitempty"`
	Confidence string `yaml:"confidence" json:"confidence,omitempty"`
}

// Dataset is one kind of export of one source: its fields, its key, what it counts and on which clock.
//
// Unit, Stage and Clock are either the same for all records, or stand in a field of each record (UnitField,
// StageField, ClockField); then every series must pin that field to one code, so that unlike things never mix.
type Dataset struct {
	ID         string         `yaml:"id" json:"id"`
	Formerly   []string       `yaml:"formerly" json:"formerly,omitempty"` // identifiers it had in earlier releases
	Title      string         `yaml:"title" json:"title" text:"yes"`
	Source     string         `yaml:"source" json:"source"`
	About      string         `yaml:"about" json:"about" text:"yes"`
	Protection Protection     `yaml:"protection" json:"protection"`
	Unit       string         `yaml:"unit" json:"unit,omitempty"` // code of the code list counting-units
	UnitField  string         `yaml:"unit_field" json:"unit_field,omitempty"`
	Stage      string         `yaml:"stage" json:"stage,omitempty"` // code of the code list stages
	StageField string         `yaml:"stage_field" json:"stage_field,omitempty"`
	Clock      Clock          `yaml:"clock" json:"clock,omitempty"`
	ClockField string         `yaml:"clock_field" json:"clock_field,omitempty"`
	Event      string         `yaml:"event" json:"event"`          // which event dates a record: arrest, referral, disposition …
	Rule       string         `yaml:"rule" json:"rule" text:"yes"` // how multiples are counted, in a sentence
	Geography  string         `yaml:"geography" json:"geography,omitempty" text:"yes"`
	Principal  bool           `yaml:"principal_offence_only" json:"principal_offence_only,omitempty"` // each record stands under one offence, others of the same person or case are left out
	ErasedFrom Date           `yaml:"erased_from" json:"erased_from,omitzero"`                        // since when the source erases old records by law, so that later extracts hold survivors only
	Period     PeriodFields   `yaml:"period" json:"period"`
	Value      string         `yaml:"value" json:"value,omitempty"` // the field that is summed; empty if records are counted
	Bound      string         `yaml:"bound" json:"bound,omitempty"` // the field that holds exactly, at-least, at-most, about
	Status     string         `yaml:"status" json:"status,omitempty"`
	Citation   CitationFields `yaml:"citation" json:"citation"`
	Note       string         `yaml:"note" json:"note,omitempty"` // the field that holds a remark on one record
	Key        []string       `yaml:"key" json:"key"`
	Duplicates string         `yaml:"duplicates" json:"duplicates"` // refuse | keep: are equal rows repeats, or other records
	Fields     []Field        `yaml:"fields" json:"fields"`
	Sums       []Sum          `yaml:"sums" json:"sums,omitempty"`       // which records are totals of which others
	History    []string       `yaml:"history" json:"history,omitempty"` // fields whose codes have a history of their own, against which a new batch is held; every code of the key if left out
	Accept     Acceptance     `yaml:"accept" json:"accept"`
	Since      Date           `yaml:"since" json:"since,omitzero"`          // no record can be older
	Answers    *Answers       `yaml:"answers" json:"answers,omitempty"`     // the records answer a duty to report
	Decisions  *Decisions     `yaml:"decisions" json:"decisions,omitempty"` // the records are decisions of courts, each with its date
	Fabricated bool           `yaml:"fabricated" json:"fabricated,omitempty"`

	// Charges says whether a record counts under its lead charge alone or under any of its charges; empty where it is
	// about no charges, or where the source does not say.
	Charges Charges `yaml:"charges" json:"charges,omitempty"`

	// RuleChanges are the days from which the source counts in another way, oldest first.
	RuleChanges []RuleChange `yaml:"rule_changes" json:"rule_changes,omitempty"`

	// Records is RecordsPublic where every release hands out the current records, with the fields RecordFields and no
	// others. It never is for a protected data set, or for one that may hold people under 18.
	Records      string   `yaml:"records" json:"records,omitempty"`
	RecordFields []string `yaml:"record_fields" json:"record_fields,omitempty"`
}

// RecordsPublic is the one word that Dataset.Records may be.
const RecordsPublic = "public"

// PublicFields are the fields of the records that are handed out, in the order of the definition; none if none are.
func (d Dataset) PublicFields() []Field {
	if d.Records != RecordsPublic || d.Protection != ProtectionOpen {
		return nil
	}
	var out []Field
	for _, name := range d.RecordFields {
		if f, ok := d.Field(name); ok {
			out = append(out, f)
		}
	}
	return out
}

// Answers says that the records of a data set are what reporters answered to a duty, so that who owes an answer, and by
// when, is known from the register of duties and its filings and never from the absence of a row. The periods of its
// records are those that the reports of the duty cover: the months before a due day.
type Answers struct {
	Duty     string `yaml:"duty" json:"duty"`         // id of a duty
	Reporter string `yaml:"reporter" json:"reporter"` // the code field that holds who answered
	Item     string `yaml:"item" json:"item"`         // the code field that holds the number of the item; series pin it
}

// Decisions says that each record of a data set is what a court did with counts of one case, so that it can be told
// how many convictions stood on a day. The case is known by an opaque code: never a name, never a docket number.
type Decisions struct {
	Case    string `yaml:"case" json:"case"`                 // the code field that tells cases apart
	Outcome string `yaml:"outcome" json:"outcome"`           // the code field that holds an Outcome
	Section string `yaml:"section" json:"section,omitempty"` // the code field that holds the section of law, if the source gives it
}

// Acceptance is the limit above which a batch stops a release.
type Acceptance struct {
	QuarantineAtMost float64 `yaml:"quarantine_at_most" json:"quarantine_at_most"` // share of rows, 0 to 1
}

// Field returns the field with the name, and whether there is one.
func (d Dataset) Field(name string) (Field, bool) {
	for _, f := range d.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

// UnitOf returns the counting unit of the records that a where keeps; empty if they carry their own and it is not pinned
// to one.
func (d Dataset) UnitOf(w Where) string {
	if d.UnitField == "" {
		return d.Unit
	}
	if codes := w[d.UnitField]; len(codes) == 1 {
		return codes[0]
	}
	return ""
}

// Code is one entry of a code list.
type Code struct {
	Code      string `json:"code"`
	Label     string `json:"label"`
	Plural    string `json:"plural,omitempty"` // the label for a number other than one
	Parent    string `json:"parent,omitempty"` // a code of the list above this one: the county of a town
	Kind      string `json:"kind,omitempty"`   // what sort of thing the code stands for: municipal, state-police, tribal
	ValidFrom Date   `json:"valid_from,omitzero"`
	ValidTo   Date   `json:"valid_to,omitzero"`
	About     string `json:"about,omitempty"`
}

// Codelist is a closed list of codes with labels and dates of validity.
type Codelist struct {
	ID    string `json:"id"`
	Codes []Code `json:"codes"`

	Text map[string]map[string]CodeText `json:"text,omitempty"` // language → code → text
}

// Label returns the label of the code, or the code itself if the list does not have it.
func (l Codelist) Label(code string) string {
	for _, c := range l.Codes {
		if c.Code == code {
			return c.Label
		}
	}
	return code
}

// Has reports whether the list has the code.
func (l Codelist) Has(code string) bool {
	for _, c := range l.Codes {
		if c.Code == code {
			return true
		}
	}
	return false
}
