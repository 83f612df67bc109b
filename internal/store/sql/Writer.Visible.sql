-- What is visible now of indicators, of each dataset by itself: the newest row of a cell counts, and a deletion hides it.
SELECT dataset, release, indicator, variant, area, period, sex, age, breakdown, value, missing, flags
FROM
(
    SELECT * FROM observation
    WHERE indicator IN {indicators:Array(String)}
      AND release IN
      (
          SELECT seq FROM release FINAL
          WHERE outcome = 'published' AND withdrawn_at = 0 AND publish_at <= now64(6)
      )
    ORDER BY release DESC
    LIMIT 1 BY dataset, cell
)
WHERE missing != 'deleted'
ORDER BY dataset, indicator, variant, area, period_start, period, sex, age, breakdown
