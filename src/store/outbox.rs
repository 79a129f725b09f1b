//! Letters to send: rows written in an act's transaction, leased by senders under a fencing number.

use uuid::Uuid;

use super::Error;
use super::change::Tx;
use super::db::{Db, Read, Row, Sql, sql};
use crate::domain::code::Code as _;
use crate::domain::notice::{NoticeKind, NoticeState};

/// A letter's row: ids only, what it says is read when it is composed.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Its id.
    pub id: Uuid,
    /// `Message-ID` without angle brackets, the same at each try.
    pub message_id: String,
    /// Kind.
    pub kind: NoticeKind,
    /// What it is about, for `X-Shanhai-Event`.
    pub event: String,
    /// To a station.
    pub station: Option<Uuid>,
    /// To an employer.
    pub employer: Option<Uuid>,
    /// To an account.
    pub account: Option<Uuid>,
    /// The introduction it is about.
    pub introduction: Option<Uuid>,
    /// Further ids.
    pub payload: serde_json::Value,
    /// Where it stands.
    pub state: NoticeState,
    /// Tries so far.
    pub attempts: i64,
    /// Next try, microseconds UTC.
    pub next_at: i64,
    /// Fencing number: only the sender that holds the newest may write the outcome.
    pub lease: i64,
    /// What went wrong last; never words of a person.
    pub last_error: Option<String>,
    /// It may have arrived before.
    pub maybe_duplicate: bool,
    /// Given up after this instant.
    pub give_up_at: i64,
    /// Made, microseconds UTC.
    pub created_at: i64,
    /// Sent, microseconds UTC.
    pub sent_at: Option<i64>,
}

const COLUMNS: &str = "id, message_id, kind, event, station, employer, account, introduction, payload, state, attempts, next_at, \
     lease, last_error, maybe_duplicate, give_up_at, created_at, sent_at";

fn notice(row: &Row) -> Result<Notice, Error> {
    Ok(Notice {
        id: row.id(0)?,
        message_id: row.get(1)?,
        kind: row.code(2)?,
        event: row.get(3)?,
        station: row.opt_id(4)?,
        employer: row.opt_id(5)?,
        account: row.opt_id(6)?,
        introduction: row.opt_id(7)?,
        payload: row.json(8)?,
        state: row.code(9)?,
        attempts: row.get(10)?,
        next_at: row.get(11)?,
        lease: row.get(12)?,
        last_error: row.get(13)?,
        maybe_duplicate: row.get(14)?,
        give_up_at: row.get(15)?,
        created_at: row.get(16)?,
        sent_at: row.get(17)?,
    })
}

/// Adds letters; one whose `Message-ID` stands already is not added again. Answers how many are new.
pub async fn add(tx: &mut Tx, notices: &[Notice]) -> Result<u64, Error> {
    let rows = notices
        .iter()
        .map(|n| {
            vec![
                n.id.into(),
                (&n.message_id).into(),
                n.kind.code().into(),
                (&n.event).into(),
                n.station.into(),
                n.employer.into(),
                n.account.into(),
                n.introduction.into(),
                n.payload.to_string().into(),
                n.state.code().into(),
                n.attempts.into(),
                n.next_at.into(),
                n.lease.into(),
                n.maybe_duplicate.into(),
                n.give_up_at.into(),
                n.created_at.into(),
            ]
        })
        .collect();
    let into = "outbox (id, message_id, kind, event, station, employer, account, introduction, payload, state, attempts, next_at, \
                lease, maybe_duplicate, give_up_at, created_at)";
    tx.insert(into, rows, " ON CONFLICT (message_id) DO NOTHING").await
}

/// True if a letter of this `Message-ID` was noted.
pub async fn is_noted(read: &mut impl Read, message_id: &str) -> Result<bool, Error> {
    Ok(read.first(sql("SELECT 1 FROM outbox WHERE message_id = $1").bind(message_id)).await?.is_some())
}

/// Leases letters that are due until an instant; one whose sender never came back may have arrived.
pub async fn lease(db: &Db, now: i64, until: i64, limit: i64) -> Result<Vec<Notice>, Error> {
    let statement =
        sql("UPDATE outbox SET maybe_duplicate = (maybe_duplicate OR state = 'sending'), state = 'sending', \
         lease = lease + 1, attempts = attempts + 1, leased_until = ")
        .value(until)
        .push(" WHERE id IN (SELECT id FROM outbox WHERE (state = 'pending' AND next_at <= ")
        .value(now)
        .push(") OR (state = 'sending' AND leased_until <= ")
        .value(now)
        .push(") ORDER BY next_at, id LIMIT ")
        .value(limit)
        .push(if db.is_sqlite() { "" } else { " FOR UPDATE SKIP LOCKED" })
        .push(") RETURNING ")
        .push(COLUMNS);
    // A reader cannot update: the lease is a transaction of its own.
    let mut tx = db.begin().await?;
    let rows = tx.all(statement).await?;
    let mut leased = rows.iter().map(notice).collect::<Result<Vec<_>, _>>()?;
    tx.commit().await?;
    leased.sort_by_key(|n| (n.next_at, n.id));
    Ok(leased)
}

/// Writes what became of a leased letter; false = somebody else holds a newer lease.
pub async fn finish(db: &Db, n: &Notice) -> Result<bool, Error> {
    let statement =
        sql("UPDATE outbox SET state = $1, next_at = $2, last_error = $3, maybe_duplicate = $4, sent_at = $5, \
         leased_until = NULL WHERE id = $6 AND lease = $7 AND state = 'sending'")
        .bind(n.state.code())
        .bind(n.next_at)
        .bind(n.last_error.clone())
        .bind(n.maybe_duplicate)
        .bind(n.sent_at)
        .bind(n.id)
        .bind(n.lease);
    Ok(db.execute(statement).await? == 1)
}

/// Puts a dead letter back; false = it is not dead.
pub async fn revive(tx: &mut Tx, id: Uuid, now: i64, give_up_at: i64) -> Result<bool, Error> {
    let statement = sql("UPDATE outbox SET state = 'pending', attempts = 0, next_at = $1, give_up_at = $2 WHERE id = $3 AND state = 'dead'")
        .bind(now)
        .bind(give_up_at)
        .bind(id);
    Ok(tx.execute(statement).await? == 1)
}

/// Whose letters: all, or those to or about these stations (their employers' and introductions' included).
#[derive(Debug, Clone)]
pub enum Desk {
    /// Operator and background work.
    All,
    /// These stations.
    Stations(Vec<Uuid>),
}

impl Desk {
    fn narrow(&self, statement: Sql) -> Sql {
        match self {
            Self::All => statement,
            Self::Stations(ids) => statement
                .push(" AND (station IN ")
                .list(ids.iter().copied())
                .push(" OR employer IN (SELECT id FROM employer WHERE station IN ")
                .list(ids.iter().copied())
                .push(
                    ") OR account IN (SELECT a.id FROM account a LEFT JOIN employer e ON e.id = a.employer \
                    WHERE COALESCE(e.station, a.station) IN ",
                )
                .list(ids.iter().copied())
                .push(") OR introduction IN (SELECT id FROM introduction WHERE station IN ")
                .list(ids.iter().copied())
                .push("))"),
        }
    }
}

/// Letters of a desk, newest first, after a given id.
pub async fn list(
    read: &mut impl Read,
    desk: &Desk,
    state: Option<NoticeState>,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Notice>, Error> {
    let mut statement = with_state(desk, sql("SELECT ").push(COLUMNS), state);
    if let Some(after) = after {
        statement = statement.push(" AND id < ").value(after);
    }
    read.all(statement.push(" ORDER BY id DESC LIMIT ").value(limit)).await?.iter().map(notice).collect()
}

/// How many letters of a desk there are.
pub async fn count(read: &mut impl Read, desk: &Desk, state: Option<NoticeState>) -> Result<i64, Error> {
    let statement = with_state(desk, sql("SELECT CAST(COUNT(*) AS BIGINT)"), state);
    read.first(statement).await?.map_or(Ok(0), |row| row.get(0))
}

fn with_state(desk: &Desk, statement: Sql, state: Option<NoticeState>) -> Sql {
    let statement = desk.narrow(statement.push(" FROM outbox WHERE 1 = 1"));
    match state {
        Some(state) => statement.push(" AND state = ").value(state.code()),
        None => statement,
    }
}

/// One letter of a desk.
pub async fn find(read: &mut impl Read, desk: &Desk, id: Uuid) -> Result<Option<Notice>, Error> {
    let statement = sql("SELECT ").push(COLUMNS).push(" FROM outbox WHERE id = ").value(id);
    read.first(desk.narrow(statement)).await?.as_ref().map(notice).transpose()
}

/// Letters about an introduction, oldest first.
pub async fn of_introduction(read: &mut impl Read, id: Uuid) -> Result<Vec<Notice>, Error> {
    let statement =
        sql("SELECT ").push(COLUMNS).push(" FROM outbox WHERE introduction = ").value(id).push(" ORDER BY id");
    read.all(statement).await?.iter().map(notice).collect()
}

/// Letters about several introductions, oldest first.
pub async fn of_introductions(read: &mut impl Read, ids: &[Uuid]) -> Result<Vec<Notice>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let statement = sql("SELECT ").push(COLUMNS).push(" FROM outbox WHERE introduction IN ");
    read.all(statement.list(ids.iter().copied()).push(" ORDER BY id")).await?.iter().map(notice).collect()
}

/// How many letters are in each state.
pub async fn by_state(read: &mut impl Read) -> Result<Vec<(String, i64)>, Error> {
    let statement = sql("SELECT state, CAST(COUNT(*) AS BIGINT) FROM outbox GROUP BY state ORDER BY state");
    read.all(statement).await?.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}
