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
