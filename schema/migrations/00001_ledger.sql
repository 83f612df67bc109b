-- +goose Up
-- The ledger: a line per run of ingest. A later line with the same seq replaces an earlier one.
CREATE TABLE IF NOT EXISTS {{.Local "release"}}{{.On}}
(
    seq            UInt64,
    version        UInt64,
    dataset        LowCardinality(String),
    outcome        LowCardinality(String),
    content_hash   String,
    fetched        DateTime64(6, 'UTC'),
    source_updated DateTime64(6, 'UTC'),
    publish_at     DateTime64(6, 'UTC'),
    withdrawn_at   DateTime64(6, 'UTC'),
    reason         String,
    rows_read      UInt64,
    rows_new       UInt64,
    rows_changed   UInt64,
    rows_deleted   UInt64,
    rows_unchanged UInt64,
    rows_rejected  UInt64,
    program        String,
    recorded       DateTime64(6, 'UTC')
)
ENGINE = {{.Kept "ReplacingMergeTree" "version"}}
ORDER BY seq;
{{.Distributed "release"}}
CREATE TABLE IF NOT EXISTS {{.Local "artifact"}}{{.On}}
(
    release UInt64,
    name    String,
    sha256  FixedString(64),
    size    UInt64,
    stored  UInt64,
    path    String
)
ENGINE = {{.Kept "ReplacingMergeTree"}}
ORDER BY (release, name);
{{.Distributed "artifact"}}
CREATE TABLE IF NOT EXISTS {{.Local "reject"}}{{.On}}
(
    dataset LowCardinality(String),
    release UInt64,
    file    String,
    line    UInt64,
    column  UInt32,
    raw     String,
    reason  LowCardinality(String),
    detail  String
)
ENGINE = {{.Kept "MergeTree"}}
ORDER BY (dataset, release, file, line);
{{.Distributed "reject"}}