-- What is visible of datasets now: the newest row of each cell of each dataset counts, and a deletion hides the cell.
SELECT dataset, maxIf(ends, said = ''), count(), countIf(startsWith(said, 'suppressed'))
FROM
(
    SELECT dataset, cell, any(period_end) AS ends, argMax(missing, release) AS said
    FROM observation
    WHERE (empty({datasets:Array(String)}) OR dataset IN {datasets:Array(String)})
      AND release IN
      (
          SELECT seq FROM release FINAL
          WHERE outcome = 'published' AND withdrawn_at = 0 AND publish_at <= now64(6)
      )
    GROUP BY dataset, cell
)
WHERE said != 'deleted'
GROUP BY dataset
ORDER BY dataset
SETTINGS max_bytes_before_external_group_by = 300000000
