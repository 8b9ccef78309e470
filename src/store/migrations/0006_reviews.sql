-- Reviews on schedule and tasks that repeat.

ALTER TABLE kind_task ADD COLUMN repeat TEXT; -- repeat; null: not given
ALTER TABLE kind_task ADD COLUMN repeat_from_day BIGINT; -- day number; repeats from; null: not given

-- Reviews that have come due (desk/reviews.h), each with the task that was made of it. Rows stay, so
-- that a day is asked for once. Not a projection of the log.
CREATE TABLE reviews (
	firm_id BIGINT NOT NULL,   -- whose
	kind TEXT NOT NULL,        -- of the record
	record_id BIGINT NOT NULL, -- what is reviewed
	day BIGINT NOT NULL,       -- day number; when it was to be reviewed
	task_id BIGINT NOT NULL,   -- the task
	PRIMARY KEY (firm_id, kind, record_id, day)
) {{by_key}};
CREATE INDEX reviews_of_task ON reviews (firm_id, task_id);
