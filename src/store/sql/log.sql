-- The event log: what log.c, checkpoint.c and verify.c ask.

-- name: tree_load :one
-- The head of the log.
-- in: firm_id i64
-- out: size i64, at_us i64, range blob
SELECT size, at_us, range FROM trees WHERE firm_id = :firm_id;

-- name: tree_lock :one
-- The same, for who is going to append: other processes wait until this one has committed.
-- in: firm_id i64
-- out: size i64, at_us i64, range blob
SELECT size, at_us, range FROM trees WHERE firm_id = :firm_id;

-- name: tree_make :exec
-- The empty log of a new firm; does nothing when there is one.
-- in: firm_id i64, range blob
INSERT INTO trees (firm_id, size, at_us, range) VALUES (:firm_id, 0, 0, :range)
ON CONFLICT (firm_id) DO NOTHING;

-- name: tree_save :exec
-- in: firm_id i64, size i64, at_us i64, range blob
UPDATE trees SET size = :size, at_us = :at_us, range = :range WHERE firm_id = :firm_id;

-- name: event_add :exec
-- in: firm_id i64, seq i64, at_us i64, type text, kind text, record_id i64, actor text, body blob
INSERT INTO events (firm_id, seq, at_us, type, kind, record_id, actor, body)
VALUES (:firm_id, :seq, :at_us, :type, :kind, :record_id, :actor, :body);

-- name: payload_add :exec
-- in: firm_id i64, seq i64, salt blob, body blob
INSERT INTO payloads (firm_id, seq, salt, body) VALUES (:firm_id, :seq, :salt, :body);

-- name: tile_add :exec
-- in: firm_id i64, level i64, n i64, hash blob
INSERT INTO tiles (firm_id, level, n, hash) VALUES (:firm_id, :level, :n, :hash);

-- name: tile_get :all
-- The stored hashes of one tile, in order.
-- in: firm_id i64, level i64, first i64
-- out: n i64, hash blob
SELECT n, hash FROM tiles
WHERE firm_id = :firm_id AND level = :level AND n >= :first AND n < :first + 256 ORDER BY n;

-- name: event_check :all
-- What was just appended, read back before the commit. A payload that is missing was erased in
-- the same batch.
-- in: firm_id i64, seq i64, max i64
-- out: seq i64, body blob, salt blob?, payload blob?
SELECT e.seq, e.body, p.salt, p.body AS payload
FROM events e LEFT JOIN payloads p ON p.firm_id = e.firm_id AND p.seq = e.seq
WHERE e.firm_id = :firm_id AND e.seq >= :seq ORDER BY e.seq LIMIT :max;

-- name: event_bodies :all
-- in: firm_id i64, seq i64, max i64
-- out: seq i64, body blob
SELECT seq, body FROM events WHERE firm_id = :firm_id AND seq >= :seq ORDER BY seq LIMIT :max;

-- name: event_rows :all
-- Whole events in order, as verify and readers of the log want them.
-- in: firm_id i64, seq i64, max i64
-- out: seq i64, at_us i64, type text, kind text, record_id i64, actor text, body blob, salt blob?, payload blob?
SELECT e.seq, e.at_us, e.type, e.kind, e.record_id, e.actor, e.body, p.salt, p.body AS payload
FROM events e LEFT JOIN payloads p ON p.firm_id = e.firm_id AND p.seq = e.seq
WHERE e.firm_id = :firm_id AND e.seq >= :seq ORDER BY e.seq LIMIT :max;

-- name: event_of_record :all
-- in: firm_id i64, kind text, record_id i64, before i64, max i64
-- out: seq i64, at_us i64, type text, kind text, record_id i64, actor text, body blob, salt blob?, payload blob?
SELECT e.seq, e.at_us, e.type, e.kind, e.record_id, e.actor, e.body, p.salt, p.body AS payload
FROM events e LEFT JOIN payloads p ON p.firm_id = e.firm_id AND p.seq = e.seq
WHERE e.firm_id = :firm_id AND e.kind = :kind AND e.record_id = :record_id AND e.record_id <> 0
	AND e.seq < :before
ORDER BY e.seq DESC LIMIT :max;

-- name: erased_between :one
-- How many events of erasing are among these: their own payloads stay, they are what verify reads.
-- in: firm_id i64, first i64, last i64
-- out: n i64
SELECT count(*) AS n FROM events
WHERE firm_id = :firm_id AND seq >= :first AND seq <= :last AND type = 'payload.erased';

-- name: erasure_add :exec
-- Allows the payload to be deleted.
-- in: firm_id i64, seq i64, by_seq i64
INSERT INTO erasures (firm_id, seq, by_seq) VALUES (:firm_id, :seq, :by_seq);

-- name: payload_erase :exec
-- The only statement that may delete payloads; a trigger wants the erasure first.
-- in: firm_id i64, seq i64
DELETE FROM payloads WHERE firm_id = :firm_id AND seq = :seq;

-- name: checkpoint_add :exec
-- in: firm_id i64, size i64, root blob, note text, at_us i64
INSERT INTO checkpoints (firm_id, size, root, note, at_us, sent_at_us)
VALUES (:firm_id, :size, :root, :note, :at_us, 0);

-- name: checkpoint_last :one
-- in: firm_id i64
-- out: size i64, root blob, note text, at_us i64, sent_at_us i64
SELECT size, root, note, at_us, sent_at_us FROM checkpoints WHERE firm_id = :firm_id
ORDER BY size DESC LIMIT 1;

-- name: checkpoint_after :all
-- in: firm_id i64, size i64, max i64
-- out: size i64, note text
SELECT size, note FROM checkpoints WHERE firm_id = :firm_id AND size > :size
ORDER BY size LIMIT :max;

-- name: checkpoint_unsent :all
-- Those of which no copy has left the machine yet, behind all that has.
-- in: firm_id i64, max i64
-- out: size i64, at_us i64
SELECT size, at_us FROM checkpoints
WHERE firm_id = :firm_id AND sent_at_us = 0 AND size > coalesce((SELECT max(next_seq)
	FROM follower_positions WHERE firm_id = :firm_id AND name LIKE 'anchor.%'), 0)
ORDER BY size LIMIT :max;

-- name: checkpoint_sent :exec
-- A copy of a head fixes all that was signed before it: from where the place was to this size.
-- in: firm_id i64, after i64, size i64, sent_at_us i64
UPDATE checkpoints SET sent_at_us = :sent_at_us
WHERE firm_id = :firm_id AND size > :after AND size <= :size AND sent_at_us = 0;

-- name: anchor_behind :all
-- Firms that have signed what a place outside (name) has not got, have set the setting `key` ('' =
-- none is needed), and for which no such job waits or ended without success since.
-- operator: checkpoints of all firms are taken out of the machine
-- in: name text, key text, kind text, since_us i64, after i64, max i64
-- out: firm_id i64
SELECT t.firm_id FROM trees t
LEFT JOIN follower_positions p ON p.firm_id = t.firm_id AND p.name = :name
WHERE t.firm_id > :after
	AND (:key = '' OR EXISTS (SELECT 1 FROM settings s
		WHERE s.firm_id = t.firm_id AND s.key = :key AND s.value <> ''))
	AND coalesce((SELECT max(c.size) FROM checkpoints c WHERE c.firm_id = t.firm_id), 0)
		> coalesce(p.next_seq, 0)
	AND NOT EXISTS (SELECT 1 FROM jobs j
		WHERE j.firm_id = t.firm_id AND j.kind = :kind AND j.state = 'waiting')
	AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.firm_id = t.firm_id AND j.kind = :kind
		AND j.state <> 'waiting' AND j.state <> 'done' AND j.ended_at_us > :since_us)
ORDER BY t.firm_id LIMIT :max;

-- name: firm_of_log_after :all
-- Every firm that has a log, by id.
-- operator: verify, backup and the signing of checkpoints go from firm to firm
-- in: after i64, max i64
-- out: firm_id i64, size i64, at_us i64
SELECT firm_id, size, at_us FROM trees WHERE firm_id > :after ORDER BY firm_id LIMIT :max;

-- name: firm_to_sign :all
-- Every firm that has a log, with what was signed last of it (0 = nothing).
-- operator: the signing of checkpoints goes from firm to firm
-- in: after i64, max i64
-- out: firm_id i64, size i64, signed_size i64, signed_at_us i64
SELECT t.firm_id, t.size,
	coalesce((SELECT max(c.size) FROM checkpoints c WHERE c.firm_id = t.firm_id), 0) AS signed_size,
	coalesce((SELECT max(c.at_us) FROM checkpoints c WHERE c.firm_id = t.firm_id), 0) AS signed_at_us
FROM trees t WHERE t.firm_id > :after ORDER BY t.firm_id LIMIT :max;
