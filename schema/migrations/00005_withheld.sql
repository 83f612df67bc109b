-- +goose Up
-- What disclosure control did to a release: how many cells it looked at and how many it emptied, by reason; or who had
-- published the figures before, so that they passed untouched. Reasons are for the operator and stand on no page.
CREATE TABLE IF NOT EXISTS withheld
(
    release UInt64,
    dataset LowCardinality(String),
    reason  LowCardinality(String),
    cells   UInt64,
    note    String
)
ENGINE = ReplacingMergeTree
ORDER BY (release, reason);
