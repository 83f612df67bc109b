package ops

import (
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Engine is how the database was when it was last asked.
type Engine struct {
	Version string
	Started time.Time
	Memory  uint64 // bytes that it tracks
	Limit   uint64 // bytes that it may use, 0 for no limit
	Parts   uint64 // active parts of all tables
	Rows    uint64 // in active parts
	Bytes   uint64 // on disk, of active parts
	Queries uint64 // that run now
	Merges  uint64 // that run now
}

type engine struct {
	up, answered, started, memory, limit, parts, rows, bytes, queries, merges prometheus.Gauge
}

func newEngine(r prometheus.Registerer, dataDir string) engine {
	one := func(name, help string) prometheus.Gauge {
		g := prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
		r.MustRegister(g)
		return g
	}
	e := engine{
		up:       one("utfall_engine_up", "1 if ClickHouse answered when it was last asked, 0 if not."),
		answered: one("utfall_engine_last_answer_timestamp_seconds", "When ClickHouse last answered the program's own question."),
		started:  one("utfall_engine_start_timestamp_seconds", "When ClickHouse was started."),
		memory:   one("utfall_engine_memory_bytes", "Memory that ClickHouse says it uses."),
		limit:    one("utfall_engine_memory_limit_bytes", "Memory that ClickHouse may use, 0 if it has no limit."),
		parts:    one("utfall_engine_parts", "Active parts of all tables."),
		rows:     one("utfall_engine_rows", "Rows in active parts."),
		bytes:    one("utfall_engine_table_bytes", "Bytes of active parts on disk."),
		queries:  one("utfall_engine_running_queries", "Queries that ran when it was last asked."),
		merges:   one("utfall_engine_running_merges", "Merges that ran when it was last asked."),
	}
	if dataDir == "" {
		return e
	}
	disk := func(name, help string, of func(syscall.Statfs_t) float64) {
		r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 {
			var s syscall.Statfs_t
			if syscall.Statfs(dataDir, &s) != nil {
				return 0 // a data directory that is gone has no room
			}
			return of(s)
		}))
	}
	disk("utfall_data_dir_available_bytes", "Room left for the program on the data directory's file system, 0 if it cannot be read.",
		func(s syscall.Statfs_t) float64 { return float64(s.Bavail) * float64(s.Bsize) })
	disk("utfall_data_dir_size_bytes", "Size of the data directory's file system.",
		func(s syscall.Statfs_t) float64 { return float64(s.Blocks) * float64(s.Bsize) })
	return e
}

// EngineAnswered sets what ClickHouse said of itself.
func (e engine) EngineAnswered(at time.Time, x Engine) {
	e.up.Set(1)
	e.answered.Set(unix(at))
	e.started.Set(unix(x.Started))
	e.memory.Set(float64(x.Memory))
	e.limit.Set(float64(x.Limit))
	e.parts.Set(float64(x.Parts))
	e.rows.Set(float64(x.Rows))
	e.bytes.Set(float64(x.Bytes))
	e.queries.Set(float64(x.Queries))
	e.merges.Set(float64(x.Merges))
}

// EngineAway says that ClickHouse does not answer. What it said last stays, with the time when it said so.
func (e engine) EngineAway() { e.up.Set(0) }

// config is whether the configuration that is in force is the one in the file.
type config struct {
	reloaded, at prometheus.Gauge
}

func newConfig(r prometheus.Registerer) config {
	c := config{
		reloaded: prometheus.NewGauge(prometheus.GaugeOpts{Name: "utfall_config_last_reload_successful",
			Help: "1 if the configuration was without fault when it was last read, 0 if not; the older one is then in force."}),
		at: prometheus.NewGauge(prometheus.GaugeOpts{Name: "utfall_config_last_reload_success_timestamp_seconds",
			Help: "When the configuration that is in force was read."}),
	}
	r.MustRegister(c.reloaded, c.at)
	return c
}

// ConfigRead says that the configuration was read anew, and whether it was without fault.
func (c config) ConfigRead(at time.Time, ok bool) {
	if !ok {
		c.reloaded.Set(0)
		return
	}
	c.reloaded.Set(1)
	c.at.Set(unix(at))
}
