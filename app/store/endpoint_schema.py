"""The tables of rented endpoints: the registry that stands in for a list call, and the clock of their money."""

ENDPOINTS = """
CREATE TABLE endpoints (
    seq         INTEGER PRIMARY KEY,
    endpoint_id TEXT NOT NULL UNIQUE,
    provider_id TEXT NOT NULL,
    service_id  TEXT NOT NULL DEFAULT '',       -- the server's id, written right after the POST
    phase       TEXT NOT NULL,
    created_at  TEXT NOT NULL,                  -- every time: ISO 8601, UTC, microseconds
    record      TEXT NOT NULL,                  -- JSON object, see endpoint_rows.py
    hidden_at   TEXT                            -- taken off the page; its spend stays
);
CREATE INDEX endpoints_by_phase ON endpoints (phase);

CREATE TABLE endpoint_spend (                   -- stretches of one rate each; an open one goes on while we are closed
    seq         INTEGER PRIMARY KEY,
    endpoint_id TEXT NOT NULL REFERENCES endpoints (endpoint_id) ON DELETE CASCADE,
    begins_at   TEXT NOT NULL,
    ends_at     TEXT,
    rate        TEXT NOT NULL,                  -- decimal as text, per hour
    currency    TEXT NOT NULL
);
CREATE INDEX endpoint_spend_of ON endpoint_spend (endpoint_id, begins_at);

CREATE TABLE endpoint_templates (
    name TEXT PRIMARY KEY,
    plan TEXT NOT NULL                          -- JSON object
) WITHOUT ROWID;
"""
