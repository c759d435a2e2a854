-- Expansion to release 2: a narrow table for heartbeats, beside the wide row of services that has them so far.

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
