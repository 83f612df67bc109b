-- Releases whose stored rows do not hash to what was written beside them.
SELECT release, any(dataset), countIf(cell != reinterpretAsUInt128(sipHash128(toString(indicator), toString(variant), toString(area), toString(period), toString(sex), toString(age), toString(breakdown)))) AS cells,
       countIf(content != sipHash64(value, toString(missing), toString(symbol), toString(flags), ifNull(lower, nan), ifNull(upper, nan), toString(source), toString(citation), toString(url), toString(note))) AS contents
FROM observation
GROUP BY release
HAVING cells + contents > 0
ORDER BY release
