-- Cells that stand in the delivery more than once. The cells are found by their hash alone; only those found are then
-- looked at in full.
WITH twice AS
(
    SELECT cell FROM {table:Identifier}
    GROUP BY cell
    HAVING count() > 1
    LIMIT 101
    SETTINGS max_bytes_before_external_group_by = 500000000
)
SELECT any(indicator), any(variant), any(area), any(period), any(sex), any(age), any(breakdown),
       arraySort(groupArray(10)(line)) AS lines, uniqExact(content) AS contents
FROM {table:Identifier}
WHERE cell IN twice
GROUP BY cell
ORDER BY lines[1]
