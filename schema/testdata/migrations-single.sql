-- 00001_ledger.sql
-- +goose Up
-- The ledger: a line per run of ingest. A later line with the same seq replaces an earlier one.
CREATE TABLE IF NOT EXISTS release
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
ENGINE = ReplacingMergeTree(version)
ORDER BY seq;

CREATE TABLE IF NOT EXISTS artifact
(
    release UInt64,
    name    String,
    sha256  FixedString(64),
    size    UInt64,
    stored  UInt64,
    path    String
)
ENGINE = ReplacingMergeTree
ORDER BY (release, name);

CREATE TABLE IF NOT EXISTS reject
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
ENGINE = MergeTree
ORDER BY (dataset, release, file, line);

-- 00002_observation.sql
-- +goose Up
-- Append-only, with two times: the period that a value is about and the release that we learnt it from. cell identifies
-- what the value is about, content what was said of it; two rows with equal cells are two vintages of one figure.
CREATE TABLE IF NOT EXISTS observation
(
    dataset      LowCardinality(String),
    release      UInt64 CODEC(Delta, LZ4),
    indicator    LowCardinality(String),
    variant      LowCardinality(String),
    area         LowCardinality(String),
    period       LowCardinality(String),
    period_start Date32,
    period_end   Date32,
    sex          LowCardinality(String),
    age          LowCardinality(String),
    breakdown    LowCardinality(String),
    value        Float64,
    missing      LowCardinality(String),
    symbol       LowCardinality(String),
    flags        LowCardinality(String),
    lower        Nullable(Float64),
    upper        Nullable(Float64),
    source       LowCardinality(String),
    citation     LowCardinality(String),
    url          LowCardinality(String),
    note         LowCardinality(String),
    cell         UInt128 DEFAULT reinterpretAsUInt128(sipHash128(indicator, variant, area, period, sex, age, breakdown)),
    content      UInt64 DEFAULT sipHash64(value, missing, symbol, flags, ifNull(lower, nan), ifNull(upper, nan), source, citation, url, note)
)
ENGINE = MergeTree
ORDER BY (indicator, area, dataset, variant, sex, age, breakdown, period_start, period, release);

-- 00003_briefing.sql
-- +goose Up
-- Briefings as they were published. A line is written once and never again: a correction is a new version that names the
-- one it corrects. body is the frozen briefing, hash its SHA-256.
CREATE TABLE IF NOT EXISTS briefing
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
ENGINE = MergeTree
ORDER BY (id, version, published);

-- 00004_recompute.sql
-- +goose Up
-- What a release's content hash is made of beside its payloads' own hashes: the recipe they were decoded by, and their
-- order. part counts from 1; lines that were written before this have 0.
ALTER TABLE release ADD COLUMN IF NOT EXISTS recipe String;

ALTER TABLE artifact ADD COLUMN IF NOT EXISTS part UInt32;

-- 00005_withheld.sql
-- +goose Up
-- What disclosure control did to a release: how many cells it looked at and how many it emptied, by reason. A release of
-- figures that were published already has no line. Reasons are for the operator and stand on no page.
CREATE TABLE IF NOT EXISTS withheld
(
    release UInt64,
    dataset LowCardinality(String),
    reason  LowCardinality(String),
    cells   UInt64
)
ENGINE = ReplacingMergeTree
ORDER BY (release, reason);

