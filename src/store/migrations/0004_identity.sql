-- Who is there: passwords, second factors, sessions, tokens, links (src/desk/identity.h). No
-- projection of the event log: the log says that a password was changed, never what it is. Secrets are
-- kept as hashes; the firm_id 0 stands for what belongs to no firm.

-- By what name a firm is told apart when people sign in. All rows have firm_id 0, so that a name is
-- given once on the server; the name '' is taken by the firm of the first start.
CREATE TABLE firm_labels (
	firm_id BIGINT NOT NULL,    -- 0
	label TEXT NOT NULL,        -- small letters, digits, . _ -
	of_firm_id BIGINT NOT NULL, -- the firm
	PRIMARY KEY (firm_id, label)
) {{by_key}};

-- Passwords.
CREATE TABLE credentials (
	firm_id BIGINT NOT NULL, -- whose
	user_id BIGINT NOT NULL, -- of this person
	hash TEXT NOT NULL,      -- Argon2id, with its salt and cost (auth/password.h)
	at_us BIGINT NOT NULL,   -- when the password was set
	PRIMARY KEY (firm_id, user_id)
) {{by_key}};

-- Secrets of authenticator applications.
CREATE TABLE totp (
	firm_id BIGINT NOT NULL, -- whose
	user_id BIGINT NOT NULL, -- of this person
	sealed BYTEA NOT NULL,   -- nonce and the encrypted secret; the key is a file beside the signing key
	at_us BIGINT NOT NULL,   -- when it was made
	on_at_us BIGINT NOT NULL, -- since when it is asked for; 0 = not proved yet
	PRIMARY KEY (firm_id, user_id)
) {{by_key}};

-- Steps of 30 s whose code was used: a code counts once. Only recent ones are kept.
CREATE TABLE totp_steps (
	firm_id BIGINT NOT NULL, -- whose
	user_id BIGINT NOT NULL, -- of this person
	step BIGINT NOT NULL,    -- at_us / 30 s
	PRIMARY KEY (firm_id, user_id, step)
) {{by_key}};

-- What opens the door when the telephone is lost; each once.
CREATE TABLE recovery_codes (
	firm_id BIGINT NOT NULL,    -- whose
	user_id BIGINT NOT NULL,    -- of this person
	digest BYTEA NOT NULL,      -- SHA-256 of the code
	used_at_us BIGINT NOT NULL, -- 0 = not yet
	PRIMARY KEY (firm_id, user_id, digest)
) {{by_key}};

-- Sign-ins of people, and of contacts by a link. Old ones go when the person signs in again.
CREATE TABLE sessions (
	firm_id BIGINT NOT NULL,      -- whose
	id BIGINT NOT NULL,           -- time-ordered
	digest BYTEA NOT NULL,        -- SHA-256 of the cookie
	user_id BIGINT NOT NULL,      -- the person; 0 = a contact
	link_id BIGINT NOT NULL,      -- the link by which a contact came; 0 = a person
	waits BIGINT NOT NULL,        -- 1 = the password was right, the second factor is still to come
	view_as_id BIGINT NOT NULL,   -- the user as whom an administrator looks; 0 = himself
	made_at_us BIGINT NOT NULL,   -- sign-in
	seen_at_us BIGINT NOT NULL,   -- last request, to the minute
	proved_at_us BIGINT NOT NULL, -- when password or factor was last shown
	ended_at_us BIGINT NOT NULL,  -- by sign-out, administrator or change of factors; 0 = not ended
	address TEXT NOT NULL,        -- from where
	agent TEXT NOT NULL,          -- with what program, as it named itself
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE INDEX sessions_by_digest ON sessions (digest);
CREATE INDEX sessions_of_user ON sessions (firm_id, user_id);
CREATE INDEX sessions_of_link ON sessions (firm_id, link_id) WHERE link_id <> 0;

-- Tokens of programs that act for a person.
CREATE TABLE api_tokens (
	firm_id BIGINT NOT NULL,       -- whose
	id BIGINT NOT NULL,            -- the number in the token's text
	digest BYTEA NOT NULL,         -- SHA-256 of the text
	user_id BIGINT NOT NULL,       -- the person
	name TEXT NOT NULL,            -- what for, as its owner says
	scope TEXT NOT NULL,           -- read, write, admin
	made_at_us BIGINT NOT NULL,    -- when
	used_at_us BIGINT NOT NULL,    -- last request, to the minute; 0 = never
	expires_at_us BIGINT NOT NULL, -- not good from then on
	ended_at_us BIGINT NOT NULL,   -- taken back; 0 = not
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE INDEX api_tokens_by_digest ON api_tokens (digest);
CREATE INDEX api_tokens_of_user ON api_tokens (firm_id, user_id);

-- Links that open one thing once.
CREATE TABLE one_time_links (
	firm_id BIGINT NOT NULL,       -- whose; 0 = the link of the first start
	id BIGINT NOT NULL,            -- time-ordered
	digest BYTEA NOT NULL,         -- SHA-256 of the text
	purpose TEXT NOT NULL,         -- set-up, password, portal
	user_id BIGINT NOT NULL,       -- password: who sets one; 0 = nobody
	contact_id BIGINT NOT NULL,    -- portal: who comes; 0 = nobody
	kind TEXT NOT NULL,            -- portal: of the record that is shown
	record_id BIGINT NOT NULL,     -- portal: that record
	made_at_us BIGINT NOT NULL,    -- when
	expires_at_us BIGINT NOT NULL, -- not good from then on
	used_at_us BIGINT NOT NULL,    -- used, or taken back; 0 = not yet
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE INDEX one_time_links_by_digest ON one_time_links (digest);
CREATE INDEX one_time_links_of_user ON one_time_links (firm_id, user_id, contact_id);
