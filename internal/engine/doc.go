// Package engine owns the embedded ClickHouse: finding the shared library that npm installs, running it in a child
// process on a free loopback port, the data directory that belongs to one process at a time, and the address and
// password by which other verbs join it. It imports the standard library and purego, and nothing of the rest of the
// program; in particular it never opens a ClickHouse connection, which is internal/store's part.
//
// The library runs in a process of its own, which is this same program started again with the hidden argument
// [ChildArgument]: a crash in the library cannot take the dashboard down, and its signal handlers stay out of this
// process's Go runtime. So main, and TestMain of every test that starts an engine, begin with
//
//	if len(os.Args) > 1 && os.Args[1] == engine.ChildArgument {
//		os.Exit(engine.Child(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
//	}
//
// The child lives as long as its standard input is open. The kernel closes that pipe however the parent ends, kill -9
// included, and the engine then shuts down by itself; a parent-death signal is deliberately not used as well, because
// Linux sends it when the thread that forked ends, which in a Go program may be long before the process does. A child
// whose library does not shut down in time ends itself.
//
// Times without a zone are UTC in the engine. Linux on x86-64 is what was run; npm/install.sh, which `make deps` calls,
// installs the library there by its lock file and says so where it cannot.
package engine
