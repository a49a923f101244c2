package ingest

import (
	"math"
	"strconv"
	"time"
)

// parseInt reads a whole number written as 0, 7, 3557 or -2: no sign but minus, no leading zero, no point, no
// separator, at most twelve digits.
func parseInt(cell []byte) (int64, bool) {
	digits := cell
	negative := len(cell) > 0 && cell[0] == '-'
	if negative {
		digits = cell[1:]
	}
	if len(digits) == 0 || len(digits) > 12 || digits[0] == '0' && (len(digits) > 1 || negative) {
		return 0, false
	}
	var n int64
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	if negative {
		n = -n
	}
	return n, true
}

// parseDecimal reads a number with an optional point and optional exponent: 13.9, -0.25, 9.09495E-13. Hexadecimal
// forms, infinities and separators are not numbers here.
func parseDecimal(cell []byte) (float64, bool) {
	if len(cell) == 0 || len(cell) > 40 {
		return 0, false
	}
	digits := false
	for i, c := range cell {
		switch {
		case c >= '0' && c <= '9':
			digits = true
		case c == '-' || c == '+':
			if i > 0 && cell[i-1] != 'e' && cell[i-1] != 'E' || c == '+' && i == 0 {
				return 0, false
			}
		case c == '.' || c == 'e' || c == 'E':
		default:
			return 0, false
		}
	}
	f, err := strconv.ParseFloat(string(cell), 64)
	if !digits || err != nil || math.IsInf(f, 0) {
		return 0, false
	}
	return f + 0, true // -0 becomes 0
}

// parseISODate reads 2006-01-02 as days since 1970-01-01.
func parseISODate(cell []byte) (int64, bool) {
	if len(cell) != 10 || cell[4] != '-' || cell[7] != '-' {
		return 0, false
	}
	y, ok1 := number(cell[0:4])
	m, ok2 := number(cell[5:7])
	d, ok3 := number(cell[8:10])
	if !ok1 || !ok2 || !ok3 {
		return 0, false
	}
	return days(y, m, d)
}

func number(digits []byte) (int, bool) {
	n := 0
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, len(digits) > 0
}

var monthDays = [...]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// days gives the number of days from 1970-01-01 to the date, if there is such a date in the years 1 to 9999. The
// arithmetic is Howard Hinnant's days_from_civil (howardhinnant.github.io/date_algorithms.html).
func days(y, m, d int) (int64, bool) {
	if y < 1 || y > 9999 || m < 1 || m > 12 || d < 1 {
		return 0, false
	}
	last := monthDays[m-1]
	if m == 2 && (y%4 == 0 && y%100 != 0 || y%400 == 0) {
		last = 29
	}
	if d > last {
		return 0, false
	}
	if m <= 2 {
		y--
	}
	era := y / 400
	if y < 0 {
		era = -1
	}
	yoe := y - era*400
	mp := (m + 9) % 12
	doy := (153*mp+2)/5 + d - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return int64(era*146097 + doe - 719468), true
}

// dayTime is the inverse of days, at midnight UTC.
func dayTime(day int64) time.Time { return time.Unix(day*86400, 0).UTC() }
