-- Findings, the runs that make them and the cases that they belong to: desk/findings.c, runs.c, grouping.c, gate.c.

-- name: finding_keys :all
-- Every finding that a set of books ever had, without its texts.
-- in: firm_id i64, books_id i64
-- out: id i64, fingerprint text, slug text, severity i64, certainty i64, period text, digest i64, state text, times_back i64, case_id i64
SELECT id, fingerprint, slug, severity, certainty, period, digest, state, times_back,
	coalesce(case_id, 0) AS case_id
FROM findings WHERE firm_id = :firm_id AND books_id = :books_id ORDER BY id;

-- name: finding_add :exec
-- in: firm_id i64, books_id i64, fingerprint text, id i64, client_id i64, slug text, kind text, severity i64, certainty i64, voucher text, account text, party text, period text, day i64?, at_stake i64, zh text, en text, facts text, places text, lines text, digest i64, restricted i64, state text, since_us i64, run_id i64, suppression_id i64?, case_id i64?
INSERT INTO findings (firm_id, books_id, fingerprint, id, client_id, slug, kind, severity, certainty, voucher,
	account, party, period, day, at_stake, zh, en, facts, places, lines, digest, restricted, state, since_us,
	first_run_id, last_run_id, times_back, suppression_id, case_id)
VALUES (:firm_id, :books_id, :fingerprint, :id, :client_id, :slug, :kind, :severity, :certainty, :voucher,
	:account, :party, :period, :day, :at_stake, :zh, :en, :facts, :places, :lines, :digest, :restricted, :state,
	:since_us, :run_id, :run_id, 0, :suppression_id, :case_id);

-- name: finding_again :exec
-- It is there once more, and what it says may be another.
-- in: firm_id i64, id i64, severity i64, certainty i64, voucher text, at_stake i64, zh text, en text, facts text, places text, digest i64, state text, since_us i64, run_id i64, times_back i64, suppression_id i64?
UPDATE findings SET severity = :severity, certainty = :certainty, voucher = :voucher, at_stake = :at_stake,
	zh = :zh, en = :en, facts = :facts, places = :places, digest = :digest, state = :state,
	since_us = CASE WHEN :since_us = 0 THEN since_us ELSE :since_us END, last_run_id = :run_id,
	gone_run_id = NULL, times_back = :times_back, suppression_id = :suppression_id
WHERE firm_id = :firm_id AND id = :id;

-- name: finding_gone :exec
-- in: firm_id i64, id i64, run_id i64
UPDATE findings SET state = 'gone', gone_run_id = :run_id, suppression_id = NULL
WHERE firm_id = :firm_id AND id = :id;

-- name: finding_hushed :exec
-- The check does not run for these books any more, because a person said so.
-- in: firm_id i64, id i64
UPDATE findings SET state = 'suppressed' WHERE firm_id = :firm_id AND id = :id;

-- name: finding_seen :exec
-- All that are there were seen by this run, but those of checks that did not look.
-- in: firm_id i64, books_id i64, run_id i64, blind text
UPDATE findings SET last_run_id = :run_id
WHERE firm_id = :firm_id AND books_id = :books_id AND state <> 'gone' AND last_run_id <> :run_id
	AND slug NOT IN (SELECT value FROM json_each(:blind));

-- name: finding_case :exec
-- in: firm_id i64, id i64, case_id i64
UPDATE findings SET case_id = :case_id WHERE firm_id = :firm_id AND id = :id;

-- name: finding_case_move :exec
-- All of one case go to another.
-- in: firm_id i64, from_id i64, to_id i64
UPDATE findings SET case_id = :to_id WHERE firm_id = :firm_id AND case_id = :from_id;

-- name: finding_case_tally :all
-- How many of each case are live.
-- in: firm_id i64, books_id i64
-- out: case_id i64, live i64
SELECT coalesce(case_id, 0) AS case_id, sum(CASE WHEN state = 'live' THEN 1 ELSE 0 END) AS live
FROM findings WHERE firm_id = :firm_id AND books_id = :books_id AND case_id IS NOT NULL
GROUP BY case_id;

-- name: finding_tally :all
-- Live ones by check, for the grade.
-- in: firm_id i64, books_id i64
-- out: slug text, severity i64, certainty i64, n i64
SELECT slug, severity, certainty, count(*) AS n
FROM findings WHERE firm_id = :firm_id AND books_id = :books_id AND state = 'live'
GROUP BY slug, severity, certainty ORDER BY severity DESC, slug, certainty;

-- name: finding_rows :all
-- Findings by their ids, a JSON list, the gravest first.
-- in: firm_id i64, ids text
-- out: id i64, books_id i64, fingerprint text, client_id i64, slug text, kind text, severity i64, certainty i64, voucher text, account text, party text, period text, day i64?, at_stake i64, zh text, en text, facts text, places text, lines text, restricted i64, state text, since_us i64, first_run_id i64, last_run_id i64, gone_run_id i64?, times_back i64, suppression_id i64?, case_id i64?
SELECT id, books_id, fingerprint, client_id, slug, kind, severity, certainty, voucher, account, party, period, day,
	at_stake, zh, en, facts, places, lines, restricted, state, since_us, first_run_id, last_run_id, gone_run_id,
	times_back, suppression_id, case_id
FROM findings WHERE firm_id = :firm_id AND id IN (SELECT value FROM json_each(:ids))
ORDER BY severity DESC, id;

-- name: finding_of_books :all
-- A page, the gravest first; '' and -1 = whatever it is.
-- in: firm_id i64, books_id i64, state text, slug text, severity i64, period text, account text, voucher text, loose i64, secret i64, at_severity i64, after_id i64, max i64
-- out: id i64
SELECT id FROM findings
WHERE firm_id = :firm_id AND books_id = :books_id AND (:state = '' OR state = :state)
	AND (:slug = '' OR slug = :slug) AND (:severity < 0 OR severity = :severity)
	AND (:period = '' OR period = :period) AND (:account = '' OR account = :account)
	AND (:voucher = '' OR voucher = :voucher) AND (:loose = 0 OR case_id IS NULL)
	AND (:secret = 1 OR restricted = 0)
	AND (severity < :at_severity OR (severity = :at_severity AND id > :after_id))
ORDER BY severity DESC, id LIMIT :max;

-- name: finding_of_case :all
-- in: firm_id i64, case_id i64, state text, at_severity i64, after_id i64, max i64
-- out: id i64
SELECT id FROM findings
WHERE firm_id = :firm_id AND case_id = :case_id AND (:state = '' OR state = :state)
	AND (severity < :at_severity OR (severity = :at_severity AND id > :after_id))
ORDER BY severity DESC, id LIMIT :max;

-- name: finding_new_of_run :all
-- in: firm_id i64, run_id i64, secret i64, at_severity i64, after_id i64, max i64
-- out: id i64
SELECT id FROM findings
WHERE firm_id = :firm_id AND first_run_id = :run_id AND (:secret = 1 OR restricted = 0)
	AND (severity < :at_severity OR (severity = :at_severity AND id > :after_id))
ORDER BY severity DESC, id LIMIT :max;

-- name: finding_gone_of_run :all
-- in: firm_id i64, run_id i64, secret i64, at_severity i64, after_id i64, max i64
-- out: id i64
SELECT id FROM findings
WHERE firm_id = :firm_id AND gone_run_id = :run_id AND (:secret = 1 OR restricted = 0)
	AND (severity < :at_severity OR (severity = :at_severity AND id > :after_id))
ORDER BY severity DESC, id LIMIT :max;

-- name: case_groups :all
-- The cases of a set of books with what findings and decisions need to know of them, the oldest first.
-- in: firm_id i64, books_id i64
-- out: id i64, type_id i64, period text, state text, archived i64, accepted_until i64?, findings i64, closed_at_us i64, times_back i64, severity text, duplicate_of i64
SELECT id, coalesce(type_id, 0) AS type_id, coalesce(period, '') AS period, state,
	CASE WHEN archived_at_us IS NULL THEN 0 ELSE 1 END AS archived, accepted_until_day AS accepted_until,
	coalesce(findings, 0) AS findings, coalesce(closed_at_us, 0) AS closed_at_us,
	coalesce(times_back, 0) AS times_back, coalesce(severity, '') AS severity,
	coalesce(duplicate_of_id, 0) AS duplicate_of
FROM kind_case WHERE firm_id = :firm_id AND books_id = :books_id AND origin <> 'drill' ORDER BY id;

-- name: case_hands :one
-- How many things people have done to a case.
-- in: firm_id i64, id i64
-- out: n i64
SELECT count(*) AS n FROM events
WHERE firm_id = :firm_id AND kind = 'case' AND record_id = :id AND record_id <> 0 AND actor <> 'system';

-- name: exception_types :all
-- in: firm_id i64
-- out: id i64, slug text, name text, name_en text, nature text, need_to_know i64, retired i64
SELECT id, slug, name, coalesce(name_en, '') AS name_en, nature, coalesce(need_to_know, 0) AS need_to_know,
	CASE WHEN state = 'retired' THEN 1 ELSE 0 END AS retired
FROM kind_exception_type WHERE firm_id = :firm_id AND archived_at_us IS NULL ORDER BY slug;

-- name: check_params :all
-- in: firm_id i64, client_id i64
-- out: slug text, param text, value text
SELECT slug, param, value FROM kind_check_setting
WHERE firm_id = :firm_id AND client_id = :client_id AND state = 'active' AND archived_at_us IS NULL
ORDER BY slug, param, id;

-- name: check_passes :all
-- Suppressions that hold on a day.
-- in: firm_id i64, client_id i64, books_id i64, day i64
-- out: id i64, slug text, fingerprint text, voucher text, account text, party text, grounds text
SELECT id, coalesce(slug, '') AS slug, coalesce(fingerprint, '') AS fingerprint,
	coalesce(voucher, '') AS voucher, coalesce(account, '') AS account, coalesce(party, '') AS party, grounds
FROM kind_suppression
WHERE firm_id = :firm_id AND client_id = :client_id AND (books_id IS NULL OR books_id = :books_id)
	AND state = 'active' AND archived_at_us IS NULL AND until_day >= :day
ORDER BY id;

-- name: check_state :one
-- in: firm_id i64, books_id i64
-- out: run_id i64, job_id i64, basis text, again i64, checked_at_us i64
SELECT run_id, job_id, basis, again, checked_at_us FROM check_states
WHERE firm_id = :firm_id AND books_id = :books_id;

-- name: check_state_set :exec
-- in: firm_id i64, books_id i64, run_id i64, job_id i64, basis text, again i64, checked_at_us i64
INSERT INTO check_states (firm_id, books_id, run_id, job_id, basis, again, checked_at_us)
VALUES (:firm_id, :books_id, :run_id, :job_id, :basis, :again, :checked_at_us)
ON CONFLICT (firm_id, books_id) DO UPDATE SET run_id = excluded.run_id, job_id = excluded.job_id,
	basis = excluded.basis, again = excluded.again, checked_at_us = excluded.checked_at_us;

-- name: check_books :all
-- Books in use that have something to check; client 0 = of all clients.
-- in: firm_id i64, client_id i64, after_id i64, max i64
-- out: id i64, client_id i64, import_id i64
SELECT id, coalesce(client_id, 0) AS client_id, coalesce(current_import_id, 0) AS import_id FROM kind_books
WHERE firm_id = :firm_id AND id > :after_id AND (:client_id = 0 OR client_id = :client_id)
	AND state = 'open' AND archived_at_us IS NULL AND current_import_id IS NOT NULL
ORDER BY id LIMIT :max;

-- name: check_expired :one
-- Cases of a set of books whose decision has run out although something of them is there.
-- in: firm_id i64, books_id i64, day i64
-- out: n i64
SELECT count(*) AS n FROM kind_case
WHERE firm_id = :firm_id AND books_id = :books_id AND state IN ('accepted', 'dismissed')
	AND archived_at_us IS NULL AND accepted_until_day < :day AND findings > 0;

-- name: gate_findings :one
-- What there is of the findings of a case.
-- in: firm_id i64, case_id i64
-- out: n i64, live i64
SELECT count(*) AS n, coalesce(sum(CASE WHEN state = 'live' THEN 1 ELSE 0 END), 0) AS live
FROM findings WHERE firm_id = :firm_id AND case_id = :case_id;

-- name: gate_corrections :one
-- Corrections of a case: how many are not in the books yet, how many were looked for and not found, and when the
-- last one was posted.
-- in: firm_id i64, case_id i64
-- out: open i64, missing i64, posted_us i64
SELECT coalesce(sum(CASE WHEN state IN ('draft', 'submitted', 'approved', 'exported', 'rejected') THEN 1 ELSE 0 END), 0) AS open,
	coalesce(sum(CASE WHEN state = 'missing' THEN 1 ELSE 0 END), 0) AS missing,
	coalesce(max(CASE WHEN state IN ('posted', 'confirmed') THEN created_at_us ELSE 0 END), 0) AS posted_us
FROM kind_correction
WHERE firm_id = :firm_id AND case_id = :case_id AND archived_at_us IS NULL;

-- name: gate_run :one
-- The last run of a set of books, and when the files came that it looked at.
-- in: firm_id i64, books_id i64
-- out: id i64, number text, came_us i64
SELECT r.id, coalesce(r.number, '') AS number, i.created_at_us AS came_us
FROM kind_run r JOIN kind_import i ON i.firm_id = r.firm_id AND i.id = r.import_id
WHERE r.firm_id = :firm_id AND i.firm_id = :firm_id AND r.books_id = :books_id AND r.state = 'done'
ORDER BY r.id DESC LIMIT 1;

-- name: gate_new :one
-- Live findings of other cases or of none, as grave, on accounts of this case, since a moment.
-- in: firm_id i64, books_id i64, case_id i64, account text, severity i64, since_us i64
-- out: n i64, account text
SELECT count(*) AS n, coalesce(min(account), '') AS account FROM findings
WHERE firm_id = :firm_id AND books_id = :books_id AND state = 'live' AND severity >= :severity
	AND since_us > :since_us AND account <> '' AND coalesce(case_id, 0) <> :case_id
	AND (account = :account OR account IN (SELECT f.account FROM findings f
		WHERE f.firm_id = :firm_id AND f.case_id = :case_id));
