//! Who may be the same as whom: people alike in name and birth, pairs put on the review list, pairs told apart.

use jiff::civil::Date;
use uuid::Uuid;

use super::Scope;
use crate::store::Error;
use crate::store::change::Tx;
use crate::store::db::{Read, Row, sql};

/// A person who may be the same as another: enough to compare, nothing to show out of scope.
#[derive(Debug, Clone)]
pub struct Likeness {
    /// The person.
    pub id: Uuid,
    /// Name for comparing.
    pub name_key: String,
    /// Full pinyin and initials.
    pub pinyin: String,
    /// Birth date.
    pub birth_date: Option<Date>,
    /// Keyed hash of the phone.
    pub phone_hash: Option<Vec<u8>>,
    /// Keyed hash of the number.
    pub id_hash: Option<Vec<u8>>,
    /// Place of the village.
    pub place: Option<Uuid>,
}

const LIKENESS: &str = "SELECT id, name_key, pinyin, birth_date, phone_hash, id_hash, place FROM worker WHERE merged_into IS NULL AND closed_at IS NULL";

fn likeness(row: &Row) -> Result<Likeness, Error> {
    let birth = row.get::<Option<String>>(3)?;
    Ok(Likeness {
        id: row.id(0)?,
        name_key: row.get(1)?,
        pinyin: row.get(2)?,
        birth_date: birth.and_then(|t| t.parse().ok()),
        phone_hash: row.get(4)?,
        id_hash: row.get(5)?,
        place: row.opt_id(6)?,
    })
}

/// People whose name, or whose birth date and village, are among those asked for: candidates for a comparison.
pub async fn alike(read: &mut impl Read, names: &[String], births: &[(Date, Uuid)]) -> Result<Vec<Likeness>, Error> {
    let mut found = Vec::new();
    if !names.is_empty() {
        let statement = sql(LIKENESS).push(" AND name_key IN ").list(names.iter());
        for row in read.all(statement).await? {
            found.push(likeness(&row)?);
        }
    }
    for pairs in births.chunks(500) {
        let mut statement = sql(LIKENESS).push(" AND (birth_date, place) IN (VALUES ");
        statement = statement.rows(pairs.iter().map(|(d, p)| vec![d.to_string().into(), (*p).into()])).push(")");
        for row in read.all(statement).await? {
            found.push(likeness(&row)?);
        }
    }
    Ok(found)
}

/// Pairs that somebody marked as not the same, both ways round.
pub async fn distinct_from(read: &mut impl Read, id: Uuid) -> Result<Vec<Uuid>, Error> {
    let statement =
        sql("SELECT b FROM distinct_pair WHERE a = $1 UNION SELECT a FROM distinct_pair WHERE b = $1").bind(id);
    read.all(statement).await?.iter().map(|row| row.id(0)).collect()
}

/// Remembers that two people are not the same.
pub async fn mark_distinct(tx: &mut Tx, a: Uuid, b: Uuid, at: i64, by: &str) -> Result<(), Error> {
    let (a, b) = (a.min(b), a.max(b));
    let statement = sql("INSERT INTO distinct_pair (a, b, at, by_name) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
        .bind(a)
        .bind(b)
        .bind(at)
        .bind(by);
    tx.execute(statement).await?;
    tx.execute(sql("DELETE FROM duplicate_pair WHERE a = $1 AND b = $2").bind(a).bind(b)).await?;
    Ok(())
}

/// Puts possible duplicates on the review list.
pub async fn suspect(tx: &mut Tx, pairs: &[(Uuid, Uuid, String)], at: i64) -> Result<(), Error> {
    let rows =
        pairs.iter().map(|(a, b, code)| vec![(*a.min(b)).into(), (*a.max(b)).into(), code.into(), at.into()]).collect();
    tx.insert("duplicate_pair (a, b, code, at)", rows, " ON CONFLICT DO NOTHING").await?;
    Ok(())
}

/// The review list of possible duplicates within the scope: both people, why, when.
pub async fn suspects(read: &mut impl Read, scope: &Scope) -> Result<Vec<(Uuid, Uuid, String, i64)>, Error> {
    let statement = sql(
        "SELECT d.a, d.b, d.code, d.at FROM duplicate_pair d JOIN worker x ON x.id = d.a JOIN worker y ON y.id = d.b \
         WHERE x.merged_into IS NULL AND y.merged_into IS NULL \
         AND NOT EXISTS (SELECT 1 FROM distinct_pair n WHERE n.a = d.a AND n.b = d.b)",
    );
    let statement = scope.narrow(scope.narrow(statement, "d.a"), "d.b").push(" ORDER BY d.at DESC, d.a LIMIT 500");
    read.all(statement).await?.iter().map(|r| Ok((r.id(0)?, r.id(1)?, r.get(2)?, r.get(3)?))).collect()
}
