-- Where PostgreSQL differs.

-- name: term_add
INSERT INTO search_term (firm_id, term, kind, id)
SELECT :firm_id, t.value, :kind, :id FROM json_array_elements_text(CAST(:terms AS json)) t
ON CONFLICT (firm_id, term, kind, id) DO NOTHING;
