package store

import (
	"context"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"utfall/schema"
)

// Coverage tells how much of every dataset is there for each year, as it was visible at a moment (zero: now).
func (s *Store) Coverage(ctx context.Context, asOf time.Time) ([]schema.Coverage, error) {
	ctx, cancel := read(ctx, clickhouse.Parameters{"as_of": moment(asOf)})
	defer cancel()
	rows, err := s.conn.Query(ctx, query("Reader.Coverage"))
	if err != nil {
		return nil, fmt.Errorf("store: coverage: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []schema.Coverage
	for rows.Next() {
		var c schema.Coverage
		var year uint16
		if err := rows.Scan(&c.Dataset, &c.Indicator, &year, &c.Cells, &c.Absent, &c.Suppressed, &c.Latest, &c.Countries); err != nil {
			return nil, fmt.Errorf("store: coverage: %w", err)
		}
		c.Year = int(year)
		out = append(out, c)
	}
	return out, rows.Err()
}

// Places gives, for every indicator, the codes of the areas that it has a figure for, as it was visible at a moment (zero:
// now). The codes stand in no order.
func (s *Store) Places(ctx context.Context, asOf time.Time) (map[string][]string, error) {
	ctx, cancel := read(ctx, clickhouse.Parameters{"as_of": moment(asOf)})
	defer cancel()
	rows, err := s.conn.Query(ctx, query("Reader.Places"))
	if err != nil {
		return nil, fmt.Errorf("store: places: %w", err)
	}
	defer func() { _ = rows.Close() }()
	out := map[string][]string{}
	for rows.Next() {
		var indicator string
		var areas []string
		if err := rows.Scan(&indicator, &areas); err != nil {
			return nil, fmt.Errorf("store: places: %w", err)
		}
		out[indicator] = areas
	}
	return out, rows.Err()
}
