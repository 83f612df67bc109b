package dashboard

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
)

// publications remembers what had been published, and which drafts there were, when that was last asked.
type publications struct {
	mu      sync.Mutex
	asked   time.Time
	listing string
}

// afterPublications lets the kept pages be forgotten when a briefing was published, or a draft changed, since they were
// made. That is asked at most once in stateAge.
func (s *Server) afterPublications(next fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if err := s.noticePublications(c.Context()); err != nil {
			return err
		}
		return next(c)
	}
}

func (s *Server) noticePublications(ctx context.Context) error {
	p := &s.publications
	p.mu.Lock()
	defer p.mu.Unlock()
	if age := s.Now().Sub(p.asked); age >= 0 && age < stateAge {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, panelTimeout)
	defer cancel()
	list, err := s.published(ctx, "", time.Time{})
	if err != nil {
		return err
	}
	if err := s.Drafts.Refresh(); err != nil { // the drafts stay as they were
		s.Logger.Error("the drafts cannot be read", "folder", s.Drafts.Dir(), "error", err)
	}
	listing := s.Drafts.Stamp()
	for _, b := range list {
		listing += fmt.Sprintf("%s %d %s\n", b.ID, b.Version, b.Hash)
	}
	if listing != p.listing {
		s.cache.forget()
		for _, fault := range s.Drafts.Faults() {
			s.Logger.Warn("a draft of a briefing has a fault", "fault", fault)
		}
	}
	p.listing, p.asked = listing, s.Now()
	return nil
}

// askAnew lets the next page ask what there is, however lately that was asked.
func (p *publications) askAnew() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = time.Time{}
}

// forget drops every kept page.
func (c *cache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.empty()
}

// keptFiles holds the newest files that were made of published briefings, which never change.
type keptFiles struct {
	mu    sync.Mutex
	files map[string]asset
	order []string
	size  int
}

// mostKept bounds the files that are held, in bytes.
const mostKept = 48 << 20

func (k *keptFiles) get(key string) (asset, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	a, ok := k.files[key]
	return a, ok
}

func (k *keptFiles) put(key string, a asset) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, ok := k.files[key]; ok || len(a.body) > mostKept {
		return
	}
	if k.files == nil {
		k.files = map[string]asset{}
	}
	k.files[key] = a
	k.order, k.size = append(k.order, key), k.size+len(a.body)
	for k.size > mostKept {
		k.size -= len(k.files[k.order[0]].body)
		delete(k.files, k.order[0])
		k.order = k.order[1:]
	}
}
