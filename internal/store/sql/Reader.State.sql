WITH visible AS
(
    SELECT seq, publish_at, rows_changed, min(publish_at) OVER (PARTITION BY dataset) AS first_at
    FROM release FINAL
    WHERE outcome = 'published' AND publish_at <= {as_of:DateTime64(6, 'UTC')}
      AND (withdrawn_at = 0 OR withdrawn_at > {as_of:DateTime64(6, 'UTC')})
)
SELECT (SELECT max(seq) FROM visible),
       (SELECT max(publish_at) FROM visible),
       (SELECT min(publish_at) FROM release FINAL WHERE outcome = 'published'),
       (SELECT count() FROM release FINAL WHERE withdrawn_at != 0 AND withdrawn_at <= {as_of:DateTime64(6, 'UTC')}),
       (SELECT sum(rows_changed) FROM visible
        WHERE publish_at > {as_of:DateTime64(6, 'UTC')} - INTERVAL 30 DAY
          AND publish_at > first_at + INTERVAL 1 DAY) -- editions that came in together are history, no news
