-- Analysis and follow-up of cases: src/desk/causes.c, similar.c, knowledge.c, followup.c, effect.c,
-- spent.c.

-- name: cause_all :all
-- Every cause of the firm, archived ones included, in the order of the codes.
-- in: firm_id i64, max i64
-- out: id i64, code text, parent_id i64?, branch text, name text, name_en text?, state text, archived_at_us i64?
SELECT id, code, parent_id, branch, name, name_en, state, archived_at_us FROM kind_cause
WHERE firm_id = :firm_id ORDER BY code, id LIMIT :max;

-- name: cause_children :one
-- in: firm_id i64, id i64
-- out: n i64
SELECT count(*) AS n FROM record_refs
WHERE firm_id = :firm_id AND to_kind = 'cause' AND to_id = :id AND from_kind = 'cause'
	AND field = 'parent';

-- name: cause_counts :all
-- How many cases name each cause; type and client 0 = any, restricted 1 = those for the few, too.
-- in: firm_id i64, from_us i64, until_us i64, type_id i64, client_id i64, restricted i64, max i64
-- out: cause_id i64?, n i64
SELECT cause_id, count(*) AS n FROM kind_case
WHERE firm_id = :firm_id AND cause_id IS NOT NULL AND archived_at_us IS NULL
	AND found_at_us >= :from_us AND found_at_us < :until_us
	AND (:type_id = 0 OR type_id = :type_id) AND (:client_id = 0 OR client_id = :client_id)
	AND (:restricted = 1 OR restricted = 0)
GROUP BY cause_id ORDER BY cause_id LIMIT :max;

-- name: spent_on :all
-- Time booked on a record, and what it cost, without one entry; by currency, '' = at no rate.
-- in: firm_id i64, kind text, record_id i64, except_id i64, max i64
-- out: currency text, minutes i64, cost i64
SELECT coalesce(t.rate_currency, '') AS currency, CAST(sum(t.minutes) AS BIGINT) AS minutes,
	CAST(sum((t.minutes * coalesce(t.rate_minor, 0) + 30) / 60) AS BIGINT) AS cost
FROM record_refs f
JOIN kind_time_entry t ON t.firm_id = f.firm_id AND t.id = f.from_id
WHERE f.firm_id = :firm_id AND f.to_kind = :kind AND f.to_id = :record_id
	AND f.from_kind = 'time_entry' AND f.field = 'about' AND t.id <> :except_id
	AND t.archived_at_us IS NULL
GROUP BY coalesce(t.rate_currency, '') ORDER BY currency LIMIT :max;

-- name: similar_of_type :all
-- The latest closed cases of a type.
-- in: firm_id i64, type_id i64, max i64
-- out: id i64
SELECT id FROM kind_case
WHERE firm_id = :firm_id AND type_id = :type_id AND state = 'closed' AND archived_at_us IS NULL
ORDER BY closed_at_us DESC, id DESC LIMIT :max;

-- name: similar_of_account :all
-- … that are about the same account, in the same words.
-- in: firm_id i64, type_id i64, account text, max i64
-- out: id i64
SELECT id FROM kind_case
WHERE firm_id = :firm_id AND type_id = :type_id AND account = :account AND state = 'closed'
	AND archived_at_us IS NULL
ORDER BY closed_at_us DESC, id DESC LIMIT :max;

-- name: similar_of_client :all
-- … of one client.
-- in: firm_id i64, client_id i64, type_id i64, max i64
-- out: id i64
SELECT id FROM kind_case
WHERE firm_id = :firm_id AND client_id = :client_id AND type_id = :type_id AND state = 'closed'
	AND archived_at_us IS NULL
ORDER BY closed_at_us DESC, id DESC LIMIT :max;

-- name: similar_of_cause :all
-- The latest closed cases of a cause, of any type.
-- in: firm_id i64, cause_id i64, max i64
-- out: id i64
SELECT id FROM kind_case
WHERE firm_id = :firm_id AND cause_id = :cause_id AND state = 'closed' AND archived_at_us IS NULL
ORDER BY closed_at_us DESC, id DESC LIMIT :max;

-- name: similar_by_term :all
-- The latest cases in which a word occurs: the end of one range of the index, however common it is.
-- in: firm_id i64, term text, max i64
-- out: id i64
SELECT id FROM search_term
WHERE firm_id = :firm_id AND term = :term AND kind = 'case' ORDER BY id DESC LIMIT :max;

-- name: similar_cells :all
-- What is compared, of those among `ids` (a JSON array of whole numbers) that are closed.
-- in: firm_id i64, ids text, max i64
-- out: id i64, name text, type_id i64, client_id i64?, cause_id i64?, account text?, party text?, voucher text?, amount_minor i64?, amount_currency text?, closed_at_us i64?
SELECT c.id, c.name, c.type_id, c.client_id, c.cause_id, c.account, c.party, c.voucher,
	c.amount_minor, c.amount_currency, c.closed_at_us
FROM kind_case c
WHERE c.firm_id = :firm_id AND c.id IN (SELECT j.value FROM json_each(:ids) j)
	AND c.state = 'closed' AND c.archived_at_us IS NULL
ORDER BY c.id LIMIT :max;

-- name: case_corrections :all
-- Corrections of a case, the oldest first.
-- in: firm_id i64, case_id i64, max i64
-- out: id i64
SELECT f.from_id AS id FROM record_refs f
WHERE f.firm_id = :firm_id AND f.to_kind = 'case' AND f.to_id = :case_id
	AND f.from_kind = 'correction' AND f.field = 'case'
ORDER BY f.from_id LIMIT :max;

-- name: names_of_users :all
-- Everybody of the firm, to be left out of texts.
-- in: firm_id i64, max i64
-- out: name text
SELECT name FROM kind_user WHERE firm_id = :firm_id ORDER BY id LIMIT :max;

-- name: names_of_contacts :all
-- in: firm_id i64, client_id i64, max i64
-- out: name text
SELECT name FROM kind_contact WHERE firm_id = :firm_id AND client_id = :client_id
ORDER BY id LIMIT :max;
