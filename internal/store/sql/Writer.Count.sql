-- What the delivery is against what is visible of its dataset.
WITH visible AS
(
    SELECT cell, argMax((content, missing), release) AS last
    FROM observation
    WHERE dataset = {dataset:String}
      AND release IN (SELECT seq FROM release FINAL WHERE dataset = {dataset:String} AND outcome = 'published' AND withdrawn_at = 0)
    GROUP BY cell
    HAVING last.2 != 'deleted'
)
SELECT countIf(v.cell = 0) AS rows_new,
       countIf(s.cell != 0 AND v.cell != 0 AND s.content != v.last.1) AS rows_changed,
       countIf(s.cell = 0) AS rows_deleted,
       countIf(s.cell != 0 AND v.cell != 0 AND s.content = v.last.1) AS rows_unchanged
FROM (SELECT cell, content FROM {table:Identifier}) AS s
FULL JOIN visible AS v ON s.cell = v.cell
