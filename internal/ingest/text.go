package ingest

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tallystick/internal/stat"
)

// getter says where the text of one field of one record comes from and what is done to it.
type getter struct {
	place
	fixed  []byte // the text itself, where it is the same for every row
	period part   // the field is an end of the period, and is read by span
	span   *span
	change *change
	dates  []dateFormat
	header string // for sentences
}

// place is where a text stands: a column of the export, or something composed.
type place struct {
	column int // -1: nowhere; of something composed, the first
	of     *composed
}

// composed is a text that is not one whole cell: several joined, a part of one, or the heading of a section.
type composed struct {
	join    []int
	section bool
	split   string
	part    int
	last    bool // no group reads the parts that come after this one
}

// part is one of the three things that a text about a period gives.
type part int

const (
	noPart part = iota
	partFrom
	partTo
	partStated
)

// change is what happens to a text before it is read as a value: pattern, steps, map, in this order.
type change struct {
	pattern   *regexp.Regexp
	steps     []step
	table     map[string]string
	otherwise *string
	labels    map[string]string
	statutes  map[string]string // section in its plain form → code
	missing   []string
}

type step func(string) string

func newChange(m stat.FieldMap, labels []stat.Code) (*change, error) {
	c := &change{table: m.Map, otherwise: m.Otherwise, missing: m.Missing}
	var err error
	if m.Pattern != "" {
		if c.pattern, err = regexp.Compile(m.Pattern); err != nil {
			return nil, fmt.Errorf("pattern %q: %v: %w", m.Pattern, err, stat.ErrInvalid)
		}
		if c.pattern.NumSubexp() == 0 {
			return nil, fmt.Errorf("pattern %q has no group in parentheses: %w", m.Pattern, stat.ErrInvalid)
		}
	}
	for _, s := range m.Steps {
		do, err := newStep(s)
		if err != nil {
			return nil, err
		}
		c.steps = append(c.steps, do)
	}
	if m.Labels {
		c.labels = map[string]string{}
		for _, l := range labels {
			c.labels[strings.ToLower(l.Label)] = l.Code
		}
	}
	if m.Statute {
		c.statutes = map[string]string{}
		for _, l := range labels {
			c.statutes[strings.ToLower(l.Code)] = l.Code
		}
	}
	if c.pattern == nil && c.steps == nil && c.table == nil && c.otherwise == nil && c.labels == nil && c.statutes == nil && c.missing == nil {
		return nil, nil
	}
	return c, nil
}

func newStep(text string) (step, error) {
	name, argument, _ := strings.Cut(text, " ")
	argument = strings.Trim(argument, `"`)
	switch name {
	case "trim":
		return func(s string) string { return strings.Join(strings.Fields(s), " ") }, nil
	case "lower":
		return strings.ToLower, nil
	case "upper":
		return strings.ToUpper, nil
	case "slug":
		return slug, nil
	case "digits":
		return func(s string) string {
			return strings.Map(func(r rune) rune {
				if r < '0' || r > '9' {
					return -1
				}
				return r
			}, s)
		}, nil
	case "cut-prefix":
		return func(s string) string { return strings.TrimSpace(strings.TrimPrefix(s, argument)) }, nil
	case "cut-suffix":
		return func(s string) string { return strings.TrimSpace(strings.TrimSuffix(s, argument)) }, nil
	case "pad":
		n, err := strconv.Atoi(argument)
		if err != nil || n < 1 || n > 40 {
			return nil, fmt.Errorf("step %q needs a number from 1 to 40: %w", text, stat.ErrInvalid)
		}
		return func(s string) string { return strings.Repeat("0", max(0, n-len(s))) + s }, nil
	}
	return nil, fmt.Errorf("step %q is not one of trim, lower, upper, slug, digits, cut-prefix X, cut-suffix X, pad N: %w", text, stat.ErrInvalid)
}

// slug writes a name as a code: lower case letters and digits, everything else one hyphen.
func slug(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(s) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(r)
		case r == '\'' || r == '’' || r == '.':
		default:
			gap = true
		}
	}
	return b.String()
}

// section finds a section of Connecticut's or the federal statutes in a text: digits with an optional letter, a
// hyphen, digits with an optional letter. Subsections in parentheses are left out; letters that follow the number
// belong to it, so that 53a-83 is never found in 53a-83a.
var section = regexp.MustCompile(`(?i)(?:^|[^0-9a-z-])([0-9]{1,3}[a-z]?)\s*[-–]\s*([0-9]{1,4}[a-z]{0,2})(?:$|[^0-9a-z])`)

func (c *change) statute(s string) (string, bool) {
	for rest := " " + s; ; {
		m := section.FindStringSubmatchIndex(rest)
		if m == nil {
			return c.federal(s)
		}
		if code, ok := c.statutes[strings.ToLower(rest[m[2]:m[3]]+"-"+rest[m[4]:m[5]])]; ok {
			return code, true
		}
		rest = " " + rest[m[5]:]
	}
}

var (
	federalCode    = regexp.MustCompile(`^([0-9]{1,2})-usc-([0-9]+[a-z]{0,2})$`)
	federalSection = regexp.MustCompile(`(?i)(?:^|[^0-9a-z])([0-9]{1,2})\s*(?::|U\.?\s?S\.?\s?C\.?A?\.?)\s*(?:§+|sec(?:tion|\.)?)?\s*([0-9]{1,5})([a-z]?)`)
)

// federal finds a section of the federal statutes, whose code in the list is 18-usc-1591: 18 U.S.C. § 1591(a)(1) and
// 18:1591A.F in any text, and 181591A1 where that is the whole of it, since there only the list tells title from section.
// A letter belongs to the section if the list has it so, and else to the subsection; digits never do, so that 1591 is not
// found in 15911.
func (c *change) federal(s string) (string, bool) {
	for _, m := range federalSection.FindAllStringSubmatchIndex(s, -1) {
		if m[7] < len(s) && s[m[7]] >= '0' && s[m[7]] <= '9' && m[6] == m[7] {
			continue
		}
		plain := strings.ToLower(s[m[2]:m[3]] + "-usc-" + s[m[4]:m[5]])
		for _, code := range []string{plain + strings.ToLower(s[m[6]:m[7]]), plain} {
			if found, ok := c.statutes[code]; ok {
				return found, true
			}
		}
	}
	text := strings.ToLower(strings.TrimSpace(s))
	best, length := "", 0
	for plain, code := range c.statutes {
		m := federalCode.FindStringSubmatch(plain)
		if m == nil || len(m[1]+m[2]) <= length {
			continue
		}
		if rest, ok := strings.CutPrefix(text, m[1]+m[2]); ok && (rest == "" || rest[0] >= 'a' && rest[0] <= 'z') {
			best, length = code, len(m[1]+m[2])
		}
	}
	return best, best != ""
}

// apply changes the text. A text that stands for a missing cell becomes empty.
func (c *change) apply(s string) string {
	if slices.Contains(c.missing, s) {
		return ""
	}
	if to, ok := c.table[s]; ok && c.pattern == nil {
		return to // a text that the map has as it stands needs no steps
	}
	if c.pattern != nil {
		m := c.pattern.FindStringSubmatch(s)
		if m == nil {
			s = ""
		} else {
			s = strings.TrimSpace(m[1])
		}
	}
	if s == "" && c.table == nil && c.otherwise == nil {
		return ""
	}
	for _, do := range c.steps {
		s = do(s)
	}
	if c.table != nil {
		if to, ok := c.table[s]; ok {
			return to
		}
	}
	if c.statutes != nil {
		if to, ok := c.statute(s); ok {
			return to
		}
	}
	if c.labels != nil {
		if to, ok := c.labels[strings.ToLower(s)]; ok {
			return to
		}
	}
	if c.otherwise != nil {
		return *c.otherwise
	}
	return s
}

// rule is a stat.RowRule made ready for one export.
type rule struct {
	column int
	is     map[string]bool
	match  *regexp.Regexp
	not    bool
	alone  bool // and no other cell has a text
	reason string
}

func newRule(r stat.RowRule, find func(...string) int) (rule, error) {
	out := rule{column: find(r.Column), not: r.Not, reason: r.Reason}
	if out.column < 0 {
		return out, missingColumns{r.Column}
	}
	if (len(r.Is) > 0) == (r.Match != "") {
		return out, fmt.Errorf("a rule for rows has either texts or a pattern: %w", stat.ErrInvalid)
	}
	if r.Match != "" {
		var err error
		if out.match, err = regexp.Compile(r.Match); err != nil {
			return out, fmt.Errorf("pattern %q: %v: %w", r.Match, err, stat.ErrInvalid)
		}
		return out, nil
	}
	out.is = map[string]bool{}
	for _, s := range r.Is {
		out.is[strings.ToLower(s)] = true
	}
	return out, nil
}

func (r rule) fits(cell []byte) bool {
	if r.match != nil {
		return r.match.Match(cell) != r.not
	}
	if hit, ok := r.is[string(cell)]; ok {
		return hit != r.not
	}
	return r.is[strings.ToLower(string(cell))] != r.not
}

// missingColumns are headers that the feed needs and the file lacks.
type missingColumns []string

func (m missingColumns) Error() string { return "the export has no column " + wordList(m) }
