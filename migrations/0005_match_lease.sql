-- A run belongs to the node that computes it: only one whose lease ran out was broken off.
ALTER TABLE match_run ADD COLUMN lease_until BIGINT NOT NULL DEFAULT 0;
