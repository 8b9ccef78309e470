-- What the migrations of PostgreSQL stand on; run before each upgrade, in its transaction.

-- Whose rows this transaction may see: rd_db_firm. NULL = nobody's; 0 = the operator, all.
CREATE OR REPLACE FUNCTION redink_firm() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('redink.firm', true), '')::bigint $$;

CREATE OR REPLACE FUNCTION redink_never() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '%: rows are never changed or deleted', TG_TABLE_NAME; END $$;

CREATE OR REPLACE FUNCTION redink_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (SELECT 1 FROM erasures WHERE firm_id = old.firm_id AND seq = old.seq) THEN
		RAISE EXCEPTION '%: rows are never deleted', TG_TABLE_NAME;
	END IF;
	RETURN old;
END $$;

-- The second lock. The subselects are evaluated once a statement, not once a row.
CREATE OR REPLACE FUNCTION redink_lock(t text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
	EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
	EXECUTE format('CREATE POLICY firm ON %I USING (firm_id = (SELECT redink_firm()) '
		'OR (SELECT redink_firm()) = 0)', t);
END $$;

-- Makes the partitions of a table, when the database is laid out so, and locks all.
CREATE OR REPLACE FUNCTION redink_table(t text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	n int := coalesce(nullif(current_setting('redink.partitions', true), '')::int, 0);
BEGIN
	FOR i IN 0 .. n - 1 LOOP
		EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS %s, REMAINDER %s)',
			t || '_p' || i, t, n, i);
		PERFORM redink_lock(t || '_p' || i);
	END LOOP;
	PERFORM redink_lock(t);
END $$;
