package schema

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"text/template"
	"time"
)

// Topology says over how many ClickHouse nodes the tables are spread.
type Topology string

// Topologies.
const (
	// Single is one node.
	Single Topology = "single"
	// Cluster is many nodes with Keeper: every shard has replicas, and what is done to the schema is done ON CLUSTER.
	Cluster Topology = "cluster"
	// Shards is many nodes without Keeper: every shard is one node, and what is done to the schema is done on each. A node
	// that is away takes its figures with it until it is back.
	Shards Topology = "shards"
)

// Names of the two clusters that the nodes' remote_servers must have: in the first every shard is a shard, in the second
// every node is a replica of the only one. In the second internal_replication is true with Keeper and false without.
const (
	ClusterName    = "utfall"
	EverywhereName = "utfall_everywhere"
)

// ParseTopology reads a topology's name; empty means single.
func ParseTopology(s string) (Topology, error) {
	switch t := Topology(s); t {
	case "":
		return Single, nil
	case Single, Cluster, Shards:
		return t, nil
	}
	return "", fmt.Errorf("topology %q is not single, cluster or shards", s)
}

// Spread tells whether there are several nodes.
func (t Topology) Spread() bool { return t == Cluster || t == Shards }

// Local is the table that holds a node's own rows of a table. With several nodes the plain name is a Distributed table over
// them: queries are the same on one node and on many.
func (t Topology) Local(table string) string {
	if t.Spread() {
		return table + "_local"
	}
	return table
}

// On is what stands after a table's name in a statement about its schema.
func (t Topology) On() string {
	if t == Cluster {
		return " ON CLUSTER " + ClusterName
	}
	return ""
}

// Tables lists the names, each with On, of all that a change to a table's columns must be said to.
func (t Topology) Tables(table string) []string {
	if t.Spread() {
		return []string{t.Local(table) + t.On(), table + t.On()}
	}
	return []string{table}
}

// Kept is the engine of a small table that every node holds whole; arguments are the engine's own.
func (t Topology) Kept(engine string, arguments ...string) string {
	return t.engine(engine, "/clickhouse/tables/{database}/{table}", "{shard}-{replica}", arguments)
}

// Sharded is the engine of a table of which every shard holds its part.
func (t Topology) Sharded(engine string, arguments ...string) string {
	return t.engine(engine, "/clickhouse/tables/{database}/{shard}/{table}", "{replica}", arguments)
}

func (t Topology) engine(engine, path, replica string, arguments []string) string {
	if t == Cluster {
		engine = "Replicated" + engine
		arguments = append([]string{"'" + path + "'", "'" + replica + "'"}, arguments...)
	}
	if len(arguments) == 0 {
		return engine
	}
	return engine + "(" + strings.Join(arguments, ", ") + ")"
}

// Distributed is the statement that makes the table over a table's parts on all nodes, nothing with one node. A key spreads
// the rows over the shards; without one every node gets every row.
func (t Topology) Distributed(table string, key ...string) string {
	if !t.Spread() {
		return ""
	}
	over, sharding := EverywhereName, ""
	if len(key) > 0 {
		over, sharding = ClusterName, ", "+key[0]
	}
	return fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s%s AS %s\nENGINE = Distributed('%s', currentDatabase(), '%s'%s);\n",
		table, t.On(), t.Local(table), over, t.Local(table), sharding)
}

// Migrations gives the SQL files that bring a ClickHouse database to what this program needs, in order. They are templates
// over the topology's methods.
func (t Topology) Migrations() fs.FS { return rendered{Migrations(), t} }

// rendered is a folder of templates as the texts that they give.
type rendered struct {
	fs.FS
	topology Topology
}

// Open gives a rendered file, or a folder as it is.
func (r rendered) Open(name string) (fs.File, error) {
	f, err := r.FS.Open(name)
	if err != nil || path.Ext(name) != ".sql" {
		return f, err
	}
	defer func() { _ = f.Close() }()
	source, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	parsed, err := template.New(name).Parse(string(source))
	if err != nil {
		return nil, &fs.PathError{Op: "render", Path: name, Err: err}
	}
	var out bytes.Buffer
	if err := parsed.Execute(&out, r.topology); err != nil {
		return nil, &fs.PathError{Op: "render", Path: name, Err: err}
	}
	return &text{bytes.NewReader(out.Bytes()), path.Base(name)}, nil
}

// text is a file in memory; it describes itself.
type text struct {
	*bytes.Reader
	name string
}

func (f *text) Stat() (fs.FileInfo, error) { return f, nil }
func (f *text) Close() error               { return nil }
func (f *text) Name() string               { return f.name }
func (f *text) Mode() fs.FileMode          { return 0o444 }
func (f *text) ModTime() time.Time         { return time.Time{} }
func (f *text) IsDir() bool                { return false }
func (f *text) Sys() any                   { return nil }
