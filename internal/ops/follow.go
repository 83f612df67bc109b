package ops

import (
	"context"
	"log/slog"
	"time"
)

// Reading is what the ledger and the engine say at one moment.
type Reading struct {
	Engine   Engine
	Runs     []Run      // that have ended since the reading before; each is handed over once
	Standing []Standing // of every dataset
	Contents []Contents // of datasets that have changed since the reading before, all of them the first time
}

// Every is how often the ledger is read; readTimeout bounds one reading, so that an engine that hangs counts as away.
const (
	Every       = 15 * time.Second
	readTimeout = 10 * time.Second
)

// Take brings the metrics up to what a reading says.
func (m *Metrics) Take(at time.Time, x Reading) {
	m.EngineAnswered(at, x.Engine)
	m.mu.Lock()
	m.calendar(at)
	m.setStanding(x.Standing)
	m.setContents(x.Contents)
	m.addRuns(x.Runs)
	m.read.Set(unix(at))
	m.mu.Unlock()
	m.rendered.renew()
}

// RunUnrecorded counts a run that failed before the ledger knew of it, because the ledger could not be reached.
func (m *Metrics) RunUnrecorded(dataset string) {
	m.mu.Lock()
	m.runs.WithLabelValues(m.label(dataset, false), Unrecorded).Inc()
	m.mu.Unlock()
	m.rendered.renew()
}

// Look makes Follow read at once.
func (m *Metrics) Look() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// Follow reads again and again until ctx ends. A reading that fails says that the engine is away; what was read before
// stays, because the figures that are served stay too.
func (m *Metrics) Follow(ctx context.Context, log *slog.Logger, read func(context.Context) (Reading, error)) {
	tick := time.NewTicker(Every)
	defer tick.Stop()
	away := false
	for {
		once, cancel := context.WithTimeout(ctx, readTimeout)
		x, err := read(once)
		cancel()
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			if !away {
				log.Error("the engine does not answer; figures that are cached are still served", "error", err)
			}
			away = true
			m.EngineAway()
		default:
			if away {
				log.Info("the engine answers again")
			}
			away = false
			m.Take(m.o.Now(), x)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-m.wake:
		}
	}
}
