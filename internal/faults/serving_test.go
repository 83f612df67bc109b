package faults

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"utfall/dashboard"
	"utfall/internal/engine"
)

// site is a house whose pages are served on a port.
type site struct {
	*house
	address string
	client  *http.Client
}

func open(t *testing.T, o engine.Options) site {
	t.Helper()
	h, err := enter(t.Context(), t.TempDir(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.leave)
	server, err := dashboard.New(dashboard.Config{Reader: h.Store, Catalogue: h.catalogue, Logger: quiet(), Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx, l) }()
	t.Cleanup(func() { stop(); <-done })
	return site{h, l.Addr().String(), &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 2000}}}
}

func (s site) get(path string) (status int, body string, err error) {
	res, err := s.client.Get("http://" + s.address + path)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return res.StatusCode, string(b), err
}

const csvPath = "/indikator/" + indicator + ".csv"

// uncached is an address that no kept page has; the figures at it are those of now.
var uncached atomic.Int64

func fresh() string {
	return csvPath + "?as_of=" + time.Now().UTC().Add(-time.Duration(uncached.Add(1))*time.Microsecond).Format(time.RFC3339Nano)
}

func (s site) edition(t *testing.T, k int) {
	t.Helper()
	if _, err := s.deliver(t.Context(), k); err != nil {
		t.Fatal(err)
	}
}

func (s site) end(t *testing.T, o outcome, k int) {
	t.Helper()
	seen, err := s.look(t.Context(), k)
	if err != nil {
		t.Fatal(err)
	}
	count(t, &o, seen, k)
	results.add(o)
}

// ClickHouse is killed again and again while pages are read. Kept pages are served all the time; the others are right or say
// in plain words that the figures cannot be shown.
func TestRestartedUnderLoad(t *testing.T) {
	s := open(t, engine.Options{})
	s.edition(t, 1)
	if status, _, err := s.get(csvPath); status != http.StatusOK {
		t.Fatal(status, err)
	}
	_, want, _ := s.get(csvPath)
	figures := figuresOf(want)
	var kept, right, away, wrong atomic.Int64
	ctx, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for i := range 8 {
		readers.Go(func() {
			for ctx.Err() == nil {
				path := csvPath
				if i%2 == 1 {
					path = fresh()
				}
				status, body, err := s.get(path)
				switch {
				case err == nil && status == http.StatusOK && path == csvPath && body == want:
					kept.Add(1)
				case err == nil && status == http.StatusOK && path != csvPath && figuresOf(body) == figures:
					right.Add(1)
				case err == nil && status == http.StatusServiceUnavailable && path != csvPath && strings.Contains(body, "kan inte visas just nu"):
					away.Add(1)
				default:
					if wrong.Add(1) == 1 {
						t.Errorf("%s: status %d, %v: %.300s", path, status, err, body)
					}
				}
			}
		})
	}
	times := 3
	if *soak {
		times = 20
	}
	var slowest time.Duration
	pid := s.engine.PID()
	for range times {
		killed := time.Now()
		killer(pid)()
		<-s.restarted
		for status := 0; status != http.StatusOK; time.Sleep(20 * time.Millisecond) {
			status, _, _ = s.get(fresh())
			if time.Since(killed) > time.Minute {
				t.Fatal("a minute after the engine was killed its figures are still away")
			}
		}
		slowest = max(slowest, time.Since(killed))
		c, err := engine.Join(s.dir)
		if err != nil {
			t.Fatal(err)
		}
		pid = c.PID
	}
	stop()
	readers.Wait()
	if kept.Load() == 0 || right.Load() == 0 || away.Load() == 0 {
		t.Errorf("%d kept pages, %d right ones, %d that were away: the load was too little to tell", kept.Load(), right.Load(), away.Load())
	}
	s.edition(t, 2)
	s.end(t, outcome{fault: "ClickHouse killed under load", times: times, slowest: slowest,
		remark: fmt.Sprintf("%d kept, %d right, %d said away, %d wrong", kept.Load(), right.Load(), away.Load(), wrong.Load())}, 2)
}

// figuresOf is a file's rows without what says as of when it was made.
func figuresOf(csv string) string {
	var out []string
	for line := range strings.Lines(csv) {
		if strings.HasPrefix(line, indicator+",") {
			out = append(out, line)
		}
	}
	return strings.Join(out, "")
}

// A thousand connections at once are all answered, and right.
func TestThousandConnections(t *testing.T) {
	s := open(t, engine.Options{})
	s.edition(t, 1)
	_, want, _ := s.get(csvPath)
	const n = 1000
	var conns []net.Conn
	for range n {
		c, err := net.DialTimeout("tcp", s.address, 10*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		conns = append(conns, c)
	}
	started := time.Now()
	var all sync.WaitGroup
	var right atomic.Int64
	for _, c := range conns {
		all.Go(func() {
			_ = c.SetDeadline(time.Now().Add(time.Minute))
			if _, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", csvPath); err != nil {
				return
			}
			body, err := io.ReadAll(c)
			if err == nil && strings.HasPrefix(string(body), "HTTP/1.1 200") && strings.HasSuffix(string(body), want) {
				right.Add(1)
			}
		})
	}
	all.Wait()
	if right.Load() != n {
		t.Errorf("%d of %d connections were answered right", right.Load(), n)
	}
	s.end(t, outcome{fault: "1 000 connections", times: 1, slowest: time.Since(started), remark: fmt.Sprintf("%d answered right", right.Load())}, 1)
}

// Clients that send half a request, or do not read the answer, hold nobody else up and are let go of.
func TestSlowClients(t *testing.T) {
	s := open(t, engine.Options{})
	s.edition(t, 1)
	_, want, _ := s.get(csvPath)
	var slow []net.Conn
	for i := range 300 {
		c, err := net.DialTimeout("tcp", s.address, 10*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		request := "GET " + csvPath + " HTTP/1.1\r\nHost: x\r\n"
		if i%3 == 0 {
			request = strings.Repeat(request+"\r\n", 50) // answers that nobody reads
		}
		_, _ = io.WriteString(c, request)
		slow = append(slow, c)
	}
	started := time.Now()
	for range 50 {
		if status, body, err := s.get(csvPath); status != http.StatusOK || body != want {
			t.Fatalf("beside slow clients: status %d, %v", status, err)
		}
	}
	took := time.Since(started)
	_ = slow[1].SetReadDeadline(time.Now().Add(30 * time.Second))
	if _, err := io.ReadAll(slow[1]); os.IsTimeout(err) {
		t.Error("a client that sent half a request was still connected after 30 s")
	}
	s.end(t, outcome{fault: "300 slow clients", times: 1, slowest: took, remark: "seconds are those of 50 pages meanwhile"}, 1)
}
