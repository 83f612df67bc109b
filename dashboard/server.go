package dashboard

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"go.opentelemetry.io/otel/trace"

	"utfall/dashboard/briefing"
	"utfall/dashboard/interval"
	"utfall/dashboard/still"
	"utfall/dashboard/web"
	"utfall/schema"
)

// Reader is what the pages need of a store. Every call says as of which moment.
type Reader interface {
	Series(ctx context.Context, q schema.Query) ([]schema.Observation, error)
	Versions(ctx context.Context, q schema.Query) ([]schema.Version, error)
	Revisions(ctx context.Context, indicator string, asOf time.Time) ([]schema.Revision, error)
	Releases(ctx context.Context, indicator string, asOf time.Time) ([]schema.Release, error)
	State(ctx context.Context, asOf time.Time) (schema.State, error)
	Coverage(ctx context.Context, asOf time.Time) ([]schema.Coverage, error)
	Places(ctx context.Context, asOf time.Time) (map[string][]string, error)
	Ledger(ctx context.Context, limit int, datasets ...string) ([]schema.Release, error)
}

// limited gives counts their limits, wherever they are read for.
type limited struct {
	Reader
	catalogue *schema.Catalogue
}

func (l limited) Series(ctx context.Context, q schema.Query) ([]schema.Observation, error) {
	figures, err := l.Reader.Series(ctx, q)
	if err == nil {
		interval.Add(l.catalogue, figures)
	}
	return figures, err
}

// Config says what a server needs. Reader and Catalogue are required.
type Config struct {
	// PanelFailed counts pages that are shown without one of their panels; may be nil.
	PanelFailed func(page string)

	// Patience bounds how long a page waits for a panel before it is sent without it, with a link to the whole page;
	// zero for 200 ms.
	Patience time.Duration

	Reader    Reader
	Catalogue *schema.Catalogue
	Logger    *slog.Logger
	Now       func() time.Time
	Version   string
	Organisation
	Public
	BriefingConfig
	Expected func(dataset string, after time.Time) time.Time    // the first release after a moment in the publisher's calendar, zero if it has none; may be nil
	Observe  func(route string, status int, took time.Duration) // counts requests; may be nil
	Tracer   trace.Tracer                                       // makes a span of each request; nil for none
}

// Server answers the pages.
type Server struct {
	Config
	app    *fiber.App
	pages  *template.Template
	assets map[string]asset  // by the name in the address
	names  map[string]string // plain name to name with hash
	cache  *cache

	pageNames []string

	style   still.Style // how a chart looks when it has left its page
	printer *still.Printer

	publications publications
	pressed      keptFiles
}

//go:embed template/*.html static/utfall.css static/jamfor.css
var files embed.FS

// panelTimeout bounds the loading of one panel that the reader waits for, patience that of one beside others.
const (
	panelTimeout = 5 * time.Second
	patience     = 200 * time.Millisecond
)

// New builds a server. It fails if the pages' script and fonts were not bundled.
func New(c Config) (*Server, error) {
	if c.Reader == nil || c.Catalogue == nil {
		return nil, errors.New("dashboard: a reader and a catalogue are needed")
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Observe == nil {
		c.Observe = func(string, int, time.Duration) {}
	}
	if err := CheckFrames(c.Frames); err != nil {
		return nil, fmt.Errorf("dashboard: %w", err)
	}
	c.Address = strings.TrimSuffix(cmp.Or(c.Address, "http://127.0.0.1:8080"), "/")
	if c.PanelFailed == nil {
		c.PanelFailed = func(string) {}
	}
	if c.Patience == 0 {
		c.Patience = patience
	}
	c.Reader = limited{c.Reader, c.Catalogue}
	s := &Server{Config: c, cache: newCache()}
	if err := c.checkDraftKey(); err != nil {
		return nil, err
	}
	if s.Drafts == nil {
		var err error
		if s.Drafts, err = briefing.NewShelf(c.Catalogue, ""); err != nil {
			return nil, fmt.Errorf("dashboard: %w", err)
		}
	}
	bundle, names, err := web.Files()
	if err != nil {
		return nil, fmt.Errorf("dashboard: %w", err)
	}
	if err := s.loadAssets(bundle, names); err != nil {
		return nil, fmt.Errorf("dashboard: %w", err)
	}
	if s.pages, err = template.New("").ParseFS(files, "template/*.html"); err != nil {
		return nil, fmt.Errorf("dashboard: %w", err)
	}
	s.app = fiber.New(fiber.Config{
		AppName: "Utfall", DisableStartupMessage: true, Immutable: true,
		ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute,
		BodyLimit: mostDraft, ReadBufferSize: 16 << 10,
		ErrorHandler: func(c *fiber.Ctx, err error) error { return s.fault(c, "", requestID(c), err) },
	})
	s.app.Use(s.guard)
	s.app.Get("/static/:name", s.static)
	for _, lang := range []schema.Lang{schema.SV, schema.EN} {
		prefix := prefixOf(lang)
		s.routesBriefings(lang, prefix)
		s.app.Get(prefix+"/", s.page(lang, "overview", s.overview))
		s.app.Get(prefix+"/kvalitet", s.page(lang, "quality", s.quality))
		s.app.Get(prefix+"/drift", s.page(lang, "runs", s.runs))
		s.app.Get(prefix+"/tillganglighet", s.page(lang, "accessibility", s.accessibility))
		s.app.Get(prefix+"/metod", s.page(lang, "method", s.methods))
		s.app.Get(prefix+"/pastaenden", s.page(lang, "claims", s.claims))
		s.app.Get(prefix+"/vardkedja", s.page(lang, "carechain", s.careChain))
		s.app.Get(prefix+"/insatser", s.page(lang, "events", s.events))
		s.app.Get(prefix+"/insatser/:id", s.page(lang, "event", s.event))
		s.app.Get(prefix+"/pastaenden/:id", s.page(lang, "claim", s.claim))
		s.app.Get(prefix+"/jamfor", s.page(lang, "comparelist", s.compareList))
		s.routesFiles(lang, prefix)
		s.routesEmbed(lang, prefix)
		s.app.Get(prefix+"/jamfor/:id", s.page(lang, "compare", s.compare))
		s.app.Get(prefix+"/indikator/:id", s.page(lang, "indicator", s.indicator))
	}
	s.routesAPI()
	s.routesCatalogue()
	return s, nil
}

func prefixOf(l schema.Lang) string {
	if l == schema.EN {
		return "/en"
	}
	return ""
}

// Serve answers on a listener until ctx ends, then lets requests under way finish.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	stop := context.AfterFunc(ctx, func() { _ = s.app.ShutdownWithTimeout(5 * time.Second) })
	defer stop()
	return s.app.Listener(l)
}

// Test answers one request without a network.
func (s *Server) Test(r *http.Request) (*http.Response, error) { return s.app.Test(r, -1) }

// guard sets the headers that every answer carries. No page may run or load anything that this program does not serve.
func (s *Server) guard(c *fiber.Ctx) error {
	c.Set("Content-Security-Policy", policy())
	c.Set("X-Content-Type-Options", "nosniff")
	c.Set("Referrer-Policy", "same-origin")
	return s.answered(c, c.Next)
}

// problem is a fault that a reader can do something about.
type problem struct {
	status int
	text   schema.Text
}

func (p problem) Error() string { return p.text.EN }

func refuse(status int, sv, en string) error { return problem{status, schema.Text{SV: sv, EN: en}} }

var (
	notFound = problem{http.StatusNotFound, schema.Text{SV: "Sidan finns inte. Gå till översikten och välj en indikator där.",
		EN: "There is no such page. Go to the overview and choose an indicator there."}}
	broken = problem{http.StatusServiceUnavailable, schema.Text{SV: "Siffrorna kan inte visas just nu. Försök igen om en stund.",
		EN: "The figures cannot be shown right now. Try again in a moment."}}
)

// fault turns an error into a plain page, or into problem+json for a download. Nothing internal is shown.
func (s *Server) fault(c *fiber.Ctx, route, id string, err error) error {
	var p problem
	var fe *fiber.Error
	tooLarge, cut := unread(err)
	switch {
	case errors.As(err, &p):
	case cut:
		p = tooLarge
		drain(c.Context().Conn())
	case errors.As(err, &fe) && fe.Code < 500:
		p = notFound
		p.status = fe.Code
	default:
		p = broken
		s.Logger.Error("a page failed", "route", route, "request_id", id, "error", err)
	}
	lang := schema.SV
	switch {
	case strings.HasPrefix(c.Path(), "/en/"):
		lang = schema.EN
	case strings.HasPrefix(c.Path(), apiRoot):
		lang = asked(c)
	}
	if p == notFound && strings.HasPrefix(c.Path(), apiRoot) {
		p = notInAPI
	}
	c.Status(p.status)
	c.Set("Cache-Control", "no-store")
	if takenByPrograms(c.Path()) {
		c.Set(fiber.HeaderContentLanguage, string(lang))
		return c.JSON(fiber.Map{"type": "about:blank", "status": p.status, "title": http.StatusText(p.status), "detail": p.text.In(lang), "instance": c.Path()}, "application/problem+json")
	}
	v := view{s: s, Lang: lang, Prefix: prefixOf(lang), Title: p.text.In(lang), path: "/", State: s.cache.known()}
	html, rerr := s.render("fault", struct {
		view
		Status int
	}{v, p.status})
	if rerr != nil {
		return rerr
	}
	c.Set(fiber.HeaderContentType, "text/html; charset=utf-8")
	return c.Send(html)
}

func (s *Server) static(c *fiber.Ctx) error {
	a, ok := s.assets[c.Params("name")]
	if !ok {
		return notFound
	}
	c.Set("Cache-Control", "public, max-age=31536000, immutable")
	return a.send(c)
}

func (s *Server) loadAssets(bundle fs.FS, names map[string]string) error {
	s.assets, s.names = map[string]asset{}, map[string]string{}
	for plain, hashed := range names {
		content, err := fs.ReadFile(bundle, hashed)
		if err != nil {
			return err
		}
		s.names[plain] = hashed
		s.assets[hashed] = newAsset(content, kindOf(plain))
	}
	css, err := files.ReadFile("static/utfall.css")
	if err != nil {
		return err
	}
	more, err := briefingFiles.ReadFile("static/genomgang.css")
	if err != nil {
		return err
	}
	css = append(css, more...)
	if more, err = files.ReadFile("static/jamfor.css"); err != nil {
		return err
	}
	css = append(css, more...)
	if err := s.loadStill(css, bundle, names); err != nil {
		return err
	}
	for plain, hashed := range s.names { // the fonts' names carry a hash
		css = []byte(strings.ReplaceAll(string(css), "url("+plain+")", "url("+hashed+")"))
	}
	a := newAsset(css, "text/css; charset=utf-8")
	s.names["utfall.css"] = "utfall-" + a.hash + ".css"
	s.assets[s.names["utfall.css"]] = a
	return nil
}

func kindOf(name string) string {
	if strings.HasSuffix(name, ".woff2") {
		return "font/woff2"
	}
	return "text/javascript; charset=utf-8"
}
