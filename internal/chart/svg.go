package chart

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tallystick/internal/stat"
)

// ECharts does not escape attribute values, writes style attributes that a strict page refuses, and numbers its
// identifiers by what was drawn before. So nothing of its drawing is passed on: it is read as XML, and a new
// drawing is written from the elements, attributes and values that are listed here.

// elements that a drawing may hold. Clip paths are left out: every scale here holds all of its values, so that they
// only cost bytes.
var elements = []string{"svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan",
	"defs", "linearGradient", "radialGradient", "stop", "pattern"}

var (
	numbers  = regexp.MustCompile(`^[-+0-9.eE, ]+$`)
	pathData = regexp.MustCompile(`^[-+0-9.eE, MmLlHhVvCcSsQqTtAaZz]*$`)
	moves    = regexp.MustCompile(`^((translate|rotate|scale|matrix)\([-+0-9.eE, ]+\) ?)+$`)
	paint    = regexp.MustCompile(`^([a-z]+|currentColor|var\(--[a-z0-9-]+\)|#[0-9a-fA-F]{3,8}|rgba?\([0-9., %]+\))$`)
	word     = regexp.MustCompile(`^[A-Za-z-]+$`)
	unitless = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?(px|em)?$`)
	local    = regexp.MustCompile(`^url\(#([A-Za-z0-9_-]+)\)$`)
	decimals = regexp.MustCompile(`-?[0-9]*\.[0-9]{3,}`)
	ident    = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)
)

// attributes that an element may have, with the form of their values.
var attributes = map[string]*regexp.Regexp{
	"d": pathData, "points": numbers, "transform": moves, "patternTransform": moves, "gradientTransform": moves,
	"x": numbers, "y": numbers, "width": numbers, "height": numbers, "x1": numbers, "y1": numbers, "x2": numbers,
	"y2": numbers, "cx": numbers, "cy": numbers, "r": numbers, "rx": numbers, "ry": numbers, "dx": unitless,
	"dy": unitless, "offset": numbers, "viewBox": numbers,
	"patternUnits": word, "patternContentUnits": word, "gradientUnits": word,
	"fill": paint, "stroke": paint, "stop-color": paint, "fill-opacity": numbers, "stroke-opacity": numbers,
	"opacity": numbers, "stop-opacity": numbers, "stroke-width": numbers, "stroke-dasharray": numbers,
	"stroke-dashoffset": numbers, "stroke-linecap": word, "stroke-linejoin": word, "stroke-miterlimit": numbers,
	"fill-rule": word, "clip-rule": word, "text-anchor": word, "paint-order": word, "font-size": unitless,
	"font-weight": regexp.MustCompile(`^([0-9]+|bold|normal)$`),
}

// references are the attributes that may point at another element of the same drawing.
var references = []string{"fill", "stroke"}

// rebuild writes a new drawing from what ECharts drew. Identifiers are numbered by first appearance behind the
// prefix, so that equal options give equal bytes and several drawings can share a page. It returns
// stat.ErrInvalid for anything that is not one well-formed drawing.
func rebuild(raw, prefix, alt string) ([]byte, error) {
	if !ident.MatchString(prefix) {
		return nil, fmt.Errorf("identifiers cannot begin with %q: %w", prefix, stat.ErrInvalid)
	}
	r := rebuilder{prefix: prefix, ids: map[string]string{}, used: map[string]bool{}}
	for _, m := range regexp.MustCompile(`url\(#([A-Za-z0-9_-]+)\)`).FindAllStringSubmatch(raw, -1) {
		r.used[m[1]] = true
	}
	decoder := xml.NewDecoder(strings.NewReader(raw))
	skipped, depth := 0, 0
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("drawing: %v: %w", err, stat.ErrInvalid)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth == 0 && (r.b.Len() > 0 || t.Name.Local != "svg") {
				return nil, fmt.Errorf("drawing does not begin with one svg element: %w", stat.ErrInvalid)
			}
			depth++
			if skipped > 0 || !allowed(t) {
				skipped++
				continue
			}
			if depth == 1 {
				r.root(t, alt)
			} else {
				r.start(t)
			}
			r.open = append(r.open, t.Name.Local)
		case xml.EndElement:
			depth--
			if skipped > 0 {
				skipped--
				continue
			}
			r.open = r.open[:len(r.open)-1]
			r.end(t.Name.Local)
		case xml.CharData:
			if skipped == 0 && len(r.open) > 0 && slices.Contains([]string{"text", "tspan"}, r.open[len(r.open)-1]) {
				r.finish()
				_ = xml.EscapeText(&r.b, t) // a strings.Builder takes everything
			}
		}
	}
	if r.b.Len() == 0 {
		return nil, fmt.Errorf("drawing is empty: %w", stat.ErrInvalid)
	}
	return []byte(r.b.String()), nil
}

// allowed reports whether the element may stay. A ground that shows nothing does not.
func allowed(t xml.StartElement) bool {
	if t.Name.Space != "" && t.Name.Space != "http://www.w3.org/2000/svg" || !slices.Contains(elements, t.Name.Local) {
		return false
	}
	if t.Name.Local == "rect" {
		for _, a := range t.Attr {
			if a.Name.Local == "fill" && (a.Value == "none" || a.Value == "transparent") && !has(t, "stroke") {
				return false
			}
		}
	}
	return true
}

func has(t xml.StartElement, name string) bool {
	return slices.ContainsFunc(t.Attr, func(a xml.Attr) bool { return a.Name.Local == name })
}

type rebuilder struct {
	b       strings.Builder
	prefix  string
	ids     map[string]string
	used    map[string]bool
	open    []string
	pending bool // a start tag has been written but for its ">"
}

func (r *rebuilder) finish() {
	if r.pending {
		r.b.WriteByte('>')
		r.pending = false
	}
}

func (r *rebuilder) root(t xml.StartElement, alt string) {
	r.b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg"`)
	for _, a := range t.Attr {
		if a.Name.Local == "viewBox" && numbers.MatchString(a.Value) {
			r.attribute("viewBox", a.Value)
		}
	}
	r.attribute("role", "img")
	if alt != "" {
		r.attribute("aria-label", alt)
	}
	r.attribute("font-family", family)
	r.pending = true
}

func (r *rebuilder) start(t xml.StartElement) {
	r.finish()
	r.b.WriteString("<" + t.Name.Local)
	seen := map[string]bool{}
	for _, a := range t.Attr {
		if a.Name.Space != "" {
			continue
		}
		if a.Name.Local != "style" {
			r.keep(t, seen, a.Name.Local, a.Value)
			continue
		}
		for _, declaration := range strings.Split(a.Value, ";") {
			if name, value, found := strings.Cut(declaration, ":"); found {
				r.keep(t, seen, strings.TrimSpace(name), strings.TrimSpace(value))
			}
		}
	}
	r.pending = true
}

// keep writes an attribute if it is on the list and its value has the form that the list asks for.
func (r *rebuilder) keep(t xml.StartElement, seen map[string]bool, name, value string) {
	if name == "dominant-baseline" && value == "central" && t.Name.Local == "text" {
		name, value = "dy", strconv.FormatFloat(baselineShift, 'g', -1, 64)+"em" // every reader agrees on this
	}
	if seen[name] {
		return
	}
	seen[name] = true
	switch m := local.FindStringSubmatch(value); {
	case m != nil && slices.Contains(references, name):
		r.attribute(name, "url(#"+r.renumber(m[1])+")")
	case name == "id" && r.used[value]:
		r.attribute("id", r.renumber(value))
	case attributes[name] != nil && attributes[name].MatchString(value) && !isDefault(name, value):
		r.attribute(name, decimals.ReplaceAllStringFunc(value, shorten))
	}
}

// isDefault reports whether an attribute says what holds without it.
func isDefault(name, value string) bool {
	switch name + "=" + value {
	case "text-anchor=start", "font-weight=400", "font-weight=normal", "fill-opacity=1", "stroke-opacity=1":
		return true
	}
	return false
}

// shorten keeps a number to a hundredth of a unit.
func shorten(number string) string {
	v, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return number
	}
	return strconv.FormatFloat(round(v)+0, 'f', -1, 64)
}

func (r *rebuilder) renumber(id string) string {
	if _, known := r.ids[id]; !known {
		r.ids[id] = fmt.Sprintf("%s-%d", r.prefix, len(r.ids)+1)
	}
	return r.ids[id]
}

func (r *rebuilder) attribute(name, value string) {
	r.b.WriteString(" " + name + `="`)
	_ = xml.EscapeText(&r.b, []byte(value)) // a strings.Builder takes everything
	r.b.WriteByte('"')
}

func (r *rebuilder) end(name string) {
	if r.pending {
		r.b.WriteString("/>")
		r.pending = false
		return
	}
	r.b.WriteString("</" + name + ">")
}
