package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"

	"utfall/schema"
)

// The ledger is backed up before everything else: a row counts only if its release is published, and the rows that a
// release needs are stored before it is. So whatever runs meanwhile, no release of an older ledger lacks rows in the newer
// tables, and what is too much in them is known by having no line.
const ledgerTable = "release"

// Names of the two parts of a backup.
var backupParts = []string{"ledger", "figures"}

// Backup has ClickHouse write the whole database into a folder that it may write to; name is the folder's name there. What
// runs of ingest have lying about is left out.
func (s *Store) Backup(ctx context.Context, name string) error {
	ctx, cancel := write(ctx, nil)
	defer cancel()
	tables, err := s.tables(ctx, s.options.Auth.Database)
	if err != nil {
		return err
	}
	rest := make([]string, 0, len(tables))
	for _, t := range tables {
		if t.name != ledgerTable {
			rest = append(rest, "TABLE "+identifier(t.name))
		}
	}
	for i, what := range []string{"TABLE " + ledgerTable, strings.Join(rest, ", ")} {
		if err := s.conn.Exec(ctx, "BACKUP "+what+" TO File("+literal(name+"/"+backupParts[i])+")"); err != nil {
			return fmt.Errorf("store: back up %s: %w", backupParts[i], err)
		}
	}
	return nil
}

// Restore reads a backup that Backup wrote into a database that lacks the tables, and takes away the rows whose release
// the backup's ledger does not know: their numbers would be given to other releases.
func (s *Store) Restore(ctx context.Context, name string) error {
	return s.restoreInto(ctx, name, s.options.Auth.Database)
}

func (s *Store) restoreInto(ctx context.Context, name, into string) error {
	ctx, cancel := write(ctx, nil)
	defer cancel()
	for _, part := range backupParts {
		statement := "RESTORE DATABASE " + identifier(s.options.Auth.Database) + " AS " + identifier(into) + " FROM File(" + literal(name+"/"+part) + ")"
		if err := s.conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("store: restore %s: %w", part, err)
		}
	}
	tables, err := s.tables(ctx, into)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if !t.has("release") {
			continue
		}
		orphans := " WHERE release NOT IN (SELECT seq FROM " + identifier(into) + "." + ledgerTable + ")"
		full := identifier(into) + "." + identifier(t.name)
		var n uint64
		if err := s.conn.QueryRow(ctx, "SELECT count() FROM "+full+orphans).Scan(&n); err != nil {
			return fmt.Errorf("store: restore %s: %w", t.name, err)
		}
		if n == 0 {
			continue
		}
		if err := s.conn.Exec(ctx, "ALTER TABLE "+full+" DELETE"+orphans+" SETTINGS mutations_sync = 1"); err != nil {
			return fmt.Errorf("store: restore %s: %w", t.name, err)
		}
	}
	return nil
}

// TryBackup restores a backup beside the database, tells what is in it and takes that away again. It shows that the backup
// can be restored, and gives what a restore is later compared with.
func (s *Store) TryBackup(ctx context.Context, name string) (prints map[string]schema.Fingerprint, err error) {
	trial := s.options.Auth.Database + "_trial"
	drop := func() error {
		ctx, cancel := write(context.WithoutCancel(ctx), nil)
		defer cancel()
		return s.conn.Exec(ctx, "DROP DATABASE IF EXISTS "+identifier(trial)+" SYNC")
	}
	if err := drop(); err != nil { // what an attempt that died has left
		return nil, fmt.Errorf("store: trial restore: %w", err)
	}
	defer func() {
		if derr := drop(); err == nil && derr != nil {
			err = fmt.Errorf("store: trial restore: %w", derr)
		}
	}()
	if err := s.conn.Exec(ctx, "CREATE DATABASE "+identifier(trial)); err != nil {
		return nil, fmt.Errorf("store: trial restore: %w", err)
	}
	if err := s.restoreInto(ctx, name, trial); err != nil {
		return nil, err
	}
	return s.prints(ctx, trial)
}

// Fingerprints gives what each table of the database holds. Of a table in which later lines replace earlier ones only the
// lines that count are taken.
func (s *Store) Fingerprints(ctx context.Context) (map[string]schema.Fingerprint, error) {
	return s.prints(ctx, s.options.Auth.Database)
}

func (s *Store) prints(ctx context.Context, database string) (map[string]schema.Fingerprint, error) {
	ctx, cancel := write(ctx, nil)
	defer cancel()
	tables, err := s.tables(ctx, database)
	if err != nil {
		return nil, err
	}
	out := map[string]schema.Fingerprint{}
	for _, t := range tables {
		var f schema.Fingerprint
		q := "SELECT count(), sum(sipHash64(" + strings.Join(t.hashed(), ", ") + ")) FROM " + identifier(database) + "." + identifier(t.name) + t.final()
		if err := s.conn.QueryRow(ctx, q).Scan(&f.Rows, &f.Sum); err != nil {
			return nil, fmt.Errorf("store: fingerprint of %s: %w", t.name, err)
		}
		out[t.name] = f
	}
	return out, nil
}

// DropTables takes every table of the database away.
func (s *Store) DropTables(ctx context.Context) error {
	ctx, cancel := write(ctx, nil)
	defer cancel()
	tables, err := s.tables(ctx, s.options.Auth.Database)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if err := s.conn.Exec(ctx, "DROP TABLE "+identifier(t.name)+" SYNC"); err != nil {
			return fmt.Errorf("store: drop %s: %w", t.name, err)
		}
	}
	return nil
}

// SchemaVersion gives the version that the database's schema has.
func (s *Store) SchemaVersion(ctx context.Context) (int64, error) {
	ctx, cancel := read(ctx, nil)
	defer cancel()
	var v int64
	if err := s.conn.QueryRow(ctx, "SELECT max(version_id) FROM goose_db_version").Scan(&v); err != nil {
		return 0, fmt.Errorf("store: schema version: %w", err)
	}
	return v, nil
}

// table is a table as ClickHouse describes it.
type table struct {
	name, engine   string
	columns, types []string
}

// tables lists a database's tables without the staging tables of runs.
func (s *Store) tables(ctx context.Context, database string) ([]table, error) {
	ctx = clickhouse.Context(ctx, clickhouse.WithParameters(clickhouse.Parameters{"database": database}))
	rows, err := s.conn.Query(ctx, query("Store.Tables"))
	if err != nil {
		return nil, fmt.Errorf("store: tables: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []table
	for rows.Next() {
		var t table
		if err := rows.Scan(&t.name, &t.engine, &t.columns, &t.types); err != nil {
			return nil, fmt.Errorf("store: tables: %w", err)
		}
		out = append(out, t)
	}
	return out, rows.Err()
}

func (t table) has(column string) bool {
	for _, c := range t.columns {
		if c == column {
			return true
		}
	}
	return false
}

// final has a table in which later lines replace earlier ones give those that count.
func (t table) final() string {
	if strings.Contains(t.engine, "Replacing") {
		return " FINAL"
	}
	return ""
}

// hashed gives the columns as arguments of a hash. The hash of a null is null, so that there is a null is said apart.
func (t table) hashed() []string {
	var out []string
	for i, c := range t.columns {
		c = identifier(c)
		if inner, ok := strings.CutPrefix(t.types[i], "Nullable("); ok {
			out = append(out, "isNull("+c+")", "ifNull("+c+", defaultValueOfTypeName("+literal(strings.TrimSuffix(inner, ")"))+"))")
			continue
		}
		out = append(out, c)
	}
	return out
}

func identifier(name string) string {
	return "`" + strings.NewReplacer("\\", "\\\\", "`", "\\`").Replace(name) + "`"
}

func literal(text string) string {
	return "'" + strings.NewReplacer("\\", "\\\\", "'", "\\'").Replace(text) + "'"
}
