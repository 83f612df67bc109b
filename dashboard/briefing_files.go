package dashboard

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html"
	"html/template"
	"io/fs"
	"net/url"
	"regexp"
	"time"

	"github.com/gofiber/fiber/v2"

	"utfall/dashboard/web"
	"utfall/schema"
)

// Press turns a page into files of other kinds. It is slow, and does one thing at a time.
type Press interface {
	Can(kind string) error // why files of a kind, pdf or docx, cannot be made here: an ErrNoPress
	PDF(ctx context.Context, job PrintJob) ([]byte, error)
	DOCX(ctx context.Context, job PrintJob) ([]byte, error)
}

// PrintJob is a page to be printed. It needs nothing from outside itself.
type PrintJob struct {
	Title     string
	Number    string // of the matter, in words
	Sources   string // what the line under each page says of sources and moment
	Stamp     string // version and hash
	Lang      schema.Lang
	HTML      []byte // a whole page, its styles and fonts inside; its @page rules hold the lines over and under each page
	Word      []byte // the same for a word processor: its pictures are the charts by their names
	ChartPage []byte // a page with the charts under each other, from the upper left corner on
	Charts    []PrintedChart
}

// PrintedChart is a chart of a ChartPage, in CSS pixels.
type PrintedChart struct {
	Name          string
	Width, Height int
}

// ErrNoPress says that a file cannot be made because the program that makes it is not installed. Its text says which.
type ErrNoPress struct{ Text schema.Text }

func (e ErrNoPress) Error() string { return e.Text.EN }

// ErrBusy says that a press has too much to do to take a job.
var ErrBusy = errors.New("too many files are being made; try again in a moment")

//go:embed static/genomgang.css
var briefingFiles embed.FS

// pressTimeout bounds the making of a file.
const pressTimeout = 60 * time.Second

// briefingFile gives a briefing as a file. Files are large, so they are not kept among the pages.
func (s *Server) briefingFile(lang schema.Lang, kind string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		state, err := s.current()
		if err != nil {
			return err
		}
		v := &view{s: s, Lang: lang, Prefix: prefixOf(lang), State: state, path: "/genomgang/" + c.Params("id")}
		if err := s.read(c, v); err != nil {
			return err
		}
		a, err := s.makeFile(c.Context(), v, c.Params("id"), kind)
		var missing ErrNoPress
		switch {
		case errors.As(err, &missing):
			return problem{fiber.StatusServiceUnavailable, missing.Text}
		case errors.Is(err, ErrBusy):
			return refuse(fiber.StatusServiceUnavailable, "Just nu görs för många filer. Försök igen om en stund.", "Too many files are being made right now. Try again in a moment.")
		case errors.Is(err, context.DeadlineExceeded):
			return refuse(fiber.StatusServiceUnavailable, "Filen kunde inte göras i tid. Försök igen om en stund.", "The file could not be made in time. Try again in a moment.")
		case err != nil:
			return err
		}
		c.Set("Cache-Control", "no-cache")
		return a.send(c)
	}
}

func (s *Server) makeFile(ctx context.Context, v *view, id, kind string) (asset, error) {
	f, err := s.find(ctx, id, v)
	if err != nil {
		return asset{}, err
	}
	p := s.briefingView(v, f)
	job, err := s.printJob(p)
	if err != nil {
		return asset{}, err
	}
	key := fmt.Sprintf("%s.%x", kind, sha256.Sum256(job.HTML))
	if a, ok := s.pressed.get(key); ok {
		return a, nil
	}
	ctx, cancel := context.WithTimeout(ctx, pressTimeout)
	defer cancel()
	var out []byte
	mime := map[string]string{"pdf": "application/pdf", "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "html": "text/html; charset=utf-8"}[kind]
	switch {
	case kind == "html":
		out = job.HTML
	case s.Press == nil:
		return asset{}, ErrNoPress{schema.Text{SV: "Den här installationen kan inte göra filer av det slaget.", EN: "This installation cannot make files of that kind."}}
	case kind == "pdf":
		out, err = s.Press.PDF(ctx, job)
	case kind == "docx":
		out, err = s.Press.DOCX(ctx, job)
	default:
		return asset{}, fmt.Errorf("files of kind %q are not made; choose pdf, docx or html", kind)
	}
	if err != nil {
		return asset{}, err
	}
	a := newAsset(out, mime)
	a.name = p.fileName(kind)
	s.pressed.put(key, a)
	return a, nil
}

// FileChoice says which file of a briefing is wanted.
type FileChoice struct {
	ID      string
	Version int  // 0: the newest that is published, or the draft if none is
	Draft   bool // the draft, though a version may be published
	AsOf    time.Time
	Lang    schema.Lang
	Kind    string // pdf, docx or html
}

// BriefingFile makes a file of a briefing.
func (s *Server) BriefingFile(ctx context.Context, x FileChoice) (content []byte, name string, err error) {
	v := &view{s: s, Lang: x.Lang, Prefix: prefixOf(x.Lang), Query: url.Values{}, AsOf: x.AsOf, path: "/genomgang/" + x.ID}
	if x.Version > 0 {
		v.Query.Set("version", fmt.Sprint(x.Version))
	}
	if x.Draft {
		v.Query.Set("utkast", "1")
	}
	a, err := s.makeFile(ctx, v, x.ID, x.Kind)
	return a.body, a.name, err
}

var fontURL = regexp.MustCompile(`url\(([a-z-]+\.woff2)\)`)

// wholeStyle is the pages' style with the fonts inside.
func (s *Server) wholeStyle() (template.CSS, error) {
	bundle, names, err := web.Files()
	if err != nil {
		return "", err
	}
	var css bytes.Buffer
	for _, f := range []struct {
		fs   fs.FS
		name string
	}{{files, "static/utfall.css"}, {briefingFiles, "static/genomgang.css"}} {
		b, err := fs.ReadFile(f.fs, f.name)
		if err != nil {
			return "", err
		}
		css.Write(b)
	}
	var missing error
	out := fontURL.ReplaceAllStringFunc(css.String(), func(m string) string {
		name := fontURL.FindStringSubmatch(m)[1]
		b, err := fs.ReadFile(bundle, names[name])
		if err != nil {
			missing = err
			return m
		}
		return "url(data:font/woff2;base64," + base64.StdEncoding.EncodeToString(b) + ")"
	})
	return template.CSS(out), missing
}

var tag = regexp.MustCompile(`<[^>]*>`)

// untagged gives the words of HTML that the program made.
func untagged(s string) string { return html.UnescapeString(tag.ReplaceAllString(s, "")) }
