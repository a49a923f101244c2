package web

import (
	"slices"
	"strings"

	"tallystick/internal/release"
	"tallystick/internal/stat"
)

// newerPage is the strip at the top of a pinned page: what has been published since. The page around it never
// changes and is kept for a year, so that what does change stands in this document of its own, which is shown in a
// frame and asked about at each visit.
type newerPage struct {
	page
	Newest    string // identifier of the newest release; empty if the pinned one is it
	Path      string // the same page in the newest release
	Notices   []notice
	NewestDay stat.Date
}

// newerPolicy lets the strip be shown in pinned pages, and in pinned figures that stand on other sites.
const newerPolicy = "default-src 'none'; style-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"

// newer serves GET /newer/:release/*: what has been published since about a page of a release.
func (s *Server) newer(v *visit) (*representation, error) {
	then := *v
	then.pinned, then.path = true, "/releases/"+v.rel.ID()
	if rest := v.param("*"); rest != "" {
		then.path += "/" + rest
	}
	p := newerPage{page: v.frame(v.l.T("What has been published since release %s", v.rel.ID()), ""), Path: then.live()}
	now := v.out
	if m := now.List()[0]; m.ID != v.rel.ID() {
		p.Newest, p.NewestDay = m.ID, stat.DateOf(m.PublishedAt.UTC())
		if then.path == "/releases/"+v.rel.ID() {
			p.Path = "/releases/" + m.ID
		}
	}
	known := v.issued.Statements()
	since := now.Statements()
	for _, said := range since[:len(since)-len(known)] { // the newest are first
		if then.concerned(said.Statement, subject(then.live())) {
			p.Notices = append(p.Notices, v.noticeOf(said))
		}
	}
	rep, err := v.show("newer", p)
	if err != nil {
		return nil, err
	}
	rep.policy, rep.framed, rep.caching = newerPolicy, true, revalidate
	return rep, nil
}

// subject is the identifier of the indicator or the key of the figure that the page at an address is about; empty
// for any other page.
func subject(path string) string {
	for _, root := range []string{"/indicators/", "/embed/", "/values/"} {
		if key, ok := strings.CutPrefix(path, root); ok {
			return key
		}
	}
	return ""
}

// concerned reports whether a statement of a later release concerns what the release that is read says about a key;
// without a key, whether it concerns the release at all.
func (v *visit) concerned(s stat.Statement, key string) bool {
	named := slices.Contains(s.Releases, v.rel.ID())
	if key == "" {
		return named
	}
	return (named || len(s.Releases) == 0) && v.about(s, key)
}

// about reports whether a statement is about a figure or a figure below it, about all figures of a release, or about
// a definition that the figure is counted by.
func (v *visit) about(s stat.Statement, key string) bool {
	switch {
	case len(s.Keys) > 0:
		return slices.ContainsFunc(s.Keys, func(k string) bool {
			return k == key || strings.HasPrefix(k, key+"/") || strings.HasPrefix(key, k+"/")
		})
	case s.Definition == "":
		return true
	}
	id, _, _ := strings.Cut(key, "/")
	ind, _ := v.rel.Definitions().Indicator(id)
	return s.Definition == id || slices.ContainsFunc(ind.Panels, func(p stat.Panel) bool {
		return slices.ContainsFunc(p.Series, func(x stat.Series) bool { return x.Dataset == s.Definition })
	})
}

// noticeOf puts a statement before a reader.
func (v *visit) noticeOf(s release.Said) notice {
	return notice{
		Statement: s.Statement, Kind: v.l.T(kindWords[s.Statement.Kind]), Release: s.Release, Path: "/releases/" + s.Release,
		Published: stat.DateOf(s.PublishedAt.UTC()),
	}
}
