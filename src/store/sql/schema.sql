-- The version of the schema; no firm's business.

-- name: schema_steps :all
-- operator: the schema belongs to all firms
-- in: max i64
-- out: number i64, name text, checksum text
SELECT number, name, checksum FROM schema_version ORDER BY number LIMIT :max;

-- name: schema_add :exec
-- operator: the schema belongs to all firms
-- in: number i64, name text, checksum text, at_us i64
INSERT INTO schema_version (number, name, checksum, at_us)
VALUES (:number, :name, :checksum, :at_us);
