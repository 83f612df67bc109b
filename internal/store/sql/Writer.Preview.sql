-- The cells that a delivery would change, as old -> new, for a dry run.
WITH visible AS
(
    SELECT * FROM observation
    WHERE dataset = {dataset:String}
      AND release IN (SELECT seq FROM release FINAL WHERE dataset = {dataset:String} AND outcome = 'published' AND withdrawn_at = 0)
    ORDER BY release DESC
    LIMIT 1 BY cell
)
SELECT if(s.cell != 0, s.indicator, v.indicator), if(s.cell != 0, s.variant, v.variant), if(s.cell != 0, s.area, v.area),
       if(s.cell != 0, s.period, v.period), if(s.cell != 0, s.sex, v.sex), if(s.cell != 0, s.age, v.age),
       if(s.cell != 0, s.breakdown, v.breakdown),
       if(v.cell = 0, 'new', if(s.cell = 0, 'deleted', 'changed')) AS kind,
       v.value, v.missing, s.value, s.missing
FROM {table:Identifier} AS s
FULL JOIN (SELECT * FROM visible WHERE missing != 'deleted') AS v ON s.cell = v.cell
WHERE s.content != v.content
ORDER BY kind, if(s.cell != 0, s.line, 0)
LIMIT {limit:UInt64}
