package collect

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"utfall/ingest/source"
	"utfall/schema"
)

// plan works out the requests of a delivery.
func (g *Get) plan(ctx context.Context) ([]call, error) {
	r := g.source.Request
	switch {
	case r.PxWeb2 != nil:
		return g.planPxWeb2(ctx, *r.PxWeb2)
	case r.PxWeb1 != nil:
		return g.planPxWeb1(ctx, *r.PxWeb1)
	}
	return g.planURL()
}

// planURL fills in an address for each combination of batches.
func (g *Get) planURL() ([]call, error) {
	s := g.source
	var names []string
	batches := map[string][][]string{}
	all := map[string][]string{}
	for name, e := range s.Request.Expand {
		values := g.values(e)
		if len(values) == 0 {
			return nil, fmt.Errorf("source %s: {%s} stands for nothing", s.ID, name)
		}
		names = append(names, name)
		batches[name] = chunk(values, e.Batch)
		all[name] = values
	}
	slices.Sort(names)
	calls := []call{}
	var walk func(n int, chosen map[string][]string) error
	walk = func(n int, chosen map[string][]string) error {
		if n == len(names) {
			if len(calls) == MaxCalls {
				return fmt.Errorf("source %s: more than %d requests; ask for less or in larger batches", s.ID, MaxCalls)
			}
			calls = append(calls, g.filled(len(calls)+1, chosen))
			return nil
		}
		for _, b := range batches[names[n]] {
			chosen[names[n]] = b
			if err := walk(n+1, chosen); err != nil {
				return err
			}
		}
		return nil
	}
	return calls, walk(0, map[string][]string{})
}

// filled makes the request for one combination.
func (g *Get) filled(n int, chosen map[string][]string) call {
	s := g.source
	address, body := s.Request.URL, s.Request.Body
	c := call{name: fmt.Sprintf("%s request %d", s.ID, n), asked: map[string][]string{}}
	for name, values := range chosen {
		escaped, quoted := make([]string, len(values)), make([]string, len(values))
		for i, v := range values {
			escaped[i], quoted[i] = url.PathEscape(v), strconv.Quote(v)
		}
		address = strings.ReplaceAll(address, "{"+name+"}", strings.Join(escaped, ","))
		body = strings.ReplaceAll(body, "{"+name+"}", strings.Join(quoted, ","))
		if d := s.Request.Expand[name].Dimension; d != "" {
			c.asked[d] = append(c.asked[d], values...)
		}
	}
	c.request = request(s, address, body)
	return c
}

// values gives what an expansion stands for.
func (g *Get) values(e source.Expand) []string {
	out := slices.Clone(e.Values)
	if e.From != 0 {
		last := g.c.now().Year()
		if e.To != "" && e.To != "now" {
			last, _ = strconv.Atoi(e.To) // four digits, the file was checked
		}
		for y := e.From; y <= last; y++ {
			out = append(out, strconv.Itoa(y))
		}
	}
	if e.Level != "" {
		for _, a := range g.c.Catalogue.Areas.All() {
			if code, ok := strings.CutPrefix(a.Code, "SE-"); ok && a.Level == e.Level && isSwedish(g.c.Catalogue, a) {
				out = append(out, code)
			}
		}
	}
	return out
}

func isSwedish(c *schema.Catalogue, a schema.Area) bool {
	for a.Parent != "" {
		if a.Parent == "SE" {
			return true
		}
		a, _ = c.Areas.Get(a.Parent)
	}
	return false
}

// chunk splits a list into lists of at most n; 0 leaves it whole.
func chunk(list []string, n int) [][]string {
	if n == 0 {
		return [][]string{list}
	}
	return slices.Collect(slices.Chunk(list, n))
}
