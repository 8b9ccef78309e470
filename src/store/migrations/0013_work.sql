-- Who does what, questions to clients, time.

-- Responsibility: model/responsibility.toml
CREATE TABLE kind_responsibility (
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
	name TEXT NOT NULL, -- responsibility
	type_id BIGINT, -- id; type; null: not given
	area TEXT, -- area; null: not given
	role TEXT NOT NULL, -- part
	department_id BIGINT, -- id; department; null: not given
	person_id BIGINT, -- id; person; null: not given
	skill TEXT, -- skill needed; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE INDEX kind_responsibility_client ON kind_responsibility (firm_id, client_id, area, (CASE role WHEN 'responsible' THEN 0 WHEN 'accountable' THEN 1 WHEN 'consulted' THEN 2 WHEN 'informed' THEN 3 END), id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_responsibility_owner ON kind_responsibility (firm_id, owner_id, area, (CASE role WHEN 'responsible' THEN 0 WHEN 'accountable' THEN 1 WHEN 'consulted' THEN 2 WHEN 'informed' THEN 3 END), id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_responsibility_due ON kind_responsibility (firm_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_responsibility_list ON kind_responsibility (firm_id, area, (CASE role WHEN 'responsible' THEN 0 WHEN 'accountable' THEN 1 WHEN 'consulted' THEN 2 WHEN 'informed' THEN 3 END), id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_responsibility_archived ON kind_responsibility (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;

-- Question: model/question.toml
CREATE TABLE kind_question (
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
	name TEXT NOT NULL, -- question
	case_id BIGINT, -- id; case; null: not given
	contact_id BIGINT, -- id; contact; null: not given
	details TEXT, -- details; null: not given
	choices TEXT, -- JSON array of texts; choices; null: not given
	wants_file BIGINT, -- 0 or 1; A file or photo is asked for; null: not given
	answer TEXT, -- answer; null: not given
	answer_note TEXT, -- more; null: not given
	answered_at_us BIGINT, -- microseconds UTC; answered at; null: not given
	sent_at_us BIGINT, -- microseconds UTC; sent at; null: not given
	reminders BIGINT, -- reminders; null: not given
	next_reminder_at_us BIGINT, -- microseconds UTC; next reminder; null: not given
	pauses BIGINT, -- 0 or 1; pauses the clocks; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX kind_question_number ON kind_question (firm_id, number);
CREATE INDEX kind_question_client ON kind_question (firm_id, client_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_question_owner ON kind_question (firm_id, owner_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_question_list ON kind_question (firm_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_question_archived ON kind_question (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;

-- Time entry: model/time_entry.toml
CREATE TABLE kind_time_entry (
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
	name TEXT NOT NULL, -- what was done
	about_id BIGINT NOT NULL, -- id of any record; about
	about_kind TEXT NOT NULL, -- its kind; about
	minutes BIGINT NOT NULL, -- minutes
	day_day BIGINT NOT NULL, -- day number; day
	rate_minor BIGINT, -- minor units; cost an hour; null: not given
	rate_currency TEXT, -- ISO 4217; cost an hour; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE INDEX kind_time_entry_client ON kind_time_entry (firm_id, client_id, day_day, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_time_entry_owner ON kind_time_entry (firm_id, owner_id, day_day, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_time_entry_due ON kind_time_entry (firm_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_time_entry_list ON kind_time_entry (firm_id, day_day, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_time_entry_archived ON kind_time_entry (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;

-- The two threads of a record: what people of the firm say among themselves, and what the client's
-- contacts see and answer.
ALTER TABLE comments ADD COLUMN for_client BIGINT NOT NULL DEFAULT 0; -- 1 = contacts of the client see it
UPDATE comments SET for_client = 1 WHERE author LIKE 'link:%';

-- Questions whose next letter has come due.
CREATE INDEX kind_question_reminder ON kind_question (firm_id, next_reminder_at_us, id)
	WHERE next_reminder_at_us IS NOT NULL;

CREATE INDEX kind_absence_of ON kind_absence (firm_id, person_id, last_day) WHERE archived_at_us IS NULL;
