// Package collect gets the payloads of a source: it works out the requests, keeps within cell limits, follows pages, and
// makes of the answers a delivery that ingest takes in like any other.
//
// It owns the order of requests and what is remembered of earlier answers (validators). It imports fetch, mapping, probe,
// source and ingest, and leaves bodies to the decoders that it is given.
package collect

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"utfall/ingest"
	"utfall/ingest/decode"
	"utfall/ingest/fetch"
	"utfall/ingest/mapping"
	"utfall/ingest/probe"
	"utfall/ingest/source"
	"utfall/schema"
)

// Collector gets deliveries of sources.
type Collector struct {
	Client    *fetch.Client
	Catalogue *schema.Catalogue
	DataDir   string // validators are kept below it, and kept payloads found
	Open      mapping.Decoder
	Now       func() time.Time // clock, for "now" in a span of years; nil: the real one
	Logger    *slog.Logger     // nil: none
	Progress  func(ingest.Progress)
}

// call is one request and what was asked by it.
type call struct {
	name    string
	request fetch.Request
	asked   map[string][]string
}

// MaxCalls bounds the requests of one delivery, pages not counted.
const MaxCalls = 2000

// Deliver gives the function that gets a source's delivery, for ingest.Runner.Take. Bodies that were fetched are deleted
// by Close once the delivery was taken in or given up.
func (c *Collector) Deliver(s source.Source) *Get {
	return &Get{c: c, source: s}
}

// Get gets one delivery of one source.
type Get struct {
	c       *Collector
	source  source.Source
	answers []*fetch.Answer
	memory  *memory
}

// Close deletes the bodies that were fetched.
func (g *Get) Close() error {
	var errs []error
	for _, a := range g.answers {
		errs = append(errs, a.Close())
	}
	g.answers = nil
	return errors.Join(errs...)
}

// Delivery asks the publisher. The error is a *fetch.Error, a *decode.Error or one of paging.
func (g *Get) Delivery(ctx context.Context) (ingest.Delivery, error) {
	s := g.source
	if s.Request.Rate != nil {
		for _, h := range s.Request.Hosts {
			g.c.Client.Limit(h, fetch.Rate{Calls: s.Request.Rate.Calls, Per: s.Request.Rate.Per})
		}
	}
	g.memory = recall(g.c.DataDir, s.Dataset, g.c.log())
	calls, err := g.plan(ctx)
	if err != nil {
		return ingest.Delivery{}, err
	}
	var parts []ingest.Part
	var asked []map[string][]string
	for i, call := range calls {
		g.progress(i, len(calls))
		files, err := g.call(ctx, call)
		if err != nil {
			return ingest.Delivery{}, err
		}
		for _, f := range files {
			parts, asked = append(parts, f), append(asked, call.asked)
		}
	}
	return g.delivery(parts, asked), nil
}

func (g *Get) progress(i, n int) {
	if g.c.Progress != nil {
		g.c.Progress(ingest.Progress{Dataset: g.source.Dataset, Step: "get", Rows: uint64(i), Total: int64(n)})
	}
}

func (c *Collector) log() *slog.Logger {
	if c.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return c.Logger
}

func (c *Collector) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

// delivery makes a delivery of payloads: they are mapped when they are read, and probed before they are published.
func (g *Get) delivery(parts []ingest.Part, asked []map[string][]string) ingest.Delivery {
	d := FromParts(g.source, g.c.Catalogue, g.c.Open, parts, asked)
	return d
}

// FromParts makes a delivery of a source's payloads, however they came. asked gives for each part the codes that were
// asked for; it may be nil.
func FromParts(s source.Source, catalogue *schema.Catalogue, open mapping.Decoder, parts []ingest.Part, asked []map[string][]string) ingest.Delivery {
	var m *mapping.Mapper
	findings := func() []string {
		if m == nil {
			return nil
		}
		return m.Findings()
	}
	return ingest.Delivery{Dataset: s.Dataset, Parts: parts, Recipe: s.Fingerprint(), PublishedBy: publishedBy(s),
		Contract: probe.New(s, catalogue, findings),
		Decode: func(kept []ingest.Part) (ingest.Batches, error) {
			payloads := make([]mapping.Part, len(kept))
			for i, p := range kept {
				payloads[i] = mapping.Part{Name: p.Name, Open: p.Open}
				if asked != nil {
					payloads[i].Asked = asked[i]
				}
			}
			m = mapping.New(s, catalogue, open, payloads)
			return m, nil
		}}
}

// call makes a request, and those for its further pages.
func (g *Get) call(ctx context.Context, c call) ([]ingest.Part, error) {
	pages, err := fetch.NewPages(c.request.URL, c.request.Hosts, 0)
	if err != nil {
		return nil, fmt.Errorf("source %s: %w", g.source.ID, err)
	}
	var parts []ingest.Part
	for n := 1; ; n++ {
		name := c.name
		if g.source.Request.Pages {
			name = fmt.Sprintf("%s page %d", c.name, n)
		}
		part, err := g.one(ctx, name, c.request)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
		if !g.source.Request.Pages {
			return parts, nil
		}
		link, rows, err := g.nextLink(part)
		if err != nil {
			return nil, err
		}
		next, err := pages.Next(rows, link)
		if err != nil {
			return nil, fmt.Errorf("source %s: %w", g.source.ID, err)
		}
		if next == "" {
			return parts, nil
		}
		c.request.URL = next
	}
}

// nextLink reads a page to its end for the address of the next one, and gives a hash of its rows: a server that sends the
// same page for ever changes its number and its links. The page is read again when it is taken in: bytes that were not read
// whole are never followed.
func (g *Get) nextLink(p ingest.Part) (link, rows string, err error) {
	body, err := p.Open()
	if err != nil {
		return "", "", err
	}
	defer func() { _ = body.Close() }()
	r, err := g.c.Open(g.source, body)
	if err != nil {
		return "", "", fmt.Errorf("%s: %w", p.Name, err)
	}
	hash := sha256.New()
	var row decode.Row
	for {
		if err := r.Next(&row); errors.Is(err, io.EOF) {
			return r.Meta().Next, hex.EncodeToString(hash.Sum(nil)), nil
		} else if err != nil {
			return "", "", fmt.Errorf("%s: %w", p.Name, err)
		}
		_, _ = fmt.Fprintf(hash, "%q %v %t %q %q\n", row.Codes, row.Value, row.Has, row.Text, row.Status)
	}
}

// one makes one request. An answer that nothing has changed since last time stands for the bytes that were kept then.
func (g *Get) one(ctx context.Context, name string, r fetch.Request) (ingest.Part, error) {
	known := g.memory.of(r)
	r.ETag, r.LastModified = known.ETag, known.LastModified
	a, err := g.c.Client.Do(ctx, r)
	if err != nil {
		return ingest.Part{}, fmt.Errorf("source %s: %w", g.source.ID, err)
	}
	if a.NotModified {
		if known.SHA256 == "" {
			return ingest.Part{}, fmt.Errorf("source %s: %s answers that nothing has changed, and nothing was kept", g.source.ID, r.URL)
		}
		return ingest.Part{Name: name, Size: known.Size, Open: g.memory.open(known)}, nil
	}
	g.answers = append(g.answers, a)
	g.memory.note(r, a)
	return ingest.Part{Name: name, Size: a.Size, Open: a.Open}, nil
}

// Done remembers the answers' validators. It is called when the delivery was taken in, so that its bytes are kept.
func (g *Get) Done() error {
	if g.memory == nil {
		return nil
	}
	return g.memory.save()
}

func header(s source.Source) http.Header {
	h := http.Header{"Accept-Language": {"sv, en;q=0.8"}}
	for k, v := range s.Request.Header {
		h.Set(k, v)
	}
	if s.Request.Body != "" && h.Get("Content-Type") == "" {
		h.Set("Content-Type", "application/json")
	}
	return h
}

func request(s source.Source, url, body string) fetch.Request {
	return fetch.Request{Method: cmp.Or(s.Request.Method, http.MethodGet), URL: url, Body: []byte(body), Header: header(s), Hosts: s.Request.Hosts}
}

// publishedBy says who has published a source's figures; "" if its file does not say that anybody has.
func publishedBy(s source.Source) string {
	if !s.Published {
		return ""
	}
	return s.Publisher
}
