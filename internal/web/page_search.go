package web

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"tallystick/internal/lang"
	"tallystick/internal/stat"
)

// searchPage answers a search over everything the release names.
type searchPage struct {
	page
	Hits    []hit
	Total   int
	Partly  bool   // no page has all the words
	Instead string // the words looked for where one asked for is nowhere
}

// hit is a page that a search found.
type hit struct {
	link
	Kind  string
	About string
	Quote bool // About is what somebody said, in English
	score int
	held  int // how many of the words asked for it has
}

// findable is a page that can be found, with the words by which it is.
type findable struct {
	link
	kind  string
	about string
	quote bool     // about is what somebody said
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
	if asked := wanting(wordsOf(query)); len(asked) > 0 {
		var instead []string
		p.Hits, p.Partly, instead = find(v.findables(), asked)
		p.Instead = strings.Join(instead, ", ")
		p.Total = len(p.Hits)
		p.Hits = p.Hits[:min(len(p.Hits), mostHits)]
	}
	return v.show("search", p)
}

// find returns the pages that hold the words asked for, the best first. Where no page holds all of them, those that
// hold the most come, and partly is true. A word that nobody writes is taken for the words nearest to it in spelling,
// which instead names.
func find(pages []findable, asked []string) (hits []hit, partly bool, instead []string) {
	near := make([][]string, len(asked))
	for i, w := range asked {
		if !slices.ContainsFunc(pages, func(f findable) bool { return f.weight(w) > 0 }) {
			near[i] = nearest(pages, w)
			instead = append(instead, near[i]...)
		}
	}
	most := 0
	var all []hit
	for _, f := range pages {
		h, held := hit{link: f.link, Kind: f.kind, About: f.about, Quote: f.quote}, 0
		for i, w := range asked {
			best := f.weight(w)
			for _, n := range near[i] {
				best = max(best, f.weight(n)/2)
			}
			if best > 0 {
				held++
			}
			h.score += best
		}
		if held == 0 {
			continue
		}
		if strings.Contains(f.Path, "/indicators/") {
			h.score += 3
		}
		h.held = held
		most = max(most, held)
		all = append(all, h)
	}
	for _, h := range all {
		if h.held == most {
			hits = append(hits, h)
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(b.score, a.score) })
	return hits, most < len(asked), instead
}

// weight is how well a page fits one word: a whole word of the title counts most, the beginning of one or another form
// of it less, a word of the rest least. A word that readers use for another counts as that one.
func (f findable) weight(w string) int {
	best := 0
	for _, one := range append([]string{w}, synonyms[w]...) {
		for _, t := range f.words {
			switch {
			case t == one:
				best = max(best, 10)
			case strings.HasPrefix(t, one) || related(t, one):
				best = max(best, 6)
			}
		}
		for _, t := range f.other {
			switch {
			case t == one:
				best = max(best, 4)
			case len(one) > 2 && strings.HasPrefix(t, one) || related(t, one):
				best = max(best, 2)
			}
		}
	}
	return best
}

// related reports whether two words are forms of one: prostitute and prostitution, convicted and conviction.
func related(a, b string) bool {
	const stem = 6
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n >= stem && len(a)-n <= 4 && len(b)-n <= 4 && unicode.IsLetter(rune(a[0]))
}

// nearest are the words of all pages that are nearest to a misspelled one: one edit away, or two for long words.
func nearest(pages []findable, w string) []string {
	reach := 0
	switch n := len([]rune(w)); {
	case n >= 8:
		reach = 2
	case n >= 4:
		reach = 1
	}
	if reach == 0 {
		return nil
	}
	var out []string
	best, seen := reach, map[string]bool{}
	for _, f := range pages {
		for _, t := range slices.Concat(f.words, f.other) {
			if seen[t] || len(t) < 4 {
				continue
			}
			seen[t] = true
			switch d := edits(w, t, best); {
			case d < best:
				best, out = d, []string{t}
			case d == best:
				out = append(out, t)
			}
		}
	}
	slices.Sort(out)
	return out[:min(len(out), 5)]
}

// edits is the number of letters put in, left out, changed or swapped with their neighbour between two words, or most+1
// if it is more than most.
func edits(a, b string, most int) int {
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) > most || len(y)-len(x) > most {
		return most + 1
	}
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(x)][len(y)]
}

// synonyms are words that readers search for, with those that the pages use, in both languages and without
// accents.
var synonyms = map[string][]string{
	"john": {"buyer", "buying"}, "pimp": {"promoting", "promoter"}, "hooker": {"prostitution"}, "kid": {"child", "children"},
	"minor": {"child", "children"}, "cop": {"police"}, "dcf": {"child-welfare", "children"}, "hart": {"child-welfare"},
	"hotel": {"lodging"}, "solicitation": {"soliciting"}, "slavery": {"trafficking"}, "sting": {"operation"}, "verdict": {"conviction"},
	"prostitute": {"prostitution", "selling"}, "customer": {"buyer", "buying"}, "client": {"buyer", "buying"}, "trick": {"buyer", "buying"},
	"prostituta": {"prostitucion", "venta"}, "victim": {"identified"}, "victima": {"identificada"}, "policia": {"policial"},
	"cliente": {"compra", "comprar", "comprador"}, "proxeneta": {"promover", "promocion"}, "nino": {"menor", "menore"}, "esclavitud": {"trata"},
}

// idle are words that say nothing about what is looked for.
var idle = []string{"the", "of", "in", "a", "an", "for", "and", "how", "many", "what", "is", "are", "to", "by", "on", "el", "la", "los",
	"las", "de", "en", "y", "un", "una", "por", "cuanto", "cuanta", "que", "es"}

// wanting leaves out idle words, unless there are no others.
func wanting(words []string) []string {
	rest := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return slices.Contains(idle, w) })
	if len(rest) == 0 {
		return words
	}
	return rest
}

// wordsOf splits text into words in lower case; a section such as 53a-82 stays whole. A plural in s is found under its
// singular too.
func wordsOf(text string) []string {
	var out []string
	for _, field := range strings.FieldsFunc(plainLetters(strings.ToLower(text)), func(r rune) bool {
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

// written adds the ways in which readers write the words of a title: New Haven as one word, 53a-83a without its hyphen.
func written(title string) []string {
	words := wordsOf(title)
	for i, w := range words {
		if strings.Contains(w, "-") {
			words = append(words, strings.ReplaceAll(w, "-", ""))
		}
		if i > 0 && len(words[i-1])+len(w) < 24 {
			words = append(words, words[i-1]+w)
		}
	}
	return words
}

// plainLetters takes the accents off letters, so that a word is found however it was typed: víctimas, victimas.
func plainLetters(text string) string {
	out := make([]rune, 0, len(text))
	for _, r := range norm.NFD.String(text) {
		if !unicode.Is(unicode.Mn, r) {
			out = append(out, r)
		}
	}
	return string(out)
}

// findables lists every page of the release that can be found: in the language of the answer, by the words of every
// language that the release speaks.
func (v *visit) findables() []findable {
	out := v.listed()
	for _, l := range lang.Languages {
		if l == v.l || !v.rel.Speaks(l.Code()) {
			continue
		}
		other := *v
		other.l, other.defs = l, v.rel.In(l.Code())
		for i, f := range other.listed() { // the same pages in the same order
			out[i].other = append(append(out[i].other, f.words...), f.other...)
		}
	}
	return out
}

// listed are the pages in one language.
func (v *visit) listed() []findable {
	defs := v.defs
	var out []findable
	add := func(kind, path, title, about string, other ...string) {
		rest := wordsOf(about + " " + strings.Join(other, " "))
		out = append(out, findable{link: link{Path: path, Text: title}, kind: kind, about: about, words: written(title), other: rest})
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
		add(v.l.T("Event"), "/timeline#event-"+e.ID, e.Title, v.l.DateAs(e.Date, e.Precision)+". "+e.Text, e.Act)
	}
	for _, c := range defs.Claims {
		add(v.l.T("Claim"), "/claims#"+c.ID, c.Title, c.Quote, c.Speaker, c.About)
		out[len(out)-1].quote = true
	}
	for _, r := range defs.Reconciliations {
		add(v.l.T("Different answers"), "/accounts/"+r.ID, r.Question, r.Title, r.About, r.Reason)
	}
	for _, ds := range defs.Datasets {
		add(v.l.T("Data set"), "/datasets/"+ds.ID, ds.Title, ds.About, ds.Rule)
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
		add(v.l.T("Counting unit"), "/glossary#unit-"+c.Code, capital(c.Label), c.About, c.Plural)
	}
	for _, st := range stat.Statuses {
		add(v.l.T("Status"), "/methods#statuses", capital(v.l.T(st.Words())), v.l.T(statusMeanings[st]), st.Symbol())
	}
	return out
}
