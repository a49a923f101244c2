-- What a batch stands for, where it says so: a whole span, also the days and periods of it for which it has no record.
ALTER TABLE batches ADD COLUMN covers_from DATE;
ALTER TABLE batches ADD COLUMN covers_to DATE;

-- A period of a batch that replaces can be a whole span, and can be limited to the records with the same texts in some
-- fields, such as those of one agency.
ALTER TABLE batch_periods ADD COLUMN whole BOOLEAN;       -- every period inside the span, and not only the same one
ALTER TABLE batch_periods ADD COLUMN scope_fields VARCHAR; -- names of fields, parted by commas; empty for all records
ALTER TABLE batch_periods ADD COLUMN scope VARCHAR;        -- the texts in these fields, parted by the character 31
