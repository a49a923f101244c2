package stat

import "time"

// Site is how an installation presents itself.
type Site struct {
	Name      string `yaml:"name" json:"name"`           // Tallystick
	Place     string `yaml:"place" json:"place"`         // Connecticut
	Title     string `yaml:"title" json:"title"`         // one line: what this site is
	Publisher string `yaml:"publisher" json:"publisher"` // who answers for it
	Contact   string `yaml:"contact" json:"contact"`
	About     string `yaml:"about" json:"about"`
	Address   string `yaml:"address" json:"address,omitempty"` // public address of the site, if it has one
	Licence   string `yaml:"licence" json:"licence"`

	// WithholdBelow is the smallest count of protected people that is published; 0 means DefaultWithholdBelow.
	WithholdBelow int64 `yaml:"withhold_below" json:"withhold_below,omitempty"`

	Text map[string]SiteText `yaml:"-" json:"text,omitempty"` // by language, from the files beside this one
}

// DefaultWithholdBelow is the rule of CDC WONDER and of Washington State: 1 to 9 are withheld.
const DefaultWithholdBelow = 10

// Rule is the site's disclosure rule.
func (s Site) Rule() Rule {
	if s.WithholdBelow == 0 {
		return Rule{K: DefaultWithholdBelow}
	}
	return Rule{K: s.WithholdBelow}
}

// Definitions are all definitions, as they stand in data/ and frozen in a release. Every list is sorted by its
// identifier (events by date).
type Definitions struct {
	Site       Site        `json:"site"`
	Sources    []Source    `json:"sources"`
	Datasets   []Dataset   `json:"datasets"`
	Feeds      []Feed      `json:"feeds"`
	Codelists  []Codelist  `json:"codelists"`
	Statutes   []Statute   `json:"statutes"`
	Events     []Event     `json:"events"`
	Indicators []Indicator `json:"indicators"`
	Duties     []Duty      `json:"duties,omitempty"`
	Claims     []Claim     `json:"claims,omitempty"`

	Reconciliations []Reconciliation `json:"reconciliations,omitempty"`
	Elements        []Element        `json:"elements,omitempty"` // in the order of the table

	Filings []Filing `json:"filings,omitempty"` // by duty, due day, reporter and day of receipt
	Replies []Reply  `json:"replies,omitempty"` // by agency and date

	Text map[string]map[string]string `json:"text,omitempty"` // translations of single texts, by language and English text

	Language string `json:"-"` // code of the language of the texts, where they were translated by In
}

func find[T any](list []T, id string, of func(T) string) (T, bool) {
	for _, x := range list {
		if of(x) == id {
			return x, true
		}
	}
	var zero T
	return zero, false
}

// Source returns the source with the identifier.
func (d Definitions) Source(id string) (Source, bool) {
	return find(d.Sources, id, func(s Source) string { return s.ID })
}

// Dataset returns the data set with the identifier.
func (d Definitions) Dataset(id string) (Dataset, bool) {
	return find(d.Datasets, id, func(s Dataset) string { return s.ID })
}

// Feed returns the feed with the identifier.
func (d Definitions) Feed(id string) (Feed, bool) {
	return find(d.Feeds, id, func(s Feed) string { return s.ID })
}

// Codelist returns the code list with the identifier.
func (d Definitions) Codelist(id string) (Codelist, bool) {
	return find(d.Codelists, id, func(s Codelist) string { return s.ID })
}

// Statute returns the statute with the identifier.
func (d Definitions) Statute(id string) (Statute, bool) {
	return find(d.Statutes, id, func(s Statute) string { return s.ID })
}

// Duty returns the duty with the identifier.
func (d Definitions) Duty(id string) (Duty, bool) {
	return find(d.Duties, id, func(x Duty) string { return x.ID })
}

// Claim returns the claim with the identifier.
func (d Definitions) Claim(id string) (Claim, bool) {
	return find(d.Claims, id, func(c Claim) string { return c.ID })
}

// Reconciliation returns the reconciliation with the identifier.
func (d Definitions) Reconciliation(id string) (Reconciliation, bool) {
	return find(d.Reconciliations, id, func(r Reconciliation) string { return r.ID })
}

// Indicator returns the indicator with the identifier.
func (d Definitions) Indicator(id string) (Indicator, bool) {
	return find(d.Indicators, id, func(s Indicator) string { return s.ID })
}

// Batch is one export accepted for processing.
type Batch struct {
	ID          string    `json:"id"` // b0001, in the order of receipt
	Feed        string    `json:"feed"`
	Dataset     string    `json:"dataset"`
	File        string    `json:"file"`   // the name under which it came
	SHA256      string    `json:"sha256"` // empty in a release that withholds counts of the export: guesses could be tried against it
	Bytes       int64     `json:"bytes"`
	Commitment  string    `json:"commitment,omitempty"` // in place of the checksum: fixes the bytes and tells nothing of them
	ReceivedAt  time.Time `json:"received_at"`
	ReceivedBy  string    `json:"received_by,omitempty"`
	Rows        int64     `json:"rows"` // rows = accepted + quarantined + duplicates + set aside
	Accepted    int64     `json:"accepted"`
	Quarantined int64     `json:"quarantined"`
	Duplicates  int64     `json:"duplicates"`
	SetAside    int64     `json:"set_aside"`
	Records     int64     `json:"records"` // what the accepted rows became; more than rows where a wide row holds several
	Verb        Verb      `json:"verb,omitempty"`
	Reason      string    `json:"reason,omitempty"`   // why, in a sentence; required for a correction
	Covers      Period    `json:"covers,omitzero"`    // the span for which it stands, if it says so: also the days for which it has no record
	Scope       []string  `json:"scope,omitempty"`    // fields to whose texts it limits itself: it replaces only records with the same ones
	Fixes       string    `json:"fixes,omitempty"`    // id of the batch that is read again, with the repaired rows of this one
	Header      []string  `json:"header,omitempty"`   // the sender's own columns
	Asides      []Aside   `json:"asides,omitempty"`   // rows set aside by rule, by reason
	Withdrawn   time.Time `json:"withdrawn,omitzero"` // when the batch was withdrawn; its records count no more
	ErasedAt    time.Time `json:"erased_at,omitzero"` // when the received bytes were erased by law
}

// Verb says what a batch does to the records that are there already.
type Verb string

// The verbs of a batch.
const (
	VerbReplace Verb = "replace" // for every period it covers, its records stand instead of the earlier ones
	VerbAdd     Verb = "add"     // its records stand beside the earlier ones
	VerbCorrect Verb = "correct" // each of its records stands instead of the earlier one with the same key
	VerbFix     Verb = "fix"     // an earlier batch again, with rows that its sender repaired in their places
)

// Verbs lists every verb.
var Verbs = []Verb{VerbReplace, VerbAdd, VerbCorrect, VerbFix}

// Balanced reports whether every row is accounted for.
func (b Batch) Balanced() bool {
	return b.Rows == b.Accepted+b.Quarantined+b.Duplicates+b.SetAside
}

// Answer is what the rules wrote about an indicator in a release.
type Answer struct {
	Indicator string     `json:"indicator"`
	Sentences []Sentence `json:"sentences"`      // the answer to the question
	Panels    []Spoken   `json:"panels"`         // one sentence for each panel
	Alt       string     `json:"alt"`            // alternative text of the figure
	Cautions  []string   `json:"cautions"`       // what to know before quoting, worst first: derived ones and the definition's notes
	Told      []Sentence `json:"told,omitempty"` // the cautions in parts, so that each number leads to its figure; not in older releases
	Breaks    []Break    `json:"breaks,omitempty"`
	Events    []string   `json:"events,omitempty"` // ids of the events that apply, oldest first

	Reconciled []Reconciled `json:"reconciled,omitempty"` // the definition's pairings, period by period

	Text map[string]AnswerText `json:"text,omitempty"` // the words in other languages, by code
}

// AnswerText is the words of an answer in another language.
type AnswerText struct {
	Sentences []Sentence `json:"sentences"`
	Panels    []Spoken   `json:"panels"`
	Alt       string     `json:"alt"`
	Cautions  []string   `json:"cautions"`
	Told      []Sentence `json:"told,omitempty"`
	Breaks    []Break    `json:"breaks,omitempty"`
}

// In returns the answer with its words in the language, or as it is where it was not written in it.
func (a Answer) In(language string) Answer {
	if t, ok := a.Text[language]; ok {
		a.Sentences, a.Panels, a.Alt, a.Breaks = t.Sentences, t.Panels, t.Alt, t.Breaks
		a.Cautions, a.Told = t.Cautions, t.Told
	}
	return a
}

// Spoken is the sentence of one panel.
type Spoken struct {
	Panel    string   `json:"panel"`
	Sentence Sentence `json:"sentence"`
}

// Gate is a condition that a draft had to meet, and how it stood.
type Gate struct {
	ID     string  `json:"id"`
	Title  string  `json:"title"`
	Passed bool    `json:"passed"`
	Issues []Issue `json:"issues,omitempty"`
}

// FileRef is one file of a release.
type FileRef struct {
	Path   string `json:"path"` // slash-separated, relative to the release's folder
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Ref names another release by identifier and by the checksum of its manifest.
type Ref struct {
	ID     string `json:"id"`
	SHA256 string `json:"sha256"`
}

// Manifest says what a release holds, from what it was made, and the checksum of every file in it.
type Manifest struct {
	Format      string    `json:"format"` // tallystick-release-1
	ID          string    `json:"id"`     // 2026-11-24, or 2026-11-24.2 for the second of a day
	PublishedAt time.Time `json:"published_at"`
	Title       string    `json:"title"`
	Reason      string    `json:"reason"` // why it was made, in a sentence
	Previous    *Ref      `json:"previous,omitempty"`
	Program     string    `json:"program"` // version of tallystick
	Engine      string    `json:"engine"`  // version of DuckDB
	Batches     []Batch   `json:"batches"`
	Gates       []Gate    `json:"gates"`
	Audit       Audit     `json:"audit"`  // of disclosure control: numbers of cells and of proofs, never a value
	Inputs      string    `json:"inputs"` // SHA-256 over definitions and batches: equal inputs, equal release
	Files       []FileRef `json:"files"`  // sorted by path; all but the manifest itself

	Statements []Statement `json:"statements,omitempty"` // corrections, revisions, withdrawals and announcements
	Approvals  []Approval  `json:"approvals,omitempty"`  // who approved the draft, by its checksum
}
