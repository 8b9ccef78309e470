-- Cases, problems and grading: desk/case*.c.

-- name: grading_current :one
-- The firm's own grading.
-- in: firm_id i64
-- out: id i64
SELECT id FROM kind_grading
WHERE firm_id = :firm_id AND scope = 'firm' AND archived_at_us IS NULL;

-- name: case_books :one
-- The books of a client for a year; the newest when there are several.
-- in: firm_id i64, client_id i64, year i64
-- out: id i64
SELECT id FROM kind_books
WHERE firm_id = :firm_id AND client_id = :client_id AND year = :year AND archived_at_us IS NULL
ORDER BY id DESC LIMIT 1;

-- name: case_open_after :all
-- in: firm_id i64, after_id i64, max i64
-- out: id i64
SELECT id FROM kind_case
WHERE firm_id = :firm_id AND id > :after_id AND archived_at_us IS NULL
	AND state IN ('reported', 'triaged', 'analysing', 'correcting', 'verifying')
ORDER BY id LIMIT :max;

-- name: case_tax_near :all
-- Open ones whose filing deadline lies in a span of days, page by page.
-- in: firm_id i64, day i64, after_id i64, until_day i64, max i64
-- out: id i64, day i64?
SELECT id, tax_deadline_day AS day FROM kind_case
WHERE firm_id = :firm_id AND archived_at_us IS NULL
	AND state IN ('reported', 'triaged', 'analysing', 'correcting', 'verifying')
	AND (tax_deadline_day > :day OR (tax_deadline_day = :day AND id > :after_id))
	AND tax_deadline_day <= :until_day
ORDER BY tax_deadline_day, id LIMIT :max;

-- name: case_accepted_over :all
-- in: firm_id i64, today i64, max i64
-- out: id i64
SELECT id FROM kind_case
WHERE firm_id = :firm_id AND state = 'accepted' AND accepted_until_day < :today
	AND archived_at_us IS NULL
ORDER BY accepted_until_day, id LIMIT :max;

-- name: case_evidence :all
-- in: firm_id i64, case_id i64, max i64
-- out: name text, state text, wanted text?
SELECT e.name, e.state, e.wanted FROM record_refs r
JOIN kind_evidence e ON e.firm_id = r.firm_id AND e.id = r.from_id
WHERE r.firm_id = :firm_id AND r.to_kind = 'case' AND r.to_id = :case_id
	AND r.from_kind = 'evidence' AND r.field = 'case' AND e.archived_at_us IS NULL
ORDER BY e.id LIMIT :max;

-- name: case_around :all
-- Records of one kind that name this case, the newest first.
-- in: firm_id i64, case_id i64, from_kind text, max i64
-- out: id i64
SELECT from_id AS id FROM record_refs
WHERE firm_id = :firm_id AND to_kind = 'case' AND to_id = :case_id AND from_kind = :from_kind
ORDER BY from_id DESC LIMIT :max;

-- name: case_of_problem :all
-- in: firm_id i64, problem_id i64, after_id i64, max i64
-- out: id i64
SELECT from_id AS id FROM record_refs
WHERE firm_id = :firm_id AND to_kind = 'problem' AND to_id = :problem_id AND from_kind = 'case'
	AND from_id > :after_id
ORDER BY from_id LIMIT :max;

-- name: case_duplicates :one
-- How many cases are duplicates of one.
-- in: firm_id i64, id i64
-- out: n i64
SELECT count(*) AS n FROM record_refs
WHERE firm_id = :firm_id AND to_kind = 'case' AND to_id = :id AND from_kind = 'case'
	AND field = 'duplicate_of';

-- name: case_reports_since :one
-- How many a client has reported since then, up to a number.
-- in: firm_id i64, client_id i64, since_us i64, max i64
-- out: n i64
SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM kind_case
	WHERE firm_id = :firm_id AND client_id = :client_id AND archived_at_us IS NULL
		AND origin = 'client' AND created_at_us >= :since_us LIMIT :max) counted;

-- name: user_of_mail :one
-- in: firm_id i64, mail text
-- out: id i64
SELECT id FROM kind_user
WHERE firm_id = :firm_id AND lower(mail) = :mail AND state = 'active' AND archived_at_us IS NULL
ORDER BY id LIMIT 1;

-- name: contact_of_mail :one
-- in: firm_id i64, mail text
-- out: id i64
SELECT id FROM kind_contact
WHERE firm_id = :firm_id AND lower(mail) = :mail AND state = 'active' AND archived_at_us IS NULL
ORDER BY id LIMIT 1;

-- name: client_of_number :one
-- in: firm_id i64, number text
-- out: id i64
SELECT id FROM kind_client WHERE firm_id = :firm_id AND number = :number;

-- name: contact_of_link :one
-- in: firm_id i64, link_id i64
-- out: contact_id i64
SELECT contact_id FROM one_time_links WHERE firm_id = :firm_id AND id = :link_id;

-- name: comment_before_last :one
-- The comment behind which the last `skip` ones stand.
-- in: firm_id i64, kind text, record_id i64, skip i64
-- out: id i64
SELECT id FROM comments
WHERE firm_id = :firm_id AND kind = :kind AND record_id = :record_id
ORDER BY id DESC LIMIT 1 OFFSET :skip;
