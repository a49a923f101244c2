package web

import (
	"bytes"
	"strings"

	"github.com/labstack/echo/v4"

	"tallystick/internal/lang"
	"tallystick/internal/stat"
)

// The language of an answer stands in its address and nowhere else: English as it is, Spanish under /es. No cookie and
// no header chooses it, so that a cache keeps one answer for one address, and an address that is passed on shows what
// its sender saw.

// spoken is the name under which the language of a request is kept.
const spoken = "language"

// languaged takes the language out of the address, before the address is looked up.
func languaged(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		u := c.Request().URL
		for _, l := range lang.Languages {
			prefix := prefixOf(l)
			if prefix == "" || u.Path != prefix && !strings.HasPrefix(u.Path, prefix+"/") {
				continue
			}
			c.Set(spoken, l)
			u.Path, u.RawPath = strings.TrimPrefix(u.Path, prefix), strings.TrimPrefix(u.RawPath, prefix)
			if u.Path == "" {
				u.Path = "/"
			}
			if wordless(u.Path) {
				return stat.ErrNotFound
			}
		}
		return next(c)
	}
}

// languageOf is the language that the address of a request asks for.
func languageOf(c echo.Context) lang.Language {
	l, _ := c.Get(spoken).(lang.Language)
	return l
}

func prefixOf(l lang.Language) string {
	if l == lang.English {
		return ""
	}
	return "/" + l.Code()
}

// wordless reports whether what is at the path is the same in every language and so has one address: sealed files,
// proofs, what ships with the program, and what is read by machines about the site as a whole.
func wordless(path string) bool {
	for _, p := range []string{"/static/", "/.well-known/", "/sitemap.xml", "/robots.txt", "/sw.js", "/healthz"} {
		if strings.HasPrefix(path, p) {
			return true
		}
	}
	_, within, _ := strings.Cut(strings.TrimPrefix(path, "/releases/"), "/")
	return strings.HasPrefix(path, "/releases/") && (strings.HasPrefix(within, "files/") || within == "kit.zip")
}

// inLanguage is the address of a page of this site, with its query, in a language.
func inLanguage(l lang.Language, view string) string {
	switch path, _, _ := strings.Cut(view, "?"); {
	case wordless(path):
		return view
	case path == "/" && l != lang.English:
		return prefixOf(l) + view[1:]
	default:
		return prefixOf(l) + view
	}
}

// here is the address of a page in the language that was asked for.
func (v *visit) here(path string) string { return inLanguage(v.wanted, path) }

// localised puts the language into the addresses of a page's links and forms, so that a reader stays in it. Templates
// and handlers write addresses without a language; none can be forgotten. Only markup of our own is found: text from
// data has its quotation marks escaped. A link with hreflang leads to the language that it names.
func localised(body []byte, l lang.Language) []byte {
	if l == lang.English {
		return body
	}
	var out bytes.Buffer
	for {
		at, attribute := nextAddress(body)
		if at < 0 {
			out.Write(body)
			return out.Bytes()
		}
		start := at + len(attribute)
		end := start + bytes.IndexByte(body[start:], attribute[len(attribute)-1])
		out.Write(body[:start])
		address := string(body[start:end])
		if tag := body[bytes.LastIndexByte(body[:at], '<'):at]; bytes.Contains(tag, []byte("hreflang=")) {
			out.WriteString(address)
		} else {
			out.WriteString(inLanguage(l, address))
		}
		body = body[end:]
	}
}

// nextAddress finds the next attribute whose value is an address within the site.
func nextAddress(body []byte) (at int, attribute string) {
	at = -1
	for _, a := range []string{` href="`, ` href='`, ` action="`, ` src="`} {
		if i := bytes.Index(body, []byte(a+"/")); i >= 0 && (at < 0 || i < at) {
			at, attribute = i, a
		}
	}
	return at, attribute
}

// folderIn is where a release keeps what it sealed in a language.
func folderIn(l lang.Language, folder string) string {
	if l == lang.English {
		return folder + "/"
	}
	return folder + "/" + l.Code() + "/"
}

func figuresIn(l lang.Language) string { return folderIn(l, "figures") }

// named is the name of a file about an indicator: with its release, and with the language if it is not English.
func (v *visit) named(id string) string {
	name := id + "-" + v.rel.ID()
	if v.l != lang.English {
		name += "-" + v.l.Code()
	}
	return name
}

// answer is what the rules wrote about an indicator, in the language of the answer.
func (v *visit) answer(id string) (stat.Answer, error) {
	a, err := v.rel.Answer(id)
	return a.In(v.l.Code()), err
}

// dimension is the name of a dimension as a heading.
func (v *visit) dimension(name string) string {
	return capital(v.l.T(strings.ReplaceAll(name, "_", " ")))
}

// confidence is how sure we are of a statement, in words.
func (v *visit) confidence(code string) string { return v.l.T(code) }
