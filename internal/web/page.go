package web

import (
	"cmp"
	"fmt"
	"strings"

	"tallystick/internal/release"
	"tallystick/internal/stat"
)

// page is what every page has: who speaks, from which release, and how to go elsewhere.
type page struct {
	Site        stat.Site
	Title       string // in the window and in search results
	Description string
	Canonical   string // full address of the page that search engines should keep; empty without a public address
	Alternates  []link // the same in other formats
	Nav         []link
	Release     *releaseLine // nil where no release is read
	Version     string
	Query       string // what was searched for
	Card        string // full address of the picture that stands for the page where it is shared
}

// link is an address with the words for it.
type link struct {
	Path    string
	Text    string
	Type    string // media type, for alternates
	Current bool
}

// releaseLine says which release a page shows and whether a newer one is out.
type releaseLine struct {
	ID        string
	Path      string
	Published stat.Date
	Pinned    bool
	Newer     string // identifier of the newest release, if it is another than the one a pinned page shows
	NewerPath string // the same page in the newest release
}

// navigation is the site map in the header, in order.
var navigation = []link{
	{Path: "/indicators", Text: "Indicators"},
	{Path: "/places", Text: "Places"},
	{Path: "/claims", Text: "Claims"},
	{Path: "/laws", Text: "Laws"},
	{Path: "/duties", Text: "Who reports"},
	{Path: "/sources", Text: "Sources"},
	{Path: "/methods", Text: "Methods"},
	{Path: "/releases", Text: "Releases"},
}

// bare is the frame of a page that shows no release, as an error page does. It takes the site's name from the
// newest release if there is one.
func (s *Server) bare(path, title string) page {
	p := page{Title: title, Version: s.version, Nav: navigate(path)}
	if rel, err := s.library.Latest(s.clock()); err == nil {
		p.Site = rel.Definitions().Site
	} else {
		p.Site.Name = "Tallystick"
	}
	return p
}

func navigate(path string) []link {
	nav := make([]link, len(navigation))
	for i, l := range navigation {
		l.Current = path == l.Path || strings.HasPrefix(path, l.Path+"/")
		nav[i] = l
	}
	return nav
}

// frame is the frame of a page over the release that is read.
func (v *visit) frame(title, description string) page {
	m := v.rel.Manifest()
	p := page{
		Site:        v.rel.Definitions().Site,
		Title:       title,
		Description: description,
		Nav:         navigate(v.path),
		Version:     v.version,
		Release: &releaseLine{
			ID:        m.ID,
			Path:      "/releases/" + m.ID,
			Published: stat.DateOf(m.PublishedAt.UTC()),
			Pinned:    v.pinned,
		},
	}
	if base := v.base(); base != "" {
		p.Canonical = base + v.path
	}
	if newest := v.newest.Manifest().ID; newest != m.ID {
		p.Release.Newer = newest
		p.Release.NewerPath = strings.TrimPrefix(v.path, p.Release.Path)
		if p.Release.NewerPath == "" {
			p.Release.NewerPath = "/releases/" + newest
		}
	}
	return p
}

// base is the public address of the site without a slash at its end: the one its definition gives, or else the
// one under which the program serves.
func (v *visit) base() string {
	return strings.TrimSuffix(cmp.Or(v.rel.Definitions().Site.Address, v.address), "/")
}

// show renders a page. Pages are asked about at each visit, pinned ones too, because a page links to the style
// sheet of the running program and says when a newer release is out; the files they hand out are kept for ever.
func (v *visit) show(name string, data any) (*representation, error) {
	body, err := v.pages.render(name, data)
	if err != nil {
		return nil, err
	}
	return represent(body, htmlType, revalidate), nil
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
}

// figure puts together the figure of an indicator; nil if the release holds no drawing of it.
func (v *visit) figure(ind stat.Indicator, answer stat.Answer) (*figure, error) {
	wide, err := drawing(v.rel, "figures/"+ind.ID+"-wide.svg")
	if err != nil {
		return nil, err
	}
	narrow, err := drawing(v.rel, "figures/"+ind.ID+"-narrow.svg")
	if err != nil || wide == nil || narrow == nil {
		return nil, err
	}
	f := &figure{ID: ind.ID, Caption: ind.Title, Alt: answer.Alt, Wide: wide, Narrow: narrow}
	files := "/releases/" + v.rel.ID() + "/files/figures/"
	if _, err := v.rel.Ref("figures/" + ind.ID + ".json"); err == nil {
		f.Options = files + ind.ID + ".json"
	}
	if _, err := v.rel.Ref("figures/" + ind.ID + ".svg"); err == nil {
		f.Picture = files + ind.ID + ".svg"
	}
	return f, nil
}
