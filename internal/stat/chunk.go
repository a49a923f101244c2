package stat

import "encoding/json"

// Chunk is a run of rows of one export as typed columns: the records that its good rows became, and beside them
// the rows that were rejected. Rows pass from ingest to the warehouse in chunks, because moving them one by one
// costs more than reading and checking them.
type Chunk struct {
	Lines   []int64  // physical line of the row behind each record; the length of every vector
	Vectors []Vector // in the order of Layout.Columns
	Rejects []Reject // rows that cannot be used, in the order of the file

	Rows       int64 // rows read for this chunk
	Accepted   int64
	Duplicates int64
	SetAside   []Aside  // counts by reason, in the order of their first row
	Periods    []Period // the periods the records cover, sorted, without their words; see Layout.Dated
}

// Aside is how many rows a rule set aside, and why.
type Aside struct {
	Reason string `json:"reason"`
	Rows   int64  `json:"rows"`
}

// Reject is a row that cannot be used: what stood in the export, and what is wrong with it.
type Reject struct {
	Line   int64
	Cells  []string // its cells, decoded, in the sender's columns; empty where they must not be kept
	Issues []Issue
}

// Vector is one column of a chunk. Which of the slices is in use follows from the type: Ints for integers, dates
// (days since 1970-01-01) and codes (index into the column's Dictionary), Floats for decimals, Text and Ends for
// text (cell i is Text[Ends[i-1]:Ends[i]]). Null marks cells without a value.
type Vector struct {
	Ints   []int64
	Floats []float64
	Text   []byte
	Ends   []int
	Null   []bool
}

// At returns the text of cell i.
func (v *Vector) At(i int) []byte {
	start := 0
	if i > 0 {
		start = v.Ends[i-1]
	}
	return v.Text[start:v.Ends[i]]
}

// Layout says what the vectors of a data set's chunks are.
type Layout struct {
	Columns []LayoutColumn
	Dated   bool // records carry one date: Chunk.Periods has the days from the first to the last
}

// LayoutColumn is one column of a layout and, for codes, the list that its numbers point into.
type LayoutColumn struct {
	Name       string
	Type       FieldType
	Dictionary []string
}

// StatusColumn and BoundColumn name the columns in which records keep the status and the bound of their value
// where the data set has no fields of its own for them. LowColumn and HighColumn name those that keep the limits of a
// value that is not there: what the source writes as "<= 10" or "5 - 15".
const (
	StatusColumn = "value_status"
	BoundColumn  = "value_bound"
	LowColumn    = "value_low"
	HighColumn   = "value_high"
)

// NewLayout returns the layout of the data set: its fields in their order, then the status and the bound of its
// value unless they are fields, and its limits. A code of a list becomes its place in the list; codes holds the lists
// by field.
func NewLayout(d Dataset, codes map[string][]string) Layout {
	l := Layout{Dated: d.Period.Date != ""}
	statuses, bounds := make([]string, len(Statuses)), make([]string, len(Bounds))
	for i, s := range Statuses {
		statuses[i] = string(s)
	}
	for i, b := range Bounds {
		bounds[i] = string(b)
	}
	for _, f := range d.Fields {
		c := LayoutColumn{Name: f.Name, Type: f.Type}
		switch {
		case d.Value != "" && f.Name == d.Status:
			c.Type, c.Dictionary = FieldCode, statuses
		case d.Value != "" && f.Name == d.Bound:
			c.Type, c.Dictionary = FieldCode, bounds
		case f.Type == FieldCode:
			c.Dictionary = codes[f.Name]
		}
		l.Columns = append(l.Columns, c)
	}
	if d.Value != "" && d.Status == "" {
		l.Columns = append(l.Columns, LayoutColumn{Name: StatusColumn, Type: FieldCode, Dictionary: statuses})
	}
	if d.Value != "" && d.Bound == "" {
		l.Columns = append(l.Columns, LayoutColumn{Name: BoundColumn, Type: FieldCode, Dictionary: bounds})
	}
	if d.Value != "" {
		l.Columns = append(l.Columns, LayoutColumn{Name: LowColumn, Type: FieldInteger}, LayoutColumn{Name: HighColumn, Type: FieldInteger})
	}
	return l
}

// Shape is the part of the layout that a stored table depends on, names and types, as text.
func (l Layout) Shape() string {
	type column struct{ Name, Type string }
	var cols []column
	for _, c := range l.Columns {
		cols = append(cols, column{c.Name, string(c.Type)})
	}
	b, err := json.Marshal(cols)
	if err != nil {
		panic(err) // names and types are strings
	}
	return string(b)
}
