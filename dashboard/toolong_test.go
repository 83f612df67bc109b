package dashboard

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A sender of far too much is told so, also one who reads the answer only after all is sent.
func TestTooLargeRequestsAreAnswered(t *testing.T) {
	s := server(t, &stubReader{})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l) }()
	defer func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	for name, x := range map[string]struct {
		request, says string
		status        int
	}{
		"many areas": {get("/?area=" + strings.Repeat("SE-1480,", 2_200)), "Adressen är för lång", 431},
		"far more":   {get("/en/?area=" + strings.Repeat("SE-1480,", 100_000)), "The address is too long", 431},
		"a program":  {get("/api/v1/observations?indicator=" + strings.Repeat("x", 800_000)), "Adressen är för lång", 431},
		"a long text": {fmt.Sprintf("POST /genomgang/x HTTP/1.1\r\nHost: utfall\r\nContent-Length: %d\r\n\r\n", 4*mostDraft) + strings.Repeat("x", 4*mostDraft),
			"för stort", 413},
	} {
		status, body, err := sendAll(l.Addr().String(), x.request)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if status != x.status || !strings.Contains(body, x.says) {
			t.Errorf("%s: %d, want %d with %q: %.300s", name, status, x.status, x.says, body)
		}
	}
}

func get(path string) string { return "GET " + path + " HTTP/1.1\r\nHost: utfall\r\n\r\n" }

// sendAll writes a request to its end, in pieces as over a network, and reads the answer only then.
func sendAll(addr, request string) (status int, body string, err error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = conn.Close() }()
	for rest := request; rest != ""; {
		n := min(len(rest), 64<<10)
		if _, err := io.WriteString(conn, rest[:n]); err != nil {
			return 0, "", err
		}
		rest = rest[n:]
		time.Sleep(time.Millisecond)
	}
	time.Sleep(20 * time.Millisecond)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	return res.StatusCode, string(b), err
}
