// Package tidy reads deliveries in our own form: CSV in UTF-8 with a comma between fields, a point as decimal sign, one
// figure a row and named columns in any order. Every row is held against the catalogue while it is read.
//
// A fault of one row (an unknown code, a wrong unit, a value that is no number) rejects that row and says where it
// stands; a fault of the file (an encoding error, a NUL byte, a broken quote, a missing column) ends the reading. Memory
// does not grow with the file. The package imports schema and the standard library.
package tidy
