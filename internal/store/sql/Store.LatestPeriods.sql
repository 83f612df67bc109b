-- The latest period that each dataset has a visible value for.
SELECT dataset, argMax(period, (period_end, release))
FROM
(
    SELECT dataset, period, period_end, missing, release FROM observation
    WHERE release IN (SELECT seq FROM release FINAL WHERE outcome = 'published' AND withdrawn_at = 0)
    ORDER BY release DESC
    LIMIT 1 BY dataset, cell
)
WHERE missing != 'deleted'
GROUP BY dataset
