package web

import (
	"encoding/xml"
	"slices"
	"strings"

	"tallystick/internal/lang"
	"tallystick/internal/stat"
)

// atomFeed is a feed of releases after RFC 4287.
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  atomAuthor  `xml:"author"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomAuthor struct {
	Name string `xml:"name"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"`
	Link    atomLink `xml:"link"`
	Summary string   `xml:"summary"`

	Categories []atomCategory `xml:"category"` // of a release that says something about published figures: correction …
}

type atomCategory struct {
	Term string `xml:"term,attr"`
}

const atomTime = "2006-01-02T15:04:05Z"

// feed serves GET /feed.atom: one entry a release, named by the checksum of its manifest, which no other release
// can have.
func (s *Server) feed(v *visit) (*representation, error) {
	site := v.defs.Site
	f := atomFeed{
		Title: site.Name + " " + site.Place, Author: atomAuthor{site.Publisher},
		Links: []atomLink{
			{Rel: "self", Type: "application/atom+xml", Href: v.base() + v.here("/feed.atom")},
			{Rel: "alternate", Type: "text/html", Href: v.base() + v.here("/releases")},
		},
	}
	for i, m := range v.issued.List() {
		entry := atomEntry{
			ID: "urn:sha256:" + v.issued.SHA256(m.ID), Title: v.l.T("Release %s", m.ID) + ": " + m.Title,
			Updated: m.PublishedAt.UTC().Format(atomTime),
			Link:    atomLink{Rel: "alternate", Type: "text/html", Href: v.base() + v.here("/releases/"+m.ID)}, Summary: m.Reason,
		}
		for _, s := range m.Statements {
			entry.Categories = append(entry.Categories, atomCategory{string(s.Kind)})
			entry.Summary = strings.TrimSpace(entry.Summary + " " + v.l.T(kindWords[s.Kind]) + ": " + strings.Join(sentencesOf(s), " "))
		}
		if i == 0 {
			f.Updated = entry.Updated
		}
		f.ID = entry.ID // of the first release: the feed began with it
		f.Entries = append(f.Entries, entry)
	}
	body, err := xml.MarshalIndent(f, "", "  ")
	if err != nil {
		return nil, err
	}
	return represent(append([]byte(xml.Header), body...), "application/atom+xml", v.caching()), nil
}

// sentencesOf is what a statement says, in the order in which a reader needs it.
func sentencesOf(s stat.Statement) []string {
	return slices.DeleteFunc([]string{s.Wrong, s.Now, s.Affected, s.Reason}, func(text string) bool { return text == "" })
}

// siteMap is the list of pages for search engines.
type siteMap struct {
	XMLName xml.Name      `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	Pages   []siteMapPage `xml:"url"`
}

type siteMapPage struct {
	Location string    `xml:"loc"`
	Modified stat.Date `xml:"lastmod"`
}

// sitemap serves GET /sitemap.xml. A site without a public address has none to tell.
func (s *Server) sitemap(v *visit) (*representation, error) {
	if v.base() == "" {
		return nil, stat.ErrNotFound
	}
	day := stat.DateOf(v.rel.PublishedAt().UTC())
	var m siteMap
	seen := map[string]bool{}
	add := func(path string) {
		path, _, _ = strings.Cut(path, "#")
		if !seen[path] {
			seen[path] = true
			for _, l := range lang.Languages {
				if v.rel.Speaks(l.Code()) {
					m.Pages = append(m.Pages, siteMapPage{v.base() + inLanguage(l, path), day})
				}
			}
		}
	}
	add("/")
	for _, l := range navigation {
		add(l.Path)
	}
	for _, path := range []string{"/agencies", "/accounts", "/timeline", "/datasets", "/glossary", "/corrections", "/accessibility", "/about"} {
		add(path)
	}
	for _, f := range v.findables() {
		add(f.Path)
	}
	body, err := xml.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	return represent(append([]byte(xml.Header), body...), "application/xml", v.caching()), nil
}

// robots serves GET /robots.txt: everything may be read; searches and pages that are kept as they were need not be listed.
func (s *Server) robots(v *visit) (*representation, error) {
	text := "User-agent: *\n"
	for _, l := range lang.Languages {
		for _, path := range []string{"/search", "/releases/*/", "/newer/"} {
			text += "Disallow: " + inLanguage(l, path) + "\n"
		}
	}
	if base := v.base(); base != "" {
		text += "Sitemap: " + base + "/sitemap.xml\n"
	}
	return represent([]byte(text), "text/plain; charset=utf-8", revalidate), nil
}
