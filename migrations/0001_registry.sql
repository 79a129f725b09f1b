-- Instants are BIGINT microseconds UTC, days are ISO TEXT of Asia/Shanghai, ids are 16 bytes (UUIDv7), money is in fen.
-- References that a bulk insert checks are looked at when it commits, so that SQLite need not be able to undo each statement.
-- WITHOUT ROWID keeps a row inside its primary key on SQLite; PostgreSQL is given the text without these words.
-- `facts` is the value as the domain knows it (JSON); columns beside it are what SQL must search, join or keep unique.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE lane (no BIGINT PRIMARY KEY, n BIGINT NOT NULL, audit_head BYTEA NOT NULL);
CREATE TABLE change (
    lane BIGINT NOT NULL, n BIGINT NOT NULL, kind TEXT NOT NULL, ids BYTEA NOT NULL,
    PRIMARY KEY (lane, n, kind)
);
CREATE TABLE audit (
    lane BIGINT NOT NULL, n BIGINT NOT NULL, seq BIGINT NOT NULL,
    at BIGINT NOT NULL, actor TEXT NOT NULL, account BYTEA, act TEXT NOT NULL,
    object_kind TEXT NOT NULL, object BYTEA, fields TEXT NOT NULL, result TEXT NOT NULL,
    prev BYTEA NOT NULL, hash BYTEA NOT NULL,
    PRIMARY KEY (lane, n, seq)
);
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_object ON audit (object, at);
CREATE TABLE history (
    id BYTEA NOT NULL, kind TEXT NOT NULL, object BYTEA NOT NULL, at BIGINT NOT NULL,
    actor TEXT NOT NULL, act TEXT NOT NULL, diff TEXT NOT NULL, sealed BYTEA,
    PRIMARY KEY (object, at, id)
) WITHOUT ROWID;

CREATE TABLE station (
    id BYTEA PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL, kind TEXT NOT NULL,
    parent BYTEA REFERENCES station (id), email TEXT, phone TEXT, address TEXT, lang TEXT NOT NULL,
    version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE TABLE station_region (
    station BYTEA NOT NULL REFERENCES station (id), region TEXT NOT NULL,
    PRIMARY KEY (station, region)
);
CREATE INDEX station_region_region ON station_region (region);

CREATE TABLE employer (
    id BYTEA PRIMARY KEY, ref TEXT NOT NULL UNIQUE, name TEXT NOT NULL, name_key TEXT NOT NULL,
    credit_code TEXT UNIQUE, state TEXT NOT NULL, station BYTEA REFERENCES station (id),
    facts TEXT NOT NULL, verified_on TEXT, decided_by TEXT, reason TEXT,
    version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE INDEX employer_name ON employer (name_key);

CREATE TABLE account (
    id BYTEA PRIMARY KEY, name TEXT NOT NULL UNIQUE, role TEXT NOT NULL,
    station BYTEA REFERENCES station (id), employer BYTEA REFERENCES employer (id),
    confidential BOOLEAN NOT NULL, password_hash TEXT, email TEXT, disabled_at BIGINT,
    failures BIGINT NOT NULL, locked_until BIGINT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE TABLE session (
    hash BYTEA PRIMARY KEY, account BYTEA NOT NULL REFERENCES account (id),
    created_at BIGINT NOT NULL, seen_at BIGINT NOT NULL
);
CREATE INDEX session_account ON session (account);
CREATE TABLE token (
    hash BYTEA PRIMARY KEY, account BYTEA NOT NULL REFERENCES account (id),
    created_at BIGINT NOT NULL
);
CREATE TABLE invite (
    hash BYTEA PRIMARY KEY, account BYTEA NOT NULL REFERENCES account (id), expires_at BIGINT NOT NULL
);
CREATE TABLE parked_form (
    hash BYTEA PRIMARY KEY, account TEXT NOT NULL, path TEXT NOT NULL, body BYTEA NOT NULL, expires_at BIGINT NOT NULL
);

CREATE TABLE place (
    id BYTEA PRIMARY KEY, county TEXT NOT NULL, township TEXT NOT NULL, village TEXT NOT NULL,
    key TEXT NOT NULL UNIQUE
);
CREATE TABLE household (
    id BYTEA PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT, place BYTEA REFERENCES place (id) DEFERRABLE INITIALLY DEFERRED,
    facts TEXT NOT NULL, relocated BOOLEAN, version BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE TABLE watch_episode (
    id BYTEA PRIMARY KEY, household BYTEA NOT NULL REFERENCES household (id), class TEXT NOT NULL,
    reason TEXT, from_on TEXT NOT NULL, risks TEXT NOT NULL, cleared_at BIGINT, cleared_by TEXT
);
CREATE INDEX watch_episode_household ON watch_episode (household);

CREATE TABLE worker (
    id BYTEA PRIMARY KEY, ref TEXT NOT NULL UNIQUE, name TEXT NOT NULL, name_key TEXT NOT NULL,
    pinyin TEXT NOT NULL, birth_date TEXT,
    id_hash BYTEA UNIQUE, id_sealed BYTEA, phone_hash BYTEA, phone_sealed BYTEA,
    import_key BYTEA, origin TEXT, place BYTEA REFERENCES place (id) DEFERRABLE INITIALLY DEFERRED,
    facts TEXT NOT NULL, basis TEXT NOT NULL, verification TEXT NOT NULL,
    verified_by TEXT, verified_at BIGINT, merged_into BYTEA REFERENCES worker (id) DEFERRABLE INITIALLY DEFERRED,
    closed_at BIGINT, closed_reason TEXT,
    version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE INDEX worker_name_birth ON worker (name_key, birth_date);
CREATE INDEX worker_phone ON worker (phone_hash);
CREATE INDEX worker_birth_place ON worker (birth_date, place);
CREATE INDEX worker_unnumbered ON worker (name_key) WHERE id_hash IS NULL;
CREATE UNIQUE INDEX worker_import_key ON worker (import_key) WHERE import_key IS NOT NULL;

CREATE TABLE membership (
    id BYTEA NOT NULL, worker BYTEA NOT NULL REFERENCES worker (id) DEFERRABLE INITIALLY DEFERRED,
    household BYTEA NOT NULL REFERENCES household (id) DEFERRABLE INITIALLY DEFERRED,
    relation TEXT, from_at BIGINT NOT NULL, to_at BIGINT,
    PRIMARY KEY (worker, id)
) WITHOUT ROWID;
CREATE INDEX membership_household ON membership (household);
CREATE TABLE link (
    worker BYTEA NOT NULL REFERENCES worker (id) DEFERRABLE INITIALLY DEFERRED,
    station BYTEA NOT NULL REFERENCES station (id) DEFERRABLE INITIALLY DEFERRED,
    role TEXT NOT NULL, at BIGINT NOT NULL,
    PRIMARY KEY (worker, station, role)
) WITHOUT ROWID;
CREATE INDEX link_station ON link (station, worker);
CREATE TABLE consent (
    id BYTEA PRIMARY KEY, worker BYTEA NOT NULL REFERENCES worker (id) DEFERRABLE INITIALLY DEFERRED, scope TEXT NOT NULL,
    way TEXT NOT NULL, at BIGINT NOT NULL, by_name TEXT NOT NULL, refused BOOLEAN NOT NULL, withdrawn_at BIGINT
);
CREATE INDEX consent_worker ON consent (worker);
CREATE TABLE employment (
    id BYTEA PRIMARY KEY, worker BYTEA NOT NULL REFERENCES worker (id),
    employer BYTEA REFERENCES employer (id), facts TEXT NOT NULL, occupation TEXT,
    source TEXT NOT NULL, from_on TEXT, to_on TEXT, introduction BYTEA, created_at BIGINT NOT NULL
);
CREATE INDEX employment_worker ON employment (worker);
CREATE TABLE distinct_pair (
    a BYTEA NOT NULL REFERENCES worker (id), b BYTEA NOT NULL REFERENCES worker (id),
    at BIGINT NOT NULL, by_name TEXT NOT NULL, PRIMARY KEY (a, b)
);
CREATE TABLE duplicate_pair (
    a BYTEA NOT NULL REFERENCES worker (id), b BYTEA NOT NULL REFERENCES worker (id),
    code TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (a, b)
);
CREATE TABLE viewed (
    account BYTEA NOT NULL REFERENCES account (id), worker BYTEA NOT NULL REFERENCES worker (id),
    at BIGINT NOT NULL, PRIMARY KEY (account, worker)
);

CREATE TABLE vacancy (
    id BYTEA PRIMARY KEY, ref TEXT NOT NULL UNIQUE, employer BYTEA NOT NULL REFERENCES employer (id),
    station BYTEA REFERENCES station (id), state TEXT NOT NULL, title TEXT NOT NULL, title_key TEXT NOT NULL,
    headcount BIGINT NOT NULL, region TEXT, valid_until TEXT, import_key BYTEA UNIQUE,
    facts TEXT NOT NULL, findings TEXT NOT NULL, overruled TEXT, warned_on TEXT, closed_reason TEXT,
    opened_at BIGINT, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE INDEX vacancy_employer ON vacancy (employer);
CREATE INDEX vacancy_state ON vacancy (state, valid_until);
CREATE TABLE class (
    id BYTEA PRIMARY KEY, ref TEXT NOT NULL UNIQUE, key TEXT NOT NULL UNIQUE, station BYTEA REFERENCES station (id),
    seats BIGINT NOT NULL, starts TEXT, facts TEXT NOT NULL,
    version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE TABLE class_post (
    class BYTEA NOT NULL REFERENCES class (id), vacancy BYTEA NOT NULL REFERENCES vacancy (id),
    PRIMARY KEY (class, vacancy)
);
CREATE INDEX class_post_vacancy ON class_post (vacancy);
CREATE TABLE enrolment (
    id BYTEA PRIMARY KEY, worker BYTEA NOT NULL REFERENCES worker (id), class BYTEA NOT NULL REFERENCES class (id),
    state TEXT NOT NULL, version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE INDEX enrolment_worker ON enrolment (worker);
CREATE INDEX enrolment_class ON enrolment (class);
CREATE UNIQUE INDEX enrolment_once ON enrolment (worker, class) WHERE state <> 'left';

CREATE TABLE introduction (
    id BYTEA PRIMARY KEY, ref TEXT NOT NULL UNIQUE, worker BYTEA NOT NULL REFERENCES worker (id),
    vacancy BYTEA NOT NULL REFERENCES vacancy (id), station BYTEA REFERENCES station (id),
    state TEXT NOT NULL, reason TEXT, note TEXT, interview TEXT, placement TEXT, due_on TEXT,
    version BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE INDEX introduction_worker ON introduction (worker);
CREATE INDEX introduction_vacancy ON introduction (vacancy, state);
CREATE INDEX introduction_state ON introduction (state);
CREATE UNIQUE INDEX introduction_once ON introduction (worker, vacancy)
    WHERE state IN ('asked', 'proposed', 'accepted', 'interview', 'placed');
CREATE TABLE introduction_event (
    id BYTEA PRIMARY KEY, introduction BYTEA NOT NULL REFERENCES introduction (id), at BIGINT NOT NULL,
    actor TEXT NOT NULL, act TEXT NOT NULL, from_state TEXT, to_state TEXT NOT NULL, note TEXT
);
CREATE INDEX introduction_event_introduction ON introduction_event (introduction, at);
CREATE TABLE interest (
    id BYTEA PRIMARY KEY, receipt TEXT NOT NULL UNIQUE, vacancy BYTEA NOT NULL REFERENCES vacancy (id),
    station BYTEA REFERENCES station (id), name TEXT NOT NULL, phone_sealed BYTEA NOT NULL, phone_hash BYTEA NOT NULL,
    remark TEXT, state TEXT NOT NULL, worker BYTEA REFERENCES worker (id), introduction BYTEA REFERENCES introduction (id),
    created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE INDEX interest_station ON interest (station, state);
CREATE INDEX interest_phone ON interest (phone_hash, created_at);
CREATE TABLE call_note (
    id BYTEA PRIMARY KEY, worker BYTEA REFERENCES worker (id), interest BYTEA REFERENCES interest (id),
    introduction BYTEA REFERENCES introduction (id), station BYTEA REFERENCES station (id),
    at BIGINT NOT NULL, by_name TEXT NOT NULL, result TEXT NOT NULL, again_on TEXT, note TEXT
);
CREATE INDEX call_note_worker ON call_note (worker, at);
CREATE INDEX call_note_introduction ON call_note (introduction, at);
CREATE INDEX call_note_again ON call_note (again_on);

CREATE TABLE outbox (
    id BYTEA PRIMARY KEY, message_id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, event TEXT NOT NULL,
    station BYTEA REFERENCES station (id), employer BYTEA REFERENCES employer (id), account BYTEA REFERENCES account (id),
    introduction BYTEA, payload TEXT NOT NULL, state TEXT NOT NULL, attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL, lease BIGINT NOT NULL, leased_until BIGINT, last_error TEXT, maybe_duplicate BOOLEAN NOT NULL,
    give_up_at BIGINT NOT NULL, created_at BIGINT NOT NULL, sent_at BIGINT
);
CREATE INDEX outbox_due ON outbox (state, next_at);
CREATE INDEX outbox_introduction ON outbox (introduction);

CREATE TABLE import (
    id BYTEA PRIMARY KEY, kind TEXT NOT NULL, station BYTEA REFERENCES station (id), employer BYTEA REFERENCES employer (id),
    by_name TEXT NOT NULL, account BYTEA REFERENCES account (id), file_name TEXT NOT NULL, file_hash BYTEA NOT NULL,
    options TEXT NOT NULL, state TEXT NOT NULL, done_rows BIGINT NOT NULL, summary TEXT NOT NULL, mapping TEXT NOT NULL,
    fault TEXT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE INDEX import_station ON import (station, created_at);
CREATE TABLE import_row (
    import BYTEA NOT NULL REFERENCES import (id), row_no BIGINT NOT NULL, outcome TEXT NOT NULL,
    errors TEXT NOT NULL, changes TEXT, object BYTEA, sealed BYTEA, resolved TEXT,
    PRIMARY KEY (import, row_no)
) WITHOUT ROWID;
CREATE INDEX import_row_outcome ON import_row (import, outcome);
CREATE TABLE heading_memory (
    station BYTEA NOT NULL REFERENCES station (id), kind TEXT NOT NULL, heading TEXT NOT NULL, field TEXT NOT NULL,
    PRIMARY KEY (station, kind, heading)
);

CREATE TABLE idempotency (
    hash BYTEA PRIMARY KEY, body_hash BYTEA NOT NULL, status BIGINT NOT NULL, location TEXT, answer BYTEA, at BIGINT NOT NULL
);
CREATE TABLE parameter (
    key TEXT NOT NULL, station TEXT NOT NULL, value TEXT NOT NULL, version BIGINT NOT NULL, updated_at BIGINT NOT NULL,
    by_name TEXT NOT NULL, PRIMARY KEY (key, station)
);
CREATE TABLE request (kind TEXT PRIMARY KEY, at BIGINT NOT NULL, done_at BIGINT);
