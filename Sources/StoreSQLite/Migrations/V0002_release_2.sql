-- The schema of release 2: heartbeats leave the wide row of services for a narrow table of their own; rows of the log can
-- be folded, and how far apart heartbeats came is kept.

CREATE TABLE service_heartbeats (
    service_id    INTEGER PRIMARY KEY,
    number        INTEGER,
    report_count  INTEGER NOT NULL DEFAULT 0,
    last_seen_up  INTEGER,
    last_sequence INTEGER,
    never_heard   INTEGER NOT NULL DEFAULT 1,
    last_daemon   TEXT,
    last_flush    INTEGER NOT NULL DEFAULT 0
) STRICT;

INSERT INTO service_heartbeats
    (service_id, number, report_count, last_seen_up, last_sequence, never_heard, last_daemon, last_flush)
SELECT
    id, CASE WHEN left_at IS NULL AND deleted = 0 THEN incarnation_number END, report_count, last_seen_up,
    last_sequence, never_heard, last_daemon, last_flush
FROM services;

ALTER TABLE services DROP COLUMN report_count;
ALTER TABLE services DROP COLUMN last_seen_up;
ALTER TABLE services DROP COLUMN last_sequence;
ALTER TABLE services DROP COLUMN never_heard;
ALTER TABLE services DROP COLUMN last_daemon;
ALTER TABLE services DROP COLUMN last_flush;

ALTER TABLE transitions ADD COLUMN folded INTEGER NOT NULL DEFAULT 0;

CREATE TABLE arrivals (
    began           INTEGER NOT NULL,
    daemon          TEXT    NOT NULL,
    topic           TEXT    NOT NULL,
    report_interval INTEGER NOT NULL,
    down_time       INTEGER NOT NULL,
    ended           INTEGER NOT NULL,
    deaths          INTEGER NOT NULL,
    mistakes        INTEGER NOT NULL,
    gaps            TEXT    NOT NULL,
    PRIMARY KEY (began, daemon, topic, report_interval, down_time)
) STRICT;

UPDATE schema_state SET phase = 'new', min_release = 2 WHERE id = 1;
