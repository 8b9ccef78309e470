-- Where PostgreSQL differs.

-- name: tree_lock
SELECT size, at_us, range FROM trees WHERE firm_id = :firm_id FOR UPDATE;
