-- +goose Up
-- Briefings as they were published. A line is written once and never again: a correction is a new version that names the
-- one it corrects. body is the frozen briefing, hash its SHA-256.
CREATE TABLE IF NOT EXISTS {{.Local "briefing"}}{{.On}}
(
    id        LowCardinality(String),
    version   UInt32,
    corrects  UInt32,
    title_sv  String,
    title_en  String,
    number    String,
    as_of     DateTime64(6, 'UTC'),
    published DateTime64(6, 'UTC'),
    program   String,
    hash      FixedString(64),
    body      String CODEC(ZSTD(3))
)
ENGINE = {{.Kept "MergeTree"}}
ORDER BY (id, version, published);
{{.Distributed "briefing"}}