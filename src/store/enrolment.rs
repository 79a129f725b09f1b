//! Enrolments of people in training classes.

use uuid::Uuid;

use super::Error;
use super::change::{Kind, Tx};
use super::db::{Read, Row, sql};
use super::worker::Scope;
use crate::domain::code::Code as _;
use crate::domain::training::EnrolmentState;

/// An enrolment as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// Its id.
    pub id: Uuid,
    /// The person.
    pub worker: Uuid,
    /// The class.
    pub class: Uuid,
    /// How it went on.
    pub state: EnrolmentState,
    /// Version for `ETag`.
    pub version: i64,
    /// Made, microseconds UTC.
    pub created_at: i64,
    /// Changed, microseconds UTC.
    pub updated_at: i64,
}

const COLUMNS: &str =
    "SELECT n.id, n.worker, n.class, n.state, n.version, n.created_at, n.updated_at FROM enrolment n WHERE ";

fn enrolment(row: &Row) -> Result<Enrolment, Error> {
    Ok(Enrolment {
        id: row.id(0)?,
        worker: row.id(1)?,
        class: row.id(2)?,
        state: row.code(3)?,
        version: row.get(4)?,
        created_at: row.get(5)?,
        updated_at: row.get(6)?,
    })
}

/// Adds an enrolment; a second one of the same person in the same class is a duplicate.
pub async fn insert(tx: &mut Tx, e: &Enrolment) -> Result<(), Error> {
    let statement = sql("INSERT INTO enrolment (id, worker, class, state, version, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)")
    .bind(e.id)
    .bind(e.worker)
    .bind(e.class)
    .bind(e.state.code())
    .bind(e.version)
    .bind(e.created_at)
    .bind(e.updated_at);
    tx.execute(statement).await?;
    tx.changed(Kind::Class, e.class);
    tx.changed(Kind::Worker, e.worker);
    Ok(())
}

/// Writes an enrolment's state if nobody else was faster; false = another version stands there.
pub async fn update(tx: &mut Tx, e: &Enrolment) -> Result<bool, Error> {
    let statement =
        sql("UPDATE enrolment SET state = $1, updated_at = $2, version = version + 1 WHERE id = $3 AND version = $4")
            .bind(e.state.code())
            .bind(e.updated_at)
            .bind(e.id)
            .bind(e.version);
    let done = tx.execute(statement).await? == 1;
    tx.changed(Kind::Class, e.class);
    tx.changed(Kind::Worker, e.worker);
    Ok(done)
}

/// One enrolment of a person within the scope.
pub async fn find(read: &mut impl Read, scope: &Scope, id: Uuid) -> Result<Option<Enrolment>, Error> {
    let statement = scope.narrow(sql(COLUMNS).push("n.id = ").value(id), "n.worker");
    read.all(statement).await?.first().map(enrolment).transpose()
}

/// The enrolments in a class of people within the scope, the oldest first.
pub async fn of_class(read: &mut impl Read, scope: &Scope, class: Uuid) -> Result<Vec<Enrolment>, Error> {
    let statement = scope.narrow(sql(COLUMNS).push("n.class = ").value(class), "n.worker");
    read.all(statement.push(" ORDER BY n.created_at, n.id")).await?.iter().map(enrolment).collect()
}

/// The enrolments of a person within the scope, the newest first.
pub async fn of_worker(read: &mut impl Read, scope: &Scope, worker: Uuid) -> Result<Vec<Enrolment>, Error> {
    let statement = scope.narrow(sql(COLUMNS).push("n.worker = ").value(worker), "n.worker");
    read.all(statement.push(" ORDER BY n.created_at DESC, n.id DESC")).await?.iter().map(enrolment).collect()
}

/// Seats of a class that are taken.
pub async fn taken(read: &mut impl Read, class: Uuid) -> Result<u32, Error> {
    let statement =
        sql("SELECT CAST(COUNT(*) AS BIGINT) FROM enrolment WHERE state <> 'left' AND class = ").value(class);
    let count: i64 = read.first(statement).await?.map_or(Ok(0), |row| row.get(0))?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}
