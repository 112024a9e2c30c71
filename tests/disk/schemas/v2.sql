BEGIN TRANSACTION;
CREATE TABLE assets (
    asset_id   TEXT PRIMARY KEY,
    job_id     TEXT NOT NULL REFERENCES jobs (job_id) ON DELETE CASCADE,
    position   INTEGER NOT NULL,
    remote_key TEXT NOT NULL,
    medium     TEXT NOT NULL,
    state      TEXT NOT NULL,
    path       TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    sha256     TEXT NOT NULL,
    mime       TEXT NOT NULL,
    width      INTEGER,
    height     INTEGER,
    duration_s REAL
);
INSERT INTO "assets" VALUES('a1','00000000000000000000000000000001',0,'file-0','image','saved','images/a-0.png',12345,'abababababababababababababababababababababababababababababababab','image/png',1024,768,NULL);
CREATE TABLE bodies (                           -- the exact bytes of each paid request
    job_id TEXT PRIMARY KEY REFERENCES jobs (job_id) ON DELETE CASCADE,
    path   TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    body   BLOB NOT NULL
);
INSERT INTO "bodies" VALUES('00000000000000000000000000000001','/v1','230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5',X'626F6479');
INSERT INTO "bodies" VALUES('00000000000000000000000000000002','/v1','230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5',X'626F6479');
CREATE TABLE jobs (
    seq            INTEGER PRIMARY KEY,
    job_id         TEXT NOT NULL UNIQUE,
    provider_id    TEXT NOT NULL,
    model_id       TEXT NOT NULL,
    model_title    TEXT NOT NULL,
    medium         TEXT NOT NULL,
    params         TEXT NOT NULL,               -- JSON object
    prompt         TEXT NOT NULL,
    created_at     TEXT NOT NULL,               -- every time: ISO 8601, UTC, microseconds
    state          TEXT NOT NULL,
    amount         TEXT,                        -- the estimate: decimal as text, unit, 1 while it is an estimate
    unit           TEXT,
    estimated      INTEGER,
    remote_ref     TEXT,                        -- JSON object, opaque, written by the provider
    wire_status    TEXT NOT NULL DEFAULT '',
    progress       REAL,
    queue_position INTEGER,
    sent_at        TEXT,
    finished_at    TEXT,
    problem        TEXT,                        -- JSON object
    set_aside      INTEGER NOT NULL DEFAULT 0,
    favourite      INTEGER NOT NULL DEFAULT 0,
    search_text    TEXT NOT NULL DEFAULT '',    -- what History searches in, see job_search.py
    deleted_at     TEXT
, place INTEGER, hold TEXT NOT NULL DEFAULT '', expires_at TEXT);
INSERT INTO "jobs" VALUES(1,'00000000000000000000000000000001','netmind','Qwen/Qwen-Image','Qwen Image','image','{"prompt":"a fox","seed":7}','a fox','2025-01-31T14:02:59.123456+00:00','done','0.04','usd',1,'{"key":"r-1","v":1}','completed',NULL,NULL,'2025-01-31T14:03:00.123456+00:00',NULL,NULL,0,0,'a fox
qwen image
qwen/qwen-image',NULL,NULL,'',NULL);
INSERT INTO "jobs" VALUES(2,'00000000000000000000000000000002','netmind','Qwen/Qwen-Image','Qwen Image','image','{"prompt":"a fox","seed":7}','a fox','2025-01-31T14:02:59.123456+00:00','queued','0.04','usd',1,'{"key":"r-2","v":1}','completed',NULL,NULL,'2025-01-31T14:03:00.123456+00:00',NULL,NULL,0,0,'a fox
qwen image
qwen/qwen-image',NULL,NULL,'',NULL);
CREATE TABLE ledger (                           -- what happened, in order; outlives the jobs it speaks of
    entry       INTEGER PRIMARY KEY,
    job_id      TEXT NOT NULL,
    at          TEXT NOT NULL,
    event       TEXT NOT NULL,
    detail      TEXT NOT NULL,                  -- JSON object
    provider_id TEXT,                           -- the last four for event 'reference' only
    remote_key  TEXT,
    amount      TEXT,
    unit        TEXT
);
INSERT INTO "ledger" VALUES(1,'00000000000000000000000000000001','2025-01-31T14:03:00.123456+00:00','reference','{"ref":{"key":"r-1","v":1},"key":"r-1","amount":"0.04","unit":"usd"}','netmind','r-1','0.04','usd');
INSERT INTO "ledger" VALUES(2,'00000000000000000000000000000002','2025-01-31T14:03:00.123456+00:00','reference','{"ref":{"key":"r-2","v":1},"key":"r-2","amount":"0.04","unit":"usd"}','netmind','r-2','0.04','usd');
CREATE TABLE tags (
    job_id   TEXT NOT NULL REFERENCES jobs (job_id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    tag      TEXT NOT NULL,
    folded   TEXT NOT NULL,                     -- for comparing without case
    PRIMARY KEY (job_id, position)
) WITHOUT ROWID;
INSERT INTO "tags" VALUES('00000000000000000000000000000001',0,'Foxes','foxes');
CREATE INDEX jobs_by_time ON jobs (created_at DESC, seq DESC) WHERE deleted_at IS NULL;
CREATE INDEX jobs_by_medium ON jobs (medium, created_at DESC, seq DESC) WHERE deleted_at IS NULL;
CREATE INDEX jobs_with_star ON jobs (created_at DESC, seq DESC) WHERE favourite = 1 AND deleted_at IS NULL;
CREATE INDEX jobs_by_state ON jobs (state);
CREATE INDEX jobs_by_model ON jobs (provider_id, model_id, state, created_at DESC);
CREATE INDEX jobs_deleted ON jobs (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX assets_of_job ON assets (job_id, position);
CREATE INDEX jobs_of_tag ON tags (folded, job_id);
CREATE INDEX ledger_of_job ON ledger (job_id, entry);
CREATE INDEX ledger_of_references ON ledger (provider_id, remote_key) WHERE event = 'reference';
CREATE INDEX ledger_of_spending ON ledger (at) WHERE event = 'reference';
CREATE TRIGGER ledger_keeps_its_entries BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_loses_no_entry BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
COMMIT;
