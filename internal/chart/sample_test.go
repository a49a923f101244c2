package chart

import (
	"time"

	"tallystick/internal/stat"
)

// The samples are published figures of Connecticut and of the federal courts; the intervals are the exact ones
// that internal/stat computes, written out here because a chart draws what it is given.

func year(y int) stat.Period { return stat.CalendarYear(y) }

func span(from, to int) stat.Period {
	return stat.Period{From: stat.Date{Year: from, Month: time.January, Day: 1}, To: stat.Date{Year: to,
		Month: time.December, Day: 31}}
}

func limits(lower, upper float64, method string) *stat.Interval {
	return &stat.Interval{Lower: lower, Upper: upper, Level: 0.95, Method: method}
}

func count(panel, series string, p stat.Period, value float64, unit, publisher string) stat.Observation {
	return stat.Observation{Panel: panel, Series: series, Kind: stat.KindCount, Period: p, Status: stat.StatusReported,
		Value: value, Bound: stat.BoundExactly, Unit: unit,
		Citations: []stat.Citation{{Title: "A table", Publisher: publisher, Address: "https://example.org/table"}}}
}

func labels(_, code string) string {
	return map[string]string{"arrest": "arrests", "conviction": "convictions", "as-reported": "unit as reported",
		"offence": "offences", "defendant": "defendants", "child": "children", "report": "reports"}[code]
}

func sellersAndBuyers() (stat.Indicator, []stat.Observation, Context) {
	ind := stat.Indicator{ID: "sellers-and-buyers",
		Title: "People arrested, prosecuted and convicted for selling and for buying sex, Connecticut"}
	var obs []stat.Observation
	two := stat.Period{From: stat.Date{Year: 2014, Month: time.April, Day: 1}, To: stat.Date{Year: 2016,
		Month: time.March, Day: 31},
		Stated: "two years to March 2016"}
	for _, x := range []struct {
		id, title, unit, publisher string
		clock                      stat.Clock
		period                     stat.Period
		sellers, buyers, ratio     float64
		lower, upper               float64
	}{
		{"arrested", "Arrested", "arrest", "Judicial Branch", stat.ClockCalendar, span(2005, 2014), 3557, 1378,
			3557. / 1378, 2.42, 2.75},
		{"prosecuted", "Prosecuted", "as-reported", "Trafficking in Persons Council", stat.ClockStated, two, 287, 53,
			287. / 53, 4.03, 7.41},
		{"convicted", "Convicted", "conviction", "Judicial Branch", stat.ClockCalendar, span(2005, 2014), 1841, 269,
			1841. / 269, 6.02, 7.80},
	} {
		ind.Panels = append(ind.Panels, stat.Panel{ID: x.id, Title: x.title, Form: stat.FormPair, Unit: x.unit,
			Clock:  x.clock,
			Series: []stat.Series{{ID: "selling", Label: "selling sex"}, {ID: "buying", Label: "buying sex"}},
			Ratio:  &stat.Ratio{Of: "selling", To: "buying", Label: "sellers for each buyer", Decimals: 1}})
		ratio := stat.Observation{Panel: x.id, Series: "ratio", Kind: stat.KindRatio, Period: x.period,
			Status: stat.StatusReported,
			Value:  x.ratio, Interval: limits(x.lower, x.upper, "conditional-binomial"), Of: x.sellers, To: x.buyers}
		obs = append(obs, count(x.id, "selling", x.period, x.sellers, x.unit, x.publisher),
			count(x.id, "buying", x.period, x.buyers, x.unit, x.publisher), ratio)
	}
	return finish(ind, obs, Context{Release: "2026-11-24", Labels: labels,
		Source: "Connecticut Judicial Branch via Permanent Commission on the Status of Women, 2016",
		Alt:    "Three pairs of horizontal bars, one pair a stage, each on its own scale."})
}

func prostitutionArrests() (stat.Indicator, []stat.Observation, Context) {
	ind := stat.Indicator{ID: "prostitution-arrests", Title: "Arrests for prostitution offences, Connecticut",
		Panels: []stat.Panel{{ID: "arrests", Title: "Arrests for prostitution and related offences", Form: stat.FormColumns,
			Unit: "arrest", Clock: stat.ClockCalendar, Series: []stat.Series{{ID: "all", Label: "arrests",
				Statutes: []string{"53a-82"}}}}}}
	var obs []stat.Observation
	for i, x := range []struct{ value, lower, upper float64 }{
		{438, 397.9, 481.0}, {379, 341.8, 419.1}, {380, 342.7, 420.2}, {343, 307.7, 381.3}, {348, 312.4, 386.5}, {267,
			235.9, 301.0},
	} {
		o := count("arrests", "all", year(2010+i), x.value, "arrest", "State Police, UCR")
		o.Interval = limits(x.lower, x.upper, "garwood")
		if 2010+i == 2013 {
			o.Marks = []stat.Mark{stat.MarkMixed}
		}
		if 2010+i >= 2014 {
			o.Marks = []stat.Mark{stat.MarkPartial}
		}
		obs = append(obs, o)
	}
	return finish(ind, obs, Context{Release: "2026-11-24", Labels: labels,
		Source: "Connecticut State Police, Crime in Connecticut, 2010 to 2015",
		Alt:    "Six columns, one a year.", Breaks: []stat.Break{{Date: stat.Date{Year: 2013, Month: time.October, Day: 1},
			Kind: "statute", Act: "PA 13-166"}}})
}

func traffickingOffences() (stat.Indicator, []stat.Observation, Context) {
	ind := stat.Indicator{ID: "trafficking-offences", Title: "Human-trafficking offences known to police, Connecticut",
		Panels: []stat.Panel{{ID: "offences", Title: "Offences known to police", Form: stat.FormColumns, Unit: "offence",
			Clock:  stat.ClockCalendar,
			Series: []stat.Series{{ID: "sex", Label: "commercial sex acts"}, {ID: "labour", Label: "involuntary servitude"}}}}}
	sex := [][3]float64{{0, 0, 3.7}, {-1, 0, 0}, {3, 0.6, 8.8}, {7, 2.8, 14.4}, {15, 8.4, 24.7}, {11, 5.5, 19.7}, {9,
		4.1, 17.1}, {12, 6.2, 21.0}}
	labour := [][3]float64{{-2, 0, 0}, {0, 0, 3.7}, {0, 0, 3.7}, {1, 0.03, 5.6}, {2, 0.2, 7.2}, {0, 0, 3.7}, {-3, 0, 0},
		{1, 0.03, 5.6}}
	var obs []stat.Observation
	for i := range sex {
		for id, x := range map[string][3]float64{"sex": sex[i], "labour": labour[i]} {
			o := count("offences", id, year(2013+i), x[0], "offence", "FBI")
			o.Interval = limits(x[1], x[2], "garwood")
			switch x[0] {
			case -1:
				o.Status, o.Value, o.Interval = stat.StatusNotReported, 0, nil
			case -2:
				o.Status, o.Value, o.Interval = stat.StatusNotCollected, 0, nil
			case -3:
				o.Status, o.Value, o.Interval = stat.StatusWithheld, 0, nil
			}
			obs = append(obs, o)
		}
	}
	return finish(ind, obs, Context{Release: "2026-11-24", Labels: labels,
		Source: "FBI, Uniform Crime Reporting, Human Trafficking, 2013 to 2020",
		Alt:    "Two rows of columns on one scale."})
}

func federalProsecutions() (stat.Indicator, []stat.Observation, Context) {
	ind := stat.Indicator{ID: "federal-prosecutions", Title: "Federal human-trafficking prosecutions, United States",
		Panels: []stat.Panel{{ID: "charged", Title: "Defendants charged in federal courts", Form: stat.FormLine,
			Unit:  "defendant",
			Clock: stat.ClockFederalFiscal,
			Series: []stat.Series{{ID: "bjs",
				Label: "Bureau of Justice Statistics: all trafficking, peonage and child exploitation offences"},
				{ID: "trac", Label: "TRAC: child sex trafficking as lead charge", Statutes: []string{"18-usc-1591"}}}}}}
	var obs []stat.Observation
	for y, v := range map[int]float64{2011: 729, 2012: 805, 2015: 1049, 2020: 1343, 2021: 1672, 2022: 1656} {
		obs = append(obs, count("charged", "bjs", stat.FiscalYear(stat.ClockFederalFiscal, y), v, "defendant",
			"Bureau of Justice Statistics"))
	}
	for y, v := range map[int]float64{2003: 6, 2008: 35, 2012: 138, 2016: 273, 2017: 277, 2018: 221, 2019: 178,
		2020: 180} {
		obs = append(obs, count("charged", "trac", stat.FiscalYear(stat.ClockFederalFiscal, y), v, "defendant", "TRAC"))
	}
	return finish(ind, obs, Context{Release: "2026-11-24", Labels: labels,
		Source: "Bureau of Justice Statistics, Human Trafficking Data Collection Activities; TRAC, Syracuse University",
		Alt:    "Two lines on one scale.",
		Breaks: []stat.Break{{Date: stat.Date{Year: 2018, Month: time.April, Day: 11}, Kind: "statute",
			Act: "Pub. L. 115-164"}}})
}

// leadCharges is a long series with gaps, and a year for which two editions give two figures.
func leadCharges() (stat.Indicator, []stat.Observation, Context) {
	ind := stat.Indicator{ID: "lead-charges",
		Title: "Federal prosecutions with sex trafficking as the lead charge, United States",
		Panels: []stat.Panel{
			{ID: "lead", Title: "Lead charge 18 USC 1591", Form: stat.FormColumns, Unit: "defendant",
				Clock: stat.ClockFederalFiscal,
				Note:  "Other charges down the list are left out.", Series: []stat.Series{{ID: "all", Label: "prosecutions"}}},
			{ID: "cases", Title: "All new cases", Form: stat.FormColumns, Unit: "offence", Clock: stat.ClockCalendar,
				Series: []stat.Series{{ID: "all", Label: "new cases"}}}}}
	var obs []stat.Observation
	for y, v := range map[int][3]float64{2003: {6, 2.2, 13.1}, 2008: {35, 24.4, 48.7}, 2012: {138, 115.9, 163.0},
		2016: {273, 241.6, 307.4},
		2017: {277, 245.3, 311.6}, 2018: {221, 192.8, 252.1}, 2019: {178, 152.8, 206.2}, 2020: {180, 154.7, 208.3}} {
		o := count("lead", "all", stat.FiscalYear(stat.ClockFederalFiscal, y), v[0], "defendant", "TRAC")
		o.Interval = limits(v[1], v[2], "garwood")
		obs = append(obs, o)
	}
	first, second, next := count("cases", "all", year(2022), 203, "offence", "HTI"), count("cases", "all", year(2022),
		183, "offence", "HTI"),
		count("cases", "all", year(2023), 202, "offence", "HTI")
	first.Marks, second.Marks, second.Ordinal = []stat.Mark{stat.MarkContested, stat.MarkPreferred},
		[]stat.Mark{stat.MarkContested}, 1
	return finish(ind, append(obs, first, second, next), Context{Release: "2026-11-24", Labels: labels,
		Source: "TRAC, Syracuse University; Human Trafficking Institute", Alt: "Two charts of columns by year."})
}

func childrenIdentified() (stat.Indicator, []stat.Observation, Context) {
	ind := stat.Indicator{ID: "children-identified", Title: "Children referred and identified as trafficked, Connecticut",
		Panels: []stat.Panel{
			{ID: "referred", Title: "Referred to the department", Form: stat.FormSpans, Unit: "child", Clock: stat.ClockStated,
				Series: []stat.Series{{ID: "referrals", Label: "children referred"}}},
			{ID: "identified", Title: "Identified as victims", Form: stat.FormSpans, Unit: "child", Clock: stat.ClockStated,
				Series: []stat.Series{{ID: "confirmed", Label: "confirmed by the department"}, {ID: "since",
					Label: "identified so far, start not stated"}}},
			{ID: "reports", Title: "Reports received", Form: stat.FormSpans, Unit: "report", Clock: stat.ClockCalendar,
				Series: []stat.Series{{ID: "reports", Label: "reports"}}}}}
	november := stat.Period{From: stat.Date{Year: 2015, Month: time.January, Day: 1}, To: stat.Date{Year: 2015,
		Month: time.November, Day: 30},
		Stated: "January to November 2015"}
	least := count("identified", "confirmed", november, 80, "child", "Department of Children and Families")
	least.Bound = stat.BoundAtLeast
	about := count("identified", "since", stat.Period{To: stat.Date{Year: 2012, Month: time.December, Day: 31},
		Stated: "to about 2012"}, 88, "child",
		"Department of Children and Families")
	about.Bound = stat.BoundAbout
	none := count("referred", "referrals", year(2015), 0, "child", "Department of Children and Families")
	none.Status = stat.StatusNotReported
	obs := []stat.Observation{
		count("referred", "referrals", year(2014), 94, "child", "Department of Children and Families"), none,
		count("referred", "referrals", year(2016), 202, "child", "Department of Children and Families"),
		about, least, count("identified", "confirmed", year(2015), 133, "child", "Department of Children and Families"),
		count("reports", "reports", year(2021), 241, "report", "Department of Children and Families")}
	return finish(ind, obs, Context{Release: "2026-11-24", Labels: labels,
		Source: "Connecticut Department of Children and Families, reports to the General Assembly",
		Alt:    "Bars over periods as stated."})
}

func stateAndFederal() (stat.Indicator, []stat.Observation, Context) {
	since := stat.Period{From: stat.Date{Year: 2006, Month: time.July, Day: 1}, To: stat.Date{Year: 2016,
		Month: time.March, Day: 31}}
	ind := stat.Indicator{ID: "state-and-federal", Title: "Trafficking cases under state and federal law, Connecticut",
		Panels: []stat.Panel{{ID: "state", Title: "Under the state law, CGS 53a-192a", Form: stat.FormSpans,
			Unit: "as-reported", Clock: stat.ClockCalendar,
			Series: []stat.Series{{ID: "arrests", Label: "arrests"}, {ID: "convictions", Label: "convictions"}}}}}
	return finish(ind, []stat.Observation{count("state", "arrests", since, 10, "as-reported", "Judicial Branch"),
		count("state", "convictions", since, 0, "as-reported", "Judicial Branch")},
		Context{Release: "2026-11-24", Labels: labels, Source: "Connecticut Judicial Branch, 2016", Alt: "Two bars."})
}

func finish(ind stat.Indicator, obs []stat.Observation, ctx Context) (stat.Indicator, []stat.Observation, Context) {
	for i := range obs {
		obs[i].Indicator = ind.ID
	}
	stat.SortObservations(obs)
	return ind, obs, ctx
}

var samples = map[string]func() (stat.Indicator, []stat.Observation, Context){
	"sellers-and-buyers": sellersAndBuyers, "prostitution-arrests": prostitutionArrests,
	"trafficking-offences": traffickingOffences, "federal-prosecutions": federalProsecutions,
	"lead-charges": leadCharges, "children-identified": childrenIdentified, "state-and-federal": stateAndFederal,
}
