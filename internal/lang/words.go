package lang

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"tallystick/internal/stat"
)

// Coverage says who reported, as stat.Coverage.Words does in English. The noun of c is in the language already.
func (l Language) Coverage(c stat.Coverage) string {
	reported, expected := stat.FormatCount(int64(c.Reported)), stat.FormatCount(int64(c.Expected))
	switch {
	case l == English:
		return c.Words()
	case c.Expected <= 0:
		return ""
	case c.Accounts > 0 && !c.Complete():
		return l.T("a whole total, with %s of %s %s shown apart", reported, expected, c.Noun)
	case c.Complete():
		return l.T("reported by all %s %s", expected, c.Noun)
	default:
		return l.T("reported by %s of %s %s", reported, expected, c.Noun)
	}
}

// Residents says how many of the residents live where somebody reported, as stat.Coverage.ResidentWords does in
// English: the whole percent below the share, so that no part is told as the whole.
func (l Language) Residents(c stat.Coverage) string {
	switch words := c.ResidentWords(); {
	case l == English || words == "":
		return words
	case c.Residents >= c.Inhabitants:
		return l.T("where all residents live")
	default:
		share := math.Floor(100 * float64(c.Residents) / float64(c.Inhabitants))
		return l.T("where %s %% of residents live", stat.FormatNumber(share, 0))
	}
}

// Shown is a figure as a list of changes gives it: its value with its bound, or the words of its status.
func (l Language) Shown(s stat.Shown) string {
	if s.Value == nil {
		return l.T(s.Status.Words())
	}
	bound := s.Bound.Words()
	s.Bound = ""
	return strings.TrimSpace(l.T(bound) + " " + s.String())
}

// structural is what stat.Structural says of a zero that the law makes.
var structural = regexp.MustCompile(
	`^Since (\d+ \w+ \d{4}) (.+) applies only from age (\d+)( \(.+\))?: a zero for younger people follows from the law\.$`)

// Remark is the remark on a figure in the language: one that the rules wrote, or one of a source that the definitions,
// which are in the language too, translate. What nobody translated stays as it is.
func (l Language) Remark(defs stat.Definitions, note string) string {
	if l == English {
		return note
	}
	if m := structural.FindStringSubmatch(note); m != nil {
		if day, err := time.Parse("2 January 2006", m[1]); err == nil {
			return l.T("Since %s %s applies only from age %s%s: a zero for younger people follows from the law.",
				l.Date(stat.DateOf(day)), m[2], m[3], m[4])
		}
	}
	if m := standing.FindStringSubmatch(note); m != nil {
		text := l.N(count(m[1]), "%s count of conviction was entered by this day", "%s counts of conviction were entered by this day", m[1])
		for _, away := range departed.FindAllStringSubmatch(m[2], -1) {
			text += "; " + l.T(reversals[away[2]], away[1])
		}
		return text + "."
	}
	if m := sameReporters.FindStringSubmatch(note); m != nil {
		return l.T("Counts only the %s %s that have a figure for both %s and %s.", m[1], defs.Say(m[2]), m[3], m[4])
	}
	if text, ok := l.lookup(note); ok {
		return text
	}
	return defs.Say(note)
}

// sameReporters is what stat.LikeForLike says of a sum over those that reported both times.
var sameReporters = regexp.MustCompile(`^Counts only the ([\d,]+) (.+) that have a figure for both (\S+) and (\S+)\.$`)

// standing is what stat.Standing says of the counts of conviction of a day, departed what it says of those that no longer
// stand.
var (
	standing  = regexp.MustCompile(`^([\d,]+) counts? of conviction (?:was|were) entered by this day((?:; [\d,]+ (?:was|were) [a-z ]+)*)\.$`)
	departed  = regexp.MustCompile(`; ([\d,]+) (?:was|were) ([a-z ]+)`)
	reversals = map[string]string{"reversed on appeal": Key("%s reversed on appeal"), "vacated": Key("%s vacated"),
		"erased by law": Key("%s erased by law")}
)

// count is a whole number that was written with commas.
func count(text string) int64 {
	n, err := strconv.ParseInt(strings.ReplaceAll(text, ",", ""), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// And joins words as a sentence does: 2013, 2014 and 2015; 2013, 2014 y 2015.
func (l Language) And(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := words[len(words)-1]
	return strings.Join(words[:len(words)-1], ", ") + l.and(last) + last
}

// and is the conjunction before a word: Spanish "y" is "e" before the sound of an i.
func (l Language) and(next string) string {
	if l != Spanish {
		return " and "
	}
	word := strings.ToLower(next)
	if strings.HasPrefix(word, "i") || strings.HasPrefix(word, "hi") && !strings.HasPrefix(word, "hie") {
		return " e "
	}
	return " y "
}

// Joint is the conjunction that stands before the last of several phrases, with its spaces.
func (l Language) Joint(next string) string { return l.and(next) }
