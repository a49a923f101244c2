-- One row for each observation. What has parts (codes, marks, coverage, citations, rows) is JSON text, so that
-- every reader of Parquet can open the file; value is empty where the status is not reported.
CREATE TABLE observations (
    indicator VARCHAR NOT NULL,
    panel VARCHAR NOT NULL,
    series VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    period_from DATE,
    period_to DATE,
    period_stated VARCHAR NOT NULL,
    codes VARCHAR,
    status VARCHAR NOT NULL,
    value DOUBLE,
    bound VARCHAR NOT NULL,
    lower_limit DOUBLE,
    upper_limit DOUBLE,
    confidence_level DOUBLE,
    interval_method VARCHAR,
    unit VARCHAR NOT NULL,
    marks VARCHAR,
    coverage VARCHAR,
    numerator DOUBLE NOT NULL,
    denominator DOUBLE NOT NULL,
    note VARCHAR NOT NULL,
    citations VARCHAR,
    source_rows VARCHAR,
    ordinal INTEGER NOT NULL
)
