-- Searches that a station keeps; what is new for them stands in its daily digest.
CREATE TABLE saved_search (
    id BYTEA PRIMARY KEY, station BYTEA NOT NULL REFERENCES station (id), kind TEXT NOT NULL, name TEXT NOT NULL,
    query TEXT NOT NULL, asked TEXT NOT NULL, by_name TEXT NOT NULL, created_at BIGINT NOT NULL, told_until BIGINT NOT NULL,
    stopped_at BIGINT
);
CREATE INDEX saved_search_station ON saved_search (station);
