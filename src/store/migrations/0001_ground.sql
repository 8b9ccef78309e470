-- The ground: event log, blobs, jobs, search. docs/internals/store.md tells what the marks mean.
-- Every key begins with firm_id. at_us and whatever ends in _us: microseconds since 1970, UTC.

-- The log of each firm. The plain columns repeat the body, for queries; verify compares them.
CREATE TABLE events (
	firm_id BIGINT NOT NULL,   -- whose log
	seq BIGINT NOT NULL,       -- number of the event in the firm, from 0, without gaps; leaf of the tree
	at_us BIGINT NOT NULL,     -- when; never goes back within a firm
	type TEXT NOT NULL,        -- what happened: task.created
	kind TEXT NOT NULL,        -- kind of the record that it is about; '' = none
	record_id BIGINT NOT NULL, -- the record; 0 = none
	actor TEXT NOT NULL,       -- who, as an id: user:123
	body BYTEA NOT NULL,       -- the event as it was encoded once (trail/event.h); what is hashed
	PRIMARY KEY (firm_id, seq)
) {{by_key}};
CREATE INDEX events_of_record ON events (firm_id, kind, record_id, seq) WHERE record_id <> 0;
{{append_only events}}

-- What changed, with the salt of its hash. A row that is missing was erased.
CREATE TABLE payloads (
	firm_id BIGINT NOT NULL, -- whose log
	seq BIGINT NOT NULL,     -- of the event
	salt BYTEA NOT NULL,     -- 16 random bytes, so that short payloads cannot be guessed from the hash
	body BYTEA NOT NULL,     -- JSON; empty = none
	PRIMARY KEY (firm_id, seq)
) {{by_key}};

-- Which payloads may be deleted, and by which event of type payload.erased.
CREATE TABLE erasures (
	firm_id BIGINT NOT NULL, -- whose log
	seq BIGINT NOT NULL,     -- the event whose payload is erased
	by_seq BIGINT NOT NULL,  -- the event that says so
	PRIMARY KEY (firm_id, seq)
) {{by_key}};
{{append_only erasures}}
{{append_only payloads except_erased}}

-- The head of each log: what a tree must remember to go on.
CREATE TABLE trees (
	firm_id BIGINT NOT NULL, -- whose log
	size BIGINT NOT NULL,    -- events in it
	at_us BIGINT NOT NULL,   -- time of the last; 0 = there is none
	range BYTEA NOT NULL,    -- hashes of the complete subtrees, 32 bytes each (trail/merkle.h)
	PRIMARY KEY (firm_id)
) {{by_key}};

-- Hashes of complete subtrees of 256^level events: 256 in a row are a tile of C2SP tlog-tiles.
CREATE TABLE tiles (
	firm_id BIGINT NOT NULL, -- whose log
	level BIGINT NOT NULL,   -- 1 to 7; level 0 are the events themselves
	n BIGINT NOT NULL,       -- number of the subtree; n / 256 is the tile, n % 256 the place in it
	hash BYTEA NOT NULL,     -- 32 bytes
	PRIMARY KEY (firm_id, level, n)
) {{by_key}};
{{append_only tiles}}

-- Signed heads (trail/checkpoint.h).
CREATE TABLE checkpoints (
	firm_id BIGINT NOT NULL,    -- whose log
	size BIGINT NOT NULL,       -- events under it
	root BYTEA NOT NULL,        -- 32 bytes
	note TEXT NOT NULL,         -- the signed note
	at_us BIGINT NOT NULL,      -- when it was signed
	sent_at_us BIGINT NOT NULL, -- when a copy left the machine; 0 = not yet
	PRIMARY KEY (firm_id, size)
) {{by_key}};
{{append_only checkpoints except_column sent_at_us firm_id,size,root,note,at_us}}

-- Contents kept outside the database, by their SHA-256 (store/blob.h).
CREATE TABLE blobs (
	firm_id BIGINT NOT NULL,       -- whose
	sha256 BYTEA NOT NULL,         -- of the content, 32 bytes; its name
	size BIGINT NOT NULL,          -- bytes of the content
	stored_size BIGINT NOT NULL,   -- bytes that it takes, compressed
	at_us BIGINT NOT NULL,         -- when it came
	checked_at_us BIGINT NOT NULL, -- when it was last read and hashed again
	PRIMARY KEY (firm_id, sha256)
) {{by_key}};
CREATE INDEX blobs_to_check ON blobs (firm_id, checked_at_us);

-- What is to be done later or elsewhere. A worker leases a job and must finish before the lease ends.
CREATE TABLE jobs (
	firm_id BIGINT NOT NULL,        -- whose
	id BIGINT NOT NULL,             -- time-ordered
	queue TEXT NOT NULL,            -- which workers take it: mail, check, report …
	kind TEXT NOT NULL,             -- what it is, for whoever runs it
	body TEXT NOT NULL,             -- JSON, for whoever runs it
	run_at_us BIGINT NOT NULL,      -- not before
	lease_until_us BIGINT NOT NULL, -- taken until then; 0 = by nobody
	leased_by TEXT NOT NULL,        -- worker; '' = nobody
	attempts BIGINT NOT NULL,       -- how often it was taken
	state TEXT NOT NULL,            -- waiting, done, failed, cancelled
	last_error TEXT NOT NULL,       -- of the last attempt, as shown to people; '' = none
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE INDEX jobs_to_run ON jobs (queue, run_at_us) WHERE state = 'waiting';

-- Words of records, for search. Two-character words of Chinese are terms of their own.
CREATE TABLE search_term (
	firm_id BIGINT NOT NULL, -- whose
	term TEXT NOT NULL,      -- folded to lower case and half width
	kind TEXT NOT NULL,      -- of the record
	id BIGINT NOT NULL,      -- the record
	PRIMARY KEY (firm_id, term, kind, id)
) {{by_key}};
