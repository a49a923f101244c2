package ingest

import (
	"regexp"
	"strconv"
	"strings"

	"tallystick/internal/stat"
)

// span reads both ends of a period from one text.
type span struct {
	getter
	as         string
	separators []string // tried in turn between the ends of a range
	formats    []dateFormat
}

// periodForms are the ways in which a text can say a period.
var periodForms = []string{"year", "state-fiscal", "federal-fiscal", "quarter", "month", "day", "range"}

// read gives the first and the last day of a text about a period.
func (s *span) read(text string, today int64) (from, to int64, ok bool) {
	switch s.as {
	case "range":
		return s.readRange(text, today)
	case "quarter":
		year, quarter := quarterOf(text, today)
		if quarter == 0 {
			return 0, 0, false
		}
		from, ok = days(year, 3*quarter-2, 1)
		return from, lastOfMonth(from + 70), ok
	case "month", "day":
		for _, f := range s.formats {
			if from, ok = f.parse([]byte(text), today); !ok {
				continue
			}
			if s.as == "day" {
				return from, from, true
			}
			to = lastOfMonth(from)
			return from - int64(dayTime(from).Day()-1), to, true
		}
		return 0, 0, false
	case "year":
		year, ok := number([]byte(text))
		if !ok || len(text) != 4 {
			return 0, 0, false
		}
		p := stat.FiscalYear(stat.ClockCalendar, year)
		return dayOf(p.From), dayOf(p.To), year > 0
	}
	year := fiscalYearOf(text, today)
	p := stat.FiscalYear(stat.Clock(s.as), year)
	return dayOf(p.From), dayOf(p.To), year > 1 // it begins in the year before
}

func (s *span) readRange(text string, today int64) (from, to int64, ok bool) {
	for _, separator := range s.separators {
		if separator == "" {
			continue
		}
		for at := 0; ; { // a date may hold what stands between the dates
			i := strings.Index(text[at:], separator)
			if i < 0 {
				break
			}
			a, b := strings.TrimSpace(text[:at+i]), strings.TrimSpace(text[at+i+len(separator):])
			for _, f := range s.formats {
				if from, ok = f.parse([]byte(a), today); ok {
					if to, ok = f.parse([]byte(b), today); ok {
						return from, to, true
					}
				}
			}
			at += i + len(separator)
		}
	}
	return 0, 0, false
}

// lastOfMonth gives the last day of the month that the day is in.
func lastOfMonth(day int64) int64 {
	t := dayTime(day)
	first := day - int64(t.Day()-1)
	return first + int64(dayTime(first).AddDate(0, 1, 0).Sub(dayTime(first)).Hours()/24) - 1
}

// fiscalYear fits the texts that name a fiscal year: 2015, FY15, SFY 2015, FY 2014-15, 2014/2015, Fiscal Year 2015.
var fiscalYear = regexp.MustCompile(`(?i)^(s?fy|ffy|fiscal year|state fiscal year|federal fiscal year|year ending)?\s*'?([0-9]{4}|[0-9]{2})(?:\s*[-/–]\s*'?([0-9]{4}|[0-9]{2}))?$`)

// fiscalYearOf gives the year in which the fiscal year of the text ends, or 0. Two years must follow each other; a year of
// two digits alone must be marked as a fiscal year, or it could be anything.
func fiscalYearOf(text string, today int64) int {
	m := fiscalYear.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil || m[1] == "" && m[3] == "" && len(m[2]) == 2 {
		return 0
	}
	first := fullYear(m[2], today)
	if m[3] == "" {
		return first
	}
	second, err := strconv.Atoi(m[3])
	if err != nil || len(m[3]) == 4 && second != first+1 || len(m[3]) == 2 && second != (first+1)%100 {
		return 0
	}
	return first + 1
}

// fullYear reads a year of four digits, or of two as the latest that is not later than next year (a fiscal year is named
// before it ends).
func fullYear(text string, today int64) int {
	n, err := strconv.Atoi(text)
	if err != nil || len(text) != 2 {
		return n
	}
	limit := 2069
	if today != 0 {
		limit = dayTime(today).Year() + 1
	}
	if n += limit / 100 * 100; n > limit {
		n -= 100
	}
	return n
}

// quarter fits the texts that name a quarter of a calendar year: 2015 Q3, 2015-Q3, Q3 2015, 3Q15, 3rd quarter 2015.
var (
	yearQuarter = regexp.MustCompile(`(?i)^([0-9]{4})\s*[-/ ]?\s*(?:q|qtr|quarter)\s*([1-4])$`)
	quarterYear = regexp.MustCompile(`(?i)^(?:(?:q|qtr|quarter)\s*([1-4])|([1-4])(?:st|nd|rd|th)?\s*(?:q|qtr|quarter))\s*[-/ ,]?\s*'?([0-9]{4}|[0-9]{2})$`)
)

func quarterOf(text string, today int64) (year, quarter int) {
	text = strings.TrimSpace(text)
	if m := yearQuarter.FindStringSubmatch(text); m != nil {
		return fullYear(m[1], today), int(m[2][0] - '0')
	}
	if m := quarterYear.FindStringSubmatch(text); m != nil {
		return fullYear(m[3], today), int((m[1] + m[2])[0] - '0')
	}
	return 0, 0
}
