// Package rules holds the house rules as tests: which package may import which, in which packages each library
// stays, and which calls do not occur.
package rules

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "tallystick"

// mayImport is the table of internal/README.md: package → our packages that it may import, in code and in its
// tests. A package that is not in the table fails the test: a new package is a decision.
var mayImport = map[string][]string{
	"internal/stat":      {},
	"internal/lang":      {"internal/stat"},
	"internal/catalog":   {"internal/stat"},
	"internal/ingest":    {"internal/stat"},
	"internal/duckdb":    {"internal/stat"},
	"internal/warehouse": {"internal/stat", "internal/duckdb"},
	"internal/release":   {"internal/stat", "internal/duckdb"},
	"internal/export":    {"internal/stat"},
	"internal/chart":     {"internal/stat", "internal/lang", "static"},
	"internal/report":    {"internal/stat", "internal/lang", "internal/chart"},
	"internal/publish": {"internal/stat", "internal/catalog", "internal/warehouse", "internal/release", "internal/export",
		"internal/chart", "internal/report", "internal/lang"},
	"internal/web": {"internal/stat", "internal/lang", "internal/release", "internal/export", "internal/chart", "internal/report",
		"static", "templates"},
	"internal/admin": {"internal/stat", "internal/catalog", "internal/ingest", "internal/warehouse", "internal/export",
		"internal/publish", "internal/release", "internal/web", "static", "templates"},
	"internal/testkit": {"internal/stat", "internal/catalog", "internal/ingest", "internal/warehouse", "internal/release",
		"internal/export", "internal/chart", "internal/report", "internal/publish"},
	"internal/rules": {},
	"static":         {},
	"templates":      {},
	"cmd/tallystick": {"internal/stat", "internal/catalog", "internal/ingest", "internal/warehouse", "internal/release",
		"internal/export", "internal/publish", "internal/web", "internal/admin", "internal/chart", "internal/report"},
}

// confined says in which packages a library stays.
var confined = map[string][]string{
	"github.com/duckdb/":               {"internal/duckdb", "internal/warehouse", "internal/release"},
	"database/sql":                     {"internal/duckdb", "internal/warehouse", "internal/release"},
	"github.com/go-echarts/":           {"internal/chart"},
	"github.com/dop251/goja":           {"internal/chart"},
	"github.com/labstack/echo/":        {"internal/web", "internal/admin"},
	"github.com/goccy/go-yaml":         {"internal/catalog"},
	"github.com/xuri/excelize/":        {"internal/export", "internal/ingest"},
	"github.com/gocarina/gocsv":        {"internal/catalog", "internal/export"},
	"github.com/chromedp/":             {"internal/web", "cmd/tallystick"},
	"gonum.org/":                       {"internal/stat"},
	"github.com/PuerkitoBio/goquery":   {"internal/web", "internal/testkit", "cmd/tallystick"},
	"github.com/rogpeppe/go-internal/": {"cmd/tallystick"},
	"golang.org/x/image/font/opentype": {"internal/chart"},
	"github.com/minio/":                {"internal/release"},
	"github.com/tetratelabs/wazero":    {"internal/chart"},
	"golang.org/x/mod/sumdb/":          {"internal/release"},
	"golang.org/x/text/encoding":       {"internal/ingest"},
	"golang.org/x/text/feature":        {"internal/lang"},
	"golang.org/x/text/language":       {"internal/lang"},
	"golang.org/x/text/unicode/norm":   {"internal/web"},
	"golang.org/x/text/message":        {"internal/lang"},
	"golang.org/x/text/number":         {"internal/lang"},
	"golang.org/x/sync/singleflight":   {"internal/web", "internal/chart", "internal/release"},
}

type listed struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
	cmd.Dir = root(t)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var list []listed
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for dec.More() {
		var p listed
		if err := dec.Decode(&p); err != nil {
			t.Fatalf("go list output: %v", err)
		}
		list = append(list, p)
	}
	if len(list) < 3 {
		t.Fatalf("go list found %d packages, want at least 3", len(list))
	}
	return list
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestMapIsTheTableInTheDocument keeps internal/README.md true: the same packages with the same imports.
func TestMapIsTheTableInTheDocument(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root(t), "internal", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	quoted := regexp.MustCompile("`([a-z]+)`")
	documented := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 {
			continue
		}
		name := quoted.FindStringSubmatch(cells[1])
		if name == nil {
			continue
		}
		allowed, ok := mayImport["internal/"+name[1]]
		if !ok {
			continue
		}
		documented[name[1]] = true
		if name[1] == "testkit" || name[1] == "rules" {
			continue
		}
		var got, want []string
		for _, m := range quoted.FindAllStringSubmatch(cells[3], -1) {
			got = append(got, m[1])
		}
		for _, a := range allowed {
			want = append(want, strings.TrimPrefix(a, "internal/"))
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("internal/README.md says that %s may import %v, the rules say %v", name[1], got, want)
		}
	}
	for name := range mayImport {
		if short, ok := strings.CutPrefix(name, "internal/"); ok && !documented[short] {
			t.Errorf("internal/README.md has no row for %s", short)
		}
	}
}

// testOnly may be imported by tests of every package, but by no code.
const testOnly = "internal/testkit"

func TestImportsFollowTheTable(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		allowed, ok := mayImport[name]
		if !ok {
			t.Errorf("%s is not in the table of packages: a new package is a decision (internal/README.md)", name)
			continue
		}
		for _, imp := range p.Imports {
			ours, isOurs := strings.CutPrefix(imp, module+"/")
			if isOurs && !slices.Contains(allowed, ours) {
				t.Errorf("%s may not import %s", name, ours)
			}
		}
		for _, imp := range slices.Concat(p.TestImports, p.XTestImports) {
			ours, isOurs := strings.CutPrefix(imp, module+"/")
			if isOurs && ours != name && ours != testOnly && !slices.Contains(allowed, ours) {
				t.Errorf("tests of %s may not import %s", name, ours)
			}
		}
	}
}

func TestLibrariesStayInTheirRooms(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		for _, imp := range p.Imports {
			for prefix, rooms := range confined {
				if strings.HasPrefix(imp, prefix) && !slices.Contains(rooms, name) {
					t.Errorf("%s imports %s, which stays in %s", name, imp, strings.Join(rooms, ", "))
				}
			}
		}
	}
}

// TestStatImportsOnlyTheStandardLibraryAndGonum keeps the judgement free of everything that could make it
// depend on anything but its arguments.
func TestStatImportsOnlyTheStandardLibraryAndGonum(t *testing.T) {
	forbidden := []string{"os", "net", "net/http", "io/fs", "path/filepath", "database/sql", "os/exec", "syscall"}
	for _, p := range packages(t) {
		if p.ImportPath != module+"/internal/stat" {
			continue
		}
		for _, imp := range p.Imports {
			if strings.Contains(imp, ".") && !strings.HasPrefix(imp, "gonum.org/") || slices.Contains(forbidden, imp) {
				t.Errorf("stat imports %s", imp)
			}
		}
	}
}

// calls that do not occur outside the named packages. Tests are free to call what they like.
var calls = []struct {
	pkg, name, reason string
	allowed           []string
}{
	{"time", "Now", "time comes in as a value", []string{"cmd/tallystick"}},
	{"template", "HTML", "text from data stays text; only the rebuilt SVG is trusted, in web/render.go", []string{"internal/web"}},
	{"template", "JS", "text from data stays text", nil},
	{"template", "URL", "text from data stays text", nil},
	{"opts", "FuncOpts", "go-echarts writes functions into scripts unescaped", nil},
	{"log", "Fatal", "only cmd ends the program, by an exit code", nil},
}

// methods of go-echarts that write unescaped HTML.
var forbiddenMethods = []string{"RenderContent", "RenderSnippet"}

func TestForbiddenCallsDoNotOccur(t *testing.T) {
	top := root(t)
	seen := 0
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(top, path)
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "var" || strings.HasPrefix(d.Name(), ".") && rel != ".") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		seen++
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, path, nil, 0)
		if err != nil {
			return err
		}
		room := filepath.ToSlash(filepath.Dir(rel))
		ast.Inspect(f, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if slices.Contains(forbiddenMethods, sel.Sel.Name) {
				t.Errorf("%s: %s writes unescaped HTML; use JSON()", fset.Position(sel.Pos()), sel.Sel.Name)
			}
			id, ok := sel.X.(*ast.Ident)
			if !ok {
				return true
			}
			for _, c := range calls {
				if id.Name == c.pkg && sel.Sel.Name == c.name && !slices.Contains(c.allowed, room) {
					t.Errorf("%s: %s.%s: %s", fset.Position(sel.Pos()), c.pkg, c.name, c.reason)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen == 0 {
		t.Fatal("no Go files read")
	}
}

// TestTopLevel holds the agreed layout.
func TestTopLevel(t *testing.T) {
	want := []string{".ci", ".git", ".gitignore", "LICENSE", "Makefile", "README.md", "bin", "cmd", "data", "go.mod", "go.sum",
		"internal", "static", "templates", "var"}
	entries, err := os.ReadDir(root(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !slices.Contains(want, e.Name()) {
			t.Errorf("%s is at the top level, against the agreed layout", e.Name())
		}
	}
}
