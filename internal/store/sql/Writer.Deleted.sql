INSERT INTO observation
    (dataset, release, indicator, variant, area, period, period_start, period_end, sex, age, breakdown, value, missing, symbol, flags,
     lower, upper, source, citation, url, note)
SELECT dataset, {release:UInt64}, indicator, variant, area, period, period_start, period_end, sex, age, breakdown, 0, 'deleted', '', '',
       NULL, NULL, source, citation, url, note
FROM
(
    SELECT * FROM observation
    WHERE dataset = {dataset:String}
      AND release IN (SELECT seq FROM release FINAL WHERE dataset = {dataset:String} AND outcome = 'published' AND withdrawn_at = 0)
    ORDER BY release DESC
    LIMIT 1 BY cell
)
WHERE missing != 'deleted' AND cell NOT IN (SELECT cell FROM {table:Identifier})
