package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tallystick/internal/export"
	"tallystick/internal/ingest"
	"tallystick/internal/stat"
)

func watchCommand() command {
	return command{
		name:    "watch",
		args:    "FOLDER",
		summary: "take every export that is put into a folder, and leave a report beside it",
		example: "tallystick watch inbox\ntallystick watch -once -settle 1m inbox",
		setup: func(fs *flag.FlagSet) func(context.Context, *program, []string) error {
			once := fs.Bool("once", false, "look once and end, as for a timer of the system")
			settle := fs.Duration("settle", 10*time.Second, "how `long` a file must not have changed before it is taken")
			return func(ctx context.Context, p *program, args []string) error {
				if len(args) != 1 || *settle < 0 {
					return usageError("name one folder")
				}
				return p.watch(ctx, args[0], *settle, *once)
			}
		},
	}
}

// watcher takes the files of one folder. It keeps nothing that a restart could lose: a file that was taken is known by
// its bytes, so that one which was not moved away in time is not taken twice.
type watcher struct {
	p      *program
	root   *os.Root
	folder string
	settle time.Duration
	seen   map[string]glimpse
	told   map[string]string // what was said about a file that stays, so that it is said once
}

// glimpse is a file as it was at the last look.
type glimpse struct {
	size int64
	time time.Time
}

// The folders that taken files go to.
const (
	doneFolder    = "done"
	refusedFolder = "refused"
)

func (p *program) watch(ctx context.Context, folder string, settle time.Duration, once bool) error {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return fmt.Errorf("the folder to watch: %w", err)
	}
	defer root.Close()
	for _, name := range []string{doneFolder, refusedFolder} {
		if err := root.MkdirAll(name, 0o755); err != nil {
			return fmt.Errorf("the folder to watch: %w", err)
		}
	}
	w := &watcher{p: p, root: root, folder: folder, settle: settle, seen: map[string]glimpse{}, told: map[string]string{}}
	if once {
		return w.look(ctx, true)
	}
	fmt.Fprintf(p.stderr, "watching %s; stop with Ctrl-C\n", folder)
	tick := time.NewTicker(2 * time.Second)
	defer tick.Stop()
	for {
		if err := w.look(ctx, false); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// look takes every file that is complete, in the order of names. A file that cannot be taken now is left where it is.
func (w *watcher) look(ctx context.Context, once bool) error {
	ready, err := w.ready(once)
	if err != nil || len(ready) == 0 {
		return err
	}
	defs, err := w.p.definitions()
	if err != nil {
		return err
	}
	wh, err := w.p.warehouse(ctx, false)
	if errors.Is(err, stat.ErrBusy) && !once {
		w.tell("", err.Error())
		return nil
	}
	if err != nil {
		return err
	}
	defer wh.close()
	for _, name := range ready {
		if ctx.Err() != nil {
			return nil
		}
		if err := w.take(ctx, wh, defs, name); err != nil {
			w.tell(name, err.Error())
		}
	}
	return nil
}

// tell says something about a file once.
func (w *watcher) tell(name, text string) {
	if w.told[name] != text {
		w.told[name] = text
		fmt.Fprintf(w.p.stderr, "%s: %s\n", name, text)
	}
}

// ready lists the files that are complete: regular files, not hidden, not named .part or .tmp, that have not changed for
// a while.
func (w *watcher) ready(once bool) ([]string, error) {
	dir, err := w.root.Open(".")
	if err != nil {
		return nil, fmt.Errorf("looking into %s: %w", w.folder, err)
	}
	entries, err := dir.ReadDir(-1)
	dir.Close()
	if err != nil {
		return nil, fmt.Errorf("looking into %s: %w", w.folder, err)
	}
	var ready []string
	now := map[string]glimpse{}
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, ".") || isUnfinished(name) {
			continue
		}
		info, err := w.root.Lstat(name)
		if err != nil || info.IsDir() {
			continue
		}
		if !info.Mode().IsRegular() {
			w.tell(name, "is not a regular file and is left alone")
			continue
		}
		g := glimpse{info.Size(), info.ModTime()}
		now[name] = g
		if w.p.now().Sub(g.time) >= w.settle && (once || w.seen[name] == g) {
			ready = append(ready, name)
		}
	}
	w.seen = now
	slices.Sort(ready)
	return ready, nil
}

// open opens a file of the folder without following a link.
func (w *watcher) open(name string) (*os.File, error) { return openExport(w.root, name, false) }

// take ingests one file and moves it away with its report.
func (w *watcher) take(ctx context.Context, wh *working, defs stat.Definitions, name string) error {
	feed, err := feedFor(defs, "", filepath.Join(w.folder, name))
	if err != nil {
		var usage usageError
		if !errors.As(err, &usage) {
			return err
		}
		return w.refuse(name, "No feed fits this file. "+err.Error()+"\n")
	}
	f, err := w.open(name)
	if err != nil {
		return err
	}
	t, err := w.p.take(ctx, wh, defs, feed, name, f, intake{by: "watch " + w.folder, verb: string(stat.VerbReplace)})
	f.Close()
	if err != nil {
		return err
	}
	var text strings.Builder
	for _, i := range append(t.Notices, t.Issues...) {
		text.WriteString(ingest.Sentence(i) + "\n")
	}
	if t.Unlisted > 0 {
		text.WriteString(unlisted(t.Unlisted) + "\n")
	}
	switch t.Result {
	case "refused":
		return w.refuse(name, text.String())
	case "known":
		return w.move(name, doneFolder, w.stamp(), t.Message+"\n")
	}
	b := t.Batch
	balance := fmt.Sprintf("%s rows = %s accepted + %s quarantined + %s duplicates + %s set aside by rule\n", stat.FormatCount(b.Rows),
		stat.FormatCount(b.Accepted), stat.FormatCount(b.Quarantined), stat.FormatCount(b.Duplicates), stat.FormatCount(b.SetAside))
	for _, a := range b.Asides {
		balance += fmt.Sprintf("  set aside: %s, %s\n", plural(a.Rows, "row", "rows"), a.Reason)
	}
	if b.Quarantined > 0 {
		if err := w.giveback(ctx, wh, *b, name); err != nil {
			return err
		}
	}
	return w.move(name, doneFolder, b.ID, "batch "+b.ID+", feed "+b.Feed+"\n"+balance+text.String())
}

// giveback writes the rows to repair beside the report.
func (w *watcher) giveback(ctx context.Context, wh *working, b stat.Batch, name string) error {
	out, err := w.root.OpenFile(filepath.Join(doneFolder, b.ID+"-"+name+".to-fix.csv"), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := export.WriteGiveback(out, b.Header, wh.Rejects(ctx, b.ID), false); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

// refuse moves a file away that cannot be taken. Its bytes name it, so that the same file refused twice is there once.
func (w *watcher) refuse(name, report string) error {
	f, err := w.open(name)
	if err != nil {
		return err
	}
	hash := sha256.New()
	_, err = io.Copy(hash, f)
	f.Close()
	if err != nil {
		return err
	}
	return w.move(name, refusedFolder, hex.EncodeToString(hash.Sum(nil))[:8], report)
}

func (w *watcher) stamp() string { return w.p.now().UTC().Format("20060102T150405.000000") }

// move puts the report into its place and then the file, so that a file that is gone always has its report.
func (w *watcher) move(name, folder, mark, report string) error {
	target := filepath.Join(folder, mark+"-"+name)
	if err := w.root.WriteFile(target+".report.txt", []byte(report), 0o644); err != nil {
		return fmt.Errorf("writing its report: %w", err)
	}
	if err := w.root.Rename(name, target); err != nil {
		return fmt.Errorf("moving it away: %w", err)
	}
	first, _, _ := strings.Cut(report, "\n")
	fmt.Fprintf(w.p.stdout, "%s: %s (%s)\n", name, folder, first)
	return nil
}
