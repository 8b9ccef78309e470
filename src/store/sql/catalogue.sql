-- The catalogue of exception types: what src/desk/catalogue.c asks.

-- name: exception_slugs :all
-- The slug of every type of the firm, archived ones included.
-- in: firm_id i64
-- out: slug text
SELECT slug FROM kind_exception_type WHERE firm_id = :firm_id ORDER BY slug;
