//! Questions whose answer must be empty: rows that contradict each other.

use super::Error;
use super::db::{Db, Read as _, sql};

/// What must never be, with the words for it.
const NEVER: &[(&str, &str)] = &[
    (
        "places: a vacancy has more placed and promised workers than places",
        "SELECT v.ref FROM vacancy v WHERE v.headcount < (SELECT COUNT(*) FROM introduction i WHERE i.vacancy = v.id \
         AND i.state IN ('accepted', 'interview', 'placed'))",
    ),
    (
        "seats: a class has more enrolments than seats",
        "SELECT c.ref FROM class c WHERE c.seats < (SELECT COUNT(*) FROM enrolment e WHERE e.class = c.id AND e.state <> 'left')",
    ),
    (
        "placements: a placed introduction has no employment",
        "SELECT i.ref FROM introduction i WHERE i.state = 'placed' \
         AND NOT EXISTS (SELECT 1 FROM employment e WHERE e.introduction = i.id)",
    ),
    (
        "history: the last event of an introduction is not its state",
        "SELECT i.ref FROM introduction i WHERE NOT EXISTS (SELECT 1 FROM introduction_event e \
         WHERE e.introduction = i.id AND e.to_state = i.state)",
    ),
    (
        "merge: a person is merged into one who is merged away",
        "SELECT w.ref FROM worker w JOIN worker x ON x.id = w.merged_into WHERE x.merged_into IS NOT NULL",
    ),
    (
        "links: a person is linked to no station and was registered by none",
        "SELECT w.ref FROM worker w WHERE w.merged_into IS NULL \
         AND EXISTS (SELECT 1 FROM station) AND NOT EXISTS (SELECT 1 FROM link l WHERE l.worker = w.id) AND w.origin IS NOT NULL \
         AND EXISTS (SELECT 1 FROM station_region r WHERE r.region = w.origin)",
    ),
    (
        "households: a person is in two households",
        "SELECT w.ref FROM worker w WHERE 1 < (SELECT COUNT(*) FROM membership m WHERE m.worker = w.id AND m.to_at IS NULL)",
    ),
    (
        "watch: a household has two open watch episodes",
        "SELECT h.key FROM household h WHERE 1 < (SELECT COUNT(*) FROM watch_episode e WHERE e.household = h.id AND e.cleared_at IS NULL)",
    ),
    (
        "changes: a change stands above the head of its lane",
        "SELECT CAST(c.n AS TEXT) FROM change c JOIN lane l ON l.no = c.lane WHERE c.n > l.n",
    ),
];

/// Each thing that should never be and is, at most 100 of a kind.
pub async fn faults(mut db: &Db) -> Result<Vec<String>, Error> {
    let mut faults = Vec::new();
    for (words, question) in NEVER {
        for row in db.all(sql(question).push(" LIMIT 100")).await? {
            faults.push(format!("{words}: {}", row.get::<String>(0)?));
        }
    }
    Ok(faults)
}
