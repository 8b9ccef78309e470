-- Clocks of cases, the roster of duty, emergencies: desk/{clocks,ladder,duty,emergencies}.c.

-- name: clock_rules :all
-- What the firm has set of clocks; mostly nothing.
-- in: firm_id i64, max i64
-- out: key text, value text
SELECT key, value FROM settings WHERE firm_id = :firm_id AND key >= 'clocks.' AND key < 'clocks/'
ORDER BY key LIMIT :max;

-- name: emergency_rules :all
-- What the firm has set of emergencies.
-- in: firm_id i64, max i64
-- out: key text, value text
SELECT key, value FROM settings
WHERE firm_id = :firm_id AND key >= 'emergency.' AND key < 'emergency/'
ORDER BY key LIMIT :max;

-- name: emergency_first :one
-- The case that an emergency began with.
-- in: firm_id i64, emergency_id i64
-- out: id i64
SELECT r.from_id AS id FROM record_refs r
WHERE r.firm_id = :firm_id AND r.to_kind = 'emergency' AND r.to_id = :emergency_id
	AND r.from_kind = 'case'
ORDER BY r.from_id LIMIT 1;

-- name: clock_type :one
-- in: firm_id i64, id i64
-- out: report_minutes i64?, triage_minutes i64?, correct_minutes i64?
SELECT report_minutes, triage_minutes, correct_minutes FROM kind_exception_type
WHERE firm_id = :firm_id AND id = :id;

-- name: clock_client :one
-- in: firm_id i64, id i64
-- out: service_level text, calendar_id i64?, supervisor_id i64?
SELECT service_level, calendar_id, supervisor_id FROM kind_client
WHERE firm_id = :firm_id AND id = :id;

-- name: clock_due :all
-- Cases whose clocks have a step to take, from one time and id on.
-- in: firm_id i64, until_us i64, after_us i64, after_id i64, max i64
-- out: id i64, clock_at_us i64?
SELECT id, clock_at_us FROM kind_case
WHERE firm_id = :firm_id AND clock_at_us <= :until_us AND archived_at_us IS NULL
	AND (clock_at_us, id) > (:after_us, :after_id)
ORDER BY clock_at_us, id LIMIT :max;

-- name: clock_team_lead :one
-- in: firm_id i64, id i64
-- out: lead_id i64
SELECT lead_id FROM kind_team WHERE firm_id = :firm_id AND id = :id AND archived_at_us IS NULL;

-- name: clock_user :one
-- in: firm_id i64, id i64
-- out: state text, archived_at_us i64?, deputies text?, main_team_id i64?
SELECT state, archived_at_us, deputies, main_team_id FROM kind_user
WHERE firm_id = :firm_id AND id = :id;

-- name: clock_head :one
-- in: firm_id i64
-- out: head_id i64?
SELECT head_id FROM kind_firm WHERE firm_id = :firm_id AND id = :firm_id;

-- name: supervisor_list :all
-- Who supervises and can sign in.
-- in: firm_id i64, max i64
-- out: id i64
SELECT id FROM kind_user
WHERE firm_id = :firm_id AND state = 'active' AND archived_at_us IS NULL
	AND roles LIKE '%"supervisor"%' ORDER BY id LIMIT :max;

-- name: holding_other :one
-- An open task for which the case waits, other than one.
-- in: firm_id i64, case_id i64, task_id i64
-- out: id i64
SELECT t.id FROM record_refs r JOIN kind_task t ON t.firm_id = r.firm_id AND t.id = r.from_id
WHERE r.firm_id = :firm_id AND r.to_kind = 'case' AND r.to_id = :case_id AND r.from_kind = 'task'
	AND t.holds = 1 AND t.id <> :task_id AND t.state IN ('open', 'doing')
	AND t.archived_at_us IS NULL
ORDER BY t.id LIMIT 1;

-- name: department_answer :one
-- in: firm_id i64, id i64
-- out: answer_minutes i64?
SELECT answer_minutes FROM kind_department WHERE firm_id = :firm_id AND id = :id;

-- name: duty_between :all
-- Turns that have a part in a time, in the order in which people are called.
-- in: firm_id i64, from_us i64, until_us i64, max i64
-- out: id i64, name text, person_id i64, person text, from_at_us i64, until_at_us i64, level i64, phone text?
SELECT d.id, d.name, d.person_id, u.name AS person, d.from_at_us, d.until_at_us, d.level, d.phone
FROM kind_duty d JOIN kind_user u ON u.firm_id = d.firm_id AND u.id = d.person_id
WHERE d.firm_id = :firm_id AND d.until_at_us > :from_us AND d.from_at_us < :until_us
	AND d.state = 'planned' AND d.archived_at_us IS NULL
ORDER BY d.level, d.from_at_us, d.id LIMIT :max;

-- name: duty_any :one
-- Whether the firm keeps a roster at all: a turn that ended not long ago, or is to come.
-- in: firm_id i64, since_us i64
-- out: id i64
SELECT id FROM kind_duty
WHERE firm_id = :firm_id AND until_at_us > :since_us AND state = 'planned' AND archived_at_us IS NULL
ORDER BY until_at_us LIMIT 1;

-- name: emergency_open :one
-- One of the same type that is not over: of the same client, or of many.
-- in: firm_id i64, type_id i64, client_id i64
-- out: id i64
SELECT id FROM kind_emergency
WHERE firm_id = :firm_id AND type_id = :type_id
	AND (set_off = 'clients' OR coalesce(client_id, 0) = :client_id)
	AND state IN ('declared', 'acknowledged', 'contained') AND archived_at_us IS NULL
ORDER BY id LIMIT 1;

-- name: emergency_unowned :all
-- Open tasks of an emergency that nobody is in charge of.
-- in: firm_id i64, emergency_id i64, max i64
-- out: id i64
SELECT t.id FROM record_refs r JOIN kind_task t ON t.firm_id = r.firm_id AND t.id = r.from_id
WHERE r.firm_id = :firm_id AND r.to_kind = 'emergency' AND r.to_id = :emergency_id
	AND r.from_kind = 'task' AND t.owner_id IS NULL AND t.state IN ('open', 'doing')
	AND t.archived_at_us IS NULL
ORDER BY t.id LIMIT :max;

-- name: emergency_teams :all
-- Who leads the teams that hear of emergencies first.
-- in: firm_id i64, max i64
-- out: lead_id i64
SELECT lead_id FROM kind_team WHERE firm_id = :firm_id AND emergency = 1 AND archived_at_us IS NULL
ORDER BY id LIMIT :max;

-- name: emergency_calls :all
-- Whose next call has come.
-- in: firm_id i64, until_us i64, max i64
-- out: id i64
SELECT id FROM kind_emergency
WHERE firm_id = :firm_id AND next_call_at_us <= :until_us AND archived_at_us IS NULL
ORDER BY next_call_at_us, id LIMIT :max;

-- name: emergency_clients :one
-- Clients that a type of exception has hit since a time; of at most max cases.
-- in: firm_id i64, type_id i64, since_us i64, max i64
-- out: n i64
SELECT count(DISTINCT c.client_id) AS n FROM (
	SELECT client_id FROM kind_case
	WHERE firm_id = :firm_id AND type_id = :type_id AND created_at_us >= :since_us
		AND client_id IS NOT NULL AND grade IN ('p1', 'p2')
		AND state NOT IN ('dismissed', 'duplicate')
	ORDER BY created_at_us DESC LIMIT :max) c;

-- name: article_body :one
-- in: firm_id i64, id i64
-- out: body text
SELECT body FROM kind_article WHERE firm_id = :firm_id AND id = :id;

-- name: type_playbook :one
-- in: firm_id i64, id i64
-- out: playbook_id i64?, name text
SELECT playbook_id, name FROM kind_exception_type WHERE firm_id = :firm_id AND id = :id;
