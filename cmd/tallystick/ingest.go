package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os/user"
	"path"
	"path/filepath"
	"strings"

	"tallystick/internal/ingest"
	"tallystick/internal/stat"
)

func ingestCommand() command {
	return command{
		name:    "ingest",
		args:    "[EXPORT ...]",
		summary: "take exports into the warehouse: all of an export or nothing",
		example: "tallystick ingest -bundled\ntallystick ingest -feed judicial-branch -dry-run export.csv",
		setup: func(fs *flag.FlagSet) func(context.Context, *program, []string) error {
			ask := &intake{}
			fs.StringVar(&ask.feed, "feed", "", "`identifier` of the feed that reads the export (default: the one that claims its file name)")
			fs.BoolVar(&ask.bundled, "bundled", false, "take in the exports that ship with the definitions")
			fs.StringVar(&ask.reload, "reload", "", "load the records of this data `set` again from the kept exports, after its fields have changed")
			fs.BoolVar(&ask.dry, "dry-run", false, "read and check everything, and keep nothing")
			fs.BoolVar(&ask.json, "json", false, "print the result as JSON")
			fs.StringVar(&ask.fixes, "fixes", "", "the exports are give-back files of this `batch`, repaired")
			fs.StringVar(&ask.verb, "as", "replace", "`verb`: replace the periods that the export covers, add to them, or correct records by their key")
			period := fs.String("period", "", "`span` for which the export stands, FROM..TO: what was there for it before is replaced, also where the export has no row")
			scope := fs.String("scope", "", "`fields`, parted by commas: replace only records with the same texts in them, as those of the agencies in the export (default: what the feed says)")
			fs.StringVar(&ask.reason, "reason", "", "`sentence` that says why; required for a correction")
			fs.StringVar(&ask.by, "by", "", "`name` of the person who hands the export in (default: the user of this computer)")
			return func(ctx context.Context, p *program, args []string) error {
				if ask.reload != "" {
					if ask.bundled || len(args) > 0 || ask.dry {
						return usageError("-reload stands alone")
					}
					return p.reload(ctx, ask.reload)
				}
				var err error
				if ask.covers, err = spanOf(*period); err != nil {
					return err
				}
				if *scope != "" {
					ask.scope = strings.Split(*scope, ",")
				}
				if stat.Verb(ask.verb) != stat.VerbReplace && (*period != "" || *scope != "") {
					return usageError("-period and -scope say what is replaced, and nothing is replaced with -as " + ask.verb)
				}
				if ask.bundled == (len(args) > 0) {
					return usageError("name the exports to take in, or say -bundled")
				}
				switch stat.Verb(ask.verb) {
				case stat.VerbReplace, stat.VerbAdd:
				case stat.VerbCorrect:
					if strings.TrimSpace(ask.reason) == "" {
						return usageError("a correction needs a reason; say -reason \"…\"")
					}
				default:
					return usageError(fmt.Sprintf("-as %s is not one of replace, add, correct", ask.verb))
				}
				return p.ingest(ctx, *ask, args)
			}
		},
	}
}

// intake is what was asked of ingest.
type intake struct {
	feed    string
	fixes   string
	verb    string
	reason  string
	reload  string
	by      string
	covers  stat.Period
	scope   []string
	bundled bool
	dry     bool
	json    bool
}

// taken is what became of one export.
type taken struct {
	File     string       `json:"file"`
	Feed     string       `json:"feed"`
	Result   string       `json:"result"` // taken, known, refused, checked
	Message  string       `json:"message,omitempty"`
	Batch    *stat.Batch  `json:"batch,omitempty"`
	Issues   []stat.Issue `json:"issues,omitempty"`   // of the first rows that were rejected
	Unlisted int64        `json:"unlisted,omitempty"` // further rows that were rejected, whose issues are in the give-back file
	Notices  []stat.Issue `json:"notices,omitempty"`  // warnings that the sender should know of
}

func (p *program) ingest(ctx context.Context, ask intake, files []string) error {
	defs, err := p.definitions()
	if err != nil {
		return err
	}
	var exports []incoming
	if ask.bundled {
		for _, f := range defs.Feeds {
			if f.Bundled != "" {
				exports = append(exports, whole(filepath.Join(p.data, "exports", filepath.FromSlash(f.Bundled)), f))
			}
		}
	}
	for _, name := range files {
		if ask.fixes != "" {
			exports = append(exports, whole(name, stat.Feed{}))
			continue
		}
		list, err := incomingOf(defs, ask.feed, name)
		if err != nil {
			return err
		}
		exports = append(exports, list...)
	}
	if ask.by == "" {
		ask.by = userName()
	}
	wh, err := p.warehouse(ctx, ask.dry)
	if err != nil {
		return err
	}
	defer wh.close()

	var results []taken
	refused := 0
	for _, x := range exports {
		file, err := x.open()
		if err != nil {
			return fmt.Errorf("%s: %w", x.path, err)
		}
		t, err := p.take(ctx, wh, defs, x.feed, x.path, file, ask)
		file.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", x.path, err)
		}
		if t.Result == "refused" {
			refused++
		}
		if ask.dry && t.Result == "taken" {
			t.Result = "checked"
		}
		if !ask.json {
			p.report(t)
		}
		results = append(results, t)
	}
	if ask.dry {
		if err := p.effect(ctx, defs, wh, ask.json, results); err != nil {
			return err
		}
	} else if ask.json {
		if err := writeJSON(p.stdout, results); err != nil {
			return err
		}
	}
	if refused > 0 {
		return rejected{fmt.Sprintf("%s refused; nothing of it was kept in the warehouse", plural(int64(refused), "export was", "exports were"))}
	}
	return nil
}

// incoming is one export that was handed in: a file, or a member of an archive.
type incoming struct {
	path string
	feed stat.Feed
	open func() (io.ReadCloser, error)
}

func whole(name string, feed stat.Feed) incoming {
	return incoming{name, feed, func() (io.ReadCloser, error) { return openRegular(name) }}
}

// incomingOf gives the export that a file is, or the exports that a zip archive holds: each is received on its own.
func incomingOf(defs stat.Definitions, feed, name string) ([]incoming, error) {
	if feed != "" {
		if _, err := feedFor(defs, feed, name); err != nil {
			return nil, err
		}
	}
	f, err := openRegular(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	defer f.Close()
	members, err := ingest.Members(f, filepath.Base(name))
	if err != nil {
		return nil, err
	}
	if len(members) == 0 {
		of, err := feedFor(defs, feed, name)
		return []incoming{whole(name, of)}, err
	}
	var list []incoming
	for i, m := range members {
		of, err := feedFor(defs, feed, m.Name)
		if err != nil {
			return nil, err
		}
		list = append(list, incoming{name + "/" + m.Name, of, func() (io.ReadCloser, error) { return openMember(name, i) }})
	}
	return list, nil
}

// openMember opens one member of an archive; closing it closes the archive.
func openMember(name string, i int) (io.ReadCloser, error) {
	f, err := openRegular(name)
	if err != nil {
		return nil, err
	}
	members, err := ingest.Members(f, filepath.Base(name))
	if err == nil && i >= len(members) {
		err = fmt.Errorf("%s changed while it was read: %w", name, stat.ErrBusy)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	r, err := members[i].Open()
	if err != nil {
		f.Close()
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{r, closers{r, f}}, nil
}

// closers closes several things, the first first.
type closers []io.Closer

func (c closers) Close() error {
	var errs []error
	for _, x := range c {
		errs = append(errs, x.Close())
	}
	return errors.Join(errs...)
}

// take receives, reads and loads one export, or the repaired rows of one.
func (p *program) take(ctx context.Context, wh *working, defs stat.Definitions, feed stat.Feed, name string, file io.Reader, ask intake) (taken, error) {
	t := taken{File: name}
	var root stat.Batch
	var earlier []stat.Batch
	if ask.fixes != "" {
		var err error
		if root, earlier, err = wh.Family(ctx, ask.fixes); err != nil {
			return t, err
		}
		var ok bool
		if feed, ok = defs.Feed(root.Feed); !ok {
			return t, fmt.Errorf("feed %q of batch %s: %w", root.Feed, root.ID, stat.ErrNotFound)
		}
	}
	t.Feed = feed.ID
	ds, ok := defs.Dataset(feed.Dataset)
	if !ok {
		return t, fmt.Errorf("data set %q of feed %s: %w", feed.Dataset, feed.ID, stat.ErrNotFound)
	}
	now := p.now()
	batch, err := wh.Receive(ctx, feed, filepath.Base(name), ask.by, now, file)
	if errors.Is(err, stat.ErrConflict) {
		t.Result, t.Message = "known", "nothing changed: "+strings.TrimSuffix(err.Error(), ": "+stat.ErrConflict.Error())
		return t, nil
	}
	if err != nil {
		return t, err
	}
	batch.Verb, batch.Reason = stat.Verb(ask.verb), ask.reason
	step := p.start("ingesting " + filepath.Base(name))
	defer step.stop()
	in := ingest.Input{Name: filepath.Base(name), Feed: feed, Definitions: defs, Today: stat.DateOf(now), Covers: ask.covers}
	if batch.Scope = ask.scope; batch.Scope == nil && batch.Verb == stat.VerbReplace {
		batch.Scope = feed.Scope
	}
	of := batch
	if ask.fixes != "" {
		batch.Verb, batch.Fixes, of, in.Name, in.Covers, batch.Scope = stat.VerbFix, root.ID, root, root.File, root.Covers, root.Scope
		in.Fixes, t.Notices, err = wh.fixes(ctx, append(earlier, batch), root)
	}
	var rows *ingest.Rows
	if err == nil {
		bytes, opening := wh.open(of)
		if opening != nil {
			return t, opening
		}
		defer bytes.Close()
		rows, err = ingest.Open(ctx, bytes, in)
	}
	var no *ingest.Refused
	if errors.As(err, &no) {
		t.Result, t.Issues = "refused", no.Issues
		return t, nil
	}
	if err != nil {
		return t, err
	}
	defer rows.Close()
	if batch.Verb != stat.VerbAdd && batch.Verb != stat.VerbCorrect {
		batch.Covers = rows.Covers()
	}
	step.measure(rows, of.Bytes)
	loaded, err := wh.Load(ctx, batch, ds, rows)
	if errors.As(err, &no) {
		t.Result, t.Issues = "refused", no.Issues
		return t, nil
	}
	if err != nil {
		return t, err
	}
	t.Result, t.Batch, t.Notices = "taken", &loaded, append(t.Notices, rows.Notices()...)
	asked, err := doubts(ctx, wh, defs, ds, loaded)
	if err != nil {
		return t, err
	}
	t.Notices = append(t.Notices, asked...)
	if loaded.Quarantined > 0 {
		t.Unlisted = loaded.Quarantined
		for r, err := range wh.Rejects(ctx, loaded.ID) {
			if err != nil {
				return t, err
			}
			if len(t.Issues) >= mostIssues {
				break
			}
			t.Issues = append(t.Issues, r.Issues...)
			t.Unlisted--
		}
	}
	return t, nil
}

// mostIssues is how many issues of an export are listed: one may be wrong in each of ten million rows.
const mostIssues = 1000

func unlisted(rows int64) string {
	return "… and what is wrong with " + plural(rows, "more row", "more rows") + ", in the give-back file"
}

// report prints what became of an export.
func (p *program) report(t taken) {
	const most = 20
	for _, notice := range t.Notices {
		fmt.Fprintf(p.stderr, "%s: please look: %s\n", filepath.Base(t.File), ingest.Sentence(notice))
	}
	for i, issue := range t.Issues {
		if i == most {
			fmt.Fprintf(p.stderr, "… and %s\n", plural(int64(len(t.Issues)-most), "more issue", "more issues"))
			break
		}
		fmt.Fprintf(p.stderr, "%s: %s\n", filepath.Base(t.File), ingest.Sentence(issue))
	}
	if t.Unlisted > 0 {
		fmt.Fprintln(p.stderr, unlisted(t.Unlisted))
	}
	switch t.Result {
	case "known":
		fmt.Fprintf(p.stdout, "%s: %s\n", t.File, t.Message)
	case "refused":
		fmt.Fprintf(p.stdout, "%s: refused\n", t.File)
	default:
		b := t.Batch
		verb := "batch " + b.ID
		if t.Result == "checked" {
			verb = "dry run"
		}
		fmt.Fprintf(p.stdout, "%s: %s: %s rows = %s accepted + %s quarantined + %s duplicates + %s set aside by rule\n", t.File, verb,
			stat.FormatCount(b.Rows), stat.FormatCount(b.Accepted), stat.FormatCount(b.Quarantined),
			stat.FormatCount(b.Duplicates), stat.FormatCount(b.SetAside))
		for _, a := range b.Asides {
			fmt.Fprintf(p.stdout, "  set aside: %s, %s\n", plural(a.Rows, "row", "rows"), a.Reason)
		}
		if b.Quarantined > 0 && t.Result == "taken" {
			fmt.Fprintf(p.stdout, "  to fix: tallystick giveback %s\n", b.ID)
		}
	}
}

// feedFor finds the feed by its identifier, or the only one that claims the file's name.
func feedFor(defs stat.Definitions, id, name string) (stat.Feed, error) {
	if id != "" {
		f, ok := defs.Feed(id)
		if !ok {
			return f, usageError(fmt.Sprintf("there is no feed %q in the definitions", id))
		}
		return f, nil
	}
	var claims []stat.Feed
	for _, f := range defs.Feeds {
		for _, pattern := range f.Files {
			if ok, _ := path.Match(pattern, filepath.Base(name)); ok {
				claims = append(claims, f)
				break
			}
		}
	}
	switch len(claims) {
	case 1:
		return claims[0], nil
	case 0:
		return fittingFeed(defs, name)
	default:
		ids := make([]string, len(claims))
		for i, f := range claims {
			ids[i] = f.ID
		}
		return stat.Feed{}, usageError(fmt.Sprintf("the feeds %s all claim %s; name one with -feed", strings.Join(ids, ", "), filepath.Base(name)))
	}
}

// fittingFeed finds the only feed that can read the file, for a file whose name no feed claims. Where several can, a person
// decides; where none can, the reasons of the nearest are told.
func fittingFeed(defs stat.Definitions, name string) (stat.Feed, error) {
	f, err := openRegular(name)
	if err != nil {
		return stat.Feed{}, err
	}
	defer f.Close()
	base := filepath.Base(name)
	s, err := ingest.Sniff(f, name, defs)
	var no *ingest.Refused
	if errors.As(err, &no) {
		return stat.Feed{}, usageError(fmt.Sprintf("no feed claims the file name %s. %s", base, ingest.Sentence(no.Issues[0])))
	}
	if err != nil {
		return stat.Feed{}, err
	}
	if len(s.Fits) == 1 {
		feed, _ := defs.Feed(s.Fits[0].Feed)
		return feed, nil
	}
	var text strings.Builder
	fmt.Fprintf(&text, "no feed claims the file name %s, and ", base)
	if len(s.Fits) > 1 {
		ids := make([]string, len(s.Fits))
		for i, fit := range s.Fits {
			ids[i] = fit.Feed
		}
		fmt.Fprintf(&text, "the feeds %s can all read it; name one with -feed", strings.Join(ids, ", "))
		return stat.Feed{}, usageError(text.String())
	}
	text.WriteString("none can read it; tallystick sniff -draft writes one.")
	const most = 3
	for _, m := range s.Misfits[:min(most, len(s.Misfits))] {
		fmt.Fprintf(&text, " %s: %s", m.Feed, m.Why)
	}
	return stat.Feed{}, usageError(text.String())
}

// spanOf reads FROM..TO.
func spanOf(text string) (stat.Period, error) {
	var p stat.Period
	if text == "" {
		return p, nil
	}
	from, to, ok := strings.Cut(text, "..")
	err := errors.Join(p.From.UnmarshalText([]byte(from)), p.To.UnmarshalText([]byte(to)))
	if !ok || err != nil || p.From.IsZero() || p.To.IsZero() || p.From.Compare(p.To) > 0 {
		return p, usageError(fmt.Sprintf("-period %s is not a span like 2016-05-01..2016-05-31", text))
	}
	return p, nil
}

func userName() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}
