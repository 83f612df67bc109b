package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"utfall/schema"
)

// Begin writes a line into the ledger that says that a run has begun, and gives its sequence number. Nothing that the
// run stores counts until Record publishes it. The caller makes sure that one process at a time takes a number.
func (s *Store) Begin(ctx context.Context, r schema.Release) (uint64, error) {
	ctx, cancel := write(ctx, nil)
	defer cancel()
	if err := s.writer().QueryRow(ctx, "SELECT max(seq) + 1 FROM release").Scan(&r.Seq); err != nil {
		return 0, fmt.Errorf("store: next release: %w", err)
	}
	r.Outcome = schema.Begun
	return r.Seq, s.Record(ctx, r)
}

// Record writes a release's line anew: its outcome, counts and times replace what stood there, also where the clock was set
// back in between. One process at a time writes the lines of a release.
func (s *Store) Record(ctx context.Context, r schema.Release) error {
	ctx, cancel := write(ctx, nil)
	defer cancel()
	now := time.Now()
	var before uint64
	if err := s.writer().QueryRow(ctx, "SELECT max(version) FROM release WHERE seq = "+strconv.FormatUint(r.Seq, 10)).Scan(&before); err != nil {
		return fmt.Errorf("store: record release %d: %w", r.Seq, err)
	}
	batch, err := s.writer().PrepareBatch(ctx, `INSERT INTO release (seq, version, dataset, outcome, content_hash, fetched, source_updated,
		publish_at, withdrawn_at, reason, rows_read, rows_new, rows_changed, rows_deleted, rows_unchanged, rows_rejected, program, recorded, recipe)`)
	if err != nil {
		return fmt.Errorf("store: record release %d: %w", r.Seq, err)
	}
	defer func() { _ = batch.Close() }()
	c := r.Counts
	if err := batch.Append(r.Seq, max(uint64(now.UnixNano()), before+1), r.Dataset, string(r.Outcome), r.ContentHash, epoch(r.Fetched), epoch(r.SourceUpdated),
		epoch(r.PublishAt), epoch(r.WithdrawnAt), r.Reason, c.Read, c.New, c.Changed, c.Deleted, c.Unchanged, c.Rejected, r.Program, now, r.Recipe); err != nil {
		return fmt.Errorf("store: record release %d: %w", r.Seq, err)
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("store: record release %d: %w", r.Seq, err)
	}
	return nil
}

// epoch turns Go's zero time into ClickHouse's.
func epoch(t time.Time) time.Time {
	if t.IsZero() {
		return time.Unix(0, 0).UTC()
	}
	return t
}

// Clear takes away what runs that died have left of a dataset: their staging tables and rows that never counted. It
// gives the sequence numbers of those runs.
func (s *Store) Clear(ctx context.Context, dataset string) ([]uint64, error) {
	if len(s.options.Addr) > 1 {
		if err := s.pin(ctx); err != nil {
			return nil, err
		}
	}
	ctx, cancel := write(ctx, clickhouse.Parameters{"dataset": dataset})
	defer cancel()
	var dead []uint64
	if err := s.writer().QueryRow(ctx, "SELECT groupArray(seq) FROM release FINAL WHERE dataset = {dataset:String} AND outcome = 'begun'").Scan(&dead); err != nil {
		return nil, fmt.Errorf("store: unfinished runs of %s: %w", dataset, err)
	}
	for _, seq := range dead {
		// Its line may have been on the way to other nodes: it is not to count anywhere while its rows go.
		if err := s.Record(ctx, schema.Release{Seq: seq, Dataset: dataset, Outcome: schema.Begun}); err != nil {
			return nil, err
		}
		if err := s.Discard(ctx, seq); err != nil {
			return nil, err
		}
		if err := s.Record(ctx, schema.Release{Seq: seq, Dataset: dataset, Outcome: schema.Abandoned, Reason: ReasonDied}); err != nil {
			return nil, err
		}
	}
	return dead, nil
}

// Discard drops a run's staging table and every row that it stored. It must not be called for a published release.
func (s *Store) Discard(ctx context.Context, seq uint64) error {
	if err := s.Unstage(ctx, seq); err != nil {
		return err
	}
	ctx, cancel := write(ctx, clickhouse.Parameters{"release": strconv.FormatUint(seq, 10)})
	defer cancel()
	if err := s.everywhere(ctx, "ALTER TABLE %s DELETE WHERE release = {release:UInt64} SETTINGS mutations_sync = 2", "observation"); err != nil {
		return fmt.Errorf("store: discard release %d: %w", seq, err)
	}
	return nil
}

// Unstage drops a run's staging table.
func (s *Store) Unstage(ctx context.Context, seq uint64) error {
	ctx, cancel := write(ctx, clickhouse.Parameters{"table": stageName(seq)})
	defer cancel()
	if err := s.writer().Exec(ctx, "DROP TABLE IF EXISTS {table:Identifier} SYNC"); err != nil {
		return fmt.Errorf("store: drop staging of release %d: %w", seq, err)
	}
	return nil
}

func stageName(seq uint64) string { return "stage_" + strconv.FormatUint(seq, 10) }

// Stage makes the empty staging table of a run.
func (s *Store) Stage(ctx context.Context, seq uint64) error {
	ctx, cancel := write(ctx, clickhouse.Parameters{"table": stageName(seq)})
	defer cancel()
	if err := s.writer().Exec(ctx, query("Writer.Stage")); err != nil {
		return fmt.Errorf("store: stage release %d: %w", seq, err)
	}
	return nil
}

// Append adds rows to a run's staging table. Columns that hold nothing in the whole batch are left out: the server fills
// them with their defaults, which is most of what a plain delivery would otherwise send.
func (s *Store) Append(ctx context.Context, seq uint64, b *schema.Batch) error {
	ctx, cancel := write(ctx, nil)
	defer cancel()
	names, data := filled(b)
	batch, err := s.writer().PrepareBatch(ctx, "INSERT INTO "+stageName(seq)+" ("+strings.Join(names, ", ")+")")
	if err != nil {
		return fmt.Errorf("store: append to release %d: %w", seq, err)
	}
	defer func() { _ = batch.Close() }()
	for i, column := range data {
		if err := batch.Column(i).Append(column); err != nil {
			return fmt.Errorf("store: append %s to release %d: %w", names[i], seq, err)
		}
	}
	if err := batch.Send(); err != nil {
		return fmt.Errorf("store: append to release %d: %w", seq, err)
	}
	return nil
}

// filled gives the names and contents of a batch's columns that hold anything.
func filled(b *schema.Batch) (names []string, data []any) {
	add := func(name string, column any) { names, data = append(names, name), append(data, column) }
	text := func(name string, column []string) {
		if slices.ContainsFunc(column, func(s string) bool { return s != "" }) {
			add(name, column)
		}
	}
	limit := func(name string, column []*float64) {
		if slices.ContainsFunc(column, func(v *float64) bool { return v != nil }) {
			add(name, column)
		}
	}
	text("indicator", b.Indicator)
	text("variant", b.Variant)
	text("area", b.Area)
	text("period", b.Period)
	add("period_start", b.Start)
	add("period_end", b.End)
	text("sex", b.Sex)
	text("age", b.Age)
	text("breakdown", b.Breakdown)
	add("value", b.Value)
	text("missing", b.Missing)
	text("symbol", b.Symbol)
	text("flags", b.Flags)
	limit("lower", b.Lower)
	limit("upper", b.Upper)
	text("source", b.Source)
	text("citation", b.Citation)
	text("url", b.URL)
	text("note", b.Note)
	add("line", b.Line)
	return names, data
}

// Duplicates gives cells that stand more than once in a run's staging table, at most 101 of them.
func (s *Store) Duplicates(ctx context.Context, seq uint64) ([]schema.Duplicate, error) {
	ctx, cancel := write(ctx, clickhouse.Parameters{"table": stageName(seq)})
	defer cancel()
	rows, err := s.writer().Query(ctx, query("Writer.Duplicates"))
	if err != nil {
		return nil, fmt.Errorf("store: duplicates of release %d: %w", seq, err)
	}
	defer func() { _ = rows.Close() }()
	var out []schema.Duplicate
	for rows.Next() {
		var d schema.Duplicate
		var c [7]string
		var contents uint64
		if err := rows.Scan(&c[0], &c[1], &c[2], &c[3], &c[4], &c[5], &c[6], &d.Lines, &contents); err != nil {
			return nil, fmt.Errorf("store: duplicates of release %d: %w", seq, err)
		}
		d.Cell = fmt.Sprintf("%s%s, %s, %s, sex %s, age %s%s", c[0], suffix("/", c[1]), c[2], c[3], c[4], c[5], suffix(", ", c[6]))
		d.Different = contents > 1
		out = append(out, d)
	}
	return out, rows.Err()
}

func suffix(sep, s string) string {
	if s == "" {
		return ""
	}
	return sep + s
}

// Count compares a run's staging table with what is visible of its dataset. Read and Rejected are left at zero.
func (s *Store) Count(ctx context.Context, seq uint64, dataset string) (schema.Counts, error) {
	ctx, cancel := write(ctx, clickhouse.Parameters{"table": stageName(seq), "dataset": dataset})
	defer cancel()
	var c schema.Counts
	err := s.writer().QueryRow(ctx, query("Writer.Count")).Scan(&c.New, &c.Changed, &c.Deleted, &c.Unchanged)
	if err != nil {
		return c, fmt.Errorf("store: compare release %d: %w", seq, err)
	}
	return c, nil
}

// Preview gives at most limit cells that a run would change.
func (s *Store) Preview(ctx context.Context, seq uint64, dataset string, limit int) ([]schema.Difference, error) {
	ctx, cancel := write(ctx, clickhouse.Parameters{"table": stageName(seq), "dataset": dataset, "limit": strconv.Itoa(limit)})
	defer cancel()
	rows, err := s.writer().Query(ctx, query("Writer.Preview"))
	if err != nil {
		return nil, fmt.Errorf("store: preview release %d: %w", seq, err)
	}
	defer func() { _ = rows.Close() }()
	var out []schema.Difference
	for rows.Next() {
		var d schema.Difference
		if err := rows.Scan(&d.Indicator, &d.Variant, &d.Area, &d.Period, &d.Sex, &d.Age, &d.Breakdown, &d.Kind,
			&d.Old, &d.OldMissing, &d.New, &d.NewMissing); err != nil {
			return nil, fmt.Errorf("store: preview release %d: %w", seq, err)
		}
		out = append(out, d)
	}
	return out, rows.Err()
}

// Keep moves from the staging table into observation what is new, changed or gone. The rows do not count yet.
func (s *Store) Keep(ctx context.Context, seq uint64, dataset string, counts schema.Counts) error {
	ctx, cancel := write(ctx, clickhouse.Parameters{"table": stageName(seq), "dataset": dataset, "release": strconv.FormatUint(seq, 10)})
	defer cancel()
	statements := []string{query("Writer.Changed")}
	if counts.Changed+counts.Unchanged+counts.Deleted == 0 {
		statements = []string{query("Writer.First")}
	}
	if counts.Deleted > 0 {
		statements = append(statements, query("Writer.Deleted"))
	}
	for _, q := range statements {
		if err := s.writer().Exec(ctx, q); err != nil {
			return fmt.Errorf("store: keep release %d: %w", seq, err)
		}
	}
	return nil
}

// Reject puts rows into quarantine.
func (s *Store) Reject(ctx context.Context, rejects []schema.Reject) error {
	if len(rejects) == 0 {
		return nil
	}
	ctx, cancel := write(ctx, nil)
	defer cancel()
	batch, err := s.writer().PrepareBatch(ctx, "INSERT INTO reject (dataset, release, file, line, column, raw, reason, detail)")
	if err != nil {
		return fmt.Errorf("store: quarantine: %w", err)
	}
	defer func() { _ = batch.Close() }()
	for _, r := range rejects {
		if err := batch.Append(r.Dataset, r.Release, r.File, uint64(r.Line), uint32(r.Column), r.Raw, r.Reason, r.Detail); err != nil {
			return fmt.Errorf("store: quarantine: %w", err)
		}
	}
	return batch.Send()
}

// Rejects gives a release's rows in quarantine, at most limit.
func (s *Store) Rejects(ctx context.Context, release uint64, limit int) ([]schema.Reject, error) {
	ctx, cancel := read(ctx, clickhouse.Parameters{"release": strconv.FormatUint(release, 10), "limit": strconv.Itoa(cmp.Or(limit, 100))})
	defer cancel()
	rows, err := s.conn.Query(ctx, `SELECT dataset, release, file, line, column, raw, reason, detail FROM reject
		WHERE release = {release:UInt64} ORDER BY file, line LIMIT {limit:UInt64}`)
	if err != nil {
		return nil, fmt.Errorf("store: quarantine: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []schema.Reject
	for rows.Next() {
		var r schema.Reject
		var line uint64
		var column uint32
		if err := rows.Scan(&r.Dataset, &r.Release, &r.File, &line, &column, &r.Raw, &r.Reason, &r.Detail); err != nil {
			return nil, fmt.Errorf("store: quarantine: %w", err)
		}
		r.Line, r.Column = int(line), int(column)
		out = append(out, r)
	}
	return out, rows.Err()
}

// Attach records which payload files a release was made from.
func (s *Store) Attach(ctx context.Context, files []schema.Artifact) error {
	ctx, cancel := write(ctx, nil)
	defer cancel()
	batch, err := s.writer().PrepareBatch(ctx, "INSERT INTO artifact (release, name, sha256, size, stored, path, part)")
	if err != nil {
		return fmt.Errorf("store: artifacts: %w", err)
	}
	defer func() { _ = batch.Close() }()
	for _, a := range files {
		if err := batch.Append(a.Release, a.Name, a.SHA256, uint64(a.Size), uint64(a.Stored), a.Path, uint32(a.Part)); err != nil {
			return fmt.Errorf("store: artifacts: %w", err)
		}
	}
	return batch.Send()
}
