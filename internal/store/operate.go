package store

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

// ReasonDied stands in the ledger for a run that ended before it was done; Clear writes it.
const ReasonDied = "the run ended before it was done"

// Standing is how a dataset stands by the ledger. Times are zero where there is none.
type Standing struct {
	Dataset       string
	LastSuccess   time.Time // when the newest run began that was published or found nothing new
	LastAttempt   time.Time // when the newest run began, dry runs left out
	LastPublished time.Time // when the newest visible release became visible
	SourceUpdated time.Time // the source's own time of that release
	Failures      uint64    // runs that failed, were refused or died since the last success
	Held          uint64    // releases that wait for a person
	Rejected      uint64    // rows of the newest run that could not be taken in
}

// Contents is what is visible of a dataset.
type Contents struct {
	Dataset      string
	LatestPeriod time.Time // end of the newest period that has a value
	Cells        uint64    // visible cells, those without a value included
	Suppressed   uint64    // cells whose value is withheld because it is small
}

// EndedRun is a line of the ledger that ended a run. Version grows with each line of the same release.
type EndedRun struct {
	Seq, Version                                     uint64
	Dataset, Outcome, Reason                         string
	Withdrawn                                        bool
	Began, Ended                                     time.Time
	Read, New, Changed, Deleted, Unchanged, Rejected uint64
	Reasons                                          map[string]uint64 // rejected rows by reason
}

// EngineState is what ClickHouse says of itself. Sizes are in bytes; the limit is 0 if it has none.
type EngineState struct {
	Version                                            string
	Started                                            time.Time
	Memory, Limit, Parts, Rows, Bytes, Queries, Merges uint64
}

// Standing gives how each dataset of the ledger stands now, sorted by name.
func (s *Store) Standing(ctx context.Context) ([]Standing, error) {
	ctx, cancel := read(ctx, nil)
	defer cancel()
	rows, err := s.conn.Query(ctx, query("Store.Standing"))
	if err != nil {
		return nil, fmt.Errorf("store: standing: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []Standing
	for rows.Next() {
		var x Standing
		if err := rows.Scan(&x.Dataset, &x.LastSuccess, &x.LastAttempt, &x.LastPublished, &x.SourceUpdated, &x.Failures, &x.Held, &x.Rejected); err != nil {
			return nil, fmt.Errorf("store: standing: %w", err)
		}
		for _, t := range []*time.Time{&x.LastSuccess, &x.LastAttempt, &x.LastPublished, &x.SourceUpdated} {
			*t = orZero(*t)
		}
		out = append(out, x)
	}
	return out, rows.Err()
}

// Contents gives what is visible now of the datasets named or, without names, of all, sorted by name.
func (s *Store) Contents(ctx context.Context, datasets ...string) ([]Contents, error) {
	list, err := array(datasets)
	if err != nil {
		return nil, fmt.Errorf("store: contents: dataset %w", err)
	}
	ctx, cancel := read(ctx, clickhouse.Parameters{"datasets": list})
	defer cancel()
	rows, err := s.conn.Query(ctx, query("Store.Contents"))
	if err != nil {
		return nil, fmt.Errorf("store: contents: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []Contents
	for rows.Next() {
		var x Contents
		if err := rows.Scan(&x.Dataset, &x.LatestPeriod, &x.Cells, &x.Suppressed); err != nil {
			return nil, fmt.Errorf("store: contents: %w", err)
		}
		x.LatestPeriod = orZero(x.LatestPeriod)
		out = append(out, x)
	}
	return out, rows.Err()
}

// RunsSince gives the lines that ended runs after a moment, in the order in which they were written.
func (s *Store) RunsSince(ctx context.Context, since time.Time) ([]EndedRun, error) {
	ctx, cancel := read(ctx, clickhouse.Parameters{"since": moment(since)})
	defer cancel()
	rows, err := s.conn.Query(ctx, query("Store.RunsSince"))
	if err != nil {
		return nil, fmt.Errorf("store: runs: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []EndedRun
	for rows.Next() {
		var x EndedRun
		var withdrawn uint8
		var reasons []string
		var counts []uint64
		if err := rows.Scan(&x.Seq, &x.Version, &x.Dataset, &x.Outcome, &x.Reason, &withdrawn, &x.Began, &x.Ended,
			&x.Read, &x.New, &x.Changed, &x.Deleted, &x.Unchanged, &x.Rejected, &reasons, &counts); err != nil {
			return nil, fmt.Errorf("store: runs: %w", err)
		}
		x.Withdrawn, x.Began, x.Reasons = withdrawn == 1, orZero(x.Began), map[string]uint64{}
		for i, r := range reasons {
			x.Reasons[r] = counts[i]
		}
		out = append(out, x)
	}
	return out, rows.Err()
}

// Engine asks ClickHouse about itself.
func (s *Store) Engine(ctx context.Context) (EngineState, error) {
	ctx, cancel := read(ctx, nil)
	defer cancel()
	var x EngineState
	err := s.conn.QueryRow(ctx, query("Store.Engine")).Scan(&x.Version, &x.Started, &x.Memory, &x.Limit, &x.Parts, &x.Rows, &x.Bytes, &x.Queries, &x.Merges)
	if err != nil {
		return x, fmt.Errorf("store: engine: %w", err)
	}
	return x, nil
}
