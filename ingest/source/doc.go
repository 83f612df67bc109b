// Package source is what the program knows of each official table before it has asked for it: who publishes it, when to
// ask, how to ask, what its codes mean and what its figures must be like. Each is one YAML file; a new table needs no Go.
//
// It owns the files' shape and every check that can be made of a file by itself and against the catalogue. It asks nobody
// anything and reads no payload. It may import schema, a cron parser and the
// options of the decoders of text tables.
package source
