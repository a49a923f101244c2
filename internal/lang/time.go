package lang

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"tallystick/internal/stat"
)

// months are the names of the months in Spanish, after CLDR (es, wide format): lower case.
var months = [...]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
	"octubre", "noviembre", "diciembre"}

// Date is a day in full: 31 March 2016, 31 de marzo de 2016. A date that is not known is the empty text.
func (l Language) Date(d stat.Date) string {
	if l != Spanish || d.IsZero() {
		return d.Long()
	}
	return fmt.Sprintf("%d de %s de %d", d.Day, months[d.Month-1], d.Year)
}

// Month is a month with its year: March 2016, marzo de 2016.
func (l Language) Month(d stat.Date) string {
	if l != Spanish || d.IsZero() {
		return fmt.Sprintf("%s %d", d.Month, d.Year)
	}
	return fmt.Sprintf("%s de %d", months[d.Month-1], d.Year)
}

// Day is a day of any year: 31 March, 31 de marzo.
func (l Language) Day(d stat.Date) string {
	if l != Spanish {
		return fmt.Sprintf("%d %s", d.Day, d.Month)
	}
	return fmt.Sprintf("%d de %s", d.Day, months[d.Month-1])
}

// DateAs is a date as exactly as it is known: precision is "year", "month" or anything else for the day.
func (l Language) DateAs(d stat.Date, precision string) string {
	switch precision {
	case "year":
		return fmt.Sprint(d.Year)
	case "month":
		return l.Month(d)
	default:
		return l.Date(d)
	}
}

// Since says from when on something holds: since 1 October 2010, since 2010.
func (l Language) Since(d stat.Date, precision string) string {
	switch {
	case l != Spanish:
		return "since " + l.DateAs(d, precision)
	case precision == "year" || precision == "month":
		return "desde " + l.DateAs(d, precision)
	default:
		return "desde el " + l.Date(d)
	}
}

// When is a date with its preposition: on 1 October 2010, in October 2010, in 2010.
func (l Language) When(d stat.Date, precision string) string {
	switch {
	case l == Spanish && precision != "year" && precision != "month":
		return "el " + l.Date(d)
	case l == Spanish:
		return "en " + l.DateAs(d, precision)
	case precision == "year" || precision == "month":
		return "in " + l.DateAs(d, precision)
	default:
		return "on " + l.Date(d)
	}
}

// Period is a period as a label, as stat.Period.Label gives it in English. Words of a source stay as they are.
func (l Language) Period(p stat.Period, clock stat.Clock) string {
	if l != Spanish {
		return p.Label(clock)
	}
	whole := p.From.Month == time.January && p.From.Day == 1 && p.To.Month == time.December && p.To.Day == 31
	if clock == stat.ClockStated && p.Stated != "" && !onlyDates(p.Stated) {
		stated := "“" + p.Stated + "”"
		switch {
		case strings.Contains(p.Stated, fmt.Sprint(p.To.Year)):
			return stated
		case whole:
			return stated + " (" + l.Period(stat.Period{From: p.From, To: p.To}, stat.ClockCalendar) + ")"
		default:
			return stated + ", hasta " + l.Month(p.To)
		}
	}
	days := stat.Period{From: p.From, To: p.To}
	switch {
	case whole && p.From.Year == p.To.Year:
		return fmt.Sprint(p.To.Year)
	case whole:
		return fmt.Sprintf("%d–%d", p.From.Year, p.To.Year)
	case days == stat.FiscalYear(clock, p.To.Year):
		return fmt.Sprintf("año fiscal %d", p.To.Year)
	case p.From.IsZero():
		return "hasta " + l.Month(p.To)
	case p.From == p.To:
		return l.Date(p.To)
	case p.From.Year == p.To.Year && p.From.Month == p.To.Month:
		return l.Month(p.To)
	default:
		return l.Month(p.From) + " a " + l.Month(p.To)
	}
}

// onlyDates reports whether the words of a source for a period are nothing but its dates, which every language has
// words of its own for: "July 2006 to March 2016".
func onlyDates(stated string) bool {
	for _, word := range strings.FieldsFunc(strings.ToLower(stated), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		number := strings.IndexFunc(word, func(r rune) bool { return !unicode.IsDigit(r) }) < 0
		month := slices.ContainsFunc(english, func(m string) bool { return m == word })
		if !number && !month && word != "to" && word != "from" && word != "through" && word != "until" && word != "and" {
			return false
		}
	}
	return true
}

// english are the names of the months in English, in lower case.
var english = []string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
	"november", "december"}

// Limits writes an interval: 2.4 to 2.7, 2.4 a 2.7. Numbers are written as in English, which is also how es-US
// writes them.
func (l Language) Limits(i stat.Interval, decimals int) string {
	words := stat.FormatLimits(i, decimals)
	if l != Spanish {
		return words
	}
	return strings.NewReplacer(" to ", " a ", " or more", " o más").Replace(words)
}
