-- How far each firm's signed checkpoints stand in the log over all firms (store/heads.h). A row that
-- is missing costs nothing but that the checkpoint is written there once more.
CREATE TABLE heads (
	firm_id BIGINT NOT NULL, -- whose checkpoint
	size BIGINT NOT NULL,    -- of the last one that stands there
	seq BIGINT NOT NULL,     -- of its event in the log over all firms
	PRIMARY KEY (firm_id)
) {{rows}};
