// Package store reads and writes ClickHouse. It alone imports the driver: Writer serves ingest, Reader the dashboard.
//
// SQL lives in files named Type.Method.sql; values reach it as server-side parameters only. Every query has a deadline,
// and the same limit is set in the server, because a cancelled client does not stop a query by itself. It may import
// schema; it knows neither HTTP nor HTML.
package store
