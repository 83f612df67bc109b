package schema

import "io/fs"

// Document is a YAML file that remembers its lines, so that a fault found after it was read can still name one. Files of
// other rooms that are kept beside the catalogue's are read by it too.
type Document struct{ *source }

// ReadDocument decodes one YAML document into a struct. An unknown key, a second document or an empty file is an error
// that names file and line.
func ReadDocument(fsys fs.FS, name string, into any) (*Document, error) {
	if err := decodeFile(fsys, name, into); err != nil {
		return nil, err
	}
	src, err := remember(fsys, name)
	if err != nil {
		return nil, err
	}
	return &Document{src}, nil
}

// At gives "file:line" of a key path such as ("map", "figures", 0, "unit"), or of the nearest part of it that exists.
func (d *Document) At(keys ...any) string { return d.at(keys...) }
