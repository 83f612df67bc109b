package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"utfall/schema"
)

// Series gives every observation that was visible at q.AsOf, sorted by indicator, variant, area, breakdown, sex, age and
// period. An unknown indicator or area gives none.
func (s *Store) Series(ctx context.Context, q schema.Query) ([]schema.Observation, error) {
	indicators, err := array(q.Indicators)
	if err != nil {
		return nil, fmt.Errorf("store: series: indicator %w", err)
	}
	areas, err := array(q.Areas)
	if err != nil {
		return nil, fmt.Errorf("store: series: area %w", err)
	}
	ctx, cancel := read(ctx, clickhouse.Parameters{"indicators": indicators, "areas": areas, "as_of": moment(q.AsOf), "yearly": strconv.FormatBool(q.Yearly)})
	defer cancel()
	rows, err := s.conn.Query(ctx, query("Reader.Series"))
	if err != nil {
		return nil, fmt.Errorf("store: series: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []schema.Observation
	for rows.Next() {
		var o schema.Observation
		var period, sex, missing string
		if err := rows.Scan(&o.Dataset, &o.Release, &o.Indicator, &o.Variant, &o.Area, &period, &sex, &o.Age, &o.Breakdown,
			&o.Value, &missing, &o.Symbol, &o.Flags, &o.Lower, &o.Upper, &o.Source, &o.Citation, &o.URL, &o.Note, &o.Released); err != nil {
			return nil, fmt.Errorf("store: series: %w", err)
		}
		if o.Period, err = schema.ParsePeriod(period); err != nil {
			return nil, fmt.Errorf("store: series: release %d: %w", o.Release, err)
		}
		o.Sex, o.Missing = schema.Sex(sex), schema.Missing(missing)
		out = append(out, o)
	}
	return out, rows.Err()
}

// Versions gives every version of the figures of q's indicators and areas that was published by q.AsOf, oldest release first,
// deletions and withdrawn releases included: schema.AsOf reads out of them what Series would have given at a moment before.
func (s *Store) Versions(ctx context.Context, q schema.Query) ([]schema.Version, error) {
	indicators, err := array(q.Indicators)
	if err != nil {
		return nil, fmt.Errorf("store: versions: indicator %w", err)
	}
	areas, err := array(q.Areas)
	if err != nil {
		return nil, fmt.Errorf("store: versions: area %w", err)
	}
	ctx, cancel := read(ctx, clickhouse.Parameters{"indicators": indicators, "areas": areas, "as_of": moment(q.AsOf)})
	defer cancel()
	rows, err := s.conn.Query(ctx, query("Reader.Versions"))
	if err != nil {
		return nil, fmt.Errorf("store: versions: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []schema.Version
	for rows.Next() {
		var o schema.Version
		var period, sex, missing string
		if err := rows.Scan(&o.Dataset, &o.Release, &o.Indicator, &o.Variant, &o.Area, &period, &sex, &o.Age, &o.Breakdown,
			&o.Value, &missing, &o.Symbol, &o.Flags, &o.Lower, &o.Upper, &o.Source, &o.Citation, &o.URL, &o.Note, &o.Released, &o.Withdrawn); err != nil {
			return nil, fmt.Errorf("store: versions: %w", err)
		}
		if o.Period, err = schema.ParsePeriod(period); err != nil {
			return nil, fmt.Errorf("store: versions: release %d: %w", o.Release, err)
		}
		o.Sex, o.Missing, o.Withdrawn = schema.Sex(sex), schema.Missing(missing), orZero(o.Withdrawn)
		out = append(out, o)
	}
	return out, rows.Err()
}

// Revisions gives the cells of an indicator that a release visible at asOf changed, newest release first.
func (s *Store) Revisions(ctx context.Context, indicator string, asOf time.Time) ([]schema.Revision, error) {
	ctx, cancel := read(ctx, clickhouse.Parameters{"indicator": indicator, "as_of": moment(asOf)})
	defer cancel()
	rows, err := s.conn.Query(ctx, query("Reader.Revisions"))
	if err != nil {
		return nil, fmt.Errorf("store: revisions of %s: %w", indicator, err)
	}
	defer func() { _ = rows.Close() }()
	var out []schema.Revision
	for rows.Next() {
		var r schema.Revision
		var period, sex, oldMissing, newMissing string
		if err := rows.Scan(&r.Indicator, &r.Variant, &r.Area, &period, &sex, &r.Age, &r.Breakdown, &r.Dataset, &r.Old, &r.New,
			&oldMissing, &newMissing, &r.OldSource, &r.NewSource, &r.Release, &r.OldRelease, &r.Released, &r.OldReleased); err != nil {
			return nil, fmt.Errorf("store: revisions of %s: %w", indicator, err)
		}
		if r.Period, err = schema.ParsePeriod(period); err != nil {
			return nil, fmt.Errorf("store: revisions of %s: %w", indicator, err)
		}
		r.Sex, r.OldMissing, r.NewMissing = schema.Sex(sex), schema.Missing(oldMissing), schema.Missing(newMissing)
		out = append(out, r)
	}
	return out, rows.Err()
}

// Releases gives the published releases that hold figures of an indicator, newest first, withdrawn ones included.
func (s *Store) Releases(ctx context.Context, indicator string, asOf time.Time) ([]schema.Release, error) {
	ctx, cancel := read(ctx, clickhouse.Parameters{"indicator": indicator, "as_of": moment(asOf)})
	defer cancel()
	rows, err := s.conn.Query(ctx, query("Reader.Releases"))
	if err != nil {
		return nil, fmt.Errorf("store: releases of %s: %w", indicator, err)
	}
	return scanReleases(rows)
}

// Ledger gives the newest lines of the ledger, of the datasets named or of all.
func (s *Store) Ledger(ctx context.Context, limit int, datasets ...string) ([]schema.Release, error) {
	list, err := array(datasets)
	if err != nil {
		return nil, fmt.Errorf("store: ledger: dataset %w", err)
	}
	ctx, cancel := read(ctx, clickhouse.Parameters{"datasets": list, "limit": strconv.Itoa(limit)})
	defer cancel()
	rows, err := s.conn.Query(ctx, query("Store.Ledger"))
	if err != nil {
		return nil, fmt.Errorf("store: ledger: %w", err)
	}
	return scanReleases(rows)
}

func scanReleases(rows driver.Rows) ([]schema.Release, error) {
	defer func() { _ = rows.Close() }()
	var out []schema.Release
	for rows.Next() {
		var r schema.Release
		var outcome string
		c := &r.Counts
		if err := rows.Scan(&r.Seq, &r.Dataset, &outcome, &r.ContentHash, &r.Fetched, &r.SourceUpdated, &r.PublishAt, &r.WithdrawnAt,
			&r.Reason, &c.Read, &c.New, &c.Changed, &c.Deleted, &c.Unchanged, &c.Rejected, &r.Program, &r.Recorded, &r.Recipe); err != nil {
			return nil, fmt.Errorf("store: ledger: %w", err)
		}
		r.Outcome = schema.Outcome(outcome)
		for _, t := range []*time.Time{&r.Fetched, &r.SourceUpdated, &r.PublishAt, &r.WithdrawnAt} {
			*t = orZero(*t)
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// orZero turns ClickHouse's zero moment into Go's.
func orZero(t time.Time) time.Time {
	if t.Unix() == 0 {
		return time.Time{}
	}
	return t
}

// State tells what was visible at asOf, in the few figures that pages and caches hang on.
func (s *Store) State(ctx context.Context, asOf time.Time) (schema.State, error) {
	ctx, cancel := read(ctx, clickhouse.Parameters{"as_of": moment(asOf)})
	defer cancel()
	var st schema.State
	if err := s.conn.QueryRow(ctx, query("Reader.State")).Scan(&st.LastRelease, &st.LastReleased, &st.FirstReleased, &st.Withdrawn, &st.RevisedMonth); err != nil {
		return schema.State{}, fmt.Errorf("store: state: %w", err)
	}
	st.LastReleased, st.FirstReleased = orZero(st.LastReleased), orZero(st.FirstReleased)
	return st, nil
}

// ReleaseRevisions gives the cells that one release changed against what its dataset said before.
func (s *Store) ReleaseRevisions(ctx context.Context, release uint64) ([]schema.Revision, error) {
	qctx, cancel := read(ctx, clickhouse.Parameters{"release": strconv.FormatUint(release, 10)})
	defer cancel()
	var ids []string
	if err := s.conn.QueryRow(qctx, "SELECT groupUniqArray(toString(indicator)) FROM observation WHERE release = {release:UInt64}").Scan(&ids); err != nil {
		return nil, fmt.Errorf("store: release %d: %w", release, err)
	}
	var out []schema.Revision
	for _, id := range ids {
		all, err := s.Revisions(ctx, id, time.Time{})
		if err != nil {
			return nil, err
		}
		for _, r := range all {
			if r.Release == release {
				out = append(out, r)
			}
		}
	}
	return out, nil
}

// Tally counts a dataset's stored rows and the cells of it that are visible now.
func (s *Store) Tally(ctx context.Context, dataset string) (stored, visible uint64, err error) {
	ctx, cancel := bound(ctx, writeTimeout, clickhouse.Parameters{"dataset": dataset})
	defer cancel()
	err = s.conn.QueryRow(ctx, query("Store.Tally")).Scan(&stored, &visible)
	if err != nil {
		err = fmt.Errorf("store: tally of %s: %w", dataset, err)
	}
	return stored, visible, err
}
