-- Where PostgreSQL differs.

-- name: similar_cells
SELECT c.id, c.name, c.type_id, c.client_id, c.cause_id, c.account, c.party, c.voucher,
	c.amount_minor, c.amount_currency, c.closed_at_us
FROM kind_case c
WHERE c.firm_id = :firm_id
	AND c.id IN (SELECT CAST(j.value AS BIGINT) FROM json_array_elements_text(CAST(:ids AS json)) j)
	AND c.state = 'closed' AND c.archived_at_us IS NULL
ORDER BY c.id LIMIT :max;
