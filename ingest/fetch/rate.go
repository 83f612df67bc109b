package fetch

import (
	"net"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// Rate is how many calls a host takes in a time.
type Rate struct {
	Calls int
	Per   time.Duration
}

// DefaultRate is for hosts that state none: slow enough that nobody need complain.
var DefaultRate = Rate{Calls: 2, Per: time.Second}

// Limiter gives a limiter that never lets more than r.Calls through in any window of r.Per. A bucket lets its burst and
// what drips in during the window through, so the burst is taken off the drip.
func (r Rate) Limiter() *rate.Limiter {
	burst := max(1, r.Calls/6)
	if r.Calls == 1 {
		// One call at once and the next a whole window later.
		return rate.NewLimiter(rate.Every(r.Per), 1)
	}
	return rate.NewLimiter(rate.Limit(float64(r.Calls-burst)/r.Per.Seconds()), burst)
}

func (c *Client) limiter(host string) *rate.Limiter {
	host = strings.ToLower(host)
	c.mu.Lock()
	defer c.mu.Unlock()
	l, ok := c.limits[host]
	if !ok {
		r, given := c.o.Rates[host]
		if !given {
			r = DefaultRate
		}
		l = r.Limiter()
		c.limits[host] = l
	}
	return l
}

// Limit sets a host's rate for this client if it is slower than the one in force: a publisher's own word can slow us down,
// never speed us up past what was configured.
func (c *Client) Limit(host string, r Rate) {
	if r.Calls < 1 || r.Per <= 0 {
		return
	}
	host = strings.ToLower(host)
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	_, given := c.o.Rates[host]
	now := c.limiter(host)
	next := r.Limiter()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !given && !c.stated[host] || next.Limit() < now.Limit() {
		c.stated[host] = true
		c.limits[host] = next
	}
}
