package ingest

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tallystick/internal/stat"
)

// personal fits headers that are about persons: their names, dates of birth, numbers, addresses, and free text, where
// all of these turn up.
var personal = regexp.MustCompile(`(?i)(^|[^a-z])((first|last|middle|full|sur|victim'?s?|defendant'?s?|offender'?s?|suspect'?s?|arrestee'?s?|child'?s?|person'?s?|inmate'?s?)[ _.-]*name` +
	`|name[ _.-]*(first|last|middle)|[fl]name|surname|dob|birth[ _.-]*(date|day)?|date[ _.-]*of[ _.-]*birth|ssn|social[ _.-]*security.*|phone.*|e-?mail.*` +
	`|(home|street|residence)[ _.-]*address|narrative|remarks?|comments?|free[ _.-]*text)([^a-z]|$)|^\s*(name|address)\s*$`)

var (
	socialSecurity = regexp.MustCompile(`(^|[^0-9])[0-9]{3}-[0-9]{2}-[0-9]{4}($|[^0-9])`)
	eMail          = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[a-zA-Z]{2,}$`)
	phone          = regexp.MustCompile(`^(\+?1[ .-]?)?(\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[ .-])[0-9]{3}[ .-][0-9]{4}$`)
	homeAddress    = regexp.MustCompile(`(?i)^[0-9]{1,5}[a-z]? [a-z0-9 .'-]+ (st|street|ave|avenue|rd|road|dr|drive|ln|lane|ct|court|pl|place|blvd|way|ter|cir)\b\.?`)
)

// aboutPersons tells from the texts of a column what about persons it holds, or "" if nothing. It is a judgement: it
// needs several cells, and most of them alike. Texts are the cells that are not empty.
func aboutPersons(texts []string) string {
	if len(texts) == 0 {
		return ""
	}
	share := func(least int, fits func(string) bool) bool { // in hundredths
		hits := 0
		for _, t := range texts {
			if fits(t) {
				hits++
			}
		}
		return hits > 0 && hits*100 >= least*len(texts)
	}
	switch {
	case share(5, socialSecurity.MatchString):
		return "social security numbers"
	case share(50, eMail.MatchString):
		return "e-mail addresses"
	case share(50, phone.MatchString):
		return "phone numbers"
	}
	distinct := map[string]bool{}
	for _, t := range texts {
		distinct[t] = true
	}
	if len(distinct) < 3 {
		return ""
	}
	unlike := slices.Collect(func(yield func(string) bool) {
		for t := range distinct {
			if !yield(t) {
				return
			}
		}
	})
	names, words := 0, 0
	for _, t := range unlike {
		if isName(t) {
			names++
		}
		if len(strings.Fields(t)) >= 6 {
			words++
		}
	}
	switch {
	case names >= 3 && names*100 >= 35*len(unlike):
		return "names of people"
	case share(60, homeAddress.MatchString) && len(unlike)*2 > len(texts):
		return "home addresses"
	case words >= 3 && words*100 >= 60*len(unlike) && len(unlike)*10 >= len(texts)*7:
		return "free text about people"
	}
	return ""
}

// isName reports whether a text reads like the name of a person: "Smith, John A", "JOHN SMITH", or a common given name
// alone. Texts with digits or many words are none.
func isName(s string) bool {
	parts := strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == '.' })
	if len(parts) == 0 || len(parts) > 5 || strings.ContainsFunc(s, unicode.IsDigit) || strings.ContainsAny(s, "/&()") {
		return false
	}
	for _, p := range parts {
		if r, _ := utf8.DecodeRuneInString(p); !unicode.IsUpper(r) {
			return false
		}
		switch strings.ToLower(p) { // places and bodies are named after people
		case "pd", "county", "police", "department", "dept", "town", "city", "court", "school", "university", "street", "station", "state", "east", "west", "north", "south", "new":
			return false
		}
	}
	last := strings.TrimFunc(parts[len(parts)-1], func(r rune) bool { return !unicode.IsLetter(r) })
	first, family := givenNames[strings.ToLower(parts[0])], familyNames[strings.ToLower(parts[0])]
	switch {
	case len(parts) == 1:
		return first || family
	case strings.Contains(s, ","):
		return givenNames[strings.ToLower(parts[1])] || family || len(parts) <= 3 && utf8.RuneCountInString(last) == 1
	default:
		return first || familyNames[strings.ToLower(last)]
	}
}

// The commonest given and family names of the United States, by which a column of names is known.
var givenNames, familyNames = nameSet(`james mary robert patricia john jennifer michael linda david elizabeth william barbara richard susan joseph
	jessica thomas sarah charles karen christopher lisa daniel nancy matthew betty anthony sandra mark margaret donald ashley steven kimberly paul emily
	andrew donna joshua michelle kenneth carol kevin amanda brian melissa george deborah timothy stephanie ronald rebecca jason laura edward helen
	jeffrey sharon ryan cynthia jacob kathleen gary amy nicholas shirley eric angela jonathan anna stephen ruth larry brenda justin pamela scott nicole
	brandon katherine benjamin samantha samuel christine gregory emma alexander catherine patrick virginia frank debra raymond rachel jack janet dennis
	carolyn jerry maria tyler heather aaron diane jose julie adam joyce nathan victoria henry kelly zachary christina douglas lauren peter joan kyle
	evelyn noah judith ethan jeremy olivia walter megan christian keith cheryl roger martha terry andrea austin frances sean hannah gerald jacqueline
	carl ann harold gloria dylan jean arthur kathryn lawrence alice jordan teresa jesse sara bryan janice billy doris bruce gabriel julia joe madison
	logan grace alan judy juan abigail albert marie willie denise elijah beverly wayne amber randy theresa vincent marilyn mason danielle roy diana ralph
	brittany bobby natalie russell sophia bradley rose philip isabella eugene alexis luis carlos miguel jane maya tanya keisha latoya jamal darnell`),
	nameSet(`smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson anderson thomas taylor moore
	jackson martin lee perez thompson white harris sanchez clark ramirez lewis robinson walker young allen king wright scott torres nguyen hill flores
	green adams nelson baker hall rivera campbell mitchell carter roberts gomez phillips evans turner diaz parker cruz edwards collins reyes stewart
	morris morales murphy cook rogers gutierrez ortiz morgan cooper peterson bailey reed kelly howard ramos kim cox ward richardson watson brooks chavez
	wood bennett gray mendoza ruiz hughes price alvarez castillo sanders patel myers long ross foster jimenez doe roe`)

func nameSet(text string) map[string]bool {
	out := map[string]bool{}
	for name := range strings.FieldsSeq(text) {
		out[name] = true
	}
	return out
}

// birthDates finds the column of days, of those whose days are given, that holds dates of birth: its days lie at least
// ten years before those of another column in nearly every row, and are spread over more than twenty years. Days of one
// row stand at the same place; noDay is none.
func birthDates(columns [][]int64) []bool {
	out := make([]bool, len(columns))
	for i, births := range columns {
		low, high := int64(1<<40), int64(-1<<40)
		filled, before := 0, 0
		for row, day := range births {
			if day == noDay {
				continue
			}
			filled++
			low, high = min(low, day), max(high, day)
			for j, other := range columns {
				if j != i && other[row] != noDay && other[row]-day >= 10*365 {
					before++
					break
				}
			}
		}
		out[i] = filled >= 5 && before*100 >= 90*filled && high-low > 20*365
	}
	return out
}

// sheltered looks for columns about persons: those that the feed names, those whose header says it, and those whose cells
// do. It returns which columns are not stored, by place, and says so. What the feed names under public is let through.
// A column that holds persons and is mapped to a field of the data set is stored without its texts; where the field
// cannot be without, the export is refused.
func (c *compiler) sheltered(sample [][]string) ([]bool, error) {
	p := c.plan
	out := make([]bool, len(p.header))
	births := c.birthColumns(sample)
	for i, h := range p.header {
		named := slices.ContainsFunc(c.in.Feed.Private, func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), strings.TrimSpace(h)) })
		if !named && p.public[i] {
			continue
		}
		mapped := slices.Contains(c.used, i)
		why := ""
		switch {
		case named:
			why = "text about people"
		case !mapped && personal.MatchString(h):
			why = c.holds(i, births, sample)
			if why == "" {
				why = "text about people"
			}
		case !mapped || c.freeText(i):
			why = c.holds(i, births, sample)
		}
		if why == "" {
			continue
		}
		shown := fmt.Sprintf("A column named %q looks like %s. It was not stored.", h, why)
		if strings.TrimSpace(h) == "" {
			h = fmt.Sprintf("column %d", i+1)
			shown = fmt.Sprintf("Column %d, which has no name, looks like %s. It was not stored.", i+1, why)
		}
		fix := fmt.Sprintf("If it is not about people, name it under public in the feed %s.", c.in.Feed.ID)
		if mapped && c.needed(i) {
			return nil, refused(c.in.Name, 1, h, "personal-data", fmt.Sprintf("A column named %q looks like %s, and the feed stores it.", h, why),
				"Leave it out of the export and the feed. "+fix)
		}
		out[i] = true
		p.notices = append(p.notices, stat.Issue{File: p.file, Line: 1, Column: h, Code: "personal-data", Severity: stat.SeverityWarning, Problem: shown, Fix: fix})
	}
	for _, r := range p.records {
		for i := range r.getters {
			if g := &r.getters[i]; g.column >= 0 && out[g.column] && p.columns[i].Type == stat.FieldText {
				g.place, g.fixed, g.change = place{column: -1}, nil, nil
			}
		}
	}
	return out, nil
}

// holds tells what about persons the cells of the column hold.
func (c *compiler) holds(i int, births []bool, sample [][]string) string {
	if births[i] {
		return "dates of birth"
	}
	var texts []string
	for _, r := range sample {
		if i < len(r) && r[i] != "" {
			texts = append(texts, r[i])
		}
	}
	return aboutPersons(texts)
}

func (c *compiler) birthColumns(sample [][]string) []bool {
	columns := make([][]int64, len(c.plan.header))
	var formats []dateFormat
	for _, text := range sniffFormats {
		if f, err := newDateFormat(text); err == nil {
			formats = append(formats, f)
		}
	}
	for i := range columns {
		columns[i] = make([]int64, len(sample))
		for row, r := range sample {
			columns[i][row] = noDay
			if i >= len(r) || len(r[i]) < 6 || r[i][len(r[i])-1] > '9' && r[i][len(r[i])-1] != 'M' {
				continue
			}
			for _, f := range formats {
				if day, ok := f.parse([]byte(r[i]), c.plan.today); ok {
					columns[i][row] = day
					break
				}
			}
		}
	}
	return birthDates(columns)
}

// freeText reports whether the column is read into a text that could hold anything: not a code, and not the words of a
// citation, a note or a period.
func (c *compiler) freeText(i int) bool {
	ds := c.plan.ds
	said := []string{ds.Citation.Title, ds.Citation.Publisher, ds.Citation.Year, ds.Citation.Address, ds.Citation.Locator, ds.Note, ds.Period.Stated}
	free := false
	c.readers(i, func(col column) {
		free = free || col.Type == stat.FieldText && !slices.Contains(said, col.Name)
	})
	return free
}

// needed reports whether a field that the column is read into cannot be empty.
func (c *compiler) needed(i int) bool {
	needed := false
	c.readers(i, func(col column) { needed = needed || col.Type == stat.FieldText && (col.required || col.key) })
	return needed
}

func (c *compiler) readers(i int, do func(column)) {
	for _, r := range c.plan.records {
		for j := range r.getters {
			g := &r.getters[j]
			if g.column == i || g.of != nil && slices.Contains(g.of.join, i) {
				do(c.plan.columns[j])
			}
		}
	}
}

// socialNumber reports whether the text holds what looks like a social security number. It is called for every cell of
// free text, so it looks for hyphens first.
func socialNumber(cell []byte) bool {
	for at := 3; at+8 <= len(cell); at++ {
		i := bytes.IndexByte(cell[at:], '-')
		if i < 0 || at+i+8 > len(cell) {
			return false
		}
		at += i
		if cell[at+3] == '-' && socialSecurity.Match(cell[max(0, at-4):min(len(cell), at+9)]) {
			return true
		}
	}
	return false
}
