-- Which areas each indicator has a value for, by the rule of Reader.Series: of each dataset's rows for a cell the newest
-- counts, and where two datasets give one cell, the newer release.
SELECT indicator, groupUniqArray(area) AS areas
FROM
(
    SELECT indicator, area, missing FROM
    (
        SELECT indicator, area, missing, cell, release FROM observation
        WHERE release IN
        (
            SELECT seq FROM release FINAL
            WHERE outcome = 'published' AND publish_at <= {as_of:DateTime64(6, 'UTC')}
              AND (withdrawn_at = 0 OR withdrawn_at > {as_of:DateTime64(6, 'UTC')})
        )
        ORDER BY release DESC
        LIMIT 1 BY dataset, cell
    )
    WHERE missing != 'deleted'
    ORDER BY release DESC
    LIMIT 1 BY cell
)
WHERE missing = ''
GROUP BY indicator
ORDER BY indicator
