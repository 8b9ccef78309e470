-- Passwords, factors, sessions, tokens, links: what src/desk/identity*.c asks.

-- ---- firms ----

-- name: firm_by_label :one
-- operator: who signs in names the firm; none is known before
-- in: label text
-- out: of_firm_id i64
SELECT of_firm_id FROM firm_labels WHERE firm_id = 0 AND label = :label;

-- name: firm_label_list :all
-- Two are enough to know that a label must be named.
-- operator: no firm is known before the sign-in
-- in: max i64
-- out: label text, of_firm_id i64
SELECT label, of_firm_id FROM firm_labels WHERE firm_id = 0 AND label <> '' ORDER BY label LIMIT :max;

-- name: firm_label_add :exec
-- Nothing is changed when the label is taken.
-- operator: labels are told apart on the whole server
-- in: label text, of_firm_id i64
INSERT INTO firm_labels (firm_id, label, of_firm_id) VALUES (0, :label, :of_firm_id)
ON CONFLICT (firm_id, label) DO NOTHING;

-- name: firm_rules :one
-- What is known of a firm when a password is judged, a factor is named or asked for.
-- in: firm_id i64
-- out: name text, second_factor i64
SELECT name, second_factor FROM kind_firm WHERE firm_id = :firm_id AND id = :firm_id;

-- ---- people ----

-- name: person_by_name :all
-- Login name or mail; one person's mail may be another one's login name.
-- in: firm_id i64, name text, max i64
-- out: id i64
SELECT id FROM kind_user
WHERE firm_id = :firm_id AND (login = :name OR lower(mail) = :name) ORDER BY id LIMIT :max;

-- name: person_get :one
-- in: firm_id i64, id i64
-- out: login text, name text, mail text?, state text, archived_at_us i64?, roles text, main_team_id i64?, language text
SELECT login, name, mail, state, archived_at_us, roles, main_team_id, language FROM kind_user
WHERE firm_id = :firm_id AND id = :id;

-- name: person_teams :all
-- in: firm_id i64, user_id i64, max i64
-- out: team_id i64
SELECT DISTINCT r.from_id AS team_id
FROM record_refs r JOIN kind_team t ON t.firm_id = r.firm_id AND t.id = r.from_id
WHERE r.firm_id = :firm_id AND r.to_kind = 'user' AND r.to_id = :user_id AND r.from_kind = 'team'
	AND r.assigns = 1 AND t.archived_at_us IS NULL
ORDER BY r.from_id LIMIT :max;

-- name: administrator_other :one
-- An administrator beside this one who can sign in.
-- in: firm_id i64, id i64
-- out: id i64
SELECT id FROM kind_user
WHERE firm_id = :firm_id AND id <> :id AND state = 'active' AND archived_at_us IS NULL
	AND roles LIKE '%"administrator"%' LIMIT 1;

-- name: administrator_list :all
-- Who administers the firm and can sign in.
-- in: firm_id i64, max i64
-- out: id i64
SELECT id FROM kind_user
WHERE firm_id = :firm_id AND state = 'active' AND archived_at_us IS NULL
	AND roles LIKE '%"administrator"%' ORDER BY id LIMIT :max;

-- name: contact_get :one
-- in: firm_id i64, id i64
-- out: client_id i64?, state text, archived_at_us i64?, portal i64?, language text
SELECT client_id, state, archived_at_us, portal, language FROM kind_contact
WHERE firm_id = :firm_id AND id = :id;

-- name: client_portal :one
-- in: firm_id i64, id i64
-- out: portal i64?, archived_at_us i64?
SELECT portal, archived_at_us FROM kind_client WHERE firm_id = :firm_id AND id = :id;

-- ---- passwords ----

-- name: credential_get :one
-- in: firm_id i64, user_id i64
-- out: hash text
SELECT hash FROM credentials WHERE firm_id = :firm_id AND user_id = :user_id;

-- name: credential_set :exec
-- in: firm_id i64, user_id i64, hash text, at_us i64
INSERT INTO credentials (firm_id, user_id, hash, at_us) VALUES (:firm_id, :user_id, :hash, :at_us)
ON CONFLICT (firm_id, user_id) DO UPDATE SET hash = :hash, at_us = :at_us;

-- name: credential_rehash :exec
-- The same password with another cost; only when it is still the same.
-- in: firm_id i64, user_id i64, was text, hash text
UPDATE credentials SET hash = :hash WHERE firm_id = :firm_id AND user_id = :user_id AND hash = :was;

-- name: credential_remove :exec
-- in: firm_id i64, user_id i64
DELETE FROM credentials WHERE firm_id = :firm_id AND user_id = :user_id;

-- ---- second factors ----

-- name: totp_get :one
-- in: firm_id i64, user_id i64
-- out: sealed blob, on_at_us i64
SELECT sealed, on_at_us FROM totp WHERE firm_id = :firm_id AND user_id = :user_id;

-- name: totp_set :exec
-- Not over one that is on.
-- in: firm_id i64, user_id i64, sealed blob, at_us i64
INSERT INTO totp (firm_id, user_id, sealed, at_us, on_at_us) VALUES (:firm_id, :user_id, :sealed, :at_us, 0)
ON CONFLICT (firm_id, user_id) DO UPDATE SET sealed = :sealed, at_us = :at_us WHERE totp.on_at_us = 0;

-- name: totp_on :exec
-- in: firm_id i64, user_id i64, at_us i64
UPDATE totp SET on_at_us = :at_us WHERE firm_id = :firm_id AND user_id = :user_id AND on_at_us = 0;

-- name: totp_remove :exec
-- in: firm_id i64, user_id i64
DELETE FROM totp WHERE firm_id = :firm_id AND user_id = :user_id;

-- name: totp_last :one
-- The last step whose code was used.
-- in: firm_id i64, user_id i64
-- out: step i64
SELECT step FROM totp_steps WHERE firm_id = :firm_id AND user_id = :user_id ORDER BY step DESC LIMIT 1;

-- name: totp_use :exec
-- Nothing is changed when the code of that step was used before.
-- in: firm_id i64, user_id i64, step i64
INSERT INTO totp_steps (firm_id, user_id, step) VALUES (:firm_id, :user_id, :step)
ON CONFLICT (firm_id, user_id, step) DO NOTHING;

-- name: totp_forget :exec
-- Steps before the last one used.
-- in: firm_id i64, user_id i64, step i64
DELETE FROM totp_steps WHERE firm_id = :firm_id AND user_id = :user_id AND step < :step;

-- name: recovery_add :exec
-- in: firm_id i64, user_id i64, digest blob
INSERT INTO recovery_codes (firm_id, user_id, digest, used_at_us)
VALUES (:firm_id, :user_id, :digest, 0);

-- name: recovery_use :exec
-- in: firm_id i64, user_id i64, digest blob, at_us i64
UPDATE recovery_codes SET used_at_us = :at_us
WHERE firm_id = :firm_id AND user_id = :user_id AND digest = :digest AND used_at_us = 0;

-- name: recovery_clear :exec
-- in: firm_id i64, user_id i64
DELETE FROM recovery_codes WHERE firm_id = :firm_id AND user_id = :user_id;

-- ---- sessions ----

-- name: session_find :one
-- operator: the digest tells the firm
-- in: digest blob
-- out: firm_id i64, id i64, user_id i64, link_id i64, waits i64, view_as_id i64, made_at_us i64, seen_at_us i64, proved_at_us i64, ended_at_us i64
SELECT firm_id, id, user_id, link_id, waits, view_as_id, made_at_us, seen_at_us, proved_at_us, ended_at_us
FROM sessions WHERE digest = :digest LIMIT 1;

-- name: session_add :exec
-- in: firm_id i64, id i64, digest blob, user_id i64, link_id i64, waits i64, at_us i64, address text, agent text
INSERT INTO sessions (firm_id, id, digest, user_id, link_id, waits, view_as_id, made_at_us, seen_at_us,
	proved_at_us, ended_at_us, address, agent)
VALUES (:firm_id, :id, :digest, :user_id, :link_id, :waits, 0, :at_us, :at_us, :at_us, 0, :address, :agent);

-- name: session_get :one
-- in: firm_id i64, id i64
-- out: digest blob, user_id i64, link_id i64, made_at_us i64, seen_at_us i64, proved_at_us i64, ended_at_us i64
SELECT digest, user_id, link_id, made_at_us, seen_at_us, proved_at_us, ended_at_us FROM sessions
WHERE firm_id = :firm_id AND id = :id;

-- name: session_list :all
-- Of a person, not ended, the newest first.
-- in: firm_id i64, user_id i64, max i64
-- out: id i64, digest blob, made_at_us i64, seen_at_us i64, proved_at_us i64, ended_at_us i64, address text, agent text
SELECT id, digest, made_at_us, seen_at_us, proved_at_us, ended_at_us, address, agent FROM sessions
WHERE firm_id = :firm_id AND user_id = :user_id AND user_id <> 0 AND waits = 0 AND ended_at_us = 0
ORDER BY id DESC LIMIT :max;

-- name: session_renew :exec
-- Shown again: another cookie for the same sign-in.
-- in: firm_id i64, id i64, digest blob, at_us i64
UPDATE sessions SET digest = :digest, seen_at_us = :at_us, proved_at_us = :at_us
WHERE firm_id = :firm_id AND id = :id AND ended_at_us = 0;

-- name: session_touch :exec
-- in: firm_id i64, id i64, at_us i64
UPDATE sessions SET seen_at_us = :at_us WHERE firm_id = :firm_id AND id = :id AND seen_at_us < :at_us;

-- name: session_view :exec
-- in: firm_id i64, id i64, view_as_id i64
UPDATE sessions SET view_as_id = :view_as_id WHERE firm_id = :firm_id AND id = :id AND ended_at_us = 0;

-- name: session_end :exec
-- in: firm_id i64, id i64, at_us i64
UPDATE sessions SET ended_at_us = :at_us WHERE firm_id = :firm_id AND id = :id AND ended_at_us = 0;

-- name: session_end_all :exec
-- Of a person, but for one.
-- in: firm_id i64, user_id i64, but_id i64, at_us i64
UPDATE sessions SET ended_at_us = :at_us
WHERE firm_id = :firm_id AND user_id = :user_id AND user_id <> 0 AND id <> :but_id AND ended_at_us = 0;

-- name: session_end_contact :exec
-- in: firm_id i64, contact_id i64, at_us i64
UPDATE sessions SET ended_at_us = :at_us
WHERE firm_id = :firm_id AND ended_at_us = 0 AND link_id IN (SELECT l.id FROM one_time_links l
	WHERE l.firm_id = :firm_id AND l.user_id = 0 AND l.contact_id = :contact_id);

-- name: session_forget :exec
-- Of a person, made long ago.
-- in: firm_id i64, user_id i64, before_us i64
DELETE FROM sessions WHERE firm_id = :firm_id AND user_id = :user_id AND made_at_us < :before_us;

-- ---- API tokens ----

-- name: token_find :one
-- operator: the digest tells the firm
-- in: digest blob
-- out: firm_id i64, id i64, user_id i64, scope text, used_at_us i64, expires_at_us i64, ended_at_us i64
SELECT firm_id, id, user_id, scope, used_at_us, expires_at_us, ended_at_us
FROM api_tokens WHERE digest = :digest LIMIT 1;

-- name: token_add :exec
-- in: firm_id i64, id i64, digest blob, user_id i64, name text, scope text, at_us i64, expires_at_us i64
INSERT INTO api_tokens (firm_id, id, digest, user_id, name, scope, made_at_us, used_at_us, expires_at_us,
	ended_at_us)
VALUES (:firm_id, :id, :digest, :user_id, :name, :scope, :at_us, 0, :expires_at_us, 0);

-- name: token_get :one
-- in: firm_id i64, id i64
-- out: digest blob, user_id i64, ended_at_us i64
SELECT digest, user_id, ended_at_us FROM api_tokens WHERE firm_id = :firm_id AND id = :id;

-- name: token_list :all
-- Of a person, not taken back, the newest first; expired ones too.
-- in: firm_id i64, user_id i64, max i64
-- out: id i64, name text, scope text, made_at_us i64, used_at_us i64, expires_at_us i64
SELECT id, name, scope, made_at_us, used_at_us, expires_at_us FROM api_tokens
WHERE firm_id = :firm_id AND user_id = :user_id AND ended_at_us = 0 ORDER BY id DESC LIMIT :max;

-- name: token_touch :exec
-- in: firm_id i64, id i64, at_us i64
UPDATE api_tokens SET used_at_us = :at_us WHERE firm_id = :firm_id AND id = :id AND used_at_us < :at_us;

-- name: token_end :exec
-- in: firm_id i64, id i64, at_us i64
UPDATE api_tokens SET ended_at_us = :at_us WHERE firm_id = :firm_id AND id = :id AND ended_at_us = 0;

-- name: token_end_all :exec
-- Of a person who leaves.
-- in: firm_id i64, user_id i64, at_us i64
UPDATE api_tokens SET ended_at_us = :at_us
WHERE firm_id = :firm_id AND user_id = :user_id AND ended_at_us = 0;

-- ---- links ----

-- name: door_find :one
-- operator: the digest tells the firm
-- in: digest blob
-- out: firm_id i64, id i64, purpose text, user_id i64, contact_id i64, kind text, record_id i64, expires_at_us i64, used_at_us i64
SELECT firm_id, id, purpose, user_id, contact_id, kind, record_id, expires_at_us, used_at_us
FROM one_time_links WHERE digest = :digest LIMIT 1;

-- name: door_add :exec
-- in: firm_id i64, id i64, digest blob, purpose text, user_id i64, contact_id i64, kind text, record_id i64, at_us i64, expires_at_us i64
INSERT INTO one_time_links (firm_id, id, digest, purpose, user_id, contact_id, kind, record_id, made_at_us,
	expires_at_us, used_at_us)
VALUES (:firm_id, :id, :digest, :purpose, :user_id, :contact_id, :kind, :record_id, :at_us,
	:expires_at_us, 0);

-- name: door_get :one
-- in: firm_id i64, id i64
-- out: contact_id i64, kind text, record_id i64
SELECT contact_id, kind, record_id FROM one_time_links WHERE firm_id = :firm_id AND id = :id;

-- name: door_use :exec
-- in: firm_id i64, id i64, at_us i64
UPDATE one_time_links SET used_at_us = :at_us
WHERE firm_id = :firm_id AND id = :id AND used_at_us = 0 AND expires_at_us > :at_us;

-- name: door_end_all :exec
-- Links of a person or a contact that were not used yet.
-- in: firm_id i64, user_id i64, contact_id i64, at_us i64
UPDATE one_time_links SET used_at_us = :at_us
WHERE firm_id = :firm_id AND user_id = :user_id AND contact_id = :contact_id AND used_at_us = 0;

-- name: setup_link_add :exec
-- operator: there is no firm yet
-- in: id i64, digest blob, at_us i64, expires_at_us i64
INSERT INTO one_time_links (firm_id, id, digest, purpose, user_id, contact_id, kind, record_id, made_at_us,
	expires_at_us, used_at_us)
VALUES (0, :id, :digest, 'set-up', 0, 0, '', 0, :at_us, :expires_at_us, 0);

-- name: setup_link_use :exec
-- operator: there is no firm yet
-- in: digest blob, at_us i64
UPDATE one_time_links SET used_at_us = :at_us
WHERE firm_id = 0 AND digest = :digest AND purpose = 'set-up' AND used_at_us = 0 AND expires_at_us > :at_us;
