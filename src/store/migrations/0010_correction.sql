-- Corrections.

-- Correction: model/correction.toml
CREATE TABLE kind_correction (
	firm_id BIGINT NOT NULL, -- of which firm
	id BIGINT NOT NULL, -- made by the server, ordered by time
	version BIGINT NOT NULL, -- from 1; the ETag
	number TEXT, -- by the pattern of the kind; null: the kind has none
	state TEXT NOT NULL, -- by name
	owner_id BIGINT, -- user in charge; null: nobody
	client_id BIGINT, -- client it is about; null: none
	team_id BIGINT, -- team it is of; null: none
	restricted BIGINT NOT NULL, -- 1: need-to-know
	created_at_us BIGINT NOT NULL, -- microseconds UTC
	created_by TEXT NOT NULL, -- actor, as in events
	changed_at_us BIGINT NOT NULL, -- microseconds UTC
	changed_by TEXT NOT NULL, -- actor, as in events
	archived_at_us BIGINT, -- microseconds UTC; null: not archived
	due_at_us BIGINT, -- microseconds UTC; null: no due time
	name TEXT NOT NULL, -- correction
	case_id BIGINT NOT NULL, -- id; case
	books_id BIGINT NOT NULL, -- id; set of books
	import_id BIGINT, -- id; based on import; null: not given
	method TEXT NOT NULL, -- method
	vouchers TEXT NOT NULL, -- vouchers
	basis TEXT, -- basis; null: not given
	finding TEXT, -- fingerprint; null: not given
	simulated TEXT, -- simulation; null: not given
	posted_on_day BIGINT, -- day number; posted on; null: not given
	posted_numbers TEXT, -- numbers given; null: not given
	seen_in_id BIGINT, -- id; seen in import; null: not given
	missing TEXT, -- what is missing; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX kind_correction_number ON kind_correction (firm_id, number);
CREATE INDEX kind_correction_client ON kind_correction (firm_id, client_id, created_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_correction_owner ON kind_correction (firm_id, owner_id, created_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_correction_method ON kind_correction (firm_id, method, created_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_correction_due ON kind_correction (firm_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_correction_list ON kind_correction (firm_id, created_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_correction_archived ON kind_correction (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;
-- Which corrections the next import must contain.
CREATE INDEX kind_correction_books ON kind_correction (firm_id, books_id, id) WHERE archived_at_us IS NULL;
