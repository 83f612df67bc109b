package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/time/rate"
)

// attempts collects what the client reports.
type attempts struct {
	mu   sync.Mutex
	list []Attempt
}

func (a *attempts) Attempt(x Attempt) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.list = append(a.list, x)
}

func (a *attempts) statuses() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var out []string
	for _, x := range a.list {
		out = append(out, fmt.Sprintf("%d/%t", x.Status, x.Retried))
	}
	return strings.Join(out, " ")
}

// server answers with h and gives a client that may reach it, quick enough for a test.
func server(t *testing.T, h http.HandlerFunc, change func(*Options)) (*Client, string, string, *attempts) {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	u, _ := url.Parse(s.URL)
	seen := &attempts{}
	o := Options{Program: "Utfall/test", Contact: "statistik@example.org", Dir: t.TempDir(), FirstWait: time.Millisecond, Attempts: 3,
		Private: []string{"127.0.0.1"}, Rates: map[string]Rate{"127.0.0.1": {100_000, time.Second}}, Observer: seen}
	if change != nil {
		change(&o)
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c, s.URL, u.Host, seen
}

func text(t *testing.T, a *Answer) string {
	t.Helper()
	r, err := a.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func packed(s string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(s))
	_ = z.Close()
	return b.Bytes()
}

func TestAnswer(t *testing.T) {
	c, address, host, seen := server(t, func(w http.ResponseWriter, r *http.Request) {
		if ua := r.Header.Get("User-Agent"); ua != "Utfall/test (+statistik@example.org)" {
			t.Errorf("User-Agent %q", ua)
		}
		if b, _ := io.ReadAll(r.Body); r.Method != "POST" || string(b) != `{"q":1}` || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s", r.Method, b)
		}
		w.Header().Set("ETag", `"v1"`)
		_, _ = io.WriteString(w, `{"value":[1]}`)
	}, nil)
	a, err := c.Do(t.Context(), Request{Method: "POST", URL: address + "/t", Body: []byte(`{"q":1}`), Hosts: []string{host},
		Header: http.Header{"Content-Type": {"application/json"}}})
	if err != nil {
		t.Fatal(err)
	}
	if got := text(t, a); got != `{"value":[1]}` || a.Size != 13 || a.ETag != `"v1"` || a.Attempts != 1 ||
		a.SHA256 != fmt.Sprintf("%x", sha256.Sum256([]byte(got))) {
		t.Errorf("%q %+v", got, a)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	if _, err := a.Open(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the body is still there: %v", err)
	}
	if got := seen.statuses(); got != "200/false" {
		t.Errorf("attempts %s", got)
	}
}

// Faults that pass are tried again, others are not, and a message names address, status and first bytes.
func TestRetries(t *testing.T) {
	for name, x := range map[string]struct {
		answers  []int
		header   string
		statuses string
		says     string // "" if it ends well
	}{
		"too many, then well":   {[]int{429, 200}, "0", "429/true 200/false", ""},
		"broken twice":          {[]int{500, 503, 200}, "", "500/true 503/true 200/false", ""},
		"broken for good":       {[]int{500, 500, 500}, "", "500/true 500/true 500/false", "status 500: internal server error (3 attempts)"},
		"not found":             {[]int{404}, "", "404/false", `status 404: not found; the table or a code has gone or changed its name; the answer begins "status 404"`},
		"cell limit":            {[]int{403}, "", "403/false", "too many cells"},
		"not implemented":       {[]int{501}, "", "501/false", "not implemented"},
		"a wait that is long":   {[]int{429}, "86400", "429/false", "asks to wait 24h0m0s, longer than the 10m0s"},
		"a status of no figure": {[]int{204}, "", "204/false", "no content"},
	} {
		t.Run(name, func(t *testing.T) {
			n := 0
			c, address, host, seen := server(t, func(w http.ResponseWriter, _ *http.Request) {
				status := x.answers[min(n, len(x.answers)-1)]
				n++
				if x.header != "" {
					w.Header().Set("Retry-After", x.header)
				}
				w.WriteHeader(status)
				_, _ = fmt.Fprintf(w, "status %d", status)
			}, nil)
			a, err := c.Do(t.Context(), Request{URL: address + "/data", Hosts: []string{host}})
			defer func() { _ = a.Close() }()
			switch {
			case x.says == "" && err != nil:
				t.Error(err)
			case x.says != "" && (err == nil || !strings.Contains(err.Error(), x.says) || !strings.HasPrefix(err.Error(), "GET "+address+"/data: ")):
				t.Errorf("error %v, want one that says %q", err, x.says)
			}
			if got := seen.statuses(); got != x.statuses {
				t.Errorf("attempts %s, want %s", got, x.statuses)
			}
		})
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{"": 0, "3": 3 * time.Second, "Tue, 24 Nov 2026 12:00:07 GMT": 7 * time.Second,
		"Tue, 24 Nov 2026 11:00:00 GMT": 0, "-5": 0, "soon": 0} {
		if got := retryAfter(value, now); got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
	// The client really waits: the second attempt comes no earlier than asked.
	var at []time.Time
	c, address, host, _ := server(t, func(w http.ResponseWriter, _ *http.Request) {
		at = append(at, time.Now())
		if len(at) == 1 {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(429)
			return
		}
		_, _ = io.WriteString(w, "x")
	}, nil)
	a, err := c.Do(t.Context(), Request{URL: address, Hosts: []string{host}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	if gap := at[1].Sub(at[0]); gap < time.Second {
		t.Errorf("waited %s, asked to wait 1s", gap)
	}
}

func TestBodies(t *testing.T) {
	many := strings.Repeat("0123456789", 1000)
	for name, x := range map[string]struct {
		encoding   string
		body       []byte
		want, says string
	}{
		"plain":                {"", []byte("a,b\n1,2\n"), "a,b\n1,2\n", ""},
		"gzip":                 {"gzip", packed("a,b\n"), "a,b\n", ""},
		"gzip, not said":       {"", packed("a,b\n"), "a,b\n", ""},
		"gzip within gzip":     {"gzip", packed(string(packed("a,b\n"))), "a,b\n", ""},
		"two bytes":            {"", []byte("ok"), "ok", ""},
		"another packing":      {"br", []byte("xxxxxxx"), "", `packed as "br"`},
		"gzip cut off":         {"gzip", packed(many)[:40], "", "broke off"},
		"gzip broken":          {"gzip", append([]byte{0x1f, 0x8b, 0x08}, "nonsense that is no header"...), "", ""},
		"too large":            {"", []byte(many + "x"), "", "larger than 10000 bytes"},
		"too large unpacked":   {"gzip", packed(many + "x"), "", "larger than 10000 bytes"},
		"a page":               {"", []byte("\xef\xbb\xbf\n<!DOCTYPE html><html><title>Underhåll</title>"), "", "a web page came instead of figures"},
		"a page after remarks": {"", []byte("<!-- v2 --> <HTML>"), "", "a web page"},
		"nothing":              {"", nil, "", "the body is empty"},
		"xml":                  {"", []byte("<?xml version='1.0'?><m/>"), "<?xml version='1.0'?><m/>", ""},
	} {
		t.Run(name, func(t *testing.T) {
			c, address, host, _ := server(t, func(w http.ResponseWriter, _ *http.Request) {
				if x.encoding != "" {
					w.Header().Set("Content-Encoding", x.encoding)
				}
				_, _ = w.Write(x.body)
			}, func(o *Options) { o.MaxBytes = 10_000 })
			a, err := c.Do(t.Context(), Request{URL: address, Hosts: []string{host}})
			if x.want == "" {
				if err == nil || !strings.Contains(err.Error(), x.says) || !strings.Contains(err.Error(), "status 200") {
					t.Errorf("error %v, want one that says %q", err, x.says)
				}
				if left, _ := os.ReadDir(c.o.Dir); len(left) > 0 {
					t.Errorf("%d files are left behind", len(left))
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := text(t, a); got != x.want {
				t.Errorf("%q, want %q", got, x.want)
			}
			_ = a.Close()
		})
	}
}

// A gigabyte of zeros in a megabyte ends at the limit, not in memory or on disk.
func TestZipBomb(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	zeros := make([]byte, 1<<20)
	for range 200 {
		_, _ = z.Write(zeros)
	}
	_ = z.Close()
	c, address, host, _ := server(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(b.Bytes()) }, func(o *Options) { o.MaxBytes = 1 << 20 })
	_, err := c.Do(t.Context(), Request{URL: address, Hosts: []string{host}})
	if err == nil || !strings.Contains(err.Error(), "larger than 1048576 bytes") {
		t.Errorf("error %v", err)
	}
}

// A body that breaks off is fetched again from the start.
func TestBrokenBody(t *testing.T) {
	n := 0
	c, address, host, seen := server(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "10")
		if n++; n == 1 {
			_, _ = io.WriteString(w, "01234")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}
		_, _ = io.WriteString(w, "0123456789")
	}, nil)
	a, err := c.Do(t.Context(), Request{URL: address, Hosts: []string{host}})
	if err != nil {
		t.Fatal(err)
	}
	if got := text(t, a); got != "0123456789" || a.Attempts != 2 || seen.statuses() != "200/true 200/false" {
		t.Errorf("%q, %s", got, seen.statuses())
	}
	_ = a.Close()
}

func TestSilence(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"before the answer": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"within the body": func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "half")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, address, host, _ := server(t, h, func(o *Options) { o.Stall, o.Attempts = 50*time.Millisecond, 2 })
			_, err := c.Do(t.Context(), Request{URL: address, Hosts: []string{host}})
			var fault *Error
			if !errors.As(err, &fault) || fault.Attempts != 2 {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c, address, host, _ := server(t, func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() }, nil)
	if _, err := c.Do(ctx, Request{URL: address, Hosts: []string{host}}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestNotModified(t *testing.T) {
	c, address, host, _ := server(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") == `"v1"` && r.Header.Get("If-Modified-Since") == "Tue, 24 Nov 2026 12:00:07 GMT" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = io.WriteString(w, "new")
	}, nil)
	a, err := c.Do(t.Context(), Request{URL: address, Hosts: []string{host}, ETag: `"v1"`, LastModified: "Tue, 24 Nov 2026 12:00:07 GMT"})
	if err != nil || !a.NotModified || a.Size != 0 || a.Close() != nil {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestRedirects(t *testing.T) {
	c, address, host, _ := server(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/here":
			http.Redirect(w, r, "/there", http.StatusFound)
		case "/away":
			http.Redirect(w, r, "http://evil.example/x", http.StatusFound)
		case "/inside":
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data", http.StatusFound)
		case "/file":
			w.Header().Set("Location", "file:///etc/passwd")
			w.WriteHeader(http.StatusFound)
		case "/circle":
			http.Redirect(w, r, "/circle", http.StatusFound)
		default:
			_, _ = io.WriteString(w, "figures")
		}
	}, nil)
	for path, says := range map[string]string{"/here": "", "/away": "host evil.example is not one of those", "/inside": "169.254.169.254 is not one of those",
		"/file": `begins with "file"`, "/circle": "more than 5 redirects"} {
		a, err := c.Do(t.Context(), Request{URL: address + path, Hosts: []string{host}})
		switch {
		case says == "" && (err != nil || !strings.HasSuffix(a.URL, "/there")):
			t.Errorf("%s: %v", path, err)
		case says != "" && (err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "attempts")):
			t.Errorf("%s: error %v, want one that says %q and is not tried again", path, err, says)
		}
		_ = a.Close()
	}
}

// Private addresses are refused when the connection is made, whatever name led to them.
func TestPrivateAddresses(t *testing.T) {
	c, address, _, _ := server(t, func(http.ResponseWriter, *http.Request) { t.Error("the server was reached") }, func(o *Options) { o.Private = nil })
	u, _ := url.Parse(address)
	byName := "http://localhost:" + u.Port() + "/"
	for _, target := range []string{address, byName} {
		v, _ := url.Parse(target)
		_, err := c.Do(t.Context(), Request{URL: target, Hosts: []string{v.Host}})
		if err == nil || !strings.Contains(err.Error(), "a private address") || !IsRefusal(err) {
			t.Errorf("%s: %v", target, err)
		}
	}
	p, err := parsePrivate([]string{"10.1.0.0/16", "fd00::1", "inside.example"})
	if err != nil {
		t.Fatal(err)
	}
	for s, ok := range map[string]bool{"8.8.8.8": true, "2a00:1450:400f::1": true, "10.1.2.3": true, "10.2.0.1": false, "192.168.1.1": false, "172.16.0.1": false,
		"127.0.0.1": false, "169.254.169.254": false, "0.0.0.0": false, "100.64.0.1": false, "::1": false, "fd00::1": true, "fd00::2": false, "fe80::1": false,
		"::ffff:127.0.0.1": false, "224.0.0.1": false, "255.255.255.255": false, "2002:7f00:1::": false} {
		if err := p.check("h.example", netip.MustParseAddr(s)); (err == nil) != ok {
			t.Errorf("%s: %v", s, err)
		}
	}
	if err := p.check("Inside.example", netip.MustParseAddr("192.168.1.1")); err != nil {
		t.Error(err)
	}
	if _, err := parsePrivate([]string{"10.0.0.0/99"}); err == nil {
		t.Error("a network that is none was taken")
	}
}

func TestTargets(t *testing.T) {
	hosts := []string{"api.example.org"}
	for address, ok := range map[string]bool{"https://api.example.org/x": true, "https://API.example.org:443/x": true, "https://api.example.org:8443/x": false,
		"https://other.example.org/": false, "ftp://api.example.org/": false, "https://user:word@api.example.org/": false, "://": false, "": false} {
		if _, err := checkTarget(address, hosts); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestPages(t *testing.T) {
	hosts := []string{"sdb.example"}
	follow := func(first string, links ...string) error {
		p, err := NewPages(first, hosts, 3)
		if err != nil {
			return err
		}
		for i, l := range links {
			hash := fmt.Sprint(i)
			if rest, ok := strings.CutPrefix(l, "same:"); ok {
				hash, l = "0", rest
			}
			if _, err := p.Next(hash, l); err != nil {
				return err
			}
		}
		return nil
	}
	for name, x := range map[string]struct {
		links []string
		says  string
	}{
		"to the end":        {[]string{"?sida=2", "/api?sida=3", ""}, ""},
		"a circle":          {[]string{"?sida=2", "https://sdb.example/api"}, "names page 1 as the next one"},
		"itself":            {[]string{"https://sdb.example/api"}, "names page 1"},
		"a page over again": {[]string{"?sida=2", "same:?sida=3"}, "page 2 of https://sdb.example/api?sida=2 is page 1 over again"},
		"another host":      {[]string{"https://evil.example/2"}, "not one of those"},
		"no address":        {[]string{"http://[::1"}, "not an address"},
		"without end":       {[]string{"?a=2", "?a=3", "?a=4"}, "more than 3 pages"},
	} {
		err := follow("https://sdb.example/api", x.links...)
		if (err == nil) != (x.says == "") || err != nil && !strings.Contains(err.Error(), x.says) {
			t.Errorf("%s: %v, want %q", name, err, x.says)
		}
	}
	p, _ := NewPages("https://sdb.example/api", hosts, 0)
	if got, err := p.Next("h", "http://sdb.example/api?sida=2"); got != "https://sdb.example/api?sida=2" || err != nil {
		t.Errorf("next %q, %v: a link to http must become one to https", got, err)
	}
	p, _ = NewPages("http://sdb.example:8080/api", []string{"sdb.example:8080"}, 0)
	if got, err := p.Next("h", "https://sdb.example:8080/api?sida=2"); got != "http://sdb.example:8080/api?sida=2" || err != nil {
		t.Errorf("next %q, %v: one port speaks one protocol", got, err)
	}
}

// Whatever the rate, no window lets more calls through than it may.
func TestRateNeverExceeded(t *testing.T) {
	for _, r := range []Rate{{30, 10 * time.Second}, {1, time.Second}, {2, time.Second}, {7, 3 * time.Second}, {1000, 10 * time.Second}} {
		l := r.Limiter()
		now := time.Unix(1_700_000_000, 0)
		var taken []time.Time
		for range 40_000 {
			now = now.Add(r.Per / 3000)
			if l.AllowN(now, 1) {
				taken = append(taken, now)
			}
		}
		from := 0
		for i, at := range taken {
			for at.Sub(taken[from]) >= r.Per {
				from++
			}
			if i-from+1 > r.Calls {
				t.Fatalf("%+v: %d calls in a window", r, i-from+1)
			}
		}
		if len(taken) < r.Calls*4 {
			t.Errorf("%+v: only %d calls in 13 windows", r, len(taken))
		}
		if l.Limit() == rate.Inf {
			t.Error("no limit")
		}
	}
}

// The limiter stands before every attempt.
func TestRateIsKept(t *testing.T) {
	c, address, host, seen := server(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "x") },
		func(o *Options) { o.Rates = map[string]Rate{"127.0.0.1": {1, 50 * time.Millisecond}} })
	start := time.Now()
	for range 3 {
		a, err := c.Do(t.Context(), Request{URL: address, Hosts: []string{host}})
		if err != nil {
			t.Fatal(err)
		}
		_ = a.Close()
	}
	if took := time.Since(start); took < 100*time.Millisecond || len(seen.list) != 3 {
		t.Errorf("three calls took %s", took)
	}
}

func TestOptions(t *testing.T) {
	for _, o := range []Options{{Contact: "a\nb"}, {Private: []string{""}}, {Rates: map[string]Rate{"x": {}}}} {
		if _, err := New(o); err == nil {
			t.Errorf("%+v was taken", o)
		}
	}
	if c, err := New(Options{}); err != nil || c.UserAgent() != "Utfall" {
		t.Error(err)
	}
}

// A proxy that the operator names is used wherever it stands; the target's name is not looked up here.
func TestProxyAddress(t *testing.T) {
	for s, want := range map[string]string{"http://proxy:3128": "proxy:3128", "http://proxy": "proxy:80", "https://proxy": "proxy:443", "socks5://[::1]": "[::1]:1080"} {
		u, _ := url.Parse(s)
		if got := proxyAddress(u); got != want {
			t.Errorf("%s: %s", s, got)
		}
		if _, _, err := net.SplitHostPort(want); err != nil {
			t.Error(err)
		}
	}
}
