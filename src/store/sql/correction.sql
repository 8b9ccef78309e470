-- Corrections: desk/corrections.c.

-- Those that the next import of a set of books must contain.
-- name: correction_posted :all
-- in: firm_id i64, books_id i64
-- out: id i64
SELECT id FROM kind_correction
WHERE firm_id = :firm_id AND books_id = :books_id AND state IN ('posted', 'missing', 'confirmed')
	AND archived_at_us IS NULL
ORDER BY id;
