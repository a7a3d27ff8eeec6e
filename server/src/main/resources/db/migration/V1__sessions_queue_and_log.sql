-- Times are milliseconds since 1970. Enumerations are stored by their place in the Java enum.
-- Texts are BLOBs of UTF-8, so that U+0000 is kept; each has a checksum that binds it to its place.

CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- Rises only where committed history is known to be lost; part of every epoch.
INSERT INTO setting VALUES ('generation', '1');

CREATE TABLE workspace (
    key               INTEGER PRIMARY KEY,
    name              TEXT    NOT NULL UNIQUE,
    active_session    INTEGER,
    last_session      INTEGER NOT NULL DEFAULT 0,
    last_notification INTEGER NOT NULL DEFAULT 0
);

-- AUTOINCREMENT: a key names a session (and below, a message) to running work, so it is never used again.
CREATE TABLE session (
    key             INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace       INTEGER NOT NULL,
    id              TEXT    NOT NULL,
    number          INTEGER NOT NULL,
    name            TEXT    NOT NULL,
    model           TEXT    NOT NULL,
    state           INTEGER NOT NULL,
    epoch           TEXT    NOT NULL,
    has_instruction INTEGER NOT NULL,
    create_time     INTEGER NOT NULL,
    close_time      INTEGER,
    last_sequence   INTEGER NOT NULL,
    read_sequence   INTEGER NOT NULL,
    queued_plain    INTEGER NOT NULL,
    queued_high     INTEGER NOT NULL,
    queued_low      INTEGER NOT NULL,
    running         INTEGER NOT NULL,
    unread          INTEGER NOT NULL,
    notifications   INTEGER NOT NULL,
    answered        INTEGER NOT NULL,
    input_tokens    INTEGER NOT NULL,
    output_tokens   INTEGER NOT NULL,
    request_id      TEXT,
    request_hash    BLOB
);
-- state: 0 open, 1 closed, 2 deleted
CREATE UNIQUE INDEX session_id ON session (workspace, id) WHERE state < 2;
CREATE UNIQUE INDEX session_number ON session (workspace, number);
CREATE UNIQUE INDEX session_name ON session (workspace, name) WHERE state = 0;
CREATE INDEX session_request ON session (workspace, request_id) WHERE request_id IS NOT NULL;
CREATE INDEX session_deleted ON session (key) WHERE state = 2;

CREATE TABLE instruction (
    session  INTEGER PRIMARY KEY,
    checksum INTEGER NOT NULL,
    text     BLOB    NOT NULL
);

CREATE TABLE message (
    key               INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace         INTEGER NOT NULL,
    session           INTEGER NOT NULL,
    id                TEXT    NOT NULL,
    request_id        TEXT,
    request_hash      BLOB,
    route             INTEGER NOT NULL,
    reason            INTEGER NOT NULL,
    active_session_id TEXT,
    priority          INTEGER NOT NULL,
    override          INTEGER,
    policy            INTEGER NOT NULL,
    ahead             INTEGER NOT NULL,
    create_time       INTEGER NOT NULL,
    state             INTEGER NOT NULL,
    attempts          INTEGER NOT NULL,
    model             TEXT    NOT NULL,
    lane              INTEGER,
    start_time        INTEGER,
    attempt_time      INTEGER,
    end_time          INTEGER,
    first_sequence    INTEGER NOT NULL,
    terminal_sequence INTEGER NOT NULL,
    visible           INTEGER NOT NULL,
    answer_faults     INTEGER NOT NULL,
    outages           INTEGER NOT NULL,
    crashes           INTEGER NOT NULL,
    outcome           BLOB,
    notification      INTEGER NOT NULL,
    acknowledge_time  INTEGER
);
CREATE UNIQUE INDEX message_id ON message (id);
CREATE INDEX message_session ON message (session, key);
CREATE INDEX message_unended ON message (session, key) WHERE terminal_sequence = 0;
CREATE INDEX message_ended ON message (session, terminal_sequence) WHERE terminal_sequence > 0;
CREATE INDEX message_request ON message (workspace, request_id) WHERE request_id IS NOT NULL;

CREATE TABLE message_text (
    message  INTEGER PRIMARY KEY,
    checksum INTEGER NOT NULL,
    text     BLOB    NOT NULL
);

-- Why earlier attempts failed; the newest one's times are in the message.
CREATE TABLE failed_attempt (
    message    INTEGER NOT NULL,
    number     INTEGER NOT NULL,
    start_time INTEGER NOT NULL,
    end_time   INTEGER NOT NULL,
    model      TEXT    NOT NULL,
    lane       INTEGER NOT NULL,
    reason     INTEGER NOT NULL,
    text       TEXT    NOT NULL,
    PRIMARY KEY (message, number)
) WITHOUT ROWID;

-- One row for the consecutive entries of one commit, keyed in the order of insertion.
CREATE TABLE segment (
    message        INTEGER NOT NULL,
    first_sequence INTEGER NOT NULL,
    last_sequence  INTEGER NOT NULL,
    attempt        INTEGER NOT NULL,
    checksum       INTEGER NOT NULL,
    entries        BLOB    NOT NULL,
    PRIMARY KEY (message, first_sequence)
) WITHOUT ROWID;

-- The oldest unended message of each session that has one.
-- status: 0 stands in its lane, 1 runs, 2 waits for its retry
CREATE TABLE head (
    session   INTEGER PRIMARY KEY,
    message   INTEGER NOT NULL,
    workspace INTEGER NOT NULL,
    model     TEXT    NOT NULL,
    lane      INTEGER NOT NULL,
    tag       INTEGER NOT NULL,
    other_tag INTEGER NOT NULL,
    status    INTEGER NOT NULL,
    due_time  INTEGER,
    events    INTEGER NOT NULL
);
CREATE INDEX head_lane ON head (model, lane, tag, message) WHERE status = 0;
CREATE INDEX head_running ON head (session) WHERE status = 1;
CREATE INDEX head_due ON head (due_time) WHERE status = 2;

CREATE TABLE lane_event (
    message INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    time    INTEGER NOT NULL,
    kind    INTEGER NOT NULL,
    model   TEXT    NOT NULL,
    lane    INTEGER NOT NULL,
    tag     INTEGER NOT NULL,
    PRIMARY KEY (message, number)
) WITHOUT ROWID;

-- virtual_time: the highest tag claimed. passed: HIGH claims that went before a waiting LOW head.
CREATE TABLE lane (
    model        TEXT    NOT NULL,
    lane         INTEGER NOT NULL,
    virtual_time INTEGER NOT NULL,
    passed       INTEGER NOT NULL,
    queued       INTEGER NOT NULL,
    running      INTEGER NOT NULL,
    PRIMARY KEY (model, lane)
) WITHOUT ROWID;

CREATE TABLE workspace_lane (
    workspace INTEGER NOT NULL,
    model     TEXT    NOT NULL,
    lane      INTEGER NOT NULL,
    last_tag  INTEGER NOT NULL,
    heads     INTEGER NOT NULL,
    queued    INTEGER NOT NULL,
    running   INTEGER NOT NULL,
    PRIMARY KEY (workspace, model, lane)
) WITHOUT ROWID;

CREATE TABLE notification (
    workspace         INTEGER NOT NULL,
    number            INTEGER NOT NULL,
    session           INTEGER NOT NULL,
    message           INTEGER NOT NULL,
    terminal_sequence INTEGER NOT NULL,
    PRIMARY KEY (workspace, number)
) WITHOUT ROWID;
