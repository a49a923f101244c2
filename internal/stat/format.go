package stat

import (
	"math"
	"strconv"
	"strings"
)

// FormatNumber writes v with the given number of decimals and commas between thousands: 3,557 and 2.6. Halves
// are rounded away from zero, and a negative zero is written as 0.
func FormatNumber(v float64, decimals int) string {
	scale := math.Pow10(decimals)
	rounded := math.Round(v*scale) / scale
	if rounded == 0 {
		rounded = 0
	}
	text := strconv.FormatFloat(math.Abs(rounded), 'f', decimals, 64)
	whole, rest, found := strings.Cut(text, ".")
	var b strings.Builder
	if rounded < 0 {
		b.WriteString("−")
	}
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	if found {
		b.WriteString("." + rest)
	}
	return b.String()
}

// FormatCount writes a whole number with commas between thousands.
func FormatCount(v int64) string { return FormatNumber(float64(v), 0) }

// FormatLimits writes an interval as "2.4 to 2.7".
func FormatLimits(i Interval, decimals int) string {
	if math.IsInf(i.Upper, 1) {
		return FormatNumber(i.Lower, decimals) + " or more"
	}
	return FormatNumber(i.Lower, decimals) + " to " + FormatNumber(i.Upper, decimals)
}
