package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"path"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"tallystick/internal/stat"
)

// assets are the files of static/, read, compressed and addressed once at the start. The address holds a
// checksum over all of them, so that it can be kept for ever and changes with the program.
type assets struct {
	hash  string
	files map[string]*representation
	later map[string]*representation // the same, under addresses that another program wrote

	worker *representation
}

// served are the kinds of file that pages need, and the licences they come with. Everything else in static/ is for
// building and for drawing on the server.
var served = []string{".css", ".js", ".svg", ".woff2", ""}

// loadAssets reads the files that are served. A file that cannot be read from the program itself is a programmer's
// mistake.
func loadAssets(fsys fs.FS) *assets {
	a := &assets{files: map[string]*representation{}, later: map[string]*representation{}}
	sum := sha256.New()
	var names []string
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !slices.Contains(served, path.Ext(name)) {
			return err
		}
		names = append(names, name)
		return nil
	})
	if err != nil {
		panic(err)
	}
	slices.Sort(names)
	for _, name := range names {
		body, err := fs.ReadFile(fsys, name)
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(sum, "%s %d\n", name, len(body))
		sum.Write(body)
		if name == workerFile {
			a.worker = represent(body, typeOf(name), revalidate)
			a.worker.policy = workerPolicy
			continue
		}
		rep := represent(body, typeOf(name), forEver)
		a.files[name] = rep
		a.later[name] = &representation{contentType: rep.contentType, caching: revalidate, body: body, tag: rep.tag}
	}
	a.hash = hex.EncodeToString(sum.Sum(nil))[:12]
	return a
}

// address is where a file of static/ is served. A name that does not exist is an error, so that a template
// cannot link to nothing.
func (a *assets) address(name string) (string, error) {
	if _, ok := a.files[name]; !ok {
		return "", fmt.Errorf("static file %q: %w", name, stat.ErrNotFound)
	}
	return "/static/" + a.hash + "/" + name, nil
}

// static serves GET /static/:hash/*.
func (s *Server) static(c echo.Context) error {
	if err := allowOnly(c.QueryParams()); err != nil {
		return err
	}
	rep, ok := s.assets.files[c.Param("*")]
	if !ok {
		return fmt.Errorf("static file %q: %w", c.Param("*"), stat.ErrNotFound)
	}
	if c.Param("hash") != s.assets.hash {
		// A pinned page that somebody kept for a year names the files of the program that wrote it. What has
		// taken their place serves it better than nothing, but must not be kept under that name.
		rep = s.assets.later[c.Param("*")]
	}
	return rep.write(c)
}

// workerFile is the script that keeps the pages that were read. It has an address of its own, outside of /static/, since
// a worker answers for the addresses beside it and below, and no checksum in it, since a browser asks for it by name.
const workerFile = "sw.js"

// workerPolicy lets the worker ask this site and nobody else.
const workerPolicy = "default-src 'none'; connect-src 'self'"

// worker serves GET /sw.js.
func (s *Server) worker(c echo.Context) error {
	if err := allowOnly(c.QueryParams()); err != nil {
		return err
	}
	return s.assets.worker.write(c)
}

// typeOf is the media type of a file by its name. The list is closed, so that the machine's own list has no say.
func typeOf(name string) string {
	switch ext := path.Ext(name); ext {
	case ".csv":
		return "text/csv; charset=utf-8"
	case ".json":
		return "application/json"
	case ".xlsx":
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	case ".parquet":
		return "application/vnd.apache.parquet"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".txt", ".md", "":
		return "text/plain; charset=utf-8"
	default:
		if t := mime.TypeByExtension(ext); strings.HasPrefix(t, "image/") {
			return t
		}
		return "application/octet-stream"
	}
}
