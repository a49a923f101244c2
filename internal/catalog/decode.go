package catalog

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"tallystick/internal/stat"
)

// document is one YAML file as it was written. Its syntax tree is built when an issue needs a line.
type document struct {
	data    []byte
	tree    *ast.File
	decoded bool
}

// decode reads one YAML document into def, strictly: an unknown key, a key given twice, a wrong type and a second
// document are issues. It reports whether def can be used.
func decode(l *loader, file string, data []byte, def any) bool {
	doc := &document{data: data}
	l.documents[file] = doc
	dec := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict())
	err := dec.Decode(def)
	if errors.Is(err, io.EOF) {
		l.add(stat.Issue{
			File: file, Line: 1, Code: "definition-empty",
			Problem: "The file is empty.", Fix: "Write the definition, or remove the file.",
		})
		return false
	}
	if err != nil {
		l.add(decodeIssue(file, err))
		return false
	}
	var second ast.Node
	if err := dec.Decode(&second); !errors.Is(err, io.EOF) {
		l.add(stat.Issue{
			File: file, Line: secondLine(data), Code: "second-document",
			Problem: "The file holds more than one document.", Fix: "Put each definition into its own file.",
		})
		return false
	}
	doc.decoded = true
	return true
}

// secondLine is the line of the marker at which a second document begins.
func secondLine(data []byte) int64 {
	seen := false
	for n, line := range strings.Split(string(data), "\n") {
		text := strings.TrimSpace(line)
		if strings.HasPrefix(line, "---") && seen {
			return int64(n + 1)
		}
		seen = seen || text != "" && !strings.HasPrefix(text, "#")
	}
	return 1
}

func decodeIssue(file string, err error) stat.Issue {
	issue := stat.Issue{
		File: file, Line: 1, Code: "definition-unreadable", Problem: "The definition cannot be read.",
		Fix: "data/README.md lists every key with its type.",
	}
	var at yaml.Error
	if errors.As(err, &at) {
		if t := at.GetToken(); t != nil && t.Position != nil {
			issue.Line = int64(t.Position.Line)
			issue.Value = t.Value
		}
		issue.Problem = sentence(at.GetMessage())
	} else {
		issue.Problem = sentence(err.Error())
	}
	var (
		unknown   *yaml.UnknownFieldError
		duplicate *yaml.DuplicateKeyError
		wrong     *yaml.TypeError
		syntax    *yaml.SyntaxError
	)
	switch {
	case errors.As(err, &unknown):
		issue.Code, issue.Column = "key-unknown", issue.Value
		issue.Problem = "There is no key " + quote(issue.Value) + " here."
	case errors.As(err, &duplicate), strings.Contains(issue.Problem, "already defined"):
		issue.Code, issue.Column = "key-twice", issue.Value
		issue.Problem = "The key " + quote(issue.Value) + " stands here for the second time."
		issue.Fix = "Keep one of them."
	case errors.As(err, &wrong):
		issue.Code = "type-wrong"
		issue.Problem = quote(issue.Value) + " is not " + typeName(wrong.DstType.String()) + "."
		if typeName(wrong.DstType.String()) == "true or false" {
			issue.Fix = "Write true or false. A reason has a key of its own: why."
		}
	case errors.As(err, &syntax):
		issue.Code = "syntax"
		issue.Fix = "Look at this line and the one above: indentation, a quote that is not closed, or a colon inside " +
			"unquoted text."
	}
	return issue
}

// typeName says in words what a Go type asks for.
func typeName(goType string) string {
	switch {
	case strings.HasPrefix(goType, "int"):
		return "a whole number"
	case strings.HasPrefix(goType, "float"):
		return "a number"
	case goType == "bool":
		return "true or false"
	case goType == "string":
		return "text"
	case strings.HasPrefix(goType, "[]"):
		return "a list"
	default:
		return "a group of keys"
	}
}

// sentence makes the first line of a message of the decoder a sentence.
func sentence(message string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(message), "\n")
	line = strings.TrimSuffix(line, ".")
	if line == "" {
		return "The definition cannot be read."
	}
	return strings.ToUpper(line[:1]) + line[1:] + "."
}

func quote(s string) string { return `"` + s + `"` }

// at adds an issue at the place in a YAML file that the path names, such as $.panels[0].series[1].dataset. Where the
// key is absent the issue stands at the nearest thing that is there.
func (l *loader) at(file, where string, issue stat.Issue) {
	issue.File = file
	issue.Line = l.line(file, where)
	if issue.Column == "" {
		issue.Column = strings.TrimPrefix(where, "$.")
	}
	l.add(issue)
}

func (l *loader) line(file, where string) int64 {
	doc := l.documents[file]
	if doc == nil {
		return 0
	}
	if doc.tree == nil {
		tree, err := parser.ParseBytes(doc.data, 0)
		if err != nil {
			return 1
		}
		doc.tree = tree
	}
	for where != "$" && where != "" {
		if p, err := yaml.PathString(where); err == nil {
			if node, err := p.FilterFile(doc.tree); err == nil && node != nil {
				return int64(lineOf(node))
			}
		}
		cut := strings.LastIndexAny(where, ".[")
		if cut < 0 {
			break
		}
		where = where[:cut]
	}
	return 1
}

// lineOf is the line of the first token of a node; a mapping's own token is its first colon.
func lineOf(node ast.Node) int {
	line := node.GetToken().Position.Line
	switch n := node.(type) {
	case *ast.MappingNode:
		for _, v := range n.Values {
			line = min(line, v.Key.GetToken().Position.Line)
		}
	case *ast.MappingValueNode:
		line = min(line, n.Key.GetToken().Position.Line)
	}
	return line
}
