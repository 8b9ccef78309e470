-- What every record has beside its own columns. docs/internals/store.md tells what the marks mean.
-- All of it is a projection of the event log: `redink rebuild` makes it anew.

-- What people say about a record.
CREATE TABLE comments (
	firm_id BIGINT NOT NULL,      -- whose
	id BIGINT NOT NULL,           -- time-ordered
	kind TEXT NOT NULL,           -- of the record
	record_id BIGINT NOT NULL,    -- the record
	parent_id BIGINT NOT NULL,    -- the comment that it answers; 0 = none
	author TEXT NOT NULL,         -- who, as an id: user:123
	at_us BIGINT NOT NULL,        -- when
	body TEXT NOT NULL,           -- Markdown, as it was typed
	edited_at_us BIGINT NOT NULL, -- last change; 0 = none
	removed BIGINT NOT NULL,      -- 1 = its author or an administrator took it back; body is ''
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE INDEX comments_of_record ON comments (firm_id, kind, record_id, id);

-- Who is told about a record: by choice, or because a comment mentioned them.
CREATE TABLE watchers (
	firm_id BIGINT NOT NULL,   -- whose
	kind TEXT NOT NULL,        -- of the record
	record_id BIGINT NOT NULL, -- the record
	user_id BIGINT NOT NULL,   -- who watches
	PRIMARY KEY (firm_id, kind, record_id, user_id)
) {{by_key}};
CREATE INDEX watchers_of_user ON watchers (firm_id, user_id, kind, record_id);

-- Two records that have to do with each other, and how. Read from both ends.
CREATE TABLE links (
	firm_id BIGINT NOT NULL,   -- whose
	kind TEXT NOT NULL,        -- of the record that says so
	record_id BIGINT NOT NULL, -- that record
	meaning TEXT NOT NULL,     -- causes, mitigates, duplicates, concerns, follows-from
	other_kind TEXT NOT NULL,  -- of the other record
	other_id BIGINT NOT NULL,  -- the other record
	PRIMARY KEY (firm_id, kind, record_id, meaning, other_kind, other_id)
) {{by_key}};
CREATE INDEX links_of_other ON links (firm_id, other_kind, other_id);

-- Words that people stick to records.
CREATE TABLE tags (
	firm_id BIGINT NOT NULL,   -- whose
	kind TEXT NOT NULL,        -- of the record
	tag TEXT NOT NULL,         -- folded to lower case and half width
	record_id BIGINT NOT NULL, -- the record
	PRIMARY KEY (firm_id, kind, tag, record_id)
) {{by_key}};
CREATE INDEX tags_of_record ON tags (firm_id, kind, record_id);

-- Files that belong to a record; their contents are blobs.
CREATE TABLE attachments (
	firm_id BIGINT NOT NULL,    -- whose
	id BIGINT NOT NULL,         -- time-ordered
	kind TEXT NOT NULL,         -- of the record
	record_id BIGINT NOT NULL,  -- the record
	name TEXT NOT NULL,         -- of the file, as it came
	sha256 TEXT NOT NULL,       -- of the content, 64 hex digits: the blob
	size BIGINT NOT NULL,       -- bytes
	media_type TEXT NOT NULL,   -- as judged by us
	author TEXT NOT NULL,       -- who attached it
	at_us BIGINT NOT NULL,      -- when
	removed BIGINT NOT NULL,    -- 1 = taken off the record; the blob stays
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE INDEX attachments_of_record ON attachments (firm_id, kind, record_id, id);

-- "Remind me of it then."
CREATE TABLE reminders (
	firm_id BIGINT NOT NULL,   -- whose
	id BIGINT NOT NULL,        -- time-ordered
	kind TEXT NOT NULL,        -- of the record
	record_id BIGINT NOT NULL, -- the record
	user_id BIGINT NOT NULL,   -- who is reminded
	at_us BIGINT NOT NULL,     -- when
	note TEXT NOT NULL,        -- what for; '' = nothing said
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE INDEX reminders_of_record ON reminders (firm_id, kind, record_id);
CREATE INDEX reminders_due ON reminders (firm_id, at_us);

-- Fields that refer to other records, read from the other end.
CREATE TABLE record_refs (
	firm_id BIGINT NOT NULL,    -- whose
	to_kind TEXT NOT NULL,      -- of the record that is referred to
	to_id BIGINT NOT NULL,      -- that record
	from_kind TEXT NOT NULL,    -- of the record whose field it is
	from_id BIGINT NOT NULL,    -- that record
	field TEXT NOT NULL,        -- name of the field; owner, client, team for the common columns
	assigns BIGINT NOT NULL,    -- 1 = who is named here works on it (relation mine)
	PRIMARY KEY (firm_id, to_kind, to_id, from_kind, from_id, field)
) {{by_key}};
CREATE INDEX record_refs_from ON record_refs (firm_id, from_kind, from_id);

-- The last number given, for each kind and year. Not a projection: numbers are never given twice.
CREATE TABLE number_counters (
	firm_id BIGINT NOT NULL, -- whose
	kind TEXT NOT NULL,      -- of records
	year BIGINT NOT NULL,    -- 0 = the numbers do not start anew
	last BIGINT NOT NULL,    -- given
	PRIMARY KEY (firm_id, kind, year)
) {{by_key}};

-- Answers to commands that carried an idempotency key, so that the same key happens once.
CREATE TABLE answers (
	firm_id BIGINT NOT NULL,  -- whose
	actor TEXT NOT NULL,      -- who asked
	key TEXT NOT NULL,        -- Idempotency-Key
	request BYTEA NOT NULL,   -- SHA-256 of method, path and body: another request is refused
	status BIGINT NOT NULL,   -- HTTP status that was answered
	body TEXT NOT NULL,       -- that was answered
	at_us BIGINT NOT NULL,    -- when; kept for 48 hours
	PRIMARY KEY (firm_id, actor, key)
) {{by_key}};
CREATE INDEX answers_old ON answers (firm_id, at_us);

-- Filters that people keep. Private ones are their owner's alone.
CREATE TABLE saved_views (
	firm_id BIGINT NOT NULL, -- whose
	id BIGINT NOT NULL,      -- time-ordered
	kind TEXT NOT NULL,      -- of the list
	owner_id BIGINT NOT NULL, -- the user who made it
	shared BIGINT NOT NULL,  -- 1 = everybody in the firm sees it
	name TEXT NOT NULL,      -- as people read it
	filter TEXT NOT NULL,    -- docs/filters.md
	sort TEXT NOT NULL,      -- '' = the kind's own
	columns TEXT NOT NULL,   -- keys joined by commas; '' = the kind's own
	version BIGINT NOT NULL, -- from 1
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE INDEX saved_views_of_kind ON saved_views (firm_id, kind, owner_id);
