// Package protect keeps small counts of a delivery from being published: it puts the counts of an indicator into tables
// with their totals (areas in areas, both sexes, ages, periods in periods), has stats/disclosure say which cells must be
// hidden, and empties them. It works on the whole delivery, before any of it is stored.
//
// It owns which counts add up to which. It may import schema and stats; it does no I/O.
package protect
