-- Releases that count and whose stored rows are not as many as the ledger says; and rows of releases that have no line.
SELECT if(l.seq != 0, l.seq, o.release), l.dataset, l.rows_new + l.rows_changed + l.rows_deleted AS said, o.n AS stored
FROM (SELECT seq, dataset, rows_new, rows_changed, rows_deleted FROM release FINAL WHERE outcome IN ('published', 'held')) AS l
FULL JOIN (SELECT release, count() AS n FROM observation WHERE release NOT IN (SELECT seq FROM release FINAL WHERE outcome NOT IN ('published', 'held')) GROUP BY release) AS o
    ON o.release = l.seq
WHERE said != stored
ORDER BY 1
