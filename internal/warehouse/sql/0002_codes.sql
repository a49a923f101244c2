-- Records hold the place of a code in a list instead of its text. The lists only grow.
CREATE TABLE record_codes (
    table_name VARCHAR NOT NULL, -- as in record_tables
    field      VARCHAR NOT NULL,
    place      INTEGER NOT NULL, -- from 1
    code       VARCHAR NOT NULL
);

-- table_name is now a view with the texts of codes, of the table that is named here. A table that was made before this
-- holds the texts itself and is named by table_name; it can be read, and takes no more records.
ALTER TABLE record_tables ADD COLUMN stored VARCHAR DEFAULT '';
