-- What the sender says that a call cost. Calls that were stored before have none, and count as 0.
ALTER TABLE calls ADD COLUMN cost DOUBLE PRECISION;

-- Statistics go by when a call began, and where that is not known by when it came.
CREATE INDEX calls_began ON calls (COALESCE(started_at, created_at));
