package faults

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"utfall/dashboard"
	"utfall/ingest"
	"utfall/internal/engine"
	"utfall/internal/freeport"
	"utfall/internal/store"
	"utfall/schema"
)

// nodes is a cluster of embedded engines, each a shard, that have one password.
type nodes struct {
	*house
	engines []*engine.Engine
	options []engine.Options
	address string
}

func spread(t testing.TB, n int) *nodes {
	t.Helper()
	const password = "one for all nodes"
	var shards, replicas strings.Builder
	c := &nodes{house: &house{dir: t.TempDir()}}
	var hosts []string
	for range n {
		port := freeport.Take(t)
		node := fmt.Sprintf("<replica><host>127.0.0.1</host><port>%d</port><user>utfall</user></replica>", port)
		fmt.Fprintf(&shards, "<shard>%s</shard>", node)
		replicas.WriteString(node)
		hosts = append(hosts, fmt.Sprintf("127.0.0.1:%d", port))
		c.options = append(c.options, engine.Options{DataDir: t.TempDir(), Port: port, Password: password, Logger: quiet(), MemoryLimit: 1 << 30})
	}
	servers := "<clickhouse><remote_servers><" + schema.ClusterName + "><secret>between the nodes</secret>" + shards.String() + "</" + schema.ClusterName + "><" +
		schema.EverywhereName + "><secret>between the nodes</secret><shard><internal_replication>false</internal_replication>" + replicas.String() +
		"</shard></" + schema.EverywhereName + "></remote_servers></clickhouse>"
	for i := range c.options {
		c.options[i].ExtraConfig = []byte(servers)
		e, err := engine.Start(t.Context(), c.options[i])
		if err != nil {
			t.Fatal(err)
		}
		c.engines = append(c.engines, e)
	}
	t.Cleanup(func() {
		_ = c.Close()
		for _, e := range c.engines {
			_ = e.Stop(context.Background())
		}
	})
	c.address = (&url.URL{Scheme: "clickhouse", User: url.UserPassword("utfall", password), Host: strings.Join(hosts, ","), Path: "/utfall"}).String()
	var err error
	if c.Store, err = store.OpenAs(t.Context(), c.address, schema.Shards); err == nil {
		err = c.Migrate(t.Context())
	}
	if err == nil {
		c.catalogue, err = schema.Load()
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// noon is the clock under which the nodes are filled, so that what they say can be compared byte for byte.
var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// history takes the same deliveries in everywhere: editions that change, delete and add, a second dataset for the same
// cells, and a withdrawal.
func history(t testing.TB, h *house) {
	t.Helper()
	for k := 1; k <= 3; k++ {
		r, err := h.runner(h.Store, func() time.Time { return noon.Add(time.Duration(k) * time.Hour) })
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Run(t.Context(), delivery(k)); err != nil {
			t.Fatal(err)
		}
		other := delivery(10 * k)
		other.Dataset = "faults/other"
		if k == 2 {
			continue
		}
		res, err := r.Run(t.Context(), other)
		if err != nil {
			t.Fatal(err)
		}
		if k == 3 {
			res.Release.WithdrawnAt, res.Release.Reason = noon.Add(4*time.Hour), "a test"
			if err := h.Record(t.Context(), res.Release); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// csvAll is every series, whatever shard it is on.
var csvAll = csvPath + "?area=" + strings.Join(areas, ",")

// pages asks for pages and files in both languages, now and as of every moment at which something changed.
func pages(t testing.TB, h *house) map[string]string {
	t.Helper()
	server, err := dashboard.New(dashboard.Config{Reader: h.Store, Catalogue: h.catalogue, Logger: quiet(), Version: "test", Now: func() time.Time { return noon.Add(5 * time.Hour) }})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, path := range []string{"/", "/en/", "/indikator/" + indicator, "/en/indikator/" + indicator, csvPath, csvPath + "?dialekt=sv", "/indikator/" + indicator + ".json",
		"/kvalitet", "/indikator/" + indicator + "?area=FR,ES", csvPath + "?area=PT", csvAll} {
		for k := range 5 {
			if k%2 == 1 && path != csvAll {
				continue // files tell of every moment, pages of some
			}
			address := path
			if k > 0 {
				separator := "?"
				if strings.Contains(path, "?") {
					separator = "&"
				}
				address += separator + "as_of=" + noon.Add(time.Duration(k)*time.Hour+30*time.Minute).Format(time.RFC3339)
			}
			out[address] = whole(t, server, patient(address))
		}
	}
	return out
}

// patient asks a page to wait for panels that are late.
func patient(address string) string {
	if strings.Contains(address, "?") {
		return address + "&vanta=ja"
	}
	return address + "?vanta=ja"
}

// whole asks until a page comes with all its panels: on a busy machine one may be late, which the page then says.
func whole(t testing.TB, server *dashboard.Server, path string) string {
	t.Helper()
	for range 30 {
		if status, body := ask(t, server, path); status == http.StatusOK && !strings.Contains(body, "just nu") && !strings.Contains(body, "Dröjer:") &&
			!strings.Contains(body, "right now") && !strings.Contains(body, "Taking long:") {
			return fmt.Sprint(status, "\n", body)
		}
	}
	t.Fatalf("%s never came whole", path)
	return ""
}

func ask(t testing.TB, server *dashboard.Server, path string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := server.Test(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(res.Body); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, b.String()
}

// Two and four nodes say the same as one, byte for byte: pages, files, revisions and the ledger, now and as of earlier.
func TestManyNodesSayTheSame(t *testing.T) {
	one, err := enter(t.Context(), t.TempDir(), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(one.leave)
	history(t, one)
	want, lines := pages(t, one), ledger(t, one)
	if all := want[csvAll]; !strings.HasPrefix(all, "200") || strings.Count(all, "\n"+indicator+",") < 200 {
		t.Fatalf("one node says %d rows: %.300s", strings.Count(all, "\n"+indicator+","), all)
	}
	for _, n := range []int{2, 4} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			c := spread(t, n)
			history(t, c.house)
			for address, got := range pages(t, c.house) {
				if got != want[address] {
					t.Errorf("%s differs:\n%s", address, difference(got, want[address]))
				}
			}
			if got := ledger(t, c.house); got != lines {
				t.Errorf("the ledger differs:\n%s", difference(got, lines))
			}
			parts(t, c)
			if faults, err := c.Verify(t.Context()); err != nil || len(faults) > 0 {
				t.Errorf("%q, %v", faults, err)
			}
		})
	}
}

// parts makes sure that every shard has figures, that each series is on one of them, and that the ledger is on all.
func parts(t *testing.T, c *nodes) {
	t.Helper()
	seen, total := map[string]int{}, 0
	for i, e := range c.engines {
		alone, err := store.Open(t.Context(), e.Connection().URL())
		if err != nil {
			t.Fatal(err)
		}
		own, ledger, err := alone.OwnRows(t.Context())
		_ = alone.Close()
		if err != nil || ledger == 0 {
			t.Fatalf("node %d has %d lines of the ledger (%v)", i, ledger, err)
		}
		for series, n := range own {
			if before, ok := seen[series]; ok {
				t.Errorf("%s is on node %d and on node %d", series, before, i)
			}
			seen[series], total = i, total+int(n)
		}
	}
	spreadOver := map[int]bool{}
	for _, i := range seen {
		spreadOver[i] = true
	}
	if len(seen) != len(areas) || len(spreadOver) < 2 {
		t.Errorf("%d series lie on %d nodes: %v", len(seen), len(spreadOver), seen)
	}
}

func ledger(t testing.TB, h *house) string {
	t.Helper()
	lines, err := h.Ledger(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	revisions, err := h.Revisions(t.Context(), indicator, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, l := range lines {
		l.Recorded = time.Time{}
		fmt.Fprintf(&b, "%+v\n", l)
	}
	for _, r := range revisions {
		fmt.Fprintf(&b, "%+v\n", r)
	}
	return b.String()
}

func difference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d: %.400s\nwant   %.400s", i+1, a[i], b[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(a), len(b))
}

// A shard that is taken away in the middle of an ingest takes no figure with it: kept pages are served, the others say that
// the figures cannot be shown, and nothing wrong is. When it is back, so is everything.
func TestShardTakenAway(t *testing.T) {
	c := spread(t, 2)
	if _, err := c.deliver(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	server, err := dashboard.New(dashboard.Config{Reader: c.Store, Catalogue: c.catalogue, Logger: quiet(), Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	_, kept := ask(t, server, csvPath)
	for name, victim := range map[string]int{"the second": 1, "the first": 0} {
		k := 2 + victim
		before, err := c.look(t.Context(), k)
		if err != nil {
			t.Fatal(err)
		}
		w := &deadly{Writer: c.Store, point: "while keeping", kill: killer(c.engines[victim].PID())}
		r, err := c.runner(w, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, failed := r.Run(t.Context(), delivery(k))
		killed := time.Now()
		<-c.engines[victim].Done()
		if failed != nil && !store.Passing(failed) {
			t.Errorf("%s away: the run failed with %v", name, failed)
		}
		if status, body := ask(t, server, csvPath); failed != nil && (status != http.StatusOK || body != kept) {
			t.Errorf("%s away: a kept page: status %d", name, status)
		}
		status, body := ask(t, server, fresh())
		if status != http.StatusServiceUnavailable || !strings.Contains(body, "kan inte visas just nu") {
			t.Errorf("%s away: status %d, %.200s", name, status, body)
		}
		if status, body := ask(t, server, "/indikator/"+indicator+"?area=PT"); status != http.StatusServiceUnavailable && !strings.Contains(body, "Dröjer: siffrorna") {
			t.Errorf("%s away: a page of one area: status %d, %s", name, status, body)
		}
		if c.engines[victim], err = engine.Start(t.Context(), c.options[victim]); err != nil {
			t.Fatal(err)
		}
		seen, err := c.look(t.Context(), k)
		if err != nil || seen.Edition != before.Edition && seen.Edition != k {
			t.Errorf("%s back: edition %d is shown (%d cells), want %d or %d (%v)", name, seen.Edition, seen.Cells, before.Edition, k, err)
		}
		if _, err := c.deliver(t.Context(), k); err != nil {
			t.Fatal(err)
		}
		if seen, err = c.look(t.Context(), k); err != nil {
			t.Fatal(err)
		}
		o := outcome{fault: "one of two shards killed in the middle of ingest", times: 1, slowest: time.Since(killed)}
		count(t, &o, seen, k)
		results.add(o)
		if _, kept = ask(t, server, csvPath); !strings.Contains(kept, indicator) {
			t.Errorf("%s back: %.200s", name, kept)
		}
	}
}

// What was made for one topology is refused for another, with what to do.
func TestWrongTopology(t *testing.T) {
	c := spread(t, 2)
	one := c.engines[0].Connection().URL()
	for name, x := range map[string]struct {
		address  string
		topology schema.Topology
		says     string
	}{
		"many as one":        {one, schema.Single, "start with --topology shards"},
		"shards as cluster":  {c.address, schema.Cluster, "start with --topology shards"},
		"not all nodes":      {one, schema.Shards, "the cluster has 2 nodes and --clickhouse names 1"},
		"one node, no names": {"", schema.Shards, "remote_servers names 0 nodes"},
	} {
		if x.address == "" {
			e, err := engine.Start(t.Context(), engine.Options{DataDir: t.TempDir(), Logger: quiet()})
			if err != nil {
				t.Fatal(err)
			}
			defer e.Stop(context.Background())
			x.address = e.Connection().URL()
		}
		s, err := store.OpenAs(t.Context(), x.address, x.topology)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Migrate(t.Context()); !errors.Is(err, store.ErrTopology) || !strings.Contains(err.Error(), x.says) {
			t.Errorf("%s: %v, want %q", name, err, x.says)
		}
		_ = s.Close()
	}
	var _ ingest.Writer = c.Store
}
