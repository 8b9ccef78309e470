-- What a firm has set: desk/settings.c.

-- name: setting_get :one
-- in: firm_id i64, key text
-- out: value text, version i64, changed_at_us i64, changed_by text
SELECT value, version, changed_at_us, changed_by FROM settings
WHERE firm_id = :firm_id AND key = :key;

-- name: setting_list :all
-- in: firm_id i64, max i64
-- out: key text, value text, version i64, changed_at_us i64, changed_by text
SELECT key, value, version, changed_at_us, changed_by FROM settings
WHERE firm_id = :firm_id ORDER BY key LIMIT :max;

-- name: setting_set :exec
-- in: firm_id i64, key text, value text, version i64, changed_at_us i64, changed_by text
INSERT INTO settings (firm_id, key, value, version, changed_at_us, changed_by)
VALUES (:firm_id, :key, :value, :version, :changed_at_us, :changed_by)
ON CONFLICT (firm_id, key) DO UPDATE SET value = :value, version = :version,
	changed_at_us = :changed_at_us, changed_by = :changed_by;
