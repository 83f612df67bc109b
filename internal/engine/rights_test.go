package engine_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"utfall/internal/engine"
)

// Everything that Utfall does to ClickHouse, and what it must not be able to do.
func TestRights(t *testing.T) {
	t.Parallel()
	running := start(t, engine.Options{})
	client := connect(t, running.Connection())
	remote := fmt.Sprintf("remote('%s', utfall.r, '%s', '%s')", running.Address(), running.User(), running.Password())
	for _, statement := range []string{
		"CREATE TABLE t (n UInt32, s LowCardinality(String), d Date32, m DateTime64(3, 'UTC')) ENGINE = MergeTree ORDER BY n",
		"CREATE TABLE r (n UInt32, v UInt64) ENGINE = ReplacingMergeTree(v) ORDER BY n",
		"CREATE VIEW w AS SELECT * FROM r FINAL",
		"CREATE MATERIALIZED VIEW mv ENGINE = MergeTree ORDER BY n AS SELECT n FROM r",
		"INSERT INTO r SELECT number, 1 FROM numbers(1000)",
		"INSERT INTO r SELECT number, 2 FROM numbers(1000)",
		"SELECT throwIf(count() != 1000) FROM w",
		"SELECT throwIf(count() != 2000) FROM mv",
		"ALTER TABLE r ADD COLUMN z String",
		"ALTER TABLE r DELETE WHERE n = 1 SETTINGS mutations_sync = 1",
		"DELETE FROM r WHERE n = 5",
		"OPTIMIZE TABLE r FINAL",
		"TRUNCATE TABLE mv",
		"RENAME TABLE t TO t2",
		"DROP TABLE t2 SYNC",
		"KILL QUERY WHERE query_id = 'none'",
		"SYSTEM FLUSH LOGS",
		"SYSTEM DROP MARK CACHE",
		"SYSTEM STOP MERGES r", "SYSTEM START MERGES r",
		"CREATE DATABASE utfall_test", "CREATE TABLE utfall_test.x (n Int8) ENGINE = Memory", "DROP DATABASE utfall_test",
		"CREATE TEMPORARY TABLE temporary (n Int8)",
		"CREATE DICTIONARY d (n UInt64, v UInt64) PRIMARY KEY n SOURCE(CLICKHOUSE(TABLE 'r')) LAYOUT(FLAT()) LIFETIME(1)",
		"DROP DICTIONARY d",
		"BACKUP TABLE utfall.r TO File('r')",
		"DROP TABLE r SYNC",
		"RESTORE TABLE utfall.r FROM File('r')",
		"SELECT throwIf(count() != 998) FROM r",
		"SELECT throwIf(count() != 998) FROM " + remote,
		"SELECT * FROM system.parts", "SELECT * FROM system.mutations", "SELECT * FROM system.processes",
		"SELECT * FROM information_schema.tables",
	} {
		if err := client.Exec(t.Context(), statement); err != nil {
			t.Errorf("%s: %v", statement, err)
		}
	}
	if _, err := os.Stat(filepath.Join(running.Backups(), "r")); err != nil {
		t.Errorf("the backup is not in the data directory: %v", err)
	}
	ownQueryCanBeKilled(t, running, client)
	for _, statement := range []string{
		"SELECT * FROM file('/etc/passwd', LineAsString)",
		"INSERT INTO FUNCTION file('x.csv') SELECT 1",
		"SELECT * FROM url('http://127.0.0.1:1/', CSV, 'a String')",
		"CREATE USER other", "GRANT SELECT ON *.* TO default", "ALTER USER default IDENTIFIED BY 'x'",
		"CREATE DATABASE other", "CREATE TABLE default.x (n Int8) ENGINE = Memory",
		"SYSTEM SHUTDOWN", "SYSTEM STOP LISTEN TCP",
	} {
		var refused *clickhouse.Exception
		if err := client.Exec(t.Context(), statement); !errors.As(err, &refused) || refused.Code != 497 {
			t.Errorf("%s: expected ACCESS_DENIED (497), got %v", statement, err)
		}
	}
	if err := client.Exec(t.Context(), "BACKUP TABLE utfall.r TO File('/tmp/utfall-backup-outside')"); err == nil {
		t.Error("a backup may be written anywhere")
	}
}

// ownQueryCanBeKilled also shows that the query that holds the engine, which is not Utfall's own, survives.
func ownQueryCanBeKilled(t *testing.T, running *engine.Engine, client clickhouse.Conn) {
	t.Helper()
	ended := make(chan error, 1)
	other := connect(t, running.Connection())
	go func() {
		ended <- other.Exec(context.Background(), "SELECT sleepEachRow(1) FROM system.numbers LIMIT 60 SETTINGS max_block_size = 1")
	}()
	const sleeping = "query LIKE 'SELECT sleepEachRow%'"
	within(t, 5*time.Second, "the long query runs", func() bool {
		return number(t, client, "SELECT count() FROM system.processes WHERE "+sleeping) == 1
	})
	execute(t, client, "KILL QUERY WHERE "+sleeping+" SYNC")
	var killed *clickhouse.Exception
	if err := <-ended; !errors.As(err, &killed) || killed.Code != 394 {
		t.Errorf("a killed query ended with %v", err)
	}
	client.Exec(t.Context(), "KILL QUERY WHERE user = 'default'") // answers that there is nothing to kill, or refuses
	select {
	case <-running.Done():
		t.Fatalf("killing the library's own query ended the engine: %v", running.Err())
	case <-time.After(1500 * time.Millisecond): // a stop takes about one second
	}
}

func TestFileAccess(t *testing.T) {
	t.Parallel()
	running := start(t, engine.Options{FileAccess: true})
	client := connect(t, running.Connection())
	execute(t, client, "INSERT INTO FUNCTION file('n.csv', CSV, 'n UInt64') SELECT number FROM numbers(1000)")
	if n := number(t, client, "SELECT sum(n) FROM file('n.csv', CSV, 'n UInt64')"); n != 499500 {
		t.Errorf("the file's sum is %d", n)
	}
	if _, err := os.Stat(filepath.Join(running.Files(), "n.csv")); err != nil {
		t.Errorf("a relative name is not in the engine's folder: %v", err)
	}
}

// The library's own user needs no password and is of no use to anyone who tries it.
func TestDefaultUserIsUseless(t *testing.T) {
	t.Parallel()
	running := start(t, engine.Options{})
	client := connect(t, running.Connection())
	execute(t, client, "CREATE TABLE secret (n UInt8) ENGINE = MergeTree ORDER BY n")
	stranger := running.Connection()
	stranger.User, stranger.Password = "default", ""
	for _, statement := range []string{"SELECT * FROM utfall.secret", "SELECT 1"} {
		var refused *clickhouse.Exception
		if err := connect(t, stranger).Exec(t.Context(), statement); !errors.As(err, &refused) || refused.Code != 700 {
			t.Errorf("as default, %s: expected USER_SESSION_LIMIT_EXCEEDED (700), got %v", statement, err)
		}
	}
	// And if it could log in: no right on any table but its view of what runs.
	var rights []string
	query := "SELECT groupUniqArray(concat(toString(access_type), ' ON ', coalesce(database, '*'), '.', coalesce(table, '*'))) FROM system.grants WHERE user_name = 'default'"
	if err := client.QueryRow(t.Context(), query).Scan(&rights); err != nil {
		t.Fatal(err)
	}
	slices.Sort(rights)
	expected := []string{"CREATE DATABASE ON utfall.*", "CREATE TEMPORARY TABLE ON *.*", "KILL QUERY ON *.*", "SELECT ON system.processes", "SYSTEM LISTEN ON *.*"}
	if !slices.Equal(rights, expected) {
		t.Errorf("default may %q, expected %q", rights, expected)
	}
}

func TestWrongPasswordIsRefused(t *testing.T) {
	t.Parallel()
	running := start(t, engine.Options{})
	stranger := running.Connection()
	stranger.Password = "guess"
	var refused *clickhouse.Exception
	if err := connect(t, stranger).Ping(t.Context()); !errors.As(err, &refused) || refused.Code != 516 {
		t.Errorf("a wrong password: expected AUTHENTICATION_FAILED (516), got %v", err)
	}
	if err := connect(t, running.Connection()).Ping(t.Context()); err != nil {
		t.Errorf("after it the right password: %v", err)
	}
}

// Every socket on which the engine listens is on loopback.
func TestListensOnLoopbackOnly(t *testing.T) {
	t.Parallel()
	running := start(t, engine.Options{})
	own := map[string]bool{}
	folder := fmt.Sprintf("/proc/%d/fd", running.PID())
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		target, err := os.Readlink(filepath.Join(folder, entry.Name()))
		if inode, ok := strings.CutPrefix(target, "socket:["); err == nil && ok {
			own[strings.TrimSuffix(inode, "]")] = true
		}
	}
	const listening, loopback = "0A", "0100007F:"
	found := 0
	for _, table := range []string{"tcp", "tcp6"} {
		file, err := os.Open("/proc/net/" + table)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		for lines := bufio.NewScanner(file); lines.Scan(); {
			fields := strings.Fields(lines.Text())
			if len(fields) < 10 || fields[3] != listening || !own[fields[9]] {
				continue
			}
			found++
			if !strings.HasPrefix(fields[1], loopback) {
				t.Errorf("the engine listens on %s (hexadecimal), expected 127.0.0.1", fields[1])
			}
		}
	}
	if found != 1 {
		t.Errorf("the engine listens on %d sockets, expected 1", found)
	}
}
