// Package ingest gets data in, honestly: it keeps the raw payload under its hash, reads it, holds every row against the
// catalogue, compares it with what is visible, stores what is new, changed or gone, and publishes that in one step.
//
// It owns connectors, validation, quarantine and the order of those steps. It may import schema and, for disclosure
// control, stats; it never imports dashboard or a ClickHouse driver: what it needs of a store is the interface Writer.
package ingest
