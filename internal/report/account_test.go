package report

import (
	"testing"

	"tallystick/internal/stat"
)

func TestAccountNamesTheGapOnlyWhereThereIsOne(t *testing.T) {
	defs := stat.Definitions{Indicators: []stat.Indicator{{ID: "i", Panels: []stat.Panel{
		{ID: "p", Series: []stat.Series{
			{ID: "sent", Noun: stat.Noun{One: "referral", Many: "referrals"}},
			{ID: "held", Noun: stat.Noun{One: "arrest", Many: "arrests"}},
		}},
	}}}}
	at := func(series string, value float64, unit string, bound stat.Bound) *stat.Observation {
		return &stat.Observation{
			Indicator: "i", Panel: "p", Series: series, Kind: stat.KindCount, Period: stat.CalendarYear(2014),
			Value: value, Unit: unit, Bound: bound, Status: stat.StatusReported,
		}
	}
	later := at("sent", 7, "referral", stat.BoundExactly)
	later.Period = stat.FiscalYear(stat.ClockFederalFiscal, 2014)
	referrals, about := at("sent", 1094, "referral", stat.BoundExactly), at("sent", 80, "referral", stat.BoundAbout)
	arrests := at("held", 0, "arrest", stat.BoundExactly)
	withheld := &stat.Observation{Status: stat.StatusWithheld, Value: 3}
	for _, c := range []struct {
		found []*stat.Observation
		want  string
	}{
		{[]*stat.Observation{referrals, about},
			"2 figures are quoted for it, from about 80 to 1,094 referrals: they lie about 1,014 apart."},
		{[]*stat.Observation{referrals, referrals}, "2 figures are quoted for it, from 1,094 to 1,094 referrals: they agree."},
		{[]*stat.Observation{referrals, arrests},
			"2 figures are quoted for it, from 0 arrests to 1,094 referrals. " +
				"They count different units, so no gap between them is worked out."},
		{[]*stat.Observation{referrals, later}, "2 figures are quoted for it, from 7 referrals to 1,094 referrals. " +
			"They are counted over different days, so no gap between them is worked out."},
		{[]*stat.Observation{referrals, about, nil}, "2 of the 3 figures quoted for it have a value in this release, " +
			"from about 80 to 1,094 referrals: they lie about 1,014 apart."},
		{[]*stat.Observation{at("sent", 9, "referral", stat.BoundAtLeast), at("sent", 5, "referral", stat.BoundAtLeast)},
			"2 figures are quoted for it, from at least 5 to at least 9 referrals. " +
				"How far apart they lie cannot be told, because of “at least” and “at most”."},
		{[]*stat.Observation{about, withheld},
			"Only one of the 2 figures has a value in this release, about 80 referrals, so there is nothing to hold it against."},
		{[]*stat.Observation{nil, withheld}, "None of the 2 figures has a value in this release."},
	} {
		got := Account(c.found, defs)
		if got.String() != c.want {
			t.Errorf("Account(%d figures) = %q, want %q", len(c.found), got, c.want)
		}
		for _, p := range got.Parts {
			if p.Strong != (p.Key != "") {
				t.Errorf("%q: the part %+v stands out without a key, or has one and does not", got, p)
			}
		}
	}
}
