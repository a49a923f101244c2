package report

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tallystick/internal/lang"
	"tallystick/internal/stat"
)

// voice speaks a language.
type voice struct{ l lang.Language }

func voiceOf(defs stat.Definitions) voice {
	l, _ := lang.Of(defs.Language)
	return voice{l}
}

func text(s string) stat.Part { return stat.Part{Text: s} }

// firstMark is the first of the private characters that hold the place of parts while a phrase is put together.
const firstMark = '\uE000'

// fill is a phrase with parts in its slots, %s; an argument is a text, a part or a list of parts. Each language has the
// slots in its own order.
func (v voice) fill(phrase string, args ...any) []stat.Part {
	marks := make([]any, len(args))
	for i := range args {
		marks[i] = string(rune(firstMark + i))
	}
	var out []stat.Part
	rest := v.l.T(phrase, marks...)
	for rest != "" {
		i := strings.IndexFunc(rest, func(r rune) bool { return r >= firstMark && r < rune(firstMark+len(args)) })
		if i < 0 {
			return append(out, text(rest))
		}
		mark, size := utf8.DecodeRuneInString(rest[i:])
		if i > 0 {
			out = append(out, text(rest[:i]))
		}
		switch arg := args[mark-firstMark].(type) {
		case []stat.Part:
			out = append(out, arg...)
		case stat.Part:
			out = append(out, arg)
		case string:
			out = append(out, text(arg))
		}
		rest = rest[i+size:]
	}
	return out
}

func textOf(parts []stat.Part) string { return stat.Sentence{Parts: parts}.String() }

// number is the value of an observation as it stands in a table, with its key.
func number(o stat.Observation, decimals int) stat.Part {
	return stat.Part{Text: stat.FormatNumber(o.Value, decimals), Key: o.Key(), Strong: true}
}

// counted is a count with its noun: "3,557 arrests", "at least 65 cases", "no convictions". A true zero is written
// as "no", which is news and reads as such; a figure without a value says why there is none.
func (v voice) counted(o stat.Observation, noun stat.Noun) []stat.Part {
	switch o.Status {
	case stat.StatusReported:
	case stat.StatusWithheld:
		return v.fill("a number of %s that is withheld to protect people", noun.Many)
	case stat.StatusNotDue:
		return v.fill("a number of %s that is not yet due", noun.Many)
	case stat.StatusNotCollected:
		return v.fill("a number of %s that nobody collected", noun.Many)
	case stat.StatusNotApplicable:
		return v.fill("no %s that the law could count", noun.Many)
	default:
		return v.fill("an unreported number of %s", noun.Many)
	}
	exact := o.Bound == stat.BoundExactly || o.Bound == ""
	if exact && o.Value == 0 {
		return []stat.Part{{Text: v.l.T("no"), Key: o.Key(), Strong: true}, text(" " + noun.Many)}
	}
	word := noun.Many
	if exact && o.Value == 1 {
		word = noun.One
	}
	return append(v.bare(o), text(" "+word))
}

// bare is a count without its noun: "3,557", "at least 65", "none", or why there is no value.
func (v voice) bare(o stat.Observation) []stat.Part {
	if o.Status != stat.StatusReported {
		return []stat.Part{text(v.l.T(o.Status.Words()))}
	}
	exact := o.Bound == stat.BoundExactly || o.Bound == ""
	if exact && o.Value == 0 {
		return []stat.Part{{Text: v.l.T("none"), Key: o.Key(), Strong: true}}
	}
	if exact {
		return []stat.Part{number(o, 0)}
	}
	return []stat.Part{text(v.l.T(o.Bound.Words()) + " "), number(o, 0)}
}

// absent says of a noun and a period that they have no value, and why.
func (v voice) absent(s stat.Status, many, period string) []stat.Part {
	switch s {
	case stat.StatusWithheld:
		return v.fill("%s are withheld to protect people for %s", many, period)
	case stat.StatusNotDue:
		return v.fill("%s are not due yet for %s", many, period)
	case stat.StatusNotCollected:
		return v.fill("%s were not collected for %s", many, period)
	case stat.StatusNotApplicable:
		return v.fill("%s do not apply for %s", many, period)
	default:
		return v.fill("%s were not reported for %s", many, period)
	}
}

// limited is a ratio or a rate with its label and limits: "2.6 sellers for each buyer (95 % limits 2.4 to 2.7)".
func (v voice) limited(o stat.Observation, label string, decimals int) []stat.Part {
	if o.Interval == nil {
		return []stat.Part{number(o, decimals), text(" " + label)}
	}
	limit := func(v float64) stat.Part {
		return stat.Part{Text: stat.FormatNumber(v, decimals), Key: o.Key()}
	}
	return v.fill("%s %s (%s %% limits %s to %s)", number(o, decimals), label, stat.FormatNumber(100*o.Interval.Level, 0),
		limit(o.Interval.Lower), limit(o.Interval.Upper))
}

// periodIn is the period with its preposition: "in 2015", "from 2005 to 2014", "in federal fiscal year 2019", "up to
// August 2012". A period that a source put in words of its own keeps them, in quotation marks, after the dates.
func (v voice) periodIn(p stat.Period, clock stat.Clock) string {
	preposition, words := v.periodWords(p, clock)
	return preposition + " " + words
}

// periodBriefly is periodIn with a short name for fiscal years: "in fiscal 2019".
func (v voice) periodBriefly(p stat.Period, clock stat.Clock) string {
	return strings.NewReplacer("federal fiscal year ", "fiscal ", "state fiscal year ", "fiscal ",
		"federal fiscal years ", "fiscal ", "state fiscal years ", "fiscal ", "año fiscal federal ", "año fiscal ",
		"año fiscal estatal ", "año fiscal ", "años fiscales federales ", "años fiscales ",
		"años fiscales estatales ", "años fiscales ").Replace(v.periodIn(p, clock))
}

// periodWords are the words of a period and the preposition before them.
func (v voice) periodWords(p stat.Period, clock stat.Clock) (preposition, words string) {
	if v.l == lang.Spanish {
		return spanishPeriod(p, clock)
	}
	return englishPeriod(p, clock)
}

func englishPeriod(p stat.Period, clock stat.Clock) (preposition, words string) {
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
	case p.From == p.To:
		preposition, words = "on", p.To.Long()
	case p.From.Year == p.To.Year && p.From.Month == p.To.Month:
		preposition, words = "in", day(p.To, false)
	default:
		preposition, words = "from", day(p.From, true)+" to "+day(p.To, false)
	}
	if statedOtherwise(p, clock, words) {
		words += " (stated as “" + strings.TrimSpace(p.Stated) + "”)"
	}
	return preposition, words
}

// statedOtherwise reports whether a source put the period in words that say more than the English words of its dates.
func statedOtherwise(p stat.Period, clock stat.Clock, words string) bool {
	stated := strings.TrimSpace(p.Stated)
	return clock == stat.ClockStated && stated != "" && !sameWords(stated, words)
}

// spanishPeriod is englishPeriod in Spanish: years without an article, fiscal years with it, and the contractions "del"
// and "al" before a day. What a source said stays in its own language, in quotation marks.
func spanishPeriod(p stat.Period, clock stat.Clock) (preposition, words string) {
	es := lang.Spanish
	fiscal := map[stat.Clock]string{stat.ClockFederalFiscal: "federal", stat.ClockStateFiscal: "estatal"}[clock]
	plain := stat.Period{From: p.From, To: p.To}
	wholeMonth := func(d stat.Date, start bool) bool { return start && d.Day == 1 || !start && d.AddDays(1).Day == 1 }
	to := " a "
	if !wholeMonth(p.To, false) {
		to = " al "
	}
	end := es.Month(p.To)
	if !wholeMonth(p.To, false) {
		end = es.Date(p.To)
	}
	switch {
	case p.From.IsZero() && wholeMonth(p.To, false):
		preposition, words = "hasta", end
	case p.From.IsZero():
		preposition, words = "hasta el", end
	case fiscal != "" && plain == stat.FiscalYear(clock, p.To.Year):
		return "en", fmt.Sprintf("el año fiscal %s %d", fiscal, p.To.Year)
	case fiscal != "" && plain.From == stat.FiscalYear(clock, p.From.Year+1).From &&
		plain.To == stat.FiscalYear(clock, p.To.Year).To:
		return "en", fmt.Sprintf("los años fiscales %s %d a %d", map[string]string{"federal": "federales", "estatal": "estatales"}[fiscal],
			p.From.Year+1, p.To.Year)
	case plain == stat.CalendarYear(p.To.Year):
		preposition, words = "en", fmt.Sprint(p.To.Year)
	case plain.From == stat.CalendarYear(p.From.Year).From && plain.To == stat.CalendarYear(p.To.Year).To:
		preposition, words = "de", fmt.Sprintf("%d a %d", p.From.Year, p.To.Year)
	case clock == stat.ClockToReport && p.Days() >= 365 && p.Days() <= 366:
		return "en", "los doce meses hasta el " + es.Date(p.To)
	case p.From == p.To:
		preposition, words = "el", es.Date(p.To)
	case p.From.Year == p.To.Year && p.From.Month == p.To.Month && wholeMonth(p.To, false):
		preposition, words = "en", end
	case p.From.Year == p.To.Year && p.From.Month == p.To.Month:
		preposition, words = "hasta el", end
	case wholeMonth(p.From, true):
		preposition, words = "de", es.Month(p.From)+to+end
	default:
		preposition, words = "del", es.Date(p.From)+to+end
	}
	if _, english := englishPeriod(plain, clock); statedOtherwise(p, clock, english) {
		words += " (según la fuente: “" + strings.TrimSpace(p.Stated) + "”)"
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
func (v voice) join(list [][]stat.Part) []stat.Part {
	var out []stat.Part
	for i, phrase := range list {
		switch {
		case i == 0:
		case i == len(list)-1:
			out = append(out, text(v.l.Joint(textOf(phrase))))
		default:
			out = append(out, text(", "))
		}
		out = append(out, phrase...)
	}
	return out
}
