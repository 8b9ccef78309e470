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
