-- Causes, controls, risks, improvement, effect, feedback.

-- Cause: model/cause.toml
CREATE TABLE kind_cause (
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
	name TEXT NOT NULL, -- cause
	name_en TEXT, -- english name; null: not given
	code TEXT NOT NULL, -- code
	branch TEXT NOT NULL, -- branch
	parent_id BIGINT, -- id; parent; null: not given
	help_text TEXT, -- when to choose it; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX kind_cause_code ON kind_cause (firm_id, code);
CREATE INDEX kind_cause_owner ON kind_cause (firm_id, owner_id, code, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_cause_due ON kind_cause (firm_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_cause_list ON kind_cause (firm_id, code, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_cause_archived ON kind_cause (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;

-- Control: model/control.toml
CREATE TABLE kind_control (
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
	name TEXT NOT NULL, -- control
	details TEXT, -- what is done; null: not given
	control_type TEXT NOT NULL, -- type
	frequency TEXT, -- how often; null: not given
	exception_types TEXT, -- JSON array of ids; exception types; null: not given
	risks TEXT, -- JSON array of ids; risks; null: not given
	from_case_id BIGINT, -- id; from case; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX kind_control_number ON kind_control (firm_id, number);
CREATE INDEX kind_control_client ON kind_control (firm_id, client_id, name, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_control_owner ON kind_control (firm_id, owner_id, name, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_control_due ON kind_control (firm_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_control_list ON kind_control (firm_id, name, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_control_archived ON kind_control (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;

-- Risk: model/risk.toml
CREATE TABLE kind_risk (
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
	name TEXT NOT NULL, -- risk
	details TEXT, -- details; null: not given
	likelihood BIGINT NOT NULL, -- likelihood
	impact BIGINT NOT NULL, -- impact
	level BIGINT, -- level; null: not given
	exception_types TEXT, -- JSON array of ids; exception types; null: not given
	from_case_id BIGINT, -- id; from case; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX kind_risk_number ON kind_risk (firm_id, number);
CREATE INDEX kind_risk_client ON kind_risk (firm_id, client_id, level, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_risk_owner ON kind_risk (firm_id, owner_id, level, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_risk_due ON kind_risk (firm_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_risk_list ON kind_risk (firm_id, level, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_risk_archived ON kind_risk (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;

-- Improvement: model/improvement.toml
CREATE TABLE kind_improvement (
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
	name TEXT NOT NULL, -- improvement
	goal TEXT, -- goal; null: not given
	action TEXT, -- action; null: not given
	about_id BIGINT, -- id of any record; about; null: not given
	about_kind TEXT, -- its kind; about; null: not given
	result TEXT, -- result; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX kind_improvement_number ON kind_improvement (firm_id, number);
CREATE INDEX kind_improvement_client ON kind_improvement (firm_id, client_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_improvement_owner ON kind_improvement (firm_id, owner_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_improvement_list ON kind_improvement (firm_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_improvement_archived ON kind_improvement (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;

-- Effect review: model/effect_review.toml
CREATE TABLE kind_effect_review (
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
	name TEXT NOT NULL, -- review
	case_id BIGINT NOT NULL, -- id; case
	closed_on_day BIGINT, -- day number; closed on; null: not given
	times_back BIGINT, -- came back since; null: not given
	back_before BIGINT, -- came back before; null: not given
	same_type BIGINT, -- new of the same type; null: not given
	same_before BIGINT, -- of the same type before; null: not given
	cost_minor BIGINT, -- minor units; cost; null: not given
	cost_currency TEXT, -- ISO 4217; cost; null: not given
	verdict TEXT, -- verdict; null: not given
	verdict_reason TEXT, -- why; null: not given
	conclusion TEXT, -- conclusion; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX kind_effect_review_number ON kind_effect_review (firm_id, number);
CREATE INDEX kind_effect_review_client ON kind_effect_review (firm_id, client_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_effect_review_owner ON kind_effect_review (firm_id, owner_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_effect_review_verdict ON kind_effect_review (firm_id, verdict, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_effect_review_list ON kind_effect_review (firm_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_effect_review_archived ON kind_effect_review (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;

-- Feedback: model/feedback.toml
CREATE TABLE kind_feedback (
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
	name TEXT NOT NULL, -- feedback
	case_id BIGINT NOT NULL, -- id; case
	audience TEXT NOT NULL, -- for
	to_user_id BIGINT, -- id; person; null: not given
	to_contact_id BIGINT, -- id; contact; null: not given
	body TEXT NOT NULL, -- text
	answer TEXT, -- answer; null: not given
	acknowledged_at_us BIGINT, -- microseconds UTC; acknowledged; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE INDEX kind_feedback_client ON kind_feedback (firm_id, client_id, created_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_feedback_owner ON kind_feedback (firm_id, owner_id, created_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_feedback_due ON kind_feedback (firm_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_feedback_list ON kind_feedback (firm_id, created_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_feedback_archived ON kind_feedback (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;

-- How cases are counted by cause, and how like ones are found (src/desk/causes.c, similar.c).
CREATE INDEX kind_case_by_cause ON kind_case (firm_id, cause_id, found_at_us, type_id, client_id, restricted) WHERE cause_id IS NOT NULL AND archived_at_us IS NULL;
CREATE INDEX kind_case_closed_type ON kind_case (firm_id, type_id, closed_at_us, id) WHERE state = 'closed' AND archived_at_us IS NULL;
CREATE INDEX kind_case_closed_client ON kind_case (firm_id, client_id, type_id, closed_at_us, id) WHERE state = 'closed' AND archived_at_us IS NULL;
CREATE INDEX kind_case_closed_cause ON kind_case (firm_id, cause_id, closed_at_us, id) WHERE state = 'closed' AND archived_at_us IS NULL;
CREATE INDEX kind_case_closed_account ON kind_case (firm_id, type_id, account, closed_at_us, id) WHERE state = 'closed' AND archived_at_us IS NULL;
CREATE INDEX kind_case_like ON kind_case (firm_id, client_id, type_id, found_at_us, id) WHERE archived_at_us IS NULL;

-- Articles are found by the causes that they are about.
ALTER TABLE kind_article ADD COLUMN causes TEXT; -- JSON array of ids; causes; null: not given
