package collect

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"utfall/ingest"
	"utfall/ingest/fetch"
)

// memory is what is remembered of a dataset's earlier answers, so that a publisher need not send again what we have. It is
// only that: without the file everything is fetched anew.
type memory struct {
	dataDir, file string
	before, now   map[string]known
}

// known is an answer that was kept.
type known struct {
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"last_modified,omitempty"`
	SHA256       string `json:"sha256"`
	Size         int64  `json:"size"`
}

func recall(dataDir, dataset string, log *slog.Logger) *memory {
	m := &memory{dataDir: dataDir, file: filepath.Join(dataDir, "fetched", strings.ReplaceAll(dataset, "/", "+")+".json"), now: map[string]known{}}
	raw, err := os.ReadFile(m.file)
	if err == nil {
		err = json.Unmarshal(raw, &m.before)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		log.Warn("what was remembered of earlier answers cannot be read; everything is fetched anew", "file", m.file, "error", err)
		m.before = nil
	}
	return m
}

func key(r fetch.Request) string {
	sum := sha256.Sum256(r.Body)
	return r.Method + " " + r.URL + " " + hex.EncodeToString(sum[:8])
}

// of gives the validators of an earlier answer, if its bytes are still kept.
func (m *memory) of(r fetch.Request) known {
	k := m.before[key(r)]
	if k.SHA256 == "" || k.ETag == "" && k.LastModified == "" || !ingest.IsKept(m.dataDir, k.SHA256) {
		return known{}
	}
	m.now[key(r)] = k
	return k
}

func (m *memory) note(r fetch.Request, a *fetch.Answer) {
	delete(m.now, key(r))
	if a.ETag != "" || a.LastModified != "" {
		m.now[key(r)] = known{a.ETag, a.LastModified, a.SHA256, a.Size}
	}
}

func (m *memory) open(k known) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return ingest.OpenKept(m.dataDir, k.SHA256) }
}

func (m *memory) save() error {
	if err := os.MkdirAll(filepath.Dir(m.file), 0o750); err != nil {
		return err
	}
	raw, err := json.MarshalIndent(m.now, "", " ")
	if err != nil {
		return err
	}
	tmp := m.file + ".new"
	if err := os.WriteFile(tmp, raw, 0o640); err != nil {
		return err
	}
	return os.Rename(tmp, m.file)
}
