package web

import (
	"math"
	"regexp"

	"tallystick/internal/lang"
	"tallystick/internal/stat"
)

// claimsPage holds public statements against the figures of the release.
type claimsPage struct {
	page
	Claims []claimEntry
}

// claimEntry is a statement with its verdict and the comparisons behind it.
type claimEntry struct {
	stat.Claim
	When       string
	Verdict    string
	Class      string
	Why        string
	Assertions []assertionLine
	Indicators []link
	History    []verdictLine // how it stood in each release, newest first
	Known      string        // address of the claims as known on the day of the statement; empty before the first release
	First      stat.Date     // of the first release
}

// verdictLine is how a claim stood in one release, or in several that follow each other.
type verdictLine struct {
	Verdict  string
	From, To link // the first and the last of the releases; the same where it is one
}

// assertionLine is one comparison: what was said, and what the release holds.
type assertionLine struct {
	Words   string // what the figure is
	Said    string
	Found   string
	Key     string
	Path    string
	Verdict string
	Why     string
	Unlike  string
}

// verdictWords says how a claim stands.
var verdictWords = map[stat.ClaimVerdict]string{
	stat.ClaimHolds:      lang.Key("It holds"),
	stat.ClaimUnlike:     lang.Key("The number agrees; what it counts differs"),
	stat.ClaimSameSource: lang.Key("It cannot be checked by another source"),
	stat.ClaimDiffers:    lang.Key("The figures differ from it"),
	stat.ClaimUnchecked:  lang.Key("It cannot be checked"),
}

// assertionWords says how one comparison stands.
var assertionWords = map[stat.ClaimVerdict]string{
	stat.ClaimHolds:      lang.Key("agrees"),
	stat.ClaimUnlike:     lang.Key("agrees in number"),
	stat.ClaimSameSource: lang.Key("is the statement itself"),
	stat.ClaimDiffers:    lang.Key("differs"),
	stat.ClaimUnchecked:  lang.Key("cannot be checked"),
}

// claims serves GET /claims.
func (s *Server) claims(v *visit) (*representation, error) {
	defs := v.defs
	p := claimsPage{page: v.frame("Claims", "What has been said in public, held against the figures of this release.")}
	obs := v.rel.AllObservations()
	for _, c := range defs.Claims {
		judged := stat.JudgeClaim(c, obs)
		e := claimEntry{
			Claim: c, When: v.l.DateAs(c.Said, c.Precision), Verdict: v.l.T(verdictWords[judged.Verdict]),
			Class: string(judged.Verdict), Why: whyWords(v.l, judged.Why),
		}
		e.Address = webLink(c.Address)
		list := v.issued.List()
		e.First = stat.DateOf(list[len(list)-1].PublishedAt.UTC())
		if c.Said.Compare(e.First) >= 0 {
			e.Known = v.live() + "?known=" + c.Said.String() + "#" + c.ID
		}
		for _, a := range judged.Assertions {
			e.Assertions = append(e.Assertions, v.assertionLine(a))
		}
		for _, id := range c.Indicators {
			if ind, ok := defs.Indicator(id); ok {
				e.Indicators = append(e.Indicators, link{Path: v.indicatorPath(id), Text: ind.Question})
			}
		}
		var err error
		if e.History, err = v.verdicts(c.ID); err != nil {
			return nil, err
		}
		p.Claims = append(p.Claims, e)
	}
	return v.show("claims", p)
}

// verdicts says how a claim stood in each release that had it, newest first; releases in a row that agree are one line.
func (v *visit) verdicts(id string) ([]verdictLine, error) {
	var lines []verdictLine
	for _, m := range v.issued.List() {
		rel, err := v.issued.Release(m.ID)
		if err != nil {
			return nil, err
		}
		c, ok := rel.Definitions().Claim(id)
		if !ok {
			continue
		}
		verdict := v.l.T(verdictWords[stat.JudgeClaim(c, rel.AllObservations()).Verdict])
		at := link{Path: "/releases/" + m.ID + "/claims#" + id, Text: m.ID}
		if n := len(lines); n > 0 && lines[n-1].Verdict == verdict {
			lines[n-1].From = at
			continue
		}
		lines = append(lines, verdictLine{Verdict: verdict, From: at, To: at})
	}
	return lines, nil
}

func (v *visit) assertionLine(a stat.JudgedAssertion) assertionLine {
	line := assertionLine{
		Words: a.Figure, Verdict: v.l.T(assertionWords[a.Verdict]), Why: whyWords(v.l, a.Unchecked), Unlike: a.Why,
		Said: saidWords(v.l, a.Is, a.Value),
	}
	o, ok := observation(v.rel, a.Key)
	if !ok {
		return line
	}
	ind, _ := v.defs.Indicator(o.Indicator)
	panel, series := panelOf(ind, o)
	line.Words = nounWords(v.l, o, panel, series) + ", " + v.l.Period(o.Period, panel.Clock)
	if a.Verdict == stat.ClaimDiffers {
		line.Verdict = v.l.T("differs by %s", stat.FormatNumber(math.Abs(a.Difference), decimalsOf(o, panel)))
	}
	line.Found, line.Key, line.Path = numberWords(v.l, o, panel), o.Key(), v.valuePath(o.Key())
	return line
}

// onlyAs is what stat.JudgeClaim says of a figure that is known only as a limit.
var onlyAs = regexp.MustCompile(`^The figure is known only as ([a-z ]+) ([\d,]+)\.$`)

// whyWords says in a language why a claim cannot be checked. The reasons of definitions are in it already.
func whyWords(l lang.Language, why string) string {
	if m := onlyAs.FindStringSubmatch(why); m != nil {
		return l.T("The figure is known only as %s %s.", l.T(m[1]), m[2])
	}
	return l.T(why)
}

// saidWords is a number as it was said: at most 5.4.
func saidWords(l lang.Language, b stat.Bound, value float64) string {
	decimals := 0
	if value != float64(int64(value)) {
		decimals = 1
	}
	n := stat.FormatNumber(value, decimals)
	if w := b.Words(); w != "" {
		return l.T(w) + " " + n
	}
	return n
}
