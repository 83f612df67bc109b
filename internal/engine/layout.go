package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// A layout says where the engine keeps what in the data directory. Everything lies in one folder of its own, readable
// by its owner only.
type layout struct {
	root       string // <data directory>/engine
	lock       string // the pid of the process that has the directory open
	connection string // address, user and password while an engine runs
	version    string // of the engine that last wrote the data
	config     string // written anew at every start
	store      string // ClickHouse's own data, and its temporary files in store/tmp
	files      string // what file() may read
	backups    string // where BACKUP may write
	temporary  string
}

func layoutOf(dataDir string) layout {
	root := filepath.Join(dataDir, "engine")
	return layout{
		root:       root,
		lock:       filepath.Join(root, "lock"),
		connection: filepath.Join(root, "connection.json"),
		version:    filepath.Join(root, "version.json"),
		config:     filepath.Join(root, "config"),
		store:      filepath.Join(root, "clickhouse"),
		files:      filepath.Join(root, "files"),
		backups:    filepath.Join(root, "backups"),
		temporary:  filepath.Join(root, "tmp"),
	}
}

func (l layout) create() error {
	for _, folder := range []string{l.root, l.store, l.files, l.backups, l.temporary} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return fmt.Errorf("prepare the data directory: %w", err)
		}
	}
	return nil
}

// writePrivate replaces path by content in one step, readable by its owner only.
func writePrivate(path string, content []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // CreateTemp's mode is 0600
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		os.Remove(file.Name())
	}
	return err
}

// readJSON decodes a small file of ours; found is false when there is none.
func readJSON(path string, target any) (found bool, err error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := json.Unmarshal(content, target); err != nil {
		return false, fmt.Errorf("%s: %w", path, err)
	}
	return true, nil
}
