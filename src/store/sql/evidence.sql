-- Evidence: holds, retention, integrity.

-- name: hold_on :one
-- A hold that keeps what belongs to this client and case.
-- in: firm_id i64, client_id i64, case_id i64
-- out: id i64, number text, name text
SELECT id, COALESCE(number, '') AS number, name FROM kind_legal_hold
WHERE firm_id = :firm_id AND client_id = :client_id AND state = 'active' AND archived_at_us IS NULL
	AND (case_id IS NULL OR case_id = :case_id)
ORDER BY id LIMIT 1;

-- name: retention_all :all
-- in: firm_id i64, max i64
-- out: id i64, code text
SELECT id, code FROM kind_retention_rule WHERE firm_id = :firm_id ORDER BY code LIMIT :max;

-- name: retention_of :one
-- in: firm_id i64, code text
-- out: id i64, years i64?
SELECT id, years FROM kind_retention_rule
WHERE firm_id = :firm_id AND code = :code AND state = 'active' AND archived_at_us IS NULL;

-- name: evidence_unchecked :all
-- Evidence whose files were not read since before_us, the longest ago first.
-- in: firm_id i64, before_us i64, max i64
-- out: id i64
SELECT id FROM kind_evidence
WHERE firm_id = :firm_id AND archived_at_us IS NULL AND state IN ('held', 'lent')
	AND COALESCE(checked_at_us, 0) < :before_us
ORDER BY checked_at_us, id LIMIT :max;

-- name: evidence_of_case :all
-- in: firm_id i64, case_id i64, max i64
-- out: id i64
SELECT id FROM kind_evidence WHERE firm_id = :firm_id AND case_id = :case_id ORDER BY id LIMIT :max;
