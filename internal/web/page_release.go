package web

import (
	"tallystick/internal/stat"
)

// releasesPage lists every release, newest first.
type releasesPage struct {
	page
	Releases []releaseEntry
}

// releaseEntry is a release in a list.
type releaseEntry struct {
	Manifest  stat.Manifest
	Path      string
	Published stat.Date
	Newest    bool
	Rows      int64
}

// releases serves GET /releases.
func (s *Server) releases(v *visit) (*representation, error) {
	p := releasesPage{page: v.frame("Releases", "Every release of this site, with what it was made from and its checksums.")}
	for i, m := range s.library.List(v.at) {
		e := releaseEntry{Manifest: m, Path: "/releases/" + m.ID, Published: stat.DateOf(m.PublishedAt.UTC()), Newest: i == 0}
		for _, b := range m.Batches {
			e.Rows += b.Rows
		}
		p.Releases = append(p.Releases, e)
	}
	return v.show("releases", p)
}

// releasePage is one release: why it was made, from which exports, under which gates, and every file in it.
type releasePage struct {
	page
	Manifest   stat.Manifest
	SHA256     string // of the manifest
	Published  stat.Date
	Time       string
	Newest     bool
	Batches    []batchLine
	Indicators []link
	Files      []download
	Checksums  []stat.FileRef
}

// batchLine is an export that a release counts from, with the balance of its rows.
type batchLine struct {
	stat.Batch
	Feed     string
	Source   string
	Received stat.Date
	Balanced bool
}

// releasePage serves GET /releases/:release.
func (s *Server) releasePage(v *visit) (*representation, error) {
	m, defs := v.rel.Manifest(), v.rel.Definitions()
	p := releasePage{
		page:      v.frame("Release "+m.ID, m.Reason),
		Manifest:  m,
		SHA256:    v.rel.SHA256(),
		Published: stat.DateOf(m.PublishedAt.UTC()),
		Time:      m.PublishedAt.UTC().Format("15:04 UTC"),
		Newest:    v.newest.ID() == m.ID,
		Checksums: m.Files,
	}
	for _, b := range m.Batches {
		feed, _ := defs.Feed(b.Feed)
		ds, _ := defs.Dataset(b.Dataset)
		src, _ := defs.Source(ds.Source)
		p.Batches = append(p.Batches, batchLine{
			Batch: b, Feed: feed.Title, Source: src.Title, Received: stat.DateOf(b.ReceivedAt.UTC()), Balanced: b.Balanced(),
		})
	}
	for _, ind := range defs.Indicators {
		p.Indicators = append(p.Indicators, link{Path: v.indicatorPath(ind.ID), Text: ind.Question})
	}
	return v.show("release", p)
}
