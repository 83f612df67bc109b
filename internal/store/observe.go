package store

import (
	"context"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Observer hears of every query that has ended with its last row: its name, when it began and how it failed. ctx is the caller's.
type Observer func(ctx context.Context, name string, started time.Time, err error)

// The names of queries that have no file of their own.
const (
	inlineQuery = "inline"
	insertQuery = "insert"
)

// Observe has an observer hear of every query from now on. It is called before the store is used.
func (s *Store) Observe(o Observer) {
	names := map[string]string{}
	for _, n := range QueryNames() {
		if text := query(n); text != "" {
			names[text] = n
		}
	}
	s.watch = func(c driver.Conn) driver.Conn { return observed{c, o, names} }
	s.conn = s.watch(s.conn)
}

// watched is a pool whose queries are heard of, if there is somebody to hear.
func (s *Store) watched(c driver.Conn) driver.Conn {
	if s.watch == nil {
		return c
	}
	return s.watch(c)
}

// QueryNames lists the names that an observer hears.
func QueryNames() []string {
	files, err := fs.Glob(sqlFiles, "sql/*.sql")
	if err != nil {
		return nil // the pattern is constant
	}
	names := []string{inlineQuery, insertQuery}
	for _, f := range files {
		names = append(names, strings.TrimSuffix(strings.TrimPrefix(f, "sql/"), ".sql"))
	}
	slices.Sort(names)
	return names
}

// observed is a pool of connections whose queries are heard of.
type observed struct {
	driver.Conn
	observer Observer
	names    map[string]string // by text
}

func (o observed) tell(ctx context.Context, text string, started time.Time, err error) {
	name, ok := o.names[text]
	switch {
	case ok:
	case strings.HasPrefix(text, "INSERT INTO "):
		name = insertQuery
	default:
		name = inlineQuery
	}
	o.observer(ctx, name, started, err)
}

// Query is heard of when its rows are closed.
func (o observed) Query(ctx context.Context, text string, args ...any) (driver.Rows, error) {
	started := time.Now()
	rows, err := o.Conn.Query(ctx, text, args...)
	if err != nil {
		o.tell(ctx, text, started, err)
		return rows, err
	}
	return &observedRows{rows, func(err error) { o.tell(ctx, text, started, err) }, false}, nil
}

// QueryRow is heard of when its row is there.
func (o observed) QueryRow(ctx context.Context, text string, args ...any) driver.Row {
	started := time.Now()
	row := o.Conn.QueryRow(ctx, text, args...)
	o.tell(ctx, text, started, row.Err())
	return row
}

// Exec is heard of when it is done.
func (o observed) Exec(ctx context.Context, text string, args ...any) error {
	started := time.Now()
	err := o.Conn.Exec(ctx, text, args...)
	o.tell(ctx, text, started, err)
	return err
}

// PrepareBatch gives a batch that is heard of when it is sent.
func (o observed) PrepareBatch(ctx context.Context, text string, options ...driver.PrepareBatchOption) (driver.Batch, error) {
	started := time.Now()
	b, err := o.Conn.PrepareBatch(ctx, text, options...)
	if err != nil {
		o.tell(ctx, text, started, err)
		return b, err
	}
	return observedBatch{b, func(err error) { o.tell(ctx, text, started, err) }}, nil
}

type observedRows struct {
	driver.Rows
	tell func(error)
	told bool
}

func (r *observedRows) Close() error {
	err := r.Rows.Close()
	if !r.told {
		r.told = true
		fault := r.Rows.Err()
		if fault == nil {
			fault = err
		}
		r.tell(fault)
	}
	return err
}

type observedBatch struct {
	driver.Batch
	tell func(error)
}

func (b observedBatch) Send() error {
	err := b.Batch.Send()
	b.tell(err)
	return err
}
