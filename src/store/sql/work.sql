-- Who does what: questions to clients, assignment, load.

-- name: question_due :all
-- Open questions whose next letter has come due.
-- in: firm_id i64, now_us i64, max i64
-- out: id i64
SELECT id FROM kind_question
WHERE firm_id = :firm_id AND next_reminder_at_us IS NOT NULL AND next_reminder_at_us <= :now_us
ORDER BY next_reminder_at_us, id LIMIT :max;

-- name: question_pausing :one
-- How many open questions hold the clocks of a case, but for one.
-- in: firm_id i64, case_id i64, but i64
-- out: n i64
SELECT COUNT(*) AS n FROM kind_question
WHERE firm_id = :firm_id AND case_id = :case_id AND state = 'open' AND pauses = 1 AND id <> :but
	AND archived_at_us IS NULL;

-- name: question_contact :one
-- The contact of a client who is asked when nobody is named: who may enter the portal and has a mail,
-- those who sign before others.
-- in: firm_id i64, client_id i64
-- out: id i64
SELECT id FROM kind_contact
WHERE firm_id = :firm_id AND client_id = :client_id AND state = 'active' AND archived_at_us IS NULL
	AND portal = 1 AND mail IS NOT NULL
ORDER BY COALESCE(signs, 0) DESC, id LIMIT 1;

-- name: responsibility_for :all
-- Who has which part in a case of this client, type and area; the most exact rule of each part first.
-- in: firm_id i64, client_id i64, type_id i64, area text, max i64
-- out: part text, person_id i64, team_id i64, department_id i64, skill text
SELECT COALESCE(role, '') AS part, COALESCE(person_id, 0) AS person_id, COALESCE(team_id, 0) AS team_id,
	COALESCE(department_id, 0) AS department_id, COALESCE(skill, '') AS skill
FROM kind_responsibility
WHERE firm_id = :firm_id AND state = 'active' AND archived_at_us IS NULL AND role IS NOT NULL
	AND (client_id IS NULL OR client_id = :client_id) AND (type_id IS NULL OR type_id = :type_id)
	AND (area IS NULL OR area = :area)
ORDER BY role, CASE WHEN client_id IS NULL THEN 0 ELSE 1 END DESC, CASE WHEN type_id IS NULL THEN 0 ELSE 1 END DESC,
	CASE WHEN area IS NULL THEN 0 ELSE 1 END DESC, id LIMIT :max;

-- name: people_of_department :all
-- in: firm_id i64, department_id i64, max i64
-- out: id i64
SELECT id FROM kind_user
WHERE firm_id = :firm_id AND department_id = :department_id AND state = 'active' AND archived_at_us IS NULL
ORDER BY id LIMIT :max;

-- name: people_at_work :all
-- in: firm_id i64, max i64
-- out: id i64
SELECT id FROM kind_user
WHERE firm_id = :firm_id AND state = 'active' AND archived_at_us IS NULL
ORDER BY id LIMIT :max;

-- name: load_of :one
-- Open cases, those that are late, and the minutes that open tasks are expected to take (a task
-- without an estimate: `each`).
-- in: firm_id i64, user_id i64, now_us i64, each i64
-- out: cases i64, late i64, task_minutes i64
SELECT (SELECT COUNT(*) FROM kind_case WHERE firm_id = :firm_id AND owner_id = :user_id AND archived_at_us IS NULL
		AND state IN ('reported', 'triaged', 'analysing', 'correcting', 'verifying')) AS cases,
	(SELECT COUNT(*) FROM kind_case WHERE firm_id = :firm_id AND owner_id = :user_id AND archived_at_us IS NULL
		AND state IN ('reported', 'triaged', 'analysing', 'correcting', 'verifying') AND due_at_us < :now_us) AS late,
	(SELECT CAST(COALESCE(SUM(COALESCE(estimate_minutes, :each)), 0) AS BIGINT) FROM kind_task
		WHERE firm_id = :firm_id AND owner_id = :user_id AND state IN ('open', 'doing')
		AND archived_at_us IS NULL) AS task_minutes;

-- name: absence_on :one
-- The absence of a person on a day, the one that lasts longest.
-- in: firm_id i64, person_id i64, day i64
-- out: last_day i64, deputy_id i64
SELECT last_day, COALESCE(deputy_id, 0) AS deputy_id FROM kind_absence
WHERE firm_id = :firm_id AND person_id = :person_id AND state = 'approved' AND archived_at_us IS NULL
	AND first_day <= :day AND last_day >= :day
ORDER BY last_day DESC, id LIMIT 1;
