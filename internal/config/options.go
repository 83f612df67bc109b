package config

import (
	"errors"
	"fmt"
	"math"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Kind is what a value looks like.
type Kind string

// The kinds of values.
const (
	Path     Kind = "path"
	Address  Kind = "address"
	Bytes    Kind = "bytes"
	Memory   Kind = "memory" // bytes that an engine can live on
	Duration Kind = "duration"
	Count    Kind = "count"
	Share    Kind = "share"
	List     Kind = "list"
	Text     Kind = "text"
	Level    Kind = "level"
	Format   Kind = "format"
	Server   Kind = "server"
	Endpoint Kind = "endpoint"
	Topology Kind = "topology"
)

// Option is a key of the configuration file. The same is a flag and, in capitals, UTFALL_… in the environment.
type Option struct {
	Key     string
	Flag    string
	Kind    Kind
	Default string // in words
	Does    string
	Reload  bool // taken over at SIGHUP; every other key needs a restart
}

// Environment is the variable that sets the same.
func (o Option) Environment() string {
	return "UTFALL_" + strings.ToUpper(strings.ReplaceAll(o.Flag, "-", "_"))
}

// Options lists every key there is, in the order of the reference.
func Options() []Option {
	return []Option{
		{"data_dir", "data-dir", Path, "utfall in the user's data directory", "where figures, payloads and the embedded engine's data are kept", false},
		{"listen.pages", "addr", Address, "127.0.0.1:8080", "address of the pages; port 0 picks a free one", false},
		{"listen.ops", "ops-addr", Address, "127.0.0.1:9464", "address of /metrics, /healthz and /readyz", false},
		{"pages.panel_wait", "panel-wait", Duration, "200ms", "how long a page waits for one of its panels before it is shown without it", false},
		{"pages.public_url", "public-url", Text, "the pages' own address", "where the pages are reached from outside; files, catalogue and API name it", false},
		{"pages.embed_from", "embed-from", List, "none", "web sites that may show a chart in a frame", false},
		{"pages.organisation", "organisation", Text, "none", "who answers for the pages", false},
		{"pages.organisation_contact", "organisation-contact", Text, "none", "an e-mail or web address at which they are reached", false},
		{"briefings.drafts_dir", "drafts-dir", Path, "none", "a folder with drafts of briefings beside those that the program ships", false},
		{"briefings.drafts_key_file", "drafts-key-file", Path, "none", "a file with the key of those who may save drafts", false},
		{"briefings.chromium", "chromium", Path, "chromium in PATH", "the Chromium that makes PDF files", false},
		{"briefings.pandoc", "pandoc", Path, "pandoc in PATH", "the pandoc that makes Word files", false},
		{"clickhouse.address", "clickhouse", Server, "the embedded engine", "a ClickHouse server of your own, without a password", false},
		{"clickhouse.password_file", "clickhouse-password-file", Path, "none", "a file that holds the password for clickhouse.address", false},
		{"clickhouse.topology", "topology", Topology, "single", "how clickhouse.address is laid out: cluster is replicated with Keeper, shards are several nodes without", false},
		{"engine.memory", "engine-memory", Memory, "2GiB", "memory that the embedded engine may use", false},
		{"sources.enabled", "sources", List, "none", "official tables that are asked for on their schedules, or all", false},
		{"sources.dir", "sources-dir", Path, "none", "a folder with further descriptions of official tables", false},
		{"sources.contact", "contact", Text, "none", "how publishers reach you; stands in every request", false},
		{"sources.private_hosts", "private-hosts", List, "none", "hosts, addresses or networks that may be asked although they are private", false},
		{"sources.attempts", "attempts", Count, "5", "how often a publisher that does not answer is asked in one run", false},
		{"sources.jitter", "jitter", Duration, "2m0s", "a scheduled run begins up to so much later than its time", false},
		{"sources.folder", "folder", Path, "none", "a folder that is watched for deliveries", false},
		{"ingest.max_bytes", "max-bytes", Bytes, "2000000000", "largest file that `utfall ingest` reads", false},
		{"ingest.max_reject_share", "max-reject-share", Share, "0.001", "share of rows that may be rejected before `utfall ingest` refuses a delivery", false},
		{"log.level", "log-level", Level, "info in service, warn otherwise", "debug, info, warn or error", true},
		{"log.format", "log-format", Format, "text on a terminal and for single commands, json in service", "text or json", false},
		{"traces.endpoint", "traces-endpoint", Endpoint, "OTEL_EXPORTER_OTLP_ENDPOINT, or none", "address of an OpenTelemetry collector that takes OTLP over HTTP", false},
	}
}

func find(key string) (Option, bool) {
	i := slices.IndexFunc(Options(), func(o Option) bool { return o.Key == key })
	if i < 0 {
		return Option{}, false
	}
	return Options()[i], true
}

func isSection(name string) bool {
	return slices.ContainsFunc(Options(), func(o Option) bool { return strings.HasPrefix(o.Key, name+".") })
}

// Like says what a value of the kind looks like.
func (k Kind) Like() string {
	switch k {
	case Path:
		return "a path, such as /var/lib/utfall"
	case Address:
		return "host and port, such as 127.0.0.1:8080"
	case Bytes:
		return "a size with its unit, such as 512MiB or 2GB"
	case Memory:
		return "a size of at least 256MiB with its unit, such as 2GiB"
	case Duration:
		return "a time with its unit, such as 30s, 5m or 2h"
	case Count:
		return "a whole number from 1 to 100"
	case Share:
		return "a share from 0 to 1, such as 0.001"
	case List:
		return "a list, such as [a, b]"
	case Level:
		return "debug, info, warn or error"
	case Format:
		return "text or json"
	case Topology:
		return "single, cluster or shards"
	case Server:
		return "clickhouse://user@host:9000/database"
	case Endpoint:
		return "an address, such as http://127.0.0.1:4318"
	}
	return "a text"
}

// Check tells what is wrong with a value of the kind.
func (k Kind) Check(text string) error {
	fault := errors.New("is not right")
	switch k {
	case Address:
		_, port, err := net.SplitHostPort(text)
		if n, perr := strconv.ParseUint(port, 10, 16); err != nil || perr != nil || n > 65535 {
			return errors.New("is no address with a port")
		}
	case Bytes:
		_, err := ParseBytes(text)
		return err
	case Memory:
		n, err := ParseBytes(text)
		if err == nil && n < LeastMemory {
			err = errors.New("is too little for an engine")
		}
		return err
	case Duration:
		if d, err := time.ParseDuration(text); err != nil || d < 0 {
			return errors.New("is no time with a unit")
		}
	case Count:
		if n, err := strconv.ParseUint(text, 10, 32); err != nil || n < 1 || n > 100 {
			return errors.New("is no such number")
		}
	case Share:
		if x, err := strconv.ParseFloat(text, 64); err != nil || !(x >= 0 && x <= 1) {
			return errors.New("is no share")
		}
	case Level:
		if !slices.Contains([]string{"debug", "info", "warn", "error"}, text) {
			return errors.New("is no level")
		}
	case Format:
		if text != "text" && text != "json" {
			return errors.New("is no format")
		}
	case Topology:
		if !slices.Contains([]string{"single", "cluster", "shards"}, text) {
			return errors.New("is not single, cluster or shards")
		}
	case Server:
		if u, err := parseServer(text); err != nil || u.Scheme != "clickhouse" || u.Host == "" {
			return errors.New("is no address of a ClickHouse server")
		}
	case Endpoint:
		if u, err := url.Parse(text); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return errors.New("is no address of a collector")
		}
	case List: // its items were checked; none is a list too
	default:
		if strings.TrimSpace(text) == "" || strings.ContainsRune(text, 0) {
			return fault
		}
	}
	return nil
}

// LeastMemory is what the embedded engine needs, in bytes.
const LeastMemory = 256 << 20

func hasPassword(address string) bool {
	u, err := parseServer(address)
	if err != nil {
		return false
	}
	_, ok := u.User.Password() // of no user there is none
	return ok || u.Query().Has("password")
}

// parseServer is url.Parse for an address that may name several nodes, a:9000,b:9000; they stand in Host as they are.
func parseServer(address string) (*url.URL, error) {
	scheme, rest, _ := strings.Cut(address, "://")
	authority, path, _ := strings.Cut(rest, "/")
	at := strings.LastIndex(authority, "@") + 1
	hosts := authority[at:]
	one, _, several := strings.Cut(hosts, ",")
	if !several {
		return url.Parse(address)
	}
	u, err := url.Parse(scheme + "://" + authority[:at] + one + "/" + path)
	if err == nil {
		u.Host = hosts
	}
	return u, err
}

// ParseBytes reads a size with its unit: B, kB, MB, GB, TB (powers of 1000) or KiB, MiB, GiB, TiB (powers of 1024).
func ParseBytes(text string) (int64, error) {
	digits := strings.TrimRight(text, "BkKMGTi ")
	unit := strings.TrimSpace(strings.TrimPrefix(text, digits))
	x, err := strconv.ParseFloat(digits, 64)
	if err != nil || x < 0 || math.IsInf(x, 0) || math.IsNaN(x) {
		return 0, errors.New("is no size")
	}
	factor, ok := map[string]float64{"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}[unit]
	if !ok {
		return 0, fmt.Errorf("is a size without a unit that is known (%q)", unit)
	}
	if x*factor >= math.MaxInt64 {
		return 0, errors.New("is larger than any disk")
	}
	return int64(x * factor), nil
}
