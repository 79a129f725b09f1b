//! Notes of telephone calls, and which of them ask to be repeated.

use jiff::civil::Date;
use uuid::Uuid;

use super::Error;
use super::change::Tx;
use super::db::{Read, Row, sql};
use super::introduction::date;
use crate::domain::code::Code as _;
use crate::domain::introduction::CallResult;

/// A call as noted.
#[derive(Debug, Clone)]
pub struct Call {
    /// Its id.
    pub id: Uuid,
    /// The person called.
    pub worker: Option<Uuid>,
    /// The interest it answered.
    pub interest: Option<Uuid>,
    /// The introduction it was about.
    pub introduction: Option<Uuid>,
    /// The station that called.
    pub station: Option<Uuid>,
    /// When, microseconds UTC.
    pub at: i64,
    /// Who called.
    pub by: String,
    /// How it went.
    pub result: CallResult,
    /// The day to call again.
    pub again: Option<Date>,
    /// Words.
    pub note: Option<String>,
}

const COLUMNS: &str = "SELECT c.id, c.worker, c.interest, c.introduction, c.station, c.at, c.by_name, c.result, c.again_on, c.note FROM call_note c";

fn call(row: &Row) -> Result<Call, Error> {
    Ok(Call {
        id: row.id(0)?,
        worker: row.opt_id(1)?,
        interest: row.opt_id(2)?,
        introduction: row.opt_id(3)?,
        station: row.opt_id(4)?,
        at: row.get(5)?,
        by: row.get(6)?,
        result: row.code(7)?,
        again: date(row, 8)?,
        note: row.get(9)?,
    })
}

/// Adds a call.
pub async fn insert(tx: &mut Tx, c: &Call) -> Result<(), Error> {
    let row = vec![
        c.id.into(),
        c.worker.into(),
        c.interest.into(),
        c.introduction.into(),
        c.station.into(),
        c.at.into(),
        (&c.by).into(),
        c.result.code().into(),
        c.again.map(|d| d.to_string()).into(),
        c.note.clone().into(),
    ];
    let into = "call_note (id, worker, interest, introduction, station, at, by_name, result, again_on, note)";
    tx.insert(into, vec![row], "").await.map(drop)
}

/// Calls about an introduction or interest, oldest first.
pub async fn about(read: &mut impl Read, id: Uuid) -> Result<Vec<Call>, Error> {
    let statement = sql(COLUMNS).push(" WHERE c.introduction = ").value(id).push(" OR c.interest = ").value(id);
    read.all(statement.push(" ORDER BY c.at, c.id")).await?.iter().map(call).collect()
}
