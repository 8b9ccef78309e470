-- Check runs and what people decided about findings.

-- Check run: model/run.toml
CREATE TABLE kind_run (
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
	import_id BIGINT, -- id; import; null: not given
	trigger TEXT NOT NULL, -- trigger
	as_of_day BIGINT, -- day number; as of; null: not given
	started_at_us BIGINT, -- microseconds UTC; started; null: not given
	ended_at_us BIGINT, -- microseconds UTC; ended; null: not given
	findings BIGINT, -- findings; null: not given
	new BIGINT, -- new; null: not given
	known BIGINT, -- known; null: not given
	gone BIGINT, -- gone; null: not given
	suppressed BIGINT, -- suppressed; null: not given
	opened BIGINT, -- cases opened; null: not given
	grade TEXT, -- health grade; null: not given
	reasons TEXT, -- reasons; null: not given
	result TEXT, -- hash of the result; null: not given
	problem TEXT, -- what went wrong; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX kind_run_number ON kind_run (firm_id, number);
CREATE INDEX kind_run_client ON kind_run (firm_id, client_id, created_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_run_owner ON kind_run (firm_id, owner_id, created_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_run_due ON kind_run (firm_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_run_list ON kind_run (firm_id, created_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_run_archived ON kind_run (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;

-- Suppression: model/suppression.toml
CREATE TABLE kind_suppression (
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
	books_id BIGINT, -- id; set of books; null: not given
	slug TEXT, -- check; null: not given
	fingerprint TEXT, -- fingerprint; null: not given
	voucher TEXT, -- voucher; null: not given
	account TEXT, -- account; null: not given
	party TEXT, -- party; null: not given
	grounds TEXT NOT NULL, -- why
	until_day BIGINT NOT NULL, -- day number; holds until
	from_case_id BIGINT, -- id; from case; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX kind_suppression_number ON kind_suppression (firm_id, number);
CREATE INDEX kind_suppression_client ON kind_suppression (firm_id, client_id, until_day, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_suppression_owner ON kind_suppression (firm_id, owner_id, until_day, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_suppression_due ON kind_suppression (firm_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_suppression_list ON kind_suppression (firm_id, until_day, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_suppression_archived ON kind_suppression (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;

-- Check parameter: model/check_setting.toml
CREATE TABLE kind_check_setting (
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
	slug TEXT NOT NULL, -- check
	param TEXT NOT NULL, -- parameter
	value TEXT NOT NULL, -- value
	reason TEXT, -- why; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE INDEX kind_check_setting_client ON kind_check_setting (firm_id, client_id, slug, param, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_check_setting_owner ON kind_check_setting (firm_id, owner_id, slug, param, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_check_setting_due ON kind_check_setting (firm_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_check_setting_list ON kind_check_setting (firm_id, slug, param, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_check_setting_archived ON kind_check_setting (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;
CREATE INDEX kind_run_books ON kind_run (firm_id, books_id, id);

-- What checks found in a set of books, once for each fingerprint, and what became of it.
CREATE TABLE findings (
	firm_id BIGINT NOT NULL, -- of which firm
	books_id BIGINT NOT NULL, -- set of books
	fingerprint TEXT NOT NULL, -- what it is about, 32 hex digits
	id BIGINT NOT NULL, -- made by the server
	client_id BIGINT NOT NULL, -- client of the books
	slug TEXT NOT NULL, -- check
	kind TEXT NOT NULL, -- message of the check; collapsed: one for many
	severity BIGINT NOT NULL, -- 0 info to 4 blocker
	certainty BIGINT NOT NULL, -- 0 fact, 1 indicator
	voucher TEXT NOT NULL, -- name of the voucher; '' = none
	account TEXT NOT NULL, -- code of the account; '' = none
	party TEXT NOT NULL, -- key of the party; '' = none
	period TEXT NOT NULL, -- 2026-03; '' = none
	day BIGINT, -- day number; null: none
	at_stake BIGINT NOT NULL, -- minor units of the base currency
	zh TEXT NOT NULL, -- message
	en TEXT NOT NULL, -- message
	facts TEXT NOT NULL, -- JSON: its numbers and names
	places TEXT NOT NULL, -- JSON: files and lines
	lines TEXT NOT NULL, -- JSON: the lines as they were when it was first found
	digest BIGINT NOT NULL, -- of what may change while it stays the same finding
	restricted BIGINT NOT NULL, -- 1: of a type for which few need to know
	state TEXT NOT NULL, -- live, gone, suppressed
	since_us BIGINT NOT NULL, -- when it became live the last time
	first_run_id BIGINT NOT NULL, -- run that found it first
	last_run_id BIGINT NOT NULL, -- run that found it last
	gone_run_id BIGINT, -- run that did not find it any more; null: it is there
	times_back BIGINT NOT NULL, -- how often it came back
	suppression_id BIGINT, -- decision by which it is suppressed; null: none
	case_id BIGINT, -- case that it belongs to; null: none
	PRIMARY KEY (firm_id, books_id, fingerprint)
) {{rows}};
CREATE UNIQUE INDEX findings_id ON findings (firm_id, id);
CREATE INDEX findings_list ON findings (firm_id, books_id, severity, id);
CREATE INDEX findings_case ON findings (firm_id, case_id, severity, id) WHERE case_id IS NOT NULL;
CREATE INDEX findings_run ON findings (firm_id, first_run_id, severity, id);
CREATE INDEX findings_gone ON findings (firm_id, gone_run_id, severity, id) WHERE gone_run_id IS NOT NULL;

-- The last run of each set of books and what it rested on; books 0: the last night of the firm.
CREATE TABLE check_states (
	firm_id BIGINT NOT NULL, -- of which firm
	books_id BIGINT NOT NULL, -- set of books; 0 = the firm
	run_id BIGINT NOT NULL, -- last run; 0 = none
	job_id BIGINT NOT NULL, -- its job; 0 = none
	basis TEXT NOT NULL, -- hash of all that the findings depend on; '' = not done
	again BIGINT NOT NULL, -- 1: asked for once more while it ran
	checked_at_us BIGINT NOT NULL, -- when it ended; of the firm: the day number of the last night
	PRIMARY KEY (firm_id, books_id)
) {{by_key}};

-- Cases of a set of books, as findings look for theirs.
CREATE INDEX kind_case_books ON kind_case (firm_id, books_id, id) WHERE books_id IS NOT NULL;
