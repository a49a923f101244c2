package web

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tallystick/internal/lang"
	"tallystick/internal/stat"
)

// releasesPage lists every release, newest first.
type releasesPage struct {
	page
	Releases []releaseEntry
	Notices  []notice // every statement about published figures, newest first
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
	p := releasesPage{page: v.frame("Releases",
		"Every release of this site, with what it was made from and its checksums.")}
	for i, m := range v.issued.List() {
		e := releaseEntry{Manifest: m, Path: "/releases/" + m.ID, Published: stat.DateOf(m.PublishedAt.UTC()), Newest: i == 0}
		for _, b := range m.Batches {
			e.Rows += b.Rows
		}
		p.Releases = append(p.Releases, e)
	}
	for _, said := range v.issued.Statements() {
		p.Notices = append(p.Notices, v.noticeOf(said))
	}
	return v.show("releases", p)
}

// releasePage is one release: why it was made, from which exports, under which gates, and every file in it.
type releasePage struct {
	page
	Manifest   stat.Manifest
	SHA256     string // of the manifest
	Checkpoint string // signed head of the log when it was entered; empty without a log
	PublicKey  string
	Published  stat.Date
	Time       string
	Batches    []batchLine
	Indicators []link
	Notices    []notice
	Changes    []changeGroup
	Added      int
	Checksums  []stat.FileRef
	Gates      []gateLine
}

// gateLine is a condition that the release had to meet, with what was found all the same.
type gateLine struct {
	stat.Gate
	Found []link // each leads to its cause, where the release shows it
}

// gateLines are the conditions that the release had to meet.
func (v *visit) gateLines() []gateLine {
	var lines []gateLine
	for _, g := range v.rel.Manifest().Gates {
		line := gateLine{Gate: g}
		for _, i := range g.Issues {
			to := link{Text: strings.TrimSpace(i.Problem + " " + i.Fix)}
			id, _, _ := strings.Cut(i.Column, "/")
			if _, ok := observation(v.rel, i.Column); ok {
				to.Path = v.valuePath(i.Column)
			} else if _, ok := v.defs.Indicator(id); ok {
				to.Path = v.indicatorPath(id)
			} else if slices.ContainsFunc(v.rel.Manifest().Batches, func(b stat.Batch) bool { return b.ID == i.Column }) {
				to.Path = "#" + i.Column
			}
			line.Found = append(line.Found, to)
		}
		lines = append(lines, line)
	}
	return lines
}

// batchLine is an export that a release counts from, with the balance of its rows.
type batchLine struct {
	stat.Batch
	Feed     string
	Source   string
	Received stat.Date
	Balanced bool
}

// correctionsPage lists what was corrected, revised and withdrawn.
type correctionsPage struct {
	page
	Notices []notice
	Changed []changedIn
}

// changedIn is a release with how many figures it changed, in words.
type changedIn struct {
	link
	Words string
}

// corrections serves GET /corrections.
func (s *Server) corrections(v *visit) (*representation, error) {
	p := correctionsPage{page: v.frame("Corrections", "What was wrong, what it is now, and who is affected.")}
	for _, said := range v.issued.Statements() {
		p.Notices = append(p.Notices, v.noticeOf(said))
	}
	for _, m := range v.issued.List() {
		rel, err := v.issued.Release(m.ID)
		if err != nil {
			return nil, err
		}
		diff, err := rel.Revisions()
		if errors.Is(err, stat.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("revisions: %v", err)
		}
		changed := 0
		for _, c := range diff.Figures {
			if c.Kind == stat.ChangeValue || c.Kind == stat.ChangeGone {
				changed++
			}
		}
		if m.Previous != nil {
			p.Changed = append(p.Changed, changedIn{
				link{Path: "/releases/" + m.ID, Text: m.ID}, v.count(changed, "%s published figure changed", "%s published figures changed"),
			})
		}
	}
	return v.show("corrections", p)
}

// releasePage serves GET /releases/:release.
func (s *Server) releasePage(v *visit) (*representation, error) {
	m, defs := v.rel.Manifest(), v.defs
	p := releasePage{
		page:      v.frame(v.l.T("Release %s", m.ID), "Why this release was made, from which exports, and every file in it."),
		Manifest:  m,
		SHA256:    v.rel.SHA256(),
		Published: stat.DateOf(m.PublishedAt.UTC()),
		Time:      m.PublishedAt.UTC().Format("15:04 UTC"),
		Checksums: m.Files,
		Gates:     v.gateLines(),
	}
	p.Checkpoint, p.PublicKey = v.rel.Checkpoint()
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
	diff, err := v.rel.Revisions()
	if err != nil && !errors.Is(err, stat.ErrNotFound) {
		return nil, fmt.Errorf("revisions: %v", err)
	}
	p.Changes, p.Added = v.changeGroups(diff)
	p.Notices = v.notices("")
	return v.show("release", p)
}

// notice is a correction, a withdrawal, a revision or an announcement, as a reader must see it.
type notice struct {
	stat.Statement
	Kind      string
	Release   string // that made it
	Path      string
	Published stat.Date
}

// kindWords heads a statement.
var kindWords = map[stat.StatementKind]string{
	stat.StatementCorrection:   lang.Key("Correction"),
	stat.StatementRevision:     lang.Key("Revision"),
	stat.StatementWithdrawal:   lang.Key("Withdrawn"),
	stat.StatementAnnouncement: lang.Key("Announcement"),
}

// notices are the statements that the release makes; with a key, those about the figures below it, and every
// correction and withdrawal of such figures by a former release, since whoever quoted them comes back later.
func (v *visit) notices(key string) []notice {
	var out []notice
	for _, s := range v.issued.Statements() {
		lasting := s.Statement.Kind == stat.StatementCorrection || s.Statement.Kind == stat.StatementWithdrawal && len(s.Statement.Keys) > 0
		switch {
		case s.Release != v.rel.ID() && (key == "" || !lasting):
		case key != "" && !v.about(s.Statement, key):
		default:
			out = append(out, v.noticeOf(s))
		}
	}
	return out
}

// changeGroup is the figures of one indicator that a release changed.
type changeGroup struct {
	Indicator link
	Changes   []changedFigure
}

// changedFigure is one figure before and after, with the one reason.
type changedFigure struct {
	Path, Key string
	Words     string
	Old, New  string
	Why       string
}

// changeGroups are the figures that were published before and are different now, by indicator, and how many are
// new. Figures that only gained a note or a source are not told one by one.
func (v *visit) changeGroups(diff stat.Difference) (groups []changeGroup, added int) {
	for _, c := range diff.Figures {
		if c.Kind == stat.ChangeAdded {
			added++
		}
		if c.Kind != stat.ChangeValue && c.Kind != stat.ChangeGone {
			continue
		}
		ind, _ := v.defs.Indicator(c.Indicator)
		line := changedFigure{Key: c.Key, Words: rowAnchor(c.Key), Why: c.Why, New: v.l.T("gone")}
		if c.Old != nil {
			line.Old = v.l.Shown(*c.Old)
		}
		if o, ok := observation(v.rel, c.Key); ok {
			panel, series := panelOf(ind, o)
			line.New, line.Path = numberWords(v.l, o, panel), v.valuePath(c.Key)
			line.Words = nounWords(v.l, o, panel, series) + ", " + v.l.Period(o.Period, panel.Clock)
			for _, code := range o.Codes {
				line.Words += ", " + code.Code
			}
			if c.Old != nil && c.Old.Value != nil {
				before := o
				before.Status, before.Value, before.Bound = c.Old.Status, *c.Old.Value, c.Old.Bound
				line.Old = numberWords(v.l, before, panel)
			}
		}
		if line.Old == line.New {
			continue // as it is written, it is the same
		}
		if n := len(groups); n == 0 || groups[n-1].Indicator.Path != v.indicatorPath(c.Indicator) {
			groups = append(groups, changeGroup{Indicator: link{Path: v.indicatorPath(c.Indicator), Text: cmp.Or(ind.Question, c.Indicator)}})
		}
		g := &groups[len(groups)-1]
		g.Changes = append(g.Changes, line)
	}
	return groups, added
}
