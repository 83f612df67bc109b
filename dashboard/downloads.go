package dashboard

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"utfall/dashboard/export"
	"utfall/schema"
)

// Public says how the pages are reached from outside, and who may show a part of them.
type Public struct {
	Address string   // "https://utfall.example.se"; what files, catalogue and API name as their place
	Frames  []string // origins whose pages may show an embedded chart; none by default
}

// wholeTimeout bounds the sending of everything there is.
const wholeTimeout = 10 * time.Minute

// wholePart is how many indicators are read at once on the way.
const wholePart = 30

// sendTimeout is how long who takes a file may take for one part of it.
const sendTimeout = 30 * time.Second

// routesFiles registers what can be taken out of the program: an indicator's figures, its chart, and everything.
func (s *Server) routesFiles(lang schema.Lang, prefix string) {
	for _, f := range export.Formats() {
		if f.ID == swedishCSV {
			continue // csv with dialekt=sv
		}
		s.app.Get(prefix+"/indikator/:id."+f.Extension, s.page(lang, f.ID, s.file(f)))
		if f.Whole { // it has columns, so more can stand beside a figure
			s.app.Get(prefix+"/jamfor/:id."+f.Extension, s.page(lang, "compare"+f.ID, s.compareFile(f)))
			s.app.Get(prefix+"/data/allt."+f.Extension, s.everything(lang, f))
		}
	}
	s.app.Get(prefix+"/indikator/:id.svg", s.page(lang, "svg", s.still("svg")))
	s.app.Get(prefix+"/indikator/:id.png", s.page(lang, "png", s.still("png")))
	s.app.Get(prefix+"/data", s.page(lang, "data", s.data))
}

const swedishCSV = "csv-sv"

// dialect gives the format that is asked for: of CSV there is one for machines and one for a Swedish Excel.
func dialect(v *view, f export.Format) (export.Format, error) {
	switch asked := v.Query.Get("dialekt"); {
	case asked == "":
		return f, nil
	case asked == "sv" && f.ID == "csv":
		f, _ = export.Find(swedishCSV)
		return f, nil
	}
	return f, refuse(fiber.StatusBadRequest, "Dialekten finns inte; skriv dialekt=sv för CSV eller utelämna den.", "No such dialect; write dialekt=sv for CSV or leave it out.")
}

// file gives an indicator's figures as a file: those that the page of the same address shows, or with urval=alla all.
func (s *Server) file(f export.Format) handler {
	return func(c *fiber.Ctx, v *view) (asset, error) {
		f, err := dialect(v, f)
		if err != nil {
			return asset{}, err
		}
		sel, err := s.choose(c, v)
		if err != nil {
			return asset{}, err
		}
		var figures []schema.Observation
		switch v.Query.Get("urval") {
		case "":
			figures = sel.shown()
		case "alla":
			figures = sel.figures
		default:
			return asset{}, refuse(fiber.StatusBadRequest, "Urvalet finns inte; skriv urval=alla eller utelämna det.", "No such selection; write urval=alla or leave it out.")
		}
		return written(f, s.aboutFile(v, "/indikator/"+sel.ind.ID), sel.ind.ID+"_"+v.fileDate(), figures)
	}
}

// written makes the file.
func written(f export.Format, about export.About, name string, figures []schema.Observation) (asset, error) {
	var b bytes.Buffer
	err := f.Write(&b, about, figures)
	if export.TooWide(err) {
		return asset{}, tooWide
	}
	if err != nil {
		return asset{}, err
	}
	a := newAsset(b.Bytes(), f.Kind)
	a.name = name + "." + f.Extension
	return a, nil
}

var tooWide = problem{fiber.StatusBadRequest, schema.Text{SV: "Det är mer än formatet rymmer. Välj färre områden, eller hämta CSV eller Parquet.",
	EN: "That is more than the format holds. Choose fewer areas, or take CSV or Parquet."}}

// aboutFile says what a file says of itself; path is the page with the same figures.
func (s *Server) aboutFile(v *view, path string) export.About {
	pages := view{s: s, Prefix: v.Prefix, Query: url.Values{}, State: v.State, AsOf: v.AsOf, path: path}
	for k, x := range v.Query {
		if k != "dialekt" && k != "urval" {
			pages.Query[k] = x
		}
	}
	return export.About{Catalogue: s.Catalogue, AsOf: v.AsOf, Made: s.Now(), Lang: v.Lang, Address: s.Address + pages.Permalink()}
}

// everything sends all figures of a moment, some indicators at a time. A fault on the way breaks the connection, so that who
// takes the file sees that it is not whole.
func (s *Server) everything(lang schema.Lang, f export.Format) fiber.Handler {
	return func(c *fiber.Ctx) error {
		state, err := s.current()
		if err != nil {
			return err
		}
		v := &view{s: s, Lang: lang, Prefix: prefixOf(lang), State: state, path: "/data"}
		if err := s.read(c, v); err != nil {
			return err
		}
		f, err := dialect(v, f)
		if err != nil {
			return err
		}
		about := s.aboutFile(v, "/data")
		about.AsOf = about.Moment() // what comes in while the file is sent stays out of it
		out, in := io.Pipe()
		ctx, cancel := context.WithTimeout(context.Background(), wholeTimeout)
		go func() {
			defer cancel()
			err := s.sendAll(ctx, in, f, about)
			if err != nil {
				s.Logger.Error("a file was not sent whole", "format", f.ID, "error", err)
			}
			_ = in.CloseWithError(err)
		}()
		c.Set(fiber.HeaderContentType, f.Kind)
		c.Set("Cache-Control", "no-store")
		c.Set(fiber.HeaderContentDisposition, `attachment; filename="utfall_`+v.fileDate()+"."+f.Extension+`"`)
		c.Context().Response.SetBodyStream(paced{out, c.Context().Conn()}, -1)
		return nil
	}
}

// paced gives each part of a long answer its own time to be sent: the whole may take longer than an answer otherwise may.
type paced struct {
	io.ReadCloser
	to net.Conn
}

func (p paced) Read(b []byte) (int, error) {
	n, err := p.ReadCloser.Read(b)
	if err == nil {
		err = p.to.SetWriteDeadline(time.Now().Add(sendTimeout))
	}
	return n, err
}

func (s *Server) sendAll(ctx context.Context, to io.Writer, f export.Format, about export.About) error {
	w, err := f.Open(to, about)
	if err != nil {
		return err
	}
	ids := make([]string, len(s.Catalogue.Indicators))
	for i, ind := range s.Catalogue.Indicators {
		ids[i] = ind.ID
	}
	slices.Sort(ids)
	for part := range slices.Chunk(ids, wholePart) {
		figures, err := s.Reader.Series(ctx, schema.Query{Indicators: part, AsOf: about.AsOf})
		if err != nil {
			return err
		}
		if err := w.Write(figures); err != nil {
			return err
		}
	}
	return w.Close()
}

// files lists the formats that an indicator can be taken in, with the choices of the page.
func (s *Server) files(v *view, id string, more ...string) []choice {
	q := append([]string{"area", v.Query.Get("area"), "variant", v.Query.Get("variant"), "sex", v.Query.Get("sex"), "age", v.Query.Get("age"), "also", v.Query.Get("also")}, more...)
	var out []choice
	for _, f := range export.Formats() {
		q := q
		if f.ID == swedishCSV {
			q = append(q[:len(q):len(q)], "dialekt", "sv")
		}
		out = append(out, choice{ID: v.Link("/indikator/"+id+"."+f.Extension, q...), Label: f.Label.In(v.Lang)})
	}
	return out
}

// fileDate is the moment shown, for a file's name.
func (v view) fileDate() string {
	if v.Now() {
		return v.s.Now().Format(time.DateOnly)
	}
	return v.AsOf.Format(time.DateOnly)
}

// takenByPrograms tells whether an address is asked for by programs, which want a fault as problem+json.
func takenByPrograms(path string) bool {
	if strings.HasPrefix(path, apiRoot) {
		return true
	}
	for _, f := range export.Formats() {
		if strings.HasSuffix(path, "."+f.Extension) {
			return true
		}
	}
	return false
}
