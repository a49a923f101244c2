package stat

import (
	"fmt"
	"strconv"
	"strings"
)

// MarkStructural is for a zero that the law makes: nobody of that age can be arrested for the offence.
const MarkStructural Mark = "structural"

// Ages returns the youngest and the oldest age of an age group by its code: under-18, 16-17, 65-over, 16. The oldest
// age of an open group is 200. It returns false for any other code, "all" included.
func Ages(code string) (youngest, oldest int, ok bool) {
	if text, found := strings.CutPrefix(code, "under-"); found {
		n, err := strconv.Atoi(text)
		return 0, n - 1, err == nil && n > 0
	}
	if text, found := strings.CutSuffix(code, "-over"); found {
		n, err := strconv.Atoi(text)
		return n, 200, err == nil && n >= 0
	}
	low, high, found := strings.Cut(code, "-")
	if !found {
		high = low
	}
	a, err := strconv.Atoi(low)
	b, err2 := strconv.Atoi(high)
	return a, b, err == nil && err2 == nil && a >= 0 && a <= b
}

// Structural reports whether the law leaves nothing to count in the observation: all sections of the series apply,
// during the whole period, only from an age (StatuteVersion.LiableFrom) above the oldest of the observation's age
// group. The note explains it. A zero there is the law's doing and no success, and a count above zero is a matter
// for the source. A year in which the age changed is not structural.
func Structural(o Observation, series Series, statutes []Statute) (note string, ok bool) {
	oldest := -1
	for _, c := range o.Codes {
		if _, high, found := Ages(c.Code); found {
			oldest = high
		}
	}
	if oldest < 0 || len(series.Statutes) == 0 {
		return "", false
	}
	for _, id := range series.Statutes {
		s, found := find(statutes, id, func(s Statute) string { return s.ID })
		if !found {
			return "", false
		}
		v, found := versionThrough(s, o.Period)
		if !found || v.LiableFrom <= oldest {
			return "", false
		}
		note = fmt.Sprintf("Since %s %s applies only from age %d", v.From.Long(), s.Citation, v.LiableFrom)
		if v.Act != "" {
			note += " (" + v.Act + ")"
		}
		note += ": a zero for younger people follows from the law."
	}
	return note, true
}

// On returns the version of the section that was in force on the day. A section keeps its identifier when its label
// changes, so that a count is found by section and day, never by the words of its title.
func (s Statute) On(d Date) (StatuteVersion, bool) {
	return versionThrough(s, Period{From: d, To: d})
}

// versionThrough returns the version of the section that was in force on every day of the period.
func versionThrough(s Statute, p Period) (StatuteVersion, bool) {
	for _, v := range s.Versions {
		began := v.From.IsZero() || (!p.From.IsZero() && v.From.Compare(p.From) <= 0)
		if began && (v.To.IsZero() || v.To.Compare(p.To) >= 0) {
			return v, true
		}
	}
	return StatuteVersion{}, false
}
