package stat

// Feed maps one source's export to a data set: how the file is read, how its columns are named, and how its rows
// become records. The vocabulary is closed: no expressions. What a feed leaves out is detected or has its own
// name: a field without an entry is read from the column of the same name.
type Feed struct {
	ID      string            `yaml:"id" json:"id"`
	Title   string            `yaml:"title" json:"title"`
	Dataset string            `yaml:"dataset" json:"dataset"`
	Files   []string          `yaml:"files" json:"files"`               // patterns of file names (path.Match) that this feed claims
	Columns map[string]string `yaml:"columns" json:"columns,omitempty"` // field → column header; a field not named has its own name as header
	Bundled string            `yaml:"bundled" json:"bundled,omitempty"` // the export in data/exports that ships with the program

	About    string     `yaml:"about" json:"about,omitempty"`
	Schedule *Schedule  `yaml:"schedule" json:"schedule,omitempty"` // the years for which figures come and when they are due; without one nothing is added for absent years
	Name     string     `yaml:"name" json:"name,omitempty"`         // regular expression on the file name; its named groups are used by FieldMap.File
	Read     Reading    `yaml:"read" json:"read,omitzero"`
	Mapping  Mapping    `yaml:",inline" json:"mapping,omitzero"`
	Covers   *PeriodMap `yaml:"covers" json:"covers,omitempty"`     // the span for which a file stands, also where it has no row: from its name, or the same for all
	Scope    []string   `yaml:"scope" json:"scope,omitempty"`       // fields of the data set: a file replaces only the records with the same texts in them, as those of its agency
	Variants []Variant  `yaml:"variants" json:"variants,omitempty"` // the first that fits the file adds to the mapping and takes the place of what it names
	AddsUp   bool       `yaml:"adds_up" json:"adds_up,omitempty"`   // several rows make up one record of the data set: its key is not unique in this export
	Private  []string   `yaml:"private" json:"private,omitempty"`   // columns about persons that are never stored; what looks like one is found without being named
	Public   []string   `yaml:"public" json:"public,omitempty"`     // columns that only look as if they were about persons
}

// Reading says how the bytes of an export become cells. Everything left out is detected.
type Reading struct {
	Encoding  string `yaml:"encoding" json:"encoding,omitempty"`   // utf-8, utf-16le, utf-16be, windows-1252, iso-8859-1
	Delimiter string `yaml:"delimiter" json:"delimiter,omitempty"` // one character; tab
	Quote     string `yaml:"quote" json:"quote,omitempty"`         // one character, or none
	Skip      *int   `yaml:"skip" json:"skip,omitempty"`           // records above the header
	Header    *int   `yaml:"header" json:"header,omitempty"`       // records of the header: 1 if left out; 0: columns are named column 1, column 2 …
	Footer    *int   `yaml:"footer" json:"footer,omitempty"`       // records at the end that are no rows; left out, notes at the end are found
	Member    string `yaml:"member" json:"member,omitempty"`       // pattern of the file inside an archive
	Sheet     string `yaml:"sheet" json:"sheet,omitempty"`         // sheet of a workbook; the first if left out
}

// Mapping says how rows become records.
type Mapping struct {
	Fields  map[string]FieldMap `yaml:"fields" json:"fields,omitempty"`   // field → where its text comes from
	Period  *PeriodMap          `yaml:"period" json:"period,omitempty"`   // one text that gives both ends of the period
	Fill    []string            `yaml:"fill" json:"fill,omitempty"`       // columns in which an empty cell repeats the cell above
	Section *RowRule            `yaml:"section" json:"section,omitempty"` // rows that are the heading of the rows below; without texts or a pattern, rows with no other cell
	Aside   []RowRule           `yaml:"aside" json:"aside,omitempty"`     // rows set aside, with the reason
	Long    []Long              `yaml:"long" json:"long,omitempty"`       // columns that become records of their own
	Missing []string            `yaml:"missing" json:"missing,omitempty"`
	Dates   []string            `yaml:"dates" json:"dates,omitempty"` // formats of dates, tried in turn: YYYY-MM-DD, MM/DD/YYYY, D-MON-YY, excel
	Numbers *Numbers            `yaml:"numbers" json:"numbers,omitempty"`
	Marks   []TextMark          `yaml:"marks" json:"marks,omitempty"` // texts in the value's place that are not numbers
}

// FieldMap says where the text of a field comes from: a column, a constant, the file name, the heading or the cell
// of an unfolded column; then in this order a pattern, steps and a map are applied to it.
type FieldMap struct {
	Column    string            `yaml:"column" json:"column,omitempty"`   // header of the column; {n} stands for the number of a repeated group
	Columns   []string          `yaml:"columns" json:"columns,omitempty"` // other headers of the same column: the first that the file has
	Join      []string          `yaml:"join" json:"join,omitempty"`       // or several columns, whose texts are joined by a blank: Year and Month
	Section   bool              `yaml:"section" json:"section,omitempty"` // or the heading of the section that the row stands in
	Value     string            `yaml:"value" json:"value,omitempty"`     // a constant
	File      string            `yaml:"file" json:"file,omitempty"`       // a named group of Feed.Name
	Heading   bool              `yaml:"heading" json:"heading,omitempty"` // the heading of the unfolded column
	Cell      bool              `yaml:"cell" json:"cell,omitempty"`       // the cell of the unfolded column
	Split     string            `yaml:"split" json:"split,omitempty"`     // the cell holds several texts, with this between them; which one says Part
	Part      int               `yaml:"part" json:"part,omitempty"`       // from 1; in a repeated group its number if left out
	Pattern   string            `yaml:"pattern" json:"pattern,omitempty"` // regular expression; the text becomes its first group, or empty where it does not match
	Steps     []string          `yaml:"steps" json:"steps,omitempty"`     // trim, lower, upper, slug, digits, cut-prefix X, cut-suffix X, pad N
	Map       map[string]string `yaml:"map" json:"map,omitempty"`         // text → text; the text after the steps, or without a pattern the text as it stands
	Otherwise *string           `yaml:"otherwise" json:"otherwise,omitempty"`
	Labels    bool              `yaml:"labels" json:"labels,omitempty"`   // the text may be the label of a code instead of the code
	Statute   bool              `yaml:"statute" json:"statute,omitempty"` // the text holds a section of law: 53A-83(c)(1) is the code 53a-83, never 53a-83a
	Dates     []string          `yaml:"dates" json:"dates,omitempty"`
	Missing   []string          `yaml:"missing" json:"missing,omitempty"`
}

// PeriodMap reads both ends of a period from one text.
type PeriodMap struct {
	FieldMap  `yaml:",inline"`
	As        string `yaml:"as" json:"as"`                         // year, state-fiscal, federal-fiscal, quarter, month, day, range
	Separator string `yaml:"separator" json:"separator,omitempty"` // of a range: " - " if left out
}

// RowRule picks rows by the text of one column.
type RowRule struct {
	Column string   `yaml:"column" json:"column"`
	Is     []string `yaml:"is" json:"is,omitempty"`       // one of these texts, case ignored
	Match  string   `yaml:"match" json:"match,omitempty"` // or a regular expression
	Not    bool     `yaml:"not" json:"not,omitempty"`     // the rows that do not fit
	Reason string   `yaml:"reason" json:"reason,omitempty"`
}

// Long unfolds columns into records: a run of columns, each with its heading and its cell, or a group of columns that
// is repeated sideways with a number in its headers.
type Long struct {
	From   string              `yaml:"from" json:"from,omitempty"`     // first column
	To     string              `yaml:"to" json:"to,omitempty"`         // last column; the file's last if left out
	Only   []string            `yaml:"only" json:"only,omitempty"`     // or just these columns
	Match  string              `yaml:"match" json:"match,omitempty"`   // or those whose heading fits the regular expression
	Except []string            `yaml:"except" json:"except,omitempty"` // but not these
	Repeat int                 `yaml:"repeat" json:"repeat,omitempty"` // groups: {n} in FieldMap.Column runs from 1 to Repeat
	When   *RowRule            `yaml:"when" json:"when,omitempty"`     // only in rows that fit
	Period *PeriodMap          `yaml:"period" json:"period,omitempty"` // the period, where the heading or a column of the group gives it
	Fields map[string]FieldMap `yaml:"fields" json:"fields,omitempty"`
	Skip   string              `yaml:"skip" json:"skip,omitempty"` // cells that make no record: empty, zero
}

// Numbers says how the source writes numbers beyond plain digits.
type Numbers struct {
	Thousands   string `yaml:"thousands" json:"thousands,omitempty"`     // , . space '
	Decimal     string `yaml:"decimal" json:"decimal,omitempty"`         // . or ,
	Currency    string `yaml:"currency" json:"currency,omitempty"`       // characters that may stand before or after
	Parentheses bool   `yaml:"parentheses" json:"parentheses,omitempty"` // (5) is -5
	Percent     bool   `yaml:"percent" json:"percent,omitempty"`         // 7% is 7
	PointZero   bool   `yaml:"point_zero" json:"point_zero,omitempty"`   // 155.0 is 155
}

// TextMark is a text that stands where a number is expected: the sender's own suppression, or a word for zero. A text
// with another status than reported never becomes a number.
type TextMark struct {
	Text   string `yaml:"text" json:"text,omitempty"`     // exactly this text
	Match  string `yaml:"match" json:"match,omitempty"`   // or a regular expression; its first group is the number, or its groups low, high, above and below are limits
	Value  *int64 `yaml:"value" json:"value,omitempty"`   // the number, if the text means one
	Low    *int64 `yaml:"low" json:"low,omitempty"`       // the smallest number that it can stand for, where there is none
	High   *int64 `yaml:"high" json:"high,omitempty"`     // the largest
	Status Status `yaml:"status" json:"status,omitempty"` // reported if left out
	Bound  Bound  `yaml:"bound" json:"bound,omitempty"`
}

// Variant is how some of a feed's files differ: other years, other headers.
type Variant struct {
	File    string   `yaml:"file" json:"file,omitempty"`   // pattern of the file name (path.Match)
	Has     []string `yaml:"has" json:"has,omitempty"`     // columns that the file has
	Lacks   []string `yaml:"lacks" json:"lacks,omitempty"` // columns that it lacks
	Mapping Mapping  `yaml:",inline" json:"mapping,omitzero"`
}
