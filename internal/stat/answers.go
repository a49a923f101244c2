package stat

import (
	"cmp"
	"slices"
	"strconv"
)

// FillAnswers gives every figure that a duty asks for and that is not there the status that follows from the register:
// not due, not reported, not collected where nobody gives us the filings, or not applicable where the report was waived.
// Obs are those of one series of a data set that answers a duty: totals without codes, or parts by reporter; parts says
// which. Obligations are those of its duty, by Obligations, where the parts are rolled up with the code of the place in the
// stead of the reporter's; item is the number of the item that the series counts. The
// first of obs is the pattern. The result is ordered by period and code.
func FillAnswers(obs []Observation, parts bool, dimension string, item int, obligations []Obligation) []Observation {
	if len(obs) == 0 {
		return obs
	}
	type at struct {
		period Period
		code   string
	}
	have := make(map[at]bool)
	for _, o := range obs {
		have[at{Period{From: o.Period.From, To: o.Period.To}, o.Code(dimension)}] = true
	}
	absent := make(map[at]Status)
	for _, o := range obligations {
		p := at{period: o.Period}
		status := o.Absence(item)
		if parts {
			p.code = o.Reporter
		}
		if before, known := absent[p]; known {
			status = better(before, status)
		}
		if !have[p] {
			absent[p] = status
		}
	}
	out := slices.Clone(obs)
	for p, status := range absent {
		o := Observation{Indicator: obs[0].Indicator, Panel: obs[0].Panel, Series: obs[0].Series, Kind: obs[0].Kind,
			Unit: obs[0].Unit, Period: p.period, Status: status, Bound: BoundExactly}
		if parts {
			o.Codes = []DimensionCode{{dimension, p.code}}
		}
		out = append(out, o)
	}
	slices.SortStableFunc(out, func(a, b Observation) int {
		return cmp.Or(a.Period.Compare(b.Period), cmp.Compare(a.Code(dimension), b.Code(dimension)), cmp.Compare(a.Ordinal, b.Ordinal))
	})
	return out
}

// Absence is the status of a figure of the item that has not come: that of the obligation, or, where the filing is
// recorded as answering the item, not collected, since it was reported and is not here.
func (o Obligation) Absence(item int) Status {
	if s := o.Status(item); s != StatusReported {
		return s
	}
	return StatusNotCollected
}

// better is the status of a total of which no part has a value: what any of its parts leaves to hope for.
func better(a, b Status) Status {
	for _, s := range []Status{StatusNotDue, StatusNotReported, StatusNotCollected} {
		if a == s || b == s {
			return s
		}
	}
	return a
}

// AnswerCoverage says from how many of the reporters that owed an answer for the period one came. Answered are the codes
// of those who did. Reports that are waived or not due yet are owed by nobody, and of those that nobody records here
// nothing is expected.
func AnswerCoverage(period Period, answered []string, item int, noun string, obligations []Obligation) Coverage {
	c := Coverage{Noun: noun}
	for _, o := range obligations {
		if !o.Period.Same(period) {
			continue
		}
		switch came := slices.Contains(answered, o.Reporter); {
		case came:
			c.Reported++
		case o.State == ObligationUnrecorded, o.Absence(item) == StatusNotDue, o.Absence(item) == StatusNotApplicable:
			continue
		default:
			c.Missing = append(c.Missing, o.Reporter)
		}
		c.Expected++
	}
	slices.Sort(c.Missing)
	return c
}

// ItemOf is the number of the item that a series of a data set with answers counts, and false if it is not pinned to one.
func (a Answers) ItemOf(s Series) (int, bool) {
	codes := s.Where[a.Item]
	if len(codes) != 1 {
		return 0, false
	}
	n, err := strconv.Atoi(codes[0])
	return n, err == nil && n > 0
}
