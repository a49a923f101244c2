package stat

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Segment is a piece of a sentence's template: text as it stands, or a slot that rules fill from observations.
type Segment struct {
	Text   string // fixed text; empty for a slot
	Slot   string // period, count, ratio, rate, latest, change, list, coverage; empty for text
	Series string // the series of a count, latest, change, list or coverage
}

// SplitSentence takes a template apart. The slots, as they stand in a definition:
//
//	{period}         the latest period for which all series of the sentence have a figure
//	{SERIES}         count and noun in that period: 3,557 arrests for selling sex
//	{ratio} {rate}   the panel's ratio or rate in that period, with its limits
//	{latest:SERIES}  the latest figure with its period: 267 arrests in 2015
//	{change:SERIES}  the latest figure against the first that compares with it: down from 379 in 2011
//	{list:SERIES}    all stated figures with their periods
//	{coverage} {coverage:SERIES}  from how many of how many reporters the latest total comes
//
// It returns ErrInvalid for a brace without its pair or an empty slot; names are checked by LintSentence.
func SplitSentence(template string) ([]Segment, error) {
	var out []Segment
	rest := template
	for rest != "" {
		text, after, found := strings.Cut(rest, "{")
		if strings.Contains(text, "}") {
			return nil, fmt.Errorf("} without { in %q: %w", template, ErrInvalid)
		}
		if text != "" {
			out = append(out, Segment{Text: text})
		}
		if !found {
			break
		}
		slot, tail, closed := strings.Cut(after, "}")
		if !closed || slot == "" || strings.ContainsAny(slot, "{ ") {
			return nil, fmt.Errorf("{ without a slot and } in %q: %w", template, ErrInvalid)
		}
		out = append(out, slotOf(slot))
		rest = tail
	}
	return out, nil
}

func slotOf(text string) Segment {
	if kind, series, found := strings.Cut(text, ":"); found {
		return Segment{Slot: kind, Series: series}
	}
	switch text {
	case "period", "ratio", "rate", "coverage":
		return Segment{Slot: text}
	}
	return Segment{Slot: "count", Series: text}
}

// forbidden are words that say more than counts can: a cause, a judgement, a direction that the rules have not
// tested, or a quantity written as a word, which could not be checked against the table. Each is matched as whole
// words, whatever the case.
var forbidden = map[string][]string{
	"claims a cause": {
		"because", "cause", "causes", "caused", "causing", "due to", "owing to", "thanks to", "as a result", "result of",
		"results from", "resulted", "resulting", "led to", "leads to", "leading to", "lead to", "effect", "effects",
		"affected", "impact", "impacts", "driven", "drove", "drives", "driving", "therefore", "thus", "hence",
		"consequently", "consequence", "consequences", "so that", "after which", "in response to", "responsible for",
		"explains", "explained by", "attributable", "contributed to", "triggered", "prompted", "fuelled", "fueled",
		"deterred", "prevented", "reduces", "in the wake of",
	},
	"judges instead of counting": {
		"success", "successful", "failure", "failed", "crackdown", "alarming", "shocking", "dramatic", "dramatically",
		"sharp", "sharply", "significant", "significantly", "unfortunately", "only", "merely", "just", "mere", "even",
		"as many as", "as few as", "still", "staggering", "epidemic", "wave", "surge", "surged", "soared", "plummeted",
		"plunged", "skyrocketed", "exploded", "spike", "spiked", "good", "bad", "better", "worse", "worst", "best",
		"proves", "proof", "shows that", "means that", "clearly", "obviously",
	},
	"states a direction, which only {change:…} may": {
		"rose", "rise", "rises", "risen", "rising", "fell", "fall", "falls", "fallen", "falling", "increase", "increased",
		"increases", "increasing", "decrease", "decreased", "decreases", "decreasing", "grew", "grow", "grown", "growing",
		"growth", "dropped", "drop", "drops", "declined", "decline", "declines", "climbed", "doubled", "tripled",
		"halved", "up from", "down from", "trend", "trends", "shrank", "jumped", "slumped", "more than before",
		"fewer than before", "again",
	},
	"states a quantity in words, which cannot be checked against the table": {
		"two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "dozen", "dozens",
		"hundred", "hundreds", "thousand", "thousands", "million", "half", "twice", "double", "triple", "threefold",
		"third", "quarter", "most", "majority", "percent", "per cent", "per hundred", "per thousand", "many", "few",
		"several", "nearly", "almost", "at least", "at most", "more than", "less than", "fewer than", "roughly",
		"approximately",
	},
}

// LintText lists what a text written by hand must not say beside rule-filled figures: forbidden words, digits and
// percent signs. Each problem is a sentence without a full stop. Quotations in “…” are the words of a source and
// are not linted.
func LintText(text string) []string { return lintText(text, forbidden) }

func lintText(text string, forbidden map[string][]string) []string {
	var out []string
	text = unquoted(text)
	if i := strings.IndexFunc(text, unicode.IsDigit); i >= 0 {
		out = append(out, "a digit stands in the text: figures are filled in by rule")
	}
	if strings.Contains(text, "%") {
		out = append(out, "a percent sign stands in the text: figures are filled in by rule")
	}
	words := " " + strings.Join(wordsOf(text), " ") + " "
	var found []string
	for why, list := range forbidden {
		for _, w := range list {
			if strings.Contains(words, " "+w+" ") {
				found = append(found, fmt.Sprintf("%q %s", w, why))
			}
		}
	}
	slices.Sort(found)
	return append(out, found...)
}

// LintTextIn is LintText for a text in another language.
func LintTextIn(language, text string) []string { return lintText(text, forbiddenIn(language)) }

// LintSentence lists what is wrong with the sentence of a panel: unknown slots and series, a ratio or rate that the
// panel does not have, digits, and words that say more than the rules can vouch for. Each problem is a sentence
// without a full stop; none means that the sentence may be filled.
func LintSentence(panel Panel) []string { return LintSentenceIn("en", panel) }

// LintSentenceIn is LintSentence for a panel whose texts are in another language.
func LintSentenceIn(language string, panel Panel) []string {
	if strings.TrimSpace(panel.Sentence) == "" {
		return []string{"the sentence is empty"}
	}
	segments, err := SplitSentence(panel.Sentence)
	if err != nil {
		return []string{"a brace has no pair, or a slot is empty or holds a blank"}
	}
	var out []string
	var text strings.Builder
	figures := 0
	for _, s := range segments {
		if s.Slot == "" {
			text.WriteString(s.Text)
			continue
		}
		text.WriteString(" ")
		if problem := lintSlot(panel, s); problem != "" {
			out = append(out, problem)
		}
		if s.Slot != "period" && s.Slot != "coverage" {
			figures++
		}
	}
	if figures == 0 {
		out = append(out, "the sentence has no figure: give it a {series}, {latest:…} or {list:…}")
	}
	if !strings.HasSuffix(strings.TrimSpace(panel.Sentence), ".") {
		out = append(out, "the sentence does not end with a full stop")
	}
	return append(out, lintText(text.String(), forbiddenIn(language))...)
}

func lintSlot(panel Panel, s Segment) string {
	switch s.Slot {
	case "period":
		return ""
	case "ratio":
		if panel.Ratio == nil {
			return "{ratio}: the panel has no ratio"
		}
		return ""
	case "rate":
		if panel.Rate == nil {
			return "{rate}: the panel has no rate"
		}
		return ""
	case "coverage":
		if s.Series == "" {
			if !slices.ContainsFunc(panel.Series, func(x Series) bool { return x.Expected != nil }) {
				return "{coverage}: no series of the panel says who is expected to report"
			}
			return ""
		}
	case "count", "latest", "change", "list":
	default:
		return fmt.Sprintf("{%s:%s}: there is no slot %q", s.Slot, s.Series, s.Slot)
	}
	if !slices.ContainsFunc(panel.Series, func(x Series) bool { return x.ID == s.Series }) {
		return fmt.Sprintf("the panel has no series %q", s.Series)
	}
	return ""
}

// unquoted drops what stands between “ and ”.
func unquoted(text string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "“")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		_, text, found = strings.Cut(after, "”")
		if !found {
			return b.String() + " " + after
		}
		b.WriteString(" ")
	}
}

// wordsOf returns the words of the text in lower case, without punctuation.
func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' && r != '’'
	})
}
