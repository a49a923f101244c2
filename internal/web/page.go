package web

import (
	"bytes"
	"cmp"
	"fmt"
	"net/url"
	"strings"

	"tallystick/internal/lang"
	"tallystick/internal/release"
	"tallystick/internal/stat"
)

// page is what every page has: who speaks, from which release, and how to go elsewhere.
type page struct {
	Site        stat.Site
	Lang        lang.Language
	Languages   []language // every language in which the page exists, the one it is in too
	Untold      string     // says in the language asked for that the release has no words in it; or empty
	UntoldIn    string     // code of that language
	Title       string     // in the window and in search results
	Description string
	Canonical   string // full address of the page that search engines should keep; empty without a public address
	Alternates  []link // the same in other formats
	Nav         []link
	Release     *releaseLine // nil where no release is read
	Version     string
	Query       string // what was searched for
	Card        string // full address of the picture that stands for the page where it is shared
}

// language is the same page in a language.
type language struct {
	Code    string
	Name    string
	Path    string // of the same view
	Address string // the same with the site's; empty without a public address
	Current bool
}

// link is an address with the words for it.
type link struct {
	Path    string
	Text    string
	Type    string // media type, for alternates
	Current bool
}

// releaseLine says which release a page shows, and where the page stands for ever and in the newest release.
type releaseLine struct {
	ID        string
	Path      string
	Published stat.Date
	Pinned    bool
	Kept      string // the same page as it stands in this release, for ever
	Live      string // the same page in whatever release is the newest
	Since     string // the strip that says what has been published since
}

// navigation is the site map in the header, in order.
var navigation = []link{
	{Path: "/indicators", Text: lang.Key("Indicators")},
	{Path: "/places", Text: lang.Key("Places")},
	{Path: "/claims", Text: lang.Key("Claims")},
	{Path: "/laws", Text: lang.Key("Laws")},
	{Path: "/duties", Text: lang.Key("Who reports")},
	{Path: "/sources", Text: lang.Key("Sources")},
	{Path: "/methods", Text: lang.Key("Methods")},
	{Path: "/releases", Text: lang.Key("Releases")},
}

// bare is the frame of a page that shows no release, as an error page does. It takes the site's name from the
// newest release if there is one.
func (s *Server) bare(l lang.Language, asked *url.URL, title string) page {
	view := url.URL{Path: asked.Path, RawQuery: asked.RawQuery}
	p := page{
		Lang: l, Title: l.T(title), Version: s.version, Nav: navigate(l, asked.Path), Languages: languages(l, view.String(), ""),
	}
	if rel, err := s.library.Latest(s.clock()); err == nil {
		p.Site = rel.In(l.Code()).Site
	} else {
		p.Site.Name = "Tallystick"
	}
	return p
}

// languages are the addresses of a page in every language; address is that of the site, if it is known. The query goes
// along, so that a reader who changes the language sees the same view.
func languages(l lang.Language, view, address string) []language {
	var out []language
	for _, other := range lang.Languages {
		to := language{Code: other.Code(), Name: other.Name(), Path: inLanguage(other, view), Current: other == l}
		if address != "" {
			to.Address = address + to.Path
		}
		out = append(out, to)
	}
	return out
}

func navigate(l lang.Language, path string) []link {
	nav := make([]link, len(navigation))
	for i, to := range navigation {
		to.Current = path == to.Path || strings.HasPrefix(path, to.Path+"/")
		to.Text = l.T(to.Text)
		nav[i] = to
	}
	return nav
}

// frame is the frame of a page over the release that is read.
func (v *visit) frame(title, description string) page {
	m := v.rel.Manifest()
	p := page{
		Site:        v.defs.Site,
		Lang:        v.l,
		Title:       v.l.T(title),
		Description: v.l.T(description),
		Nav:         navigate(v.l, v.live()),
		Version:     v.version,
		Release: &releaseLine{
			ID:        m.ID,
			Path:      "/releases/" + m.ID,
			Published: stat.DateOf(m.PublishedAt.UTC()),
			Pinned:    v.pinned,
			Kept:      v.in(m.ID),
			Live:      v.live(),
			Since:     "/newer/" + strings.TrimPrefix(v.in(m.ID), "/releases/"),
		},
	}
	if p.Description == "" {
		p.Description = p.Title + ". " + p.Site.Title
	}
	if len(v.query) > 0 {
		p.Release.Kept += "?" + v.query.Encode()
		p.Release.Live += "?" + v.query.Encode()
	}
	base, view := v.base(), url.URL{Path: v.path, RawQuery: v.query.Encode()}
	p.Languages = languages(v.wanted, view.String(), base)
	if base != "" {
		p.Canonical = base + v.here(v.path)
	}
	if v.l != v.wanted {
		p.Untold, p.UntoldIn = v.wanted.T("The texts of this release were never sealed in this language. They are in English."), v.wanted.Code()
	}
	return p
}

// base is the public address of the site without a slash at its end: the one its definition gives, or else the
// one under which the program serves.
func (v *visit) base() string {
	return strings.TrimSuffix(cmp.Or(v.rel.Definitions().Site.Address, v.address), "/")
}

// show renders a page. A pinned page is kept for ever: nothing in it depends on the day or on later releases, which
// stand in a strip of their own, and its links stay in its release. Every other page is asked about at each visit.
func (v *visit) show(name string, data any) (*representation, error) {
	body, err := v.pages[v.l].render(name, data)
	if err != nil {
		return nil, err
	}
	if v.pinned {
		body = v.pin(body)
	}
	rep := represent(localised(body, v.wanted), htmlType, v.caching())
	rep.language = v.l.Code()
	return rep, nil
}

// pin makes the links of a page lead to the pages of the same release, so that whoever reads what was known on a day
// goes on reading what was known then. In what a template wrote, the bytes looked for stand at a link and nowhere
// else: quotes in text are escaped. A link written with single quotes leads out of the release.
func (v *visit) pin(body []byte) []byte {
	out := make([]byte, 0, len(body)+len(body)/16)
	for {
		at := -1
		for _, link := range []string{` href="/`, ` action="/`} {
			if i := bytes.Index(body, []byte(link)); i >= 0 && (at < 0 || i+len(link) < at) {
				at = i + len(link) // after the slash
			}
		}
		if at < 0 {
			return append(out, body...)
		}
		out, body = append(out, body[:at]...), body[at:]
		end := bytes.IndexAny(body, `"/?#`)
		switch root := string(body[:max(end, 0)]); {
		case root == "" && !bytes.HasPrefix(body, []byte("/")):
			out = append(out, "releases/"+v.rel.ID()+homeIn...)
		case v.kept[root]:
			out = append(out, "releases/"+v.rel.ID()+"/"...)
		}
	}
}

// drawing reads a sealed drawing. A release without it gives nil: the page then shows its table alone.
func drawing(rel *release.Release, path string) ([]byte, error) {
	if _, err := rel.Ref(path); err != nil {
		return nil, nil
	}
	data, _, err := rel.File(path)
	if err != nil {
		return nil, fmt.Errorf("drawing: %v", err)
	}
	return data, nil
}

// figure is an indicator's chart as a page shows it: both drawings, of which the style sheet shows the one that
// fits, under one name for those who cannot see them.
type figure struct {
	ID      string
	Caption string
	Alt     string
	Wide    []byte
	Narrow  []byte
	Options string // address of the sealed options for the browser's own drawing; empty if there are none
	Picture string // address of the drawing as a file
	Behind  bool   // its table is on another page
}

// brief is the figure of an indicator for the home page: the panels alone that answer its question, where the release has
// them drawn apart. Exploring is for the page of the indicator.
func (v *visit) brief(ind stat.Indicator, answer stat.Answer) (*figure, error) {
	name := figuresIn(v.l) + ind.ID + "-brief-"
	wide, err := drawing(v.rel, name+"wide.svg")
	if err != nil {
		return nil, err
	}
	narrow, err := drawing(v.rel, name+"narrow.svg")
	if err != nil {
		return nil, err
	}
	if wide != nil && narrow != nil {
		return &figure{ID: ind.ID, Caption: ind.Title, Alt: plain(answer.Sentences), Wide: wide, Narrow: narrow, Behind: true}, nil
	}
	f, err := v.figure(ind, answer)
	if f != nil {
		f.Options, f.Behind = "", true
	}
	return f, err
}

// figure puts together the figure of an indicator; nil if the release holds no drawing of it.
func (v *visit) figure(ind stat.Indicator, answer stat.Answer) (*figure, error) {
	folder := figuresIn(v.l)
	wide, err := drawing(v.rel, folder+ind.ID+"-wide.svg")
	if err != nil {
		return nil, err
	}
	narrow, err := drawing(v.rel, folder+ind.ID+"-narrow.svg")
	if err != nil || wide == nil || narrow == nil {
		return nil, err
	}
	f := &figure{ID: ind.ID, Caption: ind.Title, Alt: answer.Alt, Wide: wide, Narrow: narrow}
	files := "/releases/" + v.rel.ID() + "/files/" + folder
	if _, err := v.rel.Ref(folder + ind.ID + ".json"); err == nil {
		f.Options = files + ind.ID + ".json"
	}
	if _, err := v.rel.Ref(folder + ind.ID + ".svg"); err == nil {
		f.Picture = files + ind.ID + ".svg"
	}
	return f, nil
}
