-- Contraction to release 2: what only release 1 used goes. No statement waits for a lock or copies a table: the clauses
-- make the server refuse instead.

ALTER TABLE services NOWAIT
    DROP COLUMN IF EXISTS report_count,
    DROP COLUMN IF EXISTS last_seen_up,
    DROP COLUMN IF EXISTS last_sequence,
    DROP COLUMN IF EXISTS never_heard,
    DROP COLUMN IF EXISTS last_daemon,
    DROP COLUMN IF EXISTS last_flush,
    ALGORITHM = INSTANT;
