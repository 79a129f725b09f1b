-- The change log and the audit trail are only ever added to.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'this table is append-only'; END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER change_append_only BEFORE UPDATE ON change FOR EACH ROW EXECUTE FUNCTION refuse_change();
INSERT INTO lane (no, n, audit_head) SELECT g, 0, ''::bytea FROM generate_series(0, 15) AS g;
