-- Jobs, what runs periodically, and the positions of followers: desk/jobs.c, periodic.c, follow.c.

-- name: job_add :exec
-- in: firm_id i64, id i64, queue text, kind text, body text, run_at_us i64, now_us i64
INSERT INTO jobs (firm_id, id, queue, kind, body, run_at_us, lease_until_us, leased_by, attempts, state,
	last_error, made_at_us)
VALUES (:firm_id, :id, :queue, :kind, :body, :run_at_us, 0, '', 0, 'waiting', '', :now_us);

-- name: job_ready :all
-- Jobs of a queue that nobody has, the longest waiting first: in the order of the index, so that a
-- long queue costs no more than a short one.
-- operator: workers serve all firms
-- in: queue text, kinds text, now_us i64, max i64
-- out: firm_id i64, id i64, kind text
SELECT firm_id, id, kind FROM jobs
WHERE state = 'waiting' AND queue = :queue AND run_at_us <= :now_us AND lease_until_us <= :now_us
	AND kind IN (SELECT value FROM json_each(:kinds))
ORDER BY run_at_us LIMIT :max;

-- name: job_take :one
-- Takes one that job_ready found; nothing when somebody was quicker. A lease that ran out tells
-- that a worker died.
-- in: firm_id i64, id i64, now_us i64, until_us i64, worker text
-- out: kind text, body text, attempts i64, kills i64, cancel i64
UPDATE jobs SET lease_until_us = :until_us, attempts = attempts + 1,
	kills = kills + CASE WHEN leased_by = '' THEN 0 ELSE 1 END, leased_by = :worker
WHERE firm_id = :firm_id AND id = (SELECT id FROM jobs WHERE firm_id = :firm_id AND id = :id
	AND state = 'waiting' AND run_at_us <= :now_us AND lease_until_us <= :now_us)
RETURNING kind, body, attempts, kills, cancel;

-- name: job_renew :one
-- Nothing when the lease is no longer this worker's.
-- in: firm_id i64, id i64, worker text, attempts i64, until_us i64, progress i64
-- out: cancel i64
UPDATE jobs SET lease_until_us = :until_us, progress = :progress
WHERE firm_id = :firm_id AND id = :id AND leased_by = :worker AND attempts = :attempts
	AND state = 'waiting'
RETURNING cancel;

-- name: job_end :exec
-- in: firm_id i64, id i64, worker text, attempts i64, state text, error text, progress i64, now_us i64
UPDATE jobs SET state = :state, last_error = :error, lease_until_us = 0, leased_by = '',
	progress = CASE WHEN :progress < 0 THEN progress ELSE :progress END, ended_at_us = :now_us
WHERE firm_id = :firm_id AND id = :id AND leased_by = :worker AND attempts = :attempts
	AND state = 'waiting';

-- name: job_back :exec
-- Gives it back, to be taken again from run_at_us on.
-- in: firm_id i64, id i64, worker text, attempts i64, attempts_now i64, run_at_us i64, error text
UPDATE jobs SET run_at_us = :run_at_us, last_error = :error, lease_until_us = 0, leased_by = '',
	attempts = :attempts_now
WHERE firm_id = :firm_id AND id = :id AND leased_by = :worker AND attempts = :attempts
	AND state = 'waiting';

-- name: job_get :one
-- in: firm_id i64, id i64
-- out: queue text, kind text, state text, run_at_us i64, lease_until_us i64, attempts i64, kills i64, cancel i64, progress i64, last_error text, made_at_us i64, ended_at_us i64
SELECT queue, kind, state, run_at_us, lease_until_us, attempts, kills, cancel, progress, last_error,
	made_at_us, ended_at_us
FROM jobs WHERE firm_id = :firm_id AND id = :id;

-- name: job_list :all
-- The newest first; state '' = all.
-- in: firm_id i64, state text, before_id i64, max i64
-- out: id i64, queue text, kind text, state text, run_at_us i64, lease_until_us i64, attempts i64, kills i64, cancel i64, progress i64, last_error text, made_at_us i64, ended_at_us i64
SELECT id, queue, kind, state, run_at_us, lease_until_us, attempts, kills, cancel, progress, last_error,
	made_at_us, ended_at_us
FROM jobs WHERE firm_id = :firm_id AND id < :before_id AND (:state = '' OR state = :state)
ORDER BY id DESC LIMIT :max;

-- name: job_cancel :exec
-- One that nobody runs ends at once, another is told.
-- in: firm_id i64, id i64, now_us i64
UPDATE jobs SET cancel = 1,
	state = CASE WHEN lease_until_us <= :now_us THEN 'cancelled' ELSE state END,
	ended_at_us = CASE WHEN lease_until_us <= :now_us THEN :now_us ELSE ended_at_us END
WHERE firm_id = :firm_id AND id = :id AND state = 'waiting';

-- name: job_again :exec
-- One that failed or was cancelled, from the start.
-- in: firm_id i64, id i64, now_us i64
UPDATE jobs SET state = 'waiting', run_at_us = :now_us, attempts = 0, kills = 0, cancel = 0,
	progress = 0, ended_at_us = 0, lease_until_us = 0, leased_by = ''
WHERE firm_id = :firm_id AND id = :id AND state IN ('failed', 'cancelled');

-- name: job_forget :exec
-- in: firm_id i64, before_us i64
DELETE FROM jobs WHERE firm_id = :firm_id AND state <> 'waiting' AND ended_at_us < :before_us;

-- name: job_count :all
-- For metrics.
-- operator: the figures are of the whole server
-- in: now_us i64, max i64
-- out: queue text, waiting i64, running i64, oldest_us i64
SELECT queue, sum(CASE WHEN lease_until_us <= :now_us THEN 1 ELSE 0 END) AS waiting,
	sum(CASE WHEN lease_until_us > :now_us THEN 1 ELSE 0 END) AS running, min(run_at_us) AS oldest_us
FROM jobs WHERE state = 'waiting' GROUP BY queue ORDER BY queue LIMIT :max;

-- name: follower_behind :all
-- Firms whose log has events that the follower has not had.
-- operator: a follower serves all firms
-- in: name text, after i64, max i64
-- out: firm_id i64
SELECT t.firm_id FROM trees t
LEFT JOIN follower_positions p ON p.firm_id = t.firm_id AND p.name = :name
WHERE t.firm_id > :after AND t.size > coalesce(p.next_seq, 0) ORDER BY t.firm_id LIMIT :max;

-- name: follower_get :one
-- in: firm_id i64, name text
-- out: next_seq i64
SELECT next_seq FROM follower_positions WHERE firm_id = :firm_id AND name = :name;

-- name: follower_set :exec
-- in: firm_id i64, name text, next_seq i64
INSERT INTO follower_positions (firm_id, name, next_seq) VALUES (:firm_id, :name, :next_seq)
ON CONFLICT (firm_id, name) DO UPDATE SET next_seq = :next_seq;

-- name: periodic_add :exec
-- Does nothing when it is known.
-- operator: what runs periodically goes over all firms
-- in: name text, next_at_us i64
INSERT INTO periodic_runs (firm_id, name, next_at_us, lease_until_us, leased_by, last_at_us, last_error)
VALUES (0, :name, :next_at_us, 0, '', 0, '')
ON CONFLICT (firm_id, name) DO NOTHING;

-- name: periodic_list :all
-- operator: what runs periodically goes over all firms
-- in: max i64
-- out: name text, next_at_us i64, lease_until_us i64, last_at_us i64, last_error text
SELECT name, next_at_us, lease_until_us, last_at_us, last_error FROM periodic_runs
WHERE firm_id = 0 ORDER BY name LIMIT :max;

-- name: periodic_take :exec
-- Nothing is changed when it is not due or another process has it.
-- operator: what runs periodically goes over all firms
-- in: name text, now_us i64, until_us i64, worker text
UPDATE periodic_runs SET lease_until_us = :until_us, leased_by = :worker
WHERE firm_id = 0 AND name = :name AND next_at_us <= :now_us AND lease_until_us <= :now_us;

-- name: periodic_end :exec
-- operator: what runs periodically goes over all firms
-- in: name text, worker text, next_at_us i64, now_us i64, error text
UPDATE periodic_runs SET lease_until_us = 0, leased_by = '', next_at_us = :next_at_us,
	last_at_us = :now_us, last_error = :error
WHERE firm_id = 0 AND name = :name AND leased_by = :worker;
