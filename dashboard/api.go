package dashboard

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	_ "embed" // for the description

	"github.com/gofiber/fiber/v2"

	"utfall/schema"
)

// apiRoot is where the API begins. What stands below it is a promise to programs of others: members and ids are added,
// never changed; what cannot be kept gets a v2.
const apiRoot = "/api/v1"

//go:embed static/openapi.yaml
var openAPI []byte

// How many items an answer holds.
const (
	apiItems = 500
	apiMost  = 5000
)

// question is what the API is asked, its moment and page read.
type question struct {
	*view
	c     *fiber.Ctx
	limit int
	after string // key of the last item of the page before
	known []string
}

// routesAPI registers the API. Each route names the parameters that it takes; any other is refused, since a filter with a
// wrong name would silently give too much.
func (s *Server) routesAPI() {
	for _, r := range []struct {
		path  string
		known []string
		build func(*question) (any, error)
	}{
		{"/indicators", []string{"theme", "publisher"}, s.apiIndicators},
		{"/indicators/:id", nil, s.apiIndicator},
		{"/areas", []string{"level", "parent"}, s.apiAreas},
		{"/observations", []string{"indicator", "area", "period_from", "period_to", "variant", "sex", "age", "missing"}, s.apiObservations},
		{"/releases", []string{"indicator", "dataset"}, s.apiReleases},
		{"/revisions", []string{"indicator"}, s.apiRevisions},
		{"/claims", nil, s.apiClaims},
		{"/claims/:id", nil, s.apiClaim},
		{"/events", []string{"area", "indicator"}, s.apiEvents},
	} {
		s.app.Get(apiRoot+r.path, s.api(append(r.known, "as_of", "limit", "cursor"), r.build))
	}
	s.app.Get(apiRoot+"/openapi.yaml", func(c *fiber.Ctx) error {
		c.Set("Access-Control-Allow-Origin", "*")
		c.Set("Cache-Control", "public, max-age=3600")
		return newAsset(openAPI, "application/yaml").send(c)
	})
}

// api answers a question out of the kept answers, or makes it.
func (s *Server) api(known []string, build func(*question) (any, error)) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Set("Access-Control-Allow-Origin", "*") // all of it is public
		c.Set("Access-Control-Expose-Headers", "ETag, Link")
		a, err := s.kept(c, func(state schema.State) (asset, bool, error) {
			a, err := s.answerAPI(c, state, known, build)
			return a, true, err
		})
		if err != nil {
			return err
		}
		c.Set("Cache-Control", "public, max-age=60")
		return a.send(c)
	}
}

func (s *Server) answerAPI(c *fiber.Ctx, state schema.State, known []string, build func(*question) (any, error)) (asset, error) {
	q := &question{view: &view{s: s, Lang: asked(c), State: state, path: c.Path(), whole: true}, c: c, known: known}
	if err := s.read(c, q.view); err != nil {
		return asset{}, err
	}
	values, err := url.ParseQuery(string(c.Request().URI().QueryString()))
	if err != nil {
		return asset{}, refuse(fiber.StatusBadRequest, "Adressen kan inte läsas.", "The address cannot be read.")
	}
	q.Query = values
	if err := q.readPage(); err != nil {
		return asset{}, err
	}
	answer, err := build(q)
	if err != nil {
		return asset{}, err
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return asset{}, err
	}
	a := newAsset(append(body, '\n'), "application/json")
	if p, ok := answer.(apiPage); ok && p.Next != nil {
		a.link = "<" + *p.Next + `>; rel="next"`
	}
	return a, nil
}

// asked is the language that who asks prefers, for the texts of faults; answers carry both languages.
func asked(c *fiber.Ctx) schema.Lang {
	if c.AcceptsLanguages("sv", "en") == "en" {
		return schema.EN
	}
	return schema.SV
}

// cursor holds the page's place: the moment that the first page was of, and the key of the last item given.
type cursor struct {
	Moment time.Time `json:"m"`
	After  string    `json:"a"`
}

func (q *question) readPage() error {
	for k := range q.Query {
		if !slices.Contains(q.known, k) {
			return refuse(fiber.StatusBadRequest, "Parametern ”"+short(k)+"” finns inte här. De som finns är "+strings.Join(q.known, ", ")+".",
				"There is no parameter “"+short(k)+"” here. There are "+strings.Join(q.known, ", ")+".")
		}
	}
	q.limit = apiItems
	if text := q.Query.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > apiMost {
			return refuse(fiber.StatusBadRequest, fmt.Sprintf("limit är ett tal från 1 till %d.", apiMost), fmt.Sprintf("limit is a number from 1 to %d.", apiMost))
		}
		q.limit = n
	}
	if text := q.Query.Get("cursor"); text != "" {
		raw, err := base64.RawURLEncoding.DecodeString(text)
		var at cursor
		if err != nil || json.Unmarshal(raw, &at) != nil || at.After == "" {
			return badCursor
		}
		q.after, q.AsOf = at.After, at.Moment
	}
	return nil
}

var (
	notInAPI  = problem{fiber.StatusNotFound, schema.Text{SV: "Adressen finns inte i API:et. Vad som finns står i /api/v1/openapi.yaml.", EN: "There is no such address in the API. What there is stands in /api/v1/openapi.yaml."}}
	badCursor = problem{fiber.StatusBadRequest, schema.Text{SV: "Markören (cursor) kan inte läsas. Börja om utan den, och följ länken next.", EN: "The cursor cannot be read. Begin without it, and follow the link next."}}
)

// apiPage is a list in an answer.
type apiPage struct {
	Items []any   `json:"items"`
	AsOf  *string `json:"as_of"` // the moment that was asked for, null for now
	Next  *string `json:"next"`  // address of the next page, null on the last
}

// pageOf cuts the asked part out of a list whose order does not change as of a moment. key tells items apart.
func pageOf[T any](q *question, list []T, key func(T) string, write func(T) any) (any, error) {
	out := apiPage{Items: []any{}}
	if !q.AsOf.IsZero() {
		at := q.AsOf.UTC().Format(time.RFC3339Nano)
		out.AsOf = &at
	}
	from := 0
	if q.after != "" {
		if from = 1 + slices.IndexFunc(list, func(x T) bool { return key(x) == q.after }); from == 0 {
			return nil, badCursor
		}
	}
	to := min(len(list), from+q.limit)
	for _, x := range list[from:to] {
		out.Items = append(out.Items, write(x))
	}
	if to < len(list) {
		at := q.AsOf
		if at.IsZero() {
			at = q.s.Now()
		}
		raw, err := json.Marshal(cursor{at.UTC(), key(list[to-1])})
		if err != nil {
			return nil, err
		}
		values := url.Values{}
		for k, x := range q.Query {
			values[k] = x
		}
		values.Del("as_of")
		values.Set("cursor", base64.RawURLEncoding.EncodeToString(raw))
		next := q.s.Address + q.path + "?" + values.Encode()
		out.Next = &next
	}
	return out, nil
}

// list reads a parameter with several values, separated by commas or given again; nil where it is not given.
func (q *question) list(name string) []string {
	var out []string
	for x := range strings.SplitSeq(strings.Join(q.Query[name], ","), ",") {
		if x != "" {
			out = append(out, x)
		}
	}
	return out
}

// chosenOf reads a parameter whose values must be known.
func (q *question) chosenOf(name string, most int, known func(string) bool) ([]string, error) {
	list := q.list(name)
	if len(list) > most {
		return nil, refuse(fiber.StatusBadRequest, fmt.Sprintf("Högst %d värden på %s i en fråga.", most, name), fmt.Sprintf("At most %d values of %s in a question.", most, name))
	}
	for _, x := range list {
		if !known(x) {
			return nil, refuse(fiber.StatusNotFound, "”"+short(x)+"” är inget känt värde på "+name+".", "“"+short(x)+"” is no known value of "+name+".")
		}
	}
	return list, nil
}

// periodOf reads a parameter that is a period.
func (q *question) periodOf(name string) (schema.Period, error) {
	text := q.Query.Get(name)
	if text == "" {
		return schema.Period{}, nil
	}
	p, err := schema.ParsePeriod(text)
	if err != nil {
		return p, refuse(fiber.StatusBadRequest, "”"+short(text)+"” är ingen period. Skriv till exempel 2022, 2022Q3 eller 2022-05.", "“"+short(text)+"” is no period. Write for example 2022, 2022Q3 or 2022-05.")
	}
	return p, nil
}

func (q *question) knownIndicator(id string) bool { _, ok := q.s.Catalogue.Indicator(id); return ok }
func (q *question) knownArea(code string) bool    { _, ok := q.s.Catalogue.Areas.Get(code); return ok }

// both is a text in both languages.
type both struct {
	SV string `json:"sv"`
	EN string `json:"en"`
}

func in(t schema.Text) both { return both(t) }

func ins(list []schema.Text) []both {
	out := []both{}
	for _, t := range list {
		out = append(out, in(t))
	}
	return out
}

// when writes a moment; the zero moment is null.
func when(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := t.UTC().Format(time.RFC3339Nano)
	return &text
}

// orEmpty keeps a list from being null.
func orEmpty(list []string) []string { return append([]string{}, list...) }
