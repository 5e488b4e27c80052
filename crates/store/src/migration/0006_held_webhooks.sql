-- A receiver that asked for a pause is sent nothing before then.
ALTER TABLE webhooks ADD COLUMN held_until BIGINT;
