-- Cells of an indicator whose value, or reason for having none, a later release changed.
SELECT indicator, variant, area, period, sex, age, breakdown, dataset,
       old.1 AS old_value, value, old.2 AS old_missing, missing, old.3 AS old_source, source,
       release, old.4 AS old_release, publish_at, old.5 AS old_publish_at
FROM
(
    SELECT *, lagInFrame((value, missing, source, release, publish_at)) OVER
               (PARTITION BY dataset, cell ORDER BY release ASC ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS old,
           row_number() OVER (PARTITION BY dataset, cell ORDER BY release ASC) AS vintage
    FROM observation AS o
    INNER JOIN
    (
        SELECT seq, publish_at FROM release FINAL
        WHERE outcome = 'published' AND publish_at <= {as_of:DateTime64(6, 'UTC')}
          AND (withdrawn_at = 0 OR withdrawn_at > {as_of:DateTime64(6, 'UTC')})
    ) AS r ON r.seq = o.release
    WHERE indicator = {indicator:String}
)
WHERE vintage > 1 AND (missing != old_missing OR (missing = '' AND value != old_value))
ORDER BY release DESC, variant, area, period_start, period, sex, age, breakdown
