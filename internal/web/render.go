package web

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"

	"tallystick/internal/chart"
	"tallystick/internal/lang"
	"tallystick/internal/stat"
)

// pages are the parsed templates, one for each file of templates/ but the layout, by name without extension.
type pages map[string]*template.Template

// parsePages parses every page with the layout and the partials, for one language. Templates name their texts in
// English, {{t "Download"}}, with slots, {{t "release %s" .ID}}, and with plurals, {{n .Days "%d day" "%d days" .Days}}. A template that does not parse is a programmer's
// mistake, so it panics.
func parsePages(fsys fs.FS, a *assets, l lang.Language) pages {
	funcs := template.FuncMap{
		"asset":   a.address,
		"key":     escapeKey,
		"row":     rowAnchor,
		"rest":    func(columns []chart.Column) int { return len(columns) - 1 },
		"host":    hostOf,
		"count":   func(n int64) string { return stat.FormatCount(n) },
		"counted": func(n int) string { return stat.FormatCount(int64(n)) },
		"capital": capital,
		"size":    func(n int64) string { return sizeWords(l, n) },
		"t":       l.T,
		"n":       func(n int, one, many string, args ...any) string { return l.N(int64(n), one, many, args...) },
		"word":    func(text string) string { return l.T(text) }, // of a closed vocabulary
		"foreign": func() bool { return l != lang.English },      // whether text of a source, in English, must be marked
		"date":    l.Date,
		"join":    func(list []string) string { return strings.Join(list, ", ") },
		"drawing": trusted,
		"short":   func(sum string) string { return sum[:min(len(sum), 12)] },
	}
	base := template.Must(template.New("layout.html").Funcs(funcs).ParseFS(fsys, "layout.html", "partials/*.html"))
	names, err := fs.Glob(fsys, "*.html")
	if err != nil {
		panic(err)
	}
	out := pages{}
	for _, name := range names {
		if name == "layout.html" {
			continue
		}
		t := template.Must(template.Must(base.Clone()).ParseFS(fsys, name))
		out[strings.TrimSuffix(name, path.Ext(name))] = t
	}
	return out
}

// render fills a page into memory, so that a fault in a template never sends half a page.
func (p pages) render(name string, data any) ([]byte, error) {
	t, ok := p[name]
	if !ok {
		return nil, fmt.Errorf("there is no template %q", name)
	}
	document := "layout.html"
	if t.Lookup("document") != nil {
		document = "document" // a page that stands alone, without the frame of the site
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, document, data); err != nil {
		return nil, fmt.Errorf("template %s: %v", name, err) // whatever its kind, it is a fault of ours
	}
	return b.Bytes(), nil
}

// trusted lets the drawing of a sealed release into a page as markup. It is the one place where text becomes
// HTML: the drawing was rebuilt by package chart from an allow-list of elements and attributes before it was
// sealed, and its checksum is in the manifest.
func trusted(svg []byte) template.HTML { return template.HTML(svg) }

// rowAnchor is the name of an observation's row within the page of its indicator.
func rowAnchor(key string) string {
	_, rest, _ := strings.Cut(key, "/")
	return rest
}

// sizeWords is a number of bytes for a reader: 940 bytes, 12 kB, 1.4 MB.
func sizeWords(l lang.Language, n int64) string {
	switch {
	case n < 1000:
		return l.T("%d bytes", n)
	case n < 1_000_000:
		return stat.FormatNumber(float64(n)/1000, 0) + " kB"
	default:
		return stat.FormatNumber(float64(n)/1e6, 1) + " MB"
	}
}
