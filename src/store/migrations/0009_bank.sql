-- Bank statements and reconciliations.

-- Bank statement: model/bank_statement.toml
CREATE TABLE kind_bank_statement (
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
	account TEXT, -- ledger account; null: not given
	bank_account TEXT, -- account number; null: not given
	bank TEXT, -- bank; null: not given
	currency TEXT, -- currency; null: not given
	first_day_day BIGINT, -- day number; first day; null: not given
	last_day_day BIGINT, -- day number; last day; null: not given
	opening_minor BIGINT, -- minor units; opening balance; null: not given
	opening_currency TEXT, -- ISO 4217; opening balance; null: not given
	closing_minor BIGINT, -- minor units; closing balance; null: not given
	closing_currency TEXT, -- ISO 4217; closing balance; null: not given
	lines BIGINT, -- lines; null: not given
	rejected BIGINT, -- rejected; null: not given
	recognised TEXT, -- what was recognised; null: not given
	problem TEXT, -- what went wrong; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX kind_bank_statement_number ON kind_bank_statement (firm_id, number);
CREATE INDEX kind_bank_statement_client ON kind_bank_statement (firm_id, client_id, last_day_day, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_bank_statement_owner ON kind_bank_statement (firm_id, owner_id, last_day_day, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_bank_statement_due ON kind_bank_statement (firm_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_bank_statement_list ON kind_bank_statement (firm_id, last_day_day, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_bank_statement_archived ON kind_bank_statement (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;

-- Reconciliation: model/reconciliation.toml
CREATE TABLE kind_reconciliation (
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
	statement_id BIGINT NOT NULL, -- id; statement
	account TEXT NOT NULL, -- ledger account
	as_of_day BIGINT NOT NULL, -- day number; as of
	book_balance_minor BIGINT, -- minor units; balance in the books; null: not given
	book_balance_currency TEXT, -- ISO 4217; balance in the books; null: not given
	bank_balance_minor BIGINT, -- minor units; balance of the statement; null: not given
	bank_balance_currency TEXT, -- ISO 4217; balance of the statement; null: not given
	adjusted_difference_minor BIGINT, -- minor units; difference after adjustment; null: not given
	adjusted_difference_currency TEXT, -- ISO 4217; difference after adjustment; null: not given
	matched BIGINT, -- matched; null: not given
	open_book BIGINT, -- open in the books; null: not given
	open_bank BIGINT, -- open at the bank; null: not given
	decisions TEXT, -- decisions of people; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX kind_reconciliation_number ON kind_reconciliation (firm_id, number);
CREATE INDEX kind_reconciliation_client ON kind_reconciliation (firm_id, client_id, as_of_day, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_reconciliation_owner ON kind_reconciliation (firm_id, owner_id, as_of_day, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_reconciliation_due ON kind_reconciliation (firm_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_reconciliation_list ON kind_reconciliation (firm_id, as_of_day, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_reconciliation_archived ON kind_reconciliation (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;
