package lang

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template/parse"

	"tallystick/internal/stat"
)

var update = flag.Bool("update", false, "add new texts to es.json without a translation, and drop those nobody uses")

// spoken are the folders whose texts readers see. Staff pages and the program itself speak English.
var spoken = []string{"chart", "lang", "publish", "report", "web"}

// textsOf lists every text that the code and the templates hand to this package, with a place where it stands.
func textsOf(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, folder := range spoken {
		files, err := filepath.Glob("../" + folder + "/*.go")
		if err != nil || len(files) == 0 {
			t.Fatalf("no source in internal/%s: %v", folder, err)
		}
		for _, file := range files {
			if !strings.HasSuffix(file, "_test.go") {
				goTexts(t, file, texts)
			}
		}
	}
	err := filepath.WalkDir("../../templates", func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".html") {
			templateTexts(t, path, texts)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range vocabulary(t) {
		if word != "" {
			texts[word] = "a closed vocabulary of package stat"
		}
	}
	return texts
}

// dimensions are the names under which data sets break figures down, as a heading says them.
var dimensions = []string{"age group", "agency", "area", "clock", "confidence", "county", "kind", "level", "measure",
	"planning region", "scope", "section", "sex", "span", "stage", "status", "system", "town", "unit"}

// vocabulary is what package stat says in words from closed lists: those of its constants that are shown.
func vocabulary(t *testing.T) []string {
	t.Helper()
	words := append([]string{"high", "medium", "low"}, dimensions...) // how sure we are of a source
	files, err := filepath.Glob("../stat/*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for _, file := range files {
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			kind, _ := spec.Type.(*ast.Ident)
			value, ok := constant(spec.Values[0])
			if kind == nil || !ok {
				return true
			}
			found[kind.Name]++
			switch kind.Name {
			case "Status":
				w := stat.Status(value).Words()
				words = append(words, w, "The figure is "+w+".")
			case "Bound":
				words = append(words, stat.Bound(value).Words())
			case "ObligationState":
				words = append(words, stat.ObligationState(value).Words())
			case "Mark":
				words = append(words, stat.Mark(value).Words())
			case "Refusal":
				w := stat.Refusal(value).Words()
				words = append(words, w, "Not computed: "+w+".")
			}
			return true
		})
	}
	for _, kind := range []string{"Status", "Bound", "Mark", "Refusal"} {
		if found[kind] < 3 {
			t.Errorf("%d constants of type %s found in package stat", found[kind], kind)
		}
	}
	return words
}

// arguments says which arguments of which function are texts.
var arguments = map[string][]int{
	"T": {0}, "N": {1, 2}, "Key": {0}, "count": {1, 2}, "invalid": {0}, "frame": {0, 1}, "fill": {0},
}

func goTexts(t *testing.T, file string, texts map[string]string) {
	t.Helper()
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	add := func(e ast.Expr) {
		if text, ok := constant(e); ok && text != "" {
			texts[text] = fset.Position(e.Pos()).String()
		}
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			name := ""
			switch f := n.Fun.(type) {
			case *ast.Ident:
				name = f.Name
			case *ast.SelectorExpr:
				name = f.Sel.Name
			}
			for _, i := range arguments[name] {
				if i < len(n.Args) {
					add(n.Args[i])
				}
			}
		case *ast.CompositeLit:
			if id, ok := n.Type.(*ast.Ident); ok && id.Name == "problem" && len(n.Elts) > 1 {
				add(n.Elts[1])
			}
		}
		return true
	})
}

// constant is the value of a string literal or of several set together.
func constant(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		a, ok := constant(e.X)
		b, ok2 := constant(e.Y)
		return a + b, ok && ok2 && e.Op == token.ADD
	}
	return "", false
}

func templateTexts(t *testing.T, file string, texts map[string]string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	tree := parse.New(file)
	tree.Mode = parse.SkipFuncCheck
	trees := map[string]*parse.Tree{}
	if _, err := tree.Parse(string(data), "", "", trees); err != nil {
		t.Fatal(err)
	}
	for _, one := range trees {
		walk(one.Root, func(c *parse.CommandNode) {
			id, ok := c.Args[0].(*parse.IdentifierNode)
			if !ok {
				return
			}
			for _, i := range map[string][]int{"t": {1}, "n": {2, 3}}[id.Ident] {
				if i >= len(c.Args) {
					continue
				}
				text, ok := c.Args[i].(*parse.StringNode)
				if !ok {
					t.Errorf("%s: %s: {{%s}} takes its text as it is; use {{word}} for one from a closed list",
						file, c, id.Ident)
					continue
				}
				texts[text.Text] = file
			}
		})
	}
}

// walk calls f for every command below a node.
func walk(n parse.Node, f func(*parse.CommandNode)) {
	list := func(l *parse.ListNode) {
		if l != nil {
			for _, one := range l.Nodes {
				walk(one, f)
			}
		}
	}
	pipe := func(p *parse.PipeNode) {
		if p != nil {
			walk(p, f)
		}
	}
	branch := func(b *parse.BranchNode) {
		pipe(b.Pipe)
		list(b.List)
		list(b.ElseList)
	}
	switch n := n.(type) {
	case *parse.ListNode:
		list(n)
	case *parse.ActionNode:
		pipe(n.Pipe)
	case *parse.TemplateNode:
		pipe(n.Pipe)
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			f(c)
			for _, a := range c.Args {
				walk(a, f)
			}
		}
	}
}

const file = "es.json"

// TestEveryTextIsTranslated holds that each text of the pages, the drawings and the sentences has its Spanish, and
// that nothing is kept that nobody says. Run it with -update to add the new texts; then write their translations.
func TestEveryTextIsTranslated(t *testing.T) {
	texts, have := textsOf(t), messages()
	if *update {
		write(t, texts, have)
		return
	}
	for _, text := range slices.Sorted(maps.Keys(texts)) {
		if have[text] == "" {
			t.Errorf("%s: no Spanish for %q", texts[text], text)
		}
	}
	for _, text := range slices.Sorted(maps.Keys(have)) {
		if _, used := texts[text]; !used {
			t.Errorf("%s: nobody says %q any more", file, text)
		}
	}
	if len(texts) < 200 {
		t.Errorf("%d texts were found, want at least 200: the search for them is broken", len(texts))
	}
}

func write(t *testing.T, texts, have map[string]string) {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("{")
	for i, text := range slices.Sorted(maps.Keys(texts)) {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, "\n  %s: %s", quoted(t, text), quoted(t, have[text]))
	}
	b.WriteString("\n}\n")
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func quoted(t *testing.T, s string) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}

var verb = regexp.MustCompile(`%(?:\[(\d+)\])?([a-zA-Z%])`)

// slots lists what a text needs to be filled: the verb of each argument, by number.
func slots(text string) []string {
	var out []string
	next := 1
	for _, m := range verb.FindAllStringSubmatch(text, -1) {
		if m[2] == "%" {
			continue
		}
		if m[1] != "" {
			next, _ = strconv.Atoi(m[1])
		}
		out = append(out, fmt.Sprintf("%d%s", next, m[2]))
		next++
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestTranslationsHaveTheSameSlots(t *testing.T) {
	for text, translated := range messages() {
		if translated == "" {
			continue
		}
		want, got := slots(text), slots(translated)
		percent := strings.Count(text, "%%") > 0
		if !slices.Equal(want, got) || percent != (strings.Count(translated, "%%") > 0) {
			t.Errorf("%q has the slots %v, its Spanish %q has %v", text, want, translated, got)
		}
		if strings.TrimSpace(text) == text && strings.TrimSpace(translated) != translated {
			t.Errorf("%q: blanks at an end of %q", text, translated)
		}
	}
}

// TestMessagesStandOnce refuses a file in which a text stands twice, of which JSON would keep the last alone, and one
// that is not in order, in which two people would not see each other's lines.
func TestMessagesStandOnce(t *testing.T) {
	dec := json.NewDecoder(bytes.NewReader(spanish))
	if _, err := dec.Token(); err != nil {
		t.Fatal(err)
	}
	last := ""
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			t.Fatal(err)
		}
		if text := key.(string); text <= last {
			t.Errorf("%s: %q stands twice or not in its place (after %q)", file, text, last)
		} else {
			last = text
		}
		if _, err := dec.Token(); err != nil {
			t.Fatal(err)
		}
	}
}
