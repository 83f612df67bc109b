// Package schema is the vocabulary that every other room speaks: indicators and their catalogue, areas, periods,
// sex and age, observations with two times, releases, and the reasons why a value is missing.
//
// It owns the catalogue in YAML, the area codes and the SQL migrations, all embedded. It may import the standard
// library and a YAML decoder; it does no I/O beyond its own embedded files, and knows neither HTTP nor ClickHouse.
package schema
