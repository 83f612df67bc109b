package engine

import (
	"path/filepath"
	"runtime"
	"strings"
)

// PackageVersion is the npm version that the lock file pins.
const PackageVersion = "26.7.3-stable.1"

// The name of the file inside the Linux package; on the platforms that were not run it is assumed to be the same.
const libraryFile = "libchdb.so"

const packagePrefix = "@chdb/lib-"

// Platform is one operating system and processor that the library is built for.
type Platform struct {
	Name    string // folder under internal/engine/npm, such as linux-x64
	Package string // npm package; empty when there is none for this machine
	Locked  bool   // a lock file with integrity hashes is kept, so the install command works and was tested
}

// platforms lists what the registry ships. Only Linux on x86-64 was run; the others are the same package by name
// and untested, and no lock file is kept for what was not run.
func platforms() map[string]Platform {
	return map[string]Platform{
		"linux/amd64":  {Name: "linux-x64", Package: packagePrefix + "linux-x64-gnu", Locked: true},
		"linux/arm64":  {Name: "linux-arm64", Package: packagePrefix + "linux-arm64-gnu"},
		"darwin/arm64": {Name: "darwin-arm64", Package: packagePrefix + "darwin-arm64"},
		"darwin/amd64": {Name: "darwin-x64", Package: packagePrefix + "darwin-x64"},
	}
}

// CurrentPlatform is the platform of this machine; its Package is empty where no library is built for it.
func CurrentPlatform() Platform {
	return platforms()[runtime.GOOS+"/"+runtime.GOARCH]
}

// installedPath is where `npm ci` puts the library, from the root of the source tree.
func (p Platform) installedPath() string {
	return filepath.Join("internal", "engine", "npm", p.Name, "node_modules", filepath.FromSlash(p.Package), libraryFile)
}

func isLibraryPackage(name string) bool { return strings.HasPrefix(name, packagePrefix) }
