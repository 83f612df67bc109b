package ops

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Dataset is what is known of a dataset beforehand.
type Dataset struct {
	Name  string
	Every time.Duration                   // longest time between two attempts by its schedule, 0 if none is set
	Next  func(after time.Time) time.Time // the publisher's next expected release on or after a moment, nil or zero if not known
	Last  func(at time.Time) time.Time    // the publisher's newest expected release up to a moment
}

// Standing is how a dataset stands by the ledger.
type Standing struct {
	Dataset       string
	LastSuccess   time.Time // when the newest run began that was published or found nothing new
	LastAttempt   time.Time
	LastPublished time.Time // when its newest visible release became visible
	SourceUpdated time.Time // the source's own time of that release
	Failures      uint64    // runs that failed or were refused since the last success
	Held          uint64    // releases that wait for a person
	Rejected      uint64    // rows of the newest run that could not be taken in
}

// Contents is what is visible of a dataset.
type Contents struct {
	Dataset      string
	LatestPeriod time.Time // end of the newest period that has a value
	Cells        uint64
	Suppressed   uint64
}

// Run is a line of the ledger that was ended while this program ran, in this process or another.
type Run struct {
	Dataset, Outcome                                 string
	Took                                             time.Duration
	Read, New, Changed, Deleted, Unchanged, Rejected uint64
	Reasons                                          map[string]uint64 // rejected rows by reason
}

// Unrecorded is the outcome of a run that came not as far as the ledger, as it stands in labels.
const Unrecorded = "unrecorded"

var outcomes = []string{"published", "unchanged", "held", "refused", "failed", "abandoned", "withdrawn", Unrecorded}

var rowResults = []string{"read", "new", "changed", "deleted", "unchanged", "rejected"}

// What stands for names that no catalogue knows, and how many datasets the ledger may add to those of the catalogue.
const (
	other        = "other"
	maxDelivered = 500
)

type datasets struct {
	known                                                    map[string]Dataset
	added                                                    map[string]bool
	reasons                                                  map[string]bool
	mu                                                       *sync.Mutex
	runs, rows, rejects                                      *prometheus.CounterVec
	took                                                     *prometheus.HistogramVec
	success, attempt, published, failures, held, quarantined *prometheus.GaugeVec
	period, cells, suppressed, interval, next, due, lag      *prometheus.GaugeVec
	read                                                     prometheus.Gauge
}

func newDatasets(r prometheus.Registerer, o Options) datasets {
	const d = "dataset"
	s := datasets{known: map[string]Dataset{}, added: map[string]bool{}, reasons: map[string]bool{}, mu: &sync.Mutex{},
		runs:        counter("utfall_ingest_runs_total", "Runs of ingest, by outcome.", d, "outcome"),
		rows:        counter("utfall_ingest_rows_total", "Rows of deliveries, by what became of them; read is all of them.", d, "result"),
		rejects:     counter("utfall_ingest_rejects_total", "Rows in quarantine, by reason.", d, "reason"),
		took:        histogram("utfall_ingest_run_duration_seconds", "Time of a run of ingest, from asking to the ledger's line.", nil, d),
		success:     gauge("utfall_ingest_last_success_timestamp_seconds", "When the newest run began that was taken in or found nothing new; 0 if there is none.", d),
		attempt:     gauge("utfall_ingest_last_attempt_timestamp_seconds", "When the newest run began; 0 if there is none.", d),
		failures:    gauge("utfall_ingest_consecutive_failures", "Runs that failed or were refused since the last success.", d),
		quarantined: gauge("utfall_ingest_last_rejected_rows", "Rows of the newest run that could not be taken in.", d),
		held:        gauge("utfall_dataset_held_releases", "Releases that are not as their source promised and wait for a person.", d),
		published:   gauge("utfall_dataset_last_release_timestamp_seconds", "When the newest visible release became visible; 0 if there is none.", d),
		period:      gauge("utfall_dataset_latest_period_timestamp_seconds", "End of the newest period that has a value; 0 if there is none.", d),
		cells:       gauge("utfall_dataset_cells", "Cells that are visible, those without a value included.", d),
		suppressed:  gauge("utfall_dataset_suppressed_cells", "Visible cells whose value is withheld because it is small.", d),
		interval:    gauge("utfall_dataset_expected_interval_seconds", "Longest time between two attempts by the dataset's schedule; 0 if it has none.", d),
		next:        gauge("utfall_dataset_next_release_timestamp_seconds", "When the publisher's calendar next expects a release; 0 if that is not known.", d),
		due:         gauge("utfall_dataset_release_due_timestamp_seconds", "The newest date of the publisher's calendar that has passed; 0 if none is known.", d),
		lag:         gauge("utfall_dataset_release_lag_seconds", "Time from the source's own update to its becoming visible here, of the newest release; 0 if the source says no time.", d),
		read:        prometheus.NewGauge(prometheus.GaugeOpts{Name: "utfall_ledger_last_read_timestamp_seconds", Help: "When what is said of datasets was last read from the ledger."}),
	}
	r.MustRegister(s.runs, s.rows, s.rejects, s.took, s.success, s.attempt, s.failures, s.held, s.quarantined, s.published, s.period, s.cells, s.suppressed, s.interval, s.next, s.due, s.lag, s.read)
	for _, reason := range o.Reasons {
		s.reasons[reason] = true
	}
	for _, x := range o.Datasets {
		s.known[x.Name] = x
		s.initialise(x.Name)
	}
	s.initialise(other)
	s.calendar(o.Now())
	return s
}

// initialise makes every series of a dataset.
func (s datasets) initialise(name string) {
	for _, o := range outcomes {
		s.runs.WithLabelValues(name, o)
	}
	for _, r := range rowResults {
		s.rows.WithLabelValues(name, r)
	}
	for r := range s.reasons {
		s.rejects.WithLabelValues(name, r)
	}
	s.rejects.WithLabelValues(name, other)
	s.took.WithLabelValues(name)
	if name == other {
		return // deliveries that were never taken in have no state worth an alert
	}
	for _, g := range []*prometheus.GaugeVec{s.success, s.attempt, s.failures, s.held, s.quarantined, s.published, s.period, s.cells, s.suppressed, s.interval, s.next, s.due, s.lag} {
		g.WithLabelValues(name)
	}
	s.interval.WithLabelValues(name).Set(s.known[name].Every.Seconds())
}

// label gives the dataset's own name if it is known, else other. A dataset that was published once is known.
func (s datasets) label(name string, publishedOnce bool) string {
	if _, ok := s.known[name]; ok || s.added[name] {
		return name
	}
	if publishedOnce && len(s.added) < maxDelivered {
		s.added[name] = true
		s.initialise(name)
		return name
	}
	return other
}

// calendar sets what the publishers' calendars expect, as of a moment.
func (s datasets) calendar(at time.Time) {
	for name, d := range s.known {
		if d.Next != nil {
			s.next.WithLabelValues(name).Set(unix(d.Next(at)))
		}
		if d.Last != nil {
			s.due.WithLabelValues(name).Set(unix(d.Last(at)))
		}
	}
}

func (s datasets) setStanding(list []Standing) {
	for _, x := range list {
		name := s.label(x.Dataset, !x.LastPublished.IsZero())
		if name == other {
			continue
		}
		s.success.WithLabelValues(name).Set(unix(x.LastSuccess))
		s.attempt.WithLabelValues(name).Set(unix(x.LastAttempt))
		s.published.WithLabelValues(name).Set(unix(x.LastPublished))
		s.failures.WithLabelValues(name).Set(float64(x.Failures))
		s.held.WithLabelValues(name).Set(float64(x.Held))
		s.quarantined.WithLabelValues(name).Set(float64(x.Rejected))
		if !x.SourceUpdated.IsZero() && x.LastPublished.After(x.SourceUpdated) {
			s.lag.WithLabelValues(name).Set(x.LastPublished.Sub(x.SourceUpdated).Seconds())
		}
	}
}

func (s datasets) setContents(list []Contents) {
	for _, x := range list {
		if name := s.label(x.Dataset, true); name != other {
			s.period.WithLabelValues(name).Set(unix(x.LatestPeriod))
			s.cells.WithLabelValues(name).Set(float64(x.Cells))
			s.suppressed.WithLabelValues(name).Set(float64(x.Suppressed))
		}
	}
}

func (s datasets) addRuns(list []Run) {
	for _, x := range list {
		name := s.label(x.Dataset, x.Outcome == "published")
		s.runs.WithLabelValues(name, x.Outcome).Inc()
		if x.Took > 0 {
			s.took.WithLabelValues(name).Observe(x.Took.Seconds())
		}
		for i, n := range []uint64{x.Read, x.New, x.Changed, x.Deleted, x.Unchanged, x.Rejected} {
			s.rows.WithLabelValues(name, rowResults[i]).Add(float64(n))
		}
		for reason, n := range x.Reasons {
			if !s.reasons[reason] {
				reason = other
			}
			s.rejects.WithLabelValues(name, reason).Add(float64(n))
		}
	}
}
