-- Lines of the ledger that were written since a moment, with their rejected rows by reason.
SELECT r.seq, r.version, r.dataset, r.outcome, r.reason, r.withdrawn_at != 0, r.fetched, r.recorded,
       r.rows_read, r.rows_new, r.rows_changed, r.rows_deleted, r.rows_unchanged, r.rows_rejected,
       x.reasons, x.counts
FROM (SELECT * FROM release FINAL WHERE recorded > {since:DateTime64(6, 'UTC')} AND outcome != 'begun') AS r
LEFT JOIN
(
    SELECT release, groupArray(reason) AS reasons, groupArray(n) AS counts
    FROM
    (
        SELECT release, reason, count() AS n
        FROM reject
        WHERE release IN (SELECT seq FROM release FINAL WHERE recorded > {since:DateTime64(6, 'UTC')})
        GROUP BY release, reason
    )
    GROUP BY release
) AS x ON x.release = r.seq
ORDER BY r.version
