-- The schema of release 1. The README.md beside the SQLite steps says what each column means: it is the same here.
-- Texts are compared byte by byte, trailing blanks included (utf8mb4_nopad_bin), as everywhere in Rollcall.
-- Every statement can be repeated: DDL ends a transaction, so a killed upgrade begins this step anew.

CREATE TABLE IF NOT EXISTS log_head (
    id       TINYINT     NOT NULL PRIMARY KEY CHECK (id = 1),
    log_id   VARCHAR(64) NOT NULL,
    revision BIGINT      NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

INSERT IGNORE INTO log_head (id, log_id, revision) VALUES (1, lower(hex(random_bytes(16))), 0);

CREATE TABLE IF NOT EXISTS services (
    id                 BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
    uuid               VARCHAR(36)  NOT NULL,
    host               VARCHAR(255) NOT NULL,
    `binary`           VARCHAR(255) NOT NULL,
    topic              VARCHAR(255) NOT NULL,
    report_count       BIGINT       NOT NULL DEFAULT 0,
    disabled           BOOLEAN      NOT NULL DEFAULT 0,
    disabled_reason    TEXT,
    last_seen_up       BIGINT,
    forced_down        BOOLEAN      NOT NULL DEFAULT 0,
    version            INT          NOT NULL DEFAULT 0,
    created_at         BIGINT       NOT NULL,
    updated_at         BIGINT,
    deleted_at         BIGINT,
    deleted            BIGINT       NOT NULL DEFAULT 0,
    zone               VARCHAR(255) NOT NULL,
    operator_zone      VARCHAR(255),
    report_interval    BIGINT       NOT NULL DEFAULT 0,
    state              VARCHAR(16)  NOT NULL DEFAULT 'unknown',
    state_reason       VARCHAR(64)  NOT NULL DEFAULT 'never_reported',
    state_last         VARCHAR(16),
    state_since        BIGINT       NOT NULL,
    state_revision     BIGINT       NOT NULL DEFAULT 0,
    left_at            BIGINT,
    failed_at          BIGINT,
    failure_message    TEXT,
    forced_down_reason TEXT,
    forced_down_by     VARCHAR(255),
    forced_down_at     BIGINT,
    forced_down_until  BIGINT,
    edit               BIGINT       NOT NULL DEFAULT 1,
    last_daemon        VARCHAR(255),
    last_flush         BIGINT       NOT NULL DEFAULT 0,
    last_sequence      BIGINT,
    incarnation        VARCHAR(64),
    incarnation_number BIGINT       NOT NULL DEFAULT 0,
    never_heard        BOOLEAN      NOT NULL DEFAULT 1,
    imported           BOOLEAN      NOT NULL DEFAULT 0,
    UNIQUE KEY services_uuid (uuid),
    UNIQUE KEY services_name (host, `binary`, deleted),
    KEY services_forced_down_until (forced_down_until),
    KEY services_deleted_at (deleted_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS service_incarnations (
    service_id    BIGINT      NOT NULL,
    worker        VARCHAR(64) NOT NULL,
    number        BIGINT      NOT NULL,
    incarnation   VARCHAR(64),
    version       INT         NOT NULL DEFAULT 0,
    first_seen    BIGINT      NOT NULL,
    last_seen_up  BIGINT,
    last_sequence BIGINT,
    failed_at     BIGINT,
    replaced_at   BIGINT,
    left_at       BIGINT,
    PRIMARY KEY (service_id, worker, number),
    KEY service_incarnations_replaced_at (replaced_at)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS transitions (
    revision   BIGINT       NOT NULL PRIMARY KEY,
    kind       VARCHAR(16)  NOT NULL,
    service_id BIGINT,
    uuid       VARCHAR(36)  NOT NULL,
    host       VARCHAR(255) NOT NULL,
    `binary`   VARCHAR(255) NOT NULL,
    topic      VARCHAR(255) NOT NULL,
    zone       VARCHAR(255) NOT NULL,
    from_state VARCHAR(16),
    to_state   VARCHAR(16),
    reason     VARCHAR(255) NOT NULL,
    at         BIGINT       NOT NULL,
    actor      VARCHAR(255),
    KEY transitions_service (service_id, revision)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS brakes (
    id          BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
    scope       VARCHAR(511) NOT NULL,
    engaged_at  BIGINT       NOT NULL,
    engaged_by  VARCHAR(255) NOT NULL,
    members     BIGINT       NOT NULL,
    silent      BIGINT       NOT NULL,
    released    BIGINT       NOT NULL DEFAULT 0,
    released_at BIGINT,
    released_by VARCHAR(255),
    UNIQUE KEY brakes_scope (released, scope)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS fleet_settings (
    name   VARCHAR(64)  NOT NULL PRIMARY KEY,
    value  VARCHAR(255) NOT NULL,
    set_at BIGINT       NOT NULL,
    set_by VARCHAR(255) NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS daemons (
    id              VARCHAR(255) NOT NULL PRIMARY KEY,
    incarnation     VARCHAR(64)  NOT NULL,
    host            VARCHAR(255) NOT NULL,
    `release`       INT          NOT NULL,
    schema_min      INT          NOT NULL,
    schema_max      INT          NOT NULL,
    phase_seen      VARCHAR(16)  NOT NULL,
    flush_count     BIGINT       NOT NULL DEFAULT 0,
    settings_digest VARCHAR(128) NOT NULL,
    last_seen       BIGINT       NOT NULL,
    left_at         BIGINT,
    retired_at      BIGINT,
    drivers         VARCHAR(64)  NOT NULL DEFAULT ''
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS schema_state (
    id             TINYINT     NOT NULL PRIMARY KEY CHECK (id = 1),
    schema_version INT         NOT NULL,
    phase          VARCHAR(16) NOT NULL,
    min_release    INT         NOT NULL,
    finished_steps TEXT        NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin;

INSERT IGNORE INTO schema_state (id, schema_version, phase, min_release, finished_steps) VALUES (1, 1, 'new', 1, '');
