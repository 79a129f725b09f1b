-- Batch runs, and who would go where by each.
CREATE TABLE match_run (
    id BYTEA PRIMARY KEY, station BYTEA REFERENCES station (id), by_name TEXT NOT NULL, account BYTEA REFERENCES account (id),
    state TEXT NOT NULL, progress BIGINT NOT NULL, asked TEXT NOT NULL, found TEXT NOT NULL, fault TEXT,
    created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE INDEX match_run_station ON match_run (station, created_at);
CREATE TABLE match_pair (
    run BYTEA NOT NULL REFERENCES match_run (id), worker BYTEA NOT NULL REFERENCES worker (id),
    vacancy BYTEA NOT NULL REFERENCES vacancy (id), score BIGINT NOT NULL, introduction BYTEA REFERENCES introduction (id),
    PRIMARY KEY (run, worker)
);
