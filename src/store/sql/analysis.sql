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
-- The latest cases in which a word occurs: the end of one range of the index, however common it is,
-- and those that wait for it.
-- in: firm_id i64, term text, max i64
-- out: id i64
SELECT t.id FROM (
	SELECT w.id FROM (SELECT id FROM search_term
		WHERE firm_id = :firm_id AND term = :term AND kind = 'case' ORDER BY id DESC LIMIT :max) w
	UNION SELECT id FROM search_pending
	WHERE firm_id = :firm_id AND kind = 'case' AND terms LIKE '%"' || :term || '"%') t
ORDER BY t.id DESC LIMIT :max;

-- name: similar_cells :all
-- What is compared, of those among `ids` (a JSON array of whole numbers) that are closed.
-- in: firm_id i64, ids text, max i64
-- out: id i64, name text, type_id i64, client_id i64?, cause_id i64?, account text?, party text?, voucher text?, amount_minor i64?, amount_currency text?, closed_at_us i64?
SELECT c.id, COALESCE(c.name, '') AS name, COALESCE(c.type_id, 0) AS type_id, c.client_id, c.cause_id, c.account, c.party, c.voucher,
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
-- out: id i64, name text
SELECT id, name FROM kind_user WHERE firm_id = :firm_id ORDER BY id LIMIT :max;

-- name: names_of_contacts :all
-- in: firm_id i64, client_id i64, max i64
-- out: name text
SELECT name FROM kind_contact WHERE firm_id = :firm_id AND client_id = :client_id
ORDER BY id LIMIT :max;

-- name: followups_of :all
-- What came out of a case: measures, reviews and feedback that refer to it, the oldest first.
-- in: firm_id i64, case_id i64, max i64
-- out: kind text, id i64
SELECT DISTINCT f.from_kind AS kind, f.from_id AS id FROM record_refs f
WHERE f.firm_id = :firm_id AND f.to_kind = 'case' AND f.to_id = :case_id
	AND f.from_kind IN ('control', 'effect_review', 'feedback', 'improvement', 'risk')
ORDER BY f.from_kind, f.from_id LIMIT :max;

-- name: contacts_to_tell :all
-- Whom a client is told through: those who may enter the portal first, then those who sign.
-- in: firm_id i64, client_id i64, max i64
-- out: id i64
SELECT id FROM kind_contact
WHERE firm_id = :firm_id AND client_id = :client_id AND state = 'active' AND archived_at_us IS NULL
ORDER BY coalesce(portal, 0) DESC, coalesce(signs, 0) DESC, id LIMIT :max;

-- name: questions_about :one
-- Whether the client was asked about a case.
-- in: firm_id i64, case_id i64
-- out: n i64
SELECT count(*) AS n FROM record_refs
WHERE firm_id = :firm_id AND to_kind = 'case' AND to_id = :case_id AND from_kind = 'question'
	AND field = 'case';

-- name: effect_planned :one
-- The review of a case that is still to be done.
-- in: firm_id i64, case_id i64
-- out: id i64
SELECT e.id FROM record_refs f
JOIN kind_effect_review e ON e.firm_id = f.firm_id AND e.id = f.from_id
WHERE f.firm_id = :firm_id AND f.to_kind = 'case' AND f.to_id = :case_id
	AND f.from_kind = 'effect_review' AND f.field = 'case' AND e.state = 'planned'
	AND e.archived_at_us IS NULL
ORDER BY e.id LIMIT 1;

-- name: effect_due :all
-- Reviews whose day has come and that have no verdict yet.
-- in: firm_id i64, now_us i64, max i64
-- out: id i64
SELECT id FROM kind_effect_review
WHERE firm_id = :firm_id AND due_at_us <= :now_us AND verdict IS NULL AND state = 'planned'
	AND archived_at_us IS NULL
ORDER BY due_at_us, id LIMIT :max;

-- name: effect_like :one
-- Cases of a type at a client that were found in a span, without one of them and what turned out to
-- be none.
-- in: firm_id i64, client_id i64, type_id i64, from_us i64, until_us i64, except_id i64
-- out: n i64
SELECT count(*) AS n FROM kind_case
WHERE firm_id = :firm_id AND client_id = :client_id AND type_id = :type_id
	AND found_at_us >= :from_us AND found_at_us < :until_us AND id <> :except_id
	AND state <> 'dismissed' AND state <> 'duplicate' AND archived_at_us IS NULL;

-- name: knowledge_for :all
-- Published articles about a type or a cause: what they are about of the two, and in how many cases
-- they helped.
-- in: firm_id i64, type_id i64, cause_id i64, max i64
-- out: id i64, by_type i64, by_cause i64, helped i64
SELECT a.id, CAST(max(m.by_type) AS BIGINT) AS by_type,
	CAST(max(m.by_cause) AS BIGINT) AS by_cause,
	(SELECT count(*) FROM links l WHERE l.firm_id = :firm_id AND l.other_kind = 'article'
		AND l.other_id = a.id AND l.meaning = 'helped-by') AS helped
FROM (SELECT from_id, 1 AS by_type, 0 AS by_cause FROM record_refs
	WHERE firm_id = :firm_id AND to_kind = 'exception_type' AND to_id = :type_id
		AND from_kind = 'article' AND field = 'exception_types'
	UNION ALL
	SELECT from_id, 0 AS by_type, 1 AS by_cause FROM record_refs
	WHERE firm_id = :firm_id AND to_kind = 'cause' AND to_id = :cause_id
		AND from_kind = 'article' AND field = 'causes') m
JOIN kind_article a ON a.firm_id = :firm_id AND a.id = m.from_id
WHERE a.state = 'published' AND a.archived_at_us IS NULL
GROUP BY a.id
ORDER BY max(m.by_type) + max(m.by_cause) DESC, helped DESC, a.id DESC LIMIT :max;

-- name: knowledge_helped :one
-- In how many cases an article helped.
-- in: firm_id i64, article_id i64
-- out: n i64
SELECT count(*) AS n FROM links
WHERE firm_id = :firm_id AND other_kind = 'article' AND other_id = :article_id
	AND meaning = 'helped-by';
