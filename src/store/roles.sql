-- A role for `redink serve` and `redink worker` on PostgreSQL that owns nothing: it can neither drop a
-- trigger nor a policy, nor change or delete what only grows. Run as the owner, after every upgrade;
-- redink_app is then given to the account of the service: GRANT redink_app TO some_login.
-- `redink upgrade` and `redink restore` are run by the owner.

DO $$ BEGIN
	IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'redink_app') THEN
		CREATE ROLE redink_app NOLOGIN NOSUPERUSER NOBYPASSRLS;
	END IF;
END $$;
GRANT USAGE ON SCHEMA public TO redink_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO redink_app;
DO $$
DECLARE
	t text;
BEGIN
	-- With their partitions: events_p0 …
	FOR t IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
		AND relname ~ '^(events|erasures|tiles|checkpoints|payloads)(_p[0-9]+)?$'
	LOOP
		EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %I FROM redink_app', t);
	END LOOP;
END $$;
-- The one change that each may know: a copy has left the machine; a payload that erasures names (trigger).
GRANT UPDATE (sent_at_us) ON checkpoints TO redink_app;
GRANT DELETE ON payloads TO redink_app;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON schema_version FROM redink_app;
