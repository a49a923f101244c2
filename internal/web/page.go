package web

import (
	"bytes"
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
			Kept:      v.in(m.ID),
			Live:      v.live(),
			Since:     "/newer/" + strings.TrimPrefix(v.in(m.ID), "/releases/"),
		},
	}
	if len(v.query) > 0 {
		p.Release.Kept += "?" + v.query.Encode()
		p.Release.Live += "?" + v.query.Encode()
	}
	if base := v.base(); base != "" {
		p.Canonical = base + v.path
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
	body, err := v.pages.render(name, data)
	if err != nil {
		return nil, err
	}
	if v.pinned {
		body = v.pin(body)
	}
	return represent(body, htmlType, v.caching()), nil
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
