-- Clocks of cases, duty and emergencies.

-- The steps that the clocks take, in the order of their time: desk/ladder.c walks along the index.
ALTER TABLE kind_case ADD COLUMN clock_at_us BIGINT; -- microseconds UTC; next step of the clocks; null: not given
ALTER TABLE kind_case ADD COLUMN breached TEXT; -- JSON array of texts; time limits exceeded; null: not given
CREATE INDEX kind_case_clock ON kind_case (firm_id, clock_at_us, id) WHERE clock_at_us IS NOT NULL AND archived_at_us IS NULL;
-- How many clients one type of exception has hit lately.
CREATE INDEX kind_case_type_made ON kind_case (firm_id, type_id, created_at_us);
ALTER TABLE kind_department ADD COLUMN answer_minutes BIGINT; -- minutes to answer; null: not given
ALTER TABLE kind_task ADD COLUMN holds BIGINT; -- 0 or 1; the case waits; null: not given

-- Duty: model/duty.toml
CREATE TABLE kind_duty (
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
	name TEXT NOT NULL, -- duty
	person_id BIGINT NOT NULL, -- id; person
	from_at_us BIGINT NOT NULL, -- microseconds UTC; from
	until_at_us BIGINT NOT NULL, -- microseconds UTC; until
	level BIGINT NOT NULL, -- order
	phone TEXT, -- phone; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE INDEX kind_duty_list ON kind_duty (firm_id, from_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_duty_archived ON kind_duty (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;
-- Who is on duty now and in the days to come, without the years that are over.
CREATE INDEX kind_duty_until ON kind_duty (firm_id, until_at_us) WHERE archived_at_us IS NULL;

-- Emergency: model/emergency.toml
CREATE TABLE kind_emergency (
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
	name TEXT NOT NULL, -- emergency
	case_id BIGINT, -- id; case; null: not given
	set_off TEXT NOT NULL, -- set off by
	type_id BIGINT, -- id; type; null: not given
	rule TEXT, -- rule; null: not given
	situation TEXT, -- situation; null: not given
	plan_id BIGINT, -- id; plan; null: not given
	calls BIGINT, -- calls; null: not given
	next_call_at_us BIGINT, -- microseconds UTC; next call; null: not given
	acknowledged_by_id BIGINT, -- id; answered by; null: not given
	acknowledged_at_us BIGINT, -- microseconds UTC; answered at; null: not given
	contained_at_us BIGINT, -- microseconds UTC; contained at; null: not given
	ended_at_us BIGINT, -- microseconds UTC; ended at; null: not given
	review TEXT, -- review afterwards; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX kind_emergency_number ON kind_emergency (firm_id, number);
CREATE INDEX kind_emergency_client ON kind_emergency (firm_id, client_id, created_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_emergency_owner ON kind_emergency (firm_id, owner_id, created_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_emergency_due ON kind_emergency (firm_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_emergency_list ON kind_emergency (firm_id, created_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_emergency_archived ON kind_emergency (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;
CREATE INDEX kind_emergency_call ON kind_emergency (firm_id, next_call_at_us) WHERE next_call_at_us IS NOT NULL;
