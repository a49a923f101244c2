package release

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"tallystick/internal/stat"
)

// The log of a folder of releases is a transparency log after RFC 6962, in plain files:
//
//	log/key                 the public key by which the log begins
//	log/entries/000000      one short text for each release, in the order of sealing
//	log/checkpoints/000001  the signed head after so many entries
//	log/checkpoint          the newest of them
//
// An entry holds the identifier, the time of publication and the checksum of the manifest, and no more, so that
// a release that is sealed for later can be in the log without giving anything away. Every file but the last is
// written once.
const (
	logFolder      = "log"
	keyFile        = "key"
	checkpointFile = "checkpoint"
)

// entryFormat is the first line of every entry.
const entryFormat = "tallystick-entry-1"

// Entry is one leaf of the log: a release that was sealed, a key that takes over, a release whose folder was
// removed, or one that was sealed for later and taken back before anybody could see it. Exactly one of Release, Key,
// Removed and Recalled is set.
type Entry struct {
	Release     string    // identifier
	PublishedAt time.Time // of Release
	SHA256      string    // of Release's manifest
	Key         string    // the public line of the key that signs from here on
	Removed     string    // identifier of a release whose files are gone
	Recalled    string    // identifier of a release that never came out
	At          time.Time // of Recalled: when it was taken back
	Reason      string    // why, in a sentence, of Removed and Recalled
}

// text is the canonical form of the entry.
func (e Entry) text() string {
	switch {
	case e.Key != "":
		return entryFormat + "\nkey " + e.Key + "\n"
	case e.Removed != "":
		return entryFormat + "\nremoved " + e.Removed + "\nreason " + e.Reason + "\n"
	case e.Recalled != "":
		return entryFormat + "\nrecalled " + e.Recalled + "\nat " + e.At.UTC().Format(time.RFC3339) + "\nreason " + e.Reason + "\n"
	default:
		return entryFormat + "\nrelease " + e.Release + "\npublished " + e.PublishedAt.UTC().Format(time.RFC3339) +
			"\nmanifest " + e.SHA256 + "\n"
	}
}

// parseEntry reads an entry; only what text writes is one.
func parseEntry(text string) (Entry, error) {
	var e Entry
	lines := strings.Split(text, "\n")
	for _, line := range lines[min(1, len(lines)):] {
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "release":
			e.Release = rest
		case "published":
			e.PublishedAt, _ = time.Parse(time.RFC3339, rest)
		case "manifest":
			e.SHA256 = rest
		case "key":
			e.Key = rest
		case "removed":
			e.Removed = rest
		case "recalled":
			e.Recalled = rest
		case "at":
			e.At, _ = time.Parse(time.RFC3339, rest)
		case "reason":
			e.Reason = rest
		}
	}
	if e.text() != text || e.Release != "" && (!ValidID(e.Release) || len(e.SHA256) != 64) ||
		e.Removed != "" && !ValidID(e.Removed) || e.Recalled != "" && !ValidID(e.Recalled) ||
		e.Release == "" && e.Key == "" && e.Removed == "" && e.Recalled == "" {
		return Entry{}, fmt.Errorf("%q is not an entry of a log: %w", text, stat.ErrInvalid)
	}
	return e, nil
}

// Log is a log that was read and verified as a whole: entries, tree, every checkpoint, every signature.
type Log struct {
	Public      string // the public key by which the log begins
	Entries     []Entry
	Checkpoints []Checkpoint // by size, from 0
	stored      []tlog.Hash  // the hashes of the tree, in the order of tlog.StoredHashIndex
	keys        []string     // the public key that signs the checkpoint of each size
}

// hashes reads hashes of the tree.
func (l *Log) hashes() tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, at := range indexes {
			if at < 0 || at >= int64(len(l.stored)) {
				return nil, fmt.Errorf("hash %d of %d", at, len(l.stored))
			}
			out[i] = l.stored[at]
		}
		return out, nil
	})
}

// Size is the number of entries.
func (l *Log) Size() int64 { return int64(len(l.Entries)) }

// Head is the newest checkpoint.
func (l *Log) Head() Checkpoint { return l.Checkpoints[len(l.Checkpoints)-1] }

// key is the public key that signs now.
func (l *Log) key() string { return l.keys[len(l.keys)-1] }

// release returns the index of the entry of a release, or -1.
func (l *Log) release(id string) int {
	return slices.IndexFunc(l.Entries, func(e Entry) bool { return e.Release == id })
}

// gone reports whether an entry says that the folder of a release was removed, or that it was recalled.
func (l *Log) gone(id string) bool {
	return slices.ContainsFunc(l.Entries, func(e Entry) bool { return e.Removed == id || e.Recalled == id })
}

// standing are the releases of the log that were not recalled, in the order of their publication: each follows the
// one before it. Those that were removed are among them.
func (l *Log) standing() []Entry {
	var out []Entry
	for _, e := range l.Entries {
		switch {
		case e.Release != "":
			out = append(out, e)
		case e.Recalled != "":
			out = slices.DeleteFunc(out, func(r Entry) bool { return r.Release == e.Recalled })
		}
	}
	return out
}

// add appends an entry to the tree in memory, after the rules of the log's content.
func (l *Log) add(e Entry) error {
	switch {
	case e.Release != "":
		if l.release(e.Release) >= 0 {
			return fmt.Errorf("release %s is in the log twice: %w", e.Release, stat.ErrInvalid)
		}
		for _, before := range l.standing() {
			if e.PublishedAt.Before(before.PublishedAt) {
				return fmt.Errorf("release %s is published before %s, which precedes it in the log: %w",
					e.Release, before.Release, stat.ErrInvalid)
			}
		}
	case e.Removed != "":
		if l.release(e.Removed) < 0 || l.gone(e.Removed) {
			return fmt.Errorf("the removed release %s is not in the log: %w", e.Removed, stat.ErrInvalid)
		}
	case e.Recalled != "":
		standing := l.standing()
		if n := len(standing); n == 0 || standing[n-1].Release != e.Recalled || l.gone(e.Recalled) {
			return fmt.Errorf("the recalled release %s is not the last one of the log: %w", e.Recalled, stat.ErrInvalid)
		} else if !e.At.Before(standing[n-1].PublishedAt) {
			return fmt.Errorf("release %s came out at %s and was recalled at %s: %w", e.Recalled,
				standing[n-1].PublishedAt.Format(time.RFC3339), e.At.Format(time.RFC3339), stat.ErrInvalid)
		}
	}
	more, err := tlog.StoredHashes(l.Size(), []byte(e.text()), l.hashes())
	if err != nil {
		return fmt.Errorf("entry %d of the log: %w", l.Size(), err)
	}
	l.stored = append(l.stored, more...)
	l.Entries = append(l.Entries, e)
	next := l.key()
	if e.Key != "" {
		next = e.Key
	}
	l.keys = append(l.keys, next)
	return nil
}

// root is the hash over the first n entries.
func (l *Log) root(n int64) (tlog.Hash, error) { return tlog.TreeHash(n, l.hashes()) }

// check verifies the checkpoint after the last entry added. Where a key takes over, both keys must have signed:
// the old one first, since only it can pass the log on.
func (l *Log) check(signed string) error {
	n := l.Size()
	public := []string{l.keys[n]}
	if n > 0 && l.Entries[n-1].Key != "" {
		public = []string{l.keys[n-1], l.keys[n]}
	}
	c, err := ParseCheckpoint(signed, public...)
	if err != nil {
		return fmt.Errorf("checkpoint %d: %w", n, err)
	}
	root, err := l.root(n)
	if err != nil {
		return fmt.Errorf("checkpoint %d: %w", n, err)
	}
	if c.Size != n || c.Root != root {
		return fmt.Errorf("checkpoint %d is of %d entries with root %s, but the entries give %s: %w",
			n, c.Size, c.Root, root, stat.ErrInvalid)
	}
	l.Checkpoints = append(l.Checkpoints, c)
	return nil
}

// Holds verifies that a checkpoint, kept from an earlier day, is one of this log's: that nothing it covers was
// changed, dropped or put in another order since. This is what a fork or a log set back cannot pass.
func (l *Log) Holds(signed string) error {
	for _, c := range l.Checkpoints {
		if c.Signed == signed {
			return nil
		}
	}
	for n, public := range l.keys {
		c, err := ParseCheckpoint(signed, public)
		if err != nil || c.Size != int64(n) {
			continue
		}
		return fmt.Errorf("the log is not a continuation of the checkpoint of %d entries with root %s: its own root there is %s: %w",
			c.Size, c.Root, l.Checkpoints[n].Root, stat.ErrInvalid)
	}
	return fmt.Errorf("the checkpoint is not of this log, which has %d entries: it was set back, or the checkpoint is forged: %w",
		l.Size(), stat.ErrInvalid)
}

// logPath is a file of a log.
func logPath(dir string, parts ...string) string {
	return filepath.Join(append([]string{dir, logFolder}, parts...)...)
}

// slashEntry and slashCheckpoint are paths within the folder of releases, with slashes.
func slashEntry(n int64) string      { return fmt.Sprintf("%s/entries/%06d", logFolder, n) }
func slashCheckpoint(n int64) string { return fmt.Sprintf("%s/checkpoints/%06d", logFolder, n) }

func entryPath(dir string, n int64) string {
	return filepath.Join(dir, filepath.FromSlash(slashEntry(n)))
}

func checkpointPath(dir string, n int64) string {
	return filepath.Join(dir, filepath.FromSlash(slashCheckpoint(n)))
}

// ReadLog reads the log of a folder of releases and verifies all of it. public is the key that the reader
// trusts; if it is empty, the log's own first key is taken, which proves less: only that the log is whole, not
// whose it is. It returns stat.ErrNotFound if the folder has no log, and stat.ErrInvalid, naming the entry or
// the checkpoint, for one that was tampered with.
func ReadLog(dir, public string) (*Log, error) {
	return extendLog(dir, public, nil)
}

// extendLog reads what a log has more than when it was read before; known is not changed. A log that is not a
// continuation of the known one is refused.
func extendLog(dir, public string, known *Log) (*Log, error) {
	return extendLogFrom(func(path string, limit int64) ([]byte, error) {
		return readRegular(filepath.Join(dir, filepath.FromSlash(path)), limit)
	}, dir, public, known)
}

// extendLogFrom is extendLog for a log that need not be in a folder; place names where it is.
func extendLogFrom(read reader, place, public string, known *Log) (*Log, error) {
	newest, err := read(logFolder+"/"+checkpointFile, 1<<16)
	if err != nil {
		return nil, fmt.Errorf("checkpoint of the log: %w", err)
	}
	if known != nil && known.Head().Signed == string(newest) {
		return known, nil
	}
	l := &Log{}
	if known != nil {
		*l = Log{known.Public, slices.Clone(known.Entries), slices.Clone(known.Checkpoints), slices.Clone(known.stored),
			slices.Clone(known.keys)}
	} else {
		own, err := read(logFolder+"/"+keyFile, 4096)
		if err != nil {
			return nil, fmt.Errorf("key of the log: %w", err)
		}
		var whole bool
		if l.Public, whole = strings.CutSuffix(string(own), "\n"); !whole {
			return nil, fmt.Errorf("the key of the log in %s is cut off: %w", place, stat.ErrInvalid)
		}
		if public != "" && public != l.Public {
			return nil, fmt.Errorf("the log in %s begins with the key %s, not with %s: %w", place, l.Public, public, stat.ErrInvalid)
		}
		l.keys = []string{l.Public}
		if err := l.readCheckpoint(read); err != nil {
			return nil, err
		}
	}
	for {
		if l.Head().Signed == string(newest) {
			return l, nil
		}
		n := l.Size()
		text, err := read(slashEntry(n), 1<<16)
		if errors.Is(err, stat.ErrNotFound) {
			return nil, fmt.Errorf("the log in %s ends after %d entries, but its checkpoint is not the one of %d entries: %w",
				place, n, n, stat.ErrInvalid)
		}
		if err != nil {
			return nil, err
		}
		e, err := parseEntry(string(text))
		if err == nil {
			err = l.add(e)
		}
		if err != nil {
			return nil, fmt.Errorf("entry %d of the log: %w", n, err)
		}
		if err := l.readCheckpoint(read); err != nil {
			return nil, err
		}
	}
}

func (l *Log) readCheckpoint(read reader) error {
	signed, err := read(slashCheckpoint(l.Size()), 1<<16)
	if errors.Is(err, stat.ErrNotFound) {
		return fmt.Errorf("checkpoint %d of the log is missing: %w", l.Size(), stat.ErrInvalid)
	}
	if err != nil {
		return err
	}
	return l.check(string(signed))
}

// beginLog makes the log of a folder of releases, without an entry.
func beginLog(dir string, key *Key) (*Log, error) {
	l := &Log{Public: key.Public(), keys: []string{key.Public()}}
	root, err := l.root(0)
	if err != nil {
		return nil, err
	}
	c, err := signCheckpoint(0, root, key)
	if err != nil {
		return nil, err
	}
	for _, folder := range []string{logPath(dir, "entries"), logPath(dir, "checkpoints")} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return nil, err
		}
	}
	if err := replace(logPath(dir, keyFile), []byte(key.Public()+"\n")); err != nil {
		return nil, err
	}
	if err := replace(checkpointPath(dir, 0), []byte(c.Signed)); err != nil {
		return nil, err
	}
	if err := l.check(c.Signed); err != nil {
		return nil, err
	}
	if err := replace(logPath(dir, checkpointFile), []byte(c.Signed)); err != nil {
		return nil, err
	}
	return l, syncFolder(dir)
}

// append adds an entry to the log on disk. The head is replaced last: until then the entry is not in the log,
// and a writer that was stopped leaves nothing but a file that the next one writes again.
func (l *Log) append(dir string, e Entry, keys ...*Key) error {
	if err := l.add(e); err != nil {
		return err
	}
	root, err := l.root(l.Size())
	if err != nil {
		return err
	}
	c, err := signCheckpoint(l.Size(), root, keys...)
	if err != nil {
		return err
	}
	if err := l.check(c.Signed); err != nil {
		return err
	}
	if err := replace(entryPath(dir, l.Size()-1), []byte(e.text())); err != nil {
		return err
	}
	if err := replace(checkpointPath(dir, l.Size()), []byte(c.Signed)); err != nil {
		return err
	}
	return replace(logPath(dir, checkpointFile), []byte(c.Signed))
}

// replace writes a file so that a reader sees the old bytes or the new ones, forced to disk.
func replace(path string, data []byte) error {
	aside := path + ".new"
	if err := os.Remove(aside); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := writeSynced(aside, data, 0o444); err != nil {
		return err
	}
	if err := os.Rename(aside, path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// hasLog reports whether a folder of releases has a log.
func hasLog(dir string) (bool, error) {
	_, err := os.Lstat(logPath(dir, checkpointFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// openLog opens the log for writing, and begins it if there is none. The lock must be held.
func openLog(dir string, key *Key) (*Log, error) {
	has, err := hasLog(dir)
	if err != nil {
		return nil, err
	}
	if !has {
		return beginLog(dir, key)
	}
	l, err := ReadLog(dir, "")
	if err != nil {
		return nil, err
	}
	if l.key() != key.Public() {
		return nil, fmt.Errorf("the log in %s is signed by %s, not by %s: %w", dir, l.key(), key.Public(), stat.ErrConflict)
	}
	return l, nil
}

// Recover finishes what a command that was cut short has left: it removes drafts and the folders of releases that the
// log says are gone, and enters releases that are whole and in their place, but not in the log, in the order of their
// publication. It returns the identifiers of those. A folder that is not whole is left alone and reported as
// stat.ErrInvalid.
func Recover(dir string, key *Key) ([]string, error) {
	unlock, err := lock(dir)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := sweep(dir); err != nil {
		return nil, err
	}
	l, err := openLog(dir, key)
	if err != nil {
		return nil, err
	}
	if err := l.discardGone(dir); err != nil {
		return nil, err
	}
	return l.adopt(dir, key)
}

// discardGone deletes the folders of the releases that the log says are gone.
func (l *Log) discardGone(dir string) error {
	for _, e := range l.Entries {
		if id := e.Removed + e.Recalled; id != "" {
			if err := Discard(filepath.Join(dir, id)); err != nil {
				return err
			}
		}
	}
	return nil
}

// adopt enters the releases that the log does not have.
func (l *Log) adopt(dir string, key *Key) ([]string, error) {
	entries, issues, err := scan(dir, nil, l)
	if err != nil {
		return nil, err
	}
	if len(issues) > 0 {
		return nil, fmt.Errorf("%s: %w", issues[0], stat.ErrInvalid)
	}
	var adopted []string
	for _, e := range slices.Backward(entries) {
		if l.release(e.manifest.ID) >= 0 {
			continue
		}
		issues, _, err := verifyFolder(e.dir)
		if err != nil {
			return adopted, err
		}
		if len(issues) > 0 {
			return adopted, fmt.Errorf("release %s is not in the log and not whole: %s: %w", e.manifest.ID, issues[0], stat.ErrInvalid)
		}
		if err := l.append(dir, entryOf(e.manifest, e.sha256), key); err != nil {
			return adopted, err
		}
		adopted = append(adopted, e.manifest.ID)
	}
	return adopted, nil
}

func entryOf(m stat.Manifest, sum string) Entry {
	return Entry{Release: m.ID, PublishedAt: m.PublishedAt, SHA256: sum}
}

// Rotate passes the log on to another key. Both sign the entry that says so; from then on only the new one
// counts.
func Rotate(dir string, old, next *Key) error {
	unlock, err := lock(dir)
	if err != nil {
		return err
	}
	defer unlock()
	l, err := openLog(dir, old)
	if err != nil {
		return err
	}
	if old.Name() != next.Name() {
		return fmt.Errorf("the new key is of %s, the log of %s: %w", next.Name(), old.Name(), stat.ErrInvalid)
	}
	return l.append(dir, Entry{Key: next.Public()}, old, next)
}

// Remove deletes the files of a release, because a court says so, for instance. The log keeps the entry and
// gets another that says that they are gone and why.
func Remove(dir, id, reason string, key *Key) error {
	unlock, err := lock(dir)
	if err != nil {
		return err
	}
	defer unlock()
	if reason == "" || strings.ContainsAny(reason, "\r\n") {
		return fmt.Errorf("a removal needs a reason on one line: %w", stat.ErrInvalid)
	}
	l, err := openLog(dir, key)
	if err != nil {
		return err
	}
	if l.release(id) < 0 || l.gone(id) {
		return fmt.Errorf("release %s: %w", id, stat.ErrNotFound)
	}
	if err := l.append(dir, Entry{Removed: id, Reason: reason}, key); err != nil {
		return err
	}
	return Discard(filepath.Join(dir, id))
}

// Recall takes back a release that was sealed for later, so that another can come out before it. Those that were sealed
// after it rest on it and are taken back as well, the last one first. The log keeps their entries and says that they
// never came out and why; their files are deleted. It returns the identifiers of what was recalled, in that order;
// stat.ErrNotFound for a release that is not in the log, and stat.ErrConflict for one that is out already at the moment
// now: that can only be corrected or withdrawn, in the open.
func Recall(dir, id, reason string, now time.Time, key *Key) ([]string, error) {
	unlock, err := lock(dir)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if reason == "" || strings.ContainsAny(reason, "\r\n") {
		return nil, fmt.Errorf("a recall needs a reason on one line: %w", stat.ErrInvalid)
	}
	l, err := openLog(dir, key)
	if err != nil {
		return nil, err
	}
	standing := l.standing()
	at := slices.IndexFunc(standing, func(e Entry) bool { return e.Release == id })
	if at < 0 || l.gone(id) {
		return nil, fmt.Errorf("release %s: %w", id, stat.ErrNotFound)
	}
	if !now.Before(standing[at].PublishedAt) {
		return nil, fmt.Errorf("release %s has been out since %s: %w", id, standing[at].PublishedAt.Format(time.RFC3339), stat.ErrConflict)
	}
	var recalled []string
	for _, e := range slices.Backward(standing[at:]) {
		if err := l.append(dir, Entry{Recalled: e.Release, At: now.UTC().Truncate(time.Second), Reason: reason}, key); err != nil {
			return recalled, err
		}
		if err := Discard(filepath.Join(dir, e.Release)); err != nil {
			return recalled, err
		}
		recalled = append(recalled, e.Release)
	}
	return recalled, nil
}
