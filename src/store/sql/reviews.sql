-- Reviews on schedule: desk/reviews.c.

-- name: review_add :exec
-- Nothing is changed when that day was asked for before.
-- in: firm_id i64, kind text, record_id i64, day i64, task_id i64
INSERT INTO reviews (firm_id, kind, record_id, day, task_id)
VALUES (:firm_id, :kind, :record_id, :day, :task_id)
ON CONFLICT (firm_id, kind, record_id, day) DO NOTHING;

-- name: review_last :one
-- The last day that was asked for, on or before a day.
-- in: firm_id i64, kind text, record_id i64, until_day i64
-- out: day i64
SELECT day FROM reviews
WHERE firm_id = :firm_id AND kind = :kind AND record_id = :record_id AND day <= :until_day
ORDER BY day DESC LIMIT 1;

-- name: review_of_task :one
-- in: firm_id i64, task_id i64
-- out: kind text, record_id i64, day i64
SELECT kind, record_id, day FROM reviews WHERE firm_id = :firm_id AND task_id = :task_id
ORDER BY day DESC LIMIT 1;
