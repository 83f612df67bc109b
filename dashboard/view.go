package dashboard

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/gofiber/fiber/v2"

	"utfall/dashboard/format"
	"utfall/schema"
)

// view is what every page knows: its language, the moment it shows and the choices in its address.
type view struct {
	s      *Server
	Lang   schema.Lang
	Prefix string
	Title  string
	State  schema.State
	AsOf   time.Time // zero for now
	Query  url.Values
	path   string // without the language
	Fixed  bool   // the page is of one moment and has no other, as a published briefing
	span   any    // of the request, nil where requests are not traced
	whole  bool   // every panel loaded; a page with a fault is not kept
	waits  bool   // the reader waits for slow panels
	drawn  []*picture
}

// T gives a text in the page's language.
func (v view) T(sv, en string) string { return schema.Text{SV: sv, EN: en}.In(v.Lang) }

// In gives a catalogue text in the page's language.
func (v view) In(t schema.Text) string { return t.In(v.Lang) }

// Asset gives the address of a bundled file.
func (v view) Asset(name string) string { return "/static/" + v.s.names[name] }

// Now tells whether the page shows the present.
func (v view) Now() bool { return v.AsOf.IsZero() }

// Shown is the moment that the page shows, as a date in words.
func (v view) Shown() string {
	if v.Now() {
		return format.Date(v.s.Now(), v.Lang)
	}
	return format.Moment(v.AsOf, v.Lang)
}

// ShownDate is the same as a date field wants it.
func (v view) ShownDate() string {
	if v.Now() {
		return v.s.Now().Format(time.DateOnly)
	}
	return v.AsOf.Format(time.DateOnly)
}

// LastIn is when figures last came in.
func (v view) LastIn() string {
	if v.State.LastReleased.IsZero() {
		return v.T("inga siffror ännu", "no figures yet")
	}
	return format.Moment(v.State.LastReleased, v.Lang)
}

// Revised says how many figures were revised lately.
func (v view) Revised() string {
	switch n := v.State.RevisedMonth; n {
	case 0:
		return v.T("inga siffror reviderade senaste månaden", "no figures revised in the last month")
	case 1:
		return v.T("en siffra reviderad senaste månaden", "one figure revised in the last month")
	default:
		return format.Number(float64(n), 0, v.Lang) + v.T(" siffror reviderade senaste månaden", " figures revised in the last month")
	}
}

// Other is the same page in the other language.
func (v view) Other() string {
	other := schema.EN
	if v.Lang == schema.EN {
		other = schema.SV
	}
	return address(prefixOf(other)+v.path, v.Query)
}

// Link gives an address in the page's language that keeps the moment.
func (v view) Link(path string, pairs ...string) string {
	q := url.Values{}
	if a := v.Query.Get("as_of"); a != "" {
		q.Set("as_of", a)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return address(v.Prefix+path, q)
}

// Nav gives the address of a section of the menu: it keeps the moment, and the area that was chosen.
func (v view) Nav(path string) string {
	area, _, _ := strings.Cut(v.Query.Get("area"), ",")
	return v.Link(path, "area", area)
}

// With is the same page with one choice made otherwise.
func (v view) With(key, value string) string {
	q := maps.Clone(v.Query)
	q.Del(key)
	if value != "" {
		q.Set(key, value)
	}
	return address(v.Prefix+v.path, q)
}

// Permalink is the page's address with the moment in it, so that it shows the same later.
func (v view) Permalink() string {
	q := url.Values{}
	for k, x := range v.Query {
		q[k] = x
	}
	if v.Now() {
		q.Set("as_of", v.s.Now().UTC().Truncate(time.Second).Format(time.RFC3339))
		if !v.State.LastReleased.IsZero() {
			q.Set("as_of", v.State.LastReleased.UTC().Format(time.RFC3339Nano))
		}
	}
	return address(v.Prefix+v.path, q)
}

func address(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + strings.ReplaceAll(q.Encode(), "%2C", ",")
}

// handler makes a page: its bytes and what they are.
type handler func(c *fiber.Ctx, v *view) (asset, error)

// page answers with the kept page if nothing has changed, and makes it otherwise.
func (s *Server) page(lang schema.Lang, name string, build handler) fiber.Handler {
	name = s.counted(name)
	return func(c *fiber.Ctx) error {
		a, err := s.kept(c, func(state schema.State) (asset, bool, error) {
			v := &view{s: s, Lang: lang, Prefix: prefixOf(lang), State: state, path: strings.TrimPrefix(c.Path(), prefixOf(lang)), span: c.Context().UserValue(spanKey{}), whole: true}
			if err := s.read(c, v); err != nil {
				return asset{}, false, err
			}
			a, err := build(c, v)
			if err == nil && !v.whole {
				s.PanelFailed(name)
				s.Logger.Warn("a page was shown without a panel", "page", name, "request_id", c.GetRespHeader(requestHeader))
			}
			return a, v.whole, err
		})
		var to elsewhere
		if errors.As(err, &to) {
			return c.Redirect(string(to), fiber.StatusSeeOther)
		}
		if err != nil {
			return err
		}
		c.Set("Cache-Control", "no-cache")
		return a.send(c)
	}
}

// elsewhere is the address of the page that answers a form.
type elsewhere string

func (e elsewhere) Error() string { return "see " + string(e) }

// read takes the choices out of the address. A choice that is not known, or a moment that cannot be, is refused.
func (s *Server) read(c *fiber.Ctx, v *view) error {
	q, err := url.ParseQuery(string(c.Request().URI().QueryString()))
	if err != nil {
		return refuse(fiber.StatusBadRequest, "Adressen kan inte läsas.", "The address cannot be read.")
	}
	v.Query = url.Values{}
	for k, x := range q {
		if !slices.Contains([]string{"area", "as_of", "q", "variant", "sex", "age", "also", "vy", "axel", "utgava", "dialekt", "indikator", "version", "utkast", "niva", "period", "lika", "efter", "urval", "bild"}, k) || strings.Join(x, "") == "" {
			continue
		}
		v.Query.Set(k, strings.Join(x, ","))
	}
	v.waits = q.Get("vanta") != ""
	text := v.Query.Get("as_of")
	if text == "" {
		return nil
	}
	at, ok := moment(text)
	if !ok {
		return refuse(fiber.StatusBadRequest, fmt.Sprintf("”%s” är inte ett datum. Skriv till exempel 2026-11-23.", short(text)),
			fmt.Sprintf("“%s” is not a date. Write for example 2026-11-23.", short(text)))
	}
	if !v.State.FirstReleased.IsZero() && at.Before(v.State.FirstReleased) {
		first := v.State.FirstReleased
		return refuse(fiber.StatusNotFound, "Före "+format.Moment(first, schema.SV)+" fanns inga siffror här. Välj ett senare datum.",
			"Before "+format.Moment(first, schema.EN)+" there were no figures here. Choose a later date.")
	}
	if at.After(s.Now()) {
		delete(v.Query, "as_of") // the end of today is now
		return nil
	}
	v.AsOf = at
	return nil
}

// moment reads a date, which means its end in Sweden, or a moment.
func moment(text string) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t, true
	}
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		zone = time.UTC
	}
	d, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return time.Time{}, false
	}
	return d.AddDate(0, 0, 1).Add(-time.Microsecond), true
}

// short repeats what somebody wrote in a message: not too much of it, and no marks that would turn the text around it.
func short(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) {
			return -1
		}
		return r
	}, s)
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

func (s *Server) render(name string, data any) ([]byte, error) {
	var b bytes.Buffer
	if err := s.pages.ExecuteTemplate(&b, name, data); err != nil {
		return nil, fmt.Errorf("dashboard: page %s: %w", name, err)
	}
	return b.Bytes(), nil
}

// html renders a page, or gives the one picture of it that the address names.
func (s *Server) html(name string, data any) (asset, error) {
	if p, ok := data.(interface{ itself() *view }); ok && p.itself().Query.Get(pictureKey) != "" {
		return s.pictureOf(p.itself())
	}
	b, err := s.render(name, data)
	return newAsset(b, "text/html; charset=utf-8"), err
}

func (v *view) itself() *view { return v }

// Path is the page's address without language and choices.
func (v view) Path() string { return v.path }

// Version is the program's.
func (v view) Version() string { return v.s.Version }

// Present is the same page without the moment.
func (v view) Present() string {
	q := url.Values{}
	for k, x := range v.Query {
		if k != "as_of" {
			q[k] = x
		}
	}
	return address(v.Prefix+v.path, q)
}
