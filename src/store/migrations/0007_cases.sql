-- Cases: exceptions from report to proved correction.

-- Case: model/case.toml
CREATE TABLE kind_case (
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
	name TEXT, -- exception; null: not given
	type_id BIGINT, -- id; type; null: not given
	books_id BIGINT, -- id; set of books; null: not given
	period TEXT, -- period; null: not given
	origin TEXT NOT NULL, -- origin
	reporter_id BIGINT, -- id; reporter; null: not given
	reported_by TEXT, -- reported by; null: not given
	occurred_on_day BIGINT, -- day number; happened on; null: not given
	found_at_us BIGINT, -- microseconds UTC; found at; null: not given
	place TEXT, -- place; null: not given
	persons TEXT, -- JSON array of texts; persons; null: not given
	appearance TEXT NOT NULL, -- what it looks like
	voucher TEXT, -- voucher; null: not given
	account TEXT, -- account; null: not given
	party TEXT, -- party; null: not given
	amount_minor BIGINT, -- minor units; amount; null: not given
	amount_currency TEXT, -- ISO 4217; amount; null: not given
	findings BIGINT, -- live findings; null: not given
	first_run_id BIGINT, -- id; first run; null: not given
	last_run_id BIGINT, -- id; last run; null: not given
	nature TEXT, -- nature; null: not given
	severity TEXT, -- severity; null: not given
	impact BIGINT, -- impact; null: not given
	urgency BIGINT, -- urgency; null: not given
	grade TEXT, -- priority; null: not given
	grade_reason TEXT, -- why this priority; null: not given
	grade_fixed BIGINT, -- 0 or 1; graded by a person; null: not given
	times_back BIGINT, -- recurrences; null: not given
	helpers TEXT, -- JSON array of ids; co-handlers; null: not given
	department_id BIGINT, -- id; department; null: not given
	reviewer_id BIGINT, -- id; reviewer; null: not given
	tax_deadline_day BIGINT, -- day number; tax deadline; null: not given
	ack_due_us BIGINT, -- microseconds UTC; acknowledge by; null: not given
	triage_due_us BIGINT, -- microseconds UTC; triage by; null: not given
	correct_due_us BIGINT, -- microseconds UTC; correct by; null: not given
	verify_due_us BIGINT, -- microseconds UTC; verify by; null: not given
	opinion_due_day BIGINT, -- day number; written opinion due; null: not given
	acked_at_us BIGINT, -- microseconds UTC; acknowledged; null: not given
	triaged_at_us BIGINT, -- microseconds UTC; triaged; null: not given
	corrected_at_us BIGINT, -- microseconds UTC; corrected; null: not given
	closed_at_us BIGINT, -- microseconds UTC; closed; null: not given
	paused_at_us BIGINT, -- microseconds UTC; paused since; null: not given
	pause_reason TEXT, -- waiting for; null: not given
	paused_minutes BIGINT, -- minutes paused; null: not given
	escalation BIGINT, -- escalation level; null: not given
	emergency_id BIGINT, -- id; emergency; null: not given
	cause_id BIGINT, -- id; cause; null: not given
	whys TEXT, -- JSON array of texts; five whys; null: not given
	cause_note TEXT, -- about the cause; null: not given
	impact_books TEXT, -- impact on the books; null: not given
	impact_tax_minor BIGINT, -- minor units; tax at stake; null: not given
	impact_tax_currency TEXT, -- ISO 4217; tax at stake; null: not given
	impact_business BIGINT, -- impact on business; null: not given
	impact_client BIGINT, -- impact on the client; null: not given
	impact_legal BIGINT, -- legal impact; null: not given
	impact_note TEXT, -- about the impact; null: not given
	problem_id BIGINT, -- id; problem; null: not given
	duplicate_of_id BIGINT, -- id; duplicate of; null: not given
	accepted_until_day BIGINT, -- day number; accepted until; null: not given
	decision TEXT, -- why decided so; null: not given
	lesson_id BIGINT, -- id; lesson; null: not given
	summary TEXT, -- closing summary; null: not given
	spent_minutes BIGINT, -- minutes spent; null: not given
	cost_minor BIGINT, -- minor units; cost; null: not given
	cost_currency TEXT, -- ISO 4217; cost; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX kind_case_number ON kind_case (firm_id, number);
CREATE INDEX kind_case_client ON kind_case (firm_id, client_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_case_owner ON kind_case (firm_id, owner_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_case_grade ON kind_case (firm_id, grade, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_case_type ON kind_case (firm_id, type_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_case_severity ON kind_case (firm_id, severity, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_case_origin ON kind_case (firm_id, origin, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_case_nature ON kind_case (firm_id, nature, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_case_department ON kind_case (firm_id, department_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_case_list ON kind_case (firm_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_case_archived ON kind_case (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;
-- Most cases are closed; queues are of those that are not, in these very words (record/filter_sql.c).
CREATE INDEX kind_case_open ON kind_case (firm_id, due_at_us, id) WHERE archived_at_us IS NULL AND state IN ('reported', 'triaged', 'analysing', 'correcting', 'verifying');
CREATE INDEX kind_case_open_grade ON kind_case (firm_id, (CASE grade WHEN 'p1' THEN 0 WHEN 'p2' THEN 1 WHEN 'p3' THEN 2 WHEN 'p4' THEN 3 END), due_at_us, id) WHERE archived_at_us IS NULL AND state IN ('reported', 'triaged', 'analysing', 'correcting', 'verifying');
CREATE INDEX kind_case_open_priority ON kind_case (firm_id, grade, due_at_us, id) WHERE archived_at_us IS NULL AND state IN ('reported', 'triaged', 'analysing', 'correcting', 'verifying');
CREATE INDEX kind_case_open_owner ON kind_case (firm_id, owner_id, due_at_us, id) WHERE archived_at_us IS NULL AND state IN ('reported', 'triaged', 'analysing', 'correcting', 'verifying');
CREATE INDEX kind_case_open_type ON kind_case (firm_id, type_id, due_at_us, id) WHERE archived_at_us IS NULL AND state IN ('reported', 'triaged', 'analysing', 'correcting', 'verifying');
CREATE INDEX kind_case_open_made ON kind_case (firm_id, created_at_us, id) WHERE archived_at_us IS NULL AND state IN ('reported', 'triaged', 'analysing', 'correcting', 'verifying');
CREATE INDEX kind_case_open_tax ON kind_case (firm_id, tax_deadline_day, id) WHERE archived_at_us IS NULL AND state IN ('reported', 'triaged', 'analysing', 'correcting', 'verifying');
-- Accepted ones come back when their day is over.
CREATE INDEX kind_case_accepted ON kind_case (firm_id, accepted_until_day, id) WHERE state = 'accepted';

-- Problem: model/problem.toml
CREATE TABLE kind_problem (
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
	name TEXT NOT NULL, -- problem
	details TEXT, -- details; null: not given
	cause_id BIGINT, -- id; cause; null: not given
	type_id BIGINT, -- id; type; null: not given
	cases BIGINT, -- cases; null: not given
	solution TEXT, -- lasting solution; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX kind_problem_number ON kind_problem (firm_id, number);
CREATE INDEX kind_problem_client ON kind_problem (firm_id, client_id, cases, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_problem_owner ON kind_problem (firm_id, owner_id, cases, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_problem_due ON kind_problem (firm_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_problem_list ON kind_problem (firm_id, cases, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_problem_archived ON kind_problem (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;

-- Grading: model/grading.toml
CREATE TABLE kind_grading (
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
	scope TEXT NOT NULL, -- holds for
	impact_1 TEXT NOT NULL, -- impact 1
	impact_2 TEXT NOT NULL, -- impact 2
	impact_3 TEXT NOT NULL, -- impact 3
	impact_4 TEXT NOT NULL, -- impact 4
	impact_5 TEXT NOT NULL, -- impact 5
	mismatch BIGINT NOT NULL, -- accounts do not agree: steps up
	missing BIGINT NOT NULL, -- data missing: steps up
	operation BIGINT NOT NULL, -- operating error: steps up
	unusual BIGINT NOT NULL, -- unusual movement: steps up
	rule BIGINT NOT NULL, -- risk of breaking a rule: steps up
	late BIGINT NOT NULL, -- time limit: steps up
	system BIGINT NOT NULL, -- system fault: steps up
	money_up BIGINT NOT NULL, -- per cent of materiality from which money is a step up
	money_down BIGINT NOT NULL, -- per cent of materiality below which money is a step down
	deadline_days BIGINT NOT NULL, -- days before the filing deadline from which it is a step up
	recurrences BIGINT NOT NULL, -- recurrences from which it is a step up
	client_weight BIGINT NOT NULL, -- weight of a client from which it is a step up
	blocker BIGINT NOT NULL, -- A blocker is at least
	note TEXT, -- about the change; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX kind_grading_scope ON kind_grading (firm_id, scope);
CREATE INDEX kind_grading_list ON kind_grading (firm_id, name, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_grading_archived ON kind_grading (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;
