-- Of each dataset and year: how many figures are visible at as_of, how many of them have a reason in place of a value, and
-- how many of those are suppressed.
SELECT dataset, indicator, toYear(period_start) AS year, count() AS cells, countIf(missing != '') AS absent,
       countIf(startsWith(missing, 'suppressed')) AS suppressed, argMax(period, (period_end, period)) AS latest,
       arraySort(groupUniqArray(splitByChar('-', toString(area))[1])) AS countries
FROM
(
    SELECT dataset, indicator, missing, area, period, period_start, period_end FROM observation
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
GROUP BY dataset, indicator, year
ORDER BY dataset, indicator, year
