package web

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"tallystick/internal/stat"
)

// searchPage answers a search over everything the release names.
type searchPage struct {
	page
	Hits  []hit
	Total int
}

// hit is a page that a search found.
type hit struct {
	link
	Kind  string
	About string
	score int
}

// findable is a page that can be found, with the words by which it is.
type findable struct {
	link
	kind  string
	about string
	words []string // of the title, weighing most
	other []string // of everything else
}

// mostHits is how many hits a page of results shows.
const mostHits = 40

// search serves GET /search.
func (s *Server) search(v *visit) (*representation, error) {
	query := strings.TrimSpace(v.query.Get("q"))
	p := searchPage{page: v.frame("Search", "Search indicators, laws, events, places, sources and words.")}
	p.Query = query
	asked := wordsOf(query)
	if len(asked) > 0 {
		for _, f := range v.findables() {
			if score := f.score(asked); score > 0 {
				p.Hits = append(p.Hits, hit{f.link, f.kind, f.about, score})
			}
		}
		slices.SortStableFunc(p.Hits, func(a, b hit) int { return cmp.Compare(b.score, a.score) })
		p.Total = len(p.Hits)
		p.Hits = p.Hits[:min(len(p.Hits), mostHits)]
	}
	return v.show("search", p)
}

// score is how well a page fits the words asked for; every word must occur. A whole word of the title counts
// most, the beginning of one less, a word of the rest least.
func (f findable) score(asked []string) int {
	total := 0
	for _, w := range asked {
		best := 0
		for _, t := range f.words {
			switch {
			case t == w:
				best = max(best, 10)
			case strings.HasPrefix(t, w):
				best = max(best, 6)
			}
		}
		for _, t := range f.other {
			switch {
			case t == w:
				best = max(best, 4)
			case len(w) > 2 && strings.HasPrefix(t, w):
				best = max(best, 2)
			}
		}
		if best == 0 {
			return 0
		}
		total += best
	}
	if strings.Contains(f.Path, "/indicators/") {
		total += 3
	}
	return total
}

// wordsOf splits text into words in lower case; a section such as 53a-82 stays whole and is split as well. A plural
// in s is found under its singular too.
func wordsOf(text string) []string {
	var out []string
	for _, field := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '’' && r != '\''
	}) {
		word := strings.Trim(field, "-’'")
		if len(word) > 4 {
			word = strings.TrimSuffix(word, "s")
		}
		if word != "" {
			out = append(out, word)
		}
	}
	return out
}

// findables lists every page of the release that can be found.
func (v *visit) findables() []findable {
	defs := v.defs
	var out []findable
	add := func(kind, path, title, about string, other ...string) {
		rest := wordsOf(about + " " + strings.Join(other, " "))
		out = append(out, findable{link{Path: path, Text: title}, kind, about, wordsOf(title), rest})
	}
	for _, ind := range defs.Indicators {
		add(v.l.T("Indicator"), v.indicatorPath(ind.ID), ind.Question, ind.Title,
			append([]string{ind.About, strings.Join(ind.Notes, " "), v.topic(ind)}, ind.Terms...)...)
		found := &out[len(out)-1]
		found.words = append(found.words, wordsOf(ind.Short)...)
	}
	for _, st := range defs.Statutes {
		var versions []string
		for _, x := range st.Versions {
			versions = append(versions, x.Label, x.Act, x.Change)
		}
		add(v.l.T("Law"), "/laws/"+st.ID, st.Citation+" "+st.Title, st.Plain, versions...)
	}
	var asked []string
	for _, e := range defs.Elements {
		asked = append(asked, e.Element, e.StateThen, e.StateNow, e.Federal)
	}
	add(v.l.T("Law"), "/laws/elements", v.l.T("Trafficking under state and federal law"),
		v.l.T("What must be shown, then and now."), asked...)
	for _, e := range defs.Events {
		add(v.l.T("Event"), "/laws#event-"+e.ID, e.Title, v.l.DateAs(e.Date, e.Precision)+". "+e.Text, e.Act)
	}
	for _, c := range defs.Claims {
		add(v.l.T("Claim"), "/claims#"+c.ID, c.Title, c.Quote, c.Speaker, c.About)
	}
	for _, r := range defs.Reconciliations {
		add(v.l.T("Different answers"), "/accounts/"+r.ID, r.Question, r.Title, r.About, r.Reason)
	}
	for _, d := range defs.Duties {
		add(v.l.T("Duty to report"), "/duties/"+d.ID, d.Title, d.About, d.Citation)
	}
	for _, list := range []struct{ id, kind, path string }{
		{townList, v.l.T("Town"), "/places/"}, {agencyList, v.l.T("Agency"), "/agencies/"},
	} {
		l, _ := defs.Codelist(list.id)
		for _, c := range l.Codes {
			if c.Code != "all" {
				add(list.kind, list.path+c.Code, c.Label, c.About)
			}
		}
	}
	for _, src := range defs.Sources {
		add(v.l.T("Source"), "/sources#"+src.ID, src.Title, src.Publisher, src.About)
	}
	units, _ := defs.Codelist("counting-units")
	for _, c := range units.Codes {
		add(v.l.T("Counting unit"), "/methods#unit-"+c.Code, capital(c.Label), c.About, c.Plural)
	}
	for _, st := range stat.Statuses {
		add(v.l.T("Status"), "/methods#statuses", capital(v.l.T(st.Words())), v.l.T(statusMeanings[st]), st.Symbol())
	}
	return out
}
