//! Batch runs: what was asked, where it stands, what was found, and who would go where.

use serde_json::Value as Json;
use uuid::Uuid;

use super::Error;
use super::change::Tx;
use super::db::{Read, Row, sql};
use super::worker::Scope;
use crate::domain::code::Code as _;
use crate::domain::match_run::RunState;

/// A run as stored.
#[derive(Debug, Clone)]
pub struct Run {
    /// Its id.
    pub id: Uuid,
    /// The station it was made for; none = all.
    pub station: Option<Uuid>,
    /// Who asked.
    pub by: String,
    /// Who asked, by account.
    pub account: Option<Uuid>,
    /// Where it stands.
    pub state: RunState,
    /// Per cent.
    pub progress: i64,
    /// What was asked, as the API takes it.
    pub asked: Json,
    /// Figures of the result; null until it is done.
    pub found: Json,
    /// Why it failed.
    pub fault: Option<String>,
    /// Asked, microseconds UTC.
    pub created_at: i64,
    /// Last step, microseconds UTC.
    pub updated_at: i64,
    /// Whoever computes it has said that it does until then, microseconds UTC.
    pub lease_until: i64,
}

/// Who would go where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// The person.
    pub worker: Uuid,
    /// The vacancy.
    pub vacancy: Uuid,
    /// Points.
    pub score: u32,
    /// The introduction that was made of it.
    pub introduction: Option<Uuid>,
}

const COLUMNS: &str = "SELECT id, station, by_name, account, state, progress, asked, found, fault, created_at, updated_at, \
     lease_until FROM match_run";

fn run(row: &Row) -> Result<Run, Error> {
    Ok(Run {
        id: row.id(0)?,
        station: row.opt_id(1)?,
        by: row.get(2)?,
        account: row.opt_id(3)?,
        state: row.code(4)?,
        progress: row.get(5)?,
        asked: row.json(6)?,
        found: row.json(7)?,
        fault: row.get(8)?,
        created_at: row.get(9)?,
        updated_at: row.get(10)?,
        lease_until: row.get(11)?,
    })
}

/// One run.
pub async fn find(read: &mut impl Read, id: Uuid) -> Result<Option<Run>, Error> {
    let statement = sql(COLUMNS).push(" WHERE id = ").value(id);
    read.first(statement).await?.as_ref().map(run).transpose()
}

/// The newest runs of these stations.
pub async fn newest(read: &mut impl Read, scope: &Scope, limit: i64) -> Result<Vec<Run>, Error> {
    let mut statement = sql(COLUMNS);
    if let Scope::Stations(ids) = scope {
        statement = statement.push(" WHERE station IN ").list(ids.iter().copied());
    }
    read.all(statement.push(" ORDER BY id DESC LIMIT ").value(limit)).await?.iter().map(run).collect()
}

/// Adds a run.
pub async fn insert(tx: &mut Tx, r: &Run) -> Result<(), Error> {
    let row = vec![
        r.id.into(),
        r.station.into(),
        (&r.by).into(),
        r.account.into(),
        r.state.code().into(),
        r.progress.into(),
        r.asked.to_string().into(),
        r.found.to_string().into(),
        r.created_at.into(),
        r.updated_at.into(),
        r.lease_until.into(),
    ];
    let into =
        "match_run (id, station, by_name, account, state, progress, asked, found, created_at, updated_at, lease_until)";
    tx.insert(into, vec![row], "").await.map(drop)
}

/// Writes the next step of a run that is still under way; false = it was cancelled meanwhile.
pub async fn step(tx: &mut Tx, r: &Run) -> Result<bool, Error> {
    let statement = sql("UPDATE match_run SET state = $1, progress = $2, found = $3, fault = $4, updated_at = $5, \
         lease_until = $6 WHERE id = $7 AND state IN ('queued', 'running')")
    .bind(r.state.code())
    .bind(r.progress)
    .bind(r.found.to_string())
    .bind(r.fault.clone())
    .bind(r.updated_at)
    .bind(r.lease_until)
    .bind(r.id);
    Ok(tx.execute(statement).await? == 1)
}

/// Runs that nobody computes any more are told so; answers how many.
pub async fn break_off(tx: &mut Tx, now: i64) -> Result<u64, Error> {
    let statement = sql("UPDATE match_run SET state = 'failed', fault = 'match.interrupted', updated_at = $1 \
         WHERE state IN ('queued', 'running') AND lease_until < $1");
    tx.execute(statement.bind(now)).await
}

/// Deletes who would have gone where by runs that ended before an instant; the figures stay. Answers how many rows went.
pub async fn forget_pairs(tx: &mut Tx, before: i64) -> Result<u64, Error> {
    let statement = sql("DELETE FROM match_pair WHERE run IN \
         (SELECT id FROM match_run WHERE updated_at < $1 AND state NOT IN ('queued', 'running'))");
    tx.execute(statement.bind(before)).await
}

/// Homes of the people of a run by village: county, township and village of whoever has one.
pub async fn homes(read: &mut impl Read, scope: &Scope, id: Uuid) -> Result<Vec<(Uuid, [String; 3])>, Error> {
    let statement = sql("SELECT p.worker, h.county, h.township, h.village FROM match_pair p \
         JOIN worker w ON w.id = p.worker JOIN place h ON h.id = w.place WHERE p.run = $1")
    .bind(id);
    let rows = read.all(scope.narrow(statement, "w.id")).await?;
    rows.iter().map(|row| Ok((row.id(0)?, [row.get(1)?, row.get(2)?, row.get(3)?]))).collect()
}

/// Keeps who would go where.
pub async fn add_pairs(tx: &mut Tx, id: Uuid, pairs: &[Pair]) -> Result<(), Error> {
    let row = |p: &Pair| vec![id.into(), p.worker.into(), p.vacancy.into(), i64::from(p.score).into()];
    tx.insert("match_pair (run, worker, vacancy, score)", pairs.iter().map(row).collect(), "").await.map(drop)
}

/// Notes the introduction that was made of a pair.
pub async fn adopted(tx: &mut Tx, id: Uuid, worker: Uuid, introduction: Uuid) -> Result<(), Error> {
    let statement = sql("UPDATE match_pair SET introduction = $1 WHERE run = $2 AND worker = $3");
    tx.execute(statement.bind(introduction).bind(id).bind(worker)).await.map(drop)
}

/// Pairs of a run after a person, by person.
pub async fn pairs(read: &mut impl Read, id: Uuid, after: Option<Uuid>, limit: i64) -> Result<Vec<Pair>, Error> {
    let statement = sql("SELECT worker, vacancy, score, introduction FROM match_pair WHERE run = $1 AND worker > $2 \
         ORDER BY worker LIMIT $3")
    .bind(id)
    .bind(after.unwrap_or(Uuid::nil()))
    .bind(limit);
    let pair = |row: &Row| {
        Ok(Pair {
            worker: row.id(0)?,
            vacancy: row.id(1)?,
            score: u32::try_from(row.get::<i64>(2)?).unwrap_or(0),
            introduction: row.opt_id(3)?,
        })
    };
    read.all(statement).await?.iter().map(pair).collect()
}
