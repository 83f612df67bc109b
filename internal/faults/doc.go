// Package faults holds the tests that break things on purpose: the program or its engine killed at every step of ingest, a
// full and a read-only disk, clocks that jump, publishers that are away or answer nonsense, ClickHouse restarted under load,
// slow and many clients, little memory. Each test ends with the same questions: is a figure lost, is one there twice, was one
// ever half shown, and how long did it take until all was well again without a hand being raised. A table of the answers is
// printed at the end.
//
// There are no fault points in the program. Ingest speaks to its store through an interface and reads its payloads through
// another; the tests stand in between, in processes of their own, and kill from there. So the points cost nothing and cannot
// be reached where the program is used.
package faults
