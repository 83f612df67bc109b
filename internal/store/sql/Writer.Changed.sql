INSERT INTO observation
    (dataset, release, indicator, variant, area, period, period_start, period_end, sex, age, breakdown, value, missing, symbol, flags,
     lower, upper, source, citation, url, note, cell, content)
SELECT {dataset:String}, {release:UInt64}, indicator, variant, area, period, period_start, period_end, sex, age, breakdown, value,
       missing, symbol, flags, lower, upper, source, citation, url, note, cell, content
FROM {table:Identifier}
WHERE (cell, content) NOT IN
(
    SELECT cell, argMax((content, missing), release).1
    FROM observation
    WHERE dataset = {dataset:String}
      AND release IN (SELECT seq FROM release FINAL WHERE dataset = {dataset:String} AND outcome = 'published' AND withdrawn_at = 0)
    GROUP BY cell
    HAVING argMax((content, missing), release).2 != 'deleted'
)
