-- Cells that stand in the delivery more than once.
SELECT any(indicator), any(variant), any(area), any(period), any(sex), any(age), any(breakdown),
       arraySort(groupArray(10)(line)) AS lines, uniqExact(content) AS contents
FROM {table:Identifier}
GROUP BY cell
HAVING count() > 1
ORDER BY lines[1]
LIMIT 101
SETTINGS max_bytes_before_external_group_by = 500000000
