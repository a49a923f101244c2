package stat

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Claim is a public statement with a number in it, and what it would mean for the figures of this site if it holds.
// It is judged anew at every release. The speaker is named by office, not by name.
type Claim struct {
	ID         string      `yaml:"id" json:"id"`
	Title      string      `yaml:"title" json:"title" text:"yes"` // the claim in a few plain words
	Quote      string      `yaml:"quote" json:"quote"`            // the words of the source
	Speaker    string      `yaml:"speaker" json:"speaker" text:"yes"`
	Said       Date        `yaml:"said" json:"said"`
	Precision  string      `yaml:"precision" json:"precision,omitempty"` // day, month, year: how exactly Said is known; empty: day
	Work       string      `yaml:"work" json:"work"`                     // title of the work in which it was read
	Publisher  string      `yaml:"publisher" json:"publisher"`
	Address    string      `yaml:"address" json:"address"`
	About      string      `yaml:"about" json:"about" text:"yes"`                   // what a reader should know of it, two or three sentences
	Holds      []Assertion `yaml:"holds" json:"holds,omitempty"`                    // it holds if each of these does
	Unchecked  string      `yaml:"unchecked" json:"unchecked,omitempty" text:"yes"` // or why no figure of this site can check it
	Indicators []string    `yaml:"indicators" json:"indicators,omitempty"`
}

// Assertion is one comparison of a claim: a figure of this site, and what the claim says that it is. The vocabulary
// is closed: equal, at-least, at-most, about. There are no expressions.
type Assertion struct {
	Figure string  `yaml:"figure" json:"figure"` // INDICATOR/PANEL/SERIES; a panel's ratio is the series "ratio"
	Period string  `yaml:"period" json:"period"` // Period.Key: 2015, 2005-2014, 2006-07-01..2016-03-31
	Is     Bound   `yaml:"is" json:"is"`         // exactly, at-least, at-most, about
	Value  float64 `yaml:"value" json:"value"`
	Within float64 `yaml:"within" json:"within,omitempty"`      // tolerance for about, and for a ratio: half of its last digit
	Unlike bool    `yaml:"unlike" json:"unlike,omitempty"`      // the words of the claim count something else than the figure
	Why    string  `yaml:"why" json:"why,omitempty" text:"yes"` // how they differ; required where they do
}

// ClaimVerdict is how a claim or an assertion stands against the figures of a release.
type ClaimVerdict string

// The verdicts. A claim takes the worst verdict of its assertions, in the order of the constants.
const (
	ClaimHolds      ClaimVerdict = "holds"
	ClaimUnlike     ClaimVerdict = "unlike"      // the number agrees, but it counts something else than the claim says
	ClaimSameSource ClaimVerdict = "same-source" // the figure is the claim itself: it was read in the same work
	ClaimDiffers    ClaimVerdict = "differs"
	ClaimUnchecked  ClaimVerdict = "cannot-be-checked"
)

var claimVerdicts = []ClaimVerdict{ClaimHolds, ClaimUnlike, ClaimSameSource, ClaimDiffers, ClaimUnchecked}

// JudgedClaim is a claim against the figures of one release.
type JudgedClaim struct {
	Claim      string            `json:"claim"`
	Verdict    ClaimVerdict      `json:"verdict"`
	Why        string            `json:"why,omitempty"` // why it cannot be checked, in a sentence
	Assertions []JudgedAssertion `json:"assertions,omitempty"`
}

// JudgedAssertion is one assertion against one figure. Difference is the figure minus what was said.
type JudgedAssertion struct {
	Assertion
	Key        string       `json:"key,omitempty"` // of the observation
	Verdict    ClaimVerdict `json:"verdict"`
	Found      float64      `json:"found"`
	Difference float64      `json:"difference"`
	Unchecked  string       `json:"unchecked,omitempty"` // why it cannot be checked, in a sentence
}

// JudgeClaim holds a claim against observations: the totals of all indicators, in any order. Of several figures for
// the same series and period the first, preferred one counts. A figure that is missing, withheld or known only as a
// bound cannot check an assertion; one that was read in the work of the claim repeats it and checks nothing.
func JudgeClaim(c Claim, obs []Observation) JudgedClaim {
	out := JudgedClaim{Claim: c.ID, Verdict: ClaimHolds}
	if c.Unchecked != "" || len(c.Holds) == 0 {
		out.Verdict, out.Why = ClaimUnchecked, c.Unchecked
		return out
	}
	for _, s := range c.Holds {
		j := judgeAssertion(c, s, obs)
		out.Assertions = append(out.Assertions, j)
		if slices.Index(claimVerdicts, j.Verdict) > slices.Index(claimVerdicts, out.Verdict) {
			out.Verdict, out.Why = j.Verdict, j.Unchecked
		}
	}
	return out
}

func judgeAssertion(c Claim, s Assertion, obs []Observation) JudgedAssertion {
	out := JudgedAssertion{Assertion: s, Verdict: ClaimUnchecked}
	want := s.Figure + "/" + s.Period
	i := slices.IndexFunc(obs, func(o Observation) bool { return o.Key() == want && len(o.Codes) == 0 })
	if i < 0 {
		out.Unchecked = "This release has no such figure."
		return out
	}
	o := obs[i]
	out.Key = o.Key()
	if o.Status != StatusReported {
		out.Unchecked = "The figure is " + o.Status.Words() + "."
		return out
	}
	out.Found, out.Difference = o.Value, o.Value-s.Value
	switch {
	case !s.agrees(o.Value) && o.Bound != BoundExactly && o.Bound != s.Is:
		out.Unchecked = fmt.Sprintf("The figure is known only as %s %s.", o.Bound.Words(), FormatNumber(o.Value, 0))
	case !s.agrees(o.Value):
		out.Verdict = ClaimDiffers
	case len(o.Citations) > 0 && !slices.ContainsFunc(o.Citations, func(x Citation) bool { return !sameWork(x, c) }):
		out.Verdict = ClaimSameSource
	case s.Unlike:
		out.Verdict = ClaimUnlike
	default:
		out.Verdict = ClaimHolds
	}
	return out
}

// agrees reports whether the value is what the assertion says.
func (s Assertion) agrees(v float64) bool {
	switch s.Is {
	case BoundAtLeast:
		return v >= s.Value
	case BoundAtMost:
		return v <= s.Value
	case BoundAbout:
		return math.Abs(v-s.Value) <= s.Within
	default:
		return v == s.Value || s.Within > 0 && math.Abs(v-s.Value) <= s.Within
	}
}

func sameWork(x Citation, c Claim) bool {
	return strings.TrimSuffix(x.Address, "/") == strings.TrimSuffix(c.Address, "/")
}
