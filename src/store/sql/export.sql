-- Export and import of one firm, beside what store/tables.def describes.

-- name: firm_labels_of :all
-- operator: labels are of no firm, so that each is given once on the server
-- in: of_firm_id i64, max i64
-- out: label text
SELECT label FROM firm_labels WHERE firm_id = 0 AND of_firm_id = :of_firm_id
ORDER BY label LIMIT :max;
