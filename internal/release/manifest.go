package release

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tallystick/internal/stat"
)

// Format names the layout of a sealed folder. A reader refuses a manifest with another one.
const Format = "tallystick-release-1"

// maxManifest bounds how much of a manifest is read; a real one is some tens of kilobytes.
const maxManifest = 16 << 20

var idPattern = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}(\.([2-9]|[1-9]\d{1,3}))?$`)

// ValidID reports whether a text can be the identifier of a release. Only such names are ever joined to a path.
func ValidID(id string) bool {
	if !idPattern.MatchString(id) {
		return false
	}
	_, err := stat.ParseDate(id[:10])
	return err == nil
}

// CompareIDs orders identifiers by day and then by number, so that 2026-11-24.10 comes after 2026-11-24.9.
func CompareIDs(a, b string) int {
	dayA, nA := splitID(a)
	dayB, nB := splitID(b)
	return cmp.Or(cmp.Compare(dayA, dayB), cmp.Compare(nA, nB))
}

func splitID(id string) (string, int) {
	day, number, ok := strings.Cut(id, ".")
	if !ok {
		return day, 1
	}
	n, _ := strconv.Atoi(number)
	return day, n
}

// Next returns the identifier for the next release of a day: 2026-11-24, then 2026-11-24.2 and so on. One that the
// log knows is never given again, even where its folder is gone. A folder that cannot be read counts as empty;
// sealing reports it.
func Next(dir string, day stat.Date) string {
	l, err := ReadLog(dir, "")
	if err != nil {
		l = &Log{}
	}
	base := day.String()
	id := base
	for n := 2; ; n++ {
		if _, err := os.Lstat(filepath.Join(dir, id)); err != nil && l.release(id) < 0 {
			return id
		}
		id = base + "." + strconv.Itoa(n)
	}
}

// Canonical writes a value as JSON with sorted keys, two spaces of indent, no escaping of HTML and one line
// feed at the end, so that equal values give equal bytes.
func Canonical(v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return canonical(plain)
}

func canonical(plain []byte) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(plain))
	dec.UseNumber()
	var tree any
	if err := dec.Decode(&tree); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(tree); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// Inputs returns the checksum over definitions and batches: equal inputs, equal release.
func Inputs(defs stat.Definitions, batches []stat.Batch) (string, error) {
	text, err := Canonical(struct {
		Definitions stat.Definitions `json:"definitions"`
		Batches     []stat.Batch     `json:"batches"`
	}{defs, batches})
	if err != nil {
		return "", fmt.Errorf("checksum of the inputs: %w", err)
	}
	return checksum(text), nil
}

func checksum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// parseManifest reads the bytes of a manifest strictly: canonical, of our format, with the identifier of its
// folder and paths that stay inside it. A fault comes back as an issue with the line on which it was found. The
// form of a manifest whose checksum a verified log attests needs no look: it is the one that was sealed.
func parseManifest(data []byte, file, id string, attested bool) (stat.Manifest, *stat.Issue) {
	fault := func(line int64, code, format string, args ...any) (stat.Manifest, *stat.Issue) {
		return stat.Manifest{}, &stat.Issue{
			File: file, Line: line, Code: code, Problem: fmt.Sprintf(format, args...),
			Fix: "Fetch the release again from its publisher.", Severity: stat.SeverityError,
		}
	}
	var m stat.Manifest
	if err := json.Unmarshal(data, &m); err != nil {
		var syntax *json.SyntaxError
		var kind *json.UnmarshalTypeError
		switch {
		case errors.As(err, &syntax):
			return fault(lineAt(data, syntax.Offset), "manifest-corrupt", "The manifest is not JSON: %v.", err)
		case errors.As(err, &kind):
			return fault(lineAt(data, kind.Offset), "manifest-corrupt", "The manifest has a wrong value: %v.", err)
		}
		return fault(0, "manifest-corrupt", "The manifest cannot be read: %v.", err)
	}
	if !attested {
		again, err := canonical(data)
		if err != nil {
			return fault(0, "manifest-corrupt", "The manifest cannot be read: %v.", err)
		}
		if at := firstDifference(data, again); at >= 0 {
			return fault(lineAt(data, int64(at)+1), "manifest-not-canonical",
				"The manifest is not in canonical form: byte %d differs from how the same content is written.", at)
		}
	}
	if m.Format != Format {
		return fault(lineOf(data, `"format"`), "manifest-format", "The format is %q, not %q.", m.Format, Format)
	}
	if m.ID != id || !ValidID(id) {
		return fault(lineOf(data, `"id"`), "manifest-identity", "The manifest is of release %q, the folder of %q.", m.ID, id)
	}
	if m.PublishedAt.IsZero() {
		return fault(lineOf(data, `"published_at"`), "manifest-time", "The manifest has no time of publication.")
	}
	seen := map[string]bool{}
	for _, f := range m.Files {
		if !fs.ValidPath(f.Path) || f.Path == "." || f.Path == ManifestFile || strings.Contains(f.Path, "\\") {
			return fault(lineOf(data, strconv.Quote(f.Path)), "manifest-path", "The path %q cannot be in a release.", f.Path)
		}
		if seen[f.Path] {
			return fault(lineOf(data, strconv.Quote(f.Path)), "manifest-path", "The path %q is listed twice.", f.Path)
		}
		seen[f.Path] = true
	}
	if !slices.IsSortedFunc(m.Files, func(a, b stat.FileRef) int { return cmp.Compare(a.Path, b.Path) }) {
		return fault(lineOf(data, `"files"`), "manifest-order", "The files are not sorted by path.")
	}
	for _, path := range []string{AnswersFile, DefinitionsFile, ObservationsFile} {
		if !seen[path] {
			return fault(lineOf(data, `"files"`), "manifest-incomplete", "The manifest does not list %s.", path)
		}
	}
	return m, nil
}

// firstDifference returns the first offset at which the two differ, or -1 if they are equal.
func firstDifference(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	if len(a) != len(b) {
		return min(len(a), len(b))
	}
	return -1
}

// lineAt returns the line, from 1, on which the byte before offset stands.
func lineAt(data []byte, offset int64) int64 {
	end := max(0, min(offset-1, int64(len(data))))
	return 1 + int64(bytes.Count(data[:end], []byte("\n")))
}

// lineOf returns the line, from 1, on which the text first stands, or 1 if it does not.
func lineOf(data []byte, text string) int64 {
	i := bytes.Index(data, []byte(text))
	if i < 0 {
		return 1
	}
	return lineAt(data, int64(i)+1)
}

// readManifest reads and parses the manifest in a release's folder; l is the log that may attest it, or nil.
func readManifest(dir string, l *Log) (stat.Manifest, []byte, error) {
	path := filepath.Join(dir, ManifestFile)
	data, err := readRegular(path, maxManifest)
	if err != nil {
		return stat.Manifest{}, nil, err
	}
	id := filepath.Base(dir)
	attested := false
	if l != nil {
		i := l.release(id)
		attested = i >= 0 && l.Entries[i].SHA256 == checksum(data)
	}
	m, issue := parseManifest(data, path, id, attested)
	if issue != nil {
		return stat.Manifest{}, nil, fmt.Errorf("%s: %w", issue, stat.ErrInvalid)
	}
	return m, data, nil
}
