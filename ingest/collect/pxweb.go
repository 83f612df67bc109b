package collect

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"utfall/ingest/decode"
	"utfall/ingest/decode/pxweb"
	"utfall/ingest/fetch"
	"utfall/ingest/source"
)

// maxMetadata bounds the description of a table.
const maxMetadata = 64 << 20

// dimension is a dimension of a PxWeb table with all its codes.
type dimension struct {
	id    string
	codes []string
}

// planPxWeb2 reads the server's limits and the table's codes, and splits the query to keep within them.
func (g *Get) planPxWeb2(ctx context.Context, px source.PxWeb) ([]call, error) {
	base := strings.TrimSuffix(px.Base, "/")
	lang := cmp.Or(px.Lang, "sv")
	limit, err := g.pxweb2Limits(ctx, base, px.MaxCells)
	if err != nil {
		return nil, err
	}
	body, err := g.get(ctx, base+"/tables/"+url.PathEscape(px.Table)+"/metadata?lang="+url.QueryEscape(lang))
	if err != nil {
		return nil, err
	}
	table, err := g.table(body)
	if err != nil {
		return nil, err
	}
	queries, err := g.split(table, px, limit)
	if err != nil {
		return nil, err
	}
	address := base + "/tables/" + url.PathEscape(px.Table) + "/data?lang=" + url.QueryEscape(lang) + "&outputFormat=" + pxwebFormat(g.source.Format)
	return g.calls(queries, func(q []dimension) (string, any) {
		type selection struct {
			Variable string   `json:"variableCode"`
			Codelist string   `json:"codelist,omitempty"`
			Codes    []string `json:"valueCodes"`
		}
		var list []selection
		for _, d := range q {
			list = append(list, selection{d.id, px.Codelists[d.id], d.codes})
		}
		return address, map[string]any{"selection": list}
	})
}

// table reads a table's description. A dimension whose codes are not listed has none.
func (g *Get) table(body []byte) ([]dimension, error) {
	t, err := pxweb.ReadTable(bytes.NewReader(body), decode.Limits{})
	if err != nil {
		return nil, fmt.Errorf("source %s: the table's description: %w", g.source.ID, err)
	}
	out := make([]dimension, len(t.Variables))
	for i, v := range t.Variables {
		out[i].id = v.Code
		for _, x := range v.Values {
			out[i].codes = append(out[i].codes, x.Code)
		}
	}
	return out, nil
}

// pxwebFormat is what PxWeb calls the format of a decoder.
func pxwebFormat(format string) string {
	switch format {
	case "jsonstat":
		return "json-stat2"
	case "pxweb":
		return "json"
	}
	return format
}

// pxweb2Limits reads the server's own limits: most cells of a query, and calls in a time.
func (g *Get) pxweb2Limits(ctx context.Context, base string, own int) (int, error) {
	body, err := g.get(ctx, base+"/config")
	if err != nil {
		return 0, err
	}
	config, err := pxweb.ReadConfig(bytes.NewReader(body), decode.Limits{})
	if err != nil {
		return 0, fmt.Errorf("source %s: %s/config: %w", g.source.ID, base, err)
	}
	if config.MaxCells < 1 || config.MaxCells > math.MaxInt32 {
		return 0, fmt.Errorf("source %s: %s/config does not say how many cells a query may have", g.source.ID, base)
	}
	if config.MaxCalls > 0 && config.Window > 0 {
		u, err := url.Parse(base)
		if err != nil {
			return 0, fmt.Errorf("source %s: %w", g.source.ID, err)
		}
		g.c.Client.Limit(u.Hostname(), fetch.Rate{Calls: config.MaxCalls, Per: config.Window})
	}
	if own > 0 {
		return min(own, int(config.MaxCells)), nil
	}
	return int(config.MaxCells), nil
}

// planPxWeb1 does the same for version 1, whose metadata has a shape of its own.
func (g *Get) planPxWeb1(ctx context.Context, px source.PxWeb) ([]call, error) {
	body, err := g.get(ctx, px.Base)
	if err != nil {
		return nil, err
	}
	table, err := g.table(body)
	if err != nil {
		return nil, err
	}
	queries, err := g.split(table, px, px.MaxCells)
	if err != nil {
		return nil, err
	}
	return g.calls(queries, func(q []dimension) (string, any) {
		type selection struct {
			Filter string   `json:"filter"`
			Values []string `json:"values"`
		}
		type variable struct {
			Code      string    `json:"code"`
			Selection selection `json:"selection"`
		}
		var list []variable
		for _, d := range q {
			filter := "item"
			if l := px.Codelists[d.id]; l != "" {
				filter = l // "agg:…" or "vs:…"
			}
			list = append(list, variable{d.id, selection{filter, d.codes}})
		}
		return px.Base, map[string]any{"query": list, "response": map[string]string{"format": pxwebFormat(g.source.Format)}}
	})
}

func (g *Get) calls(queries [][]dimension, ask func([]dimension) (string, any)) ([]call, error) {
	if len(queries) > MaxCalls {
		return nil, fmt.Errorf("source %s: the query takes %d requests, more than %d; select less", g.source.ID, len(queries), MaxCalls)
	}
	var out []call
	for i, q := range queries {
		address, body := ask(q)
		raw, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("source %s: %w", g.source.ID, err)
		}
		c := call{name: fmt.Sprintf("%s request %d", g.source.ID, i+1), asked: map[string][]string{}, request: request(g.source, address, string(raw))}
		c.request.Method = http.MethodPost
		c.request.Header.Set("Content-Type", "application/json")
		for _, d := range q {
			c.asked[d.id] = d.codes
		}
		out = append(out, c)
	}
	return out, nil
}

// split resolves what is wanted of each dimension and halves the longest one until every query keeps within the limit.
func (g *Get) split(table []dimension, px source.PxWeb, limit int) ([][]dimension, error) {
	var q []dimension
	for d := range px.Select {
		if !slices.ContainsFunc(table, func(x dimension) bool { return x.id == d }) {
			return nil, fmt.Errorf("%s: source %s: the table has no dimension %s", g.source.At("request"), g.source.ID, d)
		}
	}
	for _, d := range table {
		want, ok := px.Select[d.id]
		if !ok {
			return nil, fmt.Errorf("%s: source %s: the table has a dimension %s that select does not mention; it would be answered by its total",
				g.source.At("request"), g.source.ID, d.id)
		}
		codes, err := resolve(want, d.codes, px.Codelists[d.id] != "")
		if err != nil {
			return nil, fmt.Errorf("%s: source %s: %s: %w", g.source.At("request"), g.source.ID, d.id, err)
		}
		q = append(q, dimension{d.id, codes})
	}
	return halve(q, limit), nil
}

func halve(q []dimension, limit int) [][]dimension {
	cells, longest := 1.0, 0
	for i, d := range q {
		cells *= float64(len(d.codes))
		if len(d.codes) > len(q[longest].codes) {
			longest = i
		}
	}
	codes := q[longest].codes
	if cells <= float64(limit) || len(codes) < 2 {
		return [][]dimension{q}
	}
	var out [][]dimension
	for _, half := range [][]string{codes[:len(codes)/2], codes[len(codes)/2:]} {
		part := slices.Clone(q)
		part[longest].codes = half
		out = append(out, halve(part, limit)...)
	}
	return out
}

// resolve turns a selection into codes of the table, in the table's order. The codes of a codelist are not among the
// table's own, so they are taken as they stand.
func resolve(want, have []string, codelist bool) ([]string, error) {
	if codelist {
		return want, nil
	}
	chosen := map[string]bool{}
	for _, w := range want {
		match, err := matcher(w, have)
		if err != nil {
			return nil, err
		}
		n := 0
		for _, c := range have {
			if match(c) {
				chosen[c] = true
				n++
			}
		}
		switch {
		case n > 0:
		case len(have) == 0 && !isExpression(w):
			chosen[w] = true // a list too long for the description: the server will say if the code is wrong
		case isExpression(w):
			return nil, fmt.Errorf("%s selects none of the table's %d codes", w, len(have))
		default:
			return nil, fmt.Errorf("code %q is not one of the table's; it has gone or changed", w)
		}
	}
	if len(have) == 0 {
		return want, nil
	}
	return slices.DeleteFunc(slices.Clone(have), func(c string) bool { return !chosen[c] }), nil
}

func isExpression(w string) bool { return strings.ContainsAny(w, "*?(") }

// matcher reads one expression.
func matcher(w string, have []string) (func(string) bool, error) {
	name, rest, ok := strings.Cut(w, "(")
	if args, closed := strings.CutSuffix(rest, ")"); ok && closed {
		a, b, two := strings.Cut(args, ",")
		switch {
		case name == "from" && !two:
			return func(c string) bool { return c >= a }, nil
		case name == "to" && !two:
			return func(c string) bool { return c <= a }, nil
		case name == "range" && two:
			return func(c string) bool { return c >= a && c <= b }, nil
		case name == "last" && !two:
			n, err := strconv.Atoi(a)
			if err != nil || n < 1 {
				return nil, fmt.Errorf("%s: give a number above zero", w)
			}
			sorted := slices.Sorted(slices.Values(have))
			last := sorted[max(0, len(sorted)-n):]
			return func(c string) bool { return slices.Contains(last, c) }, nil
		}
	}
	if strings.ContainsAny(w, "*?") {
		if _, err := path.Match(w, ""); err != nil {
			return nil, fmt.Errorf("%s is not a pattern: %w", w, err)
		}
		return func(c string) bool { ok, _ := path.Match(w, c); return ok }, nil
	}
	return func(c string) bool { return c == w }, nil
}

// get reads a small answer whole: metadata, limits.
func (g *Get) get(ctx context.Context, address string) (body []byte, err error) {
	a, err := g.c.Client.Do(ctx, fetch.Request{URL: address, Hosts: g.source.Request.Hosts, Header: header(g.source)})
	if err != nil {
		return nil, fmt.Errorf("source %s: %w", g.source.ID, err)
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	if a.Size > maxMetadata {
		return nil, fmt.Errorf("source %s: the description at %s has %d bytes, more than %d", g.source.ID, address, a.Size, maxMetadata)
	}
	r, err := a.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	return io.ReadAll(r)
}
