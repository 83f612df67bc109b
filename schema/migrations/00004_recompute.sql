-- +goose Up
-- What a release's content hash is made of beside its payloads' own hashes: the recipe they were decoded by, and their
-- order. part counts from 1; lines that were written before this have 0.
{{range .Tables "release"}}ALTER TABLE {{.}} ADD COLUMN IF NOT EXISTS recipe String;
{{end}}
{{range .Tables "artifact"}}ALTER TABLE {{.}} ADD COLUMN IF NOT EXISTS part UInt32;
{{end}}