-- Expansion to release 2: a narrow table for heartbeats, beside the wide row of services that has them so far; a count of
-- what was folded into a row of the log, and a table of how far apart heartbeats came.

CREATE TABLE IF NOT EXISTS service_heartbeats (
    service_id    BIGINT       NOT NULL PRIMARY KEY,
    number        BIGINT,
    report_count  BIGINT       NOT NULL DEFAULT 0,
    last_seen_up  BIGINT,
    last_sequence BIGINT,
    never_heard   BOOLEAN      NOT NULL DEFAULT 1,
    last_daemon   VARCHAR(255),
    last_flush    BIGINT       NOT NULL DEFAULT 0
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS arrivals (
    began           BIGINT       NOT NULL,
    daemon          VARCHAR(255) NOT NULL,
    topic           VARCHAR(255) NOT NULL,
    report_interval BIGINT       NOT NULL,
    down_time       BIGINT       NOT NULL,
    ended           BIGINT       NOT NULL,
    deaths          BIGINT       NOT NULL,
    mistakes        BIGINT       NOT NULL,
    gaps            TEXT         NOT NULL,
    PRIMARY KEY (began, daemon, topic, report_interval, down_time)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

ALTER TABLE transitions NOWAIT
    ADD COLUMN IF NOT EXISTS folded BIGINT NOT NULL DEFAULT 0,
    ALGORITHM = INSTANT;
