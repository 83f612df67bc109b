package dashboard

import (
	"fmt"
	"html"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"utfall/schema"
)

// CheckFrames refuses what is not an origin that may show embedded charts, such as https://goteborg.se or
// https://*.goteborg.se: it becomes part of a security policy.
func CheckFrames(origins []string) error {
	for _, o := range origins {
		u, err := url.Parse(o)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || o != u.Scheme+"://"+u.Host || strings.ContainsAny(o, " \t;,'\"") {
			return fmt.Errorf("%q is not the address of a web site; write https://example.se, without a path", o)
		}
	}
	return nil
}

// policy is the content security policy of every answer; ancestors are the origins whose pages may show it in a frame.
func policy(ancestors ...string) string {
	frames := "'none'"
	if len(ancestors) > 0 {
		frames = strings.Join(ancestors, " ")
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors " + frames
}

const embedPath = "/inbaddad/"

func (s *Server) routesEmbed(lang schema.Lang, prefix string) {
	page := s.page(lang, "embed", s.embed)
	s.app.Get(prefix+embedPath+":id", func(c *fiber.Ctx) error {
		c.Set("Content-Security-Policy", policy(s.Frames...))
		return page(c)
	})
}

type embedPage struct {
	*indicatorPage
	Link   string // the whole page
	Footer []string
}

// embed shows one chart with its table, source and a link back, for a frame in somebody else's page.
func (s *Server) embed(c *fiber.Ctx, v *view) (asset, error) {
	p, sel, err := s.drawnPage(c, v)
	if err != nil {
		return asset{}, err
	}
	s.table(p, sel)
	foot := s.foot(v, "/indikator/"+sel.ind.ID, sel.shown())
	pages := *v
	pages.path = "/indikator/" + sel.ind.ID
	return s.html("embed", embedPage{p, address(v.Prefix+pages.path, v.Query), foot[:len(foot)-1]})
}

// snippet is what a web site pastes to show a chart.
func (s *Server) snippet(v *view, id, title string) string {
	q := url.Values{}
	for _, k := range []string{"area", "variant", "sex", "age", "also"} {
		if x := v.Query.Get(k); x != "" {
			q.Set(k, x)
		}
	}
	return fmt.Sprintf(`<iframe src="%s" title="%s" width="100%%" height="760" loading="lazy"></iframe>`,
		html.EscapeString(s.Address+address(v.Prefix+embedPath+id, q)), html.EscapeString(title))
}
