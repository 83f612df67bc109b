-- +goose Up
-- Append-only, with two times: the period that a value is about and the release that we learnt it from. cell identifies
-- what the value is about, content what was said of it; two rows with equal cells are two vintages of one figure.
CREATE TABLE IF NOT EXISTS {{.Local "observation"}}{{.On}}
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
ENGINE = {{.Sharded "MergeTree"}}
ORDER BY (indicator, area, dataset, variant, sex, age, breakdown, period_start, period, release);
{{.Distributed "observation" "cityHash64(indicator, area)"}}