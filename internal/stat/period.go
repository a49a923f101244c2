package stat

import (
	"fmt"
	"strings"
	"time"
)

// Date is a day of the civil calendar, without a time zone. The zero Date means "not known".
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate reads a date written as 2006-01-02. It returns ErrInvalid for anything else, impossible days included.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("%q is not a date like 2016-03-31: %w", s, ErrInvalid)
	}
	return DateOf(t), nil
}

// DateOf returns the day of t in t's own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// Time returns midnight UTC at the start of the day.
func (d Date) Time() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// IsZero reports whether the date is not known.
func (d Date) IsZero() bool { return d == Date{} }

// Compare returns -1, 0 or 1 as d is before, on or after e.
func (d Date) Compare(e Date) int { return d.Time().Compare(e.Time()) }

// AddDays returns the date n days later; n may be negative.
func (d Date) AddDays(n int) Date { return DateOf(d.Time().AddDate(0, 0, n)) }

// String gives 2006-01-02, or the empty string for a date that is not known.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// Long gives 31 March 2016.
func (d Date) Long() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d %s %d", d.Day, d.Month, d.Year)
}

// MarshalText writes the date as String does.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes; the empty text is a date that is not known.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// Clock says which year a data set counts in. Periods on different clocks are not compared without saying so.
type Clock string

// The clocks of the sources (domain facts: federal fiscal years run from 1 October, Connecticut's from 1 July).
const (
	ClockCalendar      Clock = "calendar"
	ClockFederalFiscal Clock = "federal-fiscal" // 1 October to 30 September, named after the year it ends in
	ClockStateFiscal   Clock = "state-fiscal"   // 1 July to 30 June, named after the year it ends in
	ClockToReport      Clock = "to-report"      // twelve months to the date of a report
	ClockStated        Clock = "stated"         // spans as a speaker or a report put them
	ClockOnDay         Clock = "on-day"         // what there was on a day: a stock, not a flow; its periods are single days
)

// Clocks lists every clock, in the order of the constants.
var Clocks = []Clock{ClockCalendar, ClockFederalFiscal, ClockStateFiscal, ClockToReport, ClockStated, ClockOnDay}

// Period is a span of days, both ends included. From may be unknown ("to about 2012"); Stated keeps the words
// of the source where the source gave words.
type Period struct {
	From   Date   `json:"from"`
	To     Date   `json:"to"`
	Stated string `json:"stated,omitempty"`
}

// CalendarYear returns 1 January to 31 December of the year.
func CalendarYear(year int) Period {
	return Period{From: Date{year, time.January, 1}, To: Date{year, time.December, 31}}
}

// FiscalYear returns the fiscal year that ends in the given year on the given clock, or the calendar year for
// any other clock.
func FiscalYear(clock Clock, year int) Period {
	switch clock {
	case ClockFederalFiscal:
		return Period{From: Date{year - 1, time.October, 1}, To: Date{year, time.September, 30}}
	case ClockStateFiscal:
		return Period{From: Date{year - 1, time.July, 1}, To: Date{year, time.June, 30}}
	default:
		return CalendarYear(year)
	}
}

// Days is the number of days in the period, or 0 if one end is not known.
func (p Period) Days() int {
	if p.From.IsZero() || p.To.IsZero() {
		return 0
	}
	return int(p.To.Time().Sub(p.From.Time())/(24*time.Hour)) + 1
}

// Contains reports whether the day lies inside the period. An unknown From contains nothing before To.
func (p Period) Contains(d Date) bool {
	return !p.From.IsZero() && p.From.Compare(d) <= 0 && d.Compare(p.To) <= 0
}

// Compare orders periods by their end, then by their start, then by their words.
func (p Period) Compare(q Period) int {
	if c := p.To.Compare(q.To); c != 0 {
		return c
	}
	if c := p.From.Compare(q.From); c != 0 {
		return c
	}
	return strings.Compare(p.Stated, q.Stated)
}

// Same reports whether the two periods are the same days, whatever words they are stated in.
func (p Period) Same(q Period) bool { return p.From == q.From && p.To == q.To }

// Key names the period in addresses and identifiers: 2015, 2005-2014, 2006-07-01..2016-03-31, ..2012-12-31, 2019-12-31.
func (p Period) Key() string {
	if p.wholeYears() {
		if p.From.Year == p.To.Year {
			return fmt.Sprintf("%d", p.From.Year)
		}
		return fmt.Sprintf("%d-%d", p.From.Year, p.To.Year)
	}
	if p.From == p.To {
		return p.To.String()
	}
	return p.From.String() + ".." + p.To.String()
}

// Label gives the period for a reader: "2015", "2005–2014", "fiscal 2019", "July 2006 to March 2016", or the
// words of the source for a period on the stated clock, with its end where they do not name its year: "the last
// decade, to March 2016", "the last two years (2014–2015)".
func (p Period) Label(clock Clock) string {
	if clock == ClockStated && p.Stated != "" {
		if strings.Contains(p.Stated, fmt.Sprint(p.To.Year)) {
			return p.Stated
		}
		if p.wholeYears() {
			return p.Stated + " (" + stripped(p, "").Label(ClockCalendar) + ")"
		}
		return p.Stated + ", to " + monthOf(p.To)
	}
	switch {
	case p.wholeYears() && p.From.Year == p.To.Year:
		return fmt.Sprintf("%d", p.From.Year)
	case p.wholeYears():
		return fmt.Sprintf("%d–%d", p.From.Year, p.To.Year)
	case p == stripped(FiscalYear(clock, p.To.Year), p.Stated):
		return fmt.Sprintf("fiscal %d", p.To.Year)
	case p.From.IsZero():
		return "to " + monthOf(p.To)
	case p.From == p.To:
		return p.To.Long()
	case p.From.Year == p.To.Year && p.From.Month == p.To.Month:
		return monthOf(p.To)
	default:
		return monthOf(p.From) + " to " + monthOf(p.To)
	}
}

func stripped(p Period, stated string) Period { p.Stated = stated; return p }

func monthOf(d Date) string { return fmt.Sprintf("%s %d", d.Month, d.Year) }

func (p Period) wholeYears() bool {
	return p.From.Month == time.January && p.From.Day == 1 && p.To.Month == time.December && p.To.Day == 31
}
