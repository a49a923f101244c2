package report

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tallystick/internal/lang"
	"tallystick/internal/stat"
)

// sentence fills the template of a panel. A template that cannot be filled gives an issue and a plain sentence that
// names what there is.
func (w *writer) sentence(p stat.Panel) stat.Sentence {
	if problems := stat.LintSentenceIn(w.l.Code(), p); len(problems) > 0 {
		w.problem(stat.SeverityError, p.ID, "sentence", "The sentence cannot be used: "+strings.Join(problems, "; ")+".")
		return w.plain(p)
	}
	segments, err := stat.SplitSentence(p.Sentence)
	if err != nil {
		return w.plain(p)
	}
	if !w.anyValue(p, segments) {
		w.problem(stat.SeverityWarning, p.ID, "no-value", "No figure of this sentence has a value.")
		return w.plain(p)
	}
	period, common := w.period(p, segments)
	var parts []stat.Part
	w.after = nil
	for _, s := range segments {
		switch s.Slot {
		case "":
			parts = append(parts, text(s.Text))
		case "period":
			if !common {
				w.problem(stat.SeverityError, p.ID, "no-common-period",
					"The sentence names one period, but its series have no figure for a common one.")
				return w.plain(p)
			}
			parts = w.setPeriod(parts, period, p.Clock)
		case "count":
			parts = append(parts, w.count(p, s.Series, period, common)...)
		case "ratio":
			parts = append(parts, w.ratio(p, period)...)
		case "rate":
			parts = append(parts, w.rate(p, period)...)
		case "latest":
			parts = append(parts, w.latest(p, s.Series)...)
		case "change":
			parts = append(parts, w.change(w.of(p, s.Series))...)
		case "list":
			parts = append(parts, w.list(p, s.Series)...)
		case "coverage":
			parts = append(parts, w.coverage(p, s.Series)...)
		}
	}
	for i, sentence := range w.after {
		if !slices.Contains(w.after[:i], sentence) {
			parts = append(parts, text(" "+sentence))
		}
	}
	return tidy(parts)
}

// plain is the sentence for a template that cannot be filled: each series' latest figure, or why there is none.
func (w *writer) plain(p stat.Panel) stat.Sentence {
	var list [][]stat.Part
	for _, s := range p.Series {
		o, _, ok := w.of(p, s.ID).latest()
		switch {
		case !ok:
			list = append(list, w.fill("there is no figure on %s", s.Noun.Many))
		case o.Status == stat.StatusReported:
			list = append(list, w.fill("the figure is %s %s", w.counted(o, s.Noun), w.periodIn(o.Period, p.Clock)))
		default:
			_, words := w.periodWords(o.Period, p.Clock)
			list = append(list, w.absent(o.Status, s.Noun.Many, words))
		}
	}
	return tidy(append(w.join(list), text(".")))
}

// anyValue reports whether one figure that the sentence would speak of has a value.
func (w *writer) anyValue(p stat.Panel, segments []stat.Segment) bool {
	for _, s := range segments {
		if s.Series == "" {
			continue
		}
		v := w.of(p, s.Series)
		if o, _, ok := v.latest(); ok && o.Status == stat.StatusReported {
			return true
		}
	}
	return false
}

// period returns the latest period for which all series that the sentence counts have a value, or else the latest for
// which all have an observation.
func (w *writer) period(p stat.Panel, segments []stat.Segment) (stat.Period, bool) {
	var ids []string
	for _, s := range segments {
		switch s.Slot {
		case "count":
			ids = append(ids, s.Series)
		case "ratio":
			ids = append(ids, p.Ratio.Of, p.Ratio.To)
		case "rate":
			ids = append(ids, p.Rate.Of)
		}
	}
	for _, s := range segments { // a sentence that counts nothing for the period speaks of its latest figures
		if len(ids) == 0 && (s.Slot == "latest" || s.Slot == "change") {
			ids = append(ids, s.Series)
		}
	}
	if len(ids) == 0 {
		return stat.Period{}, false
	}
	var fallback *stat.Period
	for _, o := range slices.Backward(w.of(p, ids[0]).picks()) {
		everywhere, valued := true, true
		for _, id := range ids {
			x, ok := w.of(p, id).at(o.Period)
			everywhere = everywhere && ok
			valued = valued && ok && x.Status == stat.StatusReported
		}
		if valued {
			return o.Period, true
		}
		if everywhere && fallback == nil {
			fallback = &o.Period
		}
	}
	if fallback == nil {
		return stat.Period{}, false
	}
	return *fallback, true
}

// prepositions are those that a template may have before a period.
var prepositions = map[lang.Language][]string{
	lang.English: {"In ", "in ", "From ", "from ", "On ", "on "},
	lang.Spanish: {"En ", "en ", "De ", "de ", "El ", "el "},
}

// setPeriod adds the period; "In" or "From" before it in a template becomes the preposition that the period needs.
func (v voice) setPeriod(parts []stat.Part, p stat.Period, clock stat.Clock) []stat.Part {
	preposition, words := v.periodWords(p, clock)
	if n := len(parts); n > 0 {
		last := parts[n-1].Text
		for _, given := range prepositions[v.l] {
			head, found := strings.CutSuffix(last, given)
			if !found || (head != "" && !strings.HasSuffix(head, " ")) {
				continue
			}
			if unicode.IsUpper(rune(given[0])) {
				preposition = capital(preposition)
			}
			parts[n-1].Text = head + preposition + " "
		}
	}
	return append(parts, text(words))
}

func (w *writer) noun(p stat.Panel, series string) stat.Noun {
	for _, s := range p.Series {
		if s.ID == series {
			return s.Noun
		}
	}
	return stat.Noun{}
}

// count is a series' figure for the sentence's period; without a common period each figure names its own.
func (w *writer) count(p stat.Panel, series string, period stat.Period, common bool) []stat.Part {
	if !common {
		return w.latest(p, series)
	}
	o, _ := w.of(p, series).at(period)
	return w.counted(o, w.noun(p, series))
}

func (w *writer) latest(p stat.Panel, series string) []stat.Part {
	o, after, ok := w.of(p, series).latest()
	if !ok {
		w.problem(stat.SeverityError, p.ID, "no-figure", "There is no figure for the series "+series+".")
		return w.fill("no figure on %s", w.noun(p, series).Many)
	}
	parts := append(w.counted(o, w.noun(p, series)), text(" "+w.periodIn(o.Period, p.Clock)))
	if o.Has(stat.MarkSummed) {
		parts = append(parts, text(" ("+w.l.T("our sum of its parts")+")"))
	}
	if len(after) > 0 {
		_, words := w.periodWords(after[len(after)-1].Period, p.Clock)
		parts = append(parts, text(" ("+words+": "+w.l.T(after[len(after)-1].Status.Words())+")"))
	}
	return parts
}

func (w *writer) ratio(p stat.Panel, period stat.Period) []stat.Part {
	of, _ := w.of(p, p.Ratio.Of).at(period)
	to, _ := w.of(p, p.Ratio.To).at(period)
	o, found := w.of(p, "ratio").at(period)
	if found && o.Status == stat.StatusReported {
		return w.limited(o, p.Ratio.Label, p.Ratio.Decimals)
	}
	_, why := stat.RatioOf(of, to, stat.Level95)
	return w.uncomputed(p, "ratio", why)
}

func (w *writer) rate(p stat.Panel, period stat.Period) []stat.Part {
	o, found := w.of(p, "rate").at(period)
	if found && o.Status == stat.StatusReported {
		return w.limited(o, p.Rate.Label, p.Rate.Decimals)
	}
	of, _ := w.of(p, p.Rate.Of).at(period)
	_, why := stat.RateOf(of, w.residents(p, period), p.Rate.Per, stat.Level95)
	return w.uncomputed(p, "rate", why)
}

// residents returns the population observation of the panel for the period.
func (w *writer) residents(p stat.Panel, period stat.Period) stat.Observation {
	for _, o := range w.people {
		if o.Panel == p.ID && o.Period.Same(period) {
			return o
		}
	}
	return stat.Observation{}
}

// uncomputed says why there is no ratio or rate. Where the rules would allow one, but the observations hold none,
// that is an error of the release.
func (w *writer) uncomputed(p stat.Panel, what string, why stat.Refusal) []stat.Part {
	if why == "" {
		w.problem(stat.SeverityError, p.ID, "no-"+what, "The counts allow a "+what+", but the observations hold none.")
		return w.fill(nothing[what])
	}
	return w.fill(nothingAs[what], w.l.T(why.Words()))
}

// nothing and nothingAs say that there is no ratio or rate.
var (
	nothing   = map[string]string{"ratio": lang.Key("no ratio"), "rate": lang.Key("no rate")}
	nothingAs = map[string]string{"ratio": lang.Key("no ratio, as %s"), "rate": lang.Key("no rate, as %s")}
)

// list is every stated figure of a series with its period; where sources differ for a period, each is named. A list
// of more than longest figures gives the first and the last of them.
func (w *writer) list(p stat.Panel, series string) []stat.Part {
	v := w.of(p, series)
	picks := v.picks()
	if len(picks) == 0 {
		w.problem(stat.SeverityError, p.ID, "no-figure", "There is no figure for the series "+series+".")
		return w.fill("no figure on %s", v.series.Noun.Many)
	}
	var phrases [][]stat.Part
	named := false
	for i, pick := range picks {
		if len(picks) > longest && i > 1 && i < len(picks)-2 {
			if i == 2 {
				phrases = append(phrases, w.fill("others between"))
			}
			continue
		}
		phrase := w.bare(pick)
		if !named && pick.Status == stat.StatusReported {
			phrase, named = w.counted(pick, v.series.Noun), true
		}
		phrase = append(phrase, text(" "+w.periodIn(pick.Period, p.Clock)))
		for _, o := range v.obs {
			if o.Period.Same(pick.Period) && o.Key() != pick.Key() && o.Status == stat.StatusReported {
				phrase = append(append(phrase, text(" ")), w.fill("(another source: %s)", w.bare(o))...)
			}
		}
		phrases = append(phrases, phrase)
	}
	return w.join(phrases)
}

// coverage says from how many of how many reporters the latest total of the series comes; without a series, that of
// the first series of which somebody is expected to report.
func (w *writer) coverage(p stat.Panel, series string) []stat.Part {
	for _, s := range p.Series {
		if (series != "" && s.ID != series) || (series == "" && s.Expected == nil) {
			continue
		}
		if o, _, ok := w.of(p, s.ID).latest(); ok && o.Coverage.Known() {
			return []stat.Part{text(w.l.Coverage(spoken(s, o.Coverage)))}
		}
	}
	w.problem(stat.SeverityError, p.ID, "no-coverage", "The sentence speaks of coverage, but no figure has any.")
	return w.fill("coverage not known")
}

// spoken is a coverage with its noun in the words of the series.
func spoken(s stat.Series, c stat.Coverage) stat.Coverage {
	if s.Expected != nil && s.Expected.Noun.Many != "" {
		c.Noun = s.Expected.Noun.Many
	}
	return c
}

// tidy joins neighbouring runs of plain text and begins the sentence with a capital.
func tidy(parts []stat.Part) stat.Sentence {
	var out []stat.Part
	for _, p := range parts {
		if p.Text == "" {
			continue
		}
		if n := len(out); n > 0 && p.Key == "" && out[n-1].Key == "" && p.Strong == out[n-1].Strong {
			out[n-1].Text += p.Text
			continue
		}
		out = append(out, p)
	}
	if len(out) > 0 {
		out[0].Text = capital(out[0].Text)
	}
	return stat.Sentence{Parts: out}
}

func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}
