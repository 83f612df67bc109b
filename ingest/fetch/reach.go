package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// refusedError is our own refusal to go somewhere: another attempt would meet it again.
type refusedError struct{ message string }

func (e *refusedError) Error() string { return e.message }

func refuse(format string, args ...any) error { return &refusedError{fmt.Sprintf(format, args...)} }

// maxRedirects bounds how far a request is sent on.
const maxRedirects = 5

type hostsKey struct{}

// checkTarget holds an address against a list of hosts.
func checkTarget(address string, hosts []string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, refuse("not an address: %v", err)
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, refuse("the address begins with %q; only http and https are fetched", u.Scheme)
	case u.User != nil:
		return nil, refuse("the address holds a user's name; credentials do not stand in addresses")
	case !allowed(u, hosts):
		return nil, refuse("host %s is not one of those that the source names (%s)", u.Host, strings.Join(hosts, ", "))
	}
	return u, nil
}

// allowed tells whether a list holds the address's host. An entry with a port allows that port only; one without allows
// the scheme's own.
func allowed(u *url.URL, hosts []string) bool {
	return slices.ContainsFunc(hosts, func(h string) bool {
		return strings.EqualFold(h, u.Host) || strings.EqualFold(h, u.Hostname()) && (u.Port() == "" || u.Port() == "80" || u.Port() == "443")
	})
}

// checkRedirect follows a redirect only to the hosts that the request names, and never from https to http.
func checkRedirect(req *http.Request, via []*http.Request) error {
	hosts, _ := req.Context().Value(hostsKey{}).([]string)
	if len(via) > maxRedirects {
		return refuse("more than %d redirects, the last to %s", maxRedirects, req.URL.Redacted())
	}
	if _, err := checkTarget(req.URL.String(), hosts); err != nil {
		return refuse("redirected to %s: %v", req.URL.Redacted(), err)
	}
	if via[len(via)-1].URL.Scheme == "https" && req.URL.Scheme == "http" {
		return refuse("redirected from https to %s, which is not protected", req.URL.Redacted())
	}
	return nil
}

// privateList says which private addresses may be reached.
type privateList struct {
	hosts    []string
	networks []netip.Prefix
}

func parsePrivate(list []string) (privateList, error) {
	var p privateList
	for _, s := range list {
		if n, err := netip.ParsePrefix(s); err == nil {
			p.networks = append(p.networks, n)
		} else if a, err := netip.ParseAddr(s); err == nil {
			p.networks = append(p.networks, netip.PrefixFrom(a, a.BitLen()))
		} else if strings.ContainsAny(s, "/ ") || s == "" {
			return p, fmt.Errorf("fetch: %q is not a host, an address or a network such as 10.0.0.0/8", s)
		} else {
			p.hosts = append(p.hosts, strings.ToLower(s))
		}
	}
	return p, nil
}

// shared holds networks that are not public although netip has no word for them: RFC 6598, 2544, 5737, 3849, 6666, 7526,
// 8215 and "this network".
func shared() []netip.Prefix {
	var out []netip.Prefix
	for _, s := range []string{"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "240.0.0.0/4", "64:ff9b:1::/48", "100::/64", "2001:db8::/32", "2002::/16"} {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

// check refuses an address that is not on the public Internet. It is asked when the connection is made, so that a name
// which resolves to one address when it is checked and to another when it is used gains nothing.
func (p privateList) check(host string, a netip.Addr) error {
	a = a.Unmap()
	public := a.IsGlobalUnicast() && !a.IsPrivate() && !slices.ContainsFunc(shared(), func(n netip.Prefix) bool { return n.Contains(a) })
	if public || slices.Contains(p.hosts, strings.ToLower(host)) || slices.ContainsFunc(p.networks, func(n netip.Prefix) bool { return n.Contains(a) }) {
		return nil
	}
	return refuse("%s is at %s, a private address; allow it in the configuration if that is meant", host, a)
}

func (c *Client) transport() *http.Transport {
	var proxies sync.Map // host:port of proxies in use: the operator chose them, wherever they are
	return &http.Transport{
		Proxy: func(r *http.Request) (*url.URL, error) {
			u, err := http.ProxyFromEnvironment(r)
			if u != nil {
				proxies.Store(proxyAddress(u), true)
				if a, err := netip.ParseAddr(r.URL.Hostname()); err == nil {
					return u, c.private.check(r.URL.Hostname(), a)
				}
			}
			return u, err
		},
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			host, _, err := net.SplitHostPort(address)
			if err != nil {
				return nil, err
			}
			d := net.Dialer{Timeout: 30 * time.Second}
			if _, proxy := proxies.Load(address); !proxy {
				d.ControlContext = func(_ context.Context, _, resolved string, _ syscall.RawConn) error {
					at, err := netip.ParseAddrPort(resolved)
					if err != nil {
						return refuse("%s resolved to %q, which is not an address", host, resolved)
					}
					return c.private.check(host, at.Addr())
				}
			}
			return d.DialContext(ctx, network, address)
		},
		ForceAttemptHTTP2: true, TLSHandshakeTimeout: 20 * time.Second, ResponseHeaderTimeout: c.o.Stall,
		IdleConnTimeout: time.Minute, MaxIdleConnsPerHost: 2, MaxResponseHeaderBytes: 256 << 10, DisableCompression: true,
	}
}

func proxyAddress(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "socks5": "1080", "socks5h": "1080"}[u.Scheme]
	}
	if port == "" {
		port = "80"
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// IsRefusal tells whether an error is our own refusal to go somewhere.
func IsRefusal(err error) bool {
	var r *refusedError
	return errors.As(err, &r)
}
