-- +goose Up
-- What disclosure control did to a release: how many cells it looked at and how many it emptied, by reason. A release of
-- figures that were published already has no line. Reasons are for the operator and stand on no page.
CREATE TABLE IF NOT EXISTS {{.Local "withheld"}}{{.On}}
(
    release UInt64,
    dataset LowCardinality(String),
    reason  LowCardinality(String),
    cells   UInt64
)
ENGINE = {{.Kept "ReplacingMergeTree"}}
ORDER BY (release, reason);
{{.Distributed "withheld"}}