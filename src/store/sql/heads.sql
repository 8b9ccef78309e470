-- The log over all firms: what heads.c and heads_check.c ask.

-- name: head_get :one
-- The firm's last checkpoint that stands in the log over all firms.
-- in: firm_id i64
-- out: size i64, seq i64
SELECT size, seq FROM heads WHERE firm_id = :firm_id;

-- name: head_set :exec
-- in: firm_id i64, size i64, seq i64
INSERT INTO heads (firm_id, size, seq) VALUES (:firm_id, :size, :seq)
ON CONFLICT (firm_id) DO UPDATE SET size = excluded.size, seq = excluded.seq;

-- name: head_behind :all
-- Firms before `below` whose last signed checkpoint does not stand in the log over all firms.
-- operator: the log over all firms takes from each
-- in: after i64, below i64, max i64
-- out: firm_id i64, size i64, root blob
SELECT c.firm_id, c.size, c.root FROM checkpoints c
WHERE c.firm_id > :after AND c.firm_id < :below
	AND c.size = (SELECT max(d.size) FROM checkpoints d WHERE d.firm_id = c.firm_id)
	AND c.size > coalesce((SELECT h.size FROM heads h WHERE h.firm_id = c.firm_id), 0)
ORDER BY c.firm_id LIMIT :max;

-- name: checkpoint_get :one
-- in: firm_id i64, size i64
-- out: note text
SELECT note FROM checkpoints WHERE firm_id = :firm_id AND size = :size;

-- name: checkpoint_behind :one
-- The time of the first checkpoint behind this size, and how many there are.
-- in: firm_id i64, size i64
-- out: at_us i64, n i64
SELECT coalesce(min(at_us), 0) AS at_us, count(*) AS n FROM checkpoints
WHERE firm_id = :firm_id AND size > :size;
