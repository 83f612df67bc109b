CREATE TABLE {table:Identifier}
(
    indicator String, variant String, area String, period String, period_start Date32, period_end Date32,
    sex String, age String, breakdown String, value Float64, missing String, symbol String, flags String,
    lower Nullable(Float64), upper Nullable(Float64), source String, citation String, url String, note String,
    line UInt64,
    cell UInt128 DEFAULT reinterpretAsUInt128(sipHash128(indicator, variant, area, period, sex, age, breakdown)),
    content UInt64 DEFAULT sipHash64(value, missing, symbol, flags, ifNull(lower, nan), ifNull(upper, nan), source, citation, url, note)
)
ENGINE = MergeTree ORDER BY tuple()
