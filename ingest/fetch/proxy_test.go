package fetch

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The proxy that the environment names is used although it stands at a private address, and a private target is refused
// all the same. The environment is read once a process, so the client runs in one of its own.
func TestThroughProxy(t *testing.T) {
	if os.Getenv("FETCH_PROXY_CHILD") != "" {
		throughProxy(t)
		return
	}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "by proxy: "+r.URL.String()) }))
	defer proxy.Close()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestThroughProxy$", "-test.v")
	cmd.Env = append(os.Environ(), "FETCH_PROXY_CHILD=1", "HTTP_PROXY="+proxy.URL, "http_proxy=", "NO_PROXY=", "no_proxy=")
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "PASS: TestThroughProxy") {
		t.Errorf("%v\n%s", err, out)
	}
}

func throughProxy(t *testing.T) {
	c, err := New(Options{Dir: t.TempDir(), Attempts: 1})
	if err != nil {
		t.Fatal(err)
	}
	a, err := c.Do(t.Context(), Request{URL: "http://figures.invalid/t", Hosts: []string{"figures.invalid"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	if got := text(t, a); got != "by proxy: http://figures.invalid/t" {
		t.Errorf("%q", got)
	}
	if _, err := c.Do(t.Context(), Request{URL: "http://10.0.0.1/t", Hosts: []string{"10.0.0.1"}}); !IsRefusal(err) {
		t.Errorf("a private address behind the proxy: %v", err)
	}
}
