WITH visible AS
(
    SELECT seq, publish_at, rows_changed
    FROM release FINAL
    WHERE outcome = 'published' AND publish_at <= {as_of:DateTime64(6, 'UTC')}
      AND (withdrawn_at = 0 OR withdrawn_at > {as_of:DateTime64(6, 'UTC')})
)
SELECT (SELECT max(seq) FROM visible),
       (SELECT max(publish_at) FROM visible),
       (SELECT min(publish_at) FROM release FINAL WHERE outcome = 'published'),
       (SELECT count() FROM release FINAL WHERE withdrawn_at != 0 AND withdrawn_at <= {as_of:DateTime64(6, 'UTC')}),
       (SELECT sum(rows_changed) FROM visible WHERE publish_at > {as_of:DateTime64(6, 'UTC')} - INTERVAL 30 DAY)
