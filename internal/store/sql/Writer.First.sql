-- The first delivery of a dataset: there is nothing to compare with, every row is new.
INSERT INTO observation
    (dataset, release, indicator, variant, area, period, period_start, period_end, sex, age, breakdown, value, missing, symbol, flags,
     lower, upper, source, citation, url, note, cell, content)
SELECT {dataset:String}, {release:UInt64}, indicator, variant, area, period, period_start, period_end, sex, age, breakdown, value,
       missing, symbol, flags, lower, upper, source, citation, url, note, cell, content
FROM {table:Identifier}
