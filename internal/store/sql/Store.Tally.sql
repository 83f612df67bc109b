SELECT (SELECT count() FROM observation WHERE dataset = {dataset:String}),
       (SELECT uniqExact(cell) FROM observation WHERE dataset = {dataset:String} AND missing != 'deleted'
          AND release IN (SELECT seq FROM release FINAL WHERE dataset = {dataset:String} AND outcome = 'published' AND withdrawn_at = 0))
