package stat

import (
	"math"
	"slices"
)

// Known reports whether anybody is expected by name, so that something can be said about coverage.
func (c Coverage) Known() bool { return c.Expected > 0 }

// Complete reports whether everybody who is expected reported.
func (c Coverage) Complete() bool { return c.Expected > 0 && c.Reported >= c.Expected }

// Share returns the part of the expected reporters that reported, 0 to 1, and false if nobody is expected.
func (c Coverage) Share() (float64, bool) {
	if c.Expected <= 0 {
		return 0, false
	}
	return min(1, float64(max(0, c.Reported))/float64(c.Expected)), true
}

// Words says the coverage in a clause: "reported by 83 of 92 agencies", "reported by all 92 agencies", or, for a total
// that its source gives whole, "a whole total, with 177 of 185 agencies shown apart"; empty if nobody is expected.
func (c Coverage) Words() string {
	switch {
	case c.Expected <= 0:
		return ""
	case c.Accounts > 0 && !c.Complete():
		return "a whole total, with " + FormatCount(int64(c.Reported)) + " of " + FormatCount(int64(c.Expected)) + " " +
			c.Noun + " shown apart"
	case c.Complete():
		return "reported by all " + FormatCount(int64(c.Expected)) + " " + c.Noun
	default:
		return "reported by " + FormatCount(int64(c.Reported)) + " of " + FormatCount(int64(c.Expected)) + " " + c.Noun
	}
}

// WithResidents adds how many people live in places of which at least one reporter of the kinds reported. Reported are
// the codes of those who did, list says which place each stands in (its parent), and population has the residents of
// every place. A place with no reporter of these kinds is not covered. Without any population nothing is added.
func (c Coverage) WithResidents(
	reported []string, list Codelist, kinds []string, population map[string]int64,
) Coverage {
	covered := map[string]bool{}
	for _, code := range list.Codes {
		if slices.Contains(reported, code.Code) && slices.Contains(kinds, code.Kind) {
			covered[code.Parent] = true
		}
	}
	c.Residents, c.Inhabitants = 0, 0
	for place, people := range population {
		c.Inhabitants += people
		if covered[place] {
			c.Residents += people
		}
	}
	return c
}

// ResidentWords says in a clause what share of residents live where somebody reported: "where 91 % of residents live",
// "where all residents live"; empty if that is not known. The share is rounded down, so that it never reads as whole
// when it is not.
func (c Coverage) ResidentWords() string {
	switch {
	case c.Inhabitants < PercentageBase:
		return ""
	case c.Residents >= c.Inhabitants:
		return "where all residents live"
	default:
		share := math.Floor(100 * float64(c.Residents) / float64(c.Inhabitants))
		return "where " + FormatNumber(share, 0) + " % of residents live"
	}
}
