COPY (
    SELECT indicator, panel, series, kind, period_from, period_to, period_stated, codes, status, value, bound,
        lower_limit, upper_limit, confidence_level, interval_method, unit, marks, coverage, numerator,
        denominator, note, citations, source_rows, ordinal
    FROM observations
    WHERE %s
    ORDER BY ALL
) TO %s (FORMAT parquet, COMPRESSION zstd)
