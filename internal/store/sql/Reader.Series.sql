-- Every figure that was visible at as_of: of each dataset's rows for a cell the newest counts, and a deletion hides the
-- cell; where two datasets give one cell, the newer release counts.
SELECT dataset, release, indicator, variant, area, period, sex, age, breakdown, value, missing, symbol, flags, lower, upper,
       source, citation, url, note, publish_at
FROM
(
    SELECT *
    FROM
    (
        SELECT * FROM observation
        WHERE (empty({indicators:Array(String)}) OR indicator IN {indicators:Array(String)})
          AND (empty({areas:Array(String)}) OR area IN {areas:Array(String)})
          AND (NOT {yearly:Bool} OR match(period, '^[0-9]{4}(-[0-9]{2}-[0-9]{2})?$'))
          AND release IN
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
) AS o
INNER JOIN (SELECT seq, publish_at FROM release FINAL WHERE outcome = 'published') AS r ON r.seq = o.release
ORDER BY indicator, variant, area, breakdown, sex, age, period_start, period
