package store

import (
	"context"
	"fmt"
	"strconv"

	"github.com/ClickHouse/clickhouse-go/v2"

	"utfall/schema"
)

// Visible gives what is visible now of indicators, by dataset: a cell that two datasets give stands twice. Only the parts
// of a figure that disclosure control needs are filled in.
func (s *Store) Visible(ctx context.Context, indicators []string) ([]schema.Observation, error) {
	list, err := array(indicators)
	if err != nil {
		return nil, fmt.Errorf("store: visible: indicator %w", err)
	}
	ctx, cancel := write(ctx, clickhouse.Parameters{"indicators": list})
	defer cancel()
	rows, err := s.conn.Query(ctx, query("Writer.Visible"))
	if err != nil {
		return nil, fmt.Errorf("store: visible: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []schema.Observation
	for rows.Next() {
		var o schema.Observation
		var period, sex, missing string
		if err := rows.Scan(&o.Dataset, &o.Release, &o.Indicator, &o.Variant, &o.Area, &period, &sex, &o.Age, &o.Breakdown, &o.Value, &missing, &o.Flags); err != nil {
			return nil, fmt.Errorf("store: visible: %w", err)
		}
		if o.Period, err = schema.ParsePeriod(period); err != nil {
			return nil, fmt.Errorf("store: visible: release %d: %w", o.Release, err)
		}
		o.Sex, o.Missing = schema.Sex(sex), schema.Missing(missing)
		out = append(out, o)
	}
	return out, rows.Err()
}

// Withhold records what disclosure control did to a release.
func (s *Store) Withhold(ctx context.Context, lines []schema.Withheld) error {
	if len(lines) == 0 {
		return nil
	}
	ctx, cancel := write(ctx, nil)
	defer cancel()
	batch, err := s.writer().PrepareBatch(ctx, "INSERT INTO withheld (release, dataset, reason, cells)")
	if err != nil {
		return fmt.Errorf("store: withheld: %w", err)
	}
	defer func() { _ = batch.Close() }()
	for _, l := range lines {
		if err := batch.Append(l.Release, l.Dataset, l.Reason, l.Cells); err != nil {
			return fmt.Errorf("store: withheld: %w", err)
		}
	}
	return batch.Send()
}

// Withheld gives what disclosure control did to a release, by reason.
func (s *Store) Withheld(ctx context.Context, release uint64) ([]schema.Withheld, error) {
	ctx, cancel := read(ctx, clickhouse.Parameters{"release": strconv.FormatUint(release, 10)})
	defer cancel()
	rows, err := s.conn.Query(ctx, "SELECT release, dataset, reason, cells FROM withheld FINAL WHERE release = {release:UInt64} ORDER BY reason")
	if err != nil {
		return nil, fmt.Errorf("store: withheld: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []schema.Withheld
	for rows.Next() {
		var l schema.Withheld
		if err := rows.Scan(&l.Release, &l.Dataset, &l.Reason, &l.Cells); err != nil {
			return nil, fmt.Errorf("store: withheld: %w", err)
		}
		out = append(out, l)
	}
	return out, rows.Err()
}
