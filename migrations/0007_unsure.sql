-- Vacancies whose title is no occupation for certain: somebody is to say which one it is.
ALTER TABLE vacancy ADD COLUMN unsure BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE vacancy SET unsure = TRUE WHERE facts NOT LIKE '%"occupation":"%';
CREATE INDEX vacancy_unsure ON vacancy (updated_at) WHERE unsure;
