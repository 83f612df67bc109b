package engine

import (
	"fmt"
	"runtime"
	"unsafe"

	"github.com/ebitengine/purego"
)

// chdb is the part of the library's C interface that is used here (chdb.h of chDB 26.7).
type chdb struct {
	commandLine func(count int32, arguments unsafe.Pointer) uintptr
	resultError func(result uintptr) string
	version     func() string
}

// openChdb maps the library into this process. It needs no cgo.
func openChdb(path string) (library *chdb, err error) {
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	library = &chdb{}
	for name, target := range map[string]any{
		"chdb_query_cmdline": &library.commandLine,
		"chdb_result_error":  &library.resultError,
		"chdb_version":       &library.version,
	} {
		symbol, err := purego.Dlsym(handle, name)
		if err != nil {
			return nil, fmt.Errorf("%s is not a chDB library of version 26 or later: %w", path, err)
		}
		purego.RegisterFunc(target, symbol)
	}
	return library, nil
}

// run calls the clickhouse-local program inside the library and returns when that ends.
func (c *chdb) run(arguments []string) error {
	vector := make([]*byte, 0, len(arguments)+1)
	for _, argument := range arguments {
		text := append([]byte(argument), 0)
		vector = append(vector, &text[0])
	}
	vector = append(vector, nil)
	// The library keeps using the arguments for as long as it runs, so they must neither move nor be collected.
	var pinner runtime.Pinner
	defer pinner.Unpin()
	for _, text := range vector[:len(vector)-1] {
		pinner.Pin(text)
	}
	result := c.commandLine(int32(len(arguments)), unsafe.Pointer(&vector[0]))
	runtime.KeepAlive(vector)
	if result == 0 {
		return fmt.Errorf("the library gave no result")
	}
	if message := c.resultError(result); message != "" {
		return fmt.Errorf("%s", message)
	}
	return nil
}
