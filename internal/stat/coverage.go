package stat

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
