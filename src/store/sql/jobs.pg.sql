-- Where PostgreSQL differs.

-- name: job_ready
SELECT firm_id, id, kind FROM jobs
WHERE state = 'waiting' AND queue = :queue AND run_at_us <= :now_us AND lease_until_us <= :now_us
	AND kind IN (SELECT jsonb_array_elements_text(:kinds::jsonb))
ORDER BY run_at_us LIMIT :max;

-- name: job_take
UPDATE jobs SET lease_until_us = :until_us, attempts = attempts + 1,
	kills = kills + CASE WHEN leased_by = '' THEN 0 ELSE 1 END, leased_by = :worker
WHERE firm_id = :firm_id AND id = (SELECT id FROM jobs WHERE firm_id = :firm_id AND id = :id
	AND state = 'waiting' AND run_at_us <= :now_us AND lease_until_us <= :now_us
	FOR UPDATE SKIP LOCKED)
RETURNING kind, body, attempts, kills, cancel;

-- name: job_count
SELECT queue, count(*) FILTER (WHERE lease_until_us <= :now_us) AS waiting,
	count(*) FILTER (WHERE lease_until_us > :now_us) AS running, min(run_at_us) AS oldest_us
FROM jobs WHERE state = 'waiting' GROUP BY queue ORDER BY queue LIMIT :max;
