-- Every version of every figure that was published by as_of, deletions and withdrawn releases included, oldest first: what
-- stood at any moment before can be read out of it.
SELECT dataset, release, indicator, variant, area, period, sex, age, breakdown, value, missing, symbol, flags, lower, upper,
       source, citation, url, note, publish_at, withdrawn_at
FROM
(
    SELECT * FROM observation
    WHERE indicator IN {indicators:Array(String)}
      AND (empty({areas:Array(String)}) OR area IN {areas:Array(String)})
) AS o
INNER JOIN
(
    SELECT seq, publish_at, withdrawn_at FROM release FINAL
    WHERE outcome = 'published' AND publish_at <= {as_of:DateTime64(6, 'UTC')}
) AS r ON r.seq = o.release
ORDER BY release, indicator, variant, area, breakdown, sex, age, period_start, period
