//! Searches that stations keep.

use serde_json::Value as Json;
use uuid::Uuid;

use super::Error;
use super::change::Tx;
use super::db::{Read, Row, sql};
use crate::domain::code::Code as _;
use crate::domain::saved_search::SearchKind;

/// A saved search as stored.
#[derive(Debug, Clone)]
pub struct SavedSearch {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub station: Uuid,
    /// What is looked for.
    pub kind: SearchKind,
    /// How the station calls it.
    pub name: String,
    /// What was asked, as the list's address says it.
    pub query: String,
    /// What was asked, as the act takes it.
    pub asked: Json,
    /// Who saved it.
    pub by: String,
    /// Saved, microseconds UTC.
    pub created_at: i64,
    /// What came until then has been told, microseconds UTC.
    pub told_until: i64,
    /// Stopped, microseconds UTC; the digest leaves it out.
    pub stopped_at: Option<i64>,
}

const COLUMNS: &str = "SELECT id, station, kind, name, query, asked, by_name, created_at, told_until, stopped_at FROM saved_search \
     WHERE station = $1";

fn search(row: &Row) -> Result<SavedSearch, Error> {
    Ok(SavedSearch {
        id: row.id(0)?,
        station: row.id(1)?,
        kind: row.code(2)?,
        name: row.get(3)?,
        query: row.get(4)?,
        asked: row.json(5)?,
        by: row.get(6)?,
        created_at: row.get(7)?,
        told_until: row.get(8)?,
        stopped_at: row.get(9)?,
    })
}

/// All searches of a station, oldest first.
pub async fn of_station(read: &mut impl Read, station: Uuid) -> Result<Vec<SavedSearch>, Error> {
    let statement = sql(COLUMNS).bind(station).push(" ORDER BY id");
    read.all(statement).await?.iter().map(search).collect()
}

/// One search of a station.
pub async fn find(read: &mut impl Read, station: Uuid, id: Uuid) -> Result<Option<SavedSearch>, Error> {
    let statement = sql(COLUMNS).bind(station).push(" AND id = ").value(id);
    read.first(statement).await?.as_ref().map(search).transpose()
}

/// Adds a search.
pub async fn insert(tx: &mut Tx, s: &SavedSearch) -> Result<(), Error> {
    let row = vec![
        s.id.into(),
        s.station.into(),
        s.kind.code().into(),
        (&s.name).into(),
        (&s.query).into(),
        s.asked.to_string().into(),
        (&s.by).into(),
        s.created_at.into(),
        s.told_until.into(),
    ];
    let into = "saved_search (id, station, kind, name, query, asked, by_name, created_at, told_until)";
    tx.insert(into, vec![row], "").await.map(drop)
}

/// Stops a search, or lets it go on from an instant; false if it stands so already.
pub async fn set_stopped(tx: &mut Tx, id: Uuid, stopped_at: Option<i64>, told_until: i64) -> Result<bool, Error> {
    let statement = sql("UPDATE saved_search SET stopped_at = $2, told_until = $3 WHERE id = $1 AND stopped_at IS ")
        .bind(id)
        .bind(stopped_at)
        .bind(told_until)
        .push(if stopped_at.is_some() { "NULL" } else { "NOT NULL" });
    Ok(tx.execute(statement).await? > 0)
}

/// Notes that what came until an instant has been told.
pub async fn told(tx: &mut Tx, ids: &[Uuid], until: i64) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let statement = sql("UPDATE saved_search SET told_until = $1 WHERE id IN ").bind(until).list(ids.iter().copied());
    tx.execute(statement).await.map(drop)
}

/// Takes a search away.
pub async fn delete(tx: &mut Tx, id: Uuid) -> Result<bool, Error> {
    Ok(tx.execute(sql("DELETE FROM saved_search WHERE id = $1").bind(id)).await? > 0)
}
