// Package dashboard is what people see: pages in Swedish and English, charts, tables and downloads.
//
// It owns routes, templates, styles and the choice of what a page shows. It may import schema, stats, fiber and (in
// chart alone) go-echarts; never ingest or a ClickHouse driver: what it needs of a store is the interface Reader.
// A page is built of panels; each loads its own data under its own deadline and has its own error, so that one slow query
// never takes the page. No script or style stands in a page: the content security policy forbids it.
package dashboard
