-- No primary key, unique constraint, foreign key or index: DuckDB 1.5.6 loses committed rows from index look-ups
-- after a crash. Keys are checked by our own queries. Nothing in these tables is ever updated or deleted, but for
-- the text of erased rows.

-- What was received: one row for each export, with its balance.
CREATE TABLE batches (
    seq          INTEGER   NOT NULL, -- order of receipt, from 1
    id           VARCHAR   NOT NULL, -- b0001
    feed         VARCHAR   NOT NULL,
    dataset      VARCHAR   NOT NULL,
    file         VARCHAR   NOT NULL,
    sha256       VARCHAR   NOT NULL,
    bytes        BIGINT    NOT NULL,
    received_at  TIMESTAMP NOT NULL, -- UTC
    received_by  VARCHAR   NOT NULL,
    rows_read    BIGINT    NOT NULL,
    accepted     BIGINT    NOT NULL,
    quarantined  BIGINT    NOT NULL,
    duplicates   BIGINT    NOT NULL,
    set_aside    BIGINT    NOT NULL,
    records      BIGINT    NOT NULL,
    verb         VARCHAR   NOT NULL, -- replace, add, correct, fix
    replaces     BOOLEAN   NOT NULL, -- whether earlier records of its periods become history
    reason       VARCHAR   NOT NULL, -- why, for a correction
    parent       INTEGER   NOT NULL, -- for fix: the batch whose rows come back; else itself
    header       VARCHAR   NOT NULL  -- JSON: the sender's own columns
);

-- The periods that the records of a batch cover: a later batch that replaces a period makes these records history.
CREATE TABLE batch_periods (
    seq         INTEGER NOT NULL,
    period_from DATE, -- empty where the source gives no beginning
    period_to   DATE NOT NULL
);

-- Rows set aside by rule, with the reason and their number.
CREATE TABLE batch_asides (
    seq    INTEGER NOT NULL,
    reason VARCHAR NOT NULL,
    n      BIGINT  NOT NULL
);

-- Rows that could not be used, as they stand in the export, and what is wrong with them.
CREATE TABLE quarantine (
    seq    INTEGER NOT NULL,
    line   BIGINT  NOT NULL,
    text   VARCHAR NOT NULL,
    cells  VARCHAR NOT NULL, -- the cells in the sender's columns, packed (quarantine.go)
    issues VARCHAR NOT NULL  -- what is wrong, packed
);

-- What happened to a batch afterwards: withdrawn, or its bytes erased.
CREATE TABLE batch_events (
    seq    INTEGER   NOT NULL,
    kind   VARCHAR   NOT NULL, -- withdrawn, erased
    happened_at TIMESTAMP NOT NULL, -- UTC
    done_by VARCHAR NOT NULL,
    reason VARCHAR   NOT NULL
);

-- Which table holds the records of a data set, and the shape it was made for.
CREATE TABLE record_tables (
    dataset    VARCHAR NOT NULL,
    table_name VARCHAR NOT NULL,
    shape      VARCHAR NOT NULL
);
