package dashboard

import (
	"bytes"
	"context"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html"
	"html/template"
	"io/fs"
	"regexp"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"utfall/dashboard/web"
	"utfall/schema"
)

// Press turns a page into files of other kinds. It is slow, and does one thing at a time.
type Press interface {
	PDF(ctx context.Context, job PrintJob) ([]byte, error)
	DOCX(ctx context.Context, job PrintJob) ([]byte, error)
}

// PrintJob is a page to be printed. It needs nothing from outside itself.
type PrintJob struct {
	Title  string
	Lang   schema.Lang
	HTML   []byte // a whole page, its styles and fonts inside
	Word   []byte // the same for a word processor: pictures named as the data-file attributes of HTML's charts
	Header string // HTML of the line over each page
	Footer string // HTML of the line under it
}

// ErrNoPress says that a file cannot be made because the program that makes it is not installed. Its text says which.
type ErrNoPress struct{ Text schema.Text }

func (e ErrNoPress) Error() string { return e.Text.EN }

//go:embed static/genomgang.css
var briefingFiles embed.FS

// pressTimeout bounds the making of a file.
const pressTimeout = 60 * time.Second

// briefingFile gives a briefing as a file. Files are large, so they are not kept among the pages.
func (s *Server) briefingFile(lang schema.Lang, kind string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		state, err := s.current(c.Context())
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
		case errors.Is(err, context.DeadlineExceeded):
			return refuse(fiber.StatusServiceUnavailable, "Filen kunde inte göras i tid. Försök igen om en stund.", "The file could not be made in time. Try again in a moment.")
		case err != nil:
			return err
		}
		c.Set(fiber.HeaderContentType, a.kind)
		c.Set("Cache-Control", "no-cache")
		c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+a.name+`"`)
		return a.send(c)
	}
}

func (s *Server) makeFile(ctx context.Context, v *view, id, kind string) (asset, error) {
	f, err := s.find(ctx, id, v)
	if err != nil {
		return asset{}, err
	}
	p := s.briefingView(v, f)
	key := f.hash + "." + kind + "." + string(v.Lang)
	if a, ok := s.pressed.get(key); ok && f.hash != "" {
		return a, nil
	}
	job, err := s.printJob(p)
	if err != nil {
		return asset{}, err
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
	if f.hash != "" {
		s.pressed.put(key, a)
	}
	return a, nil
}

// BriefingFile makes a file of a briefing: its newest version, a version by number, or with version −1 the draft.
func (s *Server) BriefingFile(ctx context.Context, id string, version int, lang schema.Lang, kind string) (content []byte, name string, err error) {
	v := &view{s: s, Lang: lang, Prefix: prefixOf(lang), Query: map[string][]string{}, path: "/genomgang/" + id}
	switch {
	case version > 0:
		v.Query.Set("version", fmt.Sprint(version))
	case version < 0:
		v.Query.Set("utkast", "1")
	}
	a, err := s.makeFile(ctx, v, id, kind)
	return a.body, a.name, err
}

// printJob makes the print page with everything in it.
func (s *Server) printJob(p *briefingPage) (PrintJob, error) {
	style, err := s.wholeStyle()
	if err != nil {
		return PrintJob{}, err
	}
	p.Style = style
	page, err := s.render("briefing_print", p)
	if err != nil {
		return PrintJob{}, err
	}
	word, err := s.render("briefing_word", p)
	if err != nil {
		return PrintJob{}, err
	}
	job := PrintJob{Title: p.Title, Lang: p.Lang, HTML: page, Word: word}
	job.Header, job.Footer = p.runningLines()
	return job, nil
}

// runningLines are the lines over and under each printed page. Chromium fills in the page numbers.
func (p briefingPage) runningLines() (header, footer string) {
	const line = `<div style="font: 8px sans-serif; color: #3d4653; width: 100%; margin: 0 18mm; display: flex; justify-content: space-between; gap: 12px">`
	number := p.T("Diarienummer: ej angivet", "Registry number: none")
	if p.Snap.Number != "" {
		number = p.T("Diarienummer ", "Registry number ") + p.Snap.Number
	}
	hash := p.T("Utkast, inte publicerat", "Draft, not published")
	if !p.Snap.Draft() {
		hash = fmt.Sprintf(p.T("Version %d · SHA-256 %s…", "Version %d · SHA-256 %s…"), p.Snap.Version, p.Hash[:16])
	}
	page := p.T("Sida", "Page") + ` <span class="pageNumber"></span> ` + p.T("av", "of") + ` <span class="totalPages"></span>`
	header = line + "<span>" + html.EscapeString(p.Title) + "</span><span>" + html.EscapeString(number) + "</span></div>"
	footer = line + "<span>" + html.EscapeString(fmt.Sprintf(p.T("Källor: %d, sist i genomgången · siffror %s · %s", "Sources: %d, at the end · figures of %s · %s"), len(p.Body.Sources), p.Moment(), hash)) +
		"</span><span>" + page + "</span></div>"
	return header, footer
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

// Picture is the name under which a figure's chart is drawn for a word processor.
func (p briefingPage) Picture(id string) string {
	return "diagram-" + strings.ReplaceAll(id, "_", "-") + ".png"
}
