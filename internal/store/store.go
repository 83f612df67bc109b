package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"

	"utfall/schema"
)

//go:embed sql/*.sql
var sqlFiles embed.FS

// Timeouts of queries. A page never waits longer than Read; one statement of ingest never longer than Write.
const (
	readTimeout  = 10 * time.Second
	writeTimeout = 30 * time.Minute
)

// Store is a pool of connections to one ClickHouse database.
type Store struct {
	conn     driver.Conn
	options  *clickhouse.Options
	topology schema.Topology
	watch    func(driver.Conn) driver.Conn // has an observer hear of a pool's queries; nil without one

	pinning sync.Mutex
	pinned  driver.Conn // the one node that ingest speaks to, if there are several
}

// Open connects to the database that a clickhouse:// address names, one node alone, and checks that it answers.
func Open(ctx context.Context, address string) (*Store, error) {
	return OpenAs(ctx, address, schema.Single)
}

// OpenAs is Open for a topology. The address of several nodes is clickhouse://user:password@a:9000,b:9000/database: the first
// that answers is asked, and when it goes away the next.
func OpenAs(ctx context.Context, address string, topology schema.Topology) (*Store, error) {
	if !strings.HasPrefix(address, "clickhouse://") {
		return nil, fmt.Errorf("store: %s is not an address of the form clickhouse://user:password@host:9000/database", redact(address))
	}
	options, err := clickhouse.ParseDSN(address)
	if err != nil {
		return nil, fmt.Errorf("store: address %s: %w", redact(address), err)
	}
	options.DialTimeout = 10 * time.Second
	options.MaxOpenConns, options.MaxIdleConns = 12, 8
	options.ReadTimeout = writeTimeout
	options.Settings = clickhouse.Settings{"async_insert": 0, "date_time_input_format": "best_effort"}
	settle(options, topology)
	if isLoopback(options.Addr) {
		options.Compression = &clickhouse.Compression{Method: clickhouse.CompressionNone}
	}
	conn, err := clickhouse.Open(options)
	if err != nil {
		return nil, fmt.Errorf("store: open %s: %w", redact(address), err)
	}
	s := &Store{conn: conn, options: options, topology: topology}
	if err := s.Ping(ctx); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("store: %s does not answer; is ClickHouse running there? %w", redact(address), err)
	}
	return s, nil
}

// redact leaves the user and password out of an address.
func redact(address string) string {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		return "the given address"
	}
	return scheme + "://" + rest[strings.LastIndex(rest, "@")+1:]
}

func isLoopback(addresses []string) bool {
	for _, a := range addresses {
		if !strings.HasPrefix(a, "127.") && !strings.HasPrefix(a, "localhost:") && !strings.HasPrefix(a, "[::1]") {
			return false
		}
	}
	return true
}

// Close ends every connection.
func (s *Store) Close() error {
	s.pinning.Lock()
	defer s.pinning.Unlock()
	if s.pinned != nil {
		return errors.Join(s.pinned.Close(), s.conn.Close())
	}
	return s.conn.Close()
}

// Ping asks whether the server answers.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return s.conn.Ping(ctx)
}

// ErrNewerSchema is wrapped by the error that says that a newer program has migrated the database.
var ErrNewerSchema = errors.New("the database was migrated by a newer program")

// Migrate brings the database to what this program needs; doing it again does nothing. The error wraps [ErrNewerSchema] if
// a newer program has migrated the database, and [ErrTopology] if it was made for another topology.
func (s *Store) Migrate(ctx context.Context) error {
	nodes := s.options.Addr
	if s.topology != schema.Shards {
		nodes = nil // any node will do
	}
	for _, node := range nodes {
		if err := s.migrate(ctx, s.alone(node)); err != nil {
			return fmt.Errorf("node %s: %w", node, err)
		}
	}
	if nodes == nil {
		return s.migrate(ctx, s.options)
	}
	return nil
}

func (s *Store) migrate(ctx context.Context, options *clickhouse.Options) error {
	db := clickhouse.OpenDB(options)
	defer func() { _ = db.Close() }()
	if err := s.fits(ctx, db); err != nil {
		return err
	}
	own, err := database.NewStore(database.DialectClickHouse, goose.DefaultTablename)
	if err != nil {
		return fmt.Errorf("store: migrations: %w", err)
	}
	if s.topology == schema.Cluster {
		own = versions{own, s.topology}
	}
	provider, err := goose.NewProvider("", db, s.topology.Migrations(), goose.WithStore(own), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("store: migrations: %w", err)
	}
	have, err := provider.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("store: read the schema's version: %w", err)
	}
	sources := provider.ListSources()
	if newest := sources[len(sources)-1].Version; have > newest {
		return fmt.Errorf("store: %w: it has schema version %d, this program knows %d; run a newer utfall, or restore a backup from before the upgrade into another --data-dir",
			ErrNewerSchema, have, newest)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("store: migrate: %w", err)
	}
	return nil
}

// SchemaKnown is the newest version of the schema that this program knows.
func (s *Store) SchemaKnown() int64 {
	names, err := fs.Glob(schema.Migrations(), "*.sql")
	if err != nil || len(names) == 0 {
		return 0 // cannot be: the files are embedded
	}
	version, err := goose.NumericComponent(names[len(names)-1])
	if err != nil {
		return 0 // cannot be: goose has read the name
	}
	return version
}

// query gives the text of sql/NAME.sql.
func query(name string) string {
	b, err := sqlFiles.ReadFile("sql/" + name + ".sql")
	if err != nil {
		return "" // a test reads every name that is used
	}
	return string(b)
}

// read bounds a query of a page in time, here and in the server.
func read(ctx context.Context, params clickhouse.Parameters) (context.Context, context.CancelFunc) {
	return bound(ctx, readTimeout, params)
}

func write(ctx context.Context, params clickhouse.Parameters) (context.Context, context.CancelFunc) {
	return bound(ctx, writeTimeout, params)
}

func bound(ctx context.Context, limit time.Duration, params clickhouse.Parameters) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	return clickhouse.Context(ctx, clickhouse.WithParameters(params),
		clickhouse.WithSettings(clickhouse.Settings{"max_execution_time": int(limit.Seconds())})), cancel
}

var listItem = regexp.MustCompile(`^[A-Za-z0-9_/+.-]+$`)

// array writes a list as a parameter of type Array(String). Items are codes of ours; anything else is refused.
func array(items []string) (string, error) {
	quoted := make([]string, len(items))
	for i, v := range items {
		if !listItem.MatchString(v) {
			return "", fmt.Errorf("%q is not a code", v)
		}
		quoted[i] = "'" + v + "'"
	}
	return "[" + strings.Join(quoted, ",") + "]", nil
}

// moment writes a time as a parameter of type DateTime64(6, 'UTC'); zero means now.
func moment(t time.Time) string {
	if t.IsZero() {
		t = time.Now()
	}
	return t.UTC().Format("2006-01-02 15:04:05.000000")
}
