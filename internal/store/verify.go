package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"utfall/schema"
)

// Verify reads every stored row through and tells, a sentence each, what is not as it was written: damaged files of
// ClickHouse's own, rows and briefings that do not hash to what stands beside them, and releases that do not have as many
// rows as the ledger says. A run of ingest that is under way is no fault.
func (s *Store) Verify(ctx context.Context) ([]string, error) {
	var faults []string
	for _, check := range []func(context.Context) ([]string, error){s.verifyParts, s.verifyRows, s.verifyCounts, s.verifyBriefings} {
		found, err := check(ctx)
		if err != nil {
			return faults, err
		}
		faults = append(faults, found...)
	}
	return faults, nil
}

// verifyParts has ClickHouse compare its own files with their checksums.
func (s *Store) verifyParts(ctx context.Context) ([]string, error) {
	qctx, cancel := write(ctx, nil)
	defer cancel()
	tables, err := s.tables(qctx, s.options.Auth.Database)
	if err != nil {
		return nil, err
	}
	var faults []string
	for _, t := range tables {
		if t.engine == "Distributed" {
			continue // its parts are other tables'
		}
		err := s.each(ctx, "CHECK TABLE "+identifier(t.name)+" SETTINGS check_query_single_value_result = 0", func(rows driver.Rows) error {
			var part, message string
			var passed bool
			if err := rows.Scan(&part, &passed, &message); err != nil {
				return err
			}
			if !passed {
				faults = append(faults, fmt.Sprintf("table %s, part %s: %s; restore the database from a backup", t.name, part, message))
			}
			return nil
		})
		// A file that cannot be read at all ends the statement instead of being a line of its answer.
		var refused *clickhouse.Exception
		if errors.As(err, &refused) {
			faults = append(faults, fmt.Sprintf("table %s: %s; restore the database from a backup", t.name, refused.Message))
		} else if err != nil {
			return faults, fmt.Errorf("store: check table %s: %w", t.name, err)
		}
	}
	return faults, nil
}

func (s *Store) verifyRows(ctx context.Context) (faults []string, err error) {
	err = s.each(ctx, query("Verify.Rows"), func(rows driver.Rows) error {
		var release, cells, contents uint64
		var dataset string
		if err := rows.Scan(&release, &dataset, &cells, &contents); err != nil {
			return err
		}
		faults = append(faults, fmt.Sprintf("release %d of %s: %d rows have another cell and %d another content than their hash says; restore the database from a backup",
			release, dataset, cells, contents))
		return nil
	})
	return faults, wrap("verify rows", err)
}

// verifyCounts asks twice before it finds fault: a run may end between the reading of its rows and of its line.
func (s *Store) verifyCounts(ctx context.Context) ([]string, error) {
	once, err := s.miscounted(ctx)
	if err != nil || len(once) == 0 {
		return nil, err
	}
	twice, err := s.miscounted(ctx)
	return slices.DeleteFunc(twice, func(f string) bool { return !slices.Contains(once, f) }), err
}

func (s *Store) miscounted(ctx context.Context) (faults []string, err error) {
	err = s.each(ctx, query("Verify.Counts"), func(rows driver.Rows) error {
		var release, said, stored uint64
		var dataset string
		if err := rows.Scan(&release, &dataset, &said, &stored); err != nil {
			return err
		}
		if dataset == "" {
			faults = append(faults, fmt.Sprintf("release %d: %d rows are stored and the ledger has no such release; restore the database from a backup", release, stored))
			return nil
		}
		faults = append(faults, fmt.Sprintf("release %d of %s: the ledger says %d rows, %d are stored; restore the database from a backup", release, dataset, said, stored))
		return nil
	})
	return faults, wrap("verify counts", err)
}

func (s *Store) verifyBriefings(ctx context.Context) (faults []string, err error) {
	err = s.each(ctx, query("Verify.Briefings"), func(rows driver.Rows) error {
		var id string
		var version uint32
		if err := rows.Scan(&id, &version); err != nil {
			return err
		}
		faults = append(faults, fmt.Sprintf("briefing %s, version %d: its text is not what was published; restore the database from a backup", id, version))
		return nil
	})
	return faults, wrap("verify briefings", err)
}

// Artifacts gives every payload file of every release, in the order of the deliveries.
func (s *Store) Artifacts(ctx context.Context) (out []schema.Artifact, err error) {
	err = s.each(ctx, query("Verify.Artifacts"), func(rows driver.Rows) error {
		var a schema.Artifact
		var size, stored uint64
		var part uint32
		if err := rows.Scan(&a.Release, &a.Name, &a.SHA256, &size, &stored, &a.Path, &part); err != nil {
			return err
		}
		a.Size, a.Stored, a.Part = int64(size), int64(stored), int(part)
		out = append(out, a)
		return nil
	})
	return out, wrap("artifacts", err)
}

// each asks a query that reads whole tables and hands over its rows.
func (s *Store) each(ctx context.Context, text string, row func(driver.Rows) error) error {
	ctx, cancel := write(ctx, nil)
	defer cancel()
	rows, err := s.conn.Query(ctx, text)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func wrap(what string, err error) error {
	if err != nil {
		return fmt.Errorf("store: %s: %w", what, err)
	}
	return nil
}
