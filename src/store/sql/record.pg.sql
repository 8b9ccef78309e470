-- Where PostgreSQL differs.

-- name: pending_merge
INSERT INTO search_term (firm_id, term, kind, id)
SELECT :firm_id, t.value, p.kind, p.id
FROM (SELECT kind, id, terms FROM search_pending WHERE firm_id = :firm_id
      ORDER BY kind, id LIMIT :max) p, json_array_elements_text(CAST(p.terms AS json)) t
ON CONFLICT (firm_id, term, kind, id) DO NOTHING;
