package web

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"tallystick/internal/chart"
	"tallystick/internal/stat"
)

// indicatorPage is one question with its answer and everything that a reader needs to judge and to quote it.
type indicatorPage struct {
	page
	Indicator  stat.Indicator
	Topic      string
	Notices    []notice
	Answer     []said
	answers    []stat.Sentence
	Trust      []link
	Figure     *figure
	Controls   controls
	Asked      *asked
	Tables     []table
	Same       []table // sums over the same reporters of two periods
	Grids      []grid
	Panels     []panelLine
	Cautions   []said
	Laws       []law
	Changes    []change
	Coverage   []coverageLine
	Revised    revised
	Redefined  []link // releases that changed the definition
	Downloads  []download
	Citation   string
	References []link
	EmbedFrozen,
	EmbedCurrent,
	EmbedScript string
	Elements []elementRow // what state and federal law ask for, where the question is about trafficking under both
	Stages   bool         // its panels count at more than one stage of a case
	Code     []fact
	Pinned   string // address of this page as it stands in this release, for ever
	Sources  []sourceLine
	Related  []link
	Accounts []link // questions to which its figures and others give different answers
	Dataset  *schemaDataset
}

// panelLine defines one panel: what it counts, on which clock, and the sentence the rules wrote about it.
type panelLine struct {
	Title    string
	Unit     string
	Clock    string
	Sentence said // only of panels that do not speak in the answer above
	Counts   []countLine
	Ratio    string // how the ratio was made, in words
	Unlike   string
	Note     string
}

// countLine is what a panel counts from one data set.
type countLine struct {
	Dataset string
	Counted []string
	Rule    string
}

// law is a section of law that an indicator counts under, as it stands now.
type law struct {
	Path     string
	Citation string
	Title    string
	Plain    string
	Label    string // how the present version calls it
	Class    string
	Since    stat.Date
}

// change is a break or an event: something that a reader of the series should know of, with its date.
type change struct {
	ID    string // of an event
	Date  stat.Date
	When  string
	Stamp string // the date for programs, as exactly as it is known: 2016-03-31, 2016-03, 2016
	Title string
	Text  string
	Link  string
	Break bool // values before and after do not compare
}

// coverageLine says who reported for one value.
type coverageLine struct {
	Period   string
	Reported int
	Expected int
	Noun     string
	Missing  []link
	Accounts string
	People   string // where what share of residents live
	Words    string // reported by 83 of 92 agencies
	Path     string // of the passport of the total
	Agencies bool   // the reporters have pages of their own
}

// download is a file that the page hands out.
type download struct {
	Path   string
	Title  string
	Format string
	Size   int64 // in bytes; 0 where it is made when it is asked for
	About  string
}

// sourceLine is a publication that figures were read from.
type sourceLine struct {
	stat.Citation
	Locators []string
	Figures  int
}

// indicator serves GET /indicators/:id, GET /releases/:release/indicators/:id and their twins in other formats.
func (s *Server) indicator(v *visit) (*representation, error) {
	name := v.param("id")
	for _, c := range citing {
		if id, ok := strings.CutSuffix(name, c.ext); ok {
			return v.reference(id, c.ext, c.contentType)
		}
	}
	if id, ok := strings.CutSuffix(name, historyExt); ok {
		return v.historyFile(id)
	}
	if ext := path.Ext(name); ext != "" {
		how := v.twin
		if slices.ContainsFunc(viewParameters, v.query.Has) {
			how = v.askedTwin
		}
		rep, err := how(strings.TrimSuffix(name, ext), ext)
		if errors.Is(err, stat.ErrNotFound) {
			return v.withdrawn(strings.TrimSuffix(name, ext), true, err)
		}
		return rep, err
	}
	ind, err := v.definition(name)
	if err != nil {
		return v.withdrawn(name, false, err)
	}
	answer, err := v.answer(ind.ID)
	if err != nil {
		return nil, err
	}
	fig, err := v.figure(ind, answer)
	if err != nil {
		return nil, err
	}
	defs, obs := v.defs, v.rel.Observations(ind.ID)
	p := indicatorPage{
		page:      v.frame(ind.Title, plain(answer.Sentences)),
		Indicator: ind,
		Topic:     v.topic(ind),
		Notices:   v.notices(ind.ID),
		Answer:    v.sayAll(answer.Sentences),
		answers:   answer.Sentences,
		Figure:    fig,
		Panels:    v.panelLines(ind, answer, defs),
		Cautions:  v.cautions(answer, v.quotable(ind, answer)),
		Laws:      lawsOf(ind, defs, stat.DateOf(v.rel.PublishedAt())),
		Changes:   v.changes(answer),
		Coverage:  v.coverageLines(ind, obs),
		Downloads: v.downloads(ind.ID),
		Pinned:    "/releases/" + v.rel.ID() + "/indicators/" + ind.ID,
		Sources:   sourceLines(obs),
		Related:   v.related(ind, defs),
		Accounts:  v.accountsOf(ind.ID, defs),
	}
	if tables := chart.NewTable(ind, obs, defs); len(tables) > 0 {
		p.Tables = []table{v.newTable(tables[0], ind)}
		for _, t := range tables[1:] {
			if strings.HasSuffix(t.ID, chart.SameReporters) {
				p.Same = append(p.Same, v.newTable(t, ind))
			}
		}
	}
	p.Grids = v.grids(ind, obs)
	if p.Revised, err = v.revised(ind); err != nil {
		return nil, err
	}
	if p.Redefined, err = v.redefined(ind.ID); err != nil {
		return nil, err
	}
	if p.Controls, p.Asked, err = v.view(ind, obs, answer); err != nil {
		return nil, err
	}
	p.Card = v.base() + v.here("/releases/"+v.rel.ID()+"/cards/"+ind.ID)
	for _, c := range citing {
		p.References = append(p.References, link{Path: v.indicatorPath(ind.ID) + c.ext, Text: c.title, Type: c.contentType})
	}
	p.Elements, p.Stages = v.elementsOf(ind), stages(ind)
	p.Code = codeFor(v.base() + p.Pinned + ".csv")
	frame := `<iframe src="%s" title="%s" width="100%%" height="560"></iframe>`
	p.EmbedScript = embedScript
	p.EmbedFrozen = fmt.Sprintf(frame, v.base()+v.here("/releases/"+v.rel.ID()+"/embed/"+ind.ID), ind.Title)
	p.EmbedCurrent = fmt.Sprintf(frame, v.base()+v.here("/embed/"+ind.ID), ind.Title)
	for _, d := range p.Downloads {
		p.Alternates = append(p.Alternates, link{Path: d.Path, Text: d.Title, Type: typeOf(d.Path)})
	}
	p.Dataset = v.dataset(ind, p)
	p.Trust = v.trust(ind, obs, p)
	p.Citation = v.citation(ind, p.Pinned)
	return v.show("indicator", p)
}

// elementsOf is what state and federal law ask for, for a question that counts under a section about traffickers in one
// panel and under federal law, or nothing yet, in another: whoever asks why a number is zero finds the reason there.
func (v *visit) elementsOf(ind stat.Indicator) []elementRow {
	for _, id := range ind.Statutes {
		if st, ok := v.defs.Statute(id); ok && st.Role == "trafficker" {
			rows, _ := elementRows(v.defs)
			return rows
		}
	}
	return nil
}

// stages reports whether an indicator counts at more than one stage of a case.
func stages(ind stat.Indicator) bool {
	return slices.ContainsFunc(ind.Panels, func(p stat.Panel) bool { return p.Stage != ind.Panels[0].Stage })
}

// quotable are the figures that the cautions of an indicator quote: those of its notes, and the two of each pairing.
func (v *visit) quotable(ind stat.Indicator, answer stat.Answer) []stat.Quoted {
	out := slices.Clone(ind.Quoted)
	for _, r := range answer.Reconciled {
		for _, key := range []string{r.One, r.Other} {
			if o, ok := observation(v.rel, key); ok && o.Status == stat.StatusReported {
				out = append(out, stat.Quoted{Says: stat.FormatNumber(o.Value, 0), Figure: key})
			}
		}
	}
	return out
}

// topic is the topic of an indicator as a heading.
func (v *visit) topic(ind stat.Indicator) string {
	return capital(label(v.defs, "topics", ind.Topic))
}

// definition returns the definition of an indicator as it stood in the release that is read.
func (v *visit) definition(id string) (stat.Indicator, error) {
	ind, ok := v.defs.Indicator(id)
	if !ok {
		return stat.Indicator{}, fmt.Errorf("indicator %q in release %s: %w", clip(id), v.rel.ID(), stat.ErrNotFound)
	}
	return ind, nil
}

// trust is the line under the answer: each part says how far the figures can be relied on and leads to the reason.
func (v *visit) trust(ind stat.Indicator, obs []stat.Observation, p indicatorPage) []link {
	units := map[string]bool{}
	withheld, provisional := 0, false
	for _, o := range obs {
		if o.Kind == stat.KindCount && len(o.Codes) == 0 {
			units[o.Unit] = true
		}
		if o.Status == stat.StatusWithheld {
			withheld++
		}
		provisional = provisional || o.Has(stat.MarkProvisional)
	}
	line := []link{{
		Path: "#sources",
		Text: v.count(len(p.Sources), "%s source", "%s sources") + ", " +
			v.count(len(units), "%s counting unit", "%s counting units"),
	}}
	if len(p.Coverage) == 0 {
		line = append(line, link{Path: "#sources", Text: v.l.T("Number of reporting agencies not stated")})
	}
	for i, c := range p.Coverage {
		if last := i == len(p.Coverage)-1; last || c.Reported < c.Expected {
			line = append(line, link{
				Path: "#coverage",
				Text: c.Period + ": " + c.Words,
			})
		}
	}
	if slices.ContainsFunc(p.Coverage, func(c coverageLine) bool { return c.Agencies }) {
		line = append(line, link{Path: "/agencies", Text: v.l.T("Did your police report?")})
	}
	if provisional {
		line = append(line, link{Path: "#figures", Text: v.l.T("Partly provisional")})
	} else if span := spanOf(obs); span != "" {
		line = append(line, link{Path: "#figures", Text: span})
	}
	line = append(line, link{Path: "/releases/" + v.rel.ID(), Text: v.l.T("Release %s", v.rel.ID())})
	if !ind.Since.IsZero() {
		line = append(line, link{Path: "#definition", Text: v.l.T("Definition since %s", v.l.Date(ind.Since))})
	}
	if withheld > 0 {
		line = append(line, link{Path: "/methods#disclosure", Text: v.count(withheld, "%s value withheld", "%s values withheld")})
	} else {
		line = append(line, link{Path: "/methods#disclosure", Text: v.l.T("No value withheld")})
	}
	return line
}

// spanOf is from which year to which year the counts reach.
func spanOf(obs []stat.Observation) string {
	from, to := 0, 0
	for _, o := range obs {
		if o.Kind != stat.KindCount || o.Status != stat.StatusReported {
			continue
		}
		if y := o.Period.From.Year; y > 0 && (from == 0 || y < from) {
			from = y
		}
		to = max(to, o.Period.To.Year)
	}
	switch {
	case to == 0:
		return ""
	case from == 0 || from == to:
		return fmt.Sprint(to)
	default:
		return fmt.Sprintf("%d–%d", from, to)
	}
}

// citation is how to quote the indicator, as plain text with an address that never changes.
func (v *visit) citation(ind stat.Indicator, pinned string) string {
	site := v.defs.Site
	return v.l.T("%s %s, “%s”, release %s, %s%s.",
		site.Name, site.Place, ind.Title, v.rel.ID(), v.base(), v.here(pinned))
}

// panelLines defines the panels of an indicator in words.
func (v *visit) panelLines(ind stat.Indicator, answer stat.Answer, defs stat.Definitions) []panelLine {
	var lines []panelLine
	for _, p := range ind.Panels {
		line := panelLine{
			Title: p.Title, Unit: label(defs, "counting-units", p.Unit), Clock: clockWords(v.l, p.Clock),
			Unlike: p.Why, Note: p.Note,
		}
		for _, s := range answer.Panels {
			if s.Panel == p.ID && !slices.Contains(ind.Answer, p.ID) {
				line.Sentence = v.say(s.Sentence)
			}
		}
		for _, s := range p.Series {
			ds, _ := defs.Dataset(s.Dataset)
			i := slices.IndexFunc(line.Counts, func(c countLine) bool { return c.Dataset == ds.Title })
			if i < 0 {
				line.Counts = append(line.Counts, countLine{Dataset: ds.Title, Rule: ds.Rule})
				i = len(line.Counts) - 1
			}
			if !slices.Contains(line.Counts[i].Counted, s.Noun.Many) {
				line.Counts[i].Counted = append(line.Counts[i].Counted, s.Noun.Many)
			}
		}
		if r := p.Ratio; r != nil {
			line.Ratio = v.l.T("%s: the count “%s” divided by the count “%s” of the same period.",
				r.Label, seriesLabel(p, r.Of), seriesLabel(p, r.To))
		}
		lines = append(lines, line)
	}
	return lines
}

func seriesLabel(p stat.Panel, id string) string {
	for _, s := range p.Series {
		if s.ID == id {
			return s.Label
		}
	}
	return id
}

// lawsOf are the sections that an indicator counts under, in the version in force on the day.
func lawsOf(ind stat.Indicator, defs stat.Definitions, day stat.Date) []law {
	var out []law
	for _, id := range ind.Statutes {
		if st, ok := defs.Statute(id); ok {
			out = append(out, lawOf(st, day))
		}
	}
	return out
}

// lawOf is a section in the version in force on the day.
func lawOf(st stat.Statute, day stat.Date) law {
	l := law{Path: "/laws/" + st.ID, Citation: st.Citation, Title: st.Title, Plain: st.Plain}
	for _, version := range st.Versions {
		if version.From.IsZero() || version.From.Compare(day) <= 0 {
			l.Label, l.Class, l.Since = version.Label, version.Class, version.From
		}
	}
	return l
}

// changes are the breaks and the events that apply to an indicator, oldest first.
func (v *visit) changes(answer stat.Answer) []change {
	var out []change
	for _, b := range answer.Breaks {
		out = append(out, change{
			Date: b.Date, When: v.l.Date(b.Date), Stamp: b.Date.String(), Title: b.Act, Text: b.Text, Link: webLink(b.Source), Break: true,
		})
	}
	for _, id := range answer.Events {
		for _, e := range v.defs.Events {
			if e.ID != id {
				continue
			}
			line := v.eventLine(e)
			// The act that made a break is told once, as an event that says more.
			before := len(out)
			out = slices.DeleteFunc(out, func(c change) bool {
				return c.Break && e.Act != "" && c.Title == e.Act && c.Date == e.Date
			})
			line.Break = len(out) < before
			out = append(out, line)
		}
	}
	slices.SortStableFunc(out, func(a, b change) int { return a.Date.Compare(b.Date) })
	return out
}

// coverageLines say who reported, for each total of which some reporters are expected by name; oldest first.
func (v *visit) coverageLines(ind stat.Indicator, obs []stat.Observation) []coverageLine {
	var lines []coverageLine
	for _, p := range ind.Panels {
		for _, s := range p.Series {
			list := ""
			if s.Expected != nil {
				list = v.defs.DimensionList(s.Dataset, s.Expected.Dimension)
			}
			var own []stat.Observation
			for _, o := range obs {
				if o.Panel == p.ID && o.Series == s.ID && len(o.Codes) == 0 && o.Coverage.Expected > 0 {
					own = append(own, o)
				}
			}
			slices.SortStableFunc(own, func(a, b stat.Observation) int { return a.Period.Compare(b.Period) })
			for _, o := range own {
				coverage := o.Coverage
				if s.Expected != nil && coverage.Noun != "" {
					coverage.Noun = s.Expected.Noun.Many
				}
				line := coverageLine{
					Period:   v.l.Period(o.Period, p.Clock),
					Reported: o.Coverage.Reported, Expected: o.Coverage.Expected, Noun: coverage.Noun,
					People: v.l.Residents(coverage), Words: v.l.Coverage(coverage), Path: v.valuePath(o.Key()),
					Agencies: list == agencyList,
				}
				for _, code := range o.Coverage.Missing {
					missing := link{Text: label(v.defs, list, code)}
					if list == agencyList {
						missing.Path = "/agencies/" + code
					}
					line.Missing = append(line.Missing, missing)
				}
				if o.Coverage.Accounts > 0 && float64(o.Coverage.Accounts) != o.Value {
					line.Accounts = v.l.T("%s of %s", stat.FormatCount(o.Coverage.Accounts), stat.FormatNumber(o.Value, 0))
				}
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// sourceLines are the publications behind the observations, each once, those with the most figures first, with where in
// them the totals stand; where a part of a total stands, its own page says.
func sourceLines(obs []stat.Observation) []sourceLine {
	var lines []sourceLine
	for _, o := range obs {
		if o.Kind == stat.KindRatio || o.Kind == stat.KindRate {
			continue
		}
		for _, c := range o.Citations {
			i := slices.IndexFunc(lines, func(l sourceLine) bool {
				return l.Title == c.Title && l.Publisher == c.Publisher && l.Year == c.Year && l.Address == c.Address
			})
			if i < 0 {
				c.Address = webLink(c.Address)
				lines = append(lines, sourceLine{Citation: c})
				i = len(lines) - 1
			}
			lines[i].Figures++
			if c.Locator != "" && len(o.Codes) == 0 && !slices.Contains(lines[i].Locators, c.Locator) {
				lines[i].Locators = append(lines[i].Locators, c.Locator)
			}
		}
	}
	slices.SortStableFunc(lines, func(a, b sourceLine) int { return cmp.Compare(b.Figures, a.Figures) })
	return lines
}

// related are the indicators that the definition names.
func (v *visit) related(ind stat.Indicator, defs stat.Definitions) []link {
	var out []link
	for _, id := range ind.Related {
		if other, ok := defs.Indicator(id); ok {
			out = append(out, link{Path: v.indicatorPath(id), Text: other.Question})
		}
	}
	return out
}
