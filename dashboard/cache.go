package dashboard

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"utfall/schema"
)

// asset is bytes that are ready to send, packed and not.
type asset struct {
	body, packed []byte
	kind, hash   string
	name         string // of the file, for downloads
	link         string // of the next page, for the API
}

func newAsset(body []byte, kind string) asset {
	sum := sha256.Sum256(body)
	a := asset{body: body, kind: kind, hash: hex.EncodeToString(sum[:6])}
	if len(body) > 1000 && !packedKind(kind) {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, err := w.Write(body)
		if err == nil && w.Close() == nil {
			a.packed = b.Bytes()
		}
	}
	return a
}

// packedKind tells of kinds that are packed already.
func packedKind(kind string) bool {
	return strings.HasPrefix(kind, "font/") || kind == "image/png" || kind == "application/vnd.apache.parquet" || strings.Contains(kind, "openxmlformats")
}

func (a asset) send(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, a.kind)
	if a.name != "" {
		c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+a.name+`"`)
	}
	if a.link != "" {
		c.Set(fiber.HeaderLink, a.link)
	}
	etag := `"` + a.hash + `"`
	c.Set(fiber.HeaderETag, etag)
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	if held(c.Get(fiber.HeaderIfNoneMatch), etag) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	if a.packed != nil && strings.Contains(c.Get(fiber.HeaderAcceptEncoding), "gzip") {
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(a.packed)
	}
	return c.Send(a.body)
}

// held tells whether who asks has what the tag names: a list of tags, weak ones among them, or any.
func held(have, etag string) bool {
	for tag := range strings.SplitSeq(have, ",") {
		if tag = strings.TrimSpace(tag); tag == "*" || strings.TrimPrefix(tag, "W/") == etag {
			return true
		}
	}
	return false
}

// cache keeps whole pages while nothing in the ledger changes.
type cache struct {
	mu      sync.Mutex
	state   schema.State
	day     string // pages print today's date
	checked time.Time
	pages   map[string]asset
	size    int // bytes that they hold
}

// maxPages and maxBytes bound the cache; when it is full it is emptied. Files and answers of the API can be large, and there
// are as many of them as there are questions.
const (
	maxPages = 2000
	maxBytes = 256 << 20
)

// stateAge is how long the ledger's state is taken for true without asking.
const stateAge = time.Second

func newCache() *cache { return &cache{pages: map[string]asset{}} }

// current gives the ledger's state, asked for at most once in stateAge; when it has changed the pages are forgotten. While
// the store does not answer, or not soon, the state that it gave last goes on to hold: pages that are kept are still served.
func (s *Server) current() (schema.State, error) {
	s.cache.mu.Lock()
	defer s.cache.mu.Unlock()
	now := s.Now()
	if age := now.Sub(s.cache.checked); age >= 0 && age < stateAge {
		return s.cache.state, nil
	}
	known := s.cache.day != ""
	wait := panelTimeout
	if known {
		wait = s.Patience / 5 // the page's panels have their own wait after this one
	}
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	defer cancel()
	state, err := load(ctx, func(ctx context.Context) (schema.State, error) { return s.Reader.State(ctx, time.Time{}) }).wait(ctx)
	if err != nil && known {
		s.cache.checked = s.Now() // the next one waits for the store again, not everyone
		return s.cache.state, nil
	}
	if err != nil {
		return state, err
	}
	if day := now.Format(time.DateOnly); state != s.cache.state || day != s.cache.day {
		s.cache.state, s.cache.day = state, day
		s.cache.empty()
	}
	s.cache.checked = now
	return state, nil
}

// longestAddress is the most bytes of an address that is answered.
const longestAddress = 8000

var tooLong = problem{fiber.StatusRequestURITooLong, schema.Text{SV: "Adressen är för lång. Välj färre områden.", EN: "The address is too long. Choose fewer areas."}}

// kept gives what is kept for the address that was asked for, and has it made where there is none. What is made tells whether it is to be kept.
func (s *Server) kept(c *fiber.Ctx, build func(schema.State) (a asset, keep bool, err error)) (asset, error) {
	state, err := s.current()
	if err != nil {
		return asset{}, err
	}
	key := string(c.Request().URI().RequestURI())
	if len(key) > longestAddress {
		return asset{}, tooLong
	}
	if a, ok := s.cache.get(key); ok {
		return a, nil
	}
	a, keep, err := build(state)
	if err == nil && keep {
		s.cache.put(key, a, state)
	}
	return a, err
}

// known gives the ledger's state that was seen last, without asking for it.
func (c *cache) known() schema.State {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state
}

func (c *cache) get(key string) (asset, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, ok := c.pages[key]
	return a, ok
}

// empty forgets every page; the caller holds the lock.
func (c *cache) empty() { c.pages, c.size = map[string]asset{}, 0 }

// put keeps a page if it was made from the state that the cache still holds.
func (c *cache) put(key string, a asset, made schema.State) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if made != c.state {
		return
	}
	size := len(a.body) + len(a.packed)
	if len(c.pages) >= maxPages || c.size+size > maxBytes {
		c.empty()
	}
	c.pages[key] = a
	c.size += size
}
