package fetch

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	"golang.org/x/time/rate"
)

// Options say how requests are made. The zero value is valid.
type Options struct {
	Program string // name and version, for the User-Agent; default "Utfall"
	Contact string // how a publisher reaches us: an address of mail or a page; stands in the User-Agent
	Dir     string // bodies are kept here until they are closed; default the system's temporary directory

	Timeout   time.Duration // of one attempt, body included; default 10 minutes
	Stall     time.Duration // longest silence of a server, before or in the body; default 60 seconds
	MaxBytes  int64         // of a body once unpacked; default 2 000 000 000
	Attempts  uint          // default 5
	FirstWait time.Duration // before the second attempt, doubled after that; default 2 seconds
	MaxWait   time.Duration // longest Retry-After that is waited for; default 10 minutes

	Private  []string         // hosts, addresses or networks (10.0.0.0/8) that may be reached although they are private
	Rates    map[string]Rate  // by host; default DefaultRate
	Observer Observer         // hears of every attempt
	Now      func() time.Time // clock, for Retry-After dates
}

// Observer hears of every attempt, for metrics.
type Observer interface{ Attempt(Attempt) }

// Attempt is one HTTP exchange.
type Attempt struct {
	Host    string
	Status  int // 0 if no answer came
	Took    time.Duration
	Bytes   int64 // of the body, unpacked
	Retried bool  // another attempt follows
}

// Request is what to ask of a server.
type Request struct {
	Method string // default GET
	URL    string
	Header http.Header
	Body   []byte
	Hosts  []string // hosts that the request and its redirects may reach; the URL's own host must be among them

	ETag, LastModified string // validators of the payload that we have: the answer may be NotModified
}

// Answer is a body on disk and what came with it. Close deletes the file.
type Answer struct {
	URL                string // where the body came from, after redirects
	Status             int
	NotModified        bool // the payload that we have still holds; there is no body
	Header             http.Header
	ETag, LastModified string
	Size               int64
	SHA256             string // of the unpacked body
	Attempts           int
	file               string
}

// Open reads the body.
func (a *Answer) Open() (io.ReadCloser, error) { return os.Open(a.file) }

// Close deletes the body.
func (a *Answer) Close() error {
	if a == nil || a.file == "" {
		return nil
	}
	return os.Remove(a.file)
}

// Client makes requests. It is safe for concurrent use.
type Client struct {
	o       Options
	http    *http.Client
	private privateList
	mu      sync.Mutex
	limits  map[string]*rate.Limiter
	stated  map[string]bool // hosts that have stated a rate of their own
}

// New checks the options. The proxy is the one that HTTP_PROXY, HTTPS_PROXY and NO_PROXY name.
func New(o Options) (*Client, error) {
	o.Program = cmp.Or(o.Program, "Utfall")
	o.Timeout = cmp.Or(o.Timeout, 10*time.Minute)
	o.Stall = cmp.Or(o.Stall, time.Minute)
	o.MaxBytes = cmp.Or(o.MaxBytes, 2_000_000_000)
	o.Attempts = cmp.Or(o.Attempts, 5)
	o.FirstWait = cmp.Or(o.FirstWait, 2*time.Second)
	o.MaxWait = cmp.Or(o.MaxWait, 10*time.Minute)
	if o.Now == nil {
		o.Now = time.Now
	}
	if strings.ContainsAny(o.Contact+o.Program, "\r\n") {
		return nil, errors.New("fetch: the contact and the program's name must stand on one line")
	}
	private, err := parsePrivate(o.Private)
	if err != nil {
		return nil, err
	}
	for host, r := range o.Rates {
		if r.Calls < 1 || r.Per <= 0 {
			return nil, fmt.Errorf("fetch: rate of %s: %d calls in %s; at least one call in a time above zero is needed", host, r.Calls, r.Per)
		}
	}
	c := &Client{o: o, private: private, limits: map[string]*rate.Limiter{}, stated: map[string]bool{}}
	c.http = &http.Client{Transport: c.transport(), CheckRedirect: checkRedirect}
	return c, nil
}

// UserAgent names the program and, if one is set, the contact.
func (c *Client) UserAgent() string {
	if c.o.Contact == "" {
		return c.o.Program
	}
	return c.o.Program + " (+" + c.o.Contact + ")"
}

// Do makes a request, again if the fault may pass: no answer, 408, 425, 429, 5xx, a broken body. The error is an *Error
// or that of ctx.
func (c *Client) Do(ctx context.Context, r Request) (*Answer, error) {
	u, err := checkTarget(r.URL, r.Hosts)
	if err != nil {
		return nil, &Error{Method: cmp.Or(r.Method, http.MethodGet), URL: r.URL, Reason: err.Error()}
	}
	waits := backoff.NewExponentialBackOff()
	waits.InitialInterval, waits.Multiplier, waits.RandomizationFactor, waits.MaxInterval = c.o.FirstWait, 2, 0.5, c.o.MaxWait
	tries := 0
	answer, err := backoff.Retry(ctx, func() (*Answer, error) {
		tries++
		return c.attempt(ctx, r, u, tries)
	}, backoff.WithBackOff(waits), backoff.WithMaxTries(c.o.Attempts), backoff.WithMaxElapsedTime(0))
	if err != nil {
		var fault *Error
		if ctx.Err() == nil && errors.As(err, &fault) {
			fault.Attempts = tries
			return nil, fault
		}
		return nil, fmt.Errorf("fetch %s: %w", redact(r.URL), err)
	}
	answer.Attempts = tries
	return answer, nil
}

// attempt makes one exchange. An error that another attempt cannot mend is marked as permanent.
func (c *Client) attempt(ctx context.Context, r Request, u *url.URL, n int) (*Answer, error) {
	if err := c.limiter(u.Hostname()).Wait(ctx); err != nil {
		return nil, backoff.Permanent(err)
	}
	start := time.Now()
	answer, fault := c.exchange(ctx, r)
	seen := Attempt{Host: u.Hostname(), Took: time.Since(start)}
	var err error
	switch {
	case fault != nil:
		seen.Status, seen.Bytes = fault.Status, fault.bytes
		seen.Retried = fault.passing && uint(n) < c.o.Attempts && ctx.Err() == nil
		err = fault
		if !fault.passing {
			err = backoff.Permanent(fault)
		} else if fault.after > 0 {
			err = &waitError{fault, &backoff.RetryAfterError{Duration: fault.after}}
		}
	default:
		seen.Status, seen.Bytes = answer.Status, answer.Size
	}
	if c.o.Observer != nil {
		c.o.Observer.Attempt(seen)
	}
	return answer, err
}

// waitError is a fault for which the server named a time to wait.
type waitError struct {
	fault *Error
	after *backoff.RetryAfterError
}

func (e *waitError) Error() string   { return e.fault.Error() }
func (e *waitError) Unwrap() []error { return []error{e.fault, e.after} }

func (c *Client) exchange(ctx context.Context, r Request) (*Answer, *Error) {
	ctx, cancel := context.WithTimeout(context.WithValue(ctx, hostsKey{}, r.Hosts), c.o.Timeout)
	defer cancel()
	fault := func(format string, args ...any) *Error {
		return &Error{Method: cmp.Or(r.Method, http.MethodGet), URL: redact(r.URL), Reason: fmt.Sprintf(format, args...)}
	}
	req, err := http.NewRequestWithContext(ctx, cmp.Or(r.Method, http.MethodGet), r.URL, strings.NewReader(string(r.Body)))
	if err != nil {
		return nil, fault("not a request that can be made: %v", err)
	}
	for k, v := range r.Header {
		req.Header[k] = v
	}
	req.Header.Set("User-Agent", c.UserAgent())
	req.Header.Set("Accept-Encoding", "gzip")
	if r.ETag != "" {
		req.Header.Set("If-None-Match", r.ETag)
	}
	if r.LastModified != "" {
		req.Header.Set("If-Modified-Since", r.LastModified)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		f := fault("%s", plain(err))
		var refused *refusedError
		f.Err, f.passing = err, !errors.As(err, &refused)
		return nil, f
	}
	defer func() { _ = resp.Body.Close() }()
	return c.read(resp, fault, cancel)
}

// read checks the status and brings the body to disk.
func (c *Client) read(resp *http.Response, fault func(string, ...any) *Error, cancel context.CancelFunc) (*Answer, *Error) {
	a := &Answer{URL: resp.Request.URL.String(), Status: resp.StatusCode, Header: resp.Header,
		ETag: resp.Header.Get("ETag"), LastModified: resp.Header.Get("Last-Modified")}
	body := newStallReader(resp.Body, c.o.Stall, cancel)
	defer body.stop()
	if resp.StatusCode == http.StatusNotModified {
		a.NotModified = true
		return a, nil
	}
	plainBody, err := unpack(body, resp.Header.Get("Content-Encoding"))
	if err != nil {
		f := fault("the body cannot be unpacked: %v", err)
		f.Status, f.Err, f.passing = resp.StatusCode, err, true
		return nil, f
	}
	if resp.StatusCode != http.StatusOK {
		return nil, c.statusFault(resp, plainBody, fault)
	}
	file, err := os.CreateTemp(c.o.Dir, "fetch-*")
	if err != nil {
		return nil, fault("no place for the body: %v", err)
	}
	a.file = file.Name()
	hash := sha256.New()
	first := &firstBytes{}
	a.Size, err = io.Copy(io.MultiWriter(file, hash, first), io.LimitReader(plainBody, c.o.MaxBytes+1))
	err = errors.Join(err, file.Close())
	f := c.bodyFault(a, first, err, fault)
	if f != nil {
		_ = a.Close()
		f.Status, f.bytes = resp.StatusCode, a.Size
		return nil, f
	}
	a.SHA256 = hex.EncodeToString(hash.Sum(nil))
	return a, nil
}

func (c *Client) bodyFault(a *Answer, first *firstBytes, err error, fault func(string, ...any) *Error) *Error {
	var f *Error
	switch {
	case err != nil:
		f = fault("the body broke off after %d bytes: %s", a.Size, plain(err))
		f.Err, f.passing = err, true
	case a.Size > c.o.MaxBytes:
		f = fault("the body is larger than %d bytes; raise the limit if it should be", c.o.MaxBytes)
	case first.isHTML():
		f = fault("a web page came instead of figures; the address has moved, or the publisher shows a notice")
	case a.Size == 0:
		f = fault("the body is empty")
		f.passing = true
	default:
		return nil
	}
	f.First = first.String()
	return f
}

func (c *Client) statusFault(resp *http.Response, body io.Reader, fault func(string, ...any) *Error) *Error {
	first := &firstBytes{}
	n, _ := io.Copy(first, io.LimitReader(body, 64<<10))
	f := fault("%s", statusWords(resp.StatusCode))
	f.Status, f.First, f.bytes = resp.StatusCode, first.String(), n
	switch s := resp.StatusCode; {
	case s == http.StatusRequestTimeout, s == http.StatusTooEarly, s == http.StatusTooManyRequests, s >= 500 && s != http.StatusNotImplemented:
		f.passing = true
	}
	if after := retryAfter(resp.Header.Get("Retry-After"), c.o.Now()); f.passing && after > 0 {
		f.after = after
		if after > c.o.MaxWait {
			f.passing = false
			f.Reason += fmt.Sprintf("; the server asks to wait %s, longer than the %s that are waited for", after.Round(time.Second), c.o.MaxWait)
		}
	}
	return f
}
