package report_test

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tallystick/internal/report"
	"tallystick/internal/stat"
)

var update = flag.Bool("update", false, "write the sentences and cautions of the corpus anew")

// situation is one entry of testdata/situations.txt: definitions and figures, and what the rules say about them.
//
//	== a name that says the rule
//	template In {period}, police made {selling} and {buying}: {ratio}.
//	clock federal-fiscal          the panel's clock; calendar if not given
//	expected agency               the series selling has expected reporters on this dimension
//	act 2010-10-01 PA 10-115: Only from age 16.
//	selling 2015 267              series, period, value; then words such as contested, preferred, summed, partial,
//	                              provisional, agency=hartford, coverage=83/92, missing=hartford, accounts=330, “stated words”
//	> the sentence
//	! a caution
type situation struct {
	name    string
	given   []string // the lines before the results, as they stand
	ind     stat.Indicator
	obs     []stat.Observation
	defs    stat.Definitions
	want    []string
	answer  stat.Answer
	issues  []stat.Issue
	results []string
}

func situations(t *testing.T) []*situation {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "situations.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var out []*situation
	var s *situation
	lines := bufio.NewScanner(bytes.NewReader(raw))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		name, isName := strings.CutPrefix(line, "== ")
		switch {
		case isName:
			s = &situation{name: name, ind: pair("")}
			s.ind.Alt = ""
			out = append(out, s)
		case line == "" || s == nil:
		case strings.HasPrefix(line, "> ") || strings.HasPrefix(line, "! "):
			s.want = append(s.want, line)
		default:
			s.given = append(s.given, line)
			if err := s.read(line); err != nil {
				t.Fatalf("situations.txt:%d: %v", n, err)
			}
		}
	}
	for _, s := range out {
		s.finish()
	}
	return out
}

func (s *situation) read(line string) error {
	word, rest, _ := strings.Cut(line, " ")
	panel := &s.ind.Panels[0]
	switch word {
	case "template":
		panel.Sentence = rest
	case "clock":
		panel.Clock = stat.Clock(rest)
	case "unlike":
		panel.Unlike, panel.Why = true, rest
	case "note":
		s.ind.Notes = append(s.ind.Notes, rest)
	case "expected":
		panel.Series[0].Expected = &stat.Expected{Dimension: rest, Noun: stat.Noun{One: "agency", Many: "agencies"}}
	case "act":
		date, change, _ := strings.Cut(rest, " ")
		from, err := stat.ParseDate(date)
		if err != nil {
			return err
		}
		act, change, _ := strings.Cut(change, ": ")
		s.defs.Statutes = append(s.defs.Statutes, stat.Statute{ID: fmt.Sprintf("s%d", len(s.defs.Statutes)),
			Versions: []stat.StatuteVersion{{From: from, Act: act, Change: change, Breaks: true}}})
		for i := range panel.Series {
			panel.Series[i].Statutes = append(panel.Series[i].Statutes, fmt.Sprintf("s%d", len(s.defs.Statutes)-1))
		}
	case "rate":
		panel.Rate = &stat.Rate{Of: "selling", Per: 100000, Label: "for each 100,000 residents", Decimals: 1}
	default:
		return s.figure(line)
	}
	return nil
}

var quoted = regexp.MustCompile(`“[^”]*”`)

func (s *situation) figure(line string) error {
	stated := strings.Trim(quoted.FindString(line), "“”")
	fields := strings.Fields(quoted.ReplaceAllString(line, ""))
	if len(fields) < 3 {
		return fmt.Errorf("%q is not a figure", line)
	}
	p, err := periodOf(s.ind.Panels[0].Clock, fields[1])
	if err != nil {
		return err
	}
	p.Stated = stated
	o := stat.Observation{Indicator: "i", Panel: "p", Series: fields[0], Kind: stat.KindCount, Period: p, Unit: "arrest",
		Status: stat.StatusReported, Bound: stat.BoundExactly}
	value := fields[2]
	for prefix, bound := range map[string]stat.Bound{"~": stat.BoundAbout, ">=": stat.BoundAtLeast, "<=": stat.BoundAtMost} {
		if v, found := strings.CutPrefix(value, prefix); found {
			value, o.Bound = v, bound
		}
	}
	if n, err := strconv.ParseInt(value, 10, 64); err == nil {
		o.Value = float64(n)
		if o.Bound == stat.BoundExactly {
			iv := stat.CountInterval(n, stat.Level95)
			o.Interval = &iv
		}
	} else if o.Status = stat.Status(value); !slices.Contains(stat.Statuses, o.Status) {
		return fmt.Errorf("%q is neither a count nor a status", value)
	}
	for _, f := range fields[3:] {
		key, value, isPair := strings.Cut(f, "=")
		switch {
		case !isPair:
			o.Marks = append(o.Marks, stat.Mark(f))
		case key == "coverage":
			a, b, _ := strings.Cut(value, "/")
			o.Coverage.Reported, _ = strconv.Atoi(a)
			o.Coverage.Expected, _ = strconv.Atoi(b)
			o.Coverage.Noun = "agencies"
		case key == "missing":
			o.Coverage.Missing = strings.Split(value, ",")
		case key == "accounts":
			o.Coverage.Accounts, _ = strconv.ParseInt(value, 10, 64)
		default:
			o.Codes = []stat.DimensionCode{{Dimension: key, Code: value}}
		}
	}
	for _, before := range s.obs {
		if before.Series == o.Series && before.Period.Key() == o.Period.Key() && before.Code("agency") == o.Code("agency") {
			o.Ordinal++
		}
	}
	s.obs = append(s.obs, o)
	return nil
}

func periodOf(clock stat.Clock, text string) (stat.Period, error) {
	if from, to, found := strings.Cut(text, ".."); found {
		var p stat.Period
		var err error
		if from != "" {
			if p.From, err = stat.ParseDate(from); err != nil {
				return p, err
			}
		}
		p.To, err = stat.ParseDate(to)
		return p, err
	}
	first, last, found := strings.Cut(text, "-")
	if !found {
		last = first
	}
	a, err := strconv.Atoi(first)
	if err != nil {
		return stat.Period{}, err
	}
	b, err := strconv.Atoi(last)
	if err != nil {
		return stat.Period{}, err
	}
	return stat.Period{From: stat.FiscalYear(clock, a).From, To: stat.FiscalYear(clock, b).To}, nil
}

// finish adds the ratio and the rate by the rules, and writes the words.
func (s *situation) finish() {
	for _, of := range slices.Clone(s.obs) {
		if of.Series != "selling" || len(of.Codes) > 0 || of.Ordinal > 0 {
			continue
		}
		for _, to := range slices.Clone(s.obs) {
			if to.Series == "buying" && to.Period.Key() == of.Period.Key() && to.Ordinal == 0 {
				if r, why := stat.RatioOf(of, to, stat.Level95); why == "" {
					s.obs = append(s.obs, r)
				}
			}
			if to.Series == "population" && to.Period.Key() == of.Period.Key() {
				if r, why := stat.RateOf(of, to, 100000, stat.Level95); why == "" {
					s.obs = append(s.obs, r)
				}
			}
		}
	}
	series := s.ind.Panels[0].Series[0]
	var totals, parts []stat.Observation
	for _, o := range s.obs {
		switch {
		case o.Series != series.ID || o.Ordinal > 0:
		case len(o.Codes) == 0:
			totals = append(totals, o)
		default:
			parts = append(parts, o)
		}
	}
	s.obs = append(s.obs, stat.LikeFigures(series, totals, parts, stat.BreaksOf(series, totals, s.defs))...)
	s.answer, s.issues = report.Write(s.ind, s.obs, s.defs)
	s.results = []string{"> " + s.answer.Sentences[0].String()}
	for _, c := range s.answer.Cautions {
		s.results = append(s.results, "! "+c)
	}
}

func TestSituationsAreSaidAsTheCorpusSays(t *testing.T) {
	list := situations(t)
	if *update {
		var b strings.Builder
		b.WriteString("Situations and what the rules say about them; corpus_test.go explains the layout. A line that begins\n" +
			"with > is the sentence, one with ! a caution.\n")
		for _, s := range list {
			fmt.Fprintf(&b, "\n== %s\n%s\n%s\n", s.name, strings.Join(s.given, "\n"), strings.Join(s.results, "\n"))
		}
		if err := os.WriteFile(filepath.Join("testdata", "situations.txt"), []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if len(list) < 40 {
		t.Fatalf("%d situations, want at least 40", len(list))
	}
	for _, s := range list {
		if got, want := strings.Join(s.results, "\n"), strings.Join(s.want, "\n"); got != want {
			t.Errorf("%s:\ngot\n%s\nwant\n%s", s.name, got, want)
		}
		for _, i := range stat.Errors(s.issues) {
			if !strings.Contains(s.name, "is an error") {
				t.Errorf("%s: %s", s.name, i)
			}
		}
	}
}

var numberText = regexp.MustCompile(`\d+(,\d{3})*(\.\d+)?`)

// Every number in a sentence is a value or a limit of the observation that its part names; numbers in parts without
// a key are years, days and acts, or the confidence level.
func TestEveryNumberInASentenceStandsInTheTable(t *testing.T) {
	for _, s := range append(situations(t), randomSituations(t, 400)...) {
		cells := map[string][]string{}
		outside := map[string]bool{"95": true}
		for _, o := range s.obs {
			if o.Status == stat.StatusReported {
				for _, d := range []int{0, 1} {
					cells[o.Key()] = append(cells[o.Key()], stat.FormatNumber(o.Value, d))
					if o.Interval != nil {
						cells[o.Key()] = append(cells[o.Key()], stat.FormatNumber(o.Interval.Lower, d), stat.FormatNumber(o.Interval.Upper, d))
					}
				}
			}
			for _, text := range []string{o.Period.From.Long(), o.Period.To.Long(), o.Period.Stated,
				strconv.Itoa(o.Coverage.Reported), strconv.Itoa(o.Coverage.Expected)} {
				for _, n := range numberText.FindAllString(text, -1) {
					outside[n] = true
				}
				outside[strconv.Itoa(o.Period.From.Year+1)] = true // the first of several fiscal years
			}
		}
		for _, b := range s.answer.Breaks {
			for _, n := range numberText.FindAllString(b.Act+" "+b.Date.Long(), -1) {
				outside[n] = true
			}
		}
		for _, spoken := range s.answer.Panels {
			for _, p := range spoken.Sentence.Parts {
				zero := p.Text == "no" || p.Text == "No" || p.Text == "none" || p.Text == "None"
				switch {
				case p.Key != "" && zero:
					if !slices.Contains(cells[p.Key], "0") {
						t.Errorf("%s: %q stands for %s, which is not 0", s.name, p.Text, p.Key)
					}
				case p.Key != "":
					if !slices.Contains(cells[p.Key], p.Text) {
						t.Errorf("%s: %q is not a value or a limit of %s", s.name, p.Text, p.Key)
					}
				default:
					for _, n := range numberText.FindAllString(strings.ReplaceAll(p.Text, "100,000", ""), -1) {
						if !outside[n] {
							t.Errorf("%s: %q in %q is no number of the table", s.name, n, p.Text)
						}
					}
				}
			}
		}
	}
}

// Every number that a derived caution tells stands in the table as well: as a value, as a number of reporters in its
// coverage or its note, as a part of a period or of a break. A gap between two figures and "3 more" are sums of those.
func TestEveryNumberInACautionStandsInTheTable(t *testing.T) {
	more := regexp.MustCompile(`and \d+ more|a gap of [\d,]+`)
	told := 0
	for _, s := range append(situations(t), randomSituations(t, 400)...) {
		inside := map[string]bool{}
		add := func(text string) {
			for _, n := range numberText.FindAllString(text, -1) {
				inside[n] = true
			}
		}
		for _, o := range s.obs {
			if o.Status == stat.StatusReported {
				add(stat.FormatNumber(o.Value, 0))
			}
			c := o.Coverage
			add(fmt.Sprintf("%s %s %s %d %d %s %d", o.Period.From.Long(), o.Period.To.Long(), o.Period.Stated, c.Reported, c.Expected,
				stat.FormatCount(c.Accounts), o.Period.From.Year+1))
		}
		for _, b := range s.answer.Breaks {
			add(b.Act + " " + b.Date.Long() + " " + b.Text)
		}
		for _, caution := range s.answer.Cautions {
			if slices.Contains(s.ind.Notes, caution) {
				continue
			}
			for _, n := range numberText.FindAllString(more.ReplaceAllString(caution, ""), -1) {
				told++
				if !inside[n] {
					t.Errorf("%s: %q in the caution %q is no number of the table", s.name, n, caution)
				}
			}
		}
	}
	if told < 50 {
		t.Errorf("the cautions of the corpus tell %d numbers; the test tests too little", told)
	}
}

func TestNoSentenceClaimsACauseOrJudges(t *testing.T) {
	for _, s := range append(situations(t), randomSituations(t, 400)...) {
		for _, spoken := range s.answer.Panels {
			for _, problem := range stat.LintText(spoken.Sentence.String()) {
				if strings.Contains(problem, "cause") || strings.Contains(problem, "judges") {
					t.Errorf("%s: %q: %s", s.name, spoken.Sentence.String(), problem)
				}
			}
		}
	}
}

var direction = regexp.MustCompile(`\b(up|down)(, among [^,]+,)? from\b`)

// A direction is named only where the exact interval of the two figures leaves out no change and nothing breaks the
// series between them.
func TestADirectionIsNamedOnlyWhereTheIntervalLeavesOutNoChange(t *testing.T) {
	for _, s := range append(situations(t), randomSituations(t, 400)...) {
		text := s.answer.Sentences[0].String()
		if !direction.MatchString(text) {
			continue
		}
		parts := s.answer.Sentences[0].Parts
		i := slices.IndexFunc(parts, func(p stat.Part) bool { return direction.MatchString(p.Text) })
		at := i - 1
		if strings.Contains(parts[i].Text, "among") { // both figures of the same reporters follow
			at = i + 3
		}
		earlier, later := observation(s, parts[i+1].Key), observation(s, parts[at].Key)
		if parts[at].Key == "" || parts[i+1].Key == "" {
			t.Errorf("%s: the direction in %q does not stand between two figures", s.name, text)
			continue
		}
		iv, ok := stat.RatioInterval(int64(later.Value), int64(earlier.Value), 1, 1, stat.Level95)
		up := strings.Contains(parts[i].Text, "up")
		if !ok { // from zero: its reciprocal has an upper limit
			back, _ := stat.RatioInterval(int64(earlier.Value), int64(later.Value), 1, 1, stat.Level95)
			iv.Lower = 1 / back.Upper
		}
		if up && iv.Lower <= 1 || !up && iv.Upper >= 1 {
			t.Errorf("%s: %q, but the interval of the ratio is %+v", s.name, text, iv)
		}
		breaks := s.answer.Breaks
		same := earlier.Coverage.Reported == later.Coverage.Reported && slices.Equal(earlier.Coverage.Missing, later.Coverage.Missing)
		if earlier.Kind == stat.KindLike || same { // a change in who reports does not touch those who reported both times
			breaks = slices.DeleteFunc(slices.Clone(breaks), func(b stat.Break) bool { return b.Kind == stat.BreakCoverage })
		}
		if crossed := stat.Crossed(earlier.Period, later.Period, breaks); len(crossed) > 0 {
			t.Errorf("%s: %q, but %v lies between", s.name, text, crossed)
		}
	}
}

func observation(s *situation, key string) stat.Observation {
	for _, o := range s.obs {
		if o.Key() == key {
			return o
		}
	}
	return stat.Observation{}
}

// The site's words must be readable at grade nine. The text is measured as a whole: single sentences
// that list many figures count no syllables for them.
func TestSentencesReadAtGradeNineOrLower(t *testing.T) {
	var sentences, words, syllables float64
	for _, s := range situations(t) {
		for _, line := range s.results {
			line = strings.TrimLeft(line, ">! ")
			for _, sentence := range regexp.MustCompile(`[.](\s|$)`).Split(line, -1) {
				if strings.TrimSpace(sentence) == "" {
					continue
				}
				sentences++
				for _, w := range regexp.MustCompile(`[A-Za-z]+`).FindAllString(sentence, -1) {
					words++
					syllables += float64(syllablesOf(strings.ToLower(w)))
				}
			}
		}
	}
	if grade := 0.39*words/sentences + 11.8*syllables/words - 15.59; grade > 9 {
		t.Errorf("Flesch–Kincaid grade %.1f over %.0f sentences, want 9 or lower", grade, sentences)
	} else {
		t.Logf("Flesch–Kincaid grade %.1f over %.0f sentences", grade, sentences)
	}
}

var vowels = regexp.MustCompile(`[aeiouy]+`)

func syllablesOf(word string) int {
	n := len(vowels.FindAllString(word, -1))
	if strings.HasSuffix(word, "e") && !strings.HasSuffix(word, "le") && n > 1 {
		n--
	}
	return max(n, 1)
}

func TestEqualArgumentsInAnyOrderGiveEqualWords(t *testing.T) {
	for _, s := range append(situations(t), randomSituations(t, 400)...) {
		obs := slices.Clone(s.obs)
		slices.Reverse(obs)
		again, _ := report.Write(s.ind, obs, s.defs)
		if got, want := again.Sentences[0].String(), s.answer.Sentences[0].String(); got != want {
			t.Errorf("%s: %q, and in another order %q", s.name, want, got)
		}
	}
}
