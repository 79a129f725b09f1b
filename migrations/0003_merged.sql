-- The records merged into a person are asked for on each view of their page.
CREATE INDEX worker_merged ON worker (merged_into) WHERE merged_into IS NOT NULL;
