SELECT seq, dataset, outcome, content_hash, fetched, source_updated, publish_at, withdrawn_at, reason,
       rows_read, rows_new, rows_changed, rows_deleted, rows_unchanged, rows_rejected, program, recorded, recipe
FROM release FINAL
WHERE (empty({datasets:Array(String)}) OR dataset IN {datasets:Array(String)})
ORDER BY seq DESC
LIMIT {limit:UInt64}
