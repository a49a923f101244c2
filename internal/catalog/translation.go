package catalog

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"tallystick/internal/stat"
)

// languages are those into which text can be translated; English is the language of the definitions themselves.
var languages = []string{"es"}

// textRow is a line of a translated code list.
type textRow struct {
	Code   string `csv:"code"`
	Label  string `csv:"label"`
	Plural string `csv:"plural"`
	About  string `csv:"about"`
}

var textColumns = []string{"code", "label", "plural", "about"}

// language returns the language of the name of a translation, sellers-and-buyers.es.yaml, or "" for any other file.
func language(name string) string {
	parts := strings.Split(name, ".")
	if len(parts) == 3 && slices.Contains(languages, parts[1]) {
		return parts[1]
	}
	return ""
}

// readTranslations reads the files that stand beside a definition with a language before their ending.
func (l *loader) readTranslations() {
	for _, lang := range languages {
		if name := "site." + lang + ".yaml"; l.has(name) {
			var text stat.SiteText
			if data, ok := l.file(name); ok && decode(l, name, data, &text) {
				l.defs.Site.Text = map[string]stat.SiteText{lang: text}
				l.checkSiteText(name, text)
			}
		}
		l.readTexts(lang)
		for i := range l.defs.Indicators {
			l.readIndicatorText(&l.defs.Indicators[i], lang)
		}
		for i := range l.defs.Codelists {
			l.readCodeText(&l.defs.Codelists[i], lang)
		}
	}
	l.orphans("indicators", func(id string) bool { _, ok := l.defs.Indicator(id); return ok })
	l.orphans("codelists", func(id string) bool { _, ok := l.defs.Codelist(id); return ok })
}

func (l *loader) readIndicatorText(ind *stat.Indicator, lang string) {
	file := "indicators/" + ind.ID + "." + lang + ".yaml"
	if !l.has(file) {
		return
	}
	var text stat.IndicatorText
	data, ok := l.file(file)
	if !ok || !decode(l, file, data, &text) {
		return
	}
	if ind.Text == nil {
		ind.Text = map[string]stat.IndicatorText{}
	}
	ind.Text[lang] = text
	translation{definition{l, file}}.indicator(*ind, text)
}

func (l *loader) readCodeText(list *stat.Codelist, lang string) {
	file := "codelists/" + list.ID + "." + lang + ".csv"
	if !l.has(file) {
		return
	}
	rows, lines := table[textRow](l, file, textColumns)
	text := map[string]stat.CodeText{}
	for i, r := range rows {
		cell := cellIssue(l, file, lines[i])
		if _, twice := text[r.Code]; twice || !list.Has(r.Code) {
			cell("code", r.Code, "code-unknown", fmt.Sprintf("The code %q is not in %s, or stands here twice.",
				r.Code, list.ID),
				"Correct or remove the line.")
		}
		if r.Label == "" {
			cell("label", "", "label-missing", "A code needs a label.", "Translate it.")
		}
		if r.Plural == "" {
			r.Plural = r.Label
		}
		text[r.Code] = stat.CodeText{Label: r.Label, Plural: r.Plural, About: r.About}
	}
	if len(text) > 0 {
		if list.Text == nil {
			list.Text = map[string]map[string]stat.CodeText{}
		}
		list.Text[lang] = text
	}
}

// said is a line of a list of translated texts.
type said struct {
	English string `csv:"english"`
	Text    string `csv:"text"`
}

var saidColumns = []string{"english", "text"}

// readTexts reads texts.LANG.csv, the translations of texts that have no file of their own, and notes.LANG.csv, those of
// remarks that stand in exports. Where the first is there, a text that it lacks is a warning, and so is one that no
// definition has.
func (l *loader) readTexts(lang string) {
	texts := map[string]string{}
	for _, name := range []string{"texts." + lang + ".csv", "notes." + lang + ".csv"} {
		if !l.has(name) {
			continue
		}
		rows, lines := table[said](l, name, saidColumns)
		for i, r := range rows {
			cell := cellIssue(l, name, lines[i])
			switch {
			case texts[r.English] != "":
				cell("english", r.English, "text-twice", "This text stands in the list twice.", "Remove one of the lines.")
			case r.Text == "":
				cell("text", "", "text-missing", "The text is not translated.", "Translate it.")
			}
			texts[r.English] = r.Text
		}
	}
	if len(texts) == 0 {
		return
	}
	if l.defs.Text == nil {
		l.defs.Text = map[string]map[string]string{}
	}
	l.defs.Text[lang] = texts
	for _, text := range l.defs.Texts() {
		if texts[text] == "" {
			l.add(stat.Issue{
				File: "texts." + lang + ".csv", Column: "english", Value: text, Code: "text-missing",
				Severity: stat.SeverityWarning, Problem: "A text of the definitions is not translated, and stays English.",
				Fix: "Add a line with the text and its translation.",
			})
		}
	}
}

// orphans reports translations of definitions that do not exist.
func (l *loader) orphans(folder string, known func(id string) bool) {
	entries, err := fs.ReadDir(l.fsys, folder)
	if err != nil {
		return // which is said already
	}
	for _, e := range entries {
		id, _, _ := strings.Cut(e.Name(), ".")
		if language(e.Name()) != "" && !known(id) && !l.unreadable(path.Join(folder, id+path.Ext(e.Name()))) {
			l.add(stat.Issue{
				File: path.Join(folder, e.Name()), Code: "translation-orphaned",
				Problem: fmt.Sprintf("This translates %s, which does not exist.", id), Fix: "Rename or remove it.",
			})
		}
	}
}

func (l *loader) checkSiteText(file string, t stat.SiteText) {
	d := definition{l, file}
	d.need("$.title", t.Title, "Translate it.")
	d.need("$.contact", t.Contact, "Translate it.")
	d.need("$.about", t.About, "Translate it.")
	d.need("$.licence", t.Licence, "Translate it.")
}

// translation checks the text of an indicator in another language against the indicator itself.
type translation struct{ definition }

// same adds an issue where exactly one of the original and the translation is empty.
func (d translation) same(where, original, text string) {
	if (strings.TrimSpace(original) == "") != (strings.TrimSpace(text) == "") {
		d.wrong(where, text, "translation-differs",
			"This text is empty here and not in the original, or the other way round.",
			"Translate what the original has, and no more.")
	}
}

func (d translation) count(where string, original, text int) bool {
	if original != text {
		d.wrong(where, fmt.Sprint(text), "translation-differs",
			fmt.Sprintf("There are %d entries here and %d in the original.", text, original),
			"Translate each entry, in the same order.")
	}
	return original == text
}

func (d translation) id(where, original, text string) {
	if original != text {
		d.wrong(where+".id", text, "translation-differs", fmt.Sprintf("The original has %q in this place.", original),
			"Keep the identifiers and their order.")
	}
}

func (d translation) indicator(ind stat.Indicator, t stat.IndicatorText) {
	d.same("$.title", ind.Title, t.Title)
	d.same("$.short", ind.Short, t.Short)
	d.same("$.question", ind.Question, t.Question)
	d.same("$.about", ind.About, t.About)
	d.same("$.alt", ind.Alt, t.Alt)
	if d.count("$.notes", len(ind.Notes), len(t.Notes)) {
		for i, n := range t.Notes {
			d.same(fmt.Sprintf("$.notes[%d]", i), ind.Notes[i], n)
		}
	}
	if !d.count("$.panels", len(ind.Panels), len(t.Panels)) {
		return
	}
	for i, p := range t.Panels {
		d.panel(fmt.Sprintf("$.panels[%d]", i), ind.Panels[i], p)
	}
}

func (d translation) panel(at string, p stat.Panel, t stat.PanelText) {
	d.id(at, p.ID, t.ID)
	d.same(at+".title", p.Title, t.Title)
	d.same(at+".note", p.Note, t.Note)
	d.same(at+".why", p.Why, t.Why)
	ratio, rate := "", ""
	if p.Ratio != nil {
		ratio = p.Ratio.Label
	}
	if p.Rate != nil {
		rate = p.Rate.Label
	}
	d.same(at+".ratio", ratio, t.Ratio)
	d.same(at+".rate", rate, t.Rate)
	if want, got := slots(p.Sentence), slots(t.Sentence); !slices.Equal(want, got) {
		d.wrong(at+".sentence", t.Sentence, "translation-differs",
			fmt.Sprintf("The sentence has the placeholders %v and the original %v.", got, want),
			"Use the same placeholders.")
	}
	for _, problem := range stat.LintTextIn(language(d.file), fixedText(t.Sentence)) {
		d.wrong(at+".sentence", t.Sentence, "sentence-wrong", "The sentence cannot be used: "+problem+".",
			"Figures are filled in by rule, and the words between them must not say more than they do.")
	}
	if d.count(at+".series", len(p.Series), len(t.Series)) {
		for i, s := range t.Series {
			where := fmt.Sprintf("%s.series[%d]", at, i)
			d.id(where, p.Series[i].ID, s.ID)
			d.same(where+".label", p.Series[i].Label, s.Label)
			d.same(where+".noun.one", p.Series[i].Noun.One, s.Noun.One)
			d.same(where+".noun.many", p.Series[i].Noun.Many, s.Noun.Many)
		}
	}
	if d.count(at+".breakdowns", len(p.Breakdowns), len(t.Breakdowns)) {
		for i, b := range t.Breakdowns {
			where := fmt.Sprintf("%s.breakdowns[%d]", at, i)
			d.id(where, p.Breakdowns[i].ID, b.ID)
			d.same(where+".title", p.Breakdowns[i].Title, b.Title)
			d.same(where+".note", p.Breakdowns[i].Note, b.Note)
		}
	}
}

// slots returns the placeholders of a sentence, sorted; none for a sentence that cannot be taken apart.
func slots(sentence string) []string {
	segments, err := stat.SplitSentence(sentence)
	if err != nil {
		return nil
	}
	var out []string
	for _, s := range segments {
		if s.Slot != "" {
			out = append(out, strings.TrimSuffix(s.Slot+":"+s.Series, ":"))
		}
	}
	slices.Sort(out)
	return out
}

// fixedText returns what stands between the placeholders of a sentence.
func fixedText(sentence string) string {
	segments, err := stat.SplitSentence(sentence)
	if err != nil {
		return ""
	}
	var b strings.Builder
	for _, s := range segments {
		b.WriteString(s.Text)
	}
	return b.String()
}
