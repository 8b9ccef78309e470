-- Contents outside the database.

-- name: blob_find :one
-- in: firm_id i64, sha256 blob
-- out: size i64, stored_size i64, at_us i64
SELECT size, stored_size, at_us FROM blobs WHERE firm_id = :firm_id AND sha256 = :sha256;

-- name: blob_add :exec
-- Does nothing when it is known.
-- in: firm_id i64, sha256 blob, size i64, stored_size i64, at_us i64
INSERT INTO blobs (firm_id, sha256, size, stored_size, at_us, checked_at_us)
VALUES (:firm_id, :sha256, :size, :stored_size, :at_us, :at_us)
ON CONFLICT (firm_id, sha256) DO NOTHING;

-- name: blob_to_check :all
-- Those that were not hashed again for the longest time.
-- in: firm_id i64, before_us i64, max i64
-- out: sha256 blob, size i64
SELECT sha256, size FROM blobs WHERE firm_id = :firm_id AND checked_at_us < :before_us
ORDER BY checked_at_us LIMIT :max;

-- name: blob_checked :exec
-- in: firm_id i64, sha256 blob, at_us i64
UPDATE blobs SET checked_at_us = :at_us WHERE firm_id = :firm_id AND sha256 = :sha256;

-- name: blob_after :all
-- in: firm_id i64, after blob, max i64
-- out: sha256 blob, size i64
SELECT sha256, size FROM blobs WHERE firm_id = :firm_id AND sha256 > :after
ORDER BY sha256 LIMIT :max;
