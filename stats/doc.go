// Package stats is epidemiology as pure functions: intervals, standardisation, trends, tests, and, in its
// subpackages, process control and early warning (stats/process), before-and-after designs (stats/effect) and
// disclosure control (stats/disclosure).
//
// It owns every formula that a page shows. It may import the standard library and gonum; it never does I/O, never
// takes a context and knows nothing of the catalogue, of ClickHouse or of pages. A function returns a typed result
// or an *Error; it never returns NaN or an infinity and never panics.
package stats
