package store

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"utfall/schema"
)

// Briefings lists the published briefings without their bodies, newest version of each first. Were a version ever
// written twice, the first counts.
func (s *Store) Briefings(ctx context.Context) ([]schema.FrozenBriefing, error) {
	ctx, cancel := read(ctx, nil)
	defer cancel()
	rows, err := s.conn.Query(ctx, query("Store.Briefings"))
	if err != nil {
		return nil, fmt.Errorf("store: briefings: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []schema.FrozenBriefing
	for rows.Next() {
		var b schema.FrozenBriefing
		var version, corrects uint32
		if err := rows.Scan(&b.ID, &version, &corrects, &b.Title.SV, &b.Title.EN, &b.Number, &b.AsOf, &b.Published, &b.Program, &b.Hash); err != nil {
			return nil, fmt.Errorf("store: briefings: %w", err)
		}
		b.Version, b.Corrects = int(version), int(corrects)
		out = append(out, b)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("store: briefings: %w", err)
	}
	return out, nil
}

// BriefingBody gives the bytes of a published version. ok is false where there is none.
func (s *Store) BriefingBody(ctx context.Context, id string, version int) (body []byte, ok bool, err error) {
	if !listItem.MatchString(id) || version < 1 {
		return nil, false, nil
	}
	ctx, cancel := read(ctx, clickhouse.Parameters{"id": id, "version": strconv.Itoa(version)})
	defer cancel()
	rows, err := s.conn.Query(ctx, query("Store.BriefingBody"))
	if err != nil {
		return nil, false, fmt.Errorf("store: briefing %s: %w", id, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, false, fmt.Errorf("store: briefing %s: %w", id, err)
		}
		body, ok = []byte(text), true
	}
	if err := rows.Err(); err != nil {
		return nil, false, fmt.Errorf("store: briefing %s: %w", id, err)
	}
	return body, ok, nil
}

// KeepBriefing writes a published version. A version that is there is refused with schema.ErrVersionTaken.
func (s *Store) KeepBriefing(ctx context.Context, b schema.FrozenBriefing) error {
	if b.Version < 1 || len(b.Hash) != 64 || len(b.Body) == 0 {
		return fmt.Errorf("store: briefing %s: version %d with %d bytes and hash %q is no published briefing", b.ID, b.Version, len(b.Body), b.Hash)
	}
	if _, taken, err := s.BriefingBody(ctx, b.ID, b.Version); err != nil || taken {
		if taken {
			err = schema.ErrVersionTaken
		}
		return fmt.Errorf("store: briefing %s, version %d: %w", b.ID, b.Version, err)
	}
	ctx, cancel := bound(ctx, time.Minute, nil)
	defer cancel()
	batch, err := s.conn.PrepareBatch(ctx, "INSERT INTO briefing (id, version, corrects, title_sv, title_en, number, as_of, published, program, hash, body)")
	if err != nil {
		return fmt.Errorf("store: briefing %s: %w", b.ID, err)
	}
	defer func() { _ = batch.Close() }()
	if err := batch.Append(b.ID, uint32(b.Version), uint32(b.Corrects), b.Title.SV, b.Title.EN, b.Number, b.AsOf, b.Published, b.Program, b.Hash, string(b.Body)); err != nil {
		return fmt.Errorf("store: briefing %s: %w", b.ID, err)
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("store: briefing %s: %w", b.ID, err)
	}
	return nil
}
