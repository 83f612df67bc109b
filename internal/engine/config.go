package engine

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"text/template"
)

// The user that Utfall logs in as, and the database that is there after every start.
const (
	userName     = "utfall"
	databaseName = "utfall"
)

// The engine's own queries run as the user default, who can have no password: the library logs itself in without one.
// It is therefore given only what starting and stopping take (the temporary table is what holding is made of), and one
// session, which the library itself occupies: a login over the network is refused although it needs no password.
//
// The poll interval is how soon an idle connection notices that the engine stops; ClickHouse's own 10 s would make
// every stop with an open connection pool wait for the 5 s after which it gives up on them.
const usersTemplate = `<clickhouse>
  <profiles>
    <default>
      <poll_interval>1</poll_interval>
    </default>
    <starter>
      <max_sessions_for_user>1</max_sessions_for_user>
    </starter>
  </profiles>
  <quotas><default/></quotas>
  <users>
    <default>
      <password></password>
      <networks><ip>127.0.0.1</ip></networks>
      <profile>starter</profile>
      <quota>default</quota>
      <grants>
        <query>GRANT SYSTEM START LISTEN, SYSTEM STOP LISTEN, CREATE TEMPORARY TABLE ON *.*</query>
        <query>GRANT CREATE DATABASE ON {{.Database}}.*</query>
        <query>GRANT KILL QUERY ON *.*</query>
        <query>GRANT SELECT ON system.processes</query>
      </grants>
    </default>
    <{{.User}}>
      <password_sha256_hex>{{.PasswordHash}}</password_sha256_hex>
      <networks><ip>127.0.0.1</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
      <grants>{{range .Grants}}
        <query>{{xml .}}</query>{{end}}
      </grants>
    </{{.User}}>
  </users>
</clickhouse>
`

const configTemplate = `<clickhouse>
  <logger>
    <level>{{.LogLevel}}</level>
    <console>true</console>
    <formatting><type>json</type></formatting>
  </logger>
  <users_config>{{xml .Users}}</users_config>
  <listen_host>127.0.0.1</listen_host>
  <tcp_port>{{.Port}}</tcp_port>
  <backups><allowed_path>{{xml .Backups}}/</allowed_path></backups>
  <max_server_memory_usage>{{.Memory}}</max_server_memory_usage>
  <mark_cache_size>{{.Cache}}</mark_cache_size>
  <primary_index_cache_size>{{.Cache}}</primary_index_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <memory_worker_period_ms>250</memory_worker_period_ms>
</clickhouse>
`

// grants lists what Utfall's user may do: everything in its own databases (utfall, and any whose name begins so),
// read the system tables, and reach other engines of a cluster. Not: users, other databases, other sources, shutdown.
// It needs no right to kill its own queries.
// Files are for benchmarks only, because the library opens any path: it knows no folder to keep to.
func grants(fileAccess bool) []string {
	list := []string{
		"GRANT ALL ON " + databaseName + "*.*",
		"GRANT SELECT, SHOW ON system.*",
		"GRANT SELECT ON information_schema.*",
		"GRANT SELECT ON INFORMATION_SCHEMA.*",
		"GRANT TABLE ENGINE ON *",
		"GRANT READ, WRITE ON REMOTE",
		"GRANT CREATE TEMPORARY TABLE, CLUSTER ON *.*",
		"GRANT SYSTEM FLUSH, SYSTEM MERGES, SYSTEM DROP CACHE, SYSTEM RELOAD, SYSTEM SYNC REPLICA ON *.*",
	}
	if fileAccess {
		list = append(list, "GRANT READ, WRITE ON FILE")
	}
	return list
}

// password makes 256 random bits, in hexadecimal digits so that it can stand in a URL.
func password() string {
	var bits [32]byte
	rand.Read(bits[:]) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(bits[:])
}

// writeConfig replaces the configuration folder. The password is in none of its files, only its hash.
func writeConfig(places layout, options Options, secret string) error {
	if err := os.RemoveAll(places.config); err != nil {
		return err
	}
	hash := sha256.Sum256([]byte(secret))
	files := map[string]func() ([]byte, error){
		"users.xml": func() ([]byte, error) {
			return render(usersTemplate, map[string]any{
				"User": userName, "Database": databaseName, "Grants": grants(options.FileAccess), "PasswordHash": hex.EncodeToString(hash[:]),
			})
		},
		"config.xml": func() ([]byte, error) {
			return render(configTemplate, map[string]any{
				"LogLevel": options.logLevel(), "Users": filepath.Join(places.config, "users.xml"), "Port": options.Port,
				"Backups": places.backups, "Memory": options.MemoryLimit, "Cache": options.MemoryLimit / 16,
			})
		},
	}
	if len(options.ExtraConfig) > 0 {
		if err := checkExtraConfig(options.ExtraConfig); err != nil {
			return err
		}
		files[filepath.Join("config.d", "extra.xml")] = func() ([]byte, error) { return options.ExtraConfig, nil }
	}
	for name, content := range files {
		path := filepath.Join(places.config, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		text, err := content()
		if err == nil {
			err = writePrivate(path, text)
		}
		if err != nil {
			return fmt.Errorf("write the engine's configuration: %w", err)
		}
	}
	return nil
}

func render(text string, data any) ([]byte, error) {
	parsed, err := template.New("config").Funcs(template.FuncMap{"xml": escapeXML}).Parse(text)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = parsed.Execute(&out, data)
	return out.Bytes(), err
}

func escapeXML(text string) (string, error) {
	var out bytes.Buffer
	err := xml.EscapeText(&out, []byte(text))
	return out.String(), err
}

// checkExtraConfig makes sure that what a caller adds is a whole document, so that the error names it and not the
// engine's start.
func checkExtraConfig(content []byte) error {
	decoder := xml.NewDecoder(bytes.NewReader(content))
	root := ""
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			line, column := decoder.InputPos()
			return fmt.Errorf("additional engine configuration, line %s: %w", strconv.Itoa(line)+", column "+strconv.Itoa(column), err)
		}
		if start, ok := token.(xml.StartElement); ok && root == "" {
			root = start.Name.Local
		}
	}
	if root != "clickhouse" {
		return fmt.Errorf("additional engine configuration: the outermost element is %q, expected <clickhouse>", root)
	}
	return nil
}
