-- The ledger's published lines for the datasets that hold an indicator, newest first.
SELECT seq, dataset, outcome, content_hash, fetched, source_updated, publish_at, withdrawn_at, reason,
       rows_read, rows_new, rows_changed, rows_deleted, rows_unchanged, rows_rejected, program, recorded, recipe
FROM release FINAL
WHERE outcome = 'published' AND publish_at <= {as_of:DateTime64(6, 'UTC')}
  AND seq IN (SELECT DISTINCT release FROM observation WHERE indicator = {indicator:String})
ORDER BY seq DESC
