package ops_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"utfall/internal/ops"
	"utfall/schema"
)

var moment = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func options() ops.Options {
	return ops.Options{Version: "test", Hosts: []string{"api.example.org"}, Queries: []string{"Reader.Series"},
		Reasons: []string{"unit", "value"}, Now: func() time.Time { return moment },
		Datasets: []ops.Dataset{{Name: "kolada/x", Every: 7 * 24 * time.Hour,
			Next: func(t time.Time) time.Time { return t.Add(time.Hour) }, Last: func(t time.Time) time.Time { return t.Add(-time.Hour) }}}}
}

// Every outcome that the ledger can hold for a finished run has its series from the start.
func TestOutcomesOfTheLedger(t *testing.T) {
	got := values(t, handler(ops.New(options())), false)
	for _, o := range []schema.Outcome{schema.Published, schema.Unchanged, schema.Held, schema.Refused, schema.Failed, schema.Abandoned} {
		if _, ok := got["utfall_ingest_runs_total{dataset=kolada/x,outcome="+string(o)+"}"]; !ok {
			t.Errorf("no series for the outcome %s", o)
		}
	}
}

// Names, units and help texts keep to the conventions that operators' tools rely on.
func TestConventions(t *testing.T) {
	m := ops.New(func() ops.Options { o := options(); o.DataDir = t.TempDir(); return o }())
	problems, err := testutil.GatherAndLint(m.Gatherer())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

// values gives every series of an answer to a scrape, by name and labels.
func values(t *testing.T, h http.Handler, packed bool) map[string]float64 {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	if packed {
		r.Header.Set("Accept-Encoding", "gzip")
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var body io.Reader = w.Body
	if packed {
		z, err := gzip.NewReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		body = z
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(body)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for name, f := range families {
		for _, x := range f.Metric {
			var labels []string
			for _, l := range x.Label {
				labels = append(labels, l.GetName()+"="+l.GetValue())
			}
			key := name + "{" + strings.Join(labels, ",") + "}"
			out[key] = x.GetGauge().GetValue() + x.GetCounter().GetValue() + float64(x.GetHistogram().GetSampleCount())
		}
	}
	return out
}

func handler(m *ops.Metrics) http.Handler {
	return m.Handler(func(context.Context) error { return nil })
}

func expect(t *testing.T, got map[string]float64, want map[string]float64) {
	t.Helper()
	for k, v := range want {
		if x, ok := got[k]; !ok || x != v {
			t.Errorf("%s is %v (there: %v), want %v", k, x, ok, v)
		}
	}
}

// Before anything has happened every series that an alert looks at is there.
func TestInitialised(t *testing.T) {
	m := ops.New(options())
	m.Pages([]string{"overview"})
	m.Routes([]string{"/"})
	expect(t, values(t, handler(m), false), map[string]float64{
		"utfall_ingest_runs_total{dataset=kolada/x,outcome=failed}":       0,
		"utfall_ingest_rows_total{dataset=kolada/x,result=rejected}":      0,
		"utfall_ingest_rejects_total{dataset=kolada/x,reason=unit}":       0,
		"utfall_ingest_last_success_timestamp_seconds{dataset=kolada/x}":  0,
		"utfall_dataset_expected_interval_seconds{dataset=kolada/x}":      604800,
		"utfall_dataset_next_release_timestamp_seconds{dataset=kolada/x}": float64(moment.Add(time.Hour).Unix()),
		"utfall_dataset_release_due_timestamp_seconds{dataset=kolada/x}":  float64(moment.Add(-time.Hour).Unix()),
		"utfall_source_requests_total{host=api.example.org,status=none}":  0,
		"utfall_query_errors_total{kind=timeout,query=Reader.Series}":     0,
		"utfall_http_request_duration_seconds{route=/,status=503}":        0,
		"utfall_panel_errors_total{page=overview}":                        0,
		"utfall_engine_up{}": 0,
		"utfall_ingest_run_duration_seconds{dataset=kolada/x}": 0,
		"utfall_config_last_reload_successful{}":               0,
		"utfall_source_retries_total{host=other}":              0,
	})
}

// A reading of the ledger shows in the next scrape, packed and not; what no catalogue knows becomes no label.
func TestReading(t *testing.T) {
	m := ops.New(options())
	m.Routes([]string{"/"})
	m.Request("/", 200, time.Second)
	m.Request("/nowhere", 404, time.Second)
	h := handler(m)
	m.Take(moment, ops.Reading{
		Engine: ops.Engine{Memory: 5, Parts: 7},
		Standing: []ops.Standing{
			{Dataset: "kolada/x", LastSuccess: moment, LastAttempt: moment, LastPublished: moment, SourceUpdated: moment.Add(-time.Minute), Failures: 2, Held: 1, Rejected: 4},
			{Dataset: "file/mine", LastPublished: moment}, {Dataset: "file/never", LastAttempt: moment}},
		Contents: []ops.Contents{{Dataset: "kolada/x", LatestPeriod: moment, Cells: 9, Suppressed: 3}},
		Runs: []ops.Run{
			{Dataset: "kolada/x", Outcome: "published", Took: time.Second, Read: 4, New: 2, Rejected: 2, Reasons: map[string]uint64{"unit": 1, "moon": 1}},
			{Dataset: "file/never", Outcome: "refused"}},
	})
	m.SourceRequest("elsewhere.example", 0, time.Second, 10, true)
	m.Query("Reader.Series", time.Second, fmt.Errorf("store: %w", context.DeadlineExceeded))
	m.Query("Reader.Series", time.Second, context.Canceled)
	for _, packed := range []bool{false, true} {
		got := values(t, h, packed)
		expect(t, got, map[string]float64{
			"utfall_ingest_runs_total{dataset=kolada/x,outcome=published}":     1,
			"utfall_ingest_runs_total{dataset=other,outcome=refused}":          1,
			"utfall_ingest_rejects_total{dataset=kolada/x,reason=other}":       1,
			"utfall_ingest_consecutive_failures{dataset=kolada/x}":             2,
			"utfall_dataset_held_releases{dataset=kolada/x}":                   1,
			"utfall_ingest_last_rejected_rows{dataset=kolada/x}":               4,
			"utfall_dataset_release_lag_seconds{dataset=kolada/x}":             60,
			"utfall_dataset_suppressed_cells{dataset=kolada/x}":                3,
			"utfall_dataset_last_release_timestamp_seconds{dataset=file/mine}": float64(moment.Unix()),
			"utfall_ingest_run_duration_seconds{dataset=kolada/x}":             1,
			"utfall_engine_up{}":    1,
			"utfall_engine_parts{}": 7,
			"utfall_http_request_duration_seconds{route=/,status=200}":     1,
			"utfall_http_request_duration_seconds{route=other,status=404}": 1,
			"utfall_source_requests_total{host=other,status=none}":         1,
			"utfall_source_received_bytes_total{host=other}":               10,
			"utfall_query_errors_total{kind=timeout,query=Reader.Series}":  1,
			"utfall_query_errors_total{kind=error,query=Reader.Series}":    0,
		})
		for k := range got {
			if strings.Contains(k, "file/never") || strings.Contains(k, "elsewhere") || strings.Contains(k, "moon") {
				t.Errorf("%s: a label from outside the catalogues", k)
			}
		}
	}
}

// An engine that goes away is seen at the next reading and takes nothing else with it.
func TestFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := ops.New(options())
		h := handler(m)
		up := true
		reads := 0
		ctx, cancel := context.WithCancel(t.Context())
		go m.Follow(ctx, slog.New(slog.DiscardHandler), func(context.Context) (ops.Reading, error) {
			if reads++; !up {
				return ops.Reading{}, errors.New("away")
			}
			return ops.Reading{Standing: []ops.Standing{{Dataset: "kolada/x", LastSuccess: moment}}}, nil
		})
		synctest.Wait()
		success := "utfall_ingest_last_success_timestamp_seconds{dataset=kolada/x}"
		expect(t, values(t, h, false), map[string]float64{"utfall_engine_up{}": 1, success: float64(moment.Unix())})
		up = false
		time.Sleep(ops.Every + time.Second)
		expect(t, values(t, h, false), map[string]float64{"utfall_engine_up{}": 0, success: float64(moment.Unix())})
		up = true
		m.Look()
		synctest.Wait()
		expect(t, values(t, h, false), map[string]float64{"utfall_engine_up{}": 1})
		if reads != 3 {
			t.Errorf("%d readings", reads)
		}
		cancel()
		synctest.Wait()
	})
}

func TestReady(t *testing.T) {
	m := ops.New(options())
	h := m.Handler(func(context.Context) error { return errors.New("the engine is away") })
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 503, "/metrics": 200, "/else": 404} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}
