package engine

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrNewerData is wrapped by the error that says the data was written by a newer engine than the one installed.
var ErrNewerData = errors.New("the data directory was written by a newer engine")

// dataVersion says which engine last opened the data. ClickHouse reads data of older versions, never of newer ones.
type dataVersion struct {
	Library    string `json:"library"`    // chdb_version(), such as 26.7.3
	ClickHouse string `json:"clickhouse"` // SELECT version(), such as 26.7.2.1
}

// checkVersion refuses data that a newer library wrote than installed, such as 26.7.3.
func checkVersion(path, installed string) error {
	var written dataVersion
	found, err := readJSON(path, &written)
	if err != nil {
		return fmt.Errorf("read which engine wrote the data: %w", err)
	}
	if !found {
		return nil
	}
	order, err := compareVersions(written.Library, installed)
	if err != nil {
		return fmt.Errorf("read which engine wrote the data: %s: %w", path, err)
	}
	if order > 0 {
		return fmt.Errorf("%w: it was written by %s and %s is installed; run `%s` in a newer Utfall, or choose another --data-dir",
			ErrNewerData, written.Library, installed, InstallCommand)
	}
	return nil
}

func writeVersion(path string, version dataVersion) error {
	content, err := json.MarshalIndent(version, "", "  ")
	if err != nil {
		return err
	}
	return writePrivate(path, append(content, '\n'))
}

// compareVersions orders dotted numbers; a part that is missing counts as 0, and what follows a hyphen does not count.
func compareVersions(a, b string) (int, error) {
	left, err := versionParts(a)
	if err != nil {
		return 0, err
	}
	right, err := versionParts(b)
	if err != nil {
		return 0, err
	}
	for i := range max(len(left), len(right)) {
		var l, r int
		if i < len(left) {
			l = left[i]
		}
		if i < len(right) {
			r = right[i]
		}
		if l != r {
			if l > r {
				return 1, nil
			}
			return -1, nil
		}
	}
	return 0, nil
}

func versionParts(version string) ([]int, error) {
	numbers, _, _ := strings.Cut(version, "-")
	var parts []int
	for _, text := range strings.Split(numbers, ".") {
		part, err := strconv.Atoi(text)
		if err != nil || part < 0 {
			return nil, fmt.Errorf("%q is not a version: expected numbers with dots, such as 26.7.3", version)
		}
		parts = append(parts, part)
	}
	return parts, nil
}
