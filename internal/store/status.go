package store

import (
	"context"
	"fmt"
	"strconv"

	"github.com/ClickHouse/clickhouse-go/v2"

	"utfall/schema"
)

// HeldDifferences gives at most limit cells that a held release would change if it were published now, and in what way.
func (s *Store) HeldDifferences(ctx context.Context, held schema.Release, limit int) ([]schema.Difference, error) {
	ctx, cancel := read(ctx, clickhouse.Parameters{"dataset": held.Dataset, "release": strconv.FormatUint(held.Seq, 10), "limit": strconv.Itoa(limit)})
	defer cancel()
	rows, err := s.conn.Query(ctx, query("Store.HeldDifferences"))
	if err != nil {
		return nil, fmt.Errorf("store: differences of release %d: %w", held.Seq, err)
	}
	defer func() { _ = rows.Close() }()
	var out []schema.Difference
	for rows.Next() {
		var d schema.Difference
		if err := rows.Scan(&d.Indicator, &d.Variant, &d.Area, &d.Period, &d.Sex, &d.Age, &d.Breakdown, &d.Kind,
			&d.Old, &d.OldMissing, &d.New, &d.NewMissing); err != nil {
			return nil, fmt.Errorf("store: differences of release %d: %w", held.Seq, err)
		}
		out = append(out, d)
	}
	return out, rows.Err()
}

// LatestPeriods gives, by dataset, the code of the latest period that there is a visible figure for.
func (s *Store) LatestPeriods(ctx context.Context) (map[string]string, error) {
	ctx, cancel := read(ctx, nil)
	defer cancel()
	rows, err := s.conn.Query(ctx, query("Store.LatestPeriods"))
	if err != nil {
		return nil, fmt.Errorf("store: latest periods: %w", err)
	}
	defer func() { _ = rows.Close() }()
	out := map[string]string{}
	for rows.Next() {
		var dataset, period string
		if err := rows.Scan(&dataset, &period); err != nil {
			return nil, fmt.Errorf("store: latest periods: %w", err)
		}
		out[dataset] = period
	}
	return out, rows.Err()
}
