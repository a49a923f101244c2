package catalog

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/gocarina/gocsv"

	"tallystick/internal/stat"
)

// codeRow is a line of a code list, every cell as text.
type codeRow struct {
	Code      string `csv:"code"`
	Label     string `csv:"label"`
	Plural    string `csv:"plural"`
	Parent    string `csv:"parent"`
	Kind      string `csv:"kind"`
	ValidFrom string `csv:"valid_from"`
	ValidTo   string `csv:"valid_to"`
	About     string `csv:"about"`
}

// eventRow is a line of events.csv, every cell as text.
type eventRow struct {
	ID         string `csv:"id"`
	Date       string `csv:"date"`
	Precision  string `csv:"precision"`
	Kind       string `csv:"kind"`
	Title      string `csv:"title"`
	Text       string `csv:"text"`
	Act        string `csv:"act"`
	Statutes   string `csv:"statutes"`
	Indicators string `csv:"indicators"`
	Address    string `csv:"address"`
	Confidence string `csv:"confidence"`
}

var (
	codeColumns  = []string{"code", "label", "plural", "parent", "kind", "valid_from", "valid_to", "about"}
	eventColumns = []string{"id", "date", "precision", "kind", "title", "text", "act", "statutes", "indicators",
		"address", "confidence"}
)

// elementRow is a line of elements.csv, every cell as text.
type elementRow struct {
	ID         string `csv:"id"`
	Element    string `csv:"element"`
	StateThen  string `csv:"state_then"`
	StateNow   string `csv:"state_now"`
	Federal    string `csv:"federal"`
	Sources    string `csv:"sources"`
	Confidence string `csv:"confidence"`
}

var elementColumns = []string{"id", "element", "state_then", "state_now", "federal", "sources", "confidence"}

// filingRow is a line of filings.csv, every cell as text.
type filingRow struct {
	Duty     string `csv:"duty"`
	Reporter string `csv:"reporter"`
	Due      string `csv:"due"`
	Received string `csv:"received"`
	Kind     string `csv:"kind"`
	Items    string `csv:"items"`
	Address  string `csv:"address"`
	Note     string `csv:"note"`
}

// replyRow is a line of replies.csv, every cell as text.
type replyRow struct {
	Agency  string `csv:"agency"`
	Date    string `csv:"date"`
	Text    string `csv:"text"`
	Address string `csv:"address"`
}

var (
	filingColumns = []string{"duty", "reporter", "due", "received", "kind", "items", "address", "note"}
	filingKinds   = []string{"filed", "waived", "disputed"}
	replyColumns  = []string{"agency", "date", "text", "address"}
)

// lineReader remembers on which physical line each record of a CSV file begins, which gocsv does not tell.
type lineReader struct {
	csv   *csv.Reader
	lines []int64
}

// Read returns the next record.
func (r *lineReader) Read() ([]string, error) {
	record, err := r.csv.Read()
	if err == nil {
		line, _ := r.csv.FieldPos(0)
		r.lines = append(r.lines, int64(line))
	}
	return record, err
}

// ReadAll returns the remaining records.
func (r *lineReader) ReadAll() ([][]string, error) {
	var out [][]string
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		out = append(out, record)
	}
}

// table reads a CSV file with exactly the given columns, in any order, into rows, and returns the line of each.
func table[T any](l *loader, file string, columns []string) ([]T, []int64) {
	data, ok := l.file(file)
	if !ok {
		return nil, nil
	}
	doc := &document{data: data}
	l.documents[file] = doc
	if strings.HasPrefix(string(data), "\ufeff") {
		l.add(stat.Issue{
			File: file, Line: 1, Code: "byte-order-mark", Problem: "The file begins with a byte-order mark.",
			Fix: "Save it as UTF-8 without one.",
		})
		return nil, nil
	}
	header, err := csv.NewReader(strings.NewReader(string(data))).Read()
	if err != nil {
		l.add(tableIssue(file, err))
		return nil, nil
	}
	if !l.header(file, header, columns) {
		return nil, nil
	}
	in := &lineReader{csv: csv.NewReader(strings.NewReader(string(data)))}
	var rows []T
	if err := gocsv.UnmarshalCSV(in, &rows); err != nil {
		l.add(tableIssue(file, err))
		return nil, nil
	}
	doc.decoded = true
	return rows, in.lines[1:]
}

// header reports every column that is missing, unknown or given twice.
func (l *loader) header(file string, got, want []string) bool {
	ok := true
	for i, name := range got {
		problem, fix := "", "Columns are: "+strings.Join(want, ", ")+"."
		switch {
		case !slices.Contains(want, name):
			problem = fmt.Sprintf("There is no column %q in this kind of file.", name)
		case slices.Index(got, name) < i:
			problem = fmt.Sprintf("The column %q stands twice in the header.", name)
		default:
			continue
		}
		ok = false
		l.add(stat.Issue{File: file, Line: 1, Column: name, Code: "column-unknown", Problem: problem, Fix: fix})
	}
	for _, name := range want {
		if !slices.Contains(got, name) {
			ok = false
			l.add(stat.Issue{
				File: file, Line: 1, Column: name, Code: "column-missing",
				Problem: fmt.Sprintf("The column %q is missing.", name), Fix: "Add it; its cells may be empty.",
			})
		}
	}
	return ok
}

func tableIssue(file string, err error) stat.Issue {
	issue := stat.Issue{
		File: file, Line: 1, Code: "table-unreadable", Problem: "The table cannot be read: " + err.Error() + ".",
		Fix: "Each line needs as many cells as the header, and a cell with a comma or a quote needs quotes around it.",
	}
	var at *csv.ParseError
	switch {
	case errors.As(err, &at):
		issue.Line = int64(at.StartLine)
		issue.Problem = "The table cannot be read: " + at.Err.Error() + "."
	case errors.Is(err, io.EOF):
		issue.Problem = "The file is empty."
	}
	return issue
}

func (l *loader) readCodelists() {
	for _, name := range l.list("codelists", ".csv") {
		file := path.Join("codelists", name)
		rows, lines := table[codeRow](l, file, codeColumns)
		if l.unreadable(file) {
			continue
		}
		list := stat.Codelist{ID: strings.TrimSuffix(name, ".csv")}
		seen := map[string]bool{}
		for i, r := range rows {
			cell := cellIssue(l, file, lines[i])
			if !identifier(r.Code) {
				cell("code", r.Code, "code-malformed",
					"A code is made of lower-case letters, digits and hyphens.", "Rewrite it.")
			}
			if seen[r.Code] {
				cell("code", r.Code, "code-twice", fmt.Sprintf("The code %q stands twice.", r.Code),
					"Remove one of the lines.")
			}
			if r.Label == "" {
				cell("label", "", "label-missing", "A code needs a label.", "Write what a reader should see.")
			}
			seen[r.Code] = true
			code := stat.Code{
				Code: r.Code, Label: r.Label, Plural: cmp.Or(r.Plural, r.Label), Parent: r.Parent, Kind: r.Kind,
				ValidFrom: date(r.ValidFrom, "valid_from", cell), ValidTo: date(r.ValidTo, "valid_to",
					cell), About: r.About,
			}
			if !code.ValidTo.IsZero() && code.ValidTo.Compare(code.ValidFrom) < 0 {
				cell("valid_to", r.ValidTo, "dates-reversed", "The code ends before it begins.",
					"Swap or correct the dates.")
			}
			list.Codes = append(list.Codes, code)
		}
		l.defs.Codelists = append(l.defs.Codelists, list)
		l.codeLines[list.ID] = lines
	}
	slices.SortFunc(l.defs.Codelists, func(a, b stat.Codelist) int { return cmp.Compare(a.ID, b.ID) })
}

func (l *loader) readEvents() {
	rows, lines := table[eventRow](l, "events.csv", eventColumns)
	seen := map[string]bool{}
	for i, r := range rows {
		cell := cellIssue(l, "events.csv", lines[i])
		if !identifier(r.ID) || seen[r.ID] {
			cell("id", r.ID, "id-wrong",
				"An event needs an identifier of its own, in lower-case letters, digits and hyphens.",
				"Rewrite it.")
		}
		seen[r.ID] = true
		e := stat.Event{
			ID: r.ID, Date: date(r.Date, "date",
				cell), Precision: r.Precision, Kind: r.Kind, Title: r.Title, Text: r.Text,
			Act: r.Act, Statutes: strings.Fields(r.Statutes), Indicators: strings.Fields(r.Indicators), Address: r.Address,
			Confidence: r.Confidence,
		}
		if r.Date == "" {
			cell("date", "", "date-missing", "An event needs a date.",
				"Write the first day of the month or year, and say so under precision, where the day is not known.")
		}
		if e.Title == "" || e.Text == "" {
			cell("title", e.Title, "text-missing", "An event needs a title and a text.",
				"Say in a sentence what happened.")
		}
		oneOf(cell, "precision", e.Precision, precisions)
		oneOf(cell, "kind", e.Kind, eventKinds)
		oneOf(cell, "confidence", e.Confidence, confidences)
		if !isAddress(e.Address) {
			cell("address", e.Address, "address-wrong", "An event needs the public address of its source.",
				"Write one that begins with https:// or http://.")
		}
		for _, id := range e.Statutes {
			if _, ok := l.defs.Statute(id); !ok && !l.unreadable("statutes/"+id+".yaml") {
				cell("statutes", id, "statute-unknown", fmt.Sprintf("There is no statute %q.", id),
					"Add statutes/"+id+".yaml, or correct the name.")
			}
		}
		for _, id := range e.Indicators {
			if _, ok := l.defs.Indicator(id); !ok && !l.unreadable("indicators/"+id+".yaml") {
				cell("indicators", id, "indicator-unknown", fmt.Sprintf("There is no indicator %q.", id),
					"Correct the name.")
			}
		}
		l.defs.Events = append(l.defs.Events, e)
	}
	slices.SortStableFunc(l.defs.Events, func(a, b stat.Event) int {
		return cmp.Or(a.Date.Compare(b.Date), cmp.Compare(a.ID, b.ID))
	})
}

// readElements reads the table of state and federal law, which an installation may do without.
func (l *loader) readElements() {
	const file = "elements.csv"
	if !l.has(file) {
		return
	}
	rows, lines := table[elementRow](l, file, elementColumns)
	seen := map[string]bool{}
	for i, r := range rows {
		cell := cellIssue(l, file, lines[i])
		if !identifier(r.ID) || seen[r.ID] {
			cell("id", r.ID, "id-wrong", "An element needs an identifier of its own, in lower-case letters, digits and hyphens.",
				"Rewrite it.")
		}
		seen[r.ID] = true
		for _, c := range []struct{ column, text string }{
			{"element", r.Element}, {"state_then", r.StateThen}, {"state_now", r.StateNow}, {"federal", r.Federal},
		} {
			if strings.TrimSpace(c.text) == "" {
				cell(c.column, "", "text-missing", "The cell is empty.", "Say what the law asks for, or that it asks for nothing.")
			}
		}
		oneOf(cell, "confidence", r.Confidence, confidences)
		sources := strings.Fields(r.Sources)
		if len(sources) == 0 || slices.ContainsFunc(sources, func(s string) bool { return !isAddress(s) }) {
			cell("sources", r.Sources, "address-wrong", "An element needs the public addresses of its sources, parted by blanks.",
				"Write addresses that begin with https:// or http://.")
		}
		l.defs.Elements = append(l.defs.Elements, stat.Element{
			ID: r.ID, Element: r.Element, StateThen: r.StateThen, StateNow: r.StateNow, Federal: r.Federal, Sources: sources,
			Confidence: r.Confidence,
		})
	}
}

// readFilings reads what reporters sent under their duties, which an installation may do without.
func (l *loader) readFilings() {
	const file = "filings.csv"
	if !l.has(file) {
		return
	}
	rows, lines := table[filingRow](l, file, filingColumns)
	seen := map[filingRow]bool{}
	for i, r := range rows {
		cell := cellIssue(l, file, lines[i])
		if seen[r] {
			cell("reporter", r.Reporter, "filing-twice", "The same filing stands twice.", "Remove one of the lines.")
		}
		seen[r] = true
		f := stat.Filing{
			Duty: r.Duty, Reporter: r.Reporter, Due: date(r.Due, "due", cell), Received: date(r.Received, "received", cell),
			Waived: r.Kind == "waived", Disputed: r.Kind == "disputed", Address: r.Address, Note: r.Note,
		}
		oneOf(cell, "kind", r.Kind, filingKinds)
		if r.Received == "" {
			cell("received", "", "date-missing", "A filing needs the day on which it was received.",
				"Write the day of the receipt, or of the decision.")
		}
		if f.Address != "" && !isAddress(f.Address) {
			cell("address", f.Address, "address-wrong", "This is not a public address.",
				"Write one that begins with https:// or http://, or leave the cell empty.")
		}
		if r.Kind != "filed" && f.Note == "" {
			cell("note", "", "note-missing", "A waiver or a dispute needs its reason.", "Say in a sentence who decided or holds what.")
		}
		l.checkFiling(&f, r.Items, cell)
		l.defs.Filings = append(l.defs.Filings, f)
	}
	slices.SortStableFunc(l.defs.Filings, func(a, b stat.Filing) int {
		return cmp.Or(cmp.Compare(a.Duty, b.Duty), a.Due.Compare(b.Due), cmp.Compare(a.Reporter, b.Reporter),
			a.Received.Compare(b.Received))
	})
}

// checkFiling holds a filing against its duty and reads the numbers of its items; "all" stands for every one.
func (l *loader) checkFiling(f *stat.Filing, items string, cell func(column, value, code, problem, fix string)) {
	duty, ok := l.defs.Duty(f.Duty)
	if !ok {
		if !l.unreadable("duties/" + f.Duty + ".yaml") {
			cell("duty", f.Duty, "duty-unknown", fmt.Sprintf("There is no duty %q.", f.Duty), "Name a file of duties/.")
		}
		return
	}
	v, ok := duty.Version(f.Due)
	if !ok {
		cell("due", f.Due.String(), "due-wrong", "Nothing was due on this day under the duty.",
			"Write the due day that the filing answers, not the day on which it came.")
		return
	}
	if list, ok := l.defs.Codelist(v.Codelist); ok && !list.Has(f.Reporter) {
		cell("reporter", f.Reporter, "code-unknown", fmt.Sprintf("%q does not owe it by name.", f.Reporter),
			"Use a code of codelists/"+v.Codelist+".csv.")
	}
	for word := range strings.FieldsSeq(items) {
		at := slices.IndexFunc(v.Items, func(i stat.DutyItem) bool { return fmt.Sprint(i.Number) == word })
		switch {
		case word == "all":
			for _, i := range v.Items {
				f.Items = append(f.Items, i.Number)
			}
		case at < 0:
			cell("items", word, "item-unknown", fmt.Sprintf("The duty has no item %q.", word),
				"Write the numbers of the items that are answered, parted by blanks, or all.")
		default:
			f.Items = append(f.Items, v.Items[at].Number)
		}
	}
	if !f.Waived && !f.Disputed && len(f.Items) == 0 && len(v.Items) > 0 {
		cell("items", "", "items-missing", "The filing answers no item.",
			"Write the numbers of the items that are answered, parted by blanks, or all.")
	}
}

// readReplies reads what agencies answered to their figures, which an installation may do without.
func (l *loader) readReplies() {
	const file = "replies.csv"
	if !l.has(file) {
		return
	}
	agencies, _ := l.defs.Codelist("agencies")
	rows, lines := table[replyRow](l, file, replyColumns)
	for i, r := range rows {
		cell := cellIssue(l, file, lines[i])
		if !agencies.Has(r.Agency) && !l.unreadable("codelists/agencies.csv") {
			cell("agency", r.Agency, "code-unknown", fmt.Sprintf("There is no agency %q.", r.Agency),
				"Use a code of codelists/agencies.csv.")
		}
		if r.Date == "" {
			cell("date", "", "date-missing", "A reply needs its date.", "Write it like 2016-03-31.")
		}
		if strings.TrimSpace(r.Text) == "" {
			cell("text", "", "text-missing", "The reply is empty.", "Quote what the agency wrote.")
		}
		if r.Address != "" && !isAddress(r.Address) {
			cell("address", r.Address, "address-wrong", "This is not a public address.",
				"Write one that begins with https:// or http://, or leave the cell empty.")
		}
		l.defs.Replies = append(l.defs.Replies, stat.Reply{
			Agency: r.Agency, Date: date(r.Date, "date", cell), Text: r.Text, Address: r.Address,
		})
	}
	slices.SortStableFunc(l.defs.Replies, func(a, b stat.Reply) int {
		return cmp.Or(cmp.Compare(a.Agency, b.Agency), a.Date.Compare(b.Date))
	})
}

// cellIssue returns a function that adds an issue about one cell of a line.
func cellIssue(l *loader, file string, line int64) func(column, value, code, problem, fix string) {
	return func(column, value, code, problem, fix string) {
		l.add(stat.Issue{File: file, Line: line, Column: column, Value: value, Code: code, Problem: problem, Fix: fix})
	}
}

func date(text, column string, cell func(column, value, code, problem, fix string)) stat.Date {
	var d stat.Date
	if err := d.UnmarshalText([]byte(text)); err != nil {
		cell(column, text, "date-wrong", fmt.Sprintf("%q is not a date.", text), "Write it like 2016-03-31.")
	}
	return d
}

func oneOf(cell func(column, value, code, problem, fix string), column, value string, allowed []string) {
	if !slices.Contains(allowed, value) {
		cell(column, value, "word-unknown", fmt.Sprintf("%q is not one of the words for %s.", value, column),
			"Use one of: "+strings.Join(allowed, ", ")+".")
	}
}
