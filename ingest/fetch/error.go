package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Error says which request failed, how the server answered and what its answer began with.
type Error struct {
	Method, URL string
	Status      int    // 0 if no answer came
	Reason      string // what was wrong and, where there is something, what to do
	First       string // the answer's first bytes, quoted
	Attempts    int
	Err         error // the cause, if any

	passing bool          // another attempt may go better
	after   time.Duration // that the server asks to wait
	bytes   int64
}

// Error gives everything on one line.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: ", e.Method, e.URL)
	if e.Status != 0 {
		fmt.Fprintf(&b, "status %d: ", e.Status)
	}
	b.WriteString(e.Reason)
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " (%d attempts)", e.Attempts)
	}
	if e.First != "" {
		fmt.Fprintf(&b, "; the answer begins %s", e.First)
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Passing tells whether the same request may succeed later without anything being changed here.
func (e *Error) Passing() bool { return e.passing || e.after > 0 }

// plain takes the method and address, which stand in the message already, off an error of net/http.
func plain(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "the server did not answer in time"
	}
	if errors.Is(err, errStalled) || errors.Is(err, context.Canceled) {
		return errStalled.Error()
	}
	return err.Error()
}

func statusWords(status int) string {
	switch status {
	case http.StatusForbidden:
		return "refused; PxWeb says this when a query asks for too many cells"
	case http.StatusNotFound:
		return "not found; the table or a code has gone or changed its name"
	case http.StatusRequestEntityTooLarge:
		return "too much asked for at a time; ask for fewer cells"
	case http.StatusTooManyRequests:
		return "too many requests"
	}
	return strings.ToLower(http.StatusText(status))
}

// retryAfter reads the header in both its forms, seconds and a date. 0: there is nothing that can be read.
func retryAfter(value string, now time.Time) time.Duration {
	if n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 32); err == nil {
		return max(0, time.Duration(n)*time.Second)
	}
	if t, err := http.ParseTime(value); err == nil {
		return max(0, t.Sub(now))
	}
	return 0
}

// redact leaves a password out of an address.
func redact(address string) string {
	if u, err := url.Parse(address); err == nil {
		return u.Redacted()
	}
	return address
}

// firstBytes keeps the beginning of what is written to it.
type firstBytes struct{ b []byte }

const keptBytes = 512

func (f *firstBytes) Write(p []byte) (int, error) {
	f.b = append(f.b, p[:min(len(p), keptBytes-len(f.b))]...)
	return len(p), nil
}

// String gives at most 120 bytes, quoted.
func (f *firstBytes) String() string {
	if len(f.b) == 0 {
		return ""
	}
	return strconv.QuoteToGraphic(strings.ToValidUTF8(string(f.b[:min(len(f.b), 120)]), "?"))
}

// isHTML tells whether the body is a web page. Its declared type is not asked: error pages come with any.
func (f *firstBytes) isHTML() bool {
	b := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(f.b, []byte("\xef\xbb\xbf")), " \t\r\n"))
	for bytes.HasPrefix(b, []byte("<!--")) {
		_, rest, ok := bytes.Cut(b, []byte("-->"))
		if !ok {
			return true
		}
		b = bytes.TrimLeft(rest, " \t\r\n")
	}
	for _, tag := range []string{"<!doctype html", "<html", "<head", "<body"} {
		if bytes.HasPrefix(b, []byte(tag)) {
			return true
		}
	}
	return false
}
