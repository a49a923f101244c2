package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tallystick/internal/stat"
)

func text(s string) stat.Part { return stat.Part{Text: s} }

func textOf(parts []stat.Part) string { return stat.Sentence{Parts: parts}.String() }

// number is the value of an observation as it stands in a table, with its key.
func number(o stat.Observation, decimals int) stat.Part {
	return stat.Part{Text: stat.FormatNumber(o.Value, decimals), Key: o.Key(), Strong: true}
}

// counted is a count with its noun: "3,557 arrests", "at least 65 cases", "no convictions". A true zero is written
// as "no", which is news and reads as such; a figure without a value says why there is none.
func counted(o stat.Observation, noun stat.Noun) []stat.Part {
	switch o.Status {
	case stat.StatusReported:
	case stat.StatusWithheld:
		return []stat.Part{text("a number of " + noun.Many + " that is withheld to protect people")}
	case stat.StatusNotDue:
		return []stat.Part{text("a number of " + noun.Many + " that is not yet due")}
	case stat.StatusNotCollected:
		return []stat.Part{text("a number of " + noun.Many + " that nobody collected")}
	case stat.StatusNotApplicable:
		return []stat.Part{text("no " + noun.Many + " that the law could count")}
	default:
		return []stat.Part{text("an unreported number of " + noun.Many)}
	}
	exact := o.Bound == stat.BoundExactly || o.Bound == ""
	if exact && o.Value == 0 {
		return []stat.Part{{Text: "no", Key: o.Key(), Strong: true}, text(" " + noun.Many)}
	}
	word := noun.Many
	if exact && o.Value == 1 {
		word = noun.One
	}
	return append(bare(o), text(" "+word))
}

// bare is a count without its noun: "3,557", "at least 65", "none", or why there is no value.
func bare(o stat.Observation) []stat.Part {
	if o.Status != stat.StatusReported {
		return []stat.Part{text(o.Status.Words())}
	}
	exact := o.Bound == stat.BoundExactly || o.Bound == ""
	if exact && o.Value == 0 {
		return []stat.Part{{Text: "none", Key: o.Key(), Strong: true}}
	}
	if exact {
		return []stat.Part{number(o, 0)}
	}
	return []stat.Part{text(o.Bound.Words() + " "), number(o, 0)}
}

// absent is a clause on figures that have no value: "were not reported".
func absent(s stat.Status) string {
	switch s {
	case stat.StatusWithheld:
		return "are withheld to protect people"
	case stat.StatusNotDue:
		return "are not due yet"
	case stat.StatusNotCollected:
		return "were not collected"
	case stat.StatusNotApplicable:
		return "do not apply"
	default:
		return "were not reported"
	}
}

// limited is a ratio or a rate with its label and limits: "2.6 sellers for each buyer (95 % limits 2.4 to 2.7)".
func limited(o stat.Observation, label string, decimals int) []stat.Part {
	parts := []stat.Part{number(o, decimals), text(" " + label)}
	if o.Interval == nil {
		return parts
	}
	limit := func(v float64) stat.Part {
		return stat.Part{Text: stat.FormatNumber(v, decimals), Key: o.Key()}
	}
	return append(parts,
		text(fmt.Sprintf(" (%s %% limits ", stat.FormatNumber(100*o.Interval.Level, 0))),
		limit(o.Interval.Lower), text(" to "), limit(o.Interval.Upper), text(")"))
}

// periodIn is the period with its preposition: "in 2015", "from 2005 to 2014", "in federal fiscal year 2019", "up to
// August 2012". A period that a source put in words of its own keeps them, in quotation marks, after the dates.
func periodIn(p stat.Period, clock stat.Clock) string {
	preposition, words := periodWords(p, clock)
	return preposition + " " + words
}

// periodBriefly is periodIn with a short name for fiscal years: "in fiscal 2019".
func periodBriefly(p stat.Period, clock stat.Clock) string {
	return strings.NewReplacer("federal fiscal year ", "fiscal ", "state fiscal year ", "fiscal ",
		"federal fiscal years ", "fiscal ", "state fiscal years ", "fiscal ").Replace(periodIn(p, clock))
}

func periodWords(p stat.Period, clock stat.Clock) (preposition, words string) {
	fiscal := ""
	switch clock {
	case stat.ClockFederalFiscal:
		fiscal = "federal fiscal year"
	case stat.ClockStateFiscal:
		fiscal = "state fiscal year"
	}
	plain := stat.Period{From: p.From, To: p.To}
	switch {
	case p.From.IsZero():
		preposition, words = "up to", day(p.To, false)
	case fiscal != "" && plain == stat.FiscalYear(clock, p.To.Year):
		return "in", fmt.Sprintf("%s %d", fiscal, p.To.Year)
	case fiscal != "" && plain.From == stat.FiscalYear(clock, p.From.Year+1).From &&
		plain.To == stat.FiscalYear(clock, p.To.Year).To:
		return "in", fmt.Sprintf("%ss %d to %d", fiscal, p.From.Year+1, p.To.Year)
	case plain == stat.CalendarYear(p.To.Year):
		preposition, words = "in", fmt.Sprint(p.To.Year)
	case plain.From == stat.CalendarYear(p.From.Year).From && plain.To == stat.CalendarYear(p.To.Year).To:
		preposition, words = "from", fmt.Sprintf("%d to %d", p.From.Year, p.To.Year)
	case clock == stat.ClockToReport && p.Days() >= 365 && p.Days() <= 366:
		return "in", "the twelve months to " + p.To.Long()
	case p.From.Year == p.To.Year && p.From.Month == p.To.Month:
		preposition, words = "in", day(p.To, false)
	default:
		preposition, words = "from", day(p.From, true)+" to "+day(p.To, false)
	}
	if stated := strings.TrimSpace(p.Stated); clock == stat.ClockStated && stated != "" && !sameWords(stated, words) {
		words += " (stated as “" + stated + "”)"
	}
	return preposition, words
}

// day names a month where the date is the first (of a start) or last (of an end) of its month, and else the day.
func day(d stat.Date, start bool) string {
	last := stat.DateOf(time.Date(d.Year, d.Month+1, 0, 0, 0, 0, 0, time.UTC))
	if (start && d.Day == 1) || (!start && d == last) {
		return fmt.Sprintf("%s %d", d.Month, d.Year)
	}
	return d.Long()
}

// sameWords reports whether the source's words for a period say no more than its dates do: "2009 to August 2012" says
// no more than "January 2009 to August 2012".
func sameWords(stated, words string) bool {
	plain := strings.NewReplacer("–", " ", "-", " ", ",", " ").Replace(strings.ToLower(stated))
	known := append(strings.Fields(strings.ToLower(words)), "to", "from", "through", "until")
	for _, w := range strings.Fields(plain) {
		if !slices.Contains(known, w) {
			return false
		}
	}
	return true
}

// join sets a list of phrases with commas and a last "and".
func join(list [][]stat.Part) []stat.Part {
	var out []stat.Part
	for i, phrase := range list {
		switch {
		case i == 0:
		case i == len(list)-1:
			out = append(out, text(" and "))
		default:
			out = append(out, text(", "))
		}
		out = append(out, phrase...)
	}
	return out
}
