package release

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tallystick/internal/stat"
)

// entry is one sealed folder whose manifest was read.
type entry struct {
	dir      string
	manifest stat.Manifest
	sha256   string // of the manifest's bytes
}

// Library is a folder of sealed releases, open for reading by any number of goroutines. It reads manifests at
// once and everything else when it is asked for, and keeps what it read within a bound.
type Library struct {
	dir     string
	trust   string                // the public key that the log must begin with; empty: whatever it begins with
	shelf   atomic.Pointer[shelf] // never changed, only replaced
	refresh sync.Mutex

	mu    sync.Mutex
	kept  map[string]*slot // by checksum of the manifest
	used  []string         // checksums in kept, least recently used first
	bound int64            // bytes of content to keep
}

// shelf is what a library shows at one moment.
type shelf struct {
	entries []*entry // newest first
	log     *Log     // nil for a folder without a log
}

// slot is the content of one release, read once however many ask for it at the same time.
type slot struct {
	once    sync.Once
	content *content // written once; read only after once.Do
	err     error
	bytes   int64 // about how much memory content takes, once it is read; guarded by the library's lock
}

// DefaultBound is how much content of opened releases a library keeps, in bytes.
const DefaultBound = 256 << 20

// OpenLibrary opens a folder of releases. It returns stat.ErrNotFound if there is no such folder; a folder
// without a release is an empty library. Folders that are not sealed releases are passed over; see Refresh.
//
// If the folder has a log, the log is verified and only releases in it are shown, so that nothing is seen that
// was not sealed to the end. With a public key, there must be a log and it must begin with that key; otherwise
// the error is stat.ErrInvalid.
func OpenLibrary(dir string, public ...string) (*Library, error) {
	l := &Library{dir: dir, kept: map[string]*slot{}, bound: DefaultBound}
	if len(public) > 0 {
		l.trust = public[0]
	}
	if _, _, err := l.Refresh(); err != nil {
		return nil, err
	}
	return l, nil
}

// SetBound changes how many bytes of opened releases the library keeps. The release that was asked for last is
// always kept.
func (l *Library) SetBound(bytes int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bound = bytes
}

// Refresh looks for releases that came or went since the library was opened and swaps to the new list at once.
// It reports whether the list changed, and an issue for each folder that has the name of a release but is not
// shown. After an error, a log that is no continuation of the one before included, the library goes on showing
// what it has.
func (l *Library) Refresh() (changed bool, issues []stat.Issue, err error) {
	l.refresh.Lock()
	defer l.refresh.Unlock()
	before := l.shelf.Load()
	if before == nil {
		before = &shelf{}
	}
	var now shelf
	has, err := hasLog(l.dir)
	if err != nil {
		return false, nil, err
	}
	// The log is read first: what is in it is in the folder already.
	if has {
		if now.log, err = extendLog(l.dir, l.trust, before.log); err != nil {
			return false, nil, err
		}
	} else if before.log != nil || l.trust != "" {
		return false, nil, fmt.Errorf("the releases in %s have no log: %w", l.dir, stat.ErrInvalid)
	}
	if now.entries, issues, err = scan(l.dir, before.entries, now.log); err != nil {
		return false, nil, err
	}
	if now.log != nil {
		var unlogged []stat.Issue
		now.entries, unlogged = now.log.keep(now.entries)
		issues = append(issues, unlogged...)
	}
	if l.shelf.Load() != nil && slices.Equal(now.entries, before.entries) && now.log == before.log {
		return false, issues, nil
	}
	l.shelf.Store(&now)
	return true, issues, nil
}

// keep returns the releases whose manifest is the one that the log holds, and an issue for each other.
func (l *Log) keep(entries []*entry) ([]*entry, []stat.Issue) {
	var kept []*entry
	var issues []stat.Issue
	for _, e := range entries {
		i := l.release(e.manifest.ID)
		switch {
		case l.gone(e.manifest.ID):
			issues = append(issues, stat.Issue{
				File: e.dir, Code: "release-gone", Severity: stat.SeverityWarning,
				Problem: "The log says that the release was removed or recalled; it is not shown.",
				Fix:     "If no command is under way, delete the folder.",
			})
		case i < 0:
			issues = append(issues, stat.Issue{
				File: e.dir, Code: "release-unlogged", Severity: stat.SeverityWarning,
				Problem: "The release is not in the log and is not shown.",
				Fix:     "If no sealing is under way, run tallystick publish again: it enters what was left.",
			})
		case l.Entries[i].SHA256 != e.sha256:
			issues = append(issues, stat.Issue{
				File: filepath.Join(e.dir, ManifestFile), Code: "manifest-altered", Severity: stat.SeverityError,
				Problem: fmt.Sprintf("The manifest has checksum %s, but entry %d of the log says %s; the release is not shown.",
					e.sha256, i, l.Entries[i].SHA256),
				Fix: "Fetch the release again from its publisher.",
			})
		default:
			kept = append(kept, e)
		}
	}
	return kept, issues
}

// Checkpoint is the newest signed head of the log and the public key that verifies it; both are empty for a
// folder without a log.
func (l *Library) Checkpoint() (signed, public string) {
	return (&Issued{log: l.shelf.Load().log}).Checkpoint()
}

// scan reads the manifests in a folder of releases, newest first. An entry that is already known is taken over
// as it is, since a sealed folder does not change; l is the folder's log, or nil.
func scan(dir string, known []*entry, l *Log) ([]*entry, []stat.Issue, error) {
	names, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("folder of releases %s: %w", dir, stat.ErrNotFound)
	}
	if err != nil {
		return nil, nil, err
	}
	var entries []*entry
	var issues []stat.Issue
	for _, n := range names {
		if !n.IsDir() || !ValidID(n.Name()) {
			continue
		}
		path := filepath.Join(dir, n.Name())
		if i := slices.IndexFunc(known, func(e *entry) bool { return e.dir == path }); i >= 0 {
			entries = append(entries, known[i])
			continue
		}
		m, data, err := readManifest(path, l)
		if err != nil {
			issues = append(issues, stat.Issue{
				File: path, Code: "release-unreadable", Problem: "The release cannot be opened and is not shown: " + err.Error() + ".",
				Fix: "Run tallystick verify on the folder.", Severity: stat.SeverityError,
			})
			continue
		}
		entries = append(entries, &entry{dir: path, manifest: m, sha256: checksum(data)})
	}
	slices.SortFunc(entries, func(a, b *entry) int {
		return cmp.Or(b.manifest.PublishedAt.Compare(a.manifest.PublishedAt), CompareIDs(b.manifest.ID, a.manifest.ID))
	})
	return entries, issues, nil
}

// Issued is what a library shows at one moment. It never changes, so that an answer that takes everything from one
// Issued cannot hold a release in one place and be without it in another.
type Issued struct {
	library *Library
	entries []*entry // newest first
	log     *Log
}

// Issued returns what is published at a moment.
func (l *Library) Issued(at time.Time) *Issued {
	now := l.shelf.Load()
	p := &Issued{library: l, log: now.log}
	for i, e := range now.entries {
		if !e.manifest.PublishedAt.After(at) {
			p.entries = now.entries[i:]
			break
		}
	}
	return p
}

// Until is what was public when the release was the newest one: it and those before it. It returns stat.ErrNotFound
// for a release that is not public.
func (p *Issued) Until(id string) (*Issued, error) {
	for i, e := range p.entries {
		if e.manifest.ID == id {
			return &Issued{p.library, p.entries[i:], p.log}, nil
		}
	}
	return nil, fmt.Errorf("release %s: %w", id, stat.ErrNotFound)
}

// List returns the manifests of the releases, newest first.
func (p *Issued) List() []stat.Manifest {
	list := make([]stat.Manifest, len(p.entries))
	for i, e := range p.entries {
		list[i] = e.manifest
	}
	return list
}

// SHA256 is the checksum of a release's manifest, without opening the release; empty for one that is not among them.
func (p *Issued) SHA256(id string) string {
	for _, e := range p.entries {
		if e.manifest.ID == id {
			return e.sha256
		}
	}
	return ""
}

// Latest opens the newest release. It returns stat.ErrNotFound if there is none.
func (p *Issued) Latest() (*Release, error) {
	if len(p.entries) == 0 {
		return nil, fmt.Errorf("no release is published: %w", stat.ErrNotFound)
	}
	return p.open(p.entries[0])
}

// Release opens the release with the identifier. It returns stat.ErrNotFound for one that does not exist or is
// not published yet, without telling which.
func (p *Issued) Release(id string) (*Release, error) {
	until, err := p.Until(id)
	if err != nil {
		return nil, err
	}
	return until.Latest()
}

// KnownOn opens the release that was the newest at the end of a day (UTC). It returns stat.ErrNotFound for a day
// before the first release.
func (p *Issued) KnownOn(d stat.Date) (*Release, error) {
	end := d.AddDays(1).Time()
	for _, e := range p.entries {
		if e.manifest.PublishedAt.Before(end) {
			return p.open(e)
		}
	}
	return nil, fmt.Errorf("no release was published by %s: %w", d, stat.ErrNotFound)
}

// Checkpoint is the newest signed head of the log and the public key that verifies it; both are empty for a
// folder without a log.
func (p *Issued) Checkpoint() (signed, public string) {
	if p.log == nil {
		return "", ""
	}
	return p.log.Head().Signed, p.log.key()
}

// List returns the manifests of the releases that are published at a moment, newest first.
func (l *Library) List(at time.Time) []stat.Manifest { return l.Issued(at).List() }

// Latest opens the newest release that is published at a moment. It returns stat.ErrNotFound if there is none.
func (l *Library) Latest(at time.Time) (*Release, error) { return l.Issued(at).Latest() }

// Release opens the release with the identifier. It returns stat.ErrNotFound for one that does not exist or is
// not published yet, without telling which.
func (l *Library) Release(id string, at time.Time) (*Release, error) { return l.Issued(at).Release(id) }

// open returns a release with its content.
func (p *Issued) open(e *entry) (*Release, error) {
	c, err := p.library.read(e)
	if err != nil {
		return nil, err
	}
	return &Release{entry: e, content: c, log: p.log}, nil
}

// read returns the content of a release, from memory if it was read before.
func (l *Library) read(e *entry) (*content, error) {
	l.mu.Lock()
	s, ok := l.kept[e.sha256]
	if !ok {
		s = &slot{}
		l.kept[e.sha256] = s
	}
	l.used = append(slices.DeleteFunc(l.used, func(sum string) bool { return sum == e.sha256 }), e.sha256)
	l.mu.Unlock()

	s.once.Do(func() { s.content, s.err = readContent(e) })

	l.mu.Lock()
	defer l.mu.Unlock()
	if s.err != nil {
		l.forget(e.sha256, s)
		return nil, fmt.Errorf("open release %s: %w", e.manifest.ID, s.err)
	}
	s.bytes = s.content.bytes
	l.trim()
	return s.content, nil
}

// trim forgets the least recently used releases until the rest is within the bound. The lock must be held.
func (l *Library) trim() {
	var total int64
	for i := len(l.used) - 1; i >= 0; i-- {
		s := l.kept[l.used[i]]
		if s.bytes == 0 {
			continue // still being read
		}
		total += s.bytes
		if total > l.bound && i < len(l.used)-1 {
			l.forget(l.used[i], s)
		}
	}
}

// forget drops a slot if it is still the one that is kept. The lock must be held.
func (l *Library) forget(sum string, s *slot) {
	if l.kept[sum] != s {
		return
	}
	delete(l.kept, sum)
	l.used = slices.DeleteFunc(l.used, func(u string) bool { return u == sum })
}

// readContent reads the definitions, answers and observations of a release, each checked against the manifest.
func readContent(e *entry) (*content, error) {
	c := &content{answers: map[string]stat.Answer{}, observations: map[string][]stat.Observation{}}
	var answers []stat.Answer
	for _, f := range e.manifest.Files {
		var into any
		switch f.Path {
		case DefinitionsFile:
			into = &c.definitions
		case AnswersFile:
			into = &answers
		case ObservationsFile:
		default:
			continue
		}
		data, err := readChecked(e.dir, f)
		if err != nil {
			return nil, err
		}
		if into == nil {
			continue
		}
		if err := json.Unmarshal(data, into); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Path, err)
		}
		c.bytes += 2 * f.Bytes
	}
	for _, a := range answers {
		c.answers[a.Indicator] = a
	}
	obs, err := readObservations(context.Background(), e.dir)
	if err != nil {
		return nil, err
	}
	for _, o := range obs {
		c.observations[o.Indicator] = append(c.observations[o.Indicator], o)
		c.bytes += footprint(o)
	}
	return c, nil
}

// footprint is about how many bytes an observation takes in memory.
func footprint(o stat.Observation) int64 {
	n := 512 + len(o.Note) + len(o.Period.Stated)
	for _, c := range o.Citations {
		n += 96 + len(c.Title) + len(c.Publisher) + len(c.Address) + len(c.Locator)
	}
	for _, r := range o.Rows {
		n += 32 + len(r.Batch) + len(r.Lines)
	}
	return int64(n + 64*len(o.Codes) + 24*len(o.Coverage.Missing))
}
