-- What belongs to records of every kind: src/record asks this. A kind's own table is asked with
-- the statements that the build makes from model/<kind>.toml.

-- name: comment_add :exec
-- in: firm_id i64, id i64, kind text, record_id i64, parent_id i64, author text, at_us i64, body text, for_client bool
INSERT INTO comments (firm_id, id, kind, record_id, parent_id, author, at_us, body, for_client, edited_at_us, removed)
VALUES (:firm_id, :id, :kind, :record_id, :parent_id, :author, :at_us, :body, :for_client, 0, 0);

-- name: comment_edit :exec
-- in: firm_id i64, id i64, body text, at_us i64
UPDATE comments SET body = :body, edited_at_us = :at_us
WHERE firm_id = :firm_id AND id = :id AND removed = 0;

-- name: comment_remove :exec
-- in: firm_id i64, id i64, at_us i64
UPDATE comments SET body = '', removed = 1, edited_at_us = :at_us
WHERE firm_id = :firm_id AND id = :id;

-- name: comment_get :one
-- in: firm_id i64, id i64
-- out: kind text, record_id i64, author text, removed i64, for_client bool
SELECT kind, record_id, author, removed, for_client FROM comments WHERE firm_id = :firm_id AND id = :id;

-- name: comment_list :all
-- Both threads, or with least 1 only what the client sees.
-- in: firm_id i64, kind text, record_id i64, after_id i64, least i64, max i64
-- out: id i64, parent_id i64, author text, at_us i64, body text, edited_at_us i64, removed i64, for_client bool
SELECT id, parent_id, author, at_us, body, edited_at_us, removed, for_client FROM comments
WHERE firm_id = :firm_id AND kind = :kind AND record_id = :record_id AND id > :after_id AND for_client >= :least
ORDER BY id LIMIT :max;

-- name: watch_add :exec
-- in: firm_id i64, kind text, record_id i64, user_id i64
INSERT INTO watchers (firm_id, kind, record_id, user_id)
VALUES (:firm_id, :kind, :record_id, :user_id)
ON CONFLICT (firm_id, kind, record_id, user_id) DO NOTHING;

-- name: watch_remove :exec
-- in: firm_id i64, kind text, record_id i64, user_id i64
DELETE FROM watchers
WHERE firm_id = :firm_id AND kind = :kind AND record_id = :record_id AND user_id = :user_id;

-- name: watch_list :all
-- in: firm_id i64, kind text, record_id i64, max i64
-- out: user_id i64
SELECT user_id FROM watchers
WHERE firm_id = :firm_id AND kind = :kind AND record_id = :record_id ORDER BY user_id LIMIT :max;

-- name: link_add :exec
-- in: firm_id i64, kind text, record_id i64, meaning text, other_kind text, other_id i64
INSERT INTO links (firm_id, kind, record_id, meaning, other_kind, other_id)
VALUES (:firm_id, :kind, :record_id, :meaning, :other_kind, :other_id)
ON CONFLICT (firm_id, kind, record_id, meaning, other_kind, other_id) DO NOTHING;

-- name: link_remove :exec
-- in: firm_id i64, kind text, record_id i64, meaning text, other_kind text, other_id i64
DELETE FROM links
WHERE firm_id = :firm_id AND kind = :kind AND record_id = :record_id AND meaning = :meaning
	AND other_kind = :other_kind AND other_id = :other_id;

-- name: link_list :all
-- Links of a record in both directions; inward ones have `inward` 1.
-- in: firm_id i64, kind text, record_id i64, max i64
-- out: inward i64, meaning text, other_kind text, other_id i64
SELECT 0 AS inward, meaning, other_kind, other_id FROM links
WHERE firm_id = :firm_id AND kind = :kind AND record_id = :record_id
UNION ALL
SELECT 1 AS inward, meaning, kind AS other_kind, record_id AS other_id FROM links
WHERE firm_id = :firm_id AND other_kind = :kind AND other_id = :record_id
ORDER BY inward, meaning, other_kind, other_id LIMIT :max;

-- name: tag_add :exec
-- in: firm_id i64, kind text, tag text, record_id i64
INSERT INTO tags (firm_id, kind, tag, record_id) VALUES (:firm_id, :kind, :tag, :record_id)
ON CONFLICT (firm_id, kind, tag, record_id) DO NOTHING;

-- name: tag_remove :exec
-- in: firm_id i64, kind text, tag text, record_id i64
DELETE FROM tags
WHERE firm_id = :firm_id AND kind = :kind AND tag = :tag AND record_id = :record_id;

-- name: tag_list :all
-- in: firm_id i64, kind text, record_id i64, max i64
-- out: tag text
SELECT tag FROM tags WHERE firm_id = :firm_id AND kind = :kind AND record_id = :record_id
ORDER BY tag LIMIT :max;

-- name: attachment_add :exec
-- in: firm_id i64, id i64, kind text, record_id i64, name text, sha256 text, size i64, media_type text, author text, at_us i64
INSERT INTO attachments (firm_id, id, kind, record_id, name, sha256, size, media_type, author, at_us, removed)
VALUES (:firm_id, :id, :kind, :record_id, :name, :sha256, :size, :media_type, :author, :at_us, 0);

-- name: attachment_remove :exec
-- in: firm_id i64, id i64
UPDATE attachments SET removed = 1 WHERE firm_id = :firm_id AND id = :id;

-- name: attachment_get :one
-- in: firm_id i64, id i64
-- out: kind text, record_id i64, name text, sha256 text, size i64, media_type text, author text, removed i64
SELECT kind, record_id, name, sha256, size, media_type, author, removed FROM attachments
WHERE firm_id = :firm_id AND id = :id;

-- name: attachment_list :all
-- in: firm_id i64, kind text, record_id i64, max i64
-- out: id i64, name text, sha256 text, size i64, media_type text, author text, at_us i64
SELECT id, name, sha256, size, media_type, author, at_us FROM attachments
WHERE firm_id = :firm_id AND kind = :kind AND record_id = :record_id AND removed = 0
ORDER BY id LIMIT :max;

-- name: reminder_add :exec
-- in: firm_id i64, id i64, kind text, record_id i64, user_id i64, at_us i64, note text
INSERT INTO reminders (firm_id, id, kind, record_id, user_id, at_us, note)
VALUES (:firm_id, :id, :kind, :record_id, :user_id, :at_us, :note);

-- name: reminder_remove :exec
-- in: firm_id i64, id i64
DELETE FROM reminders WHERE firm_id = :firm_id AND id = :id;

-- name: reminder_get :one
-- in: firm_id i64, id i64
-- out: kind text, record_id i64, user_id i64
SELECT kind, record_id, user_id FROM reminders WHERE firm_id = :firm_id AND id = :id;

-- name: reminder_list :all
-- Reminders of one person about one record.
-- in: firm_id i64, kind text, record_id i64, user_id i64, max i64
-- out: id i64, at_us i64, note text
SELECT id, at_us, note FROM reminders
WHERE firm_id = :firm_id AND kind = :kind AND record_id = :record_id AND user_id = :user_id
ORDER BY at_us LIMIT :max;

-- name: reminder_due :all
-- in: firm_id i64, now_us i64, max i64
-- out: id i64, kind text, record_id i64, user_id i64, note text
SELECT id, kind, record_id, user_id, note FROM reminders
WHERE firm_id = :firm_id AND at_us <= :now_us ORDER BY at_us, id LIMIT :max;

-- name: ref_add :exec
-- in: firm_id i64, to_kind text, to_id i64, from_kind text, from_id i64, field text, assigns i64
INSERT INTO record_refs (firm_id, to_kind, to_id, from_kind, from_id, field, assigns)
VALUES (:firm_id, :to_kind, :to_id, :from_kind, :from_id, :field, :assigns)
ON CONFLICT (firm_id, to_kind, to_id, from_kind, from_id, field) DO NOTHING;

-- name: ref_remove :exec
-- in: firm_id i64, to_kind text, to_id i64, from_kind text, from_id i64, field text
DELETE FROM record_refs
WHERE firm_id = :firm_id AND to_kind = :to_kind AND to_id = :to_id AND from_kind = :from_kind
	AND from_id = :from_id AND field = :field;

-- name: ref_list :all
-- Records whose fields refer to this one.
-- in: firm_id i64, to_kind text, to_id i64, max i64
-- out: from_kind text, from_id i64, field text
SELECT from_kind, from_id, field FROM record_refs
WHERE firm_id = :firm_id AND to_kind = :to_kind AND to_id = :to_id
ORDER BY from_kind, from_id, field LIMIT :max;

-- name: relation_mine :one
-- Whether a person is named in a field that assigns a record or, with `watching` 1, watches it.
-- in: firm_id i64, kind text, record_id i64, user_id i64, watching i64
-- out: mine i64
SELECT 1 AS mine FROM watchers
WHERE firm_id = :firm_id AND kind = :kind AND record_id = :record_id AND user_id = :user_id
	AND :watching = 1
UNION ALL
SELECT 1 AS mine FROM record_refs
WHERE firm_id = :firm_id AND to_kind = 'user' AND to_id = :user_id AND from_kind = :kind
	AND from_id = :record_id AND assigns = 1
LIMIT 1;

-- name: relation_client :one
-- Whether a person serves a client: owns it, or is named in a field of it that assigns.
-- in: firm_id i64, client_id i64, user_id i64
-- out: serves i64
SELECT 1 AS serves FROM record_refs
WHERE firm_id = :firm_id AND to_kind = 'user' AND to_id = :user_id AND from_kind = 'client'
	AND from_id = :client_id AND assigns = 1
LIMIT 1;

-- name: number_last :one
-- The last number given. Only the writer of the firm gives numbers, so it is still the last when
-- number_given says the next; RETURNING would save a statement and cost twice as much.
-- in: firm_id i64, kind text, year i64
-- out: last i64
SELECT last FROM number_counters WHERE firm_id = :firm_id AND kind = :kind AND year = :year;

-- name: number_given :exec
-- in: firm_id i64, kind text, year i64, last i64
INSERT INTO number_counters (firm_id, kind, year, last) VALUES (:firm_id, :kind, :year, :last)
ON CONFLICT (firm_id, kind, year) DO UPDATE SET last = excluded.last;

-- name: answer_get :one
-- in: firm_id i64, actor text, key text
-- out: request blob, status i64, body text
SELECT request, status, body FROM answers
WHERE firm_id = :firm_id AND actor = :actor AND key = :key;

-- name: answer_add :exec
-- in: firm_id i64, actor text, key text, request blob, status i64, body text, at_us i64
INSERT INTO answers (firm_id, actor, key, request, status, body, at_us)
VALUES (:firm_id, :actor, :key, :request, :status, :body, :at_us);

-- name: answer_forget :exec
-- in: firm_id i64, before_us i64
DELETE FROM answers WHERE firm_id = :firm_id AND at_us < :before_us;

-- name: view_add :exec
-- in: firm_id i64, id i64, kind text, owner_id i64, shared i64, name text, filter text, sort text, columns text
INSERT INTO saved_views (firm_id, id, kind, owner_id, shared, name, filter, sort, columns, version)
VALUES (:firm_id, :id, :kind, :owner_id, :shared, :name, :filter, :sort, :columns, 1);

-- name: view_change :exec
-- in: firm_id i64, id i64, version i64, shared i64, name text, filter text, sort text, columns text
UPDATE saved_views SET shared = :shared, name = :name, filter = :filter, sort = :sort,
	columns = :columns, version = version + 1
WHERE firm_id = :firm_id AND id = :id AND version = :version;

-- name: view_remove :exec
-- in: firm_id i64, id i64
DELETE FROM saved_views WHERE firm_id = :firm_id AND id = :id;

-- name: view_get :one
-- in: firm_id i64, id i64
-- out: kind text, owner_id i64, shared i64, version i64
SELECT kind, owner_id, shared, version FROM saved_views WHERE firm_id = :firm_id AND id = :id;

-- name: view_list :all
-- in: firm_id i64, kind text, owner_id i64, max i64
-- out: id i64, owner_id i64, shared i64, name text, filter text, sort text, columns text, version i64
SELECT id, owner_id, shared, name, filter, sort, columns, version FROM saved_views
WHERE firm_id = :firm_id AND kind = :kind AND (owner_id = :owner_id OR shared = 1)
ORDER BY name, id LIMIT :max;

-- name: pending_put :exec
-- All words of a record, until they are in search_term; `terms` is a JSON array of texts, in order.
-- in: firm_id i64, kind text, id i64, terms text
INSERT INTO search_pending (firm_id, kind, id, terms) VALUES (:firm_id, :kind, :id, :terms)
ON CONFLICT (firm_id, kind, id) DO UPDATE SET terms = excluded.terms;

-- name: pending_shrink :exec
-- A record lost words and got none: nothing to do when it is not waiting.
-- in: firm_id i64, kind text, id i64, terms text
UPDATE search_pending SET terms = :terms WHERE firm_id = :firm_id AND kind = :kind AND id = :id;

-- name: pending_count :one
-- in: firm_id i64, max i64
-- out: n i64
SELECT count(*) AS n FROM (SELECT 1 AS x FROM search_pending WHERE firm_id = :firm_id LIMIT :max) t;

-- name: pending_firms :all
-- operator: the upkeep of all firms asks who has words waiting
-- in: after i64, max i64
-- out: firm_id i64
SELECT t.firm_id FROM trees t
WHERE t.firm_id > :after AND EXISTS (SELECT 1 FROM search_pending p WHERE p.firm_id = t.firm_id)
ORDER BY t.firm_id LIMIT :max;

-- name: pending_merge :exec
-- The words of the first `max` records that wait.
-- in: firm_id i64, max i64
INSERT OR IGNORE INTO search_term (firm_id, term, kind, id)
SELECT :firm_id, t.value, p.kind, p.id
FROM (SELECT kind, id, terms FROM search_pending WHERE firm_id = :firm_id
      ORDER BY kind, id LIMIT :max) p, json_each(p.terms) t;

-- name: pending_merged :exec
-- The same records wait no longer.
-- in: firm_id i64, max i64
DELETE FROM search_pending WHERE firm_id = :firm_id AND (kind, id) IN
(SELECT kind, id FROM search_pending WHERE firm_id = :firm_id ORDER BY kind, id LIMIT :max);

-- name: term_remove :exec
-- in: firm_id i64, term text, kind text, id i64
DELETE FROM search_term WHERE firm_id = :firm_id AND term = :term AND kind = :kind AND id = :id;

-- name: clear_comments :exec
-- in: firm_id i64
DELETE FROM comments WHERE firm_id = :firm_id;

-- name: clear_watchers :exec
-- in: firm_id i64
DELETE FROM watchers WHERE firm_id = :firm_id;

-- name: clear_links :exec
-- in: firm_id i64
DELETE FROM links WHERE firm_id = :firm_id;

-- name: clear_tags :exec
-- in: firm_id i64
DELETE FROM tags WHERE firm_id = :firm_id;

-- name: clear_attachments :exec
-- in: firm_id i64
DELETE FROM attachments WHERE firm_id = :firm_id;

-- name: clear_reminders :exec
-- in: firm_id i64
DELETE FROM reminders WHERE firm_id = :firm_id;

-- name: clear_refs :exec
-- in: firm_id i64
DELETE FROM record_refs WHERE firm_id = :firm_id;

-- name: clear_terms :exec
-- in: firm_id i64
DELETE FROM search_term WHERE firm_id = :firm_id;

-- name: clear_pending :exec
-- in: firm_id i64
DELETE FROM search_pending WHERE firm_id = :firm_id;
