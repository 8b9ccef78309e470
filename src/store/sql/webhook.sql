-- Webhooks and their deliveries: desk/webhooks.c.

-- name: webhook_add :exec
-- in: firm_id i64, id i64, name text, url text, secret text, patterns text, active i64, from_seq i64, now_us i64
INSERT INTO webhooks (firm_id, id, version, name, url, secret, patterns, active, from_seq,
	failing_since_us, made_at_us)
VALUES (:firm_id, :id, 1, :name, :url, :secret, :patterns, :active, :from_seq, 0, :now_us);

-- name: webhook_change :exec
-- in: firm_id i64, id i64, version i64, name text, url text, secret text, patterns text, active i64, from_seq i64
UPDATE webhooks SET version = version + 1, name = :name, url = :url, secret = :secret,
	patterns = :patterns, active = :active, from_seq = :from_seq, failing_since_us = 0
WHERE firm_id = :firm_id AND id = :id AND version = :version;

-- name: webhook_failing :exec
-- in: firm_id i64, id i64, since_us i64, active i64
UPDATE webhooks SET failing_since_us = :since_us, active = :active
WHERE firm_id = :firm_id AND id = :id;

-- name: webhook_remove :exec
-- in: firm_id i64, id i64
DELETE FROM webhooks WHERE firm_id = :firm_id AND id = :id;

-- name: webhook_get :one
-- in: firm_id i64, id i64
-- out: version i64, name text, url text, secret text, patterns text, active i64, from_seq i64, failing_since_us i64, made_at_us i64
SELECT version, name, url, secret, patterns, active, from_seq, failing_since_us, made_at_us FROM webhooks
WHERE firm_id = :firm_id AND id = :id;

-- name: webhook_list :all
-- in: firm_id i64, max i64
-- out: id i64, version i64, name text, url text, secret text, patterns text, active i64, from_seq i64, failing_since_us i64, made_at_us i64
SELECT id, version, name, url, secret, patterns, active, from_seq, failing_since_us, made_at_us
FROM webhooks WHERE firm_id = :firm_id ORDER BY id LIMIT :max;

-- name: delivery_add :exec
-- Nothing is changed when the event was ordered for this webhook before.
-- in: firm_id i64, id i64, webhook_id i64, seq i64, type text, now_us i64
INSERT INTO deliveries (firm_id, id, webhook_id, seq, type, state, attempts, status, error, at_us,
	next_at_us, sent_at_us)
VALUES (:firm_id, :id, :webhook_id, :seq, :type, 'waiting', 0, 0, '', :now_us, :now_us, 0)
ON CONFLICT (firm_id, webhook_id, seq) DO NOTHING;

-- name: delivery_get :one
-- in: firm_id i64, id i64
-- out: webhook_id i64, seq i64, type text, state text, attempts i64, status i64, error text, at_us i64, next_at_us i64, sent_at_us i64
SELECT webhook_id, seq, type, state, attempts, status, error, at_us, next_at_us, sent_at_us
FROM deliveries WHERE firm_id = :firm_id AND id = :id;

-- name: delivery_list :all
-- The newest first.
-- in: firm_id i64, webhook_id i64, before_id i64, max i64
-- out: id i64, seq i64, type text, state text, attempts i64, status i64, error text, at_us i64, next_at_us i64, sent_at_us i64
SELECT id, seq, type, state, attempts, status, error, at_us, next_at_us, sent_at_us FROM deliveries
WHERE firm_id = :firm_id AND webhook_id = :webhook_id AND id < :before_id ORDER BY id DESC LIMIT :max;

-- name: delivery_tried :exec
-- in: firm_id i64, id i64, state text, status i64, error text, next_at_us i64, sent_at_us i64
UPDATE deliveries SET state = :state, attempts = attempts + 1, status = :status, error = :error,
	next_at_us = :next_at_us, sent_at_us = :sent_at_us
WHERE firm_id = :firm_id AND id = :id;

-- name: delivery_again :exec
-- in: firm_id i64, id i64, now_us i64
UPDATE deliveries SET state = 'waiting', next_at_us = :now_us WHERE firm_id = :firm_id AND id = :id;

-- name: delivery_forget :exec
-- in: firm_id i64, before_us i64
DELETE FROM deliveries WHERE firm_id = :firm_id AND at_us < :before_us AND state <> 'waiting';

-- name: delivery_drop :exec
-- Those of a webhook that is removed.
-- in: firm_id i64, webhook_id i64
DELETE FROM deliveries WHERE firm_id = :firm_id AND webhook_id = :webhook_id;
