// Package web owns the public site: the pages, the files handed out and the headers they travel with.
//
// It reads sealed releases and nothing else. It has no way to the warehouse or to the definitions in data/: what
// it shows is in a release, and that import is the privacy wall. It sets no cookie, keeps no session, makes no
// outbound request, and answers GET and HEAD only, so that a public page can be asked but never told anything.
package web

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/sync/singleflight"

	"tallystick/internal/chart"
	"tallystick/internal/lang"
	"tallystick/internal/release"
	"tallystick/static"
	"tallystick/templates"
)

// Config is what a server needs. Every field but Address is required.
type Config struct {
	Library *release.Library
	Log     *slog.Logger
	Clock   func() time.Time // decides which releases are out
	Version string           // of the program, shown at the foot of the pages
	Address string           // where the site is reached if its definition gives no address: http://127.0.0.1:8080
}

// Server answers requests for the public site.
type Server struct {
	library *release.Library
	log     *slog.Logger
	clock   func() time.Time
	version string
	address string
	assets  *assets
	pages   map[lang.Language]pages
	store   *store
	flights singleflight.Group
	turns   turns
	drawing turns           // for answers that draw
	kept    map[string]bool // first parts of the addresses to which links of a pinned page lead within its release
	echo    *echo.Echo
}

// New makes a server over the sealed releases of a library. It panics only if a template that ships inside the
// program does not parse, which is a programmer's mistake that every test would meet.
func New(cfg Config) *Server {
	s := &Server{
		library: cfg.Library,
		log:     cfg.Log,
		clock:   cfg.Clock,
		version: cfg.Version,
		address: cfg.Address,
		store:   newStore(storeBytes),
		turns:   newTurns(),
		drawing: newTurns(),
		kept:    map[string]bool{},
	}
	s.assets = loadAssets(static.FS)
	s.pages = map[lang.Language]pages{}
	for _, l := range lang.Languages {
		s.pages[l] = parsePages(templates.FS, s.assets, l)
	}
	s.echo = s.router()
	return s
}

// Warm makes ready what the first view that nobody sealed and the first card would wait for; see chart.Warm.
func (s *Server) Warm() {
	if err := chart.Warm(); err != nil {
		s.log.Error("figures cannot be drawn", "problem", err.Error())
	}
}

// Handler returns the handler of the whole site.
func (s *Server) Handler() http.Handler { return s.echo }

// router lists every address of the site in one place, in the order of the site map, behind the middleware in
// the order in which it runs.
func (s *Server) router() *echo.Echo {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = echo.ExtractIPDirect()
	e.HTTPErrorHandler = s.serveError
	e.Pre(s.recovered, s.logged, s.headers, onlyRead, oneAddress, languaged)

	get := func(path string, h echo.HandlerFunc) {
		e.GET(path, h)
		e.HEAD(path, h)
	}
	// A page or a file of figures stands in the newest release and, under the name of a release, in each of them; so
	// ?known= has where to lead.
	kept := func(path string, how func(maker, ...string) echo.HandlerFunc, answer maker, parameters ...string) {
		h := how(answer, append(parameters, "known")...)
		within := path
		if path == "/" {
			within = homeIn
		}
		get(path, h)
		get("/releases/:release"+within, h)
	}
	page := func(path string, answer maker, parameters ...string) {
		kept(path, s.stored, answer, parameters...)
		root, _, _ := strings.Cut(path[1:], "/")
		s.kept[root] = true
	}
	page("/", s.home)
	page("/indicators", s.indicators)
	page("/indicators/:id", s.indicator, viewParameters...)
	page("/values/*", s.value)
	page("/places", s.places)
	page("/places/:id", s.place)
	page("/counties/:id", s.county)
	page("/planning-regions/:id", s.region)
	page("/agencies", s.agencies)
	page("/agencies/:id", s.agency)
	page("/duties", s.duties)
	page("/duties/:id", s.duty)
	page("/timeline", s.timeline)
	page("/glossary", s.glossary)
	page("/corrections", s.corrections)
	page("/claims", s.claims)
	page("/accounts", s.accounts)
	page("/accounts/:id", s.account)
	page("/laws", s.laws)
	page("/laws/elements", s.elements)
	page("/laws/:id", s.law)
	page("/datasets", s.datasets)
	page("/datasets/:id", s.datasetPage, datasetParameters...)
	page("/sources", s.sources)
	page("/methods", s.methods)
	kept("/releases", s.stored, s.releases)
	page("/releases.json", s.listFile)
	get("/releases/:release", s.stored(s.releasePage, "known"))
	get("/releases/:release/cards/:id", s.stored(s.card, "known"))
	get("/releases/:release/files/*", s.stored(s.file, "known"))
	get("/releases/:release/kit.zip", s.made(s.kit, "known"))
	get("/newer/:release", s.made(s.newer))
	get("/newer/:release/*", s.made(s.newer))
	kept("/.well-known/tallystick-checkpoint", s.made, s.checkpoint)
	kept("/.well-known/tallystick-key", s.made, s.publicKey)
	page("/embed/:id", s.embed)
	kept("/search", s.made, s.search, "q")
	s.kept["search"] = true
	page("/about", s.about)
	page("/accessibility", s.accessibility)
	kept("/feed.atom", s.stored, s.feed)
	kept("/sitemap.xml", s.stored, s.sitemap)
	get("/robots.txt", s.stored(s.robots))
	get("/sw.js", s.worker)
	get("/healthz", s.healthz)
	get("/static/:hash/*", s.static)
	return e
}

// healthz says that the server answers and which release it would show.
func (s *Server) healthz(c echo.Context) error {
	if err := allowOnly(c.QueryParams()); err != nil {
		return err
	}
	rel, err := s.library.Latest(s.clock())
	if err != nil {
		return fmt.Errorf("no release to show: %w", err)
	}
	body, err := json.Marshal(struct {
		Status  string `json:"status"`
		Release string `json:"release"`
		Version string `json:"version"`
	}{"ok", rel.ID(), s.version})
	if err != nil {
		return err
	}
	return represent(body, "application/json", "no-store").write(c)
}
