-- Words of records that are not yet in search_term (src/record/pending.h): one row a record, so that
-- a new record writes one place and not one for each word. Searches read both tables.
CREATE TABLE search_pending (
	firm_id BIGINT NOT NULL, -- whose
	kind TEXT NOT NULL,      -- of the record
	id BIGINT NOT NULL,      -- the record
	terms TEXT NOT NULL,     -- JSON array: all words of the record, folded
	PRIMARY KEY (firm_id, kind, id)
) {{by_key}};
