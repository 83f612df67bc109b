package ops

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
)

// exposition answers scrapes. What is said of datasets is most of an answer and changes only when the ledger does, so it is
// rendered then and not at every scrape; the rest is rendered each time. Both formats of Prometheus and the members of a
// gzip stream may follow one another, so the two parts are simply sent one after the other.
type exposition struct {
	live, standing prometheus.Gatherer
	mu             sync.Mutex
	kept           map[bool]map[expfmt.FormatType][]byte // of the standing part, by whether it is packed
}

func newExposition(live, standing prometheus.Gatherer) *exposition {
	return &exposition{live: live, standing: standing}
}

// renew renders the standing part in the form that Prometheus asks for by default; others are made when asked for.
func (e *exposition) renew() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.kept = map[bool]map[expfmt.FormatType][]byte{true: {}, false: {}}
	_, _ = e.keep(expfmt.NewFormat(expfmt.TypeTextPlain), true) // a fault is told to who scrapes
}

func (e *exposition) keep(format expfmt.Format, packed bool) ([]byte, error) {
	if b, ok := e.kept[packed][format.FormatType()]; ok {
		return b, nil
	}
	b, err := render(e.standing, format, packed, gzip.DefaultCompression)
	if err == nil {
		e.kept[packed][format.FormatType()] = b
	}
	return b, err
}

// ServeHTTP answers a scrape, as text or as protocol buffers, packed if the client takes gzip.
func (e *exposition) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	format := expfmt.NegotiateAccept(r.Header, expfmt.DefaultAcceptedFormats()...)
	packed := strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
	live, err := render(e.live, format, packed, gzip.BestSpeed)
	var standing []byte
	if err == nil {
		e.mu.Lock()
		standing, err = e.keep(format, packed)
		e.mu.Unlock()
	}
	if err != nil {
		http.Error(w, "metrics: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", string(format))
	w.Header().Set("Vary", "Accept-Encoding")
	if packed {
		w.Header().Set("Content-Encoding", "gzip")
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(live)+len(standing)))
	_, _ = w.Write(live)
	_, _ = w.Write(standing)
}

func render(g prometheus.Gatherer, format expfmt.Format, packed bool, level int) ([]byte, error) {
	families, err := g.Gather()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	var out io.Writer = &b
	var z *gzip.Writer
	if packed {
		if z, err = gzip.NewWriterLevel(&b, level); err != nil {
			return nil, err
		}
		out = z
	}
	encoder := expfmt.NewEncoder(out, format)
	for _, f := range families {
		if err := encoder.Encode(f); err != nil {
			return nil, err
		}
	}
	if z != nil {
		if err := z.Close(); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}
