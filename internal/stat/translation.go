package stat

import "slices"

// IndicatorText is the text of an indicator in another language. It has the same panels, series and notes in the same
// order; figures, codes and everything that counts stay with the indicator.
type IndicatorText struct {
	Title    string      `yaml:"title" json:"title"`
	Short    string      `yaml:"short" json:"short"`
	Question string      `yaml:"question" json:"question"`
	About    string      `yaml:"about" json:"about"`
	Terms    []string    `yaml:"terms" json:"terms,omitempty"`
	Alt      string      `yaml:"alt" json:"alt"`
	Panels   []PanelText `yaml:"panels" json:"panels"`
	Notes    []string    `yaml:"notes" json:"notes"`
}

// PanelText is the text of a panel in another language.
type PanelText struct {
	ID         string          `yaml:"id" json:"id"`
	Title      string          `yaml:"title" json:"title"`
	Sentence   string          `yaml:"sentence" json:"sentence"` // with the same placeholders as the panel's own
	Note       string          `yaml:"note" json:"note,omitempty"`
	Why        string          `yaml:"why" json:"why,omitempty"`
	Ratio      string          `yaml:"ratio" json:"ratio,omitempty"` // label of the ratio
	Rate       string          `yaml:"rate" json:"rate,omitempty"`   // label of the rate
	Series     []SeriesText    `yaml:"series" json:"series"`
	Breakdowns []BreakdownText `yaml:"breakdowns" json:"breakdowns,omitempty"`
}

// SeriesText is the text of a series in another language.
type SeriesText struct {
	ID    string `yaml:"id" json:"id"`
	Label string `yaml:"label" json:"label"`
	Noun  Noun   `yaml:"noun" json:"noun"`
}

// BreakdownText is the text of a breakdown in another language.
type BreakdownText struct {
	ID    string `yaml:"id" json:"id"`
	Title string `yaml:"title" json:"title"`
	Note  string `yaml:"note" json:"note,omitempty"`
}

// SiteText is the text of the site in another language.
type SiteText struct {
	Title   string `yaml:"title" json:"title"`
	Contact string `yaml:"contact" json:"contact"`
	About   string `yaml:"about" json:"about"`
	Licence string `yaml:"licence" json:"licence"`
}

// CodeText is the text of a code in another language.
type CodeText struct {
	Label  string `json:"label"`
	Plural string `json:"plural,omitempty"`
	About  string `json:"about,omitempty"`
}

// In returns the definitions with their text in the language, as far as it has been translated; what has not been
// stays in English. An unknown language changes nothing.
func (d Definitions) In(language string) Definitions {
	d.Language = language
	if len(d.Text[language]) > 0 {
		d = d.retold(d.Say)
		d.Site.Publisher = d.Say(d.Site.Publisher)
	}
	if t, ok := d.Site.Text[language]; ok {
		d.Site.Title, d.Site.Contact, d.Site.About, d.Site.Licence = t.Title, t.Contact, t.About, t.Licence
	}
	d.Indicators = slices.Clone(d.Indicators)
	for i, ind := range d.Indicators {
		d.Indicators[i] = ind.In(language)
	}
	d.Codelists = slices.Clone(d.Codelists)
	for i, list := range d.Codelists {
		d.Codelists[i] = list.In(language)
		if len(list.Text[language]) > 0 || len(d.Text[language]) == 0 {
			continue
		}
		codes := slices.Clone(d.Codelists[i].Codes)
		for k, c := range codes {
			codes[k].Label, codes[k].Plural, codes[k].About = d.Say(c.Label), d.Say(c.Plural), d.Say(c.About)
		}
		d.Codelists[i].Codes = codes
	}
	return d
}

// In returns the indicator with its text in the language, or as it is where there is no translation.
func (i Indicator) In(language string) Indicator {
	t, ok := i.Text[language]
	if !ok {
		return i
	}
	i.Title, i.Short, i.Question, i.About, i.Terms, i.Alt, i.Notes = t.Title, t.Short, t.Question, t.About,
		t.Terms, t.Alt, t.Notes
	i.Panels = slices.Clone(i.Panels)
	for k := range i.Panels {
		if at := slices.IndexFunc(t.Panels, func(p PanelText) bool { return p.ID == i.Panels[k].ID }); at >= 0 {
			i.Panels[k] = i.Panels[k].in(t.Panels[at])
		}
	}
	return i
}

func (p Panel) in(t PanelText) Panel {
	p.Title, p.Sentence, p.Note, p.Why = t.Title, t.Sentence, t.Note, t.Why
	if p.Ratio != nil {
		r := *p.Ratio
		r.Label = t.Ratio
		p.Ratio = &r
	}
	if p.Rate != nil {
		r := *p.Rate
		r.Label = t.Rate
		p.Rate = &r
	}
	p.Series = slices.Clone(p.Series)
	for i, s := range p.Series {
		if at := slices.IndexFunc(t.Series, func(x SeriesText) bool { return x.ID == s.ID }); at >= 0 {
			p.Series[i].Label, p.Series[i].Noun = t.Series[at].Label, t.Series[at].Noun
		}
	}
	p.Breakdowns = slices.Clone(p.Breakdowns)
	for i, b := range p.Breakdowns {
		if at := slices.IndexFunc(t.Breakdowns, func(x BreakdownText) bool { return x.ID == b.ID }); at >= 0 {
			p.Breakdowns[i].Title, p.Breakdowns[i].Note = t.Breakdowns[at].Title, t.Breakdowns[at].Note
		}
	}
	return p
}

// In returns the code list with its labels in the language, as far as they have been translated.
func (l Codelist) In(language string) Codelist {
	text := l.Text[language]
	if len(text) == 0 {
		return l
	}
	l.Codes = slices.Clone(l.Codes)
	for i, c := range l.Codes {
		if t, ok := text[c.Code]; ok {
			l.Codes[i].Label, l.Codes[i].Plural, l.Codes[i].About = t.Label, t.Plural, t.About
		}
	}
	return l
}
