//! Reading the audit trail.

use super::Error;
use super::change::Audit;
use super::db::{Read, sql};

/// How often somebody did an act since an instant.
pub async fn count(read: &mut impl Read, actor: &str, act: &str, since: i64) -> Result<i64, Error> {
    let statement = sql("SELECT CAST(COUNT(*) AS BIGINT) FROM audit WHERE at >= $1 AND actor = $2 AND act = $3")
        .bind(since)
        .bind(actor)
        .bind(act);
    read.first(statement).await?.map_or(Ok(0), |row| row.get(0))
}

/// Where a line stands in the trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    at: i64,
    lane: i64,
    n: i64,
    seq: i64,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}.{}", self.at, self.lane, self.n, self.seq)
    }
}

impl std::str::FromStr for Place {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let numbers: Option<Vec<i64>> = text.split('.').map(|part| part.parse().ok()).collect();
        match numbers.as_deref() {
            Some([at, lane, n, seq]) => Ok(Self { at: *at, lane: *lane, n: *n, seq: *seq }),
            _ => Err(()),
        }
    }
}

/// Lines of the trail with their places, newest first, from before a place.
pub async fn lines(read: &mut impl Read, before: Option<Place>, limit: i64) -> Result<Vec<(Place, Audit)>, Error> {
    let mut statement =
        sql("SELECT at, lane, n, seq, actor, account, act, object_kind, object, fields, result FROM audit");
    // Many lines share an instant: the whole place is compared, so that none is skipped or shown twice.
    if let Some(p) = before {
        statement = statement.push(" WHERE (at, lane, n, seq) < (").value(p.at).push(", ").value(p.lane);
        statement = statement.push(", ").value(p.n).push(", ").value(p.seq).push(")");
    }
    read.all(statement.push(" ORDER BY at DESC, lane DESC, n DESC, seq DESC LIMIT ").value(limit))
        .await?
        .iter()
        .map(|row| {
            let place = Place { at: row.get(0)?, lane: row.get(1)?, n: row.get(2)?, seq: row.get(3)? };
            let line = Audit {
                at: place.at,
                actor: row.get(4)?,
                account: row.opt_id(5)?,
                act: row.get(6)?,
                object_kind: row.get(7)?,
                object: row.opt_id(8)?,
                fields: row.get(9)?,
                result: row.get(10)?,
            };
            Ok((place, line))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_back_from_its_text() {
        let place = Place { at: 1_763_956_800_000_001, lane: 3, n: 12, seq: 0 };
        assert_eq!(place.to_string().parse(), Ok(place));
        for text in ["", "1.2.3", "1.2.3.4.5", "1.2.3.x", "1763956800000001"] {
            assert_eq!(text.parse::<Place>(), Err(()), "{text}");
        }
    }
}
