-- The text of a rejected row is in the kept bytes, at its line; its cells are enough beside them.
ALTER TABLE quarantine DROP COLUMN text;
