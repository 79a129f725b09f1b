//! Interests left on the web: a name, a sealed phone, and where they stand.

use uuid::Uuid;

use super::Error;
use super::change::Tx;
use super::db::{Read, Row, Sql, sql};
use super::outbox::Desk;
use crate::domain::code::Code as _;
use crate::domain::interest::InterestState;

/// An interest as stored.
#[derive(Debug, Clone)]
pub struct Interest {
    /// Its id.
    pub id: Uuid,
    /// Code of the receipt.
    pub receipt: String,
    /// For what.
    pub vacancy: Uuid,
    /// The station that calls back.
    pub station: Option<Uuid>,
    /// Name as left.
    pub name: String,
    /// Sealed phone.
    pub phone_sealed: Vec<u8>,
    /// Keyed hash of the phone.
    pub phone_hash: Vec<u8>,
    /// Words left with it.
    pub remark: Option<String>,
    /// Where it stands.
    pub state: InterestState,
    /// The person a clerk linked.
    pub worker: Option<Uuid>,
    /// The introduction it led to.
    pub introduction: Option<Uuid>,
    /// Left, microseconds UTC.
    pub created_at: i64,
    /// Changed, microseconds UTC.
    pub updated_at: i64,
}

/// An interest with its vacancy's code and title.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The row.
    pub interest: Interest,
    /// The vacancy's code.
    pub vacancy_reference: String,
    /// The vacancy's title.
    pub vacancy_title: String,
}

const SELECT: &str = "SELECT n.id, n.receipt, n.vacancy, n.station, n.name, n.phone_sealed, n.phone_hash, n.remark, n.state, n.worker, \
     n.introduction, n.created_at, n.updated_at, v.ref, v.title FROM interest n JOIN vacancy v ON v.id = n.vacancy WHERE 1 = 1";

fn listed(row: &Row) -> Result<Listed, Error> {
    Ok(Listed {
        interest: Interest {
            id: row.id(0)?,
            receipt: row.get(1)?,
            vacancy: row.id(2)?,
            station: row.opt_id(3)?,
            name: row.get(4)?,
            phone_sealed: row.get(5)?,
            phone_hash: row.get(6)?,
            remark: row.get(7)?,
            state: row.code(8)?,
            worker: row.opt_id(9)?,
            introduction: row.opt_id(10)?,
            created_at: row.get(11)?,
            updated_at: row.get(12)?,
        },
        vacancy_reference: row.get(13)?,
        vacancy_title: row.get(14)?,
    })
}

/// Interests of a desk: those that went to its stations.
fn narrow(desk: &Desk, statement: Sql) -> Sql {
    match desk {
        Desk::All => statement,
        Desk::Stations(ids) => statement.push(" AND n.station IN ").list(ids.iter().copied()),
    }
}

/// Adds an interest.
pub async fn insert(tx: &mut Tx, n: &Interest) -> Result<(), Error> {
    let row = vec![
        n.id.into(),
        (&n.receipt).into(),
        n.vacancy.into(),
        n.station.into(),
        (&n.name).into(),
        n.phone_sealed.clone().into(),
        n.phone_hash.clone().into(),
        n.remark.clone().into(),
        n.state.code().into(),
        n.created_at.into(),
        n.updated_at.into(),
    ];
    let into = "interest (id, receipt, vacancy, station, name, phone_sealed, phone_hash, remark, state, created_at, updated_at)";
    tx.insert(into, vec![row], "").await.map(drop)
}

/// How many interests a phone left since an instant.
pub async fn count_since(read: &mut impl Read, phone_hash: &[u8], since: i64) -> Result<i64, Error> {
    let statement = sql("SELECT CAST(COUNT(*) AS BIGINT) FROM interest WHERE phone_hash = $1 AND created_at >= $2")
        .bind(phone_hash)
        .bind(since);
    read.first(statement).await?.map_or(Ok(0), |row| row.get(0))
}

/// The stations of the person with this phone and name, those that took over a task first, then destination, then origin.
pub async fn stations_of_phone(read: &mut impl Read, phone_hash: &[u8], name_key: &str) -> Result<Vec<Uuid>, Error> {
    let statement = sql("SELECT l.station FROM worker w JOIN link l ON l.worker = w.id \
         WHERE w.merged_into IS NULL AND w.phone_hash = $1 AND w.name_key = $2 \
         ORDER BY CASE l.role WHEN 'service' THEN 0 WHEN 'destination' THEN 1 ELSE 2 END, l.at DESC, l.station")
    .bind(phone_hash)
    .bind(name_key);
    read.all(statement).await?.iter().map(|row| row.id(0)).collect()
}

/// One interest of a desk.
pub async fn find(read: &mut impl Read, desk: &Desk, id: Uuid) -> Result<Option<Listed>, Error> {
    let statement = narrow(desk, sql(SELECT).push(" AND n.id = ").value(id));
    read.first(statement).await?.as_ref().map(listed).transpose()
}

/// The interest behind a receipt, for whoever holds its code.
pub async fn by_receipt(read: &mut impl Read, receipt: &str) -> Result<Option<Listed>, Error> {
    read.first(sql(SELECT).push(" AND n.receipt = ").value(receipt)).await?.as_ref().map(listed).transpose()
}

/// Interests of a desk in these states, oldest first.
pub async fn list(
    read: &mut impl Read,
    desk: &Desk,
    states: &[InterestState],
    limit: i64,
) -> Result<Vec<Listed>, Error> {
    let statement = narrow(desk, sql(SELECT).push(" AND n.state IN ").list(states.iter().map(|s| s.code())));
    read.all(statement.push(" ORDER BY n.id LIMIT ").value(limit)).await?.iter().map(listed).collect()
}

/// Writes where an interest stands, if it still stands where the writer read it; false = somebody was faster.
pub async fn update(tx: &mut Tx, n: &Interest, was: InterestState) -> Result<bool, Error> {
    let statement =
        sql("UPDATE interest SET state = $1, worker = $2, introduction = $3, station = $4, updated_at = $5 \
         WHERE id = $6 AND state = $7")
        .bind(n.state.code())
        .bind(n.worker)
        .bind(n.introduction)
        .bind(n.station)
        .bind(n.updated_at)
        .bind(n.id)
        .bind(was.code());
    Ok(tx.execute(statement).await? == 1)
}

/// Notes that a linked person's interest in a vacancy led to an introduction.
pub async fn introduced(tx: &mut Tx, worker: Uuid, vacancy: Uuid, introduction: Uuid, at: i64) -> Result<(), Error> {
    let statement = sql("UPDATE interest SET state = 'introduced', introduction = $1, updated_at = $2 \
         WHERE worker = $3 AND vacancy = $4 AND state IN ('received', 'called')")
    .bind(introduction)
    .bind(at)
    .bind(worker)
    .bind(vacancy);
    tx.execute(statement).await.map(drop)
}
