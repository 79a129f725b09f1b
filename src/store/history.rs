//! What changed on a row: who, when, old and new; sealed for sealed fields, and it goes with the person.

use uuid::Uuid;

use super::Error;
use super::change::Tx;
use super::db::{Read, sql};

/// One entry of a row's history.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its id.
    pub id: Uuid,
    /// Kind of the row.
    pub kind: String,
    /// The row.
    pub object: Uuid,
    /// When, microseconds UTC.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// Act.
    pub act: String,
    /// `{field: [old, new]}`.
    pub diff: serde_json::Map<String, serde_json::Value>,
    /// The same for sealed fields, sealed.
    pub sealed: Option<Vec<u8>>,
}

/// Adds entries.
pub async fn add(tx: &mut Tx, entries: &[Entry]) -> Result<(), Error> {
    let rows = entries
        .iter()
        .map(|e| {
            vec![
                e.id.into(),
                (&e.kind).into(),
                e.object.into(),
                e.at.into(),
                (&e.actor).into(),
                (&e.act).into(),
                serde_json::to_string(&e.diff).unwrap_or_default().into(),
                e.sealed.clone().into(),
            ]
        })
        .collect();
    tx.insert("history (id, kind, object, at, actor, act, diff, sealed)", rows, "").await.map(drop)
}

/// The history of a row, newest first.
pub async fn of(read: &mut impl Read, object: Uuid, limit: i64) -> Result<Vec<Entry>, Error> {
    let statement = sql("SELECT id, kind, object, at, actor, act, diff, sealed FROM history WHERE object = $1 ORDER BY at DESC, id DESC LIMIT $2")
        .bind(object).bind(limit);
    read.all(statement)
        .await?
        .iter()
        .map(|row| {
            Ok(Entry {
                id: row.id(0)?,
                kind: row.get(1)?,
                object: row.id(2)?,
                at: row.get(3)?,
                actor: row.get(4)?,
                act: row.get(5)?,
                diff: row.json(6)?,
                sealed: row.get(7)?,
            })
        })
        .collect()
}
