package fetch

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"
)

// Pages follows next links and notices when a server leads in a circle.
type Pages struct {
	hosts []string
	at    *url.URL
	max   int
	n     int
	links map[string]int // address -> page
	seen  map[string]int // hash of a page's rows -> page
}

// NewPages begins at an address. most bounds the pages; 0 means 10 000.
func NewPages(first string, hosts []string, most int) (*Pages, error) {
	u, err := checkTarget(first, hosts)
	if err != nil {
		return nil, err
	}
	return &Pages{hosts: hosts, at: u, max: cmp.Or(most, 10_000), n: 1, links: map[string]int{first: 1}, seen: map[string]int{}}, nil
}

// Next gives the address of the page after the one whose rows have this hash and which names this link, "" after the last. A
// link to http is followed by https where the first page came by https: Socialstyrelsen's are of that kind.
func (p *Pages) Next(hash, link string) (string, error) {
	if before, ok := p.seen[hash]; ok {
		return "", fmt.Errorf("page %d of %s is page %d over again; the publisher's paging is broken", p.n, p.at.Redacted(), before)
	}
	p.seen[hash] = p.n
	if strings.TrimSpace(link) == "" {
		return "", nil
	}
	ref, err := url.Parse(strings.TrimSpace(link))
	if err != nil {
		return "", fmt.Errorf("page %d of %s: the next link %q is not an address", p.n, p.at.Redacted(), link)
	}
	next := p.at.ResolveReference(ref)
	switch {
	case p.at.Scheme == "https" && next.Scheme == "http" && next.Port() == "":
		next.Scheme = "https"
	case next.Host == p.at.Host && next.Port() != "":
		next.Scheme = p.at.Scheme // one port speaks one protocol, whatever the link says
	}
	address := next.String()
	if before, ok := p.links[address]; ok {
		return "", fmt.Errorf("page %d of %s names page %d as the next one; the publisher's paging is broken", p.n, p.at.Redacted(), before)
	}
	if _, err := checkTarget(address, p.hosts); err != nil {
		return "", fmt.Errorf("page %d of %s: the next link: %w", p.n, p.at.Redacted(), err)
	}
	if p.n++; p.n > p.max {
		return "", fmt.Errorf("%s has more than %d pages; ask for less at a time", p.at.Redacted(), p.max)
	}
	p.links[address] = p.n
	p.at = next
	return address, nil
}
