package web

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"tallystick/internal/lang"
	"tallystick/internal/stat"
)

// plain joins sentences to plain text.
func plain(sentences []stat.Sentence) string {
	parts := make([]string, len(sentences))
	for i, s := range sentences {
		parts[i] = s.String()
	}
	return strings.Join(parts, " ")
}

// capital writes the first letter in upper case.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// count is a number with its noun: 1 source, 3 sources. Both forms have a slot for the number.
func (v *visit) count(n int, one, many string) string {
	return v.l.N(int64(n), one, many, stat.FormatCount(int64(n)))
}

// label is the label of a code in one of the code lists, or the code itself.
func label(defs stat.Definitions, list, code string) string {
	if l, ok := defs.Codelist(list); ok {
		return l.Label(code)
	}
	return code
}

// clockWords says which year a panel counts in.
func clockWords(l lang.Language, c stat.Clock) string {
	switch c {
	case stat.ClockCalendar:
		return l.T("calendar years")
	case stat.ClockFederalFiscal:
		return l.T("federal fiscal years, 1 October to 30 September")
	case stat.ClockStateFiscal:
		return l.T("state fiscal years, 1 July to 30 June")
	case stat.ClockToReport:
		return l.T("twelve months to the date of each report")
	case stat.ClockStated:
		return l.T("periods as the source put them")
	case stat.ClockOnDay:
		return l.T("what there was on the last day of each year")
	default:
		return string(c)
	}
}

// dateStamp is a date for programs, as exactly as it is known.
func dateStamp(d stat.Date, precision string) string {
	switch precision {
	case "year":
		return d.String()[:4]
	case "month":
		return d.String()[:7]
	default:
		return d.String()
	}
}

// webLink is an address that a page may link to: http or https with a host, or else "". An address comes from
// data and could otherwise name a script.
func webLink(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return u.String()
}

// hostOf is the host of a checked address, without www.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return strings.TrimPrefix(u.Host, "www.")
}
