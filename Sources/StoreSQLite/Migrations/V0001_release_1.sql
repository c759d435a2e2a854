-- The schema of release 1. README.md in this folder says what each column means.
-- Times are whole microseconds since 1970-01-01 UTC, intervals whole microseconds; flags are 0 or 1.

CREATE TABLE schema_state (
    id             INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    schema_version INTEGER NOT NULL,
    phase          TEXT    NOT NULL,
    min_release    INTEGER NOT NULL,
    finished_steps TEXT    NOT NULL DEFAULT ''
) STRICT;

INSERT INTO schema_state (id, schema_version, phase, min_release) VALUES (1, 1, 'new', 1);

CREATE TABLE log_head (
    id       INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    log_id   TEXT    NOT NULL,
    revision INTEGER NOT NULL
) STRICT;

INSERT INTO log_head (id, log_id, revision) VALUES (1, lower(hex(randomblob(16))), 0);

CREATE TABLE services (
    id                 INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    uuid               TEXT    NOT NULL UNIQUE,
    host               TEXT    NOT NULL,
    binary             TEXT    NOT NULL,
    topic              TEXT    NOT NULL,
    report_count       INTEGER NOT NULL DEFAULT 0,
    disabled           INTEGER NOT NULL DEFAULT 0,
    disabled_reason    TEXT,
    last_seen_up       INTEGER,
    forced_down        INTEGER NOT NULL DEFAULT 0,
    version            INTEGER NOT NULL DEFAULT 0,
    created_at         INTEGER NOT NULL,
    updated_at         INTEGER,
    deleted_at         INTEGER,
    deleted            INTEGER NOT NULL DEFAULT 0,
    zone               TEXT    NOT NULL,
    operator_zone      TEXT,
    report_interval    INTEGER NOT NULL DEFAULT 0,
    state              TEXT    NOT NULL DEFAULT 'unknown',
    state_reason       TEXT    NOT NULL DEFAULT 'never_reported',
    state_last         TEXT,
    state_since        INTEGER NOT NULL,
    state_revision     INTEGER NOT NULL DEFAULT 0,
    left_at            INTEGER,
    failed_at          INTEGER,
    failure_message    TEXT,
    forced_down_reason TEXT,
    forced_down_by     TEXT,
    forced_down_at     INTEGER,
    forced_down_until  INTEGER,
    edit               INTEGER NOT NULL DEFAULT 1,
    last_daemon        TEXT,
    last_flush         INTEGER NOT NULL DEFAULT 0,
    last_sequence      INTEGER,
    incarnation        TEXT,
    incarnation_number INTEGER NOT NULL DEFAULT 0,
    never_heard        INTEGER NOT NULL DEFAULT 1,
    imported           INTEGER NOT NULL DEFAULT 0,
    UNIQUE (host, binary, deleted)
) STRICT;

CREATE INDEX services_forced_down_until ON services (forced_down_until)
    WHERE forced_down = 1 AND forced_down_until IS NOT NULL;

CREATE INDEX services_deleted_at ON services (deleted_at) WHERE deleted <> 0;

CREATE TABLE service_incarnations (
    service_id    INTEGER NOT NULL REFERENCES services (id),
    worker        TEXT    NOT NULL,
    number        INTEGER NOT NULL,
    incarnation   TEXT,
    version       INTEGER NOT NULL DEFAULT 0,
    first_seen    INTEGER NOT NULL,
    last_seen_up  INTEGER,
    last_sequence INTEGER,
    failed_at     INTEGER,
    replaced_at   INTEGER,
    left_at       INTEGER,
    PRIMARY KEY (service_id, worker, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX service_incarnations_replaced_at ON service_incarnations (replaced_at)
    WHERE replaced_at IS NOT NULL;

CREATE TABLE transitions (
    revision   INTEGER NOT NULL PRIMARY KEY,
    kind       TEXT    NOT NULL,
    service_id INTEGER,
    uuid       TEXT    NOT NULL,
    host       TEXT    NOT NULL,
    binary     TEXT    NOT NULL,
    topic      TEXT    NOT NULL,
    zone       TEXT    NOT NULL,
    from_state TEXT,
    to_state   TEXT,
    reason     TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    actor      TEXT
) STRICT;

CREATE INDEX transitions_service ON transitions (service_id, revision) WHERE service_id IS NOT NULL;

CREATE TABLE brakes (
    id          INTEGER NOT NULL PRIMARY KEY,
    scope       TEXT    NOT NULL,
    engaged_at  INTEGER NOT NULL,
    engaged_by  TEXT    NOT NULL,
    members     INTEGER NOT NULL,
    silent      INTEGER NOT NULL,
    released    INTEGER NOT NULL DEFAULT 0,
    released_at INTEGER,
    released_by TEXT,
    UNIQUE (released, scope)
) STRICT;

CREATE TABLE fleet_settings (
    name   TEXT    NOT NULL PRIMARY KEY,
    value  TEXT    NOT NULL,
    set_at INTEGER NOT NULL,
    set_by TEXT    NOT NULL
) STRICT;

CREATE TABLE daemons (
    id              TEXT    NOT NULL PRIMARY KEY,
    incarnation     TEXT    NOT NULL,
    host            TEXT    NOT NULL,
    release         INTEGER NOT NULL,
    schema_min      INTEGER NOT NULL,
    schema_max      INTEGER NOT NULL,
    phase_seen      TEXT    NOT NULL,
    flush_count     INTEGER NOT NULL DEFAULT 0,
    settings_digest TEXT    NOT NULL,
    last_seen       INTEGER NOT NULL,
    left_at         INTEGER,
    retired_at      INTEGER,
    drivers         TEXT    NOT NULL DEFAULT ''
) STRICT;
