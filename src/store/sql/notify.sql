-- Notifications: desk/notice.c, inbox.c, reminders.c, digest.c.

-- name: notice_add :exec
-- Nothing is changed when the person was told of it before.
-- in: firm_id i64, id i64, user_id i64, notice text, kind text, record_id i64, mark i64, actor text, detail text, at_us i64, read_at_us i64, digest_id i64
INSERT INTO notifications (firm_id, id, user_id, notice, kind, record_id, mark, actor, detail, at_us,
	read_at_us, sent_at_us, digest_id)
VALUES (:firm_id, :id, :user_id, :notice, :kind, :record_id, :mark, :actor, :detail, :at_us,
	:read_at_us, 0, :digest_id)
ON CONFLICT (firm_id, user_id, kind, record_id, notice, mark) DO NOTHING;

-- name: notice_get :one
-- in: firm_id i64, id i64
-- out: user_id i64, notice text, kind text, record_id i64, actor text, detail text, at_us i64, read_at_us i64, sent_at_us i64
SELECT user_id, notice, kind, record_id, actor, detail, at_us, read_at_us, sent_at_us FROM notifications
WHERE firm_id = :firm_id AND id = :id;

-- name: notice_sent :exec
-- in: firm_id i64, id i64, sent_at_us i64
UPDATE notifications SET sent_at_us = :sent_at_us WHERE firm_id = :firm_id AND id = :id;

-- name: inbox_unread :all
-- in: firm_id i64, user_id i64, before_id i64, max i64
-- out: id i64, notice text, kind text, record_id i64, actor text, detail text, at_us i64, read_at_us i64
SELECT id, notice, kind, record_id, actor, detail, at_us, read_at_us FROM notifications
WHERE firm_id = :firm_id AND user_id = :user_id AND read_at_us = 0 AND id < :before_id
ORDER BY id DESC LIMIT :max;

-- name: inbox_read :all
-- in: firm_id i64, user_id i64, before_id i64, max i64
-- out: id i64, notice text, kind text, record_id i64, actor text, detail text, at_us i64, read_at_us i64
SELECT id, notice, kind, record_id, actor, detail, at_us, read_at_us FROM notifications
WHERE firm_id = :firm_id AND user_id = :user_id AND read_at_us > 0 AND id < :before_id
ORDER BY id DESC LIMIT :max;

-- name: inbox_count :one
-- How many are unread, counted up to 1,000.
-- in: firm_id i64, user_id i64
-- out: n i64
SELECT count(*) AS n FROM (SELECT id FROM notifications
	WHERE firm_id = :firm_id AND user_id = :user_id AND read_at_us = 0 LIMIT 1000) u;

-- name: inbox_mark :exec
-- in: firm_id i64, user_id i64, id i64, now_us i64
UPDATE notifications SET read_at_us = :now_us
WHERE firm_id = :firm_id AND user_id = :user_id AND id = :id AND read_at_us = 0;

-- name: inbox_mark_all :exec
-- Those up to an id: what came since was not seen.
-- in: firm_id i64, user_id i64, id i64, now_us i64
UPDATE notifications SET read_at_us = :now_us
WHERE firm_id = :firm_id AND user_id = :user_id AND id <= :id AND read_at_us = 0;

-- name: inbox_mark_record :exec
-- All about one record: it was opened.
-- in: firm_id i64, user_id i64, kind text, record_id i64, now_us i64
UPDATE notifications SET read_at_us = :now_us
WHERE firm_id = :firm_id AND user_id = :user_id AND kind = :kind AND record_id = :record_id
	AND read_at_us = 0;

-- name: notice_forget :exec
-- Read ones, when they are old.
-- in: firm_id i64, before_us i64
DELETE FROM notifications
WHERE firm_id = :firm_id AND read_at_us > 0 AND at_us < :before_us AND digest_id <> 1;

-- name: digest_people :all
-- Who waits for a digest, and since when.
-- in: firm_id i64, max i64
-- out: user_id i64, first_us i64
SELECT user_id, min(at_us) AS first_us FROM notifications
WHERE firm_id = :firm_id AND digest_id = 1 GROUP BY user_id ORDER BY user_id LIMIT :max;

-- name: digest_order :exec
-- What waits and is unread goes into the digest of this job …
-- in: firm_id i64, user_id i64, job_id i64
UPDATE notifications SET digest_id = :job_id
WHERE firm_id = :firm_id AND user_id = :user_id AND digest_id = 1
	AND (read_at_us = 0 OR read_at_us = at_us);

-- name: digest_drop :exec
-- … and what was read meanwhile into none.
-- in: firm_id i64, user_id i64
UPDATE notifications SET digest_id = 0
WHERE firm_id = :firm_id AND user_id = :user_id AND digest_id = 1;

-- name: digest_items :all
-- in: firm_id i64, user_id i64, job_id i64, max i64
-- out: id i64, notice text, kind text, record_id i64, actor text, detail text
SELECT id, notice, kind, record_id, actor, detail FROM notifications
WHERE firm_id = :firm_id AND user_id = :user_id AND digest_id = :job_id
	AND (read_at_us = 0 OR read_at_us = at_us)
ORDER BY id LIMIT :max;

-- name: digest_sent :exec
-- in: firm_id i64, user_id i64, job_id i64, sent_at_us i64
UPDATE notifications SET sent_at_us = :sent_at_us
WHERE firm_id = :firm_id AND user_id = :user_id AND digest_id = :job_id;

-- name: choice_list :all
-- in: firm_id i64, user_id i64, max i64
-- out: notice text, channel text, mode text
SELECT notice, channel, mode FROM notice_choices
WHERE firm_id = :firm_id AND user_id = :user_id ORDER BY notice, channel LIMIT :max;

-- name: choice_set :exec
-- in: firm_id i64, user_id i64, notice text, channel text, mode text
INSERT INTO notice_choices (firm_id, user_id, notice, channel, mode)
VALUES (:firm_id, :user_id, :notice, :channel, :mode)
ON CONFLICT (firm_id, user_id, notice, channel) DO UPDATE SET mode = :mode;

-- name: times_get :one
-- in: firm_id i64, user_id i64
-- out: quiet text, quiet_from_min i64, quiet_to_min i64, digest_min i64
SELECT quiet, quiet_from_min, quiet_to_min, digest_min FROM notice_times
WHERE firm_id = :firm_id AND user_id = :user_id;

-- name: times_set :exec
-- in: firm_id i64, user_id i64, quiet text, quiet_from_min i64, quiet_to_min i64, digest_min i64
INSERT INTO notice_times (firm_id, user_id, quiet, quiet_from_min, quiet_to_min, digest_min)
VALUES (:firm_id, :user_id, :quiet, :quiet_from_min, :quiet_to_min, :digest_min)
ON CONFLICT (firm_id, user_id) DO UPDATE SET quiet = :quiet, quiet_from_min = :quiet_from_min,
	quiet_to_min = :quiet_to_min, digest_min = :digest_min;

-- name: ref_assigned :all
-- Who works on a record: its owner and whoever an assigning field names.
-- in: firm_id i64, kind text, record_id i64, max i64
-- out: user_id i64
SELECT DISTINCT to_id AS user_id FROM record_refs
WHERE firm_id = :firm_id AND from_kind = :kind AND from_id = :record_id AND to_kind = 'user'
	AND assigns = 1
ORDER BY to_id LIMIT :max;

-- name: recipient_get :one
-- What is known of a person who is to be told.
-- in: firm_id i64, id i64
-- out: name text, mail text?, state text, archived_at_us i64?, roles text, language text, calendar_id i64?
SELECT name, mail, state, archived_at_us, roles, language, calendar_id FROM kind_user
WHERE firm_id = :firm_id AND id = :id;

-- name: firm_manner :one
-- How a firm speaks and when it works.
-- in: firm_id i64
-- out: name text, language text, calendar_id i64?
SELECT name, language, calendar_id FROM kind_firm WHERE firm_id = :firm_id AND id = :firm_id;

-- name: hours_get :one
-- in: firm_id i64, id i64
-- out: parent_id i64?, national i64?, workdays text, opens text, lunch_begins text?, lunch_ends text?, closes text
SELECT parent_id, national, workdays, opens, lunch_begins, lunch_ends, closes FROM kind_calendar
WHERE firm_id = :firm_id AND id = :id AND archived_at_us IS NULL;

-- name: hours_days :all
-- Days off and on of a calendar within a window.
-- in: firm_id i64, calendar_id i64, first_day i64, last_day i64, max i64
-- out: on_day i64, through_day i64?, what text
SELECT on_day, through_day, what FROM kind_calendar_day
WHERE firm_id = :firm_id AND calendar_id = :calendar_id AND archived_at_us IS NULL
	AND what IN ('holiday', 'workday') AND on_day <= :last_day
	AND coalesce(through_day, on_day) >= :first_day
ORDER BY on_day, id LIMIT :max;

-- name: robot_add :exec
-- in: firm_id i64, id i64, team_id i64, service text, name text, url text, secret text, notices text, active i64, now_us i64
INSERT INTO robots (firm_id, id, version, team_id, service, name, url, secret, notices, active, made_at_us)
VALUES (:firm_id, :id, 1, :team_id, :service, :name, :url, :secret, :notices, :active, :now_us);

-- name: robot_change :exec
-- in: firm_id i64, id i64, version i64, team_id i64, name text, url text, secret text, notices text, active i64
UPDATE robots SET version = version + 1, team_id = :team_id, name = :name, url = :url, secret = :secret,
	notices = :notices, active = :active
WHERE firm_id = :firm_id AND id = :id AND version = :version;

-- name: robot_remove :exec
-- in: firm_id i64, id i64
DELETE FROM robots WHERE firm_id = :firm_id AND id = :id;

-- name: robot_list :all
-- in: firm_id i64, max i64
-- out: id i64, version i64, team_id i64, service text, name text, url text, secret text, notices text, active i64, made_at_us i64
SELECT id, version, team_id, service, name, url, secret, notices, active, made_at_us FROM robots
WHERE firm_id = :firm_id ORDER BY id LIMIT :max;
