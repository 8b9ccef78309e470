-- Where PostgreSQL differs.

-- name: finding_seen
UPDATE findings SET last_run_id = :run_id
WHERE firm_id = :firm_id AND books_id = :books_id AND state <> 'gone' AND last_run_id <> :run_id
	AND slug NOT IN (SELECT jsonb_array_elements_text(CAST(:blind AS jsonb)));

-- name: finding_rows
SELECT id, books_id, fingerprint, client_id, slug, kind, severity, certainty, voucher, account, party, period, day,
	at_stake, zh, en, facts, places, lines, restricted, state, since_us, first_run_id, last_run_id, gone_run_id,
	times_back, suppression_id, case_id
FROM findings WHERE firm_id = :firm_id AND id IN (SELECT CAST(v AS bigint) FROM jsonb_array_elements_text(CAST(:ids AS jsonb)) v)
ORDER BY severity DESC, id;
