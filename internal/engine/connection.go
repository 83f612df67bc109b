package engine

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"time"
)

const dialTimeout = 2 * time.Second

// Connection is how a ClickHouse client reaches a running engine over the native protocol. Printing or logging it
// leaves the password out.
type Connection struct {
	Address  string `json:"address"` // host:port on loopback
	User     string `json:"user"`
	Password string `json:"password,omitempty"` // random, and another one at the next start
	Database string `json:"database"`
	Version  string `json:"version"`    // SELECT version(), such as 26.7.2.1
	PID      int    `json:"engine_pid"` // the engine's process
	OwnerPID int    `json:"owner_pid"`  // the process that started it
}

// URL is the connection as clickhouse://user:password@host:port/database, the form that a server is named in.
func (c Connection) URL() string {
	address := url.URL{Scheme: "clickhouse", User: url.UserPassword(c.User, c.Password), Host: c.Address, Path: "/" + c.Database}
	return address.String()
}

// String is the connection without its password.
func (c Connection) String() string {
	return fmt.Sprintf("ClickHouse %s at %s (process %d, started by %d)", c.Version, c.Address, c.PID, c.OwnerPID)
}

// LogValue is the connection without its password.
func (c Connection) LogValue() slog.Value {
	return slog.GroupValue(slog.String("address", c.Address), slog.String("version", c.Version),
		slog.Int("engine_pid", c.PID), slog.Int("owner_pid", c.OwnerPID))
}

func (c Connection) save(path string) error {
	content, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	return writePrivate(path, append(content, '\n'))
}

// forget removes the file of a connection that is no more. That it may not be there is fine.
func forget(path string) { os.Remove(path) }

func answers(address string) error {
	socket, err := net.DialTimeout("tcp", address, dialTimeout)
	if err != nil {
		return err
	}
	return socket.Close()
}
