-- What the desk does by itself: jobs, followers of the log, notifications, webhooks, settings.
-- docs/internals/jobs.md tells how they work together. None of it is a projection of the log.

-- More about jobs than the first release kept.
ALTER TABLE jobs ADD COLUMN progress BIGINT NOT NULL DEFAULT 0; -- thousandths, as its handler said
ALTER TABLE jobs ADD COLUMN cancel BIGINT NOT NULL DEFAULT 0; -- 1 = whoever runs it is to stop
ALTER TABLE jobs ADD COLUMN kills BIGINT NOT NULL DEFAULT 0; -- leases that ran out: workers that died
ALTER TABLE jobs ADD COLUMN made_at_us BIGINT NOT NULL DEFAULT 0; -- when it was added
ALTER TABLE jobs ADD COLUMN ended_at_us BIGINT NOT NULL DEFAULT 0; -- done, failed, cancelled; 0 = not yet
CREATE INDEX jobs_ended ON jobs (firm_id, ended_at_us) WHERE state <> 'waiting';

-- How far each follower of the event log has come.
CREATE TABLE follower_positions (
	firm_id BIGINT NOT NULL,  -- whose log
	name TEXT NOT NULL,       -- of the follower
	next_seq BIGINT NOT NULL, -- the first event that it has not had
	PRIMARY KEY (firm_id, name)
) {{by_key}};

-- What runs again and again, one process at a time. All rows have firm_id 0: it goes over all firms.
CREATE TABLE periodic_runs (
	firm_id BIGINT NOT NULL,        -- 0
	name TEXT NOT NULL,             -- what (desk/periodic.c)
	next_at_us BIGINT NOT NULL,     -- not before
	lease_until_us BIGINT NOT NULL, -- taken until then; 0 = by nobody
	leased_by TEXT NOT NULL,        -- process; '' = nobody
	last_at_us BIGINT NOT NULL,     -- end of the last run; 0 = none yet
	last_error TEXT NOT NULL,       -- of the last run; '' = it went well
	PRIMARY KEY (firm_id, name)
) {{by_key}};

-- The inbox of each person.
CREATE TABLE notifications (
	firm_id BIGINT NOT NULL,    -- whose
	id BIGINT NOT NULL,         -- time-ordered
	user_id BIGINT NOT NULL,    -- who is told
	notice TEXT NOT NULL,       -- assigned, mentioned, due-soon … (notify/message.h)
	kind TEXT NOT NULL,         -- of the record
	record_id BIGINT NOT NULL,  -- the record
	mark BIGINT NOT NULL,       -- told once for this: the event, the reminder, the due time
	actor TEXT NOT NULL,        -- who did it, as an id: user:123
	detail TEXT NOT NULL,       -- new state by name; due time in microseconds; note of a reminder
	at_us BIGINT NOT NULL,      -- when
	read_at_us BIGINT NOT NULL, -- 0 = not yet; at_us = the person wants it by mail only
	sent_at_us BIGINT NOT NULL, -- when a mail about it was handed over; 0 = none was
	digest_id BIGINT NOT NULL,  -- 0 = goes into no digest, 1 = waits for the next, else the job that sends it
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX notifications_once ON notifications (firm_id, user_id, kind, record_id, notice, mark);
CREATE INDEX notifications_of_user ON notifications (firm_id, user_id, id);
CREATE INDEX notifications_unread ON notifications (firm_id, user_id, id) WHERE read_at_us = 0;
CREATE INDEX notifications_for_digest ON notifications (firm_id, user_id) WHERE digest_id = 1;

-- How a person wants to be told, where it differs from the preset.
CREATE TABLE notice_choices (
	firm_id BIGINT NOT NULL, -- whose
	user_id BIGINT NOT NULL, -- the person
	notice TEXT NOT NULL,    -- assigned, mentioned …
	channel TEXT NOT NULL,   -- inbox, mail
	mode TEXT NOT NULL,      -- off, now, digest
	PRIMARY KEY (firm_id, user_id, notice, channel)
) {{by_key}};

-- When a person wants to be told.
CREATE TABLE notice_times (
	firm_id BIGINT NOT NULL,       -- whose
	user_id BIGINT NOT NULL,       -- the person
	quiet TEXT NOT NULL,           -- none, clock = between two times, work = outside working hours
	quiet_from_min BIGINT NOT NULL, -- minutes of the local day
	quiet_to_min BIGINT NOT NULL,  -- minutes of the local day; earlier than from: over midnight
	digest_min BIGINT NOT NULL,    -- when the daily digest goes out, minutes of the local day
	PRIMARY KEY (firm_id, user_id)
) {{by_key}};

-- Groups that are told: robots of WeCom, DingTalk, Feishu, or any address.
CREATE TABLE robots (
	firm_id BIGINT NOT NULL,    -- whose
	id BIGINT NOT NULL,         -- time-ordered
	version BIGINT NOT NULL,    -- from 1
	team_id BIGINT NOT NULL,    -- only records of this team; 0 = of all
	service TEXT NOT NULL,      -- wecom, dingtalk, feishu, webhook
	name TEXT NOT NULL,         -- as people read it
	url TEXT NOT NULL,          -- with its key: a secret
	secret TEXT NOT NULL,       -- '' = unsigned
	notices TEXT NOT NULL,      -- names joined by commas
	active BIGINT NOT NULL,     -- 1 = is told
	made_at_us BIGINT NOT NULL, -- when
	PRIMARY KEY (firm_id, id)
) {{rows}};

-- Addresses that are called for events.
CREATE TABLE webhooks (
	firm_id BIGINT NOT NULL,          -- whose
	id BIGINT NOT NULL,               -- time-ordered
	version BIGINT NOT NULL,          -- from 1
	name TEXT NOT NULL,               -- as people read it
	url TEXT NOT NULL,                -- https://…
	secret TEXT NOT NULL,             -- signs the calls (notify/hook.h)
	patterns TEXT NOT NULL,           -- types of events joined by commas: task.*,*.created
	active BIGINT NOT NULL,           -- 1 = is called
	from_seq BIGINT NOT NULL,         -- events from this on
	failing_since_us BIGINT NOT NULL, -- the first of the failures in a row; 0 = the last call went well
	made_at_us BIGINT NOT NULL,       -- when
	PRIMARY KEY (firm_id, id)
) {{rows}};

-- Each event that a webhook is called for, and how it went. Kept for 90 days.
CREATE TABLE deliveries (
	firm_id BIGINT NOT NULL,    -- whose
	id BIGINT NOT NULL,         -- time-ordered; X-Redink-Delivery
	webhook_id BIGINT NOT NULL, -- the webhook
	seq BIGINT NOT NULL,        -- the event
	type TEXT NOT NULL,         -- of the event
	state TEXT NOT NULL,        -- waiting, sent, failed
	attempts BIGINT NOT NULL,   -- calls so far
	status BIGINT NOT NULL,     -- HTTP status of the last; 0 = there was none
	error TEXT NOT NULL,        -- of the last; '' = none
	at_us BIGINT NOT NULL,      -- when it was ordered
	next_at_us BIGINT NOT NULL, -- the next try; 0 = none is to come
	sent_at_us BIGINT NOT NULL, -- when the receiver took it; 0 = not yet
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX deliveries_once ON deliveries (firm_id, webhook_id, seq);
CREATE INDEX deliveries_of_webhook ON deliveries (firm_id, webhook_id, id);
CREATE INDEX deliveries_old ON deliveries (firm_id, at_us);

-- What a firm has set, where it differs from the preset (desk/settings.def).
CREATE TABLE settings (
	firm_id BIGINT NOT NULL,       -- whose
	key TEXT NOT NULL,             -- mail.host …
	value TEXT NOT NULL,           -- as text
	version BIGINT NOT NULL,       -- from 1
	changed_at_us BIGINT NOT NULL, -- when
	changed_by TEXT NOT NULL,      -- who, as an id: user:123
	PRIMARY KEY (firm_id, key)
) {{by_key}};
