-- What a held release would change, as old -> new: its own rows against what is visible of its dataset now.
WITH visible AS
(
    SELECT cell, value, missing FROM observation
    WHERE dataset = {dataset:String}
      AND release IN (SELECT seq FROM release FINAL WHERE dataset = {dataset:String} AND outcome = 'published' AND withdrawn_at = 0)
    ORDER BY release DESC
    LIMIT 1 BY cell
)
SELECT h.indicator, h.variant, h.area, h.period, h.sex, h.age, h.breakdown,
       multiIf(h.missing = 'deleted', 'deleted', v.cell = 0, 'new', 'changed') AS kind,
       v.value, v.missing, h.value, h.missing
FROM (SELECT * FROM observation WHERE dataset = {dataset:String} AND release = {release:UInt64}) AS h
LEFT JOIN (SELECT * FROM visible WHERE missing != 'deleted') AS v ON h.cell = v.cell
ORDER BY kind, h.indicator, h.area, h.period_start, h.period
LIMIT {limit:UInt64}
