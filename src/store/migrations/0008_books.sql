-- Sets of books and what is imported into them.

-- Set of books: model/books.toml
CREATE TABLE kind_books (
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
	name TEXT NOT NULL, -- name
	year BIGINT NOT NULL, -- fiscal year
	standard TEXT, -- accounting standard; null: not given
	currency TEXT NOT NULL, -- base currency
	software TEXT, -- bookkeeping software; null: not given
	mapping TEXT, -- mapping; null: not given
	current_import_id BIGINT, -- id; current import; null: not given
	last_run_id BIGINT, -- id; last run; null: not given
	open_period TEXT, -- first open period; null: not given
	health TEXT, -- health grade; null: not given
	health_reason TEXT, -- why this grade; null: not given
	live_findings BIGINT, -- live findings; null: not given
	materiality_minor BIGINT, -- minor units; materiality; null: not given
	materiality_currency TEXT, -- ISO 4217; materiality; null: not given
	first_day_day BIGINT, -- day number; first day; null: not given
	last_day_day BIGINT, -- day number; last day; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX kind_books_number ON kind_books (firm_id, number);
CREATE INDEX kind_books_owner ON kind_books (firm_id, owner_id, client_id, year DESC, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_books_health ON kind_books (firm_id, health, client_id, year DESC, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_books_due ON kind_books (firm_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_books_list ON kind_books (firm_id, client_id, year DESC, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_books_archived ON kind_books (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;

-- Import: model/import.toml
CREATE TABLE kind_import (
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
	name TEXT NOT NULL, -- name
	books_id BIGINT NOT NULL, -- id; set of books
	mode TEXT NOT NULL, -- mode
	mapping TEXT, -- mapping; null: not given
	recognised TEXT, -- what was recognised; null: not given
	differences TEXT, -- differences; null: not given
	files BIGINT, -- files; null: not given
	records BIGINT, -- records read; null: not given
	rejected BIGINT, -- records rejected; null: not given
	vouchers BIGINT, -- vouchers; null: not given
	first_day_day BIGINT, -- day number; first day; null: not given
	last_day_day BIGINT, -- day number; last day; null: not given
	contents TEXT, -- hash of the files; null: not given
	before_id BIGINT, -- id; import before; null: not given
	problem TEXT, -- what went wrong; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX kind_import_number ON kind_import (firm_id, number);
CREATE INDEX kind_import_client ON kind_import (firm_id, client_id, created_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_import_owner ON kind_import (firm_id, owner_id, created_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_import_due ON kind_import (firm_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_import_list ON kind_import (firm_id, created_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_import_archived ON kind_import (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;
