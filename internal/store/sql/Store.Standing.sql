-- How each dataset stands by the ledger. A run's own time is when it began; a line that cleared a dead run away has none, and
-- dry runs are not counted as attempts.
WITH line AS
(
    SELECT *, if(fetched = 0, recorded, fetched) AS began,
           outcome IN ('published', 'unchanged') AS good,
           outcome IN ('failed', 'refused') OR outcome = 'abandoned' AND reason = 'the run ended before it was done' AS bad
    FROM release FINAL
    WHERE NOT (outcome = 'abandoned' AND reason = 'dry run')
)
SELECT dataset,
       maxIf(began, good) AS last_success,
       max(began) AS last_attempt,
       maxIf(publish_at, outcome = 'published' AND withdrawn_at = 0 AND publish_at <= now64(6)) AS last_published,
       argMaxIf(source_updated, seq, outcome = 'published' AND withdrawn_at = 0 AND publish_at <= now64(6)) AS source_updated,
       countIf(bad AND seq > good_seq) AS failures,
       countIf(outcome = 'held') AS held,
       argMaxIf(rows_rejected, seq, outcome IN ('published', 'unchanged', 'held', 'refused')) AS rejected
FROM line
INNER JOIN (SELECT dataset, maxIf(seq, good) AS good_seq FROM line GROUP BY dataset) AS newest USING (dataset)
GROUP BY dataset
ORDER BY dataset
