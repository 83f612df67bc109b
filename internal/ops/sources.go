package ops

import (
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// sources is what asking publishers costs and how they answer.
type sources struct {
	hosts    []string
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	bytes    *prometheus.CounterVec
	retries  *prometheus.CounterVec
}

// otherHost stands for a host that no source names: a redirect to elsewhere.
const otherHost = "other"

// The statuses that are there from the start. "none" is an exchange that ended without an answer.
var sourceStatuses = []string{"none", "200", "304", "404", "429", "500", "503"}

func newSources(r prometheus.Registerer, hosts []string) sources {
	s := sources{hosts: hosts,
		requests: counter("utfall_source_requests_total", "Exchanges with publishers' servers, by host and status; none is no answer.", "host", "status"),
		duration: histogram("utfall_source_request_duration_seconds", "Time of one exchange with a publisher's server, body included.",
			[]float64{.1, .5, 1, 5, 15, 60, 300}, "host"),
		bytes:   counter("utfall_source_received_bytes_total", "Bytes of bodies from publishers' servers, unpacked.", "host"),
		retries: counter("utfall_source_retries_total", "Exchanges that were followed by another attempt.", "host"),
	}
	r.MustRegister(s.requests, s.duration, s.bytes, s.retries)
	for _, h := range append(slices.Clone(hosts), otherHost) {
		s.duration.WithLabelValues(h)
		s.bytes.WithLabelValues(h)
		s.retries.WithLabelValues(h)
		for _, status := range sourceStatuses {
			s.requests.WithLabelValues(h, status)
		}
	}
	return s
}

// SourceRequest counts one exchange with a publisher's server. status is 0 if no answer came; bytes are of the body.
func (s sources) SourceRequest(host string, status int, took time.Duration, bytes int64, retried bool) {
	if !slices.Contains(s.hosts, host) {
		host = otherHost
	}
	word := "none"
	if status >= 100 && status <= 599 {
		word = strconv.Itoa(status)
	}
	s.requests.WithLabelValues(host, word).Inc()
	s.duration.WithLabelValues(host).Observe(took.Seconds())
	s.bytes.WithLabelValues(host).Add(float64(max(bytes, 0)))
	if retried {
		s.retries.WithLabelValues(host).Inc()
	}
}
