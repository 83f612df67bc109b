// Package sources holds the descriptions of official tables that come with the program, one YAML file each. It owns nothing
// else and imports the standard library.
package sources

import (
	"embed"
	"io/fs"
)

//go:embed *.yaml
var files embed.FS

// Files gives the files.
func Files() fs.FS { return files }
