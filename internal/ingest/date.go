package ingest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"tallystick/internal/stat"
)

// dateFormat reads dates written in one way.
type dateFormat struct {
	text   string
	tokens []string // YYYY YY MM DD MON MONTH hh mm ss AM, or literal text
	excel  bool
	iso    bool
}

// dateWords are the tokens of a date format, longer ones first. Day and month may have one digit or two.
var dateWords = []string{"YYYY", "MONTH", "MON", "YY", "MM", "DD", "hh", "mm", "ss", "AM", "M", "D"}

// excelEpoch is the day 0 of Excel's numbers. Excel takes 1900 for a leap year, so its numbers are right from
// 1 March 1900 on only.
var excelEpoch, _ = days(1899, 12, 30)

func newDateFormat(text string) (dateFormat, error) {
	f := dateFormat{text: text, excel: text == "excel" || text == "excel-1904", iso: text == "YYYY-MM-DD"}
	if f.excel || f.iso {
		return f, nil
	}
	year := false
	rest := text
	for rest != "" {
		word := ""
		for _, w := range dateWords {
			if strings.HasPrefix(rest, w) {
				word = w
				break
			}
		}
		if word == "" {
			if rest[0] >= 'A' && rest[0] <= 'Z' && rest[0] != 'T' && rest[0] != 'Z' {
				return f, fmt.Errorf("date format %q: %q is not one of %s: %w", text, rest, strings.Join(dateWords, " "), stat.ErrInvalid)
			}
			word = rest[:1]
		}
		year = year || word == "YYYY" || word == "YY"
		f.tokens = append(f.tokens, word)
		rest = rest[len(word):]
	}
	if !year {
		return f, fmt.Errorf("date format %q has no year: %w", text, stat.ErrInvalid)
	}
	return f, nil
}

// example writes 13 November 2016 in the format.
func (f dateFormat) example() string {
	switch {
	case f.iso:
		return "2016-11-13"
	case f.excel:
		return "a date of Excel"
	}
	words := map[string]string{"YYYY": "2016", "MONTH": "November", "MON": "Nov", "YY": "16", "MM": "11", "DD": "13", "M": "11", "D": "13",
		"hh": "09", "mm": "30", "ss": "00", "AM": "AM"}
	var b strings.Builder
	for _, t := range f.tokens {
		if word, ok := words[t]; ok {
			t = word
		}
		b.WriteString(t)
	}
	return b.String()
}

// spreadsheetDate reads a date as American spreadsheets write it, where the source itself writes none with slashes, which
// could be days before months.
func spreadsheetDate(formats []dateFormat, cell []byte, today int64) (int64, bool) {
	if slices.ContainsFunc(formats, func(f dateFormat) bool { return strings.Contains(f.text, "/") }) {
		return 0, false
	}
	f, err := newDateFormat("MM/DD/YYYY")
	if err != nil {
		return 0, false
	}
	return f.parse(cell, today)
}

// parse reads the cell as a day. A year of two digits is the latest that is not after today (after 2069, if today is
// not known). The time of day is read and dropped.
func (f dateFormat) parse(cell []byte, today int64) (int64, bool) {
	switch {
	case f.iso:
		return parseISODate(cell)
	case f.excel:
		cell, time, _ := bytes.Cut(cell, []byte("."))
		n, ok := parseInt(cell)
		if _, digits := number(time); len(time) > 0 && !digits {
			return 0, false
		}
		if f.text == "excel-1904" {
			n += 1462
		}
		if !ok || n < 61 || n > 2958465 { // 1 March 1900 to 31 December 9999
			return 0, false
		}
		return excelEpoch + n, true
	}
	y, m, d := 0, 1, 1
	twoDigits := false
	i := 0
	take := func(low, high int) (int, bool) {
		j := i
		for j < len(cell) && j-i < high && cell[j] >= '0' && cell[j] <= '9' {
			j++
		}
		if j-i < low {
			return 0, false
		}
		n, ok := number(cell[i:j])
		i = j
		return n, ok
	}
	for at, t := range f.tokens {
		ok := true
		tight := at+1 < len(f.tokens) && slices.Contains(dateWords, f.tokens[at+1]) // YYYYMMDD has no room for one digit
		low := 1
		if tight || at > 0 && slices.Contains(dateWords, f.tokens[at-1]) {
			low = 2
		}
		switch t {
		case "YYYY":
			y, ok = take(4, 4)
		case "YY":
			y, ok = take(2, 2)
			twoDigits = true
		case "MM", "M":
			m, ok = take(low, 2)
		case "DD", "D":
			d, ok = take(low, 2)
		case "hh", "mm", "ss":
			_, ok = take(1, 2)
		case "AM":
			ok = i+2 <= len(cell) && strings.Contains("AMPM", strings.ToUpper(string(cell[i:i+2])))
			i += 2
		case "MON", "MONTH":
			var n int
			m, n = monthName(cell[i:], t == "MON")
			ok = n > 0
			i += n
		default:
			ok = i < len(cell) && cell[i] == t[0]
			i++
		}
		if !ok {
			return 0, false
		}
	}
	if i != len(cell) {
		return 0, false
	}
	if twoDigits {
		limit := 2069
		if today != 0 {
			limit = dayTime(today).Year()
		}
		y += limit / 100 * 100
		if y > limit {
			y -= 100
		}
	}
	return days(y, m, d)
}

// monthName reads an English month name at the start of the text, short (three letters, Sept too) or full.
func monthName(text []byte, short bool) (month, length int) {
	for j := 0; j <= len(text); j++ {
		if j == len(text) || !letter(text[j]) {
			length = j
			break
		}
	}
	word := strings.ToLower(string(text[:length]))
	for m := time.January; m <= time.December; m++ {
		full := strings.ToLower(m.String())
		if word == full && !short || short && (word == full[:3] || word == full || word == "sept" && m == time.September) {
			return int(m), length
		}
	}
	return 0, 0
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
