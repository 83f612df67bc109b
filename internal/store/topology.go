package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/pressly/goose/v3/database"

	"utfall/schema"
)

// ErrTopology is wrapped by the error that says that a database was made for another topology than the one asked for.
var ErrTopology = errors.New("the database has another topology")

// spread is what every query over several nodes is asked with. Which releases count is decided once, by the node that is
// asked, and sent to the others with the query: two nodes can then not answer as of two states of the ledger. A shard that is
// away makes a query fail; leaving its figures out would give wrong ones. Rows are with their shards when an insert returns.
var spread = clickhouse.Settings{
	"distributed_product_mode":      "global",
	"skip_unavailable_shards":       0,
	"distributed_foreground_insert": 1,
}

// replicated is what is added where shards have replicas: an insert is done when most of them have the rows, and a replica
// that lacks them is not read.
var replicated = clickhouse.Settings{
	"insert_quorum":                 "auto",
	"insert_quorum_parallel":        0,
	"select_sequential_consistency": 1,
}

// settle puts a topology's settings into the options.
func settle(o *clickhouse.Options, t schema.Topology) {
	if !t.Spread() {
		return
	}
	for k, v := range spread {
		o.Settings[k] = v
	}
	if t == schema.Cluster {
		for k, v := range replicated {
			o.Settings[k] = v
		}
	}
	o.ConnOpenStrategy = clickhouse.ConnOpenInOrder
}

// alone gives the options of one node.
func (s *Store) alone(node string) *clickhouse.Options {
	o := *s.options
	o.Addr = []string{node}
	return &o
}

// pin has ingest speak to the first node that answers, and to that one only: a run's staging table lies on one node.
func (s *Store) pin(ctx context.Context) error {
	s.pinning.Lock()
	defer s.pinning.Unlock()
	if s.pinned != nil && s.pinned.Ping(ctx) == nil {
		return nil
	}
	var errs []error
	for _, node := range s.options.Addr {
		conn, err := clickhouse.Open(s.alone(node))
		if err == nil {
			if err = conn.Ping(ctx); err == nil {
				if s.pinned != nil {
					_ = s.pinned.Close()
				}
				s.pinned = s.watched(conn)
				return nil
			}
			_ = conn.Close()
		}
		errs = append(errs, fmt.Errorf("%s: %w", node, err))
	}
	return fmt.Errorf("store: no node answers: %w", errors.Join(errs...))
}

// writer is where ingest writes.
func (s *Store) writer() driver.Conn {
	s.pinning.Lock()
	defer s.pinning.Unlock()
	if s.pinned != nil {
		return s.pinned
	}
	return s.conn
}

// everywhere does a statement to a table's own rows on every node; %s in it stands for the table.
func (s *Store) everywhere(ctx context.Context, statement, table string) error {
	statement = strings.Replace(statement, "%s", s.topology.Local(table)+s.topology.On(), 1)
	if s.topology != schema.Shards {
		return s.writer().Exec(ctx, statement)
	}
	for _, node := range s.options.Addr {
		conn, err := clickhouse.Open(s.alone(node))
		if err != nil {
			return err
		}
		err = conn.Exec(ctx, statement)
		_ = conn.Close()
		if err != nil {
			return fmt.Errorf("node %s: %w", node, err)
		}
	}
	return nil
}

// fits makes sure that a node's tables are those of the topology, or that it has none.
func (s *Store) fits(ctx context.Context, db *sql.DB) error {
	is := "single"
	rows, err := db.QueryContext(ctx, "SELECT name, engine FROM system.tables WHERE database = currentDatabase() AND name IN ('observation', 'observation_local')")
	if err != nil {
		return fmt.Errorf("store: tables: %w", err)
	}
	defer func() { _ = rows.Close() }()
	found := false
	for rows.Next() {
		var name, engine string
		if err := rows.Scan(&name, &engine); err != nil {
			return fmt.Errorf("store: tables: %w", err)
		}
		found = true
		switch {
		case name == "observation_local" && strings.HasPrefix(engine, "Replicated"):
			is = string(schema.Cluster)
		case name == "observation_local":
			is = string(schema.Shards)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("store: tables: %w", err)
	}
	if found && is != string(s.topology) {
		return fmt.Errorf("store: %w: it was made as %s and is asked for as %s; start with --topology %s, or name an empty database and take the figures in again, or move them by INSERT INTO … SELECT FROM remote(…)",
			ErrTopology, is, s.topology, is)
	}
	if s.topology.Spread() {
		return s.known(ctx, db)
	}
	return nil
}

// known makes sure that ClickHouse's own list of nodes is there and, where each is migrated by itself, as long as ours.
func (s *Store) known(ctx context.Context, db *sql.DB) error {
	var shards, nodes uint64
	err := db.QueryRowContext(ctx, "SELECT countIf(cluster = '"+schema.ClusterName+"'), countIf(cluster = '"+schema.EverywhereName+"') FROM system.clusters").Scan(&shards, &nodes)
	switch {
	case err != nil:
		return fmt.Errorf("store: clusters: %w", err)
	case shards == 0 || nodes != shards:
		return fmt.Errorf("store: %w: ClickHouse's remote_servers names %d nodes in the cluster %s and %d in %s; both must name every node",
			ErrTopology, shards, schema.ClusterName, nodes, schema.EverywhereName)
	case s.topology == schema.Shards && int(nodes) != len(s.options.Addr):
		return fmt.Errorf("store: %w: the cluster has %d nodes and --clickhouse names %d; name them all, as clickhouse://user:password@a:9000,b:9000/database",
			ErrTopology, nodes, len(s.options.Addr))
	}
	return nil
}

// versions is goose's version table where every node has it: which migrations were done is known to all, whichever is asked.
type versions struct {
	database.Store
	topology schema.Topology
}

// CreateVersionTable makes the table on every node.
func (v versions) CreateVersionTable(ctx context.Context, db database.DBTxConn) error {
	_, err := db.ExecContext(ctx, versionTable(v.Tablename(), v.topology))
	return err
}

func versionTable(name string, t schema.Topology) string {
	return "CREATE TABLE IF NOT EXISTS " + name + t.On() + "\n(\n    version_id Int64,\n    is_applied UInt8,\n    date Date DEFAULT now(),\n    tstamp DateTime DEFAULT now()\n)\nENGINE = " +
		t.Kept("MergeTree") + "\nORDER BY version_id"
}

// OwnRows counts the rows that this node itself holds, by indicator and area, and the lines of its ledger.
func (s *Store) OwnRows(ctx context.Context) (series map[string]uint64, lines uint64, err error) {
	ctx, cancel := read(ctx, nil)
	defer cancel()
	series = map[string]uint64{}
	err = s.conn.QueryRow(ctx, "SELECT count() FROM release_local").Scan(&lines)
	if err == nil {
		err = s.each(ctx, "SELECT concat(toString(indicator), ' ', toString(area)), count() FROM observation_local GROUP BY 1", func(rows driver.Rows) error {
			var name string
			var n uint64
			if err := rows.Scan(&name, &n); err != nil {
				return err
			}
			series[name] = n
			return nil
		})
	}
	return series, lines, wrap("own rows", err)
}
