// Package catalog owns the definitions in data/: it reads them strictly, checks each against all others and
// says what is wrong with file, line and key, in words that their author can act on.
//
// It must never know exports or numbers: which agency counted what is read by ingest. Of gocsv it uses the binding
// of columns to names only; every cell stays text until our own code reads it, since gocsv turns an empty cell, a
// missing column and a renamed header into zero without an error.
package catalog

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"tallystick/internal/stat"
)

// Load reads all definitions under fsys, the folder data/, and fills in what follows from them: the unit, stage,
// clock and protection of each panel. Every list is sorted by identifier, events by date.
//
// The issues are sorted by file and line. Definitions with an issue of severity error must not be published; they
// are returned as far as they could be read, so that one run shows every issue.
func Load(fsys fs.FS) (stat.Definitions, []stat.Issue) {
	l := &loader{fsys: fsys, documents: map[string]*document{}, codeLines: map[string][]int64{}}
	l.read()
	l.check()
	stat.SortIssues(l.issues)
	return l.defs, slices.Compact(l.issues)
}

// loader collects definitions and issues; documents keep the syntax trees by file, for the lines of later issues.
type loader struct {
	fsys      fs.FS
	defs      stat.Definitions
	issues    []stat.Issue
	documents map[string]*document
	codeLines map[string][]int64 // code list → the line of each code
}

func (l *loader) read() {
	l.readSite()
	l.defs.Sources = readAll(l, "sources", func(s stat.Source) string { return s.ID })
	l.defs.Datasets = readAll(l, "datasets", func(d stat.Dataset) string { return d.ID })
	l.defs.Feeds = readAll(l, "feeds", func(f stat.Feed) string { return f.ID })
	l.defs.Statutes = readAll(l, "statutes", func(s stat.Statute) string { return s.ID })
	l.defs.Indicators = readAll(l, "indicators", func(i stat.Indicator) string { return i.ID })
	if l.has("duties") {
		l.defs.Duties = readAll(l, "duties", func(d stat.Duty) string { return d.ID })
	}
	if l.has("claims") {
		l.defs.Claims = readAll(l, "claims", func(c stat.Claim) string { return c.ID })
	}
	if l.has("reconciliations") {
		l.defs.Reconciliations = readAll(l, "reconciliations", func(r stat.Reconciliation) string { return r.ID })
	}
	l.readCodelists()
	l.readEvents()
	l.readElements()
	l.readFilings()
	l.readReplies()
	l.readTranslations()
}

func (l *loader) readSite() {
	if data, ok := l.file("site.yaml"); ok {
		decode(l, "site.yaml", data, &l.defs.Site)
	}
}

// has reports whether a folder that an installation may do without is there.
func (l *loader) has(folder string) bool {
	_, err := fs.Stat(l.fsys, folder)
	return err == nil
}

// readAll decodes every file of a folder. A file that cannot be decoded leaves an issue and no definition.
func readAll[T any](l *loader, folder string, id func(T) string) []T {
	var out []T
	for _, name := range l.list(folder, ".yaml") {
		file := path.Join(folder, name)
		data, ok := l.file(file)
		if !ok {
			continue
		}
		var def T
		if !decode(l, file, data, &def) {
			continue
		}
		want := strings.TrimSuffix(name, ".yaml")
		if got := id(def); got != want {
			l.documents[file].decoded = false
			l.at(file, "$.id", stat.Issue{
				Column: "id", Value: got, Code: "id-not-file-name",
				Problem: fmt.Sprintf("The identifier is %q, but the file is named %s.", got, name),
				Fix:     fmt.Sprintf("Write id: %s, or rename the file.", want),
			})
			continue
		}
		out = append(out, def)
	}
	slices.SortFunc(out, func(a, b T) int { return cmp.Compare(id(a), id(b)) })
	return out
}

// list returns the sorted names of the files of a folder that end in ext, and reports every other file.
func (l *loader) list(folder, ext string) []string {
	entries, err := fs.ReadDir(l.fsys, folder)
	if err != nil {
		l.add(stat.Issue{
			File: folder, Code: "folder-missing", Severity: stat.SeverityError,
			Problem: "The folder is missing or cannot be read.",
			Fix:     "Definitions live in data/; run the command where it stands.",
		})
		return nil
	}
	var out []string
	for _, e := range entries {
		name := e.Name()
		switch {
		case strings.HasPrefix(name, "."), language(name) != "":
		case e.IsDir() || path.Ext(name) != ext:
			l.add(stat.Issue{
				File: path.Join(folder, name), Code: "file-not-expected", Severity: stat.SeverityError,
				Problem: fmt.Sprintf("Only files that end in %s belong here.", ext), Fix: "Move or rename it.",
			})
		default:
			out = append(out, name)
		}
	}
	return out
}

func (l *loader) file(name string) ([]byte, bool) {
	data, err := fs.ReadFile(l.fsys, name)
	if err == nil {
		return data, true
	}
	problem := "The file cannot be read."
	if errors.Is(err, fs.ErrNotExist) {
		problem = "The file is missing."
	}
	l.add(stat.Issue{
		File: name, Code: "file-missing", Problem: problem, Fix: "Add it; data/README.md says what it holds.",
	})
	return nil, false
}

// unreadable reports whether the file is there but could not be read. It has an issue of its own then, and whatever
// names it is not blamed for its absence.
func (l *loader) unreadable(file string) bool {
	doc := l.documents[file]
	return doc != nil && !doc.decoded
}

func (l *loader) add(i stat.Issue) {
	if i.Severity == "" {
		i.Severity = stat.SeverityError
	}
	l.issues = append(l.issues, i)
}
