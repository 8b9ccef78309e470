-- Evidence, holds, retention.

-- Evidence: model/evidence.toml
CREATE TABLE kind_evidence (
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
	case_id BIGINT, -- id; case; null: not given
	kind_of TEXT NOT NULL, -- kind
	dated_on_day BIGINT, -- day number; date of the document; null: not given
	paper_place TEXT, -- place of the paper; null: not given
	received_from TEXT, -- received from; null: not given
	received_on_day BIGINT, -- day number; received on; null: not given
	wanted TEXT, -- answers which need; null: not given
	retention_id BIGINT, -- id; retention rule; null: not given
	keep_until_day BIGINT, -- day number; keep until; null: not given
	checked_at_us BIGINT, -- microseconds UTC; last verified; null: not given
	intact BIGINT, -- 0 or 1; intact; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX kind_evidence_number ON kind_evidence (firm_id, number);
CREATE INDEX kind_evidence_client ON kind_evidence (firm_id, client_id, created_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_evidence_owner ON kind_evidence (firm_id, owner_id, created_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_evidence_kind_of ON kind_evidence (firm_id, kind_of, created_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_evidence_due ON kind_evidence (firm_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_evidence_list ON kind_evidence (firm_id, created_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_evidence_archived ON kind_evidence (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;

-- Legal hold: model/legal_hold.toml
CREATE TABLE kind_legal_hold (
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
	name TEXT NOT NULL, -- hold
	grounds TEXT NOT NULL, -- why
	case_id BIGINT, -- id; case; null: not given
	authority TEXT, -- authority; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX kind_legal_hold_number ON kind_legal_hold (firm_id, number);
CREATE INDEX kind_legal_hold_client ON kind_legal_hold (firm_id, client_id, created_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_legal_hold_owner ON kind_legal_hold (firm_id, owner_id, created_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_legal_hold_due ON kind_legal_hold (firm_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_legal_hold_list ON kind_legal_hold (firm_id, created_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_legal_hold_archived ON kind_legal_hold (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;

-- Retention rule: model/retention_rule.toml
CREATE TABLE kind_retention_rule (
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
	name TEXT NOT NULL, -- records
	name_en TEXT, -- english name; null: not given
	code TEXT NOT NULL, -- code
	years BIGINT, -- years; null: not given
	counts_from TEXT, -- counts from; null: not given
	basis TEXT, -- basis; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX kind_retention_rule_code ON kind_retention_rule (firm_id, code);
CREATE INDEX kind_retention_rule_owner ON kind_retention_rule (firm_id, owner_id, code, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_retention_rule_due ON kind_retention_rule (firm_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_retention_rule_list ON kind_retention_rule (firm_id, code, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_retention_rule_archived ON kind_retention_rule (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;

CREATE INDEX kind_legal_hold_open ON kind_legal_hold (firm_id, client_id) WHERE state = 'active';
CREATE INDEX kind_evidence_case ON kind_evidence (firm_id, case_id, id);
CREATE INDEX kind_evidence_checked ON kind_evidence (firm_id, checked_at_us, id) WHERE archived_at_us IS NULL;
